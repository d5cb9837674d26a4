"""Sentences of ours with values of a cassette in them: lines of a timeline, messages, what a report says.

Our own words stay. A value that was replaced in the cassette is replaced here, and so is whatever has the look of an
identifier, a URL or a token.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import quote, quote_plus

from harness.cassette.identifiers import REDACTED, Slot, replaced, slots
from harness.cassette.pseudonyms import Pseudonyms
from harness.cassette.shapes import Shapes
from harness.cassette.vocabulary import SEGMENTS
from harness.graph.hosts import LOGIN_HOSTS

_TOKEN: Final = re.compile(
    r"\b(bearer|basic(?=\s+[A-Za-z0-9+/]{16}))\s+[^\s'\",;]+|\bey[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]*",
    re.IGNORECASE,
)
_URL: Final = re.compile(r"\b(?:https?|wss?)://(?:[^\s'\"<>,;()]|\('?[^\s'\"()]*'?\)|<[^<>/]*>)+", re.IGNORECASE)
_SIGNING_IN: Final = re.compile(
    rf"(?P<host>https://(?:{'|'.join(map(re.escape, LOGIN_HOSTS))})/)(?P<tenant>[^/?#]+)"
    r"(?P<way>/(?:oauth2/v2\.0/token|v2\.0/\.well-known/openid-configuration|discovery/v2\.0/keys))"
)
"""No cassette holds one; timelines do."""
_CODED: Final = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}|(?:[A-Za-z0-9._~+-]*%[0-9A-Fa-f]{2})+[A-Za-z0-9._~+-]*")
_IN_PATHS: Final = re.compile(r"[0-9]{1,4}|\*{1,2}|\{[A-Za-z_][A-Za-z_.]*\}")
"""Numbers, patterns, and what a line of the bot's source fills in."""
_OURS: Final = re.compile(r"[0-9]{1,3}|v[0-9]|[A-Za-z]")
"""Of values as short as these our own sentences are full: times, statuses, versions, marks. They identify nobody."""
_DOTS: Final = re.compile(r"(\.{3,}|…)")
_READ_ANYWAY: Final = re.compile(r"https?:|/")
"""Of the start of a URL or a path so much is understood that its parts are found."""
_BROKEN: Final = re.compile(r"['\"]\n[E \t+-]*b?['\"]")
_SHORTEST_CUT: Final = 3
_LONG_SECRET: Final = 8
_LONG_NUMBER: Final = re.compile(r"(?<![\w+-])[0-9]{7,}(?![\w-]| bytes\b)")
"""A size is nobody's: what was too large says how large it was."""


def without_values(text: str, pseudonyms: Pseudonyms, shapes: Shapes) -> str:
    """A text without values that were replaced, and without what looks like one."""
    known = list(_known(pseudonyms))
    text = _without_secrets(_in_one_piece(text, known), known)
    text = _without_cut(text, [*known, *((whole, "") for whole in pseudonyms.wholes)])
    text = _TOKEN.sub(lambda token: f"{token[1]} {REDACTED}" if token[1] else REDACTED, text)
    text = _URL.sub(lambda url: _url(url[0], shapes), text)
    text = _without_originals(text, _known(pseudonyms))
    text = _CODED.sub(lambda coded: shapes.of(coded[0]) or coded[0], text)
    text = replaced(text, slots(text), lambda slot: _written(slot, text, pseudonyms, shapes))
    return _LONG_NUMBER.sub("0", text)


def _url(url: str, shapes: Shapes) -> str:
    """An address written anew; where one signs in, whose tenant it is."""
    signing_in = _SIGNING_IN.fullmatch(url)
    if signing_in is None:
        return shapes.of(url) or url
    return f"{signing_in['host']}{shapes.value(signing_in['tenant'])}{signing_in['way']}"


def _known(pseudonyms: Pseudonyms) -> Iterator[tuple[str, str]]:
    """Originals as they may be written, and what stands for them. The longest first: one may hold another."""
    for original, placeholder in sorted(pseudonyms.originals.items(), key=lambda pair: -len(pair[0])):
        if _OURS.fullmatch(original):
            continue
        for form in _forms(original):
            yield form, placeholder


def _forms(original: str) -> set[str]:
    """As it is, in JSON, in JSON that is shown in quotes, in bytes and text that are, in URLs and forms."""
    coded = json.dumps(original)[1:-1]
    shown = repr(original.encode("utf-8", "surrogatepass"))[2:-1]
    quoted = original.replace("\\", "\\\\").replace("'", "\\'")
    plain = (original, coded, coded.replace("\\", "\\\\"), shown, quoted)
    return {*plain, quote(original, safe=""), quote_plus(original)}


def _in_one_piece(text: str, known: Sequence[tuple[str, str]]) -> str:
    """Python shows a long value in several literals below one another: one may go on over the end of a line."""
    joined = _BROKEN.sub("", text)
    if len(joined) == len(text):
        return text
    return joined if any(joined.count(form) > text.count(form) for form, _ in known) else text


def _without_secrets(text: str, known: Sequence[tuple[str, str]]) -> str:
    """Wherever they stand, also within a word."""
    for form, placeholder in known:
        if placeholder == REDACTED and len(form) >= _LONG_SECRET:
            text = text.replace(form, placeholder)
    return text


def _without_cut(text: str, known: Sequence[tuple[str, str]]) -> str:
    """What is left of a value where a long text was cut: its start before the dots, its end behind them."""
    parts = _DOTS.split(text)
    for place in range(0, len(parts) - 2, 2):
        parts[place] = _without_start(parts[place], known)
        parts[place + 2] = _without_end(parts[place + 2], known)
    return "".join(parts)


def _without_start(text: str, known: Sequence[tuple[str, str]]) -> str:
    for form, placeholder in known:
        if form[:_SHORTEST_CUT] not in text[-len(form) :] or _READ_ANYWAY.match(form):
            continue
        for length in range(min(len(form) - 1, len(text)), _SHORTEST_CUT - 1, -1):
            if text.endswith(form[:length]) and not _is_inside(text[: len(text) - length][-1:], placeholder):
                return text[:-length]
    return text


def _without_end(text: str, known: Sequence[tuple[str, str]]) -> str:
    for form, placeholder in known:
        if form[-_SHORTEST_CUT:] not in text[: len(form)]:
            continue
        for length in range(min(len(form) - 1, len(text)), _SHORTEST_CUT - 1, -1):
            if text.startswith(form[-length:]) and not _is_inside(text[length : length + 1], placeholder):
                return text[length:]
    return text


def _is_inside(beside: str, placeholder: str) -> bool:
    return placeholder != REDACTED and re.match(r"[^\W_]", beside) is not None


def _without_originals(text: str, known: Iterable[tuple[str, str]]) -> str:
    for form, placeholder in known:
        if form in text:
            text = re.sub(rf"(?<![\w-]){re.escape(form)}(?![\w-])", placeholder, text)
    return text


def _written(slot: Slot, text: str, pseudonyms: Pseudonyms, shapes: Shapes) -> str:
    """What stands for an identifier that was found in a sentence; in a path of ours a number, role or name is none."""
    found = text[slot.start : slot.end]
    if slot.kind == "segment" and (found.startswith("<") or found.lower() in SEGMENTS or _IN_PATHS.fullmatch(found)):
        return found
    return pseudonyms.phone(found) if slot.kind == "phone" else shapes.value(found)
