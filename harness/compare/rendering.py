"""Traces made comparable: identifiers as roles, times by form, collections as mappings keyed by identity."""

from __future__ import annotations

import json
from typing import Any

from harness.cassette.binding import Side
from harness.cassette.entities import context_of, is_collection, is_roster, key_of
from harness.cassette.identifiers import time_form
from harness.cassette.roles import Roles
from harness.cassette.scenario import ABSENT
from harness.cassette.trace import Exchange, Told
from harness.cassette.walking import BY_SHAPE, shape_of


class Renderer:
    """Renders one side of a comparison."""

    def __init__(self, roles: Roles, side: Side) -> None:
        self._roles = roles
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
            "callback": self.value(told.callback, "callback"),
            "headers": self.value(dict(told.headers)),
            "envelope": self.value(told.envelope),
        }
        item = self.value(told.item)
        if not isinstance(item, dict):
            return {"body": item, **_present(around)}
        taken = ("body", *around)
        own = {f".{name}" if name.lstrip(".") in taken else name: value for name, value in item.items()}
        return {**own, **_present(around)}

    def value(self, value: Any, member: str = "", context: str = "") -> Any:
        if isinstance(value, str):
            return self._text(value, member, context)
        if isinstance(value, dict):
            context = context_of(value, member)
            return {name: self.value(v, name, context) for name, v in value.items()}
        if isinstance(value, list):
            return self._collection(value) if is_collection(value) else [self.value(v, member, context) for v in value]
        return value

    def _collection(self, entries: list[Any]) -> dict[str, Any]:
        """Entries by identity; further ones of the same identity are numbered, whatever their order was."""
        groups: dict[str, list[Any]] = {}
        in_roster = is_roster(entries)
        for entry in entries:
            groups.setdefault(self._who(entry, in_roster), []).append(self.value(entry))
        out: dict[str, Any] = {}
        for who, group in groups.items():
            for number, entry in enumerate(sorted(group, key=_as_text), 1):
                out[who if number == 1 else f"{who} ({number})"] = entry
        return out

    def _who(self, entry: Any, in_roster: bool) -> str:
        key = key_of(entry, in_roster)
        if key is None:
            return "nobody"
        kind, text = key
        context = kind if in_roster else context_of(entry, "")
        return f"{kind} {self._roles.render(text, 'id', context, self._side)}"

    def _text(self, text: str, member: str, context: str) -> Any:
        if member in BY_SHAPE:
            return shape_of(text)
        return time_form(text) or self._roles.render(text, member, context, self._side)


def _as_text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not ABSENT}
