"""What is an identifier in a text, and what the text around it is: the form of a text.

An identifier is, wherever it stands: a GUID in any spelling (letter case, braces, without dashes); a phone number in
E.164 form; what stands in a thread id between `19:` and `@thread`, also in a URL; the name in a Teams address that is
no GUID (`8:live:…`); an e-mail address; what follows `calls/`, `participants/` or `operations/` in a path; the host of
a callback; and the whole text of a member that is named like one (`id`, `…Id`, `clientContext`) and holds no other.

Two texts are the same but for their identifiers when their templates are equal: the text around identifiers, how each
is spelled, and times by their digits and zone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

_H: Final = "[0-9a-fA-F]"
_GUID: Final = re.compile(
    rf"{_H}(?:(?<!{_H}{{2}})|(?<=%{_H}{{3}})){_H}{{7}}(?:(?:-{_H}{{4}}){{3}}-{_H}{{12}}|{_H}{{24}})(?!{_H})"
)
"""Not inside other digits, but for those of an escape in a URL. The look-behinds stand behind the first digit: in front
they would keep the engine from scanning for one."""

_DASHED: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DASHED_LENGTH: Final = 36
_PHONE: Final = re.compile(r"\+(?<![\w+]\+)([0-9]{7,15})(?![0-9])")
_THREAD: Final = re.compile(r"19(?::|%3[aA])(?:meeting_)?([^@%/\s\"'<>:]+)(?=(?:@|%40)(?:thread|unq)\.)")
_ADDRESS: Final = re.compile(r"(?<![0-9])8:(?:live|skype|sip|teamsvisitor):([^\s\"'<>/?#&,;]*[^\s\"'<>/?#&,;.:!)])")
_MAIL: Final = re.compile(
    r"(?<![A-Za-z0-9._%+\-])([A-Za-z0-9._%+\-]+(?:@|%40)(?!(?:thread|unq)\.)[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,})"
)
_SEGMENT: Final = re.compile(
    r"(?:^|(?<=[/#]))(?:(?:calls|participants|operations)/|calls\(')"
    r"(?!(?:invite|muteAll|delta)\b|microsoft\.graph\.|\$)([^/?#'\")\s]+)"
)
_HOST: Final = re.compile(r"[hH][tT][tT][pP][sS]?://([^/?#]+)")
_TOLD_BY_KIND: Final = frozenset({"thread", "mail", "host"})
_CALLBACKS: Final = frozenset({"callbackUri", "callback"})
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(?P<digits>\d+))?(?P<zone>Z|[+-]\d\d:\d\d)?", re.ASCII)
_HTTP_DATE: Final = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", re.ASCII)
_NO_IDS: Final = frozenset({"messageId", "replyChainMessageId", "sourceId", "languageId"})
REDACTED: Final = "REDACTED"
"""What the sanitiser writes for opaque tokens: no identifier, whatever member it stands at."""

_MARK: Final = "\0"
"""Stands around spellings in a template, so that none is taken for text."""

_DASHED_TEMPLATE: Final = f"{_MARK}dashed{_MARK}"
_LONG: Final = 2**12
"""Longer texts are not kept."""


class Slot(NamedTuple):
    """One identifier in a text. `normal`: what is bound; `spelling`: how it is written beside that.

    kind: what tells that it is one: guid, phone, thread, mail, address, segment, host, member.
    """

    start: int
    end: int
    normal: str
    spelling: str
    kind: str


class Form(NamedTuple):
    """A text taken apart: the same but for its identifiers as every other text of this template."""

    template: str
    normals: tuple[str, ...]
    slots: tuple[Slot, ...]


@lru_cache(maxsize=1024)
def is_id_member(name: str) -> bool:
    """Whether the text of a member of this name is an identifier, whatever its form."""
    if name in _NO_IDS:
        return False
    return name in ("id", "clientContext") or name.endswith("Id") or name.lower().endswith("-id")


def slots(text: str, member: str = "") -> tuple[Slot, ...]:
    """The identifiers in a text that stands at a member."""
    return form_of(text, member).slots


def form_of(text: str, member: str = "") -> Form:
    """A text that stands at a member, taken apart."""
    return _kept_form(text, member) if len(text) < _LONG else _form(text, member)


def _form(text: str, member: str) -> Form:
    if len(text) == _DASHED_LENGTH and _DASHED.fullmatch(text):  # most identifiers, and quickly seen
        return Form(
            _DASHED_TEMPLATE, (normal := text.replace("-", ""),), (Slot(0, len(text), normal, "dashed", "guid"),)
        )
    time = time_form(text)
    if time is not None:
        return Form(f"{_MARK}{time}{_MARK}", (), ())
    found = tuple(_found(text, member))
    if not found:
        return Form(text, (), ())
    template = replaced(text, found, lambda slot: f"{_MARK}{slot.spelling}{_MARK}")
    return Form(template, tuple(slot.normal for slot in found), found)


_kept_form: Final = lru_cache(maxsize=2**12)(_form)
"""A text is seen again soon or not at all: to keep more of them takes longer than to take them apart anew."""


def time_form(text: str) -> str | None:
    """`<time, 7 digits, zone Z>` for a text that is a time and nothing else."""
    if text[4:5] == "-" and text[10:11] == "T":
        time = _TIME.fullmatch(text)
        if time is not None:
            return f"<time, {len(time['digits'] or '')} digits, zone {time['zone'] or 'none'}>"
    return "<http date>" if text.endswith(" GMT") and _HTTP_DATE.fullmatch(text) else None


def _found(text: str, member: str) -> Sequence[Slot]:
    """Identifiers in order; of two that overlap the one that begins first, and a GUID before all others."""
    candidates = sorted([*_guids(text), *_others(text, member)], key=lambda slot: slot.start)
    found: list[Slot] = []
    for slot in candidates:
        if not found or slot.start >= found[-1].end:
            found.append(slot)
    if not found and text not in ("", REDACTED) and is_id_member(member):
        return [Slot(0, len(text), text, "text", "member")]
    return found


def _guids(text: str) -> Iterator[Slot]:
    for match in _GUID.finditer(text):
        guid = match[0]
        yield Slot(match.start(), match.end(), guid.replace("-", "").lower(), _spelling(guid), "guid")


def _others(text: str, member: str) -> Iterator[Slot]:
    """What is no GUID. Most texts hold none of the signs by which these are told, which is quickly seen."""
    if "+" in text:
        yield from (Slot(m.start(), m.end(), m[0], "phone", "phone") for m in _PHONE.finditer(text))
    if "@" in text or "%40" in text:
        yield from _texts(_THREAD, text, "thread")
        yield from _texts(_MAIL, text, "mail")
    if "8:" in text:
        yield from _texts(_ADDRESS, text, "address")
    if "s/" in text or "s('" in text:
        yield from _texts(_SEGMENT, text, "segment")
    if member in _CALLBACKS:
        yield from _texts(_HOST, text, "host")


def _texts(pattern: re.Pattern[str], text: str, kind: str) -> Iterator[Slot]:
    spelling = kind if kind in _TOLD_BY_KIND else "text"
    return (Slot(*match.span(1), match[1], spelling, kind) for match in pattern.finditer(text))


def _spelling(guid: str) -> str:
    """`dashed` or `bare`, in upper or mixed case as its letters are. Braces are text around it."""
    form = "dashed" if "-" in guid else "bare"
    if guid == guid.lower():
        return form
    return form.upper() if guid == guid.upper() else form.capitalize()


def is_guid(normal: str) -> bool:
    return re.fullmatch(rf"{_H}{{32}}", normal) is not None


def spelled(normal: str, spelling: str) -> str:
    """A GUID in the given spelling. Mixed case, of which there are many, becomes lower case."""
    form = spelling.lower()
    text = normal if form == "bare" else re.sub(r"(.{8})(.{4})(.{4})(.{4})(.{12})", r"\1-\2-\3-\4-\5", normal)
    return text.upper() if spelling.isupper() else text


def replaced(text: str, found: Sequence[Slot], by: Callable[[Slot], str], between: Callable[[str], str] = str) -> str:
    """A text with each of the identifiers found in it written anew, and what is between them too if wanted."""
    out: list[str] = []
    last = 0
    for slot in found:
        out += [between(text[last : slot.start]), by(slot)]
        last = slot.end
    return "".join([*out, between(text[last:])])
