"""How operations end: those of invitations, when nobody is rung any more; all others, as they were planned.

An invite is `completed` when at least one invitee has joined, `failed` with the first failure's `resultInfo` when none
has (assumed for several invitees).
"""

from __future__ import annotations

from dataclasses import replace

from harness.graph import roster
from harness.graph.outcomes import Change, OperationEnded, RosterChanged
from harness.graph.refusals import failure
from harness.graph.states import INVITATION_STEPS, OPERATION_STEPS, InvitationStep, OperationStep, after
from harness.graph.types import Call, End, Invitation, InvitationState, Operation, OperationStatus, ResultInfo


def pending(call: Call, participant_id: str) -> Invitation | None:
    """The invitation that still rings under this id."""
    return next((i for i in call.pending if i.participant_id == participant_id), None)


def operation_of(call: Call, invitation: Invitation) -> Operation | None:
    return next((o for o in call.operations if o.id == invitation.operation_id), None)


def settle(
    call: Call, invitation: Invitation, step: InvitationStep, result: ResultInfo | None = None
) -> tuple[Call, tuple[Change, ...]]:
    """The call with one invitation settled, and what is told: the operation's end, then the roster if anyone joined.

    The roster comes once, after the end of the operation (documented order).
    Raises: IllegalStep when the invitation is settled already.
    """
    state = after(INVITATION_STEPS, _state_now(call, invitation), step)
    settled = replace(invitation, state=state, result=result)
    operation = operation_of(call, invitation)
    if operation is None:
        call = replace(call, ringing=tuple(i for i in call.ringing if i.participant_id != invitation.participant_id))
        return call, (RosterChanged(call),) if step is InvitationStep.JOIN else ()
    ended = _ended(_with_invitation(operation, settled))
    call = with_operation(call, ended)
    if ended.status is OperationStatus.RUNNING:
        return call, ()
    told: tuple[Change, ...] = (OperationEnded(call, ended),)
    if ended.status is OperationStatus.COMPLETED:
        told = (*told, RosterChanged(call))
    return call, told


def admit(call: Call, invitation: Invitation) -> Call:
    """The call with whom an invitation has brought in. Raises: IllegalStep when it is settled already."""
    after(INVITATION_STEPS, _state_now(call, invitation), InvitationStep.JOIN)
    return roster.admit(
        call,
        invitation.person,
        participant_id=invitation.participant_id,
        hidden=bool(invitation.invitee.hidden),
    )


def _state_now(call: Call, invitation: Invitation) -> InvitationState:
    """How far an invitation is in the call as it stands; a target that is not rung any more has joined or failed."""
    operation = operation_of(call, invitation)
    known = call.ringing if operation is None else operation.invitations
    states = [i.state for i in known if i.participant_id == invitation.participant_id]
    if states:
        return states[0]
    joined = any(p.id == invitation.participant_id for p in call.participants)
    return InvitationState.JOINED if joined else InvitationState.FAILED


def cancel(call: Call, invitation: Invitation) -> tuple[Call, tuple[Change, ...]]:
    """The call with one invitation cancelled, and the end of its operation if nobody else of it is rung."""
    return settle(call, invitation, InvitationStep.FAIL, failure("cancelled", invitation.person.identity))


def cancel_pending(call: Call) -> tuple[Call, tuple[Change, ...]]:
    """The call with everybody who is still rung cancelled, and the ends of their operations."""
    told: tuple[Change, ...] = ()
    for invitation in call.pending:
        call, changes = cancel(call, invitation)
        told = (*told, *changes)
    return call, told


def finish(call: Call, operation: Operation, end: End) -> Call:
    """The call with an operation ended that is none of invitations. Raises: IllegalStep when it has ended already."""
    step = OperationStep.COMPLETE if end.status is OperationStatus.COMPLETED else OperationStep.FAIL
    status = after(OPERATION_STEPS, operation.status, step)
    members = {**operation.members, **end.members}
    return with_operation(call, replace(operation, status=status, result_info=end.result, members=members))


def with_operation(call: Call, operation: Operation) -> Call:
    """The call with an operation as it is now, in its place."""
    return replace(call, operations=tuple(operation if o.id == operation.id else o for o in call.operations))


def cancel_running(call: Call) -> tuple[Call, tuple[Change, ...]]:
    """The call with everything cancelled that still runs, waits or rings, and the ends of the operations."""
    call, told = cancel_pending(call)
    for operation in call.operations:
        if operation.plan is not None and not operation.is_over:
            call = finish(call, operation, operation.plan.cancelled)
            told = (*told, OperationEnded(call, call.operation(operation.id)))
    return call, told


def _with_invitation(operation: Operation, settled: Invitation) -> Operation:
    invitations = tuple(settled if i.participant_id == settled.participant_id else i for i in operation.invitations)
    return replace(operation, invitations=invitations)


def _ended(operation: Operation) -> Operation:
    """The operation, ended if nobody of it is rung any more."""
    states = {i.state for i in operation.invitations}
    if InvitationState.RINGING in states:
        return operation
    if InvitationState.JOINED in states:
        return replace(operation, status=after(OPERATION_STEPS, operation.status, OperationStep.COMPLETE))
    first = next(i.result for i in operation.invitations if i.result is not None)
    status = after(OPERATION_STEPS, operation.status, OperationStep.FAIL)
    return replace(operation, status=status, result_info=first)
