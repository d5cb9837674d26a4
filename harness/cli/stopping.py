"""Ctrl-C, SIGTERM and a terminal that is closed, for work that has an end to be brought about."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

from harness.cli.saying import say
from harness.errors import UsageError

_SIGNALS: Final = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


@contextmanager
def stopping(stop: Callable[[int], None]) -> Iterator[None]:
    """Whoever asks the process to end is answered by `stop`, which gets how often that was asked, and may raise.

    What somebody has this process ignore, as `nohup` does, stays ignored.
    """
    asked = 0

    def answered(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        asked += 1
        stop(asked)

    before = {number: signal.getsignal(number) for number in _SIGNALS}
    mine = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    for number in mine:
        signal.signal(number, answered)
    try:
        yield
    finally:
        for number in mine:
            signal.signal(number, before[number])


def answer(text: str) -> None:
    """Say it from where a signal came: whoever is just printing cannot be interrupted by more of it."""
    with suppress(RuntimeError, UsageError):
        say(text)
