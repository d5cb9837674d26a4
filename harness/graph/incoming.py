"""Commands on calls that come in: ring, answer, reject, redirect, and what becomes of them.

A bot has 15 seconds to react, for policy-based recording 5 (documented, call-answer). One that does not is told nothing
more (observed, CS 596). Source: documented, call-answer, call-reject, call-redirect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from harness.graph import calls, operations, parsing
from harness.graph.calls import NewId, PersonOf, is_acceptable_callback
from harness.graph.outcomes import CallChanged, ChangeType, Due, Happening, Outcome
from harness.graph.permissions import Act, require
from harness.graph.refusals import refuse
from harness.graph.states import CALL_STEPS, CallStep, InvitationStep, after
from harness.graph.types import Call, CallKind, Invitation, ResultInfo, Rules

_RINGS_ONE: Final = 55
_RINGS_SEVERAL: Final = 60


def ring(call: Call, rules: Rules) -> Outcome:
    """A call comes in: the bot is told, and has so long to react."""
    is_recording = bool((call.incoming_context or {}).get("observedParticipantId"))
    within = rules.answer_recording_within if is_recording else rules.answer_within
    due = Due(within, call.id, Happening.MISSES)
    return Outcome((call,), (CallChanged(ChangeType.CREATED, call, as_incoming=True),), (due,))


def miss(call: Call) -> Outcome:
    """Nobody has reacted: the call is over, and nothing is told of it."""
    return Outcome((replace(call, state=after(CALL_STEPS, call.state, CallStep.END)),))


def answer(call: Call, asked: Mapping[str, Any]) -> Outcome:
    """The call is established, on what the bot brings along.

    Raises: GraphError `callback-uri`, `permission` for a group call.
    """
    if call.kind is not CallKind.PEER_TO_PEER:
        require(call.application, Act.ANSWER_GROUP)
    call = replace(
        call,
        state=after(CALL_STEPS, call.state, CallStep.ANSWER),
        callback_uri=_callback(call, asked),
        requested_modalities=tuple(asked.get("acceptedModalities") or asked.get("acceptModalities") or ()),
        media_config=asked["mediaConfig"],
        call_options=asked.get("callOptions"),
    )
    due = Due(0.0, call.id, Happening.ESTABLISHES)
    return Outcome((call,), (CallChanged(ChangeType.UPDATED, call),), (due,))


def reject(call: Call, asked: Mapping[str, Any]) -> Outcome:
    """The call is over; that is told without a state (documented, call-reject example 2)."""
    call = replace(call, callback_uri=_callback(call, asked), state=after(CALL_STEPS, call.state, CallStep.REJECT))
    return Outcome((call,), (CallChanged(ChangeType.DELETED, call, is_bare=True),))


def redirect(call: Call, asked: Mapping[str, Any], *, new_id: NewId, person_of: PersonOf, rules: Rules) -> Outcome:
    """Others are rung at once, for so long; the first to answer has the call.

    Raises: GraphError `callback-uri`, `invalid-body`.
    """
    targets = parsing.invitees(asked["targets"], "targets")
    seconds = asked.get("timeout")
    if seconds is None:
        seconds = _RINGS_ONE if len(targets) == 1 else _RINGS_SEVERAL
    ringing = tuple(Invitation(new_id(), target, person_of(target.identity)) for target in targets)
    state = after(CALL_STEPS, call.state, CallStep.REDIRECT)
    call = replace(call, state=state, callback_uri=_callback(call, asked), ringing=ringing)
    for_so_long = replace(rules, ring_timeout=float(seconds))
    return Outcome((call,), (), tuple(calls.reaction_due(call.id, i, for_so_long) for i in ringing))


def redirected(call: Call) -> Outcome:
    """Somebody else has answered: for the bot the call is over."""
    call = replace(call, ringing=(), state=after(CALL_STEPS, call.state, CallStep.END))
    return Outcome((call,), (CallChanged(ChangeType.DELETED, call, as_incoming=True),))


def redirect_fails(call: Call, target: Invitation, result: ResultInfo) -> Outcome:
    """One of those who are rung does not come; the last of them ends the call, for that reason (assumed)."""
    call, _ = operations.settle(call, target, InvitationStep.FAIL, result)
    if call.ringing:
        return Outcome((call,))
    call = replace(call, state=after(CALL_STEPS, call.state, CallStep.END), result_info=result)
    return Outcome((call,), (CallChanged(ChangeType.DELETED, call, as_incoming=True),))


def _callback(call: Call, asked: Mapping[str, Any]) -> str:
    """Where the bot is told from now on; where it was told so far, if it does not say. Raises: GraphError."""
    uri: str = asked.get("callbackUri") or asked.get("callback") or call.callback_uri
    if not is_acceptable_callback(uri):
        raise refuse("callback-uri", uri=uri)
    return uri
