"""Who stands for the people of a test: those of the tenant who hold a device and do what they are told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from harness.errors import UsageError
from harness.graph.types import Identity, IdentityKind, Person, Reaction, ReactionKind
from harness.tenant.environment import Tenant
from harness.tenant.variables import PHONE, USERS

_NOW: Final = {
    ReactionKind.ANSWERS: "answer",
    ReactionKind.DECLINES: "decline",
    ReactionKind.BUSY: "be in another call beforehand",
    ReactionKind.IGNORES: "let it ring, until it stops",
}
_HAPPENS: Final = {
    "joins": "join the call",
    "leaves": "leave the call",
    "hangs_up": "hang up",
    "mutes": "mute yourself",
    "unmutes": "unmute yourself",
}


class People:
    """Users and phone of the tenant, given out in the order in which a test names somebody.

    tell: takes, in a line, what a person is to do. reactions: what each was asked to do, by their identity.
    """

    def __init__(self, tenant: Tenant, tell: Callable[[str], None]) -> None:
        self._tenant = tenant
        self._tell = tell
        self._lock = threading.Lock()
        self._named: dict[tuple[IdentityKind, str], Identity] = {}
        self._whose: dict[str, str] = {}
        self.reactions: dict[str, tuple[Identity, Reaction]] = {}

    def known_as(self, name: str, wanted: Identity, is_given: bool) -> Identity:
        """Who it is in the tenant. is_given: the test says who, by an id or a number. Raises: UsageError."""
        with self._lock:
            known = self._named.get((wanted.kind, name))
            if known is None:
                known = wanted if is_given else replace(wanted, id=self._next(wanted.kind, name))
                self._named[wanted.kind, name] = known
                self._whose[known.id.lower()] = self._described(name, known)
                self.reactions[known.id.lower()] = known, Reaction()
        return known

    def script(self, person: Person) -> None:
        identity, reaction = person.identity, person.reaction
        self.reactions[identity.id.lower()] = identity, reaction
        after = f" after {reaction.after:g} s" if reaction.after else ""
        self._tell(f"{self.whose(identity)}: when it rings, {_NOW[reaction.kind]}{after}")

    def happens(self, verb: str, person: Person) -> None:
        self._tell(f"{self.whose(person.identity)}: {_HAPPENS[verb]} now")

    def whose(self, identity: Identity) -> str:
        """`'adele' (user 1 of GRAPH_USERS)`: no id, no number, no name of a real person."""
        return self._whose.get(identity.id.lower(), f"a {identity.kind}")

    def given(self, names: Mapping[str, str]) -> list[dict[str, Any]]:
        """For a scenario file: who there is, and how they were to react. names: what Graph calls them, by their id."""
        return [_given(identity, reaction, names) for identity, reaction in self.reactions.values()]

    def _next(self, kind: IdentityKind, name: str) -> str:
        if kind is IdentityKind.PHONE:
            return self._phone(name)
        taken = {identity.id.lower() for identity in self._named.values()}
        free = next((user for user in self._tenant.users if user.lower() not in taken), None)
        if free is None:
            users = len(self._tenant.users)
            raise UsageError(f"{name!r}: {USERS} names {users} people, and the test more: add another to it")
        return free

    def _phone(self, name: str) -> str:
        if self._tenant.phone is None:
            raise UsageError(f"phone {name!r}: {PHONE} is not set: set it to a number whose phone somebody answers")
        if any(identity.id == self._tenant.phone for identity in self._named.values()):
            raise UsageError(f"phone {name!r}: {PHONE} is one phone, and the test has another already")
        return self._tenant.phone

    def _described(self, name: str, identity: Identity) -> str:
        if identity.kind is IdentityKind.PHONE:
            return f"{PHONE}"
        numbers = [n for n, user in enumerate(self._tenant.users, 1) if user.lower() == identity.id.lower()]
        return f"{name!r} (user {numbers[0]} of {USERS})" if numbers else f"{name!r}"


def _given(identity: Identity, reaction: Reaction, names: Mapping[str, str]) -> dict[str, Any]:
    details: Mapping[str, Any] = {"after": reaction.after} if reaction.after else {}
    name = names.get(identity.id.lower()) or identity.members.get("displayName")
    who = {"id": identity.id, **({"displayName": name} if name else {})}
    return {str(identity.kind): who, str(reaction.kind): dict(details)}
