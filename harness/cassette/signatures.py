"""What an identifier is like, told by all places at which a trace holds it: a tie-breaker before anything is bound.

Two people who are told alike when they are seen first may be told apart later. Which of them is which on the other side
shows only in the whole trace. A signature says in a number what is said of an identifier, and then of those that it
stands together with; nothing rests on it but which of several equal candidates is tried.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import cached_property
from typing import Any, Final

from harness.cassette.binding import Side
from harness.cassette.entities import is_collection, outline
from harness.cassette.identifiers import form_of

Part = tuple[Hashable, Any]
"""Where a value stands in a trace, without identifiers, and the value."""

_ROUNDS: Final = 2
"""How far it is looked from an identifier to those beside it, to those beside them."""


class Signatures:
    """Signatures of the identifiers of both sides, worked out when they are first asked for."""

    def __init__(self, recorded: Callable[[], Iterable[Part]], fake: Callable[[], Iterable[Part]]) -> None:
        self._recorded = recorded
        self._fake = fake

    def of(self, normals: Iterable[str], side: Side) -> tuple[int, ...]:
        """Sorted: which of them is which does not show."""
        known = self._of_recorded if side is Side.RECORDED else self._of_fake
        return tuple(sorted(known.get(normal, 0) for normal in normals))

    @cached_property
    def _of_recorded(self) -> dict[str, int]:
        return signatures(self._recorded())

    @cached_property
    def _of_fake(self) -> dict[str, int]:
        return signatures(self._fake())


def signatures(parts: Iterable[Part]) -> dict[str, int]:
    """Identifier -> a number that is the same for every consistent renaming of the parts."""
    seen = _Seen()
    for where, value in parts:
        seen.together(value, "", hash((where, outline(value)[0])))
    known = {normal: hash(tuple(sorted(places))) for normal, places in seen.places.items()}
    for _ in range(_ROUNDS):
        known = seen.refined(known)
    return known


class _Seen:
    """places: what is said of each identifier, each time. groups: identifiers that stand together."""

    def __init__(self) -> None:
        self.places: dict[str, list[int]] = {}
        self._groups: list[list[str]] = []

    def together(self, value: Any, member: str, context: int) -> None:
        """Take in one thing that is told: its identifiers stand together, but for entries of collections in it."""
        group: list[str] = []
        self._groups.append(group)
        self._visit(value, member, context, group)

    def _visit(self, value: Any, member: str, context: int, group: list[str]) -> None:
        if isinstance(value, str):
            form = form_of(value, member)
            for number, normal in enumerate(form.normals):
                self.places.setdefault(normal, []).append(hash((context, member, form.template, number)))
                group.append(normal)
        elif isinstance(value, dict):
            for name, branch in value.items():
                self._visit(branch, name, hash((context, name)), group)
        elif isinstance(value, list) and is_collection(value):
            for entry in value:
                self.together(entry, member, hash((member, outline(entry)[0])))
        elif isinstance(value, list):
            for number, entry in enumerate(value):
                self._visit(entry, member, hash((context, number)), group)

    def refined(self, known: dict[str, int]) -> dict[str, int]:
        """Signatures with those of the groups that an identifier is in."""
        beside: dict[str, list[int]] = {normal: [] for normal in known}
        for group in self._groups:
            of_group = hash(tuple(sorted(known[normal] for normal in group)))
            for normal in group:
                beside[normal].append(of_group)
        return {normal: hash((signature, tuple(sorted(beside[normal])))) for normal, signature in known.items()}
