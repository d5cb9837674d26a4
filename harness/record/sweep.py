"""The second net below the sanitiser: a search for everything that a recording's originals held.

It shares no code with the sanitiser, only the tables of what is Graph's own, and knows no placeholders. It learns what
passed, before anything was replaced, and then looks for it in the bytes of a file: as it is, escaped in JSON and in
URLs, once and twice, in base64 at each of three alignments, GUIDs in any letter case and without dashes.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, quote_plus, unquote, urlsplit

from harness.cassette.format import Interaction
from harness.cassette.vocabulary import (
    ANNOTATIONS,
    HOSTS,
    KEPT_GUIDS,
    MEMBERS,
    MESSAGES,
    REASONS,
    SEGMENTS,
    SUBCODES,
    TYPES,
    WORDS,
)

_GUID: Final = re.compile(r"(?<![0-9a-f])[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}(?![0-9a-f])", re.IGNORECASE)
_ATOM: Final = re.compile(r"[^\s\"'<>()\[\]{}&=?#/,;:|*\\]+")
_MAIL: Final = re.compile(r"[\w.+-]+@(?!thread\.|unq\.)[\w-]+(?:\.[\w-]+)+")
_ESCAPES: Final = re.compile(r"%(?:25)*[0-9A-Fa-f]{2}")
_DIGITS: Final = re.compile(r"\+?[0-9]{7,}")
_PARTS: Final = re.compile(r"[^\w.-]+|_|(?<=microsoft)\.|(?<=graph)\.|@odata\.")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9:]+)?")
_SHORTEST: Final = 4
"""Shorter words are found everywhere."""

_SHORTEST_CODED: Final = 6
"""In base64 the ends of a text depend on what stands beside it: of a shorter one too little is left."""

_FRAME: Final = (
    "version interactions request response method uri headers body status code message string recorder direction seq "
    "started ended client-to-graph graph-to-bot source given order known unseen omitted null true false host "
    "kind link date notes recorded people answers declines busy ignores fails after permissions hasnumber "
    "http https wss bearer redacted application json charset utf-8 odata metadata minimal streaming ieee754compatible "
    "odata.metadata odata.streaming text plain html max-age 31536000 includesubdomains microsoft graph meeting "
    "thread.v2 thread.tacv2 thread.skype unq.gbl.spaces orgid test example.com microsoft-skype calling diagcode"
)
"""Words of the file's own form, of headers, and of the forms of addresses, in lower case."""


def _explained() -> frozenset[str]:
    """What files hold all the same: Graph's own words, in lower case."""
    said = " ".join((*MESSAGES, *REASONS)).split()
    return frozenset(
        (
            *(*_FRAME.split(), *MEMBERS, *ANNOTATIONS, *SEGMENTS, *HOSTS, *KEPT_GUIDS, *map(str, SUBCODES)),
            *(word for words in WORDS.values() for word in words),
            *(name.lower() for name in TYPES),
            *(word.strip(".,:'{}").lower() for word in said),
        )
    )


_EXPLAINED: Final = _explained()


@dataclass(frozen=True, slots=True)
class Hit:
    """An original that is still there. `form`: how it is written; `kind`: what it was; never the value itself."""

    kind: str
    form: str
    offset: int

    def __str__(self) -> str:
        article = "an" if self.kind[0] in "aeiou" else "a"
        return f"byte {self.offset}: {article} {self.kind} of what was recorded, {self.form}"


class Sweep:
    """Learns originals, and finds them. Holds them in memory only."""

    def __init__(self) -> None:
        self._originals: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._originals)

    def learn(self, interaction: Interaction) -> None:
        """Take note of what an interaction holds, as it passed: before it was sanitised."""
        request, response = interaction.request, interaction.response
        self._text(request.uri)
        for message in (request, response):
            for values in message.headers.values():
                for value in values:
                    self._text(value)
            self._body(message.body)

    def learn_secret(self, value: str) -> None:
        """Take note of something that passes nowhere, or only in part: a client secret, a token."""
        self._add("secret", value)

    def hits(self, data: bytes) -> list[Hit]:
        """Where originals stand in bytes, the first place of each form; none where all is well."""
        lower = _lower(data)
        found = []
        for original, kind in self._originals.items():
            for form, needle in _forms(original, kind):
                is_exact = form.startswith("in base64")
                offset = _offset(needle if is_exact else _lower(needle), data if is_exact else lower, form)
                if offset is not None:
                    found.append(Hit(kind, form, offset))
        return found

    def _body(self, body: bytes | None) -> None:
        if not body:
            return
        text = body.decode("utf-8", "replace")
        try:
            self._value(json.loads(text))
        except (ValueError, RecursionError):
            self._text(text)

    def _value(self, value: Any) -> None:
        if isinstance(value, dict):
            for name, branch in value.items():
                self._text(name)
                self._value(branch)
        elif isinstance(value, list):
            for branch in value:
                self._value(branch)
        elif isinstance(value, str):
            self._text(value)
        elif isinstance(value, int | float) and abs(value) >= 10**6:
            self._add("number", f"{abs(value):.0f}")

    def _text(self, text: str, depth: int = 0) -> None:
        """The text as a whole, and what can be told from it: itself without escapes, ids, addresses, words."""
        if not text or text.lower() in _EXPLAINED or _TIME.fullmatch(text):
            return
        for pattern, kind in ((_GUID, "id"), (_MAIL, "address")):
            for match in pattern.finditer(text):
                self._add(kind, match[0])
        for match in _DIGITS.finditer(_ESCAPES.sub(" ", _GUID.sub(" ", text))):
            self._add("number", match[0])
        if "://" not in text and not _is_explained(text):
            self._add("text", text)
        self._hosts(text)
        for atom in _ATOM.findall(text):
            self._atom(atom)
        if depth < 3:
            for inner in _inside(text):
                self._text(inner, depth + 1)

    def _atom(self, atom: str) -> None:
        """Escaped ones are met again without their escapes."""
        if len(atom) < _SHORTEST or atom.isdigit() or "%" in atom or _TIME.fullmatch(atom):
            return
        if not _is_explained(atom) and _is_telling(atom):
            self._add("token", atom)

    def _hosts(self, text: str) -> None:
        try:
            host = urlsplit(text).hostname if "://" in text else None
        except ValueError:
            return
        if host and host not in ("localhost", "127.0.0.1", "::1"):
            self._add("host", host)

    def _add(self, kind: str, value: str) -> None:
        value = value.strip()
        low = value.lower()
        if len(value) >= _SHORTEST and low not in _EXPLAINED and low.replace("-", "") not in _EXPLAINED:
            self._originals.setdefault(value, kind)


def _is_explained(text: str) -> bool:
    """Whether every word of a text is Graph's own, or too short to be told from others."""
    if text.lower() in _EXPLAINED:
        return True
    words = (word.strip(".-").lower() for word in _PARTS.split(text))
    return all(len(w) < _SHORTEST or w.isdigit() or not _EXPLAINED.isdisjoint((w, w.replace("-", ""))) for w in words)


def _lower(data: bytes) -> bytes:
    return data.decode("utf-8", "surrogateescape").lower().encode("utf-8", "surrogateescape")


def _is_telling(atom: str) -> bool:
    """Whether a part of a text is somebody's by itself: letters and digits mixed, long, or not of ASCII."""
    has_digit, has_letter = any(c.isdigit() for c in atom), any(c.isalpha() for c in atom)
    return (has_digit and has_letter and len(atom) >= 8) or len(atom) >= 24 or not atom.isascii()


def _inside(text: str) -> Iterator[str]:
    """What a text is without its escapes, and what is within it in base64."""
    plain = unquote(text)
    if plain != text:
        yield plain
    for match in _BASE64.finditer(text):
        coded = match[0].rstrip("=").replace("-", "+").replace("_", "/")
        try:
            inner = base64.b64decode(coded + "=" * (-len(coded) % 4)).decode()
        except ValueError:
            continue
        if inner.isprintable():
            yield inner


def _forms(original: str, kind: str) -> Iterator[tuple[str, bytes]]:
    """The ways in which an original may be written."""
    once = quote(original, safe="")
    written = {
        "as it is": original,
        "escaped in JSON": json.dumps(original)[1:-1],
        "escaped in a URL": once,
        "escaped in a form": quote_plus(original),
        "escaped in a URL twice": quote(once, safe=""),
    }
    if kind == "id":
        bare = original.replace("-", "")
        written["without dashes"] = bare
        written["with dashes"] = "-".join((bare[:8], bare[8:12], bare[12:16], bare[16:20], bare[20:]))
    seen = set()
    for form, text in written.items():
        if text not in seen:
            seen.add(text)
            yield form, text.encode("utf-8", "backslashreplace")
    yield from _in_base64(original.encode("utf-8", "backslashreplace"))


def _in_base64(data: bytes) -> Iterator[tuple[str, bytes]]:
    """What stays the same of a text in base64 whatever stands before and behind it."""
    if len(data) < _SHORTEST_CODED:
        return
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + data)
        start, end = -(-before * 8 // 6), (before + len(data)) * 8 // 6
        core = coded[start:end]
        yield f"in base64 at alignment {before}", core
        for_urls = core.replace(b"+", b"-").replace(b"/", b"_")
        if for_urls != core:
            yield f"in base64 for URLs at alignment {before}", for_urls


def _offset(needle: bytes, data: bytes, form: str) -> int | None:
    """Where a needle stands by itself: not inside a longer word."""
    start = data.find(needle)
    while start >= 0:
        around = data[start - 1 : start] + data[start + len(needle) : start + len(needle) + 1]
        if form.startswith("in base64") or not re.search(rb"[A-Za-z0-9_]", around) or len(needle) >= 8:
            return start
        start = data.find(needle, start + 1)
    return None
