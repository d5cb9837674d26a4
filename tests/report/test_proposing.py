"""Proposed entries: what they say, and that a scenario file takes them as they are once somebody gave a reason."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from harness.cassette.safe_yaml import load_yaml
from harness.cassette.scenario import ABSENT, Known, load_scenario, scenario_path
from harness.compare import Drift, Result, Verdict, Verification, judge
from harness.report import proposal
from harness.verifying import verify
from tests.report.results import DRIFT, NONE, SAME, STALE

CASSETTES = Path(__file__).parent.parent.parent / "cassettes"
INVITE = CASSETTES / "documented" / "participant-invite.1-one-participant.yaml"


def proposed(*drifts: Drift) -> str:
    return proposal(Verification((Result(Path("a.yaml"), interactions=1, drifts=drifts),)))


def read(text: str, tmp_path: Path) -> tuple[Known, ...]:
    """The entries as a scenario file would hold them, each with a reason."""
    path = tmp_path / "a.scenario.yaml"
    source = "source: {kind: documented, link: 'https://example.org'}\n"
    path.write_text(source + text.replace("reason: ''", "reason: because"), encoding="utf-8")
    return load_scenario(path).known


def test_entries_stand_under_the_name_of_their_file() -> None:
    assert proposal(Verification((SAME, DRIFT))) == (
        "# c/drift.scenario.yaml\n"
        "known:\n"
        "  - path: requests/1/response/body/status\n"
        "    kind: letter-case\n"
        "    recorded: Running\n"
        "    fake: running\n"
        "    reason: ''\n"
        "  - path: notifications/1\n"
        "    kind: missing\n"
        "    recorded: updated /communications/calls/<call:1>\n"
        "    reason: ''"
    )


def test_stale_entries_are_comments() -> None:
    assert proposal(Verification((STALE,))) == (
        "# c/stale.scenario.yaml\n"
        "# take out of `known`, it no longer occurs: a/b\n"
        "# take out of `unseen`, it no longer occurs: c/d"
    )


def test_cassette_without_verdict_is_a_comment() -> None:
    assert proposal(Verification((NONE,))) == "# c/none.yaml: no verdict: c/none.yaml: is no YAML"


def test_nothing_to_propose_is_said() -> None:
    assert proposal(Verification((SAME,))) == "# nothing to propose: no open drift"


VALUES: list[Any] = [
    None,
    True,
    "true",
    1,
    "1",
    1.0,
    "1.0",
    1e16,
    1e999,
    -1e999,
    "null",
    "~",
    "",
    " a ",
    "yes",
    "2021-02-03",
    "1:30",
    "0o17",
    "<<",
    "=",
    "a: b # c",
    "'\"\\",
    "line\nline\n\n",
    "\n  indented\n",
    "\ttab\r\n",
    "\x00\x07\x1b\x7f\x85\u2028\u2029\ufeff\uffff",
    "žluťoučký 😀",
    "*alias",
    "&anchor",
    "!tag",
    "- item",
    "%",
    {"": [], "a": {}, "<<": None, "true": True, "1": [1, "1", [None]], "k" * 200: "\n"},
    [{"a": ["b", {"c": "d\ne"}]}],
]


@pytest.mark.parametrize("value", VALUES, ids=[ascii(v)[:30] for v in VALUES])
def test_any_value_is_read_as_it_was(value: Any, tmp_path: Path) -> None:
    drifts = [
        Drift("a/b", "value", value, "other"),
        Drift("a/c", "extra", ABSENT, value),
        Drift("a/d", "missing", value, ABSENT),
        Drift(f"a/{value if isinstance(value, str) else 'e'}/f", "value", "other", value),
    ]

    entries = read(proposed(*drifts), tmp_path)

    judgement = judge(drifts, entries)
    assert (judgement.open, judgement.stale, len(judgement.accepted)) == ((), (), 4)


def test_star_in_a_path_accepts_nothing_else(tmp_path: Path) -> None:
    starred, other = Drift("a/*/b", "value", 1, 2), Drift("a/x/b", "value", 1, 2)

    entries = read(proposed(starred), tmp_path)

    assert [entry.path for entry in entries] == [r"a/\*/b"]
    assert judge([starred, other], entries).open == (other,)


def test_entry_that_another_makes_useless_is_left_out(tmp_path: Path) -> None:
    again = Drift("notifications/extra/updated call", "extra", ABSENT, "updated <call:1>")

    entries = read(proposed(again, again), tmp_path)

    assert [entry.path for entry in entries] == [again.path]
    assert judge([again, again], entries).stale == ()


def test_what_no_scenario_file_can_hold_is_said() -> None:
    text = proposed(Drift("a/b", "value", "\ud800", 1), Drift("a/c", "value", 1, 2))

    assert text.splitlines()[2] == "  # no scenario file can hold this drift, mend the fake: a/b"
    assert [entry["path"] for entry in load_yaml(text, "text")["known"]] == ["a/c"]


@pytest.fixture
def drifting(tmp_path: Path) -> Path:
    """A copy of the first invite example with three drifts, and nothing accepted."""
    text = INVITE.read_text().replace('"Running"', '"running"')
    spoilt = text.replace('"resultInfo": null', '"resultInfo": "null", "more": {"a": [null, "no: 1", "\\u2028"]}')
    (tmp_path / INVITE.name).write_text(spoilt)
    shutil.copy(scenario_path(INVITE), tmp_path)
    return tmp_path / INVITE.name


def paste(result: Result, reason: str) -> None:
    """Put the proposed entries at the end of `known`, with a reason."""
    entries = proposal(Verification((result,))).split("known:\n")[1].replace("reason: ''", f"reason: '{reason}'")
    scenario = scenario_path(result.path)
    scenario.write_text(scenario.read_text().replace("unseen:\n", f"{entries}\nunseen:\n"))


def test_pasted_entries_without_reason_are_refused(drifting: Path) -> None:
    result = verify(drifting)
    held = len(load_scenario(scenario_path(drifting)).known)

    paste(result, reason="")

    again = verify(drifting)
    assert again.verdict is Verdict.NONE
    assert again.problem == (
        f"{scenario_path(drifting)}: known drift {held + 1} (path {result.drifts[0].path}) has no reason: "
        "write why this drift is accepted"
    )


def test_pasted_entries_with_a_reason_are_accepted(drifting: Path) -> None:
    result = verify(drifting)

    paste(result, reason="Written by somebody.")

    again = verify(drifting)
    assert len(result.drifts) == 3
    assert (again.verdict, again.problem, again.drifts, again.stale) == (Verdict.SAME, None, (), ())
