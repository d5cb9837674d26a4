"""Identifiers of a cassette as roles: the same ones however far it was read."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from harness.cassette.binding import Binding, Side
from harness.cassette.format import Interaction
from harness.replay.naming import Naming
from tests.replay.build import ADELE, BOB, INVITE, OPERATION, OTHER, USER, asked, cassette, invite, told

RECORDED = (
    asked("POST", INVITE, invite(), answer={"id": OPERATION, "userId": ADELE}),
    told(f"/calls/{OTHER}"),
    asked("GET", f"/calls/{BOB}/participants", answer={"operationId": OPERATION}),
)
ROLES = ["call:1", "user:1", "context:1", "call:2", "id:1", "id:2", "host:1", "call:3"]


def naming(*interactions: Interaction) -> Naming:
    return Naming(cassette(*interactions).interactions, Binding())


@pytest.mark.parametrize("first", [(), (BOB,), (OPERATION,), (OTHER, USER)], ids=["none", "request", "answer", "told"])
def test_roles_are_numbered_alike_whatever_is_asked_for_first(first: tuple[str, ...]) -> None:
    names = naming(*RECORDED)
    for text in first:
        names.render(text, "id")

    assert list(names.recorded()) == ROLES
    assert names.recorded()["call:3"][0] == OTHER
    assert names.render(f"/calls/{OTHER}") == "/calls/<call:3>"


def test_it_reads_no_further_than_it_has_to() -> None:
    unreadable = told(f"/calls/{OTHER}")
    unreadable = replace(unreadable, request=replace(unreadable.request, body=cast(bytes, "no bytes")))
    names = naming(*RECORDED, unreadable)

    assert names.render(f"/calls/{BOB}/operations/{OPERATION}") == "/calls/<call:2>/operations/<id:1>"
    with pytest.raises(AttributeError):
        names.recorded()


def test_what_is_not_recorded_is_numbered_behind_all_that_is() -> None:
    names = naming(*RECORDED)

    assert names.render("/calls/unknown") == "/calls/<call:4, text>"
    assert names.render("/calls/unknown", side=Side.FAKE) == "/calls/<new call:1, text>"
