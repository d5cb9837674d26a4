"""Faults that a test asks for: which requests they meet, how often, and what the client gets instead of its answer.

A fault meets a request after its token was read and before anything is done, or, with `after_effect`, when everything
is done and only the answer is lost. Values and one small book of them; `harness.server.striking` carries them out.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from harness.errors import UsageError, quoted
from harness.graph.actions import ACTIONS
from harness.graph.refusals import REFUSALS, Evidence, Refusal

ANY: Final = "any"
TOKEN: Final = "token"  # noqa: S105 - the name of a verb
VERBS: Final[Mapping[str, str | None]] = {
    "create-call": "create_call",
    "get-call": "get_call",
    "hang-up": "delete_call",
    "invite": "invite",
    "list-participants": "list_participants",
    "get-participant": "get_participant",
    "remove-participant": "delete_participant",
    "list-operations": "list_operations",
    "get-operation": "get_operation",
    **{action.verb: action.verb.replace("-", "_") for action in ACTIONS},
    TOKEN: "token",
    ANY: None,
}
"""Verb -> the view that answers it. `any`: whatever is asked of Graph, also what the fake has not built."""

_VERB_OF_VIEW: Final = {view: verb for verb, view in VERBS.items() if view}
_SPENT: Final = 100
_LONGEST: Final = 600
_DAY: Final = 86_400
_GRAPH_DOCS: Final = "https://github.com/microsoftgraph/microsoft-graph-docs/issues"
_OAUTH: Final = "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow"
_GATEWAY: Final = f"{_GRAPH_DOCS}/2505"
DEFAULTS: Final[Mapping[int, Refusal]] = {
    400: Refusal(400, "BadRequest", "Bad request.", Evidence.ASSUMED, "code: observed, msgraph-sdk-php 632"),
    401: REFUSALS["bad-token"],
    403: REFUSALS["permission"],
    404: REFUSALS["unknown-call"],
    409: Refusal(409, "Conflict", "The request conflicts with another.", Evidence.ASSUMED),
    429: Refusal(
        429,
        "TooManyRequests",
        "Please retry again later.",
        Evidence.DOCUMENTED,
        "https://learn.microsoft.com/graph/throttling",
    ),
    500: REFUSALS["internal-error"],
    502: Refusal(502, "UnknownError", "", Evidence.ASSUMED, f"{_GATEWAY} (a 504)"),
    503: Refusal(
        503, "serviceNotAvailable", "Service unavailable", Evidence.OBSERVED, f"{_GRAPH_DOCS}/6774 (status assumed)"
    ),
    504: Refusal(504, "UnknownError", "", Evidence.OBSERVED, _GATEWAY),
}
"""Status -> what Graph says with it, where a fault does not say so itself."""

TOKEN_DEFAULTS: Final[Mapping[int, Refusal]] = {
    400: Refusal(400, "invalid_request", "The request is not valid.", Evidence.DOCUMENTED, f"{_OAUTH} (the code)"),
    401: Refusal(401, "invalid_client", "The client is not known.", Evidence.DOCUMENTED, f"{_OAUTH} (the code)"),
    429: Refusal(429, "temporarily_unavailable", "Too many requests.", Evidence.ASSUMED),
    500: Refusal(500, "server_error", "The server failed.", Evidence.ASSUMED),
    503: Refusal(503, "temporarily_unavailable", "The server is too busy.", Evidence.ASSUMED),
    504: Refusal(504, "temporarily_unavailable", "The server did not answer in time.", Evidence.ASSUMED),
}
"""The same for the token endpoint, whose errors have another form."""


def _is_number(value: Any, least: float, most: float) -> bool:
    return type(value) in (int, float) and least <= value <= most


def _is_whole(value: Any, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


_TEXT: Final = (lambda v: v is None or isinstance(v, str), "text")
_FLAG: Final = (lambda v: isinstance(v, bool), "true or false")
_RIGHT: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    "verb": (lambda v: isinstance(v, str) and v in VERBS, f"one of {', '.join(VERBS)}"),
    "status": (lambda v: v is None or _is_whole(v, 400, 599), "a status, from 400 to 599"),
    "code": _TEXT,
    "message": _TEXT,
    "retry_after": (lambda v: v is None or _is_number(v, 0, _DAY), f"seconds, from 0 to {_DAY}"),
    "latency": (lambda v: _is_number(v, 0, _LONGEST), f"seconds, from 0 to {_LONGEST}"),
    "reset": _FLAG,
    "times": (lambda v: v is None or _is_whole(v, 1, 10**6), "a whole number, from 1 to 1000000, or nothing"),
    "call_id": _TEXT,
    "skip": (lambda v: _is_whole(v, 0, 10**6), "a whole number, from 0 to 1000000"),
    "probability": (lambda v: _is_number(v, 0, 1) and v > 0, "a number above 0, at most 1"),
    "after_effect": _FLAG,
}
"""Field of a `Fault` -> whether a value is right there, and what would be."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with which requests.

    verb: of `VERBS`. call_id: only requests on this call. skip: so many requests go through first; times: so many are
    met then, None: all until it is taken away. probability: how likely a request is met, by the world's random.

    status, code, message: the answer; code and message have a default for common statuses. retry_after: seconds, sent
    as they are, fractions too (documented, throttling). latency: real seconds that pass first. reset: the connection
    is cut without an answer. after_effect: the request is done first, and only its answer is lost.

    Raises: UsageError.
    """

    verb: str
    status: int | None = None
    code: str | None = None
    message: str | None = None
    retry_after: float | None = None
    latency: float = 0.0
    reset: bool = False
    times: int | None = 1
    call_id: str | None = None
    skip: int = 0
    probability: float = 1.0
    after_effect: bool = False

    def __post_init__(self) -> None:
        refuse_wrong_values("fault", {f.name: getattr(self, f.name) for f in fields(self)})
        if self.status is None and not self.reset and not self.latency:
            raise UsageError(f"fault on {self.verb!r}: nothing would happen; give it a status, reset or latency")
        if self.reset and self.status is not None:
            raise UsageError(f"fault on {self.verb!r}: it answers {self.status} or it is a reset, not both")
        if self.status is None:
            of_an_answer = [name for name in ("code", "message", "retry_after") if getattr(self, name) is not None]
            if of_an_answer:
                raise UsageError(f"fault on {self.verb!r}: {', '.join(of_an_answer)} without a status")
        elif self.code is None and self.status not in defaults_of(self.verb):
            known = ", ".join(map(str, defaults_of(self.verb)))
            raise UsageError(f"fault on {self.verb!r}: {self.status} has no default code ({known} have); give it one")

    def __str__(self) -> str:
        what = "reset" if self.reset else str(self.status or f"{self.latency:g} s late")
        return f"{what} {'after' if self.after_effect else 'instead of'} {self.verb}"


def refuse_wrong_values(place: str, given: Mapping[str, Any], spelled: Callable[[str], str] = str) -> None:
    """Look at fields of a `Fault` by name. spelled: how the reader spells a field. Raises: UsageError."""
    for name, value in given.items():
        is_right, wanted = _RIGHT[name]
        if not is_right(value):
            raise UsageError(f"{place}.{spelled(name)}: expected {wanted}, got {quoted(value)}")


def defaults_of(verb: str) -> Mapping[int, Refusal]:
    return TOKEN_DEFAULTS if verb == TOKEN else DEFAULTS


def verb_of(endpoint: str | None) -> str | None:
    """The verb of one of Flask's endpoints; None where the route has no name of its own."""
    return _VERB_OF_VIEW.get((endpoint or "").rpartition(".")[2])


@dataclass(slots=True)
class Held:
    """A fault in the book. matched: requests that it was for; hits: requests that it met."""

    number: int
    fault: Fault
    matched: int = 0
    hits: int = 0


class Faults:
    """The faults of one fake, in the order in which they were added; a request is met by the first that is for it.

    chance: whether something of this probability happens.
    """

    def __init__(self, chance: Callable[[float], bool]) -> None:
        self._chance = chance
        self._lock = threading.Lock()
        self._count = 0
        self._active: list[Held] = []
        self._spent: deque[Held] = deque(maxlen=_SPENT)

    def add(self, fault: Fault) -> int:
        """Hold a fault behind those that there are; its number takes it away again."""
        with self._lock:
            self._count += 1
            self._active.append(Held(self._count, fault))
            return self._count

    def remove(self, number: int) -> None:
        """Raises: UsageError when no fault of this number is active."""
        with self._lock:
            kept = [held for held in self._active if held.number != number]
            if len(kept) == len(self._active):
                active = ", ".join(str(held.number) for held in self._active) or "none"
                raise UsageError(f"fault {number} is not active; active: {active}")
            self._active = kept

    def clear(self) -> None:
        """Forget all of them, and their numbers."""
        with self._lock:
            self._count = 0
            self._active = []
            self._spent.clear()

    def held(self) -> list[Held]:
        """Those that are spent (the last hundred), then those that are active, as they stand now."""
        with self._lock:
            return [Held(h.number, h.fault, h.matched, h.hits) for h in (*self._spent, *self._active)]

    @property
    def is_active(self) -> bool:
        """Whether a request may meet one at all."""
        return bool(self._active)

    @property
    def may_be_late(self) -> bool:
        """Whether a request may meet one with latency."""
        return any(held.fault.latency for held in self._active)

    def meet(self, verb: str | None, call_id: str | None) -> Fault | None:
        """The fault that a request meets, which is counted; None: it goes through. verb: None for an unnamed route."""
        if not self._active:
            return None
        with self._lock:
            for held in self._active:
                if _is_for(held.fault, verb, call_id) and self._hits(held):
                    return held.fault
        return None

    def _hits(self, held: Held) -> bool:
        fault = held.fault
        held.matched += 1
        if held.matched <= fault.skip or (fault.probability < 1 and not self._chance(fault.probability)):
            return False
        held.hits += 1
        if held.hits == fault.times:
            self._active = [other for other in self._active if other is not held]
            self._spent.append(held)
        return True


def _is_for(fault: Fault, verb: str | None, call_id: str | None) -> bool:
    is_named = verb != TOKEN if fault.verb == ANY else fault.verb == verb
    return is_named and fault.call_id in (None, call_id)
