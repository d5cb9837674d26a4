"""Whose line of code asked: the first frame that belongs neither to us, to Python, nor to an installed package."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path
from types import FrameType
from typing import Final

_OWN: Final = str(Path(__file__).parent)
_INSTALLED: Final = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})


def caller() -> str | None:
    """`module.py:12`, None where no such frame is on this thread's stack."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith((_OWN, "<", *_INSTALLED)):
            return f"{Path(file).name}:{frame.f_lineno}"
        frame = frame.f_back
    return None
