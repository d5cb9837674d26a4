"""Sentences of ours with values of a cassette in them: lines of a timeline, messages, what a report says.

Our own words stay. A value that was replaced in the cassette is replaced here, and so is whatever has the look of an
identifier, a URL or a token.
"""

from __future__ import annotations

import json
import re
from typing import Final
from urllib.parse import quote

from harness.cassette.identifiers import REDACTED, Slot, replaced, slots
from harness.cassette.pseudonyms import Pseudonyms
from harness.cassette.shapes import Shapes
from harness.cassette.vocabulary import SEGMENTS

_TOKEN: Final = re.compile(
    r"\b(bearer)\s+[^\s'\",;]+|\bey[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]*", re.IGNORECASE
)
_URL: Final = re.compile(r"\b(?:https?|wss?)://(?:[^\s'\"<>,;()]|\('?[^\s'\"()]*'?\)|<[^<>/]*>)+", re.IGNORECASE)
_CODED: Final = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}|(?:[A-Za-z0-9._~+-]*%[0-9A-Fa-f]{2})+[A-Za-z0-9._~+-]*")
_SHORT: Final = re.compile(r"[0-9]{1,4}|\*{1,2}")
_OURS: Final = re.compile(r"[0-9]{1,3}|v[0-9]")
"""Of values as short as these our own sentences are full: times, statuses, versions. They identify nobody."""
_LONG_NUMBER: Final = re.compile(r"(?<![\w+-])[0-9]{7,}(?![\w-])")


def without_values(text: str, pseudonyms: Pseudonyms, shapes: Shapes) -> str:
    """A text without values that were replaced, and without what looks like one."""
    text = _TOKEN.sub(lambda token: f"{token[1]} {REDACTED}" if token[1] else REDACTED, text)
    text = _URL.sub(lambda url: shapes.of(url[0]) or url[0], text)
    text = _without_originals(text, pseudonyms)
    text = _CODED.sub(lambda coded: shapes.of(coded[0]) or coded[0], text)
    text = replaced(text, slots(text), lambda slot: _written(slot, text, pseudonyms, shapes))
    return _LONG_NUMBER.sub("0", text)


def _without_originals(text: str, pseudonyms: Pseudonyms) -> str:
    """The longest first: one may hold another."""
    for original, placeholder in sorted(pseudonyms.originals.items(), key=lambda pair: -len(pair[0])):
        if _OURS.fullmatch(original):
            continue
        for form in {original, json.dumps(original)[1:-1], quote(original, safe="")}:
            if form in text:
                text = re.sub(rf"(?<![\w-]){re.escape(form)}(?![\w-])", placeholder, text)
    return text


def _written(slot: Slot, text: str, pseudonyms: Pseudonyms, shapes: Shapes) -> str:
    """What stands for an identifier that was found in a sentence; in a path of ours a number or a role is none."""
    found = text[slot.start : slot.end]
    if slot.kind == "segment" and (found.startswith("<") or found.lower() in SEGMENTS or _SHORT.fullmatch(found)):
        return found
    return pseudonyms.phone(found) if slot.kind == "phone" else shapes.value(found)
