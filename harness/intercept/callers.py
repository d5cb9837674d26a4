"""Whose line of code asked: the first frame that belongs neither to us, to Python, nor to an installed package."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType

from harness.frames import is_users


def caller() -> str | None:
    """`module.py:12`, None where no such frame is on this thread's stack."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if is_users(frame.f_code.co_filename):
            return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
        frame = frame.f_back
    return None
