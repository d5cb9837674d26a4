"""What tells apart who is told alike in one place."""

from __future__ import annotations

from typing import Any

from harness.cassette.binding import Binding, Side
from harness.cassette.matching import matched
from harness.cassette.signatures import Signatures, signatures

ONE = "ab6233a5-20b7-4c5e-bea2-ce56c9776429"
TWO = "2e1a0b00-2db4-4022-9570-243709c565ab"
OTHER = "0d820ecd-def2-4297-adad-78056cde7c78"
CALL = "5810cede-f3cc-42eb-b2c1-e9bd5d53ec96"


def _person(who: str, **members: Any) -> dict[str, Any]:
    return {"info": {"identity": {"user": {"id": who}}}, **members}


def _of(*values: Any) -> dict[str, int]:
    return signatures((number, value) for number, value in enumerate(values))


def _bare(*ids: str) -> list[str]:
    return [text.replace("-", "") for text in ids]


def test_who_is_told_alike_everywhere_is_like_the_other() -> None:
    found = _of([_person(ONE), _person(TWO)], [_person(TWO), _person(ONE)])

    one, two = _bare(ONE, TWO)
    assert found[one] == found[two]


def test_who_is_told_apart_anywhere_is_unlike_the_other() -> None:
    found = _of([_person(ONE), _person(TWO)], [_person(ONE, isMuted=True)])

    one, two = _bare(ONE, TWO)
    assert found[one] != found[two]


def test_who_stands_beside_somebody_else_is_unlike_the_other() -> None:
    found = _of([_person(ONE, id="a"), _person(TWO, id="b")], {"participantId": "a"})

    one, two = _bare(ONE, TWO)
    assert found[one] != found[two]


def test_a_renaming_and_shuffling_changes_no_signature() -> None:
    found = _of([_person(ONE), _person(TWO)], {"url": f"/calls/{CALL}", "x": [_person(ONE, isMuted=True)]})
    other = _of([_person(ONE), _person(TWO)], {"x": [_person(TWO, isMuted=True)], "url": f"/calls/{ONE}-1"[:-2]})

    one, two = _bare(ONE, TWO)
    assert sorted(found.values()) != sorted(other.values())  # one of them is the call as well
    assert found == _of([_person(TWO), _person(ONE)], {"x": [_person(ONE, isMuted=True)], "url": f"/calls/{CALL}"})
    assert found[one] != found[two]


def test_entries_that_are_told_alike_go_by_what_is_told_of_them_elsewhere() -> None:
    recorded = [[_person(ONE), _person(TWO)], [_person(ONE, isMuted=True)]]
    fake = [[_person(CALL), _person(OTHER)], [_person(OTHER, isMuted=True)]]
    both = Signatures(lambda: enumerate(recorded), lambda: enumerate(fake))

    found = [matched(Binding(), recorded[0], fake[0], known) for known in (both, None)]

    assert found == [[1, 0], [0, 1]]


def test_an_entry_is_told_from_another_by_which_of_its_identifiers_is_met_again() -> None:
    """As where a place in a roster falls to somebody who stood in it at another one."""
    a, b, c, d = (f"{ONE[:-1]}{letter}" for letter in "abcd")
    recorded = [[_person(ONE, id=a), _person(TWO, id=b)], [_person(TWO, id=a)]]
    fake = [[_person(OTHER, id=d), _person(CALL, id=c)], [_person(OTHER, id=c)]]
    both = Signatures(lambda: enumerate(recorded), lambda: enumerate(fake))

    assert matched(Binding(), recorded[0], fake[0], both) == [1, 0]


def test_what_a_trace_does_not_hold_has_no_signature() -> None:
    both = Signatures(list, list)

    assert both.of(["a", "b"], Side.FAKE) == (0, 0)
