"""What becomes of a call when somebody who is rung in it does something: one dispatch over why they are rung."""

from __future__ import annotations

from collections.abc import Callable

from harness.graph import calls, incoming, invitations, operations, transfers
from harness.graph.outcomes import Happening, Outcome
from harness.graph.refusals import failure, reason, target_failure
from harness.graph.types import Call, CallState, Invitation, ResultInfo

CallOf = Callable[[str], Call | None]


def react(
    call: Call, invitation: Invitation, happening: Happening, *, call_of: CallOf, result: ResultInfo | None = None
) -> Outcome:
    """Somebody answers, declines, does not answer, or cannot be reached.

    call_of: a call of the application that is alive, by its id. result: how it is told, where it is scripted.
    """
    if happening is Happening.ANSWERS:
        return _answers(call, invitation, call_of)
    who = invitation.person.identity
    if invitation.operation_id is not None:
        return invitations.fail(call, invitation, result or failure(reason(happening, who), who))
    result = result or target_failure(happening, who)
    if call.state is CallState.REDIRECTING:
        return incoming.redirect_fails(call, invitation, result)
    if call.state is CallState.TRANSFERRING:
        return transfers.fails(call, result)
    return calls.target_fails(call, invitation, result)


def _answers(call: Call, invitation: Invitation, call_of: CallOf) -> Outcome:
    operation = operations.operation_of(call, invitation)
    if operation is not None:
        replaced = call_of(operation.replaces) if operation.replaces else None
        return invitations.answer(call, invitation, replaced=replaced)
    if call.state is CallState.REDIRECTING:
        return incoming.redirected(call)
    if call.state is CallState.TRANSFERRING:
        named = call.transfer_replaces
        return transfers.accepted(call, replaced=call_of(named) if named else None)
    return calls.target_answers(call, invitation)
