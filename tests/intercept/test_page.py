"""docs/intercept.md, held against the code."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.intercept.answering import CLIENTS
from tests.intercept.test_sign_in import SIGNING_IN

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "intercept.md").read_text()


def test_table_names_the_clients_that_are_tested() -> None:
    section = PAGE.split("## Clients")[1].split("\n\n")[1]
    named = {name for row in section.splitlines()[2:] for name in re.findall(r"`([^`]+)`", row.split("|")[1])}

    assert named == {*CLIENTS, *SIGNING_IN, "msgraph-sdk"}


def test_example_runs() -> None:
    example = re.search(r"```python\n(.*?)```", PAGE, re.S)
    assert example is not None

    done = subprocess.run([sys.executable, "-c", example[1]], capture_output=True, text=True, check=False, cwd=ROOT)

    assert (done.stdout, done.stderr) == ('{"id": "a-call"}\n', "")
