"""What a command on a call comes to: what changed, in order, and what is due later. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from harness.graph.types import Call, Operation, ResultInfo


class ChangeType(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class CallChanged:
    """The call itself changed; `call` is how it stood then.

    escalated: a peer-to-peer call became a group. tone: that somebody pressed. as_incoming: told with all that is told
    of an incoming call. is_bare: with nothing.
    """

    change_type: ChangeType
    call: Call
    escalated: bool = False
    tone: str | None = None
    as_incoming: bool = False
    is_bare: bool = False


@dataclass(frozen=True, slots=True)
class RosterChanged:
    """Who is in the call changed; `call` is how it stood then."""

    call: Call
    change_type: ChangeType = ChangeType.UPDATED


@dataclass(frozen=True, slots=True)
class OperationEnded:
    """An operation of the call completed or failed. Graph tells it as `deleted` (documented, observed)."""

    call: Call
    operation: Operation
    change_type: ChangeType = ChangeType.DELETED


Change = CallChanged | RosterChanged | OperationEnded


class Happening(StrEnum):
    """What the outside world does to a call."""

    ESTABLISHES = "establishes"
    ANSWERS = "answers"
    DECLINES = "declines"
    BUSY = "busy"
    EXPIRES = "expires"
    FAILS = "fails"
    COMPLETES = "completes"
    LAPSES = "lapses"
    MISSES = "misses"


@dataclass(frozen=True, slots=True)
class Due:
    """Something that will happen to a call `after` so many seconds, unless it has become pointless by then.

    operation_id: of one that completes. lease: how often the call had been kept alive when this was foreseen.
    in_background: it comes only when time passes for another reason; nobody waits for it.
    """

    after: float
    call_id: str
    happening: Happening
    participant_id: str | None = None
    result: ResultInfo | None = None
    operation_id: str | None = None
    lease: int = 0

    @property
    def in_background(self) -> bool:
        return self.happening is Happening.LAPSES


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did: the calls as they are now, what changed, in order, and what is due later.

    A call in state `terminated` is over: whoever keeps calls may forget it.
    """

    calls: tuple[Call, ...]
    changes: tuple[Change, ...] = ()
    due: tuple[Due, ...] = ()
