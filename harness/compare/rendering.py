"""Traces made comparable: identifiers as roles, times by form, rosters as mappings keyed by who is in them."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from harness.cassette.binding import Binding, Side
from harness.cassette.scenario import ABSENT
from harness.cassette.walking import context_of, identity_of, is_roster
from harness.compare.trace import Exchange, Told

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(?P<digits>\d+))?(?P<zone>Z|[+-]\d\d:\d\d)?")
_HTTP_DATE: Final = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
_BY_SHAPE: Final = frozenset({"x-ms-ags-diagnostic"})
"""Members that hold JSON as text of which only the shape counts."""


class Renderer:
    """Renders one side of a comparison."""

    def __init__(self, binding: Binding, side: Side) -> None:
        self._binding = binding
        self._side = side

    def exchange(self, exchange: Exchange) -> dict[str, Any]:
        """The tree below `requests/N`; what is absent has no branch."""
        response = {
            "status": ABSENT if exchange.status is None else exchange.status,
            "headers": self.value(dict(exchange.headers)),
            "body": self.value(exchange.answer),
        }
        return _present(
            {
                "method": exchange.method,
                "url": self.value(exchange.url),
                "body": self.value(exchange.body),
                "response": _present(response),
            }
        )

    def told(self, told: Told) -> dict[str, Any]:
        """The tree below `notifications/N`: the notification's own members beside callback, headers and envelope.

        A member of its own that is called like one of these gets a dot in front, so that neither hides the other.
        """
        around = {
            "callback": self.value(told.callback),
            "headers": self.value(dict(told.headers)),
            "envelope": self.value(told.envelope),
        }
        item = self.value(told.item)
        members = item if isinstance(item, dict) else {"body": item}
        own = {f".{name}" if name in around else name: value for name, value in members.items()}
        return {**own, **_present(around)}

    def value(self, value: Any, member: str = "", context: str = "") -> Any:
        if isinstance(value, str):
            return self._text(value, member, context)
        if isinstance(value, dict):
            context = context_of(value, member)
            return {name: self.value(v, name, context) for name, v in value.items()}
        if isinstance(value, list):
            return self._roster(value) if is_roster(value) else [self.value(v, member, context) for v in value]
        return value

    def _roster(self, entries: list[Any]) -> dict[str, Any]:
        """Entries by kind and identity; further ones of the same identity are numbered, whatever their order was."""
        groups: dict[str, list[Any]] = {}
        for entry in entries:
            groups.setdefault(self._who(entry), []).append(self.value(entry))
        out: dict[str, Any] = {}
        for who, group in groups.items():
            for number, entry in enumerate(sorted(group, key=_as_text), 1):
                out[who if number == 1 else f"{who} ({number})"] = entry
        return out

    def _who(self, entry: Any) -> str:
        identity = identity_of(entry)
        if identity is None:
            return "nobody"
        kind, text = identity
        return f"{kind} {self._binding.render(text, 'id', kind, self._side)}"

    def _text(self, text: str, member: str, context: str) -> Any:
        if member in _BY_SHAPE:
            return _shape_of_json(text)
        time = _TIME.fullmatch(text)
        if time:
            return f"<time, {len(time['digits'] or '')} digits, zone {time['zone'] or 'none'}>"
        if _HTTP_DATE.fullmatch(text):
            return "<http date>"
        return self._binding.render(text, member, context, self._side)


def _as_text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not ABSENT}


def _shape_of_json(text: str) -> Any:
    try:
        return _shape(json.loads(text))
    except ValueError:
        return "<text>"


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shape(v) for name, v in value.items()}
    return f"<{type(value).__name__}>"
