"""Small builders for tests of the call model: who there is, calls in a known state, commands with counted ids.

Nothing here runs a command to make its values, but for the commands named as such.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from itertools import count
from typing import Any

import pytest

from harness.errors import GraphError
from harness.graph import invitations, operations
from harness.graph.outcomes import CallChanged, Change, OperationEnded, Outcome
from harness.graph.refusals import failure
from harness.graph.types import (
    Application,
    Call,
    CallKind,
    CallState,
    ChatInfo,
    Identity,
    IdentityKind,
    Invitation,
    Invitee,
    InviteRequest,
    MediaStream,
    Operation,
    Participant,
    Person,
    Reaction,
    Rules,
)

CALLBACK = "https://bot.contoso.com/callback"
TENANT = "tenant-1"
SERVICE_HOSTED = {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"}
APPLICATION_HOSTED = {"@odata.type": "#microsoft.graph.appHostedMediaConfig", "blob": "<media session>"}


def new_id(prefix: str = "id") -> Callable[[], str]:
    """A source of counted ids: `id-1`, `id-2`, …"""
    numbers = count(1)
    return lambda: f"{prefix}-{next(numbers)}"


def application(**changes: Any) -> Application:
    return Application(**{"id": "bot-1", "tenant_id": TENANT, "display_name": "Calling Bot", **changes})


def user(name: str, **members: str) -> Identity:
    return Identity(IdentityKind.USER, name, members)


def phone(number: str) -> Identity:
    return Identity(IdentityKind.PHONE, number)


def bot(name: str) -> Identity:
    return Identity(IdentityKind.APPLICATION, name)


def invitee(who: Identity | str, **members: Any) -> Invitee:
    """An invitee; a name alone is a user's."""
    return Invitee(user(who) if isinstance(who, str) else who, **members)


def invitees(*names: str) -> tuple[Invitee, ...]:
    return tuple(invitee(name) for name in names)


def participant(who: Identity | str, **members: Any) -> Participant:
    """Somebody in a call, under the id `p-{name}`."""
    identity = user(who) if isinstance(who, str) else who
    return Participant(id=f"p-{identity.id}", person=Person(identity), **members)


def group_call(*names: str, call_id: str = "group-1", **changes: Any) -> Call:
    """An established group call that the bot created, without chat, with these users in it."""
    return _call(call_id, CallKind.GROUP, names, changes)


def meeting(*names: str, call_id: str = "meeting-1", **changes: Any) -> Call:
    """An established call of a joined meeting, with chat, with these users in it."""
    organizer = {
        "@odata.type": "#microsoft.graph.organizerMeetingInfo",
        "organizer": {"user": {"id": "organizer-1"}},
    }
    coordinates = {"chat_info": ChatInfo("19:meeting_1@thread.v2"), "meeting_info": organizer}
    return _call(call_id, CallKind.MEETING, names, {**coordinates, **changes})


def peer_to_peer_call(peer: Identity | str = "peer", *, call_id: str = "peer-1", **changes: Any) -> Call:
    """An established call of the bot with one other."""
    who = user(peer) if isinstance(peer, str) else peer
    return _call(call_id, CallKind.PEER_TO_PEER, (who,), {"targets": (Invitee(who),), **changes})


def _call(call_id: str, kind: CallKind, others: Iterable[Identity | str], changes: dict[str, Any]) -> Call:
    app = changes.pop("application", application())
    me = participant(bot(app.id), media_streams=(MediaStream(source_id="1"),), endpoint_type=None)
    facts: dict[str, Any] = {
        "id": call_id,
        "application": app,
        "kind": kind,
        "state": CallState.ESTABLISHED,
        "callback_uri": CALLBACK,
        "call_chain_id": f"chain-of-{call_id}",
        "my_participant_id": me.id,
        "source": me.identity,
        "requested_modalities": ("audio",),
        "media_config": SERVICE_HOSTED,
        "participants": (me, *(participant(who) for who in others)),
    }
    return Call(**{**facts, **changes})


def people(*known: Person) -> Callable[[Identity], Person]:
    """Who identities turn out to be: those known, and strangers who answer at once."""
    by_key = {person.identity.key: person for person in known}
    return lambda identity: by_key.get(identity.key, Person(identity))


def reacting(name: str, reaction: Reaction) -> Person:
    return Person(user(name), reaction)


def invite(
    call: Call,
    *asked: Invitee,
    context: str | None = "context-1",
    replaced: Call | None = None,
    known: tuple[Person, ...] = (),
    rules: Rules = Rules(),
) -> Outcome:
    """Run the command, with counted ids that are new to the call."""
    return invitations.invite(
        call,
        InviteRequest(asked, context),
        new_id=new_id(f"{call.id}-{len(call.operations)}"),
        person_of=people(*known),
        replaced=replaced,
        rules=rules,
    )


def invite_refusal(call: Call, *asked: Invitee, **facts: Any) -> GraphError:
    """Run the command, which has to be refused and to change nothing."""
    before = deepcopy((call, asked, facts))
    with pytest.raises(GraphError) as caught:
        invite(call, *asked, **facts)
    assert (call, asked, facts) == before
    return caught.value


def ringing(call: Call, name: str) -> Invitation:
    """The invitation that rings for this identity."""
    return next(i for i in call.pending if i.person.identity.id == name)


def answer(call: Call, name: str, *, replaced: Call | None = None) -> Outcome:
    """Run the command for whoever is rung under this name."""
    return invitations.answer(call, ringing(call, name), replaced=replaced)


def fail(call: Call, name: str, reason: str = "declined") -> Outcome:
    """Run the command for whoever is rung under this name; `reason` is a row of the table of failures."""
    invitation = ringing(call, name)
    return invitations.fail(call, invitation, failure(reason, invitation.person.identity))


def operation_of(call: Call, name: str) -> Operation:
    found = operations.operation_of(call, ringing(call, name))
    assert found is not None
    return found


def names(call: Call) -> list[str]:
    """Who is in the call, shown or not."""
    return [p.identity.id for p in call.participants]


def shown(call: Call) -> list[str]:
    return [p.identity.id for p in call.roster]


def told(outcome: Outcome) -> list[tuple[str, str, str]]:
    """What an outcome tells, in order: call id, change type, and state of the call, `roster`, or status."""
    return [(change.call.id, change.change_type, _what(change)) for change in outcome.changes]


def _what(change: Change) -> str:
    if isinstance(change, CallChanged):
        return str(change.call.state)
    if isinstance(change, OperationEnded):
        return str(change.operation.status)
    return "roster"
