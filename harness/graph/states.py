"""Which steps a call, an operation and an invitation can take: transition tables, and one lookup.

Graph documents no table of legal transitions; these hold the steps that its pages print and published traffic
shows. Only steps that some command takes stand here. Source: documented, application-post-calls, call-delete,
commsOperation; observed, CS 126, 750, 870.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeVar

from harness.errors import HarnessError
from harness.graph.types import CallState, InvitationState, OperationStatus


class CallStep(StrEnum):
    ESTABLISH = "establish"
    INVITE = "invite"
    ADMIT = "admit"
    ACT = "act"
    ANSWER = "answer"
    REJECT = "reject"
    REDIRECT = "redirect"
    TRANSFER = "transfer"
    ACCEPT = "accept"
    RETURN = "return"
    HANG_UP = "hang-up"
    END = "end"


class OperationStep(StrEnum):
    BEGIN = "begin"
    COMPLETE = "complete"
    FAIL = "fail"


class InvitationStep(StrEnum):
    JOIN = "join"
    FAIL = "fail"


_ALIVE: Final = (
    CallState.INCOMING,
    CallState.ESTABLISHING,
    CallState.ESTABLISHED,
    CallState.HOLD,
    CallState.TRANSFERRING,
    CallState.TRANSFER_ACCEPTED,
    CallState.REDIRECTING,
)

CALL_STEPS: Final[Mapping[tuple[CallState, CallStep], CallState]] = {
    (CallState.ESTABLISHING, CallStep.ESTABLISH): CallState.ESTABLISHED,
    # Inviting before the call is established: refused (assumed; in 2018 such a call was ended, CS 16).
    (CallState.ESTABLISHED, CallStep.INVITE): CallState.ESTABLISHED,
    (CallState.ESTABLISHED, CallStep.ADMIT): CallState.ESTABLISHED,
    # What a bot does in a call: refused before it is established (assumed).
    (CallState.ESTABLISHED, CallStep.ACT): CallState.ESTABLISHED,
    (CallState.INCOMING, CallStep.ANSWER): CallState.ESTABLISHING,
    (CallState.INCOMING, CallStep.REJECT): CallState.TERMINATED,
    (CallState.INCOMING, CallStep.REDIRECT): CallState.REDIRECTING,
    (CallState.ESTABLISHED, CallStep.TRANSFER): CallState.TRANSFERRING,
    (CallState.TRANSFERRING, CallStep.ACCEPT): CallState.TRANSFER_ACCEPTED,
    (CallState.TRANSFERRING, CallStep.RETURN): CallState.ESTABLISHED,
    **{(state, CallStep.HANG_UP): CallState.TERMINATING for state in _ALIVE},
    **{(state, CallStep.END): CallState.TERMINATED for state in (*_ALIVE, CallState.TERMINATING)},
}

OPERATION_STEPS: Final[Mapping[tuple[OperationStatus, OperationStep], OperationStatus]] = {
    (OperationStatus.NOT_STARTED, OperationStep.BEGIN): OperationStatus.RUNNING,
    (OperationStatus.NOT_STARTED, OperationStep.COMPLETE): OperationStatus.COMPLETED,
    (OperationStatus.NOT_STARTED, OperationStep.FAIL): OperationStatus.FAILED,
    (OperationStatus.RUNNING, OperationStep.COMPLETE): OperationStatus.COMPLETED,
    (OperationStatus.RUNNING, OperationStep.FAIL): OperationStatus.FAILED,
}

INVITATION_STEPS: Final[Mapping[tuple[InvitationState, InvitationStep], InvitationState]] = {
    (InvitationState.RINGING, InvitationStep.JOIN): InvitationState.JOINED,
    (InvitationState.RINGING, InvitationStep.FAIL): InvitationState.FAILED,
}


S = TypeVar("S", bound=StrEnum)
T = TypeVar("T", bound=StrEnum)


class IllegalStep(HarnessError):
    """A step that the state does not allow. Commands refuse in Graph's words before they come to this."""

    def __init__(self, state: StrEnum, step: StrEnum, possible_in: tuple[StrEnum, ...]) -> None:
        self.state = state
        self.step = step
        self.possible_in = possible_in
        names = ", ".join(repr(str(s)) for s in possible_in)
        super().__init__(f"state is {str(state)!r}: {str(step)!r} is possible only in {names}")


def can(steps: Mapping[tuple[S, T], S], state: S, step: T) -> bool:
    return (state, step) in steps


def after(steps: Mapping[tuple[S, T], S], state: S, step: T) -> S:
    """The state that a step leads to. Raises IllegalStep."""
    try:
        return steps[state, step]
    except KeyError:
        raise IllegalStep(state, step, tuple(s for s, t in steps if t is step)) from None
