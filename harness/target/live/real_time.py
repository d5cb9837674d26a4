"""Time that nobody moves: whoever wants things to have happened waits for them."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from harness.delivery.clock import Action, VirtualClock
from harness.errors import HarnessError

_LOOK: Final = 0.05


class RealTime(VirtualClock):
    """Nothing is scheduled on it. `drain` waits until Graph has been silent for `quiet` seconds, and owes nothing.

    most: seconds that it waits. owed: what is still to come, in words; empty for nothing.
    """

    def __init__(self, *, quiet: float, most: float, owed: Callable[[], str]) -> None:
        super().__init__()
        self._quiet = quiet
        self._most = most
        self._owed = owed
        self._last = time.monotonic()
        self._counting = threading.Lock()
        self._under_way: Counter[str] = Counter()

    def now(self) -> datetime:
        return datetime.now(UTC)

    @contextmanager
    def passing(self, what: str) -> Iterator[None]:
        """Something passes now: it is not silent as long as it does. what: in words, what is still to come of it."""
        with self._counting:
            self._under_way[what] += 1
        try:
            yield
        finally:
            with self._counting:
                self._under_way[what] -= 1
                self._last = time.monotonic()

    def schedule(self, delay: float, action: Action, *, in_background: bool = False) -> None:
        raise AssertionError("real time passes by itself: nothing is put on it")

    def advance(self, seconds: float) -> int:
        """Whoever waits for a condition asks what became due; nothing does."""
        return 0

    def drain(self, limit: int = 0) -> int:
        """Raises: HarnessError when something is still to come after `most` seconds."""
        began = time.monotonic()
        while True:
            owed = self._still_passing() or self._owed()
            silent = time.monotonic() - max(self._last, began)
            if not owed and silent >= self._quiet:
                return 0
            if time.monotonic() - began > self._most:
                raise HarnessError(f"waited {self._most:g} s, and {owed or 'Graph has not been silent yet'}")
            time.sleep(min(_LOOK, self._quiet))

    def _still_passing(self) -> str:
        with self._counting:
            return next(iter(+self._under_way), "")
