"""Time that the fake lives by: virtual, moved by hand, or real plus what was added by hand. One queue of actions each.

Actions run in order of due time, then of scheduling; each is taken off the queue before it runs, so it runs once,
also when it raises. Nothing runs inside `schedule`.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import math
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple, Protocol

from harness.errors import HarnessError, UsageError

Action = Callable[[], None]

_TICK: Final = 0.01
_LONGEST_WAIT: Final = 3600.0
START: Final = datetime(2026, 1, 1, tzinfo=UTC)
_log: Final = logging.getLogger("harness.delivery")


class Clock(Protocol):
    """What the fake needs of time."""

    def now(self) -> datetime: ...

    def schedule(self, delay: float, action: Action, *, in_background: bool = False) -> None:
        """Run an action `delay` seconds from now; of one in the background nobody waits for the time to come."""

    def advance(self, seconds: float) -> int:
        """Let time pass; the number of actions that fell due by it."""

    def clear(self) -> None:
        """Forget everything that is scheduled."""

    @property
    def pending(self) -> int:
        """How many actions are scheduled or running, those in the background apart."""


class _Scheduled(NamedTuple):
    """In order of due time, then of scheduling: numbers differ, so actions are never compared."""

    due: float
    number: int
    action: Action
    in_background: bool


class VirtualClock:
    """Time that stands still until somebody moves it; actions run on the mover's thread."""

    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self._elapsed = 0.0
        self._queue: list[_Scheduled] = []
        self._foreground = 0
        self._numbers = itertools.count()
        self._lock = threading.RLock()
        self._mover: int | None = None

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    def schedule(self, delay: float, action: Action, *, in_background: bool = False) -> None:
        with self._lock:
            due = self._elapsed + max(delay, 0.0)
            heapq.heappush(self._queue, _Scheduled(due, next(self._numbers), action, in_background))
            self._foreground += not in_background

    @property
    def pending(self) -> int:
        return self._foreground

    @property
    def until_next(self) -> float:
        """Seconds until the next action is due; infinity when nothing but the background is left."""
        with self._lock:
            return max(self._queue[0].due - self._elapsed, 0.0) if self._foreground else math.inf

    def clear(self) -> None:
        with self._lock:
            self._queue.clear()
            self._foreground = 0

    def step(self) -> bool:
        """Run the next action, moving time to it; False when nothing but the background is left."""
        with _Moving(self):
            return self._run_next(None)

    def advance(self, seconds: float) -> int:
        """Let time pass and run what falls due. Raises: UsageError for a negative time, or from inside an action."""
        _refuse_backwards(seconds)
        with _Moving(self):
            limit = self._elapsed + seconds
            count = 0
            while self._run_next(limit):
                count += 1
            self._elapsed = max(self._elapsed, limit)
            return count

    def drain(self, limit: int = 10_000) -> int:
        """Run until nothing but the background is left, moving time along. Raises: HarnessError when it never ends."""
        with _Moving(self):
            count = 0
            while self._run_next(None):
                count += 1
                if count >= limit and self._foreground:
                    raise HarnessError(
                        f"{limit} things have happened and there is still more: "
                        "do the bot and the fake answer each other for ever?"
                    )
            return count

    def _run_next(self, limit: float | None) -> bool:
        """Run what is next up to a time; without one, while there is anything that is waited for."""
        with self._lock:
            if not self._foreground if limit is None else not self._queue or self._queue[0].due > limit:
                return False
            scheduled = heapq.heappop(self._queue)
            self._foreground -= not scheduled.in_background
            self._elapsed = max(self._elapsed, scheduled.due)
        scheduled.action()
        return True

    def begin_moving(self) -> None:
        """Raises: UsageError when somebody moves this clock already, an action of it among them."""
        with self._lock:
            if self._mover is not None:
                inside = self._mover == threading.get_ident()
                hint = "return from the handler first" if inside else "another thread moves it"
                raise UsageError(f"the clock is being moved already: {hint}")
            self._mover = threading.get_ident()

    def end_moving(self) -> None:
        self._mover = None


class _Moving:
    """The time during which one thread moves a virtual clock."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock

    def __enter__(self) -> None:
        self._clock.begin_moving()

    def __exit__(self, *_: object) -> None:
        self._clock.end_moving()


def _refuse_backwards(seconds: float) -> None:
    if not (math.isfinite(seconds) and seconds >= 0):
        raise UsageError(f"time goes forward: expected 0 or more seconds, got {seconds!r}")


class RealClock:
    """Real time plus what `advance` added. Actions run on one daemon thread between `start` and `stop`.

    What is scheduled without delay happens on the next tick, a hundred a second: so many of them wake the thread
    once, and a request has time to be answered before anything comes of it.
    An action that raises is logged, and the thread lives on.
    """

    def __init__(self) -> None:
        self._began = datetime.now(UTC)
        self._origin = time.monotonic()
        self._added = 0.0
        self._queue: list[_Scheduled] = []
        self._foreground = 0
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_stopping = False
        self._is_running = False

    def now(self) -> datetime:
        return self._began + timedelta(seconds=self._elapsed())

    def _elapsed(self) -> float:
        return time.monotonic() - self._origin + self._added

    def schedule(self, delay: float, action: Action, *, in_background: bool = False) -> None:
        with self._changed:
            now, number = self._elapsed(), next(self._numbers)
            due = now + delay if delay >= _TICK else (math.floor(now / _TICK) + 1) * _TICK
            heapq.heappush(self._queue, _Scheduled(due, number, action, in_background))
            self._foreground += not in_background
            if self._queue[0].number == number:
                self._changed.notify_all()

    @property
    def pending(self) -> int:
        with self._changed:
            return self._foreground + self._is_running

    def clear(self) -> None:
        with self._changed:
            self._queue.clear()
            self._foreground = 0
            self._changed.notify_all()

    def advance(self, seconds: float) -> int:
        _refuse_backwards(seconds)
        with self._changed:
            before = self._elapsed()
            self._added += seconds
            self._changed.notify_all()
            return sum(before < scheduled.due <= before + seconds for scheduled in self._queue)

    def start(self) -> None:
        """Start the thread. Raises: UsageError when it runs already."""
        if self._thread is not None:
            raise UsageError("the clock runs already: stop it before starting it again")
        self._is_stopping = False
        self._thread = threading.Thread(target=self._run, daemon=True, name="graph-fake-clock")
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread; what is still scheduled stays so."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def wait_idle(self, timeout: float) -> bool:
        """Wait until nothing is scheduled or running, at most `timeout` seconds; whether it came to that."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._foreground and not self._is_running, timeout)

    def _run(self) -> None:
        while (action := self._next()) is not None:
            try:
                action()
            except Exception:
                _log.exception("something that was due has failed")
            finally:
                with self._changed:
                    self._is_running = False
                    if not self._foreground:
                        self._changed.notify_all()

    def _next(self) -> Action | None:
        """The next action, as soon as it is due; None when the clock stops."""
        with self._changed:
            while not self._is_stopping:
                wait = self._queue[0].due - self._elapsed() if self._queue else None
                if wait is not None and wait <= 0:
                    self._is_running = True
                    scheduled = heapq.heappop(self._queue)
                    self._foreground -= not scheduled.in_background
                    return scheduled.action
                self._changed.wait(None if wait is None else min(wait, _LONGEST_WAIT))
            return None
