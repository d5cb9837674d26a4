"""The people of a test, and the phones: who they are, how they react, what they do on their own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final

from harness.errors import UsageError
from harness.graph import wire
from harness.graph.types import Identity, IdentityKind, Reaction, ReactionKind, ResultInfo
from harness.graph.types import Person as Scripted
from harness.target.verbs import refuse_where_not_had

if TYPE_CHECKING:
    from harness.target.calls import Call
    from harness.target.targets import Target

_LINES: Final = 1000
_FICTION: Final = "+447700900"
"""Numbers that nobody has: 000 to 999 behind it are kept for films and plays in the United Kingdom."""


class Person:
    """Somebody who can be called: a user, or who has a phone. They answer at once unless scripted otherwise.

    What scripts a reaction returns the person: `adele = graph.person("adele").answers(after=3)`.
    """

    def __init__(self, target: Target, name: str, identity: Identity) -> None:
        self._target = target
        self._identity = identity
        self.name = name

    @property
    def id(self) -> str:
        """The user's object id, or the number."""
        return self._identity.id

    @property
    def number(self) -> str:
        """The number of a phone. Raises: UsageError for everybody else."""
        if self._identity.kind is not IdentityKind.PHONE:
            raise UsageError(
                f"{self.name!r} is a {self._identity.kind}, and has an id: phones come from graph.phone(…)"
            )
        return self._identity.id

    @property
    def display_name(self) -> str | None:
        name = self._identity.members.get("displayName")
        return None if name is None else str(name)

    @property
    def identity(self) -> dict[str, Any]:
        """An identity set as bots send it: `{"participants": [{"identity": adele.identity}]}`."""
        return wire.identity_set(self._identity)

    @property
    def as_identity(self) -> Identity:
        return self._identity

    @property
    def seeded(self) -> dict[str, Any]:
        """The person as a participant of a call that exists already."""
        return {str(self._identity.kind): {"id": self._identity.id, **self._identity.members}}

    @property
    def key(self) -> tuple[str, str]:
        return str(self._identity.kind), self._identity.id.lower()

    def answers(self, after: float = 0.0) -> Person:
        return self._reacts("answers", Reaction(ReactionKind.ANSWERS, _seconds(after)))

    def declines(self, after: float = 0.0) -> Person:
        return self._reacts("declines", Reaction(ReactionKind.DECLINES, _seconds(after)))

    def is_busy(self, after: float = 0.0) -> Person:
        return self._reacts("is_busy", Reaction(ReactionKind.BUSY, _seconds(after)))

    def ignores(self) -> Person:
        return self._reacts("ignores", Reaction(ReactionKind.IGNORES))

    def fails(self, code: int = 500, subcode: int = 0, message: str | None = None, *, after: float = 0.0) -> Person:
        """Cannot be reached: Graph tells this `resultInfo`."""
        result = ResultInfo(code, subcode, message)
        return self._reacts("fails", Reaction(ReactionKind.FAILS, _seconds(after), result))

    def joins(self, call: Call | str) -> None:
        self._does("joins", call)

    def leaves(self, call: Call | str) -> None:
        self._does("leaves", call)

    def hangs_up(self, call: Call | str) -> None:
        self._does("hangs_up", call)

    def mutes(self, call: Call | str) -> None:
        self._does("mutes", call)

    def unmutes(self, call: Call | str) -> None:
        self._does("unmutes", call)

    def _reacts(self, verb: str, reaction: Reaction) -> Person:
        refuse_where_not_had(verb, self._target.name)
        self._target.script(Scripted(self._identity, reaction))
        return self

    def _does(self, verb: str, call: Call | str) -> None:
        refuse_where_not_had(verb, self._target.name)
        self._target.happen(verb, str(call), Scripted(self._identity))

    def __str__(self) -> str:
        return self.id

    def __repr__(self) -> str:
        return f"<{self._identity.kind} {self.display_name or self.name!r} {self.id}>"


def stable_id(seed: int, *what: str) -> str:
    """A GUID that is the same for the same seed and words, on every machine."""
    digits = hashlib.sha256("\0".join((str(seed), *what)).encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[12:15]}-8{digits[15:18]}-{digits[18:30]}"


def identity_of(seed: int, name: str, *, id: str | None, display_name: str | None) -> Identity:
    """Who a named user is. Raises: UsageError."""
    for what, value in (("name", name), ("id", id), ("display_name", display_name)):
        if not (value is None or isinstance(value, str)) or (value == "" and what != "display_name"):
            raise UsageError(f"{what} of a person: expected text, got {value!r}")
    shown = name.replace("_", " ").title() if display_name is None else display_name
    return Identity(IdentityKind.USER, id or stable_id(seed, "user", name), {"displayName": shown})


def phone_identity(seed: int, name: str, taken: Collection[str] = ()) -> Identity:
    """A phone by its number, or under a number that nobody has, nor any of those `taken`.

    Raises: UsageError where that is no number, or all are taken.
    """
    if name.startswith("+") or (name and not re.search(r"[^\d\s().-]", name)):
        if not re.fullmatch(r"\+[1-9]\d{1,14}", name):
            raise UsageError(f"phone {name!r}: expected a number in E.164 form, as '+14255550100', or a name")
        return Identity(IdentityKind.PHONE, name)
    first = int(hashlib.sha256(f"{seed}\0phone\0{name}".encode()).hexdigest(), 16)
    numbers = (f"{_FICTION}{(first + n) % _LINES:03d}" for n in range(_LINES))
    free = next((number for number in numbers if number not in taken), None)
    if free is None:
        raise UsageError(f"phone {name!r}: all {_LINES} numbers of nobody's are taken: give it one of its own, '+…'")
    return Identity(IdentityKind.PHONE, free)


def _seconds(after: float) -> float:
    if isinstance(after, bool) or not isinstance(after, int | float) or not 0 <= after <= 86_400:
        raise UsageError(f"after: expected seconds, from 0 to 86400, got {after!r}")
    return float(after)
