"""docs/tenant.md, held against the code and against what `doctor` prints of the stand-in."""

from __future__ import annotations

import re

import pytest

from harness.cli import main
from harness.graph.permissions import NEEDED
from harness.tenant.doctor import _SERVES
from harness.tenant.sign_in import REMEDIES
from harness.tenant.variables import VARIABLES
from tests.standin import StandIn
from tests.tenant.test_doctor import free_port
from tests.test_docs import ROOT, blocks

PAGE = (ROOT / "docs" / "tenant.md").read_text()


def rows(head: str) -> list[str]:
    """The rows below a table's head."""
    _, below = PAGE.split(f"{head}\n", 1)
    lines = [line.strip() for line in below.splitlines()[1:]]
    end = next(number for number, line in enumerate(lines) if not line.startswith("|"))
    return lines[:end]


def test_every_variable_has_its_row() -> None:
    assert rows("| variable | what | without it, no |") == [
        f"| `{one.name}` | {one.what} | {'needed' if one.is_needed else one.without} |" for one in VARIABLES.values()
    ]


def test_every_refusal_of_sign_in_has_its_row() -> None:
    assert rows("| AADSTS | what to do |") == [f"| {number} | {text} |" for number, text in REMEDIES.items()]


def test_every_permission_has_its_row() -> None:
    acts: dict[frozenset[str], str] = {}
    for act in _SERVES:
        names = NEEDED[act]
        acts[names] = f"{acts[names]}, {_SERVES[act]}" if names in acts else _SERVES[act]

    documented = {
        frozenset(re.findall(r"`([\w.]+)`", names)): serves.strip()
        for _, names, serves, _ in (row.split("|") for row in rows("| permission | to |"))
    }

    assert documented == acts


def test_doctor_prints_what_the_page_shows(
    led: StandIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    led.set(tunnel=port, roles=["Calls.Initiate.All", "Calls.JoinGroupCall.All"])
    for name in ("GRAPH_PHONE", "GRAPH_APP_INSTANCE"):
        monkeypatch.delenv(name)

    code = main(["doctor", "--callback-port", str(port)])

    printed = re.sub(r"by \d+ s", "by 0 s", capsys.readouterr().out)
    assert (code, printed.replace(str(port), "8446")) == (1, blocks(PAGE, "")[1])


def test_every_option_of_doctor_is_in_the_synopsis(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["doctor", "--help"])

    options = set(re.findall(r"--[\w-]+", capsys.readouterr().out)) - {"--help"}
    assert set(re.findall(r"--[\w-]+", blocks(PAGE, "")[0])) == options
