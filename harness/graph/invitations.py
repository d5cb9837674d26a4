"""Invite, completely: the command, what invitees do, and what becomes of a call that is replaced.

Source: documented, participant-invite (https://learn.microsoft.com/graph/api/participant-invite) and
invitationParticipantInfo; observed, CS 408, 410, 599, 700, 795.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from harness.graph import calls, operations, roster
from harness.graph.calls import NewId, PersonOf
from harness.graph.outcomes import CallChanged, Change, ChangeType, Due, Happening, Outcome, RosterChanged
from harness.graph.permissions import Act, require
from harness.graph.refusals import REPLACED, failure, refuse
from harness.graph.states import CALL_STEPS, CallStep, InvitationStep, can
from harness.graph.types import (
    Call,
    CallKind,
    ChatInfo,
    IdentityKind,
    Invitation,
    Invitee,
    InviteRequest,
    MediaHosting,
    Operation,
    OperationStatus,
    ResultInfo,
    Rules,
)

MOST_CONTEXT_CHARACTERS = 256
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def invite(
    call: Call,
    asked: InviteRequest,
    *,
    new_id: NewId,
    person_of: PersonOf,
    replaced: Call | None = None,
    rules: Rules = Rules(),
) -> Outcome:
    """Start an operation that brings invitees into an established call; its end is told later.

    asked.invitees: 1 to 5; several only into a group call with chat info.
    replaced: the application's call that the first invitee's `replacesCallId` names, if there is one: then only the
    first invitee is read. A peer-to-peer call gains chat info at once, and is told so, whatever becomes of the
    invitation (observed, CS 700); it is a group call once somebody has joined.
    Raises: GraphError, one per rule (`harness.graph.refusals`).
    """
    require(call.application, Act.INVITE)
    if not can(CALL_STEPS, call.state, CallStep.INVITE):
        raise refuse("call-not-established", state=call.state)
    invitees = asked.invitees[:1] if replaced is not None else _without_replacement(asked.invitees)
    _check(call, invitees, asked.client_context, rules)
    if replaced is not None:
        _check_replacement(call, invitees[0], replaced)

    operation = _start(invitees, asked.client_context, new_id=new_id, person_of=person_of, replaced=replaced)
    due = tuple(_due(call, invitation, rules) for invitation in operation.invitations)
    call = replace(call, operations=(*call.operations, operation))
    told: tuple[Change, ...] = ()
    if call.kind is CallKind.PEER_TO_PEER:
        call = replace(call, chat_info=call.chat_info or ChatInfo(f"19:{new_id()}"))
        told = (CallChanged(ChangeType.UPDATED, call, escalated=True),)
    if rules.roster_while_ringing:
        told = (*told, RosterChanged(call))
    return Outcome((call,), told, due)


def answer(call: Call, invitation: Invitation, *, replaced: Call | None = None) -> Outcome:
    """An invitee joins. On the operation's success the replaced call ends, or is left by who has moved.

    A call of three parties is a group call (documented, cloud-communications-calls).
    replaced: the call that the operation replaces, as it stands now; None when it has ended meanwhile.
    Raises: IllegalStep when the invitation is settled already.
    """
    operation = operations.operation_of(call, invitation)
    if call.kind is CallKind.PEER_TO_PEER:
        call = replace(call, kind=CallKind.GROUP)
    call = operations.admit(call, invitation)
    call, told = operations.settle(call, invitation, InvitationStep.JOIN)
    if replaced is None or operation is None or operation.replaces != replaced.id:
        return Outcome((call,), told)
    rest = _leave_replaced(replaced, invitation)
    return Outcome((call, *rest.calls), (*told, *rest.changes))


def fail(call: Call, invitation: Invitation, result: ResultInfo) -> Outcome:
    """An invitee does not come; the replaced call, if any, stays up. Source: documented, invitationParticipantInfo."""
    call, told = operations.settle(call, invitation, InvitationStep.FAIL, result)
    return Outcome((call,), told)


def _without_replacement(invitees: Sequence[Invitee]) -> tuple[Invitee, ...]:
    """Several invitees whose `replacesCallId` names no call: a plain invite of all, `replacesCallId` not echoed.

    The one reading that fits both texts of the invite page (example 2 and example 3).
    """
    if len(invitees) == 1:
        return tuple(invitees)
    return tuple(replace(i, replaces_call_id=None) for i in invitees)


def _check(call: Call, invitees: Sequence[Invitee], client_context: str | None, rules: Rules) -> None:
    if client_context is not None and len(client_context) > MOST_CONTEXT_CHARACTERS:
        raise refuse("client-context", length=len(client_context))
    if not invitees:
        raise refuse("no-invitees")
    if len(invitees) > rules.most_invitees:
        raise refuse("too-many-invitees", limit=rules.most_invitees, count=len(invitees))
    if len(invitees) > 1 and call.kind is CallKind.PEER_TO_PEER:
        raise refuse("several-in-peer-to-peer")
    if len(invitees) > 1 and rules.several_need_chat and call.chat_info is None:
        raise refuse("several-without-chat")
    for position, invitee in enumerate(invitees):
        if invitee.identity.kind is IdentityKind.PHONE and not _E164.fullmatch(invitee.identity.id):
            raise refuse("phone-number", position=position, id=invitee.identity.id)
    if rules.unique_identities:
        roster.refuse_known(call, [i.identity for i in invitees])
    if rules.one_invited_bot:
        _refuse_second_bot(call, invitees)


def _refuse_second_bot(call: Call, invitees: Sequence[Invitee]) -> None:
    """The calling bot does not count (assumed): one more bot may be invited."""
    if all(i.identity.kind is not IdentityKind.APPLICATION for i in invitees):
        return
    others = [p for p in call.participants if p.id != call.my_participant_id]
    identities = [
        *(p.identity for p in others),
        *(i.person.identity for i in call.pending),
        *(i.identity for i in invitees),
    ]
    if sum(i.kind is IdentityKind.APPLICATION for i in identities) > 1:
        raise refuse("second-bot")


def _check_replacement(call: Call, invitee: Invitee, replaced: Call) -> None:
    if replaced.id == call.id:
        raise refuse("replaces-itself")
    if invitee.participant_id is not None:
        moved = [p for p in replaced.participants if p.id == invitee.participant_id]
        if [p.identity.key for p in moved] != [invitee.identity.key]:
            raise refuse("not-in-replaced-call", id=invitee.participant_id)


def _start(
    invitees: Sequence[Invitee],
    client_context: str | None,
    *,
    new_id: NewId,
    person_of: PersonOf,
    replaced: Call | None,
) -> Operation:
    """A running operation. Who moves between meetings keeps the participant id that the request names."""
    operation_id = new_id()
    moves = replaced is not None
    invitations = tuple(
        Invitation(
            participant_id=(i.participant_id if moves else None) or new_id(),
            invitee=i,
            person=person_of(i.identity),
            operation_id=operation_id,
        )
        for i in invitees
    )
    return Operation(
        id=operation_id,
        status=OperationStatus.RUNNING,
        client_context=new_id() if client_context is None else client_context,
        invitations=invitations,
        replaces=replaced.id if replaced is not None else None,
    )


def _due(call: Call, invitation: Invitation, rules: Rules) -> Due:
    """What will become of an invitation, unless somebody comes before: the service fails it, or the person reacts."""
    identity = invitation.person.identity
    if identity.kind is IdentityKind.PHONE and not call.has_number:
        result = failure("no-number", identity)
        return Due(0.0, call.id, Happening.FAILS, invitation.participant_id, result)
    hosted_by_bot = call.media_hosting is MediaHosting.APPLICATION
    if call.kind is CallKind.PEER_TO_PEER and hosted_by_bot:
        result = failure("media", identity)
        return Due(rules.media_failure_after, call.id, Happening.FAILS, invitation.participant_id, result)
    return calls.reaction_due(call.id, invitation, rules)


def _leave_replaced(replaced: Call, invitation: Invitation) -> Outcome:
    """A replaced peer-to-peer call ends; a meeting that somebody moved out of tells its roster (assumed).

    Only a peer-to-peer call is dropped (documented, invitationParticipantInfo), with notifications that it is
    terminated and deleted (documented, participant-invite).
    """
    if replaced.kind is CallKind.PEER_TO_PEER:
        is_up = can(CALL_STEPS, replaced.state, CallStep.HANG_UP)
        return calls.hang_up(replaced, REPLACED) if is_up else Outcome(())
    moved = invitation.invitee.participant_id
    if all(p.id != moved for p in replaced.participants):
        return Outcome(())
    left = roster.without(replaced, str(moved))
    return Outcome((left,), (RosterChanged(left),))
