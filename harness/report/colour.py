"""Colour for terminals: whether a stream gets any, and how a word is painted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TextIO

Paint = Callable[[str, str], str]
"""(text, what it is) -> the text, painted or not."""

_STYLES: Final = {
    "same": "32",
    "drift": "1;31",
    "none": "1;33",
    "path": "1",
    "label": "2",
}


def wants_colour(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether to paint: on a terminal only, unless `NO_COLOR` or `FORCE_COLOR` is set to something.

    Source: no-color.org, force-color.org: neither's value counts, the empty one is none.
    """
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return environ.get("TERM") != "dumb" and stream.isatty()


def plain(text: str, style: str) -> str:
    return text


def painted(text: str, style: str) -> str:
    return f"\033[{_STYLES[style]}m{text}\033[0m"
