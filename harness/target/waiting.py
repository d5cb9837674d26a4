"""Waiting for what a bot does in its own time: deliver, look, let real time pass, look again."""

from __future__ import annotations

import linecache
import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

from harness.delivery.clock import VirtualClock
from harness.errors import HarnessError, UsageError, quoted

T = TypeVar("T")

_STEP: Final = 0.005
"""Seconds of real time in which a bot may react, before the target's time moves on to what is due next."""


class WaitedInVain(HarnessError):
    """A condition did not come to hold: for how long it was waited, and what was seen."""

    def __init__(self, waited: float, condition: str, last: object, seen: str) -> None:
        self.waited = waited
        self.condition = condition
        self.last = last
        self.seen = seen
        super().__init__(f"waited {waited:.1f} s for {condition}, which was {last!r} at last; seen:\n{seen}")


def wait(
    condition: Callable[[], T],
    timeout: float,
    *,
    clock: VirtualClock,
    progress: Callable[[], int],
    seen: Callable[[], str],
) -> T:
    """What the condition returned when it came to hold.

    What is due now is delivered at once. Later things come when the bot has been quiet for a moment: whoever works
    after a 202 must not find that a minute has gone by. progress: how much has passed so far.
    """
    if not callable(condition):
        raise UsageError(
            f"condition {quoted(condition)}: expected a function, as in graph.wait_for(lambda: adele in call.roster)"
        )
    began, naps = time.monotonic(), 0
    while True:
        value = condition()
        if value:
            return value
        if clock.advance(0.0):
            continue
        before = progress()
        time.sleep(_STEP)
        naps += 1
        if progress() == before and not _is_due(clock):
            clock.step()
        if max(time.monotonic() - began, naps * _STEP) >= timeout:  # where a test has clocks stand still, naps pass
            last = condition()
            if last:
                return last
            raise WaitedInVain(timeout, described(condition), last, seen())


def due(seconds: float) -> str:
    """What a failing test is told that moved no time while something was to come."""
    when, how = "now", "graph.drain()"
    if seconds > 0:
        when, how = f"in {seconds:g} s", f"graph.drain(), or graph.advance({seconds:g}),"
    on_loop = "on an event loop: await graph.adrain()"
    return f"time stands still, and something is due {when}: {how} lets it happen ({on_loop})"


def _is_due(clock: VirtualClock) -> bool:
    return clock.until_next <= 0.0


def described(condition: Callable[[], Any]) -> str:
    """A condition as its author wrote it: its name, or the line that a lambda stands in."""
    code = getattr(condition, "__code__", None)
    name = getattr(condition, "__name__", "")
    if code is None or name != "<lambda>":
        return f"{name or condition!r}()" if name else repr(condition)
    line = linecache.getline(code.co_filename, code.co_firstlineno).strip()
    return f"`{line}`" if line else "a lambda"
