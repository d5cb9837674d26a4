"""The text report, as people read it."""

from __future__ import annotations

import re
from pathlib import Path

from harness.cassette.scenario import ABSENT, KINDS, Known, Unseen
from harness.compare import Drift, Result, Verification
from harness.report import as_text, painted
from harness.report.wording import WORDS
from tests.report.results import EVERY_KIND, SOURCE, SPOILT, UNSEEN


def test_cassette_that_holds_takes_one_line() -> None:
    result = Result(Path("c/a.yaml"), SOURCE, interactions=1, notifications=2, ids_bound=9)

    assert as_text(Verification((result,))) == (
        "same   c/a.yaml  (1 interaction, 2 notifications, 9 ids)\n"
        "\n"
        "1 cassette · 1 interaction · 2 notifications · 0 drifts · 0 known · 0 unseen"
    )


def test_drift_shows_path_both_values_evidence_and_what_to_do() -> None:
    drift = Drift("requests/1/response/body/status", "letter-case", "Running", "running")
    result = Result(Path("c/a.yaml"), SOURCE, interactions=1, drifts=(drift,))

    assert as_text(Verification((result,))) == (
        "drift  c/a.yaml  (1 interaction, 0 notifications, 0 ids)\n"
        "       requests/1/response/body/status: letter case only\n"
        '           recorded  "Running"\n'
        '           fake      "running"\n'
        "           evidence  observed, 2022-03-15, https://example.org/1\n"
        "           to do     mend the fake, or accept it with a reason under `known` in c/a.scenario.yaml\n"
        "\n"
        "1 cassette · 1 interaction · 0 notifications · 1 drift · 0 known · 0 unseen"
    )


def test_side_that_holds_nothing_is_left_out() -> None:
    drift = Drift("notifications/2", "missing", "updated call <call:1>", ABSENT, "note")
    result = Result(Path("a.yaml"), None, interactions=1, drifts=(drift,))

    lines = as_text(Verification((result,))).splitlines()

    assert lines[1:4] == [
        "       notifications/2: missing in the fake",
        '           recorded  "updated call <call:1>"',
        "           note      note",
    ]


def test_entries_that_no_longer_hold_are_named_with_the_remedy() -> None:
    known = Known("a/b", "value", 1, 2, "why")
    unseen = Unseen("c/d", "because")
    result = Result(Path("a.yaml"), SOURCE, interactions=1, stale=(known, unseen))

    assert as_text(Verification((result,))).splitlines() == [
        "drift  a.yaml  (1 interaction, 0 notifications, 0 ids)",
        "       a/b: known drift that no longer occurs (why)",
        "           to do     take it out of a.scenario.yaml",
        "       c/d: unseen path that no longer occurs (because)",
        "           to do     take it out of a.scenario.yaml",
        "",
        "1 cassette · 1 interaction · 0 notifications · 0 drifts · 0 known · 0 unseen · 2 stale",
    ]


def test_cassette_without_verdict_says_why() -> None:
    result = Result(Path("a.yaml"), problem="a.yaml: is no YAML")

    assert as_text(Verification((result,))).splitlines() == [
        "none   a.yaml",
        "       a.yaml: is no YAML",
        "",
        "1 cassette · 0 interactions · 0 notifications · 0 drifts · 0 known · 0 unseen · 1 without verdict",
    ]


def test_nothing_at_all_is_said() -> None:
    assert as_text(Verification(())).splitlines()[0] == "none   nothing to compare: no cassette was found"


def test_colours_are_all_that_painting_adds() -> None:
    text = as_text(EVERY_KIND, painted)

    assert "\x1b[1;31mdrift \x1b[0m" in text
    assert re.sub(r"\x1b\[[0-9;]*m", "", text) == as_text(EVERY_KIND)


def test_nothing_hostile_reaches_the_terminal() -> None:
    lines = as_text(Verification((SPOILT,))).splitlines()

    assert [line for line in lines if not line.isprintable()] == []
    assert lines[1] == (
        "       requests/1/response/body/\\u0000\\u001b[31m<script>alert('1')</script>\\u2028\\ud800\\uffff&\"]]>: "
        "another value"
    )


def test_places_where_ids_in_conflict_were_first_seen_are_shown() -> None:
    lines = as_text(Verification((SPOILT,))).splitlines()

    assert "           note      first bound: call:1 at a, call:2 at b" in lines


def test_every_kind_of_drift_has_words() -> None:
    assert tuple(WORDS) == KINDS


def test_what_is_unseen_or_compared_by_form_is_counted() -> None:
    assert as_text(Verification((UNSEEN,))).splitlines() == [
        "same   c/unseen.yaml  (1 interaction, 0 notifications, 0 ids, 2 unseen, 1 by form)",
        "",
        "1 cassette · 1 interaction · 0 notifications · 0 drifts · 0 known · 2 unseen · 1 by form",
    ]
