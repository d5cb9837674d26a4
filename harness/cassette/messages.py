"""What the service says in prose, read by the templates of its messages, with identifiers in their places.

A message that fits none is somebody's text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from harness.cassette.vocabulary import MESSAGES, REASONS, SEGMENTS, is_number

_DIAG: Final = r"\d{1,7}(?:#\d{1,7})?(?:\.@)?"
_FACT: Final = re.compile(r"\{(\w+)[^}]*\}")


def _pattern(template: str) -> re.Pattern[str]:
    """A template as a pattern, in any letter case, with or without its full stop: both differ between editions."""
    reasons = "|".join(re.escape(reason) for reason in REASONS)
    facts = {"reason": f"({reasons})", "diag": f"({_DIAG})"}
    parts = _FACT.split(template.removesuffix("."))
    spelled = [facts.get(p, r"([^\s']+)") if n % 2 else re.escape(p) for n, p in enumerate(parts)]
    return re.compile("".join(spelled) + r"\.?", re.IGNORECASE)


_PATTERNS: Final = tuple(_pattern(template) for template in MESSAGES)
_SAID: Final = re.compile(rf"{_DIAG}|(?:{'|'.join(re.escape(r) for r in REASONS)})", re.IGNORECASE)


def message(text: str, value: Callable[[str], str]) -> str | None:
    """A message of the service with `value` of whatever it names; None where it is none."""
    for pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        if match is not None:
            return _written(text, match, value)
    return None


def _written(text: str, match: re.Match[str], value: Callable[[str], str]) -> str:
    out, last = [], 0
    for number in range(1, len(match.groups()) + 1):
        start, end = match.span(number)
        out += [text[last:start], _fact(match[number], value)]
        last = end
    return "".join([*out, text[last:]])


def _fact(text: str, value: Callable[[str], str]) -> str:
    if re.fullmatch(_DIAG, text):
        return re.sub(r"\d+", lambda digits: digits[0] if is_number(int(digits[0])) else "0", text)
    is_ours = " " in text or text.lower() in SEGMENTS or _SAID.fullmatch(text)
    return text if is_ours else value(text)
