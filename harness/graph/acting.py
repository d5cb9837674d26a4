"""Commands on operations that are no invitation: start one, end it, cancel it. Every row of `harness.graph.actions`.

Of those that are queued one runs at a time; the next begins when it ends (documented, call-playprompt, call-record).
What waits is `notStarted` in its answer (assumed).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from harness.graph import calls, incoming, operations, transfers
from harness.graph.actions import MOST, NUMBERS, Action
from harness.graph.calls import NewId, PersonOf
from harness.graph.invitations import MOST_CONTEXT_CHARACTERS
from harness.graph.outcomes import (
    CallChanged,
    Change,
    ChangeType,
    Due,
    Happening,
    OperationEnded,
    Outcome,
    RosterChanged,
)
from harness.graph.permissions import require
from harness.graph.refusals import refuse
from harness.graph.schema import parameters_of
from harness.graph.states import CALL_STEPS, OPERATION_STEPS, OperationStep, after, can
from harness.graph.types import Call, End, Operation, OperationKind, OperationStatus, Plan, Rules

_OF_CALLS: Final = {"answer": incoming.answer, "reject": incoming.reject}
"""Actions that are more than an effect, as are redirect and transfer: they change the state of the call."""


def perform(
    call: Call,
    action: Action,
    asked: Mapping[str, Any],
    *,
    participant_id: str | None = None,
    new_id: NewId,
    person_of: PersonOf,
    named_call: Callable[[str], Call | None] = lambda named: None,
    rules: Rules = Rules(),
    recordings: str = "https://graph.microsoft.com/recordings",
) -> Outcome:
    """Carry an action out. An operation of it is the last of the call's then.

    asked: parameters, types checked (`harness.graph.parsing`). participant_id: whom the path names. recordings: where
    recordings are, without a slash behind it (assumed: Graph's are elsewhere, on hosts that nobody published).
    Told: operations that it ended, and the roster where it shows something else than before.
    Raises: GraphError `permission`, `wrong-state`, `client-context`, `invalid-body`, and what the effect refuses.
    """
    if action.needs is not None:
        require(call.application, action.needs)
    if not can(CALL_STEPS, call.state, action.step):
        wanted = next(state for state, step in CALL_STEPS if step is action.step)
        raise refuse("wrong-state", state=call.state, action=action.name, wanted=wanted)
    _check(action, asked)
    if action.name in _OF_CALLS:
        return _OF_CALLS[action.name](call, asked)
    if action.name == "redirect":
        return incoming.redirect(call, asked, new_id=new_id, person_of=person_of, rules=rules)
    if action.name == "transfer":
        return transfers.transfer(call, asked, new_id=new_id, person_of=person_of, named_call=named_call, rules=rules)
    changed = action.effect(call, asked, participant_id)
    told = _told(call, changed)
    due: tuple[Due, ...] = ()
    if action.kind is not None:
        changed, due = _start(changed, action, asked, new_id, action.plan(asked, rules, recordings))
    if changed.lease != call.lease:
        due = (*due, calls.lapse_due(changed, rules))
    return Outcome((changed,), told, due)


def complete(call: Call, operation_id: str, end: End | None = None, *, new_id: NewId) -> Outcome:
    """An operation that runs ends as planned, or as it is scripted, and the next one begins.

    Raises: KeyError when there is none of this id; IllegalStep when it has ended.
    """
    operation = call.operation(operation_id)
    if operation.plan is None:
        raise KeyError(operation_id)
    call = operations.finish(call, operation, _recorded(end or operation.plan.completed, operation.plan, new_id))
    told = OperationEnded(call, call.operation(operation_id))
    call, due = _begin(call)
    return Outcome((call,), (told,), due)


def press(call: Call, tone: str) -> Outcome:
    """Somebody presses a key of their phone; the bot is told, if it has subscribed. Source: call-subscribetotone."""
    if call.tones is None:
        return Outcome((call,))
    call = replace(call, tones=call.tones + 1)
    return Outcome((call,), (CallChanged(ChangeType.UPDATED, call, tone=tone),))


def _start(
    call: Call, action: Action, asked: Mapping[str, Any], new_id: NewId, plan: Plan | None
) -> tuple[Call, tuple[Due, ...]]:
    context = asked.get("clientContext")
    operation = Operation(
        id=new_id(),
        kind=action.kind or OperationKind.COMMS,
        status=OperationStatus.COMPLETED if plan is None else OperationStatus.NOT_STARTED,
        client_context=new_id() if context is None else context,
        plan=plan,
        members=action.members,
    )
    return _begin(replace(call, operations=(*call.operations, operation)))


def _recorded(end: End, plan: Plan, new_id: NewId) -> End:
    """With the place of the recording, and the token that opens it, where there is one."""
    if not plan.completed.is_recorded or end.status is not OperationStatus.COMPLETED:
        return end
    where = {"recordingLocation": f"{plan.recordings}/{new_id()}", "recordingAccessToken": f"recording-{new_id()}"}
    return replace(end, members={**where, **end.members})


def _begin(call: Call) -> tuple[Call, tuple[Due, ...]]:
    """The call with everything begun that has not to wait, and when that will end."""
    due: tuple[Due, ...] = ()
    for operation in call.operations:
        if operation.status is OperationStatus.NOT_STARTED and operation.plan and not _has_to_wait(call, operation):
            status = after(OPERATION_STEPS, operation.status, OperationStep.BEGIN)
            call = operations.with_operation(call, replace(operation, status=status))
            due = (*due, Due(operation.plan.lasts, call.id, Happening.COMPLETES, operation_id=operation.id))
    return call, due


def _has_to_wait(call: Call, operation: Operation) -> bool:
    if operation.plan is None or not operation.plan.is_queued:
        return False
    return any(o.plan and o.plan.is_queued and o.status is OperationStatus.RUNNING for o in call.operations)


def _told(before: Call, call: Call) -> tuple[Change, ...]:
    """Operations that have ended between the two, then the roster where it shows something else."""
    was_over = {o.id for o in before.operations if o.is_over}
    ended = (OperationEnded(call, o) for o in call.operations if o.is_over and o.id not in was_over)
    return (*ended, *((RosterChanged(call),) if call.roster != before.roster else ()))


def _check(action: Action, asked: Mapping[str, Any]) -> None:
    """What the schema does not say of a body's values: nothing required is missing, and all is within its limits."""
    context = asked.get("clientContext")
    if context is not None and len(context) > MOST_CONTEXT_CHARACTERS:
        raise refuse("client-context", length=len(context))
    for name, parameter in parameters_of(action.name, action.bound_to).items():
        value = asked.get(name)
        if not parameter.is_nullable and value is None:
            raise refuse("invalid-body", place=name, problem="is missing")
        if not parameter.is_nullable and value == []:
            raise refuse("invalid-body", place=name, problem="is empty")
    for (of, name), most in MOST.items():
        given = len(asked.get(name) or ()) if of == action.name else 0
        if given > most:
            raise refuse("invalid-body", place=name, problem=f"has {given} entries, at most {most} are allowed")
    for name, (low, high) in NUMBERS.items():
        number = asked.get(name)
        if number is not None and not low <= number <= high:
            raise refuse("invalid-body", place=name, problem=f"{number} is not from {low} to {high}")
