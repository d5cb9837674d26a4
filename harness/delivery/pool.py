"""What is kept for the next one who goes the same way: connections that are open and idle."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

T = TypeVar("T")

_MOST_OF_ONE: Final = 64
"""As many as a served fake posts with at a time."""
_MOST: Final = 256


class Pool(Generic[T]):
    """Idle things by key, the latest first; each is held by one user at a time. What has no room is closed."""

    def __init__(
        self,
        *,
        close: Callable[[T], None],
        is_usable: Callable[[T], bool],
        most_of_one: int = _MOST_OF_ONE,
        most: int = _MOST,
    ) -> None:
        self._close = close
        self._is_usable = is_usable
        self._most_of_one = most_of_one
        self._most = most
        self._lock = threading.Lock()
        self._idle: dict[Hashable, list[T]] = {}
        self._count = 0
        self._is_closed = False

    def take(self, key: Hashable) -> T | None:
        """One that is still of use; None when there is none. Those of no use are closed on the way."""
        while (thing := self._pop(key)) is not None:
            if self._is_usable(thing):
                return thing
            self._close(thing)
        return None

    def put(self, key: Hashable, thing: T) -> None:
        with self._lock:
            of_key = self._idle.setdefault(key, [])
            has_room = not self._is_closed and len(of_key) < self._most_of_one and self._count < self._most
            if has_room:
                of_key.append(thing)
                self._count += 1
        if not has_room:
            self._close(thing)

    def close(self) -> None:
        """Close all; what is put back later is closed as well."""
        with self._lock:
            idle, self._idle, self._count, self._is_closed = self._idle, {}, 0, True
        for of_key in idle.values():
            for thing in of_key:
                self._close(thing)

    def _pop(self, key: Hashable) -> T | None:
        with self._lock:
            of_key = self._idle.get(key)
            if not of_key:
                return None
            self._count -= 1
            return of_key.pop()
