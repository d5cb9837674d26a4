"""What a sanitiser's placeholders may stand for."""

from __future__ import annotations

from typing import Any

import pytest

from harness.cassette.placeholders import Placeholders

GUID = "ab6233a5-20b7-4c5e-bea2-ce56c9776429"


@pytest.mark.parametrize(
    ("recorded", "fake", "expected"),
    [
        ("REDACTED", "eyJ0", True),
        ("REDACTED", GUID, True),
        ("REDACTED", "", False),
        ("REDACTED", None, False),
        ("text-1", "Adele", True),
        ("text-1", "text-1", True),
        ("text-1", "<call:1>", True),
        ("text-1", "", False),
        ("text-1", f"of {GUID}", False),
        ("text-1", "2026-01-01T00:00:00Z", False),
        ("text-01", "Adele", False),
        ("text", "Adele", False),
        (0, 10**6, True),
        (0, -(10**6), True),
        (0, 10**6 - 1, False),
        (0, 1e6, False),
        (False, 10**6, False),
        (1, 10**6, False),
    ],
)
def test_a_placeholder_stands_for_what_was_taken_away(recorded: Any, fake: Any, expected: bool) -> None:
    assert Placeholders().take(recorded, fake) is expected


@pytest.mark.parametrize(
    ("recorded", "fake"), [("text-1", "Bob"), ("text-2", "Adele")], ids=["another text", "another placeholder"]
)
def test_text_and_placeholder_are_one_to_one(recorded: str, fake: str) -> None:
    known = Placeholders()

    assert known.take("text-1", "Adele")
    assert not known.take(recorded, fake)
    assert not known.stands_for(recorded, fake)
    assert known.stands_for("text-1", "Adele")


@pytest.mark.parametrize(
    ("fake", "member", "expected"),
    [
        ("established", "state", False),
        ("established", "displayName", True),
        ("7505", "code", False),
        ("#microsoft.graph.call", "@odata.type", False),
        ("Request authorization tenant mismatch.", "message", False),
        ("callbackUri is missing.", "message", True),
    ],
)
def test_text_stands_for_nothing_that_a_sanitiser_keeps(fake: str, member: str, expected: bool) -> None:
    assert Placeholders().take("text-1", fake, member) is expected


def test_text_that_looks_like_a_role_stands_as_it_is_rendered() -> None:
    known = Placeholders()

    known.take("text-1", "<call:1>")

    assert (known.stands_for("text-1", r"\<call:1>"), known.stands_for("text-1", "<call:1>")) == (True, False)
