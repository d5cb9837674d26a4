"""A progress bar on a terminal, for work that is long enough to wonder about."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TextIO

_PATIENCE: Final = 0.5
"""Seconds without a bar."""

_EVERY: Final = 0.1
"""Seconds between two looks of it."""

_WIDTH: Final = 24


class Progress:
    """Drawn by `advance`, erased by `erase`; on a stream that is no terminal neither does anything."""

    def __init__(self, stream: TextIO, now: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._now = now
        self._is_terminal = stream.isatty()
        self._due = now() + _PATIENCE
        self._drawn = 0
        self._done = 0

    def advance(self, total: int) -> None:
        """One more of the total is done."""
        self._done += 1
        if not self._is_terminal or self._now() < self._due:
            return
        self._due = self._now() + _EVERY
        filled = _WIDTH * self._done // total
        line = f"{'█' * filled}{'░' * (_WIDTH - filled)} {self._done} of {total} cassettes"
        self._write(f"\r{line:<{self._drawn}}")
        self._drawn = len(line)

    def erase(self) -> None:
        if self._drawn:
            self._write(f"\r{' ' * self._drawn}\r")
            self._drawn = 0

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
