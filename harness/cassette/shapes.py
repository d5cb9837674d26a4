"""Texts of a known shape, written anew: every part of them is a word of Graph, a placeholder, or a shape again.

Nothing is searched for in a text: a text is wholly of a shape, or it is none. What the shapes are is the order of
`_SHAPES`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from harness.cassette import addresses, escapes
from harness.cassette.identifiers import REDACTED, time_form
from harness.cassette.pseudonyms import Pseudonyms
from harness.cassette.vocabulary import KEPT_GUIDS

_DEEPEST: Final = 4
"""How many texts within texts are looked into."""

_H: Final = "[0-9a-fA-F]"
_GUID: Final = rf"(?:{_H}{{8}}(?:-{_H}{{4}}){{3}}-{_H}{{12}}|{_H}{{32}})"
_ONE_GUID: Final = re.compile(_GUID)
_GUIDS: Final = re.compile(rf"(?:\{{{_GUID}\}}|\({_GUID}\)|{_GUID}(?:[_,;|*.:]{_GUID})*)")
_PHONE: Final = re.compile(r"\+[0-9]{7,15}")
_MAIL: Final = re.compile(r"[^\s@/:;,<>\"']{1,64}@(?!(?:thread|unq)\.)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_MRI: Final = re.compile(
    r"(?P<prefix>(?:4|8|28|29|48):(?:(?:orgid|live|skype|sip|teamsvisitor|acs|gid|spool|dod|gcch):)?|tel:|sip:|mailto:)"
    r"(?P<who>[^\s/]+)",
    re.IGNORECASE,
)
_THREAD: Final = re.compile(
    r"(?P<prefix>19:(?:meeting_)?)(?P<core>[^\s@]+)(?P<suffix>@(?:thread\.(?:v2|skype|tacv2)|unq\.gbl\.spaces))?",
    re.IGNORECASE,
)
_STARRED: Final = re.compile(rf"(?P<before>[0-9]\*)(?P<guid>{_GUID})(?P<middle>\*[0-9]\*\*)(?P<thread>19:\S+)")
_DIGITS_OF_A_SECOND: Final = re.compile(r"\.[0-9]{8,}")
_TOKEN: Final = re.compile(r"bearer\s+\S+|ey[a-z0-9_-]{8,}\.[a-z0-9_-]{2,}\.[a-z0-9_-]*", re.IGNORECASE)

Tree = Callable[[Any, int], Any]


class Shapes:
    """Writes texts anew with the placeholders of one cassette. `tree` writes the JSON in them, so many texts deep."""

    def __init__(self, pseudonyms: Pseudonyms, tree: Tree) -> None:
        self._pseudonyms = pseudonyms
        self._tree = tree

    def value(self, text: str, depth: int = 0) -> str:
        """A text written anew; one of no shape becomes a placeholder as a whole.

        So does one whose shape is not to be seen any more once it is written: a second run would change it.
        """
        written = self.of(text, depth)
        if written is None or (depth == 0 and written != text and self.of(written) != written):
            return self._pseudonyms.text(text)
        if depth == 0 and written != text:
            self._pseudonyms.wholes.add(text)
        return written

    def of(self, text: str, depth: int = 0) -> str | None:
        """A text of a known shape written anew; None where it has none."""
        if text == "" or self._pseudonyms.is_reserved(text) or is_time(text):
            return text
        if depth > _DEEPEST:
            return None
        for shape in (self._guids, self._own, self._mri, self._thread):
            written = shape(text, depth)
            if written is not None:
                return written
        return self._within(text, depth)

    def _guids(self, text: str, depth: int) -> str | None:
        if _GUIDS.fullmatch(text) is None:
            return None
        return _ONE_GUID.sub(lambda guid: self._guid(guid[0]), text)

    def _guid(self, text: str) -> str:
        return text if text.replace("-", "").lower() in KEPT_GUIDS else self._pseudonyms.guid(text)

    def _own(self, text: str, depth: int) -> str | None:
        if _PHONE.fullmatch(text):
            return self._pseudonyms.phone(text)
        if _MAIL.fullmatch(text):
            return self._pseudonyms.mail(text)
        return REDACTED if _TOKEN.fullmatch(text) else None

    def _mri(self, text: str, depth: int) -> str | None:
        match = _MRI.fullmatch(text)
        return None if match is None else match["prefix"] + self.value(match["who"], depth + 1)

    def _thread(self, text: str, depth: int) -> str | None:
        match = _THREAD.fullmatch(text) or _STARRED.fullmatch(text)
        if match is None:
            return None
        if "thread" in match.groupdict():
            return f"{match['before']}{self._guid(match['guid'])}{match['middle']}{self.value(match['thread'], depth)}"
        return f"{match['prefix']}{self.value(match['core'], depth + 1)}{match['suffix'] or ''}"

    def _within(self, text: str, depth: int) -> str | None:
        def deeper(inner: str) -> str | None:
            return self.of(inner, depth + 1)

        def value(inner: str) -> str:
            return self.value(inner, depth + 1)

        written = addresses.url(text, host=self._pseudonyms.host, value=value)
        if written is None:
            written = addresses.path(text, value)
        if written is None:
            written = escapes.within_base64(text, deeper)
        if written is None:
            written = escapes.within_json(text, lambda inner: self._tree(inner, depth + 1))
        return escapes.within_percent(text, deeper) if written is None else written


def is_time(text: str) -> bool:
    """Whether a text is a time and nothing else, as fine as Graph writes it."""
    return time_form(text) is not None and _DIGITS_OF_A_SECOND.search(text) is None
