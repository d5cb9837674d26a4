"""The one-to-one map of identifiers between two traces, the recorded one and another.

What is an identifier, wherever it stands: a GUID in any spelling (letter case, braces, without dashes), also inside a
longer string; a phone number in E.164 form; what follows `calls/`, `participants/` or `operations/` in a path; and the
whole text of a member that is named like one (`id`, `…Id`, `clientContext`) and holds none of the others. The text
around identifiers must agree, and so must their spelling; their values need only map one to one.

`harness.cassette.walking` goes over both traces and makes the map; `Binding.render` then writes identifiers as roles
(`<call:1>`), so that what is left can be compared exactly: where an identifier is used inconsistently the roles differ.
Roles are named after path segments and members and numbered by first appearance in the recorded trace; nothing of them
is stored.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final

_HEX: Final = "[0-9a-fA-F]"
_GUID: Final = rf"(?:{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}|{_HEX}{{32}})"
_SLOT: Final = re.compile(
    rf"(?P<guid>(?<!{_HEX})(?:\{{{_GUID}\}}|{_GUID})(?!{_HEX}))"
    r"|(?P<phone>(?<![\w+])\+[0-9]{7,15}(?![0-9]))"
    r"|(?P<segment>(?:(?<=calls/)|(?<=participants/)|(?<=operations/)|(?<=calls\('))"
    r"(?!(?:invite|muteAll|delta)\b|microsoft\.graph\.|\$)[^/?#'\")\s]+)"
)
_AFTER: Final = re.compile(r"(\w+)(?:/|\(')$")
_ROLE: Final = re.compile(r"<([A-Za-z ]+:\d+)")
_NO_IDS: Final = frozenset({"messageId", "replyChainMessageId", "sourceId", "languageId"})
_ROLES: Final[Mapping[str, str]] = {
    "calls": "call",
    "participants": "participant",
    "operations": "operation",
    "tenantId": "tenant",
    "clientContext": "context",
    "callChainId": "chain",
    "Scenario-Id": "chain",
    "scenario-id": "chain",
    "X-Microsoft-Skype-Chain-ID": "chain",
    "X-Microsoft-Skype-Message-ID": "message",
    "request-id": "request",
    "client-request-id": "request",
    "myParticipantId": "participant",
    "participantId": "participant",
    "replacesCallId": "call",
    "threadId": "thread",
    "endpointId": "endpoint",
    "resourceId": "media",
}
IDENTITIES: Final = frozenset(
    (
        *("user", "application", "device", "phone", "guest", "encrypted", "onPremises"),
        *("applicationInstance", "azureCommunicationServicesUser"),
    )
)
"""Members of an identity set that name somebody."""

Place = tuple[str, ...]


class Side(Enum):
    RECORDED = "recorded"
    FAKE = "fake"


@dataclass(frozen=True, slots=True)
class Slot:
    """One identifier in a text. `normal`: what is bound; `spelling`: how it is written beside that."""

    start: int
    end: int
    normal: str
    spelling: str
    keyword: str


def is_id_member(name: str) -> bool:
    """Whether the text of a member of this name is an identifier, whatever its form."""
    if name in _NO_IDS:
        return False
    return name in ("id", "clientContext") or name.endswith("Id") or name.lower().endswith("-id")


def slots(text: str, member: str = "") -> tuple[Slot, ...]:
    """The identifiers in a text that stands at a member."""
    found = _slots(text)
    if not found and text and is_id_member(member):
        return (Slot(0, len(text), text, "text", ""),)
    return found


@lru_cache(maxsize=4096)
def _slots(text: str) -> tuple[Slot, ...]:
    return tuple(_slot(match) for match in _SLOT.finditer(text))


def _slot(match: re.Match[str]) -> Slot:
    text = match[0]
    before = _AFTER.search(match.string, 0, match.start())
    keyword = before[1] if before else ""
    if match["guid"]:
        return Slot(match.start(), match.end(), re.sub(r"[{}\-]", "", text).lower(), _spelling(text), keyword)
    return Slot(match.start(), match.end(), text, "phone" if match["phone"] else "text", keyword or "phone")


def _spelling(guid: str) -> str:
    """`dashed`, `bare` or `braced`, in upper or mixed case as its letters are."""
    form = "braced" if guid.startswith("{") else "dashed" if "-" in guid else "bare"
    letters = [c for c in guid if c.isalpha()]
    if not letters or all(c.islower() for c in letters):
        return form
    return form.upper() if all(c.isupper() for c in letters) else form.capitalize()


@dataclass(frozen=True, slots=True)
class Bound:
    """A pair: the normal forms, how both were written where the pair was first seen, and that place."""

    recorded: str
    fake: str
    spelling: str
    fake_text: str
    place: Place

    @property
    def has_case(self) -> bool:
        """Whether both hold letters: digits alone do not tell in which case a GUID is written."""
        return all(any(c.isalpha() for c in normal) for normal in (self.recorded, self.fake))

    @property
    def is_recased(self) -> bool:
        """Whether they differ in letter case only, which is no renaming; of a GUID the spelling tells that."""
        return self.recorded != self.fake and self.recorded.lower() == self.fake.lower()


class Binding:
    """Recorded identifier ↔ the fake's, one to one, with the place where each pair was first seen."""

    def __init__(self) -> None:
        self._by_recorded: dict[str, Bound] = {}
        self._by_fake: dict[str, Bound] = {}
        self._roles: dict[str, str] = {}
        self._counts: Counter[str] = Counter()
        self._strangers: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._by_recorded)

    def pairs(self) -> Iterable[Bound]:
        return self._by_recorded.values()

    def legend(self) -> Iterable[tuple[str, Bound]]:
        """Each pair with its role, in the order in which the roles were given."""
        for normal, role in self._roles.items():
            bound = self._by_recorded.get(normal)
            if bound is not None:
                yield role, bound

    def partner(self, normal: str) -> str | None:
        """The fake's identifier for a recorded one."""
        bound = self._by_recorded.get(normal)
        return None if bound is None else bound.fake

    def is_taken(self, normal: str) -> bool:
        """Whether an identifier of the fake is bound."""
        return normal in self._by_fake

    def standing(self, normals: Iterable[str], side: Side) -> tuple[str, ...]:
        """Identifiers as the fake has them; an empty text for each that is not bound."""
        if side is Side.RECORDED:
            return tuple(self.partner(normal) or "" for normal in normals)
        return tuple(normal if self.is_taken(normal) else "" for normal in normals)

    def first_places(self, *rendered: str) -> str:
        """Where the roles in rendered texts were first bound: `call:1 at requests/1/url, …`."""
        wanted = {role.lower() for text in rendered for role in _ROLE.findall(text)}
        named = [(self._roles.get(b.recorded), b.place) for b in self.pairs()]
        bound = [(role, place) for role, place in named if role in wanted]
        return ", ".join(f"{role} at {'/'.join(place)}" for role, place in bound) or "nowhere"

    def see(self, text: str, member: str, context: str) -> None:
        """Give the recorded identifiers in a text their roles."""
        for slot in slots(text, member):
            self._role(slot.normal, _role_name(slot, member, context))

    def unify(self, recorded: str, fake: str, member: str, place: Place) -> None:
        """Bind the identifiers of two texts at one place, as far as both have them and neither is bound yet."""
        mine, theirs = slots(recorded, member), slots(fake, member)
        if len(mine) != len(theirs):
            return
        for a, b in zip(mine, theirs, strict=True):
            if a.normal not in self._by_recorded and b.normal not in self._by_fake:
                bound = Bound(a.normal, b.normal, a.spelling, fake[b.start : b.end], place)
                self._by_recorded[a.normal] = self._by_fake[b.normal] = bound

    def translate(self, text: str) -> str:
        """A recorded text with the fake's identifiers in place of those that are bound; the rest is left alone.

        Identifiers that only their member tells (`"clientContext": "a"`) are replaced where they are a whole string.
        """
        text = replaced(text, slots(text), lambda slot: self._fake_text(slot, text))
        whole = {b.recorded: b.fake_text for b in self.pairs() if not _SLOT.search(b.recorded)}
        if not whole:
            return text
        names = "|".join(map(re.escape, whole))
        return re.sub(rf'"({names})"(?!\s*:)', lambda match: f'"{whole[match[1]]}"', text)

    def _fake_text(self, slot: Slot, text: str) -> str:
        """The fake's identifier, spelled as the fake does where the recorded one is spelled as when it was bound."""
        bound = self._by_recorded.get(slot.normal)
        if bound is None or bound.fake == slot.normal:
            return text[slot.start : slot.end]
        if slot.spelling == bound.spelling or not _is_guid(bound.fake):
            return bound.fake_text
        return _spelled(bound.fake, slot.spelling)

    def render(self, text: str, member: str = "", context: str = "", side: Side = Side.RECORDED) -> str:
        """A text that stands at a member, in an object of which `context` says what it is, with roles for identifiers.

        `<call:1>` is a GUID with dashes in lower case, `<CALL:1>` in upper case; other spellings are said behind a
        comma. `<new call:1>` is one of the fake that no recorded one corresponds to.
        """
        found = slots(text, member)
        if not found:  # most texts hold none
            return text
        return replaced(text, found, lambda slot: self._rendered(slot, _role_name(slot, member, context), side))

    def _rendered(self, slot: Slot, name: str, side: Side) -> str:
        bound = (self._by_recorded if side is Side.RECORDED else self._by_fake).get(slot.normal)
        if side is Side.FAKE and bound is None:
            role = self._stranger(slot.normal, name)
        else:
            role = self._role(slot.normal if bound is None else bound.recorded, name)
        form = slot.spelling.lower()
        spelling = form if bound is not None and not bound.has_case else slot.spelling
        if side is Side.FAKE and bound is not None and bound.is_recased:
            spelling = "TEXT"
        cased = role.upper() if spelling.isupper() else role.capitalize() if spelling != form else role
        return f"<{cased}>" if form in ("dashed", "phone") else f"<{cased}, {form}>"

    def _role(self, normal: str, name: str) -> str:
        if normal not in self._roles:
            self._counts[name] += 1
            self._roles[normal] = f"{name}:{self._counts[name]}"
        return self._roles[normal]

    def _stranger(self, normal: str, name: str) -> str:
        if normal not in self._strangers:
            self._counts[f"new {name}"] += 1
            self._strangers[normal] = f"new {name}:{self._counts[f'new {name}']}"
        return self._strangers[normal]


def _is_guid(normal: str) -> bool:
    return re.fullmatch(rf"{_HEX}{{32}}", normal) is not None


def _spelled(normal: str, spelling: str) -> str:
    """A GUID in the given spelling. Mixed case, of which there are many, becomes lower case."""
    form = spelling.lower()
    text = normal if form == "bare" else re.sub(r"(.{8})(.{4})(.{4})(.{4})(.{12})", r"\1-\2-\3-\4-\5", normal)
    text = f"{{{text}}}" if form == "braced" else text
    return text.upper() if spelling.isupper() else text


def replaced(text: str, found: Sequence[Slot], by: Callable[[Slot], str]) -> str:
    """A text with each of the identifiers found in it written anew."""
    out: list[str] = []
    last = 0
    for slot in found:
        out += [text[last : slot.start], by(slot)]
        last = slot.end
    return "".join([*out, text[last:]])


def _role_name(slot: Slot, member: str, context: str) -> str:
    """What an identifier is called: by its path segment, its member, or the object that it is the id of."""
    if slot.keyword in _ROLES:
        return _ROLES[slot.keyword]
    if member in _ROLES:
        return _ROLES[member]
    if member == "id" and context in IDENTITIES:
        return context
    if member == "id" and context:
        return "operation" if context.endswith("Operation") else context
    return "phone" if slot.spelling == "phone" else "id"
