"""Traces as JSON documents of their interactions, so that a rule is a function over any place in them.

{"interactions": [{"direction", "request": {"method", "url", "headers", "body"}, "response": {"status", …}}]}; headers
are lists of values; a body is {"json": …} or {"text": …} or not there; the url of a notification is called `callback`.
Documents are never changed in place and share parts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from harness.cassette.bodies import parsed
from harness.cassette.format import Direction, Interaction, Request, Response
from harness.cassette.scenario import ABSENT
from harness.compare import Exchange, Told, Trace, trace_of

Document = Mapping[str, Any]
Place = tuple[str | int, ...]
REMOVED: Final = object()
_URL: Final = {"client-to-graph": "url", "graph-to-bot": "callback"}


@dataclass(frozen=True, slots=True)
class Site:
    """A place in a document, and what stands there."""

    document: Document
    place: Place
    value: Any

    @property
    def part(self) -> str:
        """`json`, `header` or another name of what a message has; empty above that."""
        if len(self.place) > 3 and self.place[3] == "body":
            return str(self.place[4]) if len(self.place) > 4 else "body"
        return "header" if len(self.place) > 4 else str(self.place[3]) if len(self.place) > 3 else ""

    @property
    def in_json(self) -> bool:
        return self.part == "json"

    @property
    def name(self) -> str | int:
        return self.place[-1]

    @property
    def member(self) -> str:
        """The member that a value stands at, also inside lists."""
        return next((name for name in reversed(self.place) if isinstance(name, str)), "")

    @property
    def parent(self) -> Any:
        return at(self.document, self.place[:-1])

    @property
    def direction(self) -> str:
        return str(self.document["interactions"][self.place[1]]["direction"])


def sites(document: Document) -> Iterator[Site]:
    """Every place, the document itself first."""
    yield from _sites(document, (), document)


def _sites(document: Document, place: Place, value: Any) -> Iterator[Site]:
    yield Site(document, place, value)
    branches: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, branch in branches:
        yield from _sites(document, (*place, name), branch)


def at(document: Any, place: Place) -> Any:
    for name in place:
        document = document[name]
    return document


def put(document: Any, place: Place, value: Any) -> Any:
    """A document with another value at a place, or without it where that is `REMOVED`."""
    if not place:
        return value
    name, rest = place[0], place[1:]
    copy: Any = dict(document) if isinstance(document, dict) else list(document)
    if not rest and value is REMOVED:
        del copy[name]
    else:
        copy[name] = put(document[name], rest, value) if rest else value
    return copy


def text_of(document: Any) -> str:
    """Values cannot be compared with `==`: true equals 1."""
    return json.dumps(document, sort_keys=True)


# ---- interactions and traces


def document_of(interactions: Iterable[Interaction]) -> Document:
    return {"interactions": [_written(interaction) for interaction in interactions]}


def trace(document: Document) -> Trace:
    return trace_of(interaction_of(n, item) for n, item in enumerate(document["interactions"], 1))


def _written(interaction: Interaction) -> dict[str, Any]:
    request, response = interaction.request, interaction.response
    return {
        "direction": str(interaction.direction),
        "request": {"method": request.method, _URL[interaction.direction]: request.uri, **_message(request)},
        "response": {"status": response.status, **_message(response)},
    }


def _message(message: Request | Response) -> dict[str, Any]:
    headers = {name: list(values) for name, values in message.headers.items()}
    value = parsed(message.body)
    if value is ABSENT:
        return {"headers": headers}
    # A body that is no JSON comes back as its text.
    is_text = isinstance(value, str) and message.body == value.encode()
    return {"headers": headers, "body": {"text" if is_text else "json": value}}


def interaction_of(seq: int, item: Mapping[str, Any]) -> Interaction:
    request, response = item["request"], item["response"]
    return Interaction(
        direction=Direction(item["direction"]),
        seq=seq,
        request=Request(request["method"], request[_URL[item["direction"]]], _headers(request), _bytes(request)),
        response=Response(response["status"], None, _headers(response), _bytes(response)),
    )


def _headers(message: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in message["headers"].items()}


def _bytes(message: Mapping[str, Any]) -> bytes | None:
    body = message.get("body", {})
    if "text" in body:
        return str(body["text"]).encode()
    return json.dumps(body["json"]).encode() if "json" in body else None


def document_of_trace(trace: Trace) -> Document:
    """A document of a trace made by hand: each notification in an envelope of its own."""
    exchanges = [_of_exchange(e) for e in trace.exchanges]
    return {"interactions": [*exchanges, *(_of_told(told) for told in trace.notifications)]}


def _of_exchange(exchange: Exchange) -> dict[str, Any]:
    headers = {name: [value] for name, value in exchange.headers.items()}
    asked, answered = _body(exchange.body), _body(exchange.answer)
    return {
        "direction": "client-to-graph",
        "request": {"method": exchange.method, "url": exchange.url, "headers": {}, **asked},
        "response": {"status": exchange.status, "headers": headers, **answered},
    }


def _of_told(told: Told) -> dict[str, Any]:
    headers = {name: [value] for name, value in told.headers.items()}
    envelope = {} if told.envelope is ABSENT else told.envelope
    body = {"json": {**envelope, "value": [told.item]}}
    return {
        "direction": "graph-to-bot",
        "request": {"method": "POST", "callback": told.callback, "headers": headers, "body": body},
        "response": {"status": 202, "headers": {}},
    }


def _body(value: Any) -> dict[str, Any]:
    if value is ABSENT:
        return {}
    return {"body": {"text" if isinstance(value, str) else "json": value}}
