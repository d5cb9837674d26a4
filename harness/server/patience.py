"""Who was told to wait, and comes back too soon. Nothing is refused for it: a test asks afterwards."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

_KEPT: Final = 100
_WAITING: Final = 1000

Key = tuple[str, str, str]
"""Application, method and path: what is asked again. Bodies do not count: a client may make a new one."""


@dataclass(frozen=True, slots=True)
class Impatient:
    """A request that came before its `Retry-After` had passed: after `waited` seconds instead of `retry_after`."""

    application: str
    method: str
    path: str
    retry_after: float
    waited: float

    def __str__(self) -> str:
        return f"{self.method} {self.path} came back after {self.waited:.3g} s, Retry-After was {self.retry_after:g} s"


@dataclass(frozen=True, slots=True)
class _Wait:
    seconds: float
    since: datetime
    since_real: float


class Patience:
    """Waits that were asked for. One is over when real time or the fake's has passed it, whichever comes first.

    now: the fake's time. monotonic: real seconds.
    """

    def __init__(self, now: Callable[[], datetime], monotonic: Callable[[], float]) -> None:
        self._now = now
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._waits: OrderedDict[Key, _Wait] = OrderedDict()
        self._impatient: deque[Impatient] = deque(maxlen=_KEPT)

    @property
    def is_active(self) -> bool:
        """Whether somebody was told to wait."""
        return bool(self._waits)

    def told_to_wait(self, key: Key, seconds: float) -> None:
        with self._lock:
            self._waits[key] = _Wait(seconds, self._now(), self._monotonic())
            self._waits.move_to_end(key)
            while len(self._waits) > _WAITING:
                self._waits.popitem(last=False)

    def came(self, key: Key) -> None:
        """A request came: nothing, or one more that is impatient."""
        if not self._waits:
            return
        with self._lock:
            wait = self._waits.get(key)
            if wait is None:
                return
            waited = max((self._now() - wait.since).total_seconds(), self._monotonic() - wait.since_real)
            if waited < wait.seconds:
                self._impatient.append(Impatient(*key, wait.seconds, waited))
            else:
                del self._waits[key]

    def impatient(self) -> list[Impatient]:
        """The last hundred, oldest first."""
        with self._lock:
            return list(self._impatient)

    def clear(self) -> None:
        with self._lock:
            self._waits.clear()
            self._impatient.clear()
