"""What differs between two rendered trees, where, and of which kind."""

from __future__ import annotations

from typing import Any

import pytest

from harness.cassette.scenario import ABSENT
from harness.compare.drift import differences, kind_of_change, same


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (True, 1),
        (1, 1.0),
        (0, False),
        (None, ""),
        ([], {}),
        ([1], [True]),
        ({"a": 1}, {"a": 1.0}),
        ([1, 2], [2, 1]),
    ],
    ids=repr,
)
def test_values_of_other_types_are_not_the_same(a: Any, b: Any) -> None:
    assert not same(a, b)


def test_order_of_members_does_not_count() -> None:
    assert same({"a": 1, "b": [None, True]}, {"b": [None, True], "a": 1})


def _told(recorded: Any, fake: Any) -> list[tuple[str, str, Any, Any]]:
    return [(d.path, d.kind, d.recorded, d.fake) for d in differences(recorded, fake, "root")]


@pytest.mark.parametrize(
    ("recorded", "fake", "expected"),
    [
        ({"a": {"b": 1}}, {"a": {"b": 2}}, [("root/a/b", "value", 1, 2)]),
        ({"a": True}, {"a": 1}, [("root/a", "type", True, 1)]),
        ({"a": None}, {}, [("root/a", "missing", None, ABSENT)]),
        ({}, {"a": None}, [("root/a", "extra", ABSENT, None)]),
        ({"a": "Running"}, {"a": "running"}, [("root/a", "letter-case", "Running", "running")]),
        ({"a": "<id:1>"}, {"a": "<id:2>"}, [("root/a", "identifier", "<id:1>", "<id:2>")]),
        ({"a": "<id:1>"}, {"a": "<new call:1>"}, [("root/a", "identifier", "<id:1>", "<new call:1>")]),
        ({"a": "<id:1>"}, {"a": "<ID:1>"}, [("root/a", "letter-case", "<id:1>", "<ID:1>")]),
        ({"a": "<id:1>"}, {"a": "<id:1, bare>"}, [("root/a", "value", "<id:1>", "<id:1, bare>")]),
        ([1, "a"], [True, "b"], [("root/1", "type", 1, True), ("root/2", "value", "a", "b")]),
        ([1, 2], [1], [("root/2", "missing", 2, ABSENT)]),
        ([1], [1, 2], [("root/2", "extra", ABSENT, 2)]),
        ({"__a": 1, "b": 1}, {"__a": 2, "b": 2}, [("root/__a", "value", 1, 2), ("root/b", "value", 1, 2)]),
        (
            {"a": {"x": 1}},
            {"a": {"y": 2}},
            [("root/a/x", "missing", 1, ABSENT), ("root/a/y", "extra", ABSENT, 2)],
        ),
        ({"r": {"user <user:1>": 1}}, {"r": []}, [("root/r/user <user:1>", "missing", 1, ABSENT)]),
        ({"r": []}, {"r": {"nobody": 1}}, [("root/r/nobody", "extra", ABSENT, 1)]),
        ({"r": []}, {"r": {"a": 1}}, [("root/r", "type", [], {"a": 1})]),
        ({"r": []}, {"r": {}}, [("root/r", "type", [], {})]),
        ({}, {"user <user:1> (2)": 1}, [("root/user <user:1> (2)", "duplicate", ABSENT, 1)]),
        ({}, {"user 8:orgid:<user:1>": 1}, [("root/user 8:orgid:<user:1>", "extra", ABSENT, 1)]),
        ({}, {"name (2)": 1}, [("root/name (2)", "extra", ABSENT, 1)]),
        ("a", "b", [("root", "value", "a", "b")]),
    ],
    ids=[
        *(
            "value",
            "type",
            "missing",
            "extra",
            "letter case",
            "identifier",
            "new identifier",
            "case of an identifier",
        ),
        *("spelling", "types in a list", "shorter", "longer", "underscores", "unlike objects", "roster gone"),
        *(
            "roster came",
            "list or object",
            "empty list or object",
            "twice in a roster",
            "MRI",
            "no roster",
            "root",
        ),
    ],
)
def test_every_difference_has_its_path_and_kind(
    recorded: Any, fake: Any, expected: list[tuple[str, str, Any, Any]]
) -> None:
    assert _told(recorded, fake) == expected


def test_equal_trees_have_no_difference() -> None:
    assert differences({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}, "root") == []


def test_half_changed_roster_of_three_hundred_is_explained_entry_by_entry() -> None:
    """Guards against a comparison of everything with everything: it took half a minute."""
    recorded = {f"user <user:{n}>": {"isMuted": False} for n in range(300)}
    fake = {name: {"isMuted": n < 150} for n, name in enumerate(recorded)}

    drifts = differences(recorded, fake, "root")

    assert len(drifts) == 150
    assert {d.kind for d in drifts} == {"value"}


@pytest.mark.parametrize(
    ("recorded", "fake", "kind"),
    [
        ("a", "A", "letter-case"),
        ("a", "b", "value"),
        ("a", 1, "type"),
        (1, 2, "value"),
        ("/calls/<call:1>/x", "/calls/<call:2>/x", "identifier"),
        ("/calls/<call:1>/x", "/calls/<call:2>/y", "value"),
    ],
    ids=["case", "text", "type", "number", "identifier", "identifier and text"],
)
def test_kind_of_a_change(recorded: Any, fake: Any, kind: str) -> None:
    assert kind_of_change(recorded, fake) == kind


def test_drifts_go_by_number_where_a_path_has_one() -> None:
    drifts = differences(["a"] * 12, ["b"] * 12, "x")

    assert [drift.path for drift in drifts] == [f"x/{n}" for n in range(1, 13)]
