"""Request bodies as JSON that can be written again: what Python reads beyond JSON in UTF-8 is refused."""

from __future__ import annotations

import json
import math
from typing import Any, Final


def parsed(data: bytes) -> Any:
    """The value of a JSON text in UTF-8.

    Raises: ValueError, RecursionError, also for `NaN`, a number beyond all bounds, and half a surrogate pair.
    """
    value = _DECODER.decode(data.decode())
    if b"\\ud" in data.lower():
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _finite(literal: str) -> float:
    number = float(literal)
    if not math.isfinite(number):
        _refuse(literal)
    return number


def _refuse(literal: str) -> None:
    raise ValueError(f"{literal} is no number of JSON")


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)
"""Made once: `json.loads` makes one for each text that is read otherwise than by default."""
