"""Commands on single participants: what somebody does on their own, and the bot removing somebody."""

from __future__ import annotations

from dataclasses import replace

from harness.errors import UsageError
from harness.graph import calls, operations, roster
from harness.graph.outcomes import Outcome, RosterChanged
from harness.graph.refusals import ALL_LEFT, PEER_LEFT, PHONE_LEFT, refuse
from harness.graph.states import CALL_STEPS, CallStep, can
from harness.graph.types import Call, CallKind, IdentityKind, Participant, Person


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


def hang_up(call: Call, participant_id: str) -> Outcome:
    """Somebody hangs up: they leave, and a group call that the bot is then alone in ends.

    Nobody must be rung any more, and a meeting goes on without people (assumed, both; the code is documented).
    Raises: as `leave`.
    """
    left = leave(call, participant_id)
    (call,) = left.calls
    others = [p for p in call.participants if p.id != call.my_participant_id]
    if call.kind is not CallKind.GROUP or others or call.pending:
        return left
    ended = calls.end(call, ALL_LEFT)
    return Outcome(ended.calls, (*left.changes, *ended.changes))


def mute(call: Call, participant_id: str, *, is_muted: bool = True) -> Outcome:
    """Somebody mutes or unmutes themselves; the roster is told where that changes what it shows.

    Raises: GraphError `unknown-participant`; `not-built` for the bot itself.
    Source: documented, participant-mute (all get a roster update) and resources/participant (`isMuted`: by the client
    or by the server).
    """
    participant = roster.find(call, participant_id)
    if participant_id == call.my_participant_id:
        raise refuse("not-built", what="muting of the bot itself")
    return _changed(call, participant, replace(participant, is_muted=is_muted))


def enter(call: Call, participant_id: str) -> Outcome:
    """Somebody is let in who waits in the lobby; the roster is told (assumed).

    Raises: GraphError `unknown-participant`; UsageError when they are in already.
    """
    participant = roster.find(call, participant_id)
    if not participant.is_in_lobby:
        raise UsageError(f"participant {participant_id!r} is in the call, not in its lobby")
    return _changed(call, participant, replace(participant, is_in_lobby=False))


def _changed(call: Call, old: Participant, new: Participant) -> Outcome:
    """The call with one participant as they are now; told where a roster shows them."""
    is_shown = old in call.roster and old != new
    call = roster.changed(call, [new])
    return Outcome((call,), (RosterChanged(call),) if is_shown else ())


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
    roster.find_shown(call, participant_id)
    return leave(call, participant_id)
