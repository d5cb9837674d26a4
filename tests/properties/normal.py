"""What does not count in a comparison: a table, each entry with its reason and the function that takes it away.

Written without a line of the comparer. Identifiers stay as they are here: that they may be renamed is the oracle's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from harness.cassette.headers import NOTIFICATION_HEADERS, RESPONSE_HEADERS
from harness.cassette.placeholders import is_kept
from tests.properties.documents import Document, text_of
from tests.properties.identifiers import identifiers, renamed_in

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
_HTTP_DATE: Final = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")


def is_notification(interaction: Mapping[str, Any]) -> bool:
    return bool(interaction["direction"] == "graph-to-bot")


def _every(interaction: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda document: {"interactions": [interaction(i) for i in document["interactions"]]}


def _without_the_bots_answer(interaction: Any) -> Any:
    return {**interaction, "response": {}} if is_notification(interaction) else interaction


def _with_names_of_headers_in_lower_case(interaction: Any) -> Any:
    return _with_headers(interaction, lambda headers: {name.lower(): [", ".join(v)] for name, v in headers.items()})


def _with_headers_that_count(interaction: Any) -> Any:
    counting = NOTIFICATION_HEADERS if is_notification(interaction) else RESPONSE_HEADERS
    names = {name.lower() for name in counting}
    return _with_headers(interaction, lambda headers: {n: v for n, v in headers.items() if n.lower() in names})


def _with_headers(interaction: Any, change: Callable[[Any], Any]) -> Any:
    """With other headers of what Graph sends; those that a client sends are its own and are left out."""
    side = "request" if is_notification(interaction) else "response"
    message = interaction[side]
    out = {**interaction, side: {**message, "headers": change(message["headers"])}}
    return out if is_notification(interaction) else {**out, "request": {**out["request"], "headers": {}}}


def unbatched(document: Any) -> Any:
    """Each notification in an envelope of its own."""
    return {"interactions": [one for i in document["interactions"] for one in _unbatched(i)]}


def _unbatched(interaction: Any) -> list[Any]:
    items = told_in(interaction)
    if items is None:
        return [interaction]
    return [with_told(interaction, [item]) for item in items]


def told_in(interaction: Any) -> list[Any] | None:
    """The notifications of an envelope; None where it is none."""
    value = interaction["request"].get("body", {}).get("json")
    items = value.get("value") if isinstance(value, dict) and is_notification(interaction) else None
    return items if isinstance(items, list) else None


def with_told(interaction: Any, items: list[Any]) -> Any:
    request = interaction["request"]
    body = {"json": {**request["body"]["json"], "value": items}}
    return {**interaction, "request": {**request, "body": body}}


def resource(interaction: Any) -> str:
    """What an unbatched notification is about, in whatever spelling and with either prefix."""
    told = (told_in(interaction) or [None])[0]
    path = str(told.get("resourceUrl") or told.get("resource") or "").lower() if isinstance(told, dict) else ""
    path = re.sub(r"^https://[^/]+/(v1\.0|beta)/", "", path).removeprefix("/")
    return str(renamed_in(re.sub(r"^(app|communications)/", "", path), lambda kind, normal: f"<{normal}>"))


def by_resource(document: Any) -> dict[str, list[Any]]:
    """Notifications, unbatched, in order."""
    queues: dict[str, list[Any]] = {}
    for interaction in document["interactions"]:
        if is_notification(interaction):
            queues.setdefault(resource(interaction), []).append(interaction)
    return queues


def _sorted_by_resource(document: Any) -> Any:
    asked = [i for i in document["interactions"] if not is_notification(i)]
    queues = by_resource(document)
    return {"interactions": [*asked, *(i for name in sorted(queues) for i in queues[name])]}


def are_swappable(a: Any, b: Any) -> bool:
    """Establishing and established of one call (documented, application-post-calls)."""
    if not (is_notification(a) and is_notification(b)) or resource(a) != resource(b):
        return False
    told = [(told_in(x) or [None])[0] for x in (a, b)]
    if not all(isinstance(t, dict) and isinstance(t.get("resourceData"), dict) for t in told):
        return False
    states = {str(t["resourceData"].get("state")).lower() for t in told}
    return states == {"establishing", "established"} and told[0].get("changeType") == told[1].get("changeType")


def _with_established_first(document: Any) -> Any:
    interactions = list(document["interactions"])
    for n in range(len(interactions) - 1):
        if are_swappable(*interactions[n : n + 2]):
            interactions[n : n + 2] = sorted(interactions[n : n + 2], key=text_of)
    return {"interactions": interactions}


def is_keyed(values: list[Any]) -> bool:
    """Whether a list holds entities with an identity of their own: participants, or whatever has an `id`."""
    if not values or not all(isinstance(value, dict) for value in values):
        return False
    return any(map(_is_participant, values)) or all(isinstance(v.get("id"), str) and v["id"] for v in values)


def _is_participant(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("info"), dict) or value.get("@odata.type") == "#microsoft.graph.participant"


def _sorted_by_identity(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _sorted_by_identity(v) for name, v in value.items()}
    if isinstance(value, list):
        items = [_sorted_by_identity(v) for v in value]
        return sorted(items, key=_with_names_last) if is_keyed(items) else items
    return value


def _with_names_last(item: Any) -> tuple[str, str]:
    """Sorts by what is told first, so that another name changes no place if it need not."""
    return text_of(renamed_in(item, lambda kind, normal: kind)), text_of(item)


def _with_times_by_form(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _with_times_by_form(v) for name, v in value.items()}
    if isinstance(value, list):
        return [_with_times_by_form(v) for v in value]
    return form_of_time(value) if isinstance(value, str) else value


def form_of_time(text: str) -> str:
    """The form of a time; the text itself where it is none."""
    if _HTTP_DATE.fullmatch(text):
        return "<http date>"
    found = _TIME.fullmatch(text)
    return f"<{len(found[1] or '')} {found[2]}>" if found else text


def _with_shapes(interaction: Any) -> Any:
    name = "x-ms-ags-diagnostic"
    return _with_headers(interaction, lambda h: {**h, name: [_shaped(*h[name])]} if name in h else h)


def _shaped(text: str) -> Any:
    def shape(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: shape(v) for name, v in value.items()}
        return f"<{type(value).__name__}>"

    try:
        return shape(json.loads(text))
    except ValueError:
        return "<text>"


def filled_in(recorded: Any, other: Any) -> Any:
    """The other document, with what the sanitiser wrote into the recorded one where it may stand for what is there.

    A `text-N` stands for one text, and no other does.
    """
    return _filled_in(recorded, other, "", {})


def _filled_in(recorded: Any, other: Any, member: str, texts: dict[str, str]) -> Any:
    if isinstance(recorded, dict) and isinstance(other, dict):
        return {name: _filled_in(recorded.get(name), value, name, texts) for name, value in other.items()}
    if isinstance(recorded, list) and isinstance(other, list) and len(recorded) == len(other):
        return [_filled_in(*both, member, texts) for both in zip(recorded, other, strict=True)]
    if not _stands_for(recorded, other, member):
        return other
    if isinstance(recorded, str) and recorded != "REDACTED":
        taken = texts.setdefault(f"for {recorded}", other), texts.setdefault(f"of {other}", recorded)
        return recorded if taken == (other, recorded) else f"{other}, another"
    return recorded


def _stands_for(recorded: Any, other: Any, member: str) -> bool:
    """`REDACTED` for any text, `text-N` for text without identifiers or times, zero for numbers of seven digits.

    What Graph itself says a sanitiser keeps, so that `text-N` does not stand for it. At a member that is named like an
    identifier `text-N` is one.
    """
    if isinstance(recorded, str) and isinstance(other, str) and other:
        if re.fullmatch(r"text-[1-9]\d*", recorded):
            is_text = not identifiers(recorded, member) and not identifiers(other) and form_of_time(other) == other
            return is_text and not is_kept(other, member)
        return recorded == "REDACTED"
    return type(recorded) is type(other) is int and recorded == 0 and abs(other) >= 10**6


NORMAL: Final[Mapping[str, Callable[[Any], Any]]] = {
    "the bot's answer is an input": _every(_without_the_bots_answer),
    "a header that is not among those that count": _every(_with_headers_that_count),
    "HTTP has no letter case in names of headers": _every(_with_names_of_headers_in_lower_case),
    "batching in envelopes may differ": unbatched,
    "order counts per resource": _sorted_by_resource,
    "establishing and established may come either way": _with_established_first,
    "collections are keyed by identity": _sorted_by_identity,
    "times are compared by form": _with_times_by_form,
    "of x-ms-ags-diagnostic the shape counts": _every(_with_shapes),
}
"""Why two documents may be equal that are not the same, and what makes them the same. In this order."""


def in_order(document: Any) -> Any:
    """A normal document whose identifiers were renamed, in the order that goes with the new ones."""
    return _sorted_by_identity(_with_established_first(_sorted_by_resource(document)))


def normal(document: Document) -> Any:
    for take_away in NORMAL.values():
        document = take_away(document)
    return document
