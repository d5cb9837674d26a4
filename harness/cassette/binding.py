"""The one-to-one map of identifiers between two traces, the recorded one and another.

`harness.cassette.walking` goes over both traces and makes the map. Once bound, a pair stays: whatever contradicts it
later is a difference. Of texts, `harness.cassette.identifiers` says what in them is an identifier.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from harness.cassette.identifiers import Form, Slot, is_guid, replaced, slots, spelled

Place = tuple[Any, str | int]
"""Where something stands: the place above, or None at the root, and the name or number of the branch from there."""


def path_of(place: Place) -> str:
    """`requests/1/url`."""
    names: list[str] = []
    above: Any = place
    while above is not None:
        above, name = above
        names.append(str(name))
    return "/".join(reversed(names))


class Side(Enum):
    RECORDED = "recorded"
    FAKE = "fake"


@dataclass(slots=True)
class Bound:
    """A pair: the normal forms, how both were written where the pair was first seen, and that place.

    is_recased: they differ in letter case only, which is no renaming; of a GUID the spelling tells that.
    """

    recorded: str
    fake: str
    spelling: str
    recorded_text: str
    fake_text: str
    place: Place
    is_recased: bool

    @property
    def has_case(self) -> bool:
        """Whether both hold letters: digits alone do not tell in which case a GUID is written."""
        return all(any(c.isalpha() for c in normal) for normal in (self.recorded, self.fake))


class Binding:
    """Recorded identifier ↔ the fake's, one to one, with the place where each pair was first seen."""

    def __init__(self) -> None:
        self._by_recorded: dict[str, Bound] = {}
        self._by_fake: dict[str, Bound] = {}
        self._pairs: list[Bound] = []

    def __len__(self) -> int:
        return len(self._pairs)

    def copy(self) -> Binding:
        """The pairs as they are now."""
        other = Binding()
        other._by_recorded, other._by_fake = self._by_recorded.copy(), self._by_fake.copy()
        other._pairs = self._pairs.copy()
        return other

    def pairs(self, since: int = 0) -> Sequence[Bound]:
        """What is bound, in the order in which it was; `since`: how many to leave out."""
        return self._pairs[since:]

    def of(self, normal: str, side: Side) -> Bound | None:
        """The pair to which an identifier of one side belongs."""
        return (self._by_recorded if side is Side.RECORDED else self._by_fake).get(normal)

    def partner(self, normal: str) -> str | None:
        """The fake's identifier for a recorded one."""
        bound = self._by_recorded.get(normal)
        return None if bound is None else bound.fake

    def standing(self, normals: Iterable[str], side: Side) -> tuple[str, ...]:
        """Identifiers as the fake has them; an empty text for each that is not bound."""
        if side is Side.RECORDED:
            return tuple([self.partner(normal) or "" for normal in normals])
        return tuple([normal if normal in self._by_fake else "" for normal in normals])

    def unify(self, recorded: str, mine: Form, fake: str, theirs: Form, place: Place) -> bool:
        """Bind the identifiers of two texts at one place, as far as neither is bound yet.

        True: the two texts are the same by what is bound now, and stay so. Else they may still be, in a way that only
        rendering tells: a GUID of digits alone has no letter case.
        """
        if len(mine.normals) != len(theirs.normals):
            return False
        agree = mine.template == theirs.template
        for a, b in zip(mine.slots, theirs.slots, strict=True):
            bound = self._by_recorded.get(a.normal)
            if bound is None:
                if b.normal in self._by_fake:
                    agree = False
                    continue
                bound = self._bind(a, recorded, b, fake, place)
            agree = agree and bound.fake == b.normal and not bound.is_recased
        return agree

    def _bind(self, mine: Slot, recorded: str, theirs: Slot, fake: str, place: Place) -> Bound:
        bound = Bound(
            recorded=mine.normal,
            fake=theirs.normal,
            spelling=mine.spelling,
            recorded_text=recorded[mine.start : mine.end],
            fake_text=fake[theirs.start : theirs.end],
            place=place,
            is_recased=mine.normal != theirs.normal and mine.normal.lower() == theirs.normal.lower(),
        )
        self._by_recorded[bound.recorded] = self._by_fake[bound.fake] = bound
        self._pairs.append(bound)
        return bound

    def translate(self, text: str, member: str = "") -> str:
        """A recorded text that stands at a member, with the fake's identifiers in place of those that are bound."""
        found = slots(text, member)
        return replaced(text, found, lambda slot: self._fake_text(slot, text)) if found else text

    def translated(self, value: Any, member: str = "") -> Any:
        """The same for a JSON value, as an identifier is told by its member."""
        if isinstance(value, str):
            return self.translate(value, member)
        if isinstance(value, dict):
            return {name: self.translated(branch, name) for name, branch in value.items()}
        if isinstance(value, list):
            return [self.translated(branch, member) for branch in value]
        return value

    def _fake_text(self, slot: Slot, text: str) -> str:
        """The fake's identifier, spelled as the fake does where the recorded one is spelled as when it was bound."""
        bound = self._by_recorded.get(slot.normal)
        if bound is None or bound.fake == slot.normal:
            return text[slot.start : slot.end]
        if slot.spelling == bound.spelling or not is_guid(bound.fake):
            return bound.fake_text
        return spelled(bound.fake, slot.spelling)
