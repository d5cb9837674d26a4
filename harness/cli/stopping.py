"""Ctrl-C, SIGTERM and a terminal that is closed, for work that has an end to be brought about."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

from harness.cli.saying import say
from harness.errors import UsageError

_ALWAYS: Final = (signal.SIGINT, signal.SIGTERM)
_SIGNALS: Final = (*_ALWAYS, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))


@contextmanager
def stopping(stop: Callable[[int], None]) -> Iterator[None]:
    """Whoever asks the process to end is answered by `stop`, which gets how often that was asked, and may raise.

    A terminal that is closed means nothing where `nohup` says so. SIGINT counts although a shell has what it runs in
    the background ignore it: a script that sends it to one process means it.
    """
    asked = 0

    def answered(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        asked += 1
        stop(asked)

    before = {number: signal.getsignal(number) for number in _SIGNALS}
    mine = [n for n, handler in before.items() if n in _ALWAYS or handler is not signal.SIG_IGN]
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
