"""The rows of a timeline: what is said of each moment, and where the sides part."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from harness.cassette.format import Direction
from harness.cassette.scenario import ABSENT, Known, Unseen
from harness.compare import Drift, Moment, Result
from harness.report.rows import Budget, Row, rows
from tests.report.results import MOMENTS

STATUS = Drift("requests/1/response/body/status", "letter-case", "Running", "running")
MISSING = Drift("notifications/1", "missing", "updated", ABSENT)
EXTRA = Drift("notifications/extra/updated call", "extra", ABSENT, "updated x")


def rows_of(*drifts: Drift, moments: tuple[Moment, ...] = MOMENTS, lines: int = 1000) -> tuple[Row, ...]:
    return rows(Result(Path("a.yaml"), interactions=1, drifts=drifts, moments=moments), Budget(lines))


def test_row_says_in_short_what_each_side_did() -> None:
    assert [(r.arrow, r.recorded, r.fake) for r in rows_of()] == [
        ("→", "201 · Running", "201 · running"),
        ("←", "updated · 2 in the roster", "not told"),
        ("←", "not told", "updated"),
    ]


def test_address_is_split_so_that_its_base_can_be_dimmed() -> None:
    row = rows_of()[0]

    assert (row.verb, row.base, row.rest) == ("POST ", "https://graph.microsoft.com/v1.0", "/communications/calls")


def test_request_that_only_one_side_has_was_not_sent() -> None:
    moment = replace(MOMENTS[0], fake=ABSENT)

    assert rows_of(moments=(moment,))[0].fake == "not sent"


def test_status_that_the_source_does_not_show_was_not_seen() -> None:
    moment = Moment("requests/1", Direction.CLIENT_TO_GRAPH, "GET /x", {"method": "GET", "response": {}}, ABSENT)

    assert rows_of(moments=(moment,))[0].recorded == "not seen"


def test_first_divergence_is_the_first_moment_with_an_open_drift() -> None:
    assert [r.is_first for r in rows_of(EXTRA, MISSING)] == [False, True, False]


def test_known_and_unseen_differences_are_no_divergence() -> None:
    known, unseen = Known(STATUS.path, "letter-case", "Running", "running", "why"), Unseen("notifications/*", "why")
    result = Result(
        Path("a.yaml"), drifts=(EXTRA,), known=((STATUS, known),), unseen=((MISSING, unseen),), moments=MOMENTS
    )

    found = rows(result, Budget(1000))

    assert [dict(r.counts) for r in found] == [{"known": 1}, {"unseen": 1}, {"drift": 1}]
    assert [r.is_first for r in found] == [False, False, True]


def test_moment_one_is_not_moment_ten() -> None:
    moments = tuple(replace(MOMENTS[1], path=f"notifications/{n}") for n in range(1, 11))

    found = rows_of(Drift("notifications/10/changeType", "value", "a", "b"), moments=moments)

    assert [r.number for r in found if r.is_first] == [10]


def test_other_order_marks_the_moment_but_no_line() -> None:
    told = replace(MOMENTS[1], fake=MOMENTS[1].recorded)

    row = rows_of(Drift("notifications/1", "order", "a, then b", "b, then a"), moments=(told,))[0]

    assert (row.is_first, row.counts["drift"], row.other) == (True, 1, "")
    assert "<mark" not in row.body


def test_equal_sides_are_printed_once() -> None:
    row = rows_of(moments=(replace(MOMENTS[0], fake=MOMENTS[0].recorded),))[0]

    assert row.body != ""
    assert row.other == ""


def test_budget_cuts_what_a_page_could_not_hold() -> None:
    found = rows_of(lines=12)

    assert [row.is_cut for row in found] == [False, True, True]
    assert [row.body.count("\n") for row in found][1:] != [0, 0]


def test_long_body_is_cut() -> None:
    moment = replace(MOMENTS[0], recorded={"body": list(range(5000))}, fake=ABSENT)

    row = rows_of(moments=(moment,), lines=10_000)[0]

    assert (row.is_cut, row.body.count("\n")) == (True, 1500)
