"""How two traces' identifiers are bound one to one, and recorded texts translated by that."""

from __future__ import annotations

from typing import Any

import pytest

from harness.cassette.binding import Binding, path_of
from harness.cassette.walking import walk

A = "ab6233a5-20b7-4c5e-bea2-ce56c9776429"
B = "2e1a0b00-2db4-4022-9570-243709c565ab"
C = "5810cede-f3cc-42eb-b2c1-e9bd5d53ec96"
BARE_A = A.replace("-", "")


def bound(recorded: Any, fake: Any) -> Binding:
    binding = Binding()
    walk(binding, recorded, fake, (None, "here"))
    return binding


def test_copy_keeps_what_was_bound() -> None:
    binding = bound(A, B)

    copy = binding.copy()
    walk(binding, C, C, (None, "later"))

    assert (copy.pairs(), copy.partner(BARE_A)) == (binding.pairs()[:1], B.replace("-", ""))
    assert (len(copy), len(binding)) == (1, 2)


def test_a_pair_is_bound_with_the_place_where_it_was_first_seen() -> None:
    binding = bound({"url": f"/calls/{A}", "id": A}, {"url": f"/calls/{B}", "id": B})

    assert [(pair.recorded, pair.fake, path_of(pair.place)) for pair in binding.pairs()] == [
        (BARE_A, B.replace("-", ""), "here/url")
    ]


@pytest.mark.parametrize(
    ("recorded", "fake", "partners"),
    [
        ([A, A], [B, C], [(A, B)]),
        ([A, B], [C, C], [(A, C)]),
        ([A], [f"{B} {C}"], []),
        ([A], [None], []),
    ],
    ids=["one of two", "two of one", "more than here", "no text"],
)
def test_the_first_pair_stays(recorded: list[Any], fake: list[Any], partners: list[tuple[str, str]]) -> None:
    binding = bound(recorded, fake)

    assert [(p.recorded, p.fake) for p in binding.pairs()] == [
        (a.replace("-", ""), b.replace("-", "")) for a, b in partners
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"/calls/{A}/x", f"/calls/{B}/x"),
        (A.upper(), B.upper()),
        (BARE_A, B.replace("-", "")),
        (f"{{{A}}}", f"{{{B}}}"),
        (C, C),
        ("one", "one"),
    ],
    ids=[
        "in a path",
        "upper case",
        "without dashes",
        "braces",
        "unknown",
        "told by its member only",
    ],
)
def test_recorded_texts_are_translated_in_their_own_spelling(text: str, expected: str) -> None:
    binding = bound(
        {"id": A, "clientContext": "one", "threadId": "two"},
        {"id": B, "clientContext": "two", "threadId": "one"},
    )

    assert binding.translate(text) == expected


def test_the_fake_is_addressed_as_it_spells_its_own() -> None:
    binding = bound({"id": BARE_A.upper()}, {"id": B})

    assert binding.translate(f"/calls/{BARE_A.upper()}") == f"/calls/{B}"


def test_a_value_is_translated_where_it_is_an_identifier() -> None:
    binding = bound({"id": A, "clientContext": "audio"}, {"id": B, "clientContext": "x"})
    asked = {"clientContext": "audio", "modalities": ["audio"], "audio": None, "url": f"/calls/{A}", "n": 1}

    translated = binding.translated(asked)

    assert translated == {**asked, "clientContext": "x", "url": f"/calls/{B}"}
