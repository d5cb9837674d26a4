"""The command as a whole: what it refuses, and that it starts quickly."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from harness.cli import main


def test_unknown_command_exits_two() -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["vreify"])

    assert stopped.value.code == 2


def test_module_is_the_command() -> None:
    arguments = [sys.executable, "-m", "harness.cli", "verify", "nowhere"]

    done = subprocess.run(arguments, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (
        2,
        "graph-harness verify: nowhere: no such file or folder; name a cassette or a folder of cassettes\n",
    )


def test_help_is_quick_since_nothing_heavy_is_imported() -> None:
    """The command imports Flask and deepdiff only for what needs them."""
    heavy = ("flask", "deepdiff", "vcr", "waitress", "jinja2", "yaml")
    script = f"import sys, harness.cli; print([m for m in {heavy} if m in sys.modules])"

    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=os.environ)

    assert out.stdout == "[]\n"
