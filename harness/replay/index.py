"""Which recorded request a request is, found without looking at the others.

Recorded requests that say the same but for identifiers stand in one group; in it, in queues by the pattern of their
identifiers: which of them are bound, and which of the others are equal. A request that agrees under the binding, with
whatever it would bind, has the same pattern. Once an identifier is bound, the requests that hold it change queues:
each does so once for each of its identifiers, so that what a request costs does not grow with the cassette.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from harness.cassette.binding import Binding, Side
from harness.replay.reading import Asked, Mask, Reading, mask_of, reading

Pattern = tuple[str | int, ...]


class Found(NamedTuple):
    """The recorded request that a request is: its number, and how both were read."""

    number: int
    recorded: Reading
    theirs: Reading


@dataclass(slots=True, eq=False)
class _Waiting:
    """A recorded request that nobody has made yet."""

    number: int
    reading: Reading
    normals: tuple[str, ...]
    group: Group
    pattern: Pattern = ()
    is_played: bool = False


@dataclass(slots=True, eq=False)
class Group:
    """Recorded requests that say the same but for identifiers. numbers: of all, in order; queues: of who is waiting."""

    mask: Mask
    numbers: list[int] = field(default_factory=list)
    queues: dict[Pattern, list[tuple[int, _Waiting]]] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class _Shape:
    """Recorded requests with the same places and types."""

    masks: dict[Mask, None] = field(default_factory=dict)
    groups: dict[tuple[Mask, tuple[Any, ...]], Group] = field(default_factory=dict)


class Index:
    """Recorded requests by number, in order. readings: of all of them."""

    def __init__(self, requests: Mapping[int, Asked], binding: Binding) -> None:
        self._binding = binding
        self._shapes: dict[tuple[Any, ...], _Shape] = {}
        self._holding: dict[str, list[_Waiting]] = {}
        self._waiting: dict[int, _Waiting] = {}
        self.readings: dict[int, Reading] = {}
        for number, request in requests.items():
            self._add(number, request)

    @property
    def groups(self) -> list[Group]:
        return [group for shape in self._shapes.values() for group in shape.groups.values()]

    def find(self, request: Asked) -> Found | None:
        """The first that is not played and agrees with a request. Nothing is bound by looking."""
        shape = self._shapes.get(request.shape)
        if shape is None:
            return None
        best: tuple[_Waiting, Reading] | None = None
        for mask in shape.masks:
            theirs = reading(request, mask)
            group = shape.groups.get((mask, theirs.says))
            waiting = None if group is None else self._first(group.queues, theirs)
            if waiting is not None and (best is None or waiting.number < best[0].number):
                best = waiting, theirs
        return None if best is None else Found(best[0].number, best[0].reading, best[1])

    def play(self, number: int) -> None:
        self._waiting.pop(number).is_played = True

    def rebound(self, normals: Iterable[str]) -> None:
        """Recorded identifiers that have been bound."""
        moved = {w.number: w for normal in normals for w in self._holding.pop(normal, ()) if not w.is_played}
        for waiting in moved.values():
            self._queue(waiting)

    def _add(self, number: int, request: Asked) -> None:
        shape = self._shapes.setdefault(request.shape, _Shape())
        mask = mask_of(request)
        read = reading(request, mask)
        shape.masks[mask] = None
        group = shape.groups.setdefault((mask, read.says), Group(mask))
        group.numbers.append(number)
        self.readings[number] = read
        waiting = self._waiting[number] = _Waiting(number, read, read.normals, group)
        for normal in set(waiting.normals):
            self._holding.setdefault(normal, []).append(waiting)
        self._queue(waiting)

    def _queue(self, waiting: _Waiting) -> None:
        """Put a request in the queue where it belongs now; where it stood it is passed over."""
        known = [normal if self._binding.of(normal, Side.RECORDED) else None for normal in waiting.normals]
        waiting.pattern = _pattern(known, waiting.normals)
        heapq.heappush(waiting.group.queues.setdefault(waiting.pattern, []), (waiting.number, waiting))

    def _first(self, queues: Mapping[Pattern, list[tuple[int, _Waiting]]], theirs: Reading) -> _Waiting | None:
        normals = theirs.normals
        bound = [self._binding.of(normal, Side.FAKE) for normal in normals]
        pattern = _pattern([None if b is None else b.recorded for b in bound], normals)
        queue = queues.get(pattern, [])
        while queue and (queue[0][1].is_played or queue[0][1].pattern != pattern):
            heapq.heappop(queue)
        return queue[0][1] if queue else None


def _pattern(known: Sequence[str | None], normals: Sequence[str]) -> Pattern:
    """Recorded identifiers as far as they are bound; else numbers, equal for equal identifiers."""
    numbers: dict[str, int] = {}
    pairs = zip(known, normals, strict=True)
    return tuple(numbers.setdefault(n, len(numbers)) if bound is None else bound for bound, n in pairs)
