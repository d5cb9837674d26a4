"""Which notification answers which, and which came in the wrong order."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from harness.cassette.binding import Binding
from harness.cassette.walking import walk
from harness.compare import Told
from harness.compare.pairing import Pairing, misplaced, subject_of
from tests.properties.traces import (
    BARE_CALL,
    CALL,
    OTHER_CALL,
    USER,
    call_told,
    entry,
    guid,
    roster_told,
    told,
)


def pairs_of(recorded: Sequence[Told], fake: Sequence[Told]) -> dict[int, int]:
    binding = Binding()

    def learn(mine: int, theirs: int) -> None:
        walk(binding, recorded[mine].item, fake[theirs].item, (None, "here"))

    pairing = Pairing(binding, learn)
    pairing.add([subject_of(t) for t in recorded], [subject_of(t) for t in fake])
    pairing.settle()
    return dict(sorted(pairing.pairs.items()))


@pytest.mark.parametrize(
    ("item", "resource"),
    [
        ({"resourceUrl": f"/communications/calls/{CALL}"}, "calls/<>"),
        ({"resource": f"/app/calls/{CALL}"}, "calls/<>"),
        ({"resource": f"/App/Calls/{CALL}", "resourceUrl": None}, "calls/<>"),
        ({"resource": f"calls/{CALL}"}, "calls/<>"),
        ({"resource": f"https://graph.microsoft.com/beta/app/calls/{CALL}"}, "calls/<>"),
        ({"resourceUrl": f"/communications/calls/{CALL}/participants"}, "calls/<>/participants"),
        ({}, ""),
        ("text", ""),
    ],
    ids=["url", "resource", "letter case", "no prefix", "absolute", "participants", "none", "no object"],
)
def test_both_prefixes_of_a_resource_are_left_out(item: object, resource: str) -> None:
    assert subject_of(Told("https://bot.example", {}, {}, item)).resource.replace("\0dashed\0", "<>") == resource


INCOMING, ESTABLISHING, ESTABLISHED, TERMINATED = (
    call_told(CALL, state) for state in ("incoming", "establishing", "established", "terminated")
)
ROSTER = roster_told(CALL, entry(1, "user", USER))


@pytest.mark.parametrize(
    ("recorded", "fake", "expected"),
    [
        ([ESTABLISHING, ESTABLISHED], [ESTABLISHING, ESTABLISHED], {0: 0, 1: 1}),
        ([ESTABLISHING, ESTABLISHED], [ESTABLISHED, ESTABLISHING], {0: 1, 1: 0}),
        ([ESTABLISHING, ESTABLISHED, TERMINATED], [ESTABLISHING, TERMINATED], {0: 0, 2: 1}),
        ([ESTABLISHED], [call_told(CALL, "Established")], {0: 0}),
        ([ESTABLISHED, ROSTER], [ROSTER, ESTABLISHED], {0: 1, 1: 0}),
        ([ESTABLISHED], [ROSTER], {}),
        ([ESTABLISHED, ESTABLISHED], [ESTABLISHED], {0: 0}),
        ([], [ESTABLISHED], {}),
        (
            [told("updated", "/calls/x", {"@odata.type": "#t"})],
            [told("updated", "/y/x", {"@odata.type": "#t"})],
            {0: 0},
        ),
    ],
    ids=[
        *("in order", "by state", "one missing", "weaker key", "other resources", "never another kind"),
        *("one copy", "extra", "misprinted path"),
    ],
)
def test_notifications_are_paired_by_resource_and_cause(
    recorded: list[Told], fake: list[Told], expected: dict[int, int]
) -> None:
    assert pairs_of(recorded, fake) == expected


def test_calls_that_come_in_are_told_apart_by_what_is_said_of_them() -> None:
    recorded = [
        call_told(CALL, "incoming", subject="one"),
        call_told(OTHER_CALL, "incoming", subject="two"),
        call_told(CALL, "established"),
        call_told(OTHER_CALL, "established"),
    ]
    fake = [
        call_told(guid(2), "incoming", subject="two"),
        call_told(guid(1), "incoming", subject="one"),
        call_told(guid(2), "established"),
        call_told(guid(1), "established"),
    ]

    assert pairs_of(recorded, fake) == {0: 1, 1: 0, 2: 3, 3: 2}


def test_calls_that_nothing_else_tells_apart_go_with_the_same_identifier() -> None:
    one, two = call_told(CALL, "established"), call_told(OTHER_CALL, "established")
    end = call_told(CALL, "terminated")

    assert pairs_of([one, two, end], [two, one, end]) == {0: 1, 1: 0, 2: 2}


def _misplaced(recorded: list[Told], pairs: dict[int, int], order: str = "resource") -> list[tuple[int, int]]:
    return misplaced([subject_of(t) for t in recorded], pairs, order)


@pytest.mark.parametrize(
    ("recorded", "pairs", "expected"),
    [
        ([INCOMING, TERMINATED], {0: 0, 1: 1}, []),
        ([INCOMING, TERMINATED], {0: 1, 1: 0}, [(0, 1)]),
        ([ESTABLISHING, ESTABLISHED], {0: 1, 1: 0}, []),
        ([INCOMING, ESTABLISHING, ESTABLISHED], {0: 1, 1: 2, 2: 0}, [(0, 2)]),
        ([ESTABLISHED, ROSTER], {0: 1, 1: 0}, []),
        ([INCOMING, call_told(BARE_CALL, "terminated")], {0: 1, 1: 0}, []),
    ],
    ids=[
        *("in order", "turned round", "swap that may happen", "swap that hides another", "other resources"),
        "other calls",
    ],
)
def test_order_counts_for_each_resource(
    recorded: list[Told], pairs: dict[int, int], expected: list[tuple[int, int]]
) -> None:
    assert _misplaced(recorded, pairs) == expected


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        ([ESTABLISHED, ROSTER], [(0, 1)]),
        ([ESTABLISHING, ESTABLISHED], []),
        ([ESTABLISHING, call_told(OTHER_CALL, "established")], [(0, 1)]),
    ],
    ids=["other resources", "swap that may happen", "the same of two calls"],
)
def test_total_order_counts_over_all(recorded: list[Told], expected: list[tuple[int, int]]) -> None:
    assert _misplaced(recorded, {0: 1, 1: 0}, "total") == expected
