"""What is the process's: which interception is innermost; and what is a thread's: that it is outside of all of them.

Patched clients ask here.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from harness.intercept.interception import Interception


class _Process:
    """`innermost`: None where none is open, or this thread is outside."""

    def __init__(self) -> None:
        self._innermost: Interception | None = None
        self._thread = threading.local()

    @property
    def innermost(self) -> Interception | None:
        if self._innermost is None or getattr(self._thread, "is_outside", False):
            return None
        return self._innermost

    @innermost.setter
    def innermost(self, interception: Interception | None) -> None:
        self._innermost = interception

    @contextmanager
    def outside(self) -> Iterator[None]:
        before = getattr(self._thread, "is_outside", False)
        self._thread.is_outside = True
        try:
            yield
        finally:
            self._thread.is_outside = before


PROCESS = _Process()
