"""What a fake emits, item by item: routes, fields, headers and notifications, each with the places where it stands.

The same reading serves real bodies (lists, ids) and the trees of a comparison (rosters by who is in them, ids as
roles). A field belongs to the type that its object names in `@odata.type`, else to the one declared for its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from harness.graph.schema import TYPES, properties_of
from harness.parity.routes import find_route, prefix_of

Place = tuple[str, ...]

_NS: Final = "#microsoft.graph."
_TYPE: Final = "@odata.type"


class Kind(StrEnum):
    """What the ledger has rows for. A field of answers and one of notifications are two: they differ in evidence."""

    PREFIX = "prefix"
    ROUTE = "route"
    ANSWERED = "field of answers"
    NOTIFIED = "field of notifications"
    NOTIFICATION = "notification"
    ANSWER_HEADER = "header of answers"
    NOTIFICATION_HEADER = "header of notifications"


class Item(NamedTuple):
    """One thing that a fake can emit. `name`: `call.state`, `GET /calls/{call}`, `deleted operation failed`."""

    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class Seen:
    """An item, and the places that show it, all of them together."""

    item: Item
    places: tuple[Place, ...]


def in_answer(tree: Mapping[str, Any]) -> Iterator[Seen]:
    """Items of a request with its answer: `{"method", "url", "response": {"status", "headers", "body"}}`."""
    response = tree.get("response", {})
    body, status = response.get("body"), response.get("status", 0)
    path = urlsplit(str(tree["url"])).path
    route = find_route(str(tree["method"]), path)
    for name in response.get("headers", {}):
        yield Seen(Item(Kind.ANSWER_HEADER, name), (("response", "headers", name),))
    if status >= 400:
        yield from _fields(Kind.ANSWERED, body, "ODataError", ("response", "body"))
    elif route is not None:
        # A status shows that there is such a route, and so does the body of its answer.
        for member in ("status", "body") if route.answer else ("status",):
            yield Seen(Item(Kind.ROUTE, route.name), (("response", member),))
            yield Seen(Item(Kind.PREFIX, prefix_of(path)), (("response", member),))
        yield from _fields(Kind.ANSWERED, body, route.answer, ("response", "body"))
    else:
        yield Seen(Item(Kind.ROUTE, f"{tree['method']} {path}"), (("response", "status"),))


def in_notification(tree: Mapping[str, Any]) -> Iterator[Seen]:
    """Items of a notification: its own members beside `headers` and `envelope`, which is without `value`."""
    own = {name: value for name, value in tree.items() if name not in ("callback", "headers", "envelope")}
    for name in tree.get("headers", {}):
        yield Seen(Item(Kind.NOTIFICATION_HEADER, name), (("headers", name),))
    if "envelope" in tree:
        yield Seen(Item(Kind.NOTIFIED, "commsNotifications.value"), (("envelope",),))
        yield from _fields(Kind.NOTIFIED, tree["envelope"], "commsNotifications", ("envelope",))
    yield from _fields(Kind.NOTIFIED, own, "commsNotification", ())
    yield _notification(own)


def _notification(item: Mapping[str, Any]) -> Seen:
    """What it tells: change type, kind of resource, and the state that it tells of, if there is one."""
    data: Any = item.get("resourceData")
    entity: Mapping[str, Any] = data if isinstance(data, dict) and _TYPE in data else {}
    state = next((member for member in _STATES if member in entity), None)
    what = _STATES[state] if state else "call" if entity else "roster"
    words = [str(item.get("changeType")), what, str(entity.get(state or "", ""))]
    place: Place = ("resourceData",) if state is None else ("resourceData", state)
    return Seen(Item(Kind.NOTIFICATION, " ".join(filter(None, words))), (("changeType",), place))


_STATES: Final = {"state": "call", "status": "operation"}
"""Member that tells the state of a resource -> the resource."""

# ---- fields

_DECLARED: Final[Mapping[tuple[str, str], tuple[str, bool]]] = {
    ("ODataError", "error"): ("MainError", False),
    ("MainError", "innerError"): ("InnerError", False),
    ("participantCollectionResponse", "value"): ("participant", True),
    ("commsOperationCollectionResponse", "value"): ("commsOperation", True),
    ("commsNotification", "resourceData"): ("participant", True),
}
"""Types, and whether there are many, where the CSDL has none: those of Microsoft's OpenAPI file, and rosters."""


def _fields(kind: Kind, value: Any, declared: str | None, place: Place) -> Iterator[Seen]:
    """The members of an object, at every depth. declared: the type of the place, None where there is none."""
    if not isinstance(value, dict):
        return
    type_name = str(value.get(_TYPE, declared)).removeprefix(_NS)
    for member, inner in value.items():
        at = (*place, member)
        yield Seen(Item(kind, f"{type_name}.{member}"), (at,))
        inner_type, is_collection = _declared(type_name, member)
        for entry, step in _entries(inner, is_collection):
            yield from _fields(kind, entry, inner_type, (*at, *step))


def _declared(type_name: str, member: str) -> tuple[str | None, bool]:
    beside = _DECLARED.get((type_name, member))
    if beside is not None:
        return beside
    found = properties_of(type_name).get(member) if type_name in TYPES else None
    return (found.type, found.is_collection) if found is not None else (None, False)


def _entries(value: Any, is_collection: bool) -> Iterator[tuple[Any, Place]]:
    """The objects at a place: one, or those of a list, or those of a roster by who they are."""
    if isinstance(value, list):
        yield from ((entry, (str(n),)) for n, entry in enumerate(value, 1))
    elif isinstance(value, dict) and is_collection and _TYPE not in value:
        yield from ((entry, (who,)) for who, entry in value.items())
    else:
        yield value, ()
