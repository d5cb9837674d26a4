"""Identifiers written as roles: `<call:1>` for the first call of a trace.

Roles are named after path segments and members and numbered by first appearance in the recorded trace; nothing of them
is stored. What is left of two texts, with roles for identifiers, can be compared exactly: where an identifier is used
inconsistently the roles differ.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from harness.cassette.binding import Binding, Bound, Side, path_of
from harness.cassette.identifiers import Slot, replaced, slots

_ROLE: Final = re.compile(r"<([A-Za-z ]+:\d+)")
_WRITTEN: Final = re.compile(r"<(?=[A-Za-z ]+:\d|time,|http date>)")
_AFTER: Final = re.compile(r"(\w+)(?:/|\(')$")
_NEAR: Final = 64
"""How far before an identifier the path segment is looked for that names it."""

_ROLES: Final[Mapping[str, str]] = {
    "calls": "call",
    "participants": "participant",
    "operations": "operation",
    "tenantId": "tenant",
    "clientContext": "context",
    "callChainId": "chain",
    "Scenario-Id": "chain",
    "scenario-id": "chain",
    "X-Microsoft-Skype-Chain-ID": "chain",
    "X-Microsoft-Skype-Message-ID": "message",
    "request-id": "request",
    "client-request-id": "request",
    "myParticipantId": "participant",
    "participantId": "participant",
    "replacesCallId": "call",
    "threadId": "thread",
    "endpointId": "endpoint",
    "resourceId": "media",
}
_KINDS: Final[Mapping[str, str]] = {
    "phone": "phone",
    "thread": "thread",
    "mail": "mail",
    "host": "host",
    "address": "user",
}
_SPELLINGS: Final = frozenset({"phone", "thread", "mail", "host"})
"""Roles that are spelled as they are called; all others like a GUID with dashes. What is unusual is said behind it."""

IDENTITIES: Final = frozenset(
    (
        *("user", "application", "device", "phone", "guest", "encrypted", "onPremises"),
        *("applicationInstance", "azureCommunicationServicesUser"),
    )
)
"""Members of an identity set that name somebody."""

ROLE_NAMES: Final = frozenset((*_ROLES.values(), *_KINDS.values(), *IDENTITIES, "id"))
"""What roles are called."""


class Roles:
    """The roles of the identifiers in two bound traces. `see` the recorded trace first: that numbers them."""

    def __init__(self, binding: Binding) -> None:
        self._binding = binding
        self._roles: dict[str, str] = {}
        self._normals: dict[str, str] = {}
        self._counts: Counter[str] = Counter()
        self._strangers: dict[str, str] = {}

    def see(self, text: str, member: str, context: str) -> list[tuple[str, Slot]]:
        """Give the recorded identifiers in a text their roles; those that had none are returned."""
        return [
            (self._role(slot.normal, _role_name(slot, text, member, context)), slot)
            for slot in slots(text, member)
            if slot.normal not in self._roles
        ]

    def has(self, normal: str) -> bool:
        """Whether a recorded identifier has its role."""
        return normal in self._roles

    def legend(self) -> Iterable[tuple[str, Bound]]:
        """Each pair with its role, in the order in which the roles were given."""
        for normal, role in self._roles.items():
            bound = self._binding.of(normal, Side.RECORDED)
            if bound is not None:
                yield role, bound

    def first_places(self, *rendered: str) -> str:
        """Where the roles in rendered texts were first bound: `call:1 at requests/1/url, new call:1 nowhere before`."""
        wanted = dict.fromkeys(role.lower() for text in rendered for role in _ROLE.findall(text))
        return ", ".join(f"{role} {self._first_place(role)}" for role in wanted)

    def _first_place(self, role: str) -> str:
        bound = self._binding.of(self._normals.get(role, ""), Side.RECORDED)
        return "nowhere before" if bound is None else f"at {path_of(bound.place)}"

    def render(self, text: str, member: str = "", context: str = "", side: Side = Side.RECORDED) -> str:
        """A text that stands at a member, in an object of which `context` says what it is, with roles for identifiers.

        `<call:1>` is a GUID with dashes in lower case, `<CALL:1>` in upper case; other spellings are said behind a
        comma. `<new call:1>` is an identifier of the fake that nothing recorded corresponds to.
        """
        found = slots(text, member)
        if not found:
            return literal(text)
        return replaced(
            text, found, lambda s: self._rendered(s, _role_name(s, text, member, context), side), between=literal
        )

    def _rendered(self, slot: Slot, name: str, side: Side) -> str:
        bound = self._binding.of(slot.normal, side)
        if side is Side.FAKE and bound is None:
            role = self._stranger(slot.normal, name)
        else:
            role = self._role(slot.normal if bound is None else bound.recorded, name)
        form = slot.spelling.lower()
        spelling = form if bound is not None and not bound.has_case else slot.spelling
        if side is Side.FAKE and bound is not None and bound.is_recased:
            spelling = "TEXT"
        cased = role.upper() if spelling.isupper() else role.capitalize() if spelling != form else role
        usual = role.partition(":")[0].removeprefix("new ")
        return f"<{cased}>" if form == (usual if usual in _SPELLINGS else "dashed") else f"<{cased}, {form}>"

    def _role(self, normal: str, name: str) -> str:
        if normal not in self._roles:
            self._counts[name] += 1
            self._roles[normal] = role = f"{name}:{self._counts[name]}"
            self._normals[role.lower()] = normal
        return self._roles[normal]

    def _stranger(self, normal: str, name: str) -> str:
        if normal not in self._strangers:
            self._counts[f"new {name}"] += 1
            self._strangers[normal] = f"new {name}:{self._counts[f'new {name}']}"
        return self._strangers[normal]


def literal(text: str) -> str:
    """A text without identifiers, so that it cannot be taken for one that is written as a role."""
    return _WRITTEN.sub(r"\\<", text) if "<" in text else text


def _role_name(slot: Slot, text: str, member: str, context: str) -> str:
    """What an identifier is called: by its path segment, its member, the object that it is the id of, or its kind."""
    before = _AFTER.search(text, max(0, slot.start - _NEAR), slot.start)
    if before and before[1] in _ROLES:
        return _ROLES[before[1]]
    if member in _ROLES:
        return _ROLES[member]
    if member == "id" and context in IDENTITIES:
        return context
    if member == "id" and context:
        return "operation" if context.endswith("Operation") else context
    return _KINDS.get(slot.kind, "id")
