"""Request bodies as JSON that can be written again: what Python reads beyond JSON is refused."""

from __future__ import annotations

import json
from typing import Any


def parsed(data: bytes) -> Any:
    """The value of a JSON text. Raises: ValueError, RecursionError, also for `NaN` and for half a surrogate pair."""
    value = json.loads(data, parse_constant=_refuse)
    if b"\\ud" in data.lower():
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
