"""How two structures are walked side by side: what is the same, and which entries belong together."""

from __future__ import annotations

from typing import Any

import pytest

from harness.cassette.binding import Binding, path_of
from harness.cassette.entities import identity_of, is_collection, is_roster, outline
from harness.cassette.matching import matched
from harness.cassette.walking import Walk

A = "ab6233a5-20b7-4c5e-bea2-ce56c9776429"
B = "2e1a0b00-2db4-4022-9570-243709c565ab"
C = "5810cede-f3cc-42eb-b2c1-e9bd5d53ec96"
D = "0d820ecd-def2-4297-adad-78056cde7c78"
BARE_A = A.replace("-", "")


def _entry(who: str, kind: str = "user", **members: Any) -> dict[str, Any]:
    return {"info": {"identity": {kind: {"id": who}}}, **members}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (_entry(A), ("user", A)),
        ({"info": {"identity": {"user": {"id": A}, "application": {"id": B}}}}, ("application", B)),
        ({"info": {"identity": {"application": {"id": B}, "user": {"id": A}}}}, ("application", B)),
        ({"info": {"identity": {"user": None, "phone": {"id": "+1"}}}}, ("phone", "+1")),
        ({"info": {"identity": {"user": None}}}, None),
        ({"identity": {"user": {"id": A}}}, None),
        ("text", None),
    ],
    ids=["user", "two", "two, the other way round", "null beside", "null", "invitee", "text"],
)
def test_the_identity_of_a_roster_entry(value: Any, expected: tuple[str, str] | None) -> None:
    assert identity_of(value) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([_entry(A)], True),
        ([_entry(A), {"id": B}], True),
        ([{"@odata.type": "#microsoft.graph.participant"}], True),
        ([{"identity": {"user": {"id": A}}}], False),
        ([_entry(A), "text"], False),
        ([], False),
    ],
    ids=[
        "participants",
        "one without identity",
        "by type",
        "invitees: order counts",
        "not only objects",
        "empty",
    ],
)
def test_a_roster_is_told_by_what_is_in_it(values: list[Any], expected: bool) -> None:
    assert is_roster(values) is expected


@pytest.mark.parametrize(
    ("recorded", "fake", "expected"),
    [
        ([_entry(A), _entry(B)], [_entry(B), _entry(A)], [1, 0]),
        ([_entry(A, x=1), _entry(A, x=2)], [_entry(A, x=2), _entry(A, x=1)], [1, 0]),
        ([_entry(A, x=1), _entry(B, x=2)], [_entry(C, x=2), _entry(BARE_A[::-1], x=1)], [1, 0]),
        ([_entry(A)], [_entry("+12345678", kind="phone")], [None]),
        ([_entry(A), _entry(B)], [_entry(A)], [0, None]),
        ([1, 2], [2], [0, None]),
    ],
    ids=["by identity", "one there twice", "unknown, by what is told", "another kind", "missing", "by place"],
)
def test_entries_that_belong_together(recorded: list[Any], fake: list[Any], expected: list[int | None]) -> None:
    assert matched(Binding(), recorded, fake) == expected


@pytest.mark.parametrize(
    ("recorded", "fake", "expected"),
    [
        ([{"id": A, "x": 1}, {"id": B, "x": 2}], [{"id": C, "x": 2}, {"id": A, "x": 1}], [1, 0]),
        ([{"id": A, "x": 1}, {"id": B, "x": 1}], [{"id": C, "x": 1}, {"id": D, "x": 1}], [0, 1]),
        ([{"id": A}, {"name": "x"}], [{"name": "x"}, {"id": A}], [0, 1]),
        ([{"@odata.type": "a", "id": A}], [{"@odata.type": "b", "id": A}], [None]),
    ],
    ids=["by what is told", "unknown, in order", "not all have an id: by place", "another type"],
)
def test_other_entities_go_by_their_own_id(recorded: list[Any], fake: list[Any], expected: list[int | None]) -> None:
    assert matched(Binding(), recorded, fake) == expected


def test_who_is_bound_is_found_whatever_is_told() -> None:
    binding = Binding()
    Walk(binding).both({"id": A, "tenantId": B}, {"id": C, "tenantId": A}, (None, ""))

    pairs = matched(binding, [_entry(A, x=1), _entry(B, x=2)], [_entry(A, x=1), _entry(C, x=2)])

    assert pairs == [1, 0]


@pytest.mark.parametrize(
    ("values", "expected"),
    [([{"id": "a"}, {"id": "b"}], True), ([{"id": "a"}, {"id": ""}], False), ([{"id": 1}], False), ([], False)],
    ids=["entities", "empty id", "no text", "empty"],
)
def test_a_collection_has_entries_with_ids(values: list[Any], expected: bool) -> None:
    assert is_collection(values) is expected


@pytest.mark.parametrize(
    ("recorded", "fake", "expected"),
    [
        ({"id": A, "x": [A, {"y": A}]}, {"x": [B, {"y": B}], "id": B}, True),
        ({"id": A, "x": A}, {"id": B, "x": C}, False),
        ({"id": A, "x": B}, {"id": C, "x": C}, False),
        ({"x": True}, {"x": 1}, False),
        ({"x": 1}, {"x": 1.0}, False),
        ({"x": None}, {}, False),
        ({}, {"x": None}, False),
        ([1, 2], [1], False),
        ([1], [1, 2], False),
        ([None], [], False),
        ({"id": "a"}, {"id": "A"}, False),
        ([_entry(A), _entry(B)], [_entry(C), _entry(A)], True),
        ("REDACTED", "eyJ0", True),
        ("REDACTED", "", False),
        ("REDACTED", None, False),
        ("text-1", "Adele", True),
        ("text-1", f"of {A}", False),
        ("text-01", "Adele", False),
        (0, 1234567, True),
        (0, 12345, False),
        (0, 1234567.0, False),
        (False, 1234567, False),
    ],
    ids=[
        *("renamed", "two for one", "one for two", "bool and int", "int and float", "null and missing"),
        *("missing and null", "shorter", "longer", "null and nothing", "letter case", "roster"),
        *("redacted", "redacted and empty", "redacted and null", "free text", "free text with an id", "other text"),
        *("zeroed", "zero and a small number", "zero and a float", "false and a number"),
    ],
)
def test_a_walk_tells_what_is_the_same(recorded: Any, fake: Any, expected: bool) -> None:
    assert Walk(Binding()).both(recorded, fake, (None, "")) is expected


def test_a_walk_keeps_the_places_of_what_it_compared_by_form() -> None:
    walk = Walk(Binding())

    walk.both({"a": "REDACTED", "b": ["text-1", 0], "c": 0}, {"a": "x", "b": ["y", 10**7], "c": 0}, (None, "here"))

    assert [path_of(place) for place in walk.by_form] == ["here/a", "here/b/1", "here/b/2"]


def test_an_outline_is_the_same_for_renamed_and_shuffled_values() -> None:
    one = {"x": f"/calls/{A}", "roster": [_entry(A, y=1), _entry(B, y=2)], "at": "2026-01-02T03:04:05Z"}
    other = {"roster": [_entry(C, y=2), _entry(B, y=1)], "at": "2025-01-02T03:04:05Z", "x": f"/calls/{C}"}

    assert outline(one)[0] == outline(other)[0]
    assert outline(one)[0] != outline({**one, "x": f"/call/{A}"})[0]


def test_an_outline_lists_the_identifiers() -> None:
    assert outline({"x": [A, "+12345678901"], "id": "a"})[1] == [BARE_A, "+12345678901", "a"]


def test_who_was_sanitised_is_matched_by_what_is_left() -> None:
    recorded = [_entry(A, name="text-1", isMuted=True), _entry(B, name="text-2", isMuted=False)]
    fake = [_entry(C, name="Bob", isMuted=False), _entry(D, name="Adele", isMuted=True)]

    assert matched(Binding(), recorded, fake) == [1, 0]
