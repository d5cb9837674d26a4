"""How notifications are delivered, as values and as JSON: order, delay, loss, duplication, retries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final

from harness.errors import UsageError

# So that no back-off, however often doubled, leaves what dates can hold.
_MOST_RETRIES: Final = 10
_MOST_SECONDS: Final = 86_400
_BELOW_A_CALL: Final = re.compile(r"/(participants|operations)(?=[/(?]|$)", re.IGNORECASE)


class Kind(StrEnum):
    """What a notification is about."""

    CALL = "call"
    ROSTER = "roster"
    OPERATION = "operation"


def kind_of_resource(resource: str) -> Kind:
    """What a notification is about, by the path that it names, however spelled: `calls('{id}')/Participants`."""
    match = _BELOW_A_CALL.search(resource)
    return Kind.CALL if match is None else Kind.ROSTER if match[1].lower() == "participants" else Kind.OPERATION


class Order(StrEnum):
    """Order within the notifications of one cause.

    DOCUMENTED: the operation's end, the roster, the end of a replaced call. ROSTER_FIRST: each roster goes just
    before the operation that it followed (observed, CS 599). REVERSED: the last first (assumed: for bots that must not
    depend on any order).
    """

    DOCUMENTED = "documented"
    ROSTER_FIRST = "roster-first"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """How notifications are delivered; per call, or for all.

    delay, jitter: seconds; jitter is added at random, from none to all of it. drop, duplicate: kinds that are lost, or
    sent twice. retries: after a connection error or 5xx. backoff: seconds before the first retry, doubled each time
    (retrying is undocumented: assumed).
    """

    order: Order = Order.DOCUMENTED
    delay: float = 0.0
    jitter: float = 0.0
    drop: frozenset[Kind] = frozenset()
    duplicate: frozenset[Kind] = frozenset()
    retries: int = 3
    backoff: float = 0.5


def settings_from_json(value: Any, place: str) -> DeliverySettings:
    """`{order, delay, jitter, drop, duplicate, retries, backoff}`, all optional.

    Seconds up to a day, retries up to 10. Raises: UsageError.
    """
    known = [f.name for f in fields(DeliverySettings)]
    if not isinstance(value, Mapping):
        raise UsageError(f"{place}: expected an object, got {value!r}")
    unknown = [name for name in value if name not in known]
    if unknown:
        raise UsageError(f"{place}: unknown {', '.join(map(repr, unknown))}; known: {', '.join(known)}")
    read: dict[str, Any] = {}
    for name, given in value.items():
        read[name] = _setting(name, given, f"{place}.{name}")
    return DeliverySettings(**read)


def settings_to_json(settings: DeliverySettings) -> dict[str, Any]:
    return {
        "order": settings.order,
        "delay": settings.delay,
        "jitter": settings.jitter,
        "drop": sorted(settings.drop),
        "duplicate": sorted(settings.duplicate),
        "retries": settings.retries,
        "backoff": settings.backoff,
    }


def _setting(name: str, given: Any, place: str) -> Any:
    if name == "order":
        if given not in list(Order):
            raise UsageError(f"{place}: {given!r} is none of {', '.join(Order)}")
        return Order(given)
    if name in ("drop", "duplicate"):
        if not isinstance(given, list) or not all(kind in list(Kind) for kind in given):
            raise UsageError(f"{place}: expected a list of {', '.join(Kind)}, got {given!r}")
        return frozenset(map(Kind, given))
    wanted, most = (int, _MOST_RETRIES) if name == "retries" else ((int, float), _MOST_SECONDS)
    if isinstance(given, bool) or not isinstance(given, wanted) or not 0 <= given <= most:
        number = "a whole number" if name == "retries" else "seconds"
        raise UsageError(f"{place}: expected {number}, from 0 to {most}, got {given!r}")
    return given if name == "retries" else float(given)
