"""Texts within texts: percent-escapes, base64, JSON. Taken off and put on again as they were written.

What is within is written anew by `of`, which says None where it cannot explain it.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote, unquote

from harness.cassette.strict_json import no_constant, unique_members

Of = Callable[[str], str | None]

_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_ESCAPE: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_PLAIN: Final = "!$&'()*+,;=:@~-._{}<>|^`[]"
"""What may stand in a part of a URL as it is, and some of what does all the same."""


def unescaped(text: str) -> str | None:
    """A text without percent-escapes; None where what they spell is no UTF-8."""
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return None


def escaped_like(original: str, text: str) -> str:
    """A text with those characters escaped that are in the original, in the letter case of its escapes."""
    plain = unescaped(original) or ""
    bare = set(_ESCAPE.sub("", original))
    safe = "".join(c for c in _PLAIN if c in bare or c not in plain)
    out = quote(text, safe=safe)
    if any(escape != escape.upper() for escape in _ESCAPE.findall(original)):
        return _ESCAPE.sub(lambda escape: escape[0].lower(), out)
    return out


def within_percent(text: str, of: Of) -> str | None:
    """A text that is wholly percent-escaped, written anew."""
    if _ESCAPE.search(text) is None:
        return None
    plain = unescaped(text)
    written = None if plain is None or plain == text else of(plain)
    if written is None:
        return None
    return text if written == plain else escaped_like(text, written)


def within_base64(text: str, of: Of) -> str | None:
    """A text in base64, standard or for URLs, padded or not, written anew."""
    if _BASE64.fullmatch(text) is None:
        return None
    core = text.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        plain = base64.b64decode(core + "=" * (-len(core) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    written = of(plain)
    if written is None:
        return None
    coded = base64.b64encode(written.encode()).decode()
    coded = coded if text.endswith("=") else coded.rstrip("=")
    is_standard = "+" in text or "/" in text
    return coded if is_standard else coded.translate(str.maketrans("+/", "-_"))


def within_json(text: str, tree: Callable[[Any], Any]) -> str | None:
    """A JSON object or list in a text, written anew by `tree`; untouched where it stays what it is."""
    if text.strip()[:1] not in ("{", "["):
        return None
    value = strictly(text)
    if not isinstance(value, dict | list):
        return None
    try:
        written = tree(value)
        if is_same(value, written):
            return text
    except RecursionError:
        return None
    compact = None if re.search(r'[,:] ["\[{\w-]', text) else (",", ":")
    return json.dumps(written, ensure_ascii=False, separators=compact)


def strictly(text: str) -> Any:
    """The JSON of a text; None, which is JSON too, where it is none, or holds a member twice."""
    try:
        return json.loads(text, object_pairs_hook=unique_members, parse_constant=no_constant)
    except (ValueError, RecursionError):
        return None


def is_same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON, types and order of members included."""
    return json.dumps(one) == json.dumps(other)
