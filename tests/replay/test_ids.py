"""Identifiers by role."""

from __future__ import annotations

import pytest

from harness.errors import UsageError
from harness.replay import NothingRecorded, Replay
from tests.replay.build import (
    ADELE,
    BOB,
    CALL,
    CALLBACK,
    CONTEXT,
    INVITE,
    OPERATION,
    USER,
    asked,
    invite,
    replay,
    request,
    said,
    told,
)


def invited() -> Replay:
    return replay(
        [
            asked("POST", "/calls", {"callbackUri": CALLBACK}, answer={"id": CALL}),
            asked("POST", INVITE, invite(), answer={"id": OPERATION}),
            told(f"/calls/{CALL}/operations/{OPERATION}"),
        ]
    )


def test_roles_are_listed() -> None:
    ids = invited().ids

    assert list(ids) == ["host:1", "call:1", "user:1", "context:1", "id:1"]
    assert len(ids) == 5
    assert ("call:1" in ids, "call:2" in ids) == (True, False)


def test_identifier_is_that_of_the_bot() -> None:
    machine = invited()
    machine.answer(request("POST", "/calls", {"callbackUri": "https://me.example/hook"}))
    machine.answer(request("POST", INVITE, invite(ADELE, "mine")))

    assert dict(machine.ids) == {
        "host:1": "me.example",
        "call:1": CALL,
        "user:1": ADELE,
        "context:1": "mine",
        "id:1": OPERATION,
    }


def test_identifier_that_the_bot_has_not_met_is_handed_over_by_asking() -> None:
    machine = replay([asked("GET", f"/users/{USER}"), asked("GET", f"/users/{BOB}", answer={"id": BOB})])
    second = machine.ids["id:2"]

    assert second == BOB
    assert said(machine, "GET", f"/users/{second}") == {"id": BOB}
    with pytest.raises(NothingRecorded):
        machine.answer(request("GET", f"/users/{second}"))


def test_asking_for_what_the_bot_makes_up_decides_nothing() -> None:
    machine = invited()

    assert (machine.ids["context:1"], machine.ids["host:1"]) == (CONTEXT, "host-1.test")
    machine.answer(request("POST", "/calls", {"callbackUri": "https://me.example/hook"}))
    assert machine.answer(request("POST", INVITE, invite(context="mine"))).status == 200
    assert (machine.ids["context:1"], machine.ids["host:1"]) == ("mine", "me.example")


@pytest.mark.parametrize(
    ("machine", "there"), [(invited(), "host:1, call:1, user:1, context:1, id:1"), (replay([]), "none")]
)
def test_unknown_role_is_refused_with_those_there_are(machine: Replay, there: str) -> None:
    with pytest.raises(UsageError) as error:
        machine.ids["call:2"]

    assert str(error.value) == f"no identifier has the role 'call:2' on this cassette; there are: {there}"
