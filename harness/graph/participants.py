"""Commands on single participants: somebody joins or leaves on their own, the bot removes somebody."""

from __future__ import annotations

from harness.graph import calls, operations, roster
from harness.graph.refusals import PEER_LEFT, PHONE_LEFT, refuse
from harness.graph.states import CALL_STEPS, CallStep, can
from harness.graph.types import Call, CallKind, IdentityKind, Outcome, Person, RosterChanged


def join(call: Call, person: Person, *, participant_id: str, hidden: bool = False) -> Outcome:
    """Somebody comes into a group call or meeting on their own; the roster is told.

    Raises: GraphError `call-not-established`, `no-joining`, `already-invited`.
    """
    if not can(CALL_STEPS, call.state, CallStep.ADMIT):
        raise refuse("call-not-established", state=call.state)
    if call.kind is CallKind.PEER_TO_PEER:
        raise refuse("no-joining")
    roster.refuse_known(call, [person.identity])
    call = roster.admit(call, person, participant_id=participant_id, hidden=hidden)
    return Outcome((call,), (RosterChanged(call),))


def leave(call: Call, participant_id: str) -> Outcome:
    """Somebody hangs up: in a peer-to-peer call that ends the call, else the roster is told.

    Raises: GraphError `unknown-participant`, `own-participant`.
    """
    participant = roster.find(call, participant_id)
    if participant_id == call.my_participant_id:
        raise refuse("own-participant")
    if call.kind is CallKind.PEER_TO_PEER:
        is_phone = participant.identity.kind is IdentityKind.PHONE
        return calls.end(call, PHONE_LEFT if is_phone else PEER_LEFT, sender=participant.identity)
    call = roster.without(call, participant_id)
    return Outcome((call,), (RosterChanged(call),))


def remove(call: Call, participant_id: str) -> Outcome:
    """The bot removes a participant, or revokes an invitation that still rings, which cancels it.

    Raises: GraphError `unknown-participant` (also for everybody in a peer-to-peer call, whose roster is empty),
    `own-participant`.
    Source: documented, participant-delete; the id of a ringing invitee is the answer's `participantId` (assumed).
    """
    invitation = operations.pending(call, participant_id)
    if invitation is not None and invitation.operation_id is not None:
        call, told = operations.cancel(call, invitation)
        return Outcome((call,), told)
    if all(p.id != participant_id for p in call.roster):
        raise refuse("unknown-participant")
    return leave(call, participant_id)
