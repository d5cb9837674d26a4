"""Two sides of things with keys that change while pairs are made: which pair comes next."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Final, Protocol

_MINE: Final = 0
_THEIRS: Final = 1


class Waiting(Protocol):
    """One side: positions that wait for a partner, and what is known of each."""

    @property
    def waiting(self) -> Sequence[int]: ...

    def key(self, position: int) -> Hashable: ...

    def ids(self, position: int) -> tuple[str, ...]: ...

    def is_bound(self, position: int) -> bool: ...

    def unbound(self, position: int) -> list[str]: ...


@dataclass(slots=True)
class _Group:
    """Positions of both sides with one key, as heaps; those that are gone are dropped when they come up.

    counts: how many there are of each side. bound: of the first, how many whose identifiers are all bound.
    """

    heaps: tuple[list[int], list[int]] = field(default_factory=lambda: ([], []))
    counts: list[int] = field(default_factory=lambda: [0, 0])
    bound: int = 0


class Groups:
    """Pairs with equal keys, one after the other: those that are certain, or else one that is not.

    Certain: nothing else has the key, or all identifiers under it are bound already. Of the others, one whose
    identifiers are the same text on both sides (a fake may have been given them) goes before the first.
    only_alone: nothing but pairs of which nothing else has the key. guessing: also what is not certain.
    """

    def __init__(self, mine: Waiting, theirs: Waiting, *, only_alone: bool = False, guessing: bool = True) -> None:
        self._sides = (mine, theirs)
        self._only_alone = only_alone
        self._guessing = guessing
        self._groups: dict[Hashable, _Group] = {}
        self._keys: tuple[dict[int, Hashable], dict[int, Hashable]] = ({}, {})
        self._bound: set[int] = set()
        self._mentions: tuple[dict[str, list[int]], dict[str, list[int]]] = ({}, {})
        self._changed: deque[Hashable] = deque()
        self._guesses: list[int] = []
        for side in (_MINE, _THEIRS):
            for position in self._sides[side].waiting:
                self._enter(side, position)
                for normal in self._sides[side].unbound(position):
                    self._mentions[side].setdefault(normal, []).append(position)
        self._alike = deque(mine.waiting)
        self._by_ids: dict[tuple[str, ...], list[int]] = {}
        for position in theirs.waiting:
            self._by_ids.setdefault(theirs.ids(position), []).append(position)

    def next_pair(self) -> tuple[int, int] | None:
        """The next pair, which then waits no longer. `renew` what was learnt from it before asking again."""
        pair = self._certain()
        if pair is None and self._guessing:
            pair = self._same_ids() or self._guess()
        if pair is not None:
            self._leave(_MINE, pair[0])
            self._leave(_THEIRS, pair[1])
        return pair

    @property
    def is_undecided(self) -> bool:
        """Whether there are pairs left to guess."""
        return any(all(group.counts) for group in self._groups.values())

    def renew(self, mine: str, theirs: str) -> None:
        """Look again at what mentions two identifiers, which have been bound."""
        for side, normal in ((_MINE, mine), (_THEIRS, theirs)):
            for position in self._mentions[side].pop(normal, ()):
                if position in self._keys[side]:
                    self._leave(side, position)
                    self._enter(side, position)

    def _enter(self, side: int, position: int) -> None:
        key = self._sides[side].key(position)
        if key is None:
            return
        group = self._groups.setdefault(key, _Group())
        heappush(group.heaps[side], position)
        group.counts[side] += 1
        self._keys[side][position] = key
        if side == _MINE and self._sides[_MINE].is_bound(position):
            self._bound.add(position)
            group.bound += 1
        self._look_at(key, group)

    def _leave(self, side: int, position: int) -> None:
        key = self._keys[side].pop(position)
        group = self._groups[key]
        group.counts[side] -= 1
        if side == _MINE and position in self._bound:
            self._bound.discard(position)
            group.bound -= 1
        self._look_at(key, group)

    def _look_at(self, key: Hashable, group: _Group) -> None:
        if all(group.counts):
            self._changed.append(key)
            if self._guessing:
                heappush(self._guesses, self._first(_MINE, key))

    def _first(self, side: int, key: Hashable) -> int:
        heap = self._groups[key].heaps[side]
        while self._keys[side].get(heap[0]) != key:
            heappop(heap)
        return heap[0]

    def _certain(self) -> tuple[int, int] | None:
        while self._changed:
            key = self._changed[0]
            group = self._groups[key]
            alone = group.counts == [1, 1]
            if all(group.counts) and (alone or (not self._only_alone and group.bound == group.counts[_MINE])):
                return self._first(_MINE, key), self._first(_THEIRS, key)
            self._changed.popleft()
        return None

    def _same_ids(self) -> tuple[int, int] | None:
        while self._alike:
            position = self._alike.popleft()
            key = self._keys[_MINE].get(position)
            ids = self._sides[_MINE].ids(position)
            if key is None or not ids or not self._groups[key].counts[_THEIRS]:
                continue
            for other in self._by_ids.get(ids, ()):
                if self._keys[_THEIRS].get(other, None) == key:
                    return position, other
        return None

    def _guess(self) -> tuple[int, int] | None:
        while self._guesses:
            key = self._keys[_MINE].get(heappop(self._guesses))
            if key is not None and all(self._groups[key].counts):
                return self._first(_MINE, key), self._first(_THEIRS, key)
        return None
