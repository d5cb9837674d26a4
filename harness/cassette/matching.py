"""Which entries of two lists belong together: collections by identity, other lists by place."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import cached_property
from typing import Any

from harness.cassette.binding import Binding, Side
from harness.cassette.entities import is_collection, is_roster, key_of, outline, silhouette
from harness.cassette.identifiers import form_of
from harness.cassette.signatures import Signatures


def matched(
    binding: Binding, recorded: list[Any], fake: list[Any], signatures: Signatures | None = None
) -> list[int | None]:
    """For every recorded entry the position of the fake's that belongs to it.

    Who is not bound yet is matched with one of the same kind: one that is told the same of, here or, by the signatures,
    in the whole trace, else the first.
    """
    in_roster = is_roster(recorded)
    if in_roster != is_roster(fake) or not (is_collection(recorded) and is_collection(fake)):
        return [n if n < len(fake) else None for n in range(len(recorded))]
    mine = [_Entry(entry, in_roster, binding, Side.RECORDED, signatures) for entry in recorded]
    theirs = [_Entry(entry, in_roster, binding, Side.FAKE, signatures) for entry in fake]
    matching = _Matching(mine, theirs)
    matching.pair(lambda e: e.who if e.is_bound else None, alone=True)
    matching.pair(lambda e: (e.who, e.told, e.standing))
    matching.pair(lambda e: e.who if e.is_bound else None)
    matching.pair(lambda e: None if e.is_bound else (e.kind, e.told, e.standing), alone=True)
    matching.pair(lambda e: None if e.is_bound else (e.kind, e.told, e.standing, e.signature))
    matching.pair(lambda e: None if e.is_bound else (e.kind, e.told, e.standing))
    matching.pair(lambda e: None if e.is_bound else (e.kind, e.told))
    matching.pair(lambda e: None if e.is_bound else (e.kind, e.silhouette, e.standing))
    matching.pair(lambda e: e.who)
    matching.pair(lambda e: None if e.is_bound else e.kind)
    return [matching.pairs.get(n) for n in range(len(recorded))]


class _Entry:
    """An entry of a collection. Most are bound and alone with that, so that nothing else is looked at."""

    def __init__(
        self, value: Any, in_roster: bool, binding: Binding, side: Side, signatures: Signatures | None
    ) -> None:
        self.kind, text = key_of(value, in_roster) or ("", "")
        form = form_of(text, "id")
        normal = form.normals[0] if len(form.normals) == 1 else text
        (bound,) = binding.standing((normal,), side)
        self.is_bound = bound != ""
        self.who = (self.kind, bound or normal)
        self._value = value
        self._binding = binding
        self._side = side
        self._signatures = signatures

    @cached_property
    def _outline(self) -> tuple[Hashable, list[str]]:
        return outline(self._value)

    @property
    def told(self) -> Hashable:
        return self._outline[0]

    @property
    def silhouette(self) -> Hashable:
        return silhouette(self._value)

    @cached_property
    def standing(self) -> tuple[str, ...]:
        """The identifiers in it as the fake has them, in an order that does not depend on them."""
        return tuple(sorted(self._binding.standing(self._outline[1], self._side)))

    @cached_property
    def signature(self) -> tuple[int, ...]:
        return () if self._signatures is None else self._signatures.of(self._outline[1], self._side)


class _Matching:
    """Entries of both sides and the pairs that were made of them, by position."""

    def __init__(self, mine: Sequence[_Entry], theirs: Sequence[_Entry]) -> None:
        self.pairs: dict[int, int] = {}
        self._mine = dict(enumerate(mine))
        self._theirs = dict(enumerate(theirs))

    def pair(self, key: Callable[[_Entry], Hashable], *, alone: bool = False) -> None:
        """Pair those with equal keys, in order; none without a key. alone: only where nothing else has the key."""
        if not self._mine or not self._theirs:
            return
        waiting = _by_key(self._theirs, key)
        for value, positions in _by_key(self._mine, key).items():
            others = waiting.get(value, [])
            if alone and not len(positions) == len(others) == 1:
                continue
            for position, other in zip(positions, others, strict=False):
                self.pairs[position] = other
                del self._mine[position], self._theirs[other]


def _by_key(entries: dict[int, _Entry], key: Callable[[_Entry], Hashable]) -> dict[Hashable, list[int]]:
    found: dict[Hashable, list[int]] = {}
    for position, entry in entries.items():
        value = key(entry)
        if value is not None:
            found.setdefault(value, []).append(position)
    return found
