"""What happens to a call from outside: by people, by their phones, by the service. A table: verb -> what it does.

The verbs of control (`/__admin/calls/{id}/answers`) and of `happens` in a scenario file are these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from harness.errors import UsageError
from harness.graph.outcomes import Happening
from harness.graph.schema import ENUMS
from harness.graph.types import IdentityKind
from harness.server import given
from harness.server.members import object_of
from harness.server.world import World

Body = Mapping[str, Any]
Verb = Callable[[World, str, Body], dict[str, Any] | None]


def happen(world: World, call_id: str, verb: str, body: Body) -> dict[str, Any] | None:
    """Let something happen to a call; what there is to tell of it, such as the id of who has joined.

    Raises: UsageError when the body is wrong, or it cannot happen now; GraphError `unknown-call`.
    """
    return VERBS[verb](world, call_id, body)


def _reacts(happening: Happening, world: World, call_id: str, body: Body) -> None:
    """`{"participantId": …}` of who is being rung; `fails` takes a resultInfo as well."""
    is_failure = happening is Happening.FAILS
    members = object_of(body, "body", ("participantId", *(("code", "subcode", "message") if is_failure else ())))
    result = {name: value for name, value in members.items() if name != "participantId"}
    read = given.read_result(result, "body") if is_failure else None
    world.react(call_id, _participant_id(members), happening, read)


def _joins(world: World, call_id: str, body: Body) -> dict[str, Any]:
    """An identity, and `id`, `hidden`, `info`."""
    members = object_of(body, "body", (*IdentityKind, "id", "hidden", "info"))
    participant = given.read_participant(members, "participant", world.new_id)
    world.join(call_id, participant.person, participant_id=participant.id, hidden=participant.hidden)
    return {"participantId": participant.id}


def _acts(act: Callable[[World, str, str], None], world: World, call_id: str, body: Body) -> None:
    """`{"participantId": …}` of somebody who is in the call."""
    act(world, call_id, _participant_id(object_of(body, "body", ("participantId",))))


def _presses(world: World, call_id: str, body: Body) -> None:
    """`{"tone": "tone1"}`: somebody presses a key."""
    tone = object_of(body, "body", ("tone",)).get("tone")
    if tone not in ENUMS["tone"]:
        raise UsageError(f"tone: expected one of {', '.join(ENUMS['tone'])}, got {tone!r}")
    world.press(call_id, tone)


def _ends(world: World, call_id: str, body: Body) -> dict[str, Any]:
    """`{"code": 500, "subcode": 7117, "message": …}`: the service ends the call."""
    world.end(call_id, given.read_result(body, "body"))
    return {"status": "ended"}


def _participant_id(members: Body) -> str:
    participant_id = members.get("participantId")
    if not isinstance(participant_id, str):
        raise UsageError(f"participantId: expected the id of a participant, got {participant_id!r}")
    return participant_id


VERBS: Final[Mapping[str, Verb]] = {
    "answers": partial(_reacts, Happening.ANSWERS),
    "declines": partial(_reacts, Happening.DECLINES),
    "busy": partial(_reacts, Happening.BUSY),
    "expires": partial(_reacts, Happening.EXPIRES),
    "fails": partial(_reacts, Happening.FAILS),
    "joins": _joins,
    "leaves": partial(_acts, World.leave),
    "hangsUp": partial(_acts, World.hang_up_by),
    "mutes": partial(_acts, World.mute),
    "unmutes": partial(_acts, World.unmute),
    "enters": partial(_acts, World.enter),
    "presses": _presses,
    "ends": _ends,
}
