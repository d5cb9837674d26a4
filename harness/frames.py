"""Whose code a frame is: a failure shows the lines of who uses this package, not what it does about them."""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final

_OWN: Final = f"{Path(__file__).parent}{os.sep}"
_INSTALLED: Final = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})


def is_users(file: str) -> bool:
    """Whether a file of code belongs neither to us, to Python, nor to an installed package."""
    return not file.startswith((_OWN, "<", *_INSTALLED))


def up_to_users(trace: TracebackType | None) -> TracebackType | None:
    """A traceback without what comes below the user's last line; all of it where none is the user's."""
    frames = list(_frames(trace))
    while frames and not is_users(frames[-1].tb_frame.f_code.co_filename):
        frames.pop()
    shown: TracebackType | None = None
    for frame in reversed(frames):
        shown = TracebackType(shown, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return shown or trace


def since_users(trace: TracebackType | None) -> TracebackType | None:
    """A traceback without what comes above the user's first line; all of it where none is the user's."""
    for frame in _frames(trace):
        if is_users(frame.tb_frame.f_code.co_filename):
            return frame
    return trace


def _frames(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next
