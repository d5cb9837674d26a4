"""What `given` of a scenario file may say is what the fake reads there, and the other way round."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pytest

from harness.cassette import vocabulary
from harness.delivery import DeliverySettings
from harness.delivery.settings import Kind, Order
from harness.graph.types import Application, CallKind, MediaHosting, Rules
from harness.server import given, members, outside

_ANNA = {"user": {"id": "1"}}
_EVERYTHING = {
    "application": {},
    "rules": {},
    "people": [_ANNA | {"answers": {"after": 1}}, {"phone": {"id": "2"}, "fails": {"code": 500}}],
    "meetings": [{"threadId": "19:a@thread.v2", "participants": [_ANNA | {"mediaStreams": [{}]}]}],
    "calls": [{"callbackUri": "https://bot.example", "source": _ANNA, "targets": [_ANNA], "chatInfo": {}}],
}


def _names_read(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every name that is taken when a fake is seeded with something of everything."""
    known: set[str] = {field.name for field in fields(DeliverySettings)}

    def noting(value: Any, place: str, names: tuple[str, ...]) -> Mapping[str, Any]:
        known.update(names)
        return members.object_of(value, place, names)

    monkeypatch.setattr(given, "object_of", noting)
    ids = map(str, itertools.count(10))
    given.read_seed(_EVERYTHING, default=Application("a", "t", "bot"), new_id=lambda: next(ids), rules=Rules())
    return known | {"after", "call", *outside.VERBS, "participantId"}


def test_every_name_that_the_fake_reads_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    read = _names_read(monkeypatch)

    assert {"serverMuted", "mostInvitees", "threadId", "subcode", "backoff"} <= read
    assert [name for name in sorted(read) if not vocabulary.is_member(name)] == []


def test_no_name_is_kept_for_a_fake_that_does_not_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(vocabulary.GIVEN.split()) - _names_read(monkeypatch) == set()


@pytest.mark.parametrize(
    ("member", "words"),
    [("order", Order), ("drop", Kind), ("duplicate", Kind), ("kind", CallKind), ("media", MediaHosting)],
)
def test_every_word_that_the_fake_reads_is_kept(member: str, words: type[Order]) -> None:
    assert [word for word in words if not vocabulary.is_word(word, member)] == []
