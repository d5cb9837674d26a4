"""Commands on a call that is handed over: start, accepted, failed. Source: documented, call-transfer.

Blind, or consultative: with the target's `replacesCallId`, when both calls of the bot end (observed, CS 106). From a
group call somebody of it is handed over, and the bot's call ends like any other (documented, call-transfer example 5).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from harness.graph import calls, parsing, roster
from harness.graph.calls import NewId, PersonOf
from harness.graph.outcomes import CallChanged, ChangeType, Outcome
from harness.graph.refusals import REPLACED, TRANSFERRED, refuse
from harness.graph.states import CALL_STEPS, CallStep, after, can
from harness.graph.types import Call, CallKind, Invitation, ResultInfo, Rules

FAILED: Final = 7000
FAILED_CONSULTATIVE: Final = 7700
"""Subcodes of a transfer that failed. Source: documented, call-transfer; that each has its own is read from there."""


def transfer(
    call: Call,
    asked: Mapping[str, Any],
    *,
    new_id: NewId,
    person_of: PersonOf,
    named_call: Callable[[str], Call | None],
    rules: Rules,
) -> Outcome:
    """The target is rung, and the bot told that the call is transferring.

    named_call: the application's call that a `replacesCallId` names; one that names none is passed over, as that of an
    invite is (assumed; example 1 has a placeholder there, and goes on like a blind transfer).

    Raises: GraphError `no-transferee` for a group call without one, `unknown-participant`, `replaces-itself`.
    """
    target = parsing.invitee(asked["transferTarget"], "transferTarget")
    named = (asked.get("transferee") or {}).get("participantId")
    if call.kind is not CallKind.PEER_TO_PEER:
        if named is None:
            raise refuse("no-transferee")
        roster.find_shown(call, named)
    replaced = named_call(target.replaces_call_id) if target.replaces_call_id else None
    if replaced is not None and replaced.id == call.id:
        raise refuse("replaces-itself")
    invitation = Invitation(new_id(), target, person_of(target.identity))
    call = replace(
        call,
        state=after(CALL_STEPS, call.state, CallStep.TRANSFER),
        ringing=(invitation,),
        transfer_replaces=replaced.id if replaced is not None else None,
    )
    due = calls.reaction_due(call.id, invitation, rules)
    return Outcome((call,), (CallChanged(ChangeType.UPDATED, call),), (due,))


def accepted(call: Call, *, replaced: Call | None = None) -> Outcome:
    """The target has answered: told as accepted, then the call ends; so does the one that was replaced.

    Blind: 200 and 7015 (its page prints 0, the table of ends 200). Consultative: a reason in place of a resultInfo.
    """
    is_consultative = call.transfer_replaces is not None
    call = replace(call, ringing=(), state=after(CALL_STEPS, call.state, CallStep.ACCEPT))
    told = CallChanged(ChangeType.UPDATED, call)
    if is_consultative:
        call = replace(call, termination_reason="AppTransferred")
    ended = calls.end(call, None if is_consultative else TRANSFERRED)
    rest = Outcome(())
    if replaced is not None and can(CALL_STEPS, replaced.state, CallStep.HANG_UP):
        rest = calls.hang_up(replaced, REPLACED)
    return Outcome((*ended.calls, *rest.calls), (told, *ended.changes, *rest.changes))


def fails(call: Call, result: ResultInfo) -> Outcome:
    """The target does not come: the call is as it was, and that is told with a resultInfo (documented)."""
    subcode = FAILED if call.transfer_replaces is None else FAILED_CONSULTATIVE
    call = replace(call, ringing=(), transfer_replaces=None, state=after(CALL_STEPS, call.state, CallStep.RETURN))
    failed = replace(call, result_info=ResultInfo(500, subcode, result.message))
    return Outcome((call,), (CallChanged(ChangeType.UPDATED, failed),))
