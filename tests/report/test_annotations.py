"""Annotations, as GitHub's runner reads them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from harness.cassette.scenario import Source, SourceKind
from harness.compare import Drift, Result, Verification
from harness.report import as_annotations
from tests.report.results import DRIFT, EVERY_KIND, NONE, SAME, SPOILT, STALE


def read(command: str) -> tuple[str, dict[str, str], str]:
    """A workflow command taken apart as the runner does: name, properties, message."""
    found = re.fullmatch(r"::(\w+) ([^\r\n]*?)::([^\r\n]*)", command)
    assert found is not None, command
    pairs = [pair.split("=", 1) for pair in found[2].split(",")]
    return found[1], {name: _unescaped(value) for name, value in pairs}, _unescaped(found[3])


def _unescaped(text: str) -> str:
    for escape, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, character)
    return text


def test_drift_is_an_error_at_its_cassette() -> None:
    commands = as_annotations(Verification((SAME, DRIFT)))

    assert commands == [
        "::error file=c/drift.yaml,title=requests/1/response/body/status%3A letter case only::"
        'recorded: "Running"%0Afake: "running"%0Aevidence: observed, 2022-03-15, https://example.org/1%0A'
        "to do: mend the fake, or accept it with a reason under `known` in c/drift.scenario.yaml",
        "::error file=c/drift.yaml,title=notifications/1%3A missing in the fake::"
        'recorded: "updated /communications/calls/<call:1>"%0Aevidence: observed, 2022-03-15, https://example.org/1%0A'
        "to do: mend the fake, or accept it with a reason under `known` in c/drift.scenario.yaml",
    ]


def test_stale_entry_is_an_error_at_its_scenario_file() -> None:
    assert [read(command) for command in as_annotations(Verification((STALE,)))] == [
        (
            "error",
            {"file": "c/stale.scenario.yaml", "title": "a/b"},
            "known drift that no longer occurs (why)\nto do: take it out of c/stale.scenario.yaml",
        ),
        (
            "error",
            {"file": "c/stale.scenario.yaml", "title": "c/d"},
            "unseen path that no longer occurs (because)\nto do: take it out of c/stale.scenario.yaml",
        ),
    ]


def test_cassette_without_verdict_is_an_error_with_its_problem() -> None:
    assert as_annotations(Verification((NONE,))) == [
        "::error file=c/none.yaml,title=no verdict::c/none.yaml: is no YAML"
    ]


def test_nothing_to_compare_is_an_error() -> None:
    assert as_annotations(Verification(())) == [
        "::error title=graph-harness verify%3A none::nothing to compare: no cassette was found"
    ]


def test_cassettes_that_hold_are_not_annotated() -> None:
    assert as_annotations(Verification((SAME,))) == []


def test_what_means_something_in_a_command_is_escaped() -> None:
    source = Source(SourceKind.OBSERVED, "https://e.org/100%25", "a\r\nb")
    drift = Drift("a,b:c%/\n", "value", "x::y,z", "%0A")
    result = Result(Path("c,d/e:f%.yaml"), source, interactions=1, drifts=(drift,))

    name, properties, message = read(as_annotations(Verification((result,)))[0])

    assert (name, properties) == ("error", {"file": "c,d/e:f%.yaml", "title": "a,b:c%/\n: another value"})
    assert message.startswith('recorded: "x::y,z"\nfake: "%0A"\nevidence: observed, a\r\nb, https://e.org/100%25\n')


def test_every_command_is_one_line() -> None:
    assert [c for c in as_annotations(Verification((SPOILT,))) if not read(c)] == []


def test_ten_errors_are_shown_and_the_others_counted() -> None:
    many = replace(DRIFT, drifts=DRIFT.drifts * 5)

    assert len(as_annotations(Verification((many,)))) == 10
    assert len(as_annotations(Verification((many, NONE)))) == 11
    assert as_annotations(Verification((many, NONE, NONE)))[10:] == [
        "::notice title=graph-harness verify::2 more problems: GitHub shows 10 a step, the report in the log has all"
    ]


def test_verification_of_every_kind_reads() -> None:
    assert {read(command)[0] for command in as_annotations(EVERY_KIND)} <= {"error", "notice"}
