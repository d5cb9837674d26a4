"""What stands in a recording for values that nobody may see: drawn one by one, the same for the same value.

A placeholder has the form and the spelling of what it stands for, so that whatever reads the one reads the other, and
two spellings of one value stay two spellings of one placeholder. Nothing is hashed: a phone number could be found again
by trying all of them. Numbers follow the order in which values are first seen.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import Final

from harness.cassette.identifiers import REDACTED, spelled
from harness.cassette.roles import ROLE_NAMES

_GUID: Final = "00000000000040008000"
_RENDERED: Final = re.compile(
    rf"<(?:new )?(?:{'|'.join(sorted(ROLE_NAMES))}):\d{{1,4}}(?:, [a-z]+)?>"
    r"|<time, \d digits, zone (?:Z|none|[+-]\d\d:\d\d)>|<http date>|<(?:str|int|bool|NoneType|text)>",
    re.IGNORECASE,
)
"""What `known` of a scenario file has in place of identifiers and times (`harness.cassette.roles`)."""


class Kind(StrEnum):
    """What a placeholder stands for."""

    GUID = "guid"
    PHONE = "phone"
    MAIL = "mail"
    HOST = "host"
    TEXT = "text"


_FORMS: Final[dict[Kind, Callable[[int], str]]] = {
    Kind.GUID: lambda n: f"{_GUID}ab{n:010d}",
    Kind.PHONE: lambda n: f"+999{n:09d}",
    Kind.MAIL: lambda n: f"user-{n}@example.com",
    Kind.HOST: lambda n: f"host-{n}.test",
    Kind.TEXT: lambda n: f"text-{n}",
}
"""`ab` is there for upper and lower case to be told apart; `+999` is assigned to nobody, `.test` neither."""

_RESERVED: Final[dict[Kind, re.Pattern[str]]] = {
    Kind.GUID: re.compile(rf"{_GUID}[0-9a-f]{{12}}"),
    Kind.PHONE: re.compile(r"\+999[0-9]{9}"),
    Kind.MAIL: re.compile(r"user-[1-9][0-9]{0,8}@example\.com", re.IGNORECASE),
    Kind.HOST: re.compile(r"host-[1-9][0-9]{0,8}\.test", re.IGNORECASE),
    Kind.TEXT: re.compile(r"text-[1-9][0-9]{0,8}"),
}


class Pseudonyms:
    """The placeholders of one cassette. Not for several threads at once: whoever records holds a lock."""

    def __init__(self) -> None:
        self._drawn: dict[tuple[Kind, str], str] = {}
        self._last: Counter[Kind] = Counter()
        self._taken: set[str] = set()
        self._casings: dict[str, dict[str, str]] = {}
        self._originals: dict[str, str] = {}
        self._is_shown = False
        self.wholes: set[str] = set()
        """Texts that were written anew in parts: of what is left of one that was cut, no part may be seen."""

    @property
    def allocated(self) -> int:
        """How many placeholders have been drawn."""
        return len(self._drawn)

    @property
    def originals(self) -> Mapping[str, str]:
        """Value as it was spelled -> what was written for it."""
        return self._originals

    @contextmanager
    def shown(self) -> Iterator[None]:
        """While a sentence is written: a word that is replaced in it, such as a part of a path, is none elsewhere."""
        self._is_shown = True
        try:
            yield
        finally:
            self._is_shown = False

    def guid(self, text: str) -> str:
        """For a GUID with dashes or without, in upper, lower or mixed case."""
        normal = text.replace("-", "").lower()
        if self._is_reserved(Kind.GUID, normal):
            return text
        form = spelled(self._draw(Kind.GUID, normal), "dashed" if "-" in text else "bare")
        if text == text.lower():
            return self._note(text, form)
        return self._note(text, form.upper() if text == text.upper() else form.replace("ab", "Ab"))

    def phone(self, text: str) -> str:
        return text if self._is_reserved(Kind.PHONE, text) else self._note(text, self._draw(Kind.PHONE, text))

    def mail(self, text: str) -> str:
        return self._in_any_case(Kind.MAIL, text)

    def host(self, text: str) -> str:
        return self._in_any_case(Kind.HOST, text)

    def text(self, text: str) -> str:
        if self.is_reserved(text):
            return text
        drawn = self._draw(Kind.TEXT, text)
        return drawn if self._is_shown else self._note(text, drawn)

    def secret(self, text: str) -> str:
        return text if text == "" else self._note(text, REDACTED)

    def is_reserved(self, text: str) -> bool:
        """Whether a text is itself what a sanitiser writes."""
        if text == REDACTED or _RENDERED.fullmatch(text) is not None:
            return True
        return any(self._is_reserved(kind, text) for kind in (Kind.TEXT, Kind.PHONE, Kind.MAIL))

    def _is_reserved(self, kind: Kind, text: str) -> bool:
        if _RESERVED[kind].fullmatch(text) is None:
            return False
        self._taken.add(text.lower())
        return True

    def _draw(self, kind: Kind, value: str) -> str:
        """The placeholder of a value. None is drawn that was met as a value: it would stand for two."""
        drawn = self._drawn.get((kind, value))
        while drawn is None:
            self._last[kind] += 1
            drawn = _FORMS[kind](self._last[kind])
            if drawn in self._taken:
                drawn = None
        self._drawn[kind, value] = drawn
        return drawn

    def _in_any_case(self, kind: Kind, text: str) -> str:
        if self._is_reserved(kind, text) or _RENDERED.fullmatch(text):
            return text
        drawn = self._draw(kind, text.lower())
        casings = self._casings.setdefault(drawn, {text.lower(): drawn, text.upper(): drawn.upper()})
        if text not in casings:
            casings[text] = _cased(drawn, len(casings) - 1)
        return self._note(text, casings[text])

    def _note(self, text: str, placeholder: str) -> str:
        self._originals[text] = placeholder
        return placeholder


def _cased(placeholder: str, number: int) -> str:
    """A placeholder in one of the ways to mix upper and lower case: each number its own."""
    out = []
    for letter in placeholder:
        is_upper, number = (number & 1, number >> 1) if letter.isalpha() else (0, number)
        out.append(letter.upper() if is_upper else letter)
    return "".join(out)
