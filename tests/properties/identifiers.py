"""What an identifier is, said once more in the tests' own words: the comparer must not be its own judge."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

_HEX: Final = "[0-9a-fA-F]"
_GUID: Final = rf"{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}|{_HEX}{{32}}"
_FORMS: Final = re.compile(
    # Two hexadecimal digits in front of a GUID may be an escaped character of an address.
    rf"(?:(?<!{_HEX})|(?<=%{_HEX}{{2}}))(?P<guid>{_GUID})(?!{_HEX})"
    r"|19(?::|%3a|%3A)(?:meeting_)?(?P<thread>[^@%/\s\"']+)(?=@thread\.|%40thread)"
    r"|(?<![\w:])8:(?:live|skype|sip):(?P<mri>[A-Za-z][\w-]*(?:\.[\w-]+)*)"
    r"|(?P<phone>(?<![\w+])\+[0-9]{7,15}(?![0-9]))"
    r"|(?<![\w.+%@-])(?P<mail>[\w.+-]+@(?!thread\.)[\w-]+(?:\.[\w-]+)+)"
    r"|(?:(?<=calls/)|(?<=operations/)|(?<=participants/)|(?<=calls\('))"
    r"(?P<text>(?!(?:invite|muteAll|delta)\b|microsoft\.graph\.|\$)[^/?#'\")\s]+)"
)
_HOST: Final = re.compile(r"https?://(?P<host>[^/?#]+)")
_CALLBACKS: Final = ("callbackUri", "callback")
_NO_IDS: Final = ("messageId", "replyChainMessageId", "sourceId", "languageId")


@dataclass(frozen=True, slots=True)
class Identifier:
    """One in a text. `normal`: what is renamed; `like`: how it is written there.

    kind: guid, thread (what tells a thread from others), mri (a name that is no GUID), phone, mail, host (of a
    callback) or text.
    """

    start: int
    end: int
    kind: str
    normal: str
    like: str


def identifiers(text: str, member: str = "") -> tuple[Identifier, ...]:
    """Those in a text; the text as a whole where its member is named like one and nothing else is found in it."""
    found = _by_form(text) if member not in _CALLBACKS else (*_host(text), *_by_form(text))
    if not found and text not in ("", "REDACTED") and is_named_like_one(member):
        return (Identifier(0, len(text), "text", text, text),)
    return found


def is_named_like_one(member: str) -> bool:
    if member in _NO_IDS:
        return False
    return member in ("id", "clientContext") or member.endswith("Id") or member.lower().endswith("-id")


@cache
def _by_form(text: str) -> tuple[Identifier, ...]:
    return tuple(_identifier(match, str(match.lastgroup)) for match in _FORMS.finditer(text))


def _host(text: str) -> Iterator[Identifier]:
    match = _HOST.match(text)
    if match:
        yield _identifier(match, "host")


def _identifier(match: re.Match[str], kind: str) -> Identifier:
    normal = match[kind].replace("-", "").lower() if kind == "guid" else match[kind]
    return Identifier(*match.span(kind), kind, normal, match[kind])


def put_in(text: str, found: Identifier, new: str) -> str:
    return f"{text[: found.start]}{new}{text[found.end :]}"


def written(normal: str, like: str, kind: str) -> str:
    """An identifier, a GUID as another one is written. Of mixed case there is one: lower first, then upper."""
    if kind != "guid":
        return normal
    text = re.sub(r"(.{8})(.{4})(.{4})(.{4})(.{12})", r"\1-\2-\3-\4-\5", normal) if "-" in like else normal
    if like == like.lower():
        return text
    return text.upper() if like == like.upper() else text[:16] + text[16:].upper()


def fresh(kind: str, rng: random.Random) -> str:
    """A new identifier in normal form. GUIDs hold letters of both halves, so that case shows."""
    if kind == "phone":
        return f"+{rng.randrange(10**10, 10**11)}"
    if kind == "guid":
        return f"ab{rng.getrandbits(112):028x}cd"
    name = f"n{rng.getrandbits(40):010x}x"
    return f"{name}@people.example" if kind == "mail" else f"{name}.example" if kind == "host" else name


def fresh_for(found: Identifier) -> str:
    """The same new one each time, as text."""
    seed = int.from_bytes(hashlib.sha256(found.normal.encode()).digest()[:8])
    return written(fresh(found.kind, random.Random(seed)), found.like, found.kind)


Renaming = Callable[[str, str], str]
"""(kind, normal form) -> normal form."""


def renamed_in(value: Any, renaming: Renaming, member: str = "") -> Any:
    """A JSON value with other identifiers."""
    if isinstance(value, dict):
        return {name: renamed_in(v, renaming, name) for name, v in value.items()}
    if isinstance(value, list):
        return [renamed_in(v, renaming, member) for v in value]
    if not isinstance(value, str):
        return value
    for found in reversed(identifiers(value, member)):
        new = renaming(found.kind, found.normal)
        if new != found.normal:
            value = put_in(value, found, written(new, found.like, found.kind))
    return value


def all_in(value: Any, member: str = "") -> Iterator[Identifier]:
    """Every occurrence in a JSON value."""
    if isinstance(value, dict):
        for name, v in value.items():
            yield from all_in(v, name)
    elif isinstance(value, list):
        for v in value:
            yield from all_in(v, member)
    elif isinstance(value, str):
        yield from identifiers(value, member)
