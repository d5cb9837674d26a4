"""A request taken apart for matching: its values one by one, and in each what is an identifier.

Which cloud a request goes to does not count. Paths are read as Graph reads them, members and query options in any
order, lists in theirs. How an identifier is written does not count either, but for phone numbers: whatever the bot has
in its place stands for it. A `clientContext` and a `callbackUri` are identifiers as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from harness.cassette.bodies import parsed
from harness.cassette.entities import context_of
from harness.cassette.format import Request
from harness.cassette.identifiers import REDACTED, Form, Slot, form_of, is_guid, replaced
from harness.cassette.placeholders import is_free_text
from harness.cassette.scenario import ABSENT
from harness.graph.paths import canonical

CALLBACK: Final = "callbackUri"
CONTEXT: Final = "clientContext"
_IDENTIFYING: Final = 10**6
_MARK: Final = "\0"


class Leaf(NamedTuple):
    """A value without branches. member, context: as in `walking.texts_of`."""

    place: tuple[str, ...]
    value: Any
    member: str = ""
    context: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it counts. shape: its method, which places it has, and of which type each value is."""

    method: str
    leaves: tuple[Leaf, ...]

    @property
    def shape(self) -> tuple[Any, ...]:
        return (self.method, *((leaf.place, type(leaf.value)) for leaf in self.leaves))

    @property
    def path(self) -> str:
        return str(self.leaves[0].value)


def asked(request: Request) -> Asked:
    parts = urlsplit(request.uri)
    leaves = [Leaf(("path",), unquote(canonical(parts.path)))]
    counts: dict[str, int] = {}
    for name, value in sorted(parse_qsl(parts.query, keep_blank_values=True), key=lambda pair: pair[0]):
        counts[name] = counts.get(name, 0) + 1
        leaves.append(Leaf(("query", name, *([str(counts[name])] if counts[name] > 1 else [])), value, name))
    body = parsed(request.body)
    if body is not ABSENT:
        leaves += _leaves(body, ("body",), "", "")
    return Asked(request.method.upper(), tuple(leaves))


def _leaves(value: Any, place: tuple[str, ...], member: str, context: str) -> Iterator[Leaf]:
    if isinstance(value, dict) and value:
        context = context_of(value, member)
        for name in sorted(value):
            yield from _leaves(value[name], (*place, name), name, context)
    elif isinstance(value, list) and value:
        for number, entry in enumerate(value, 1):
            yield from _leaves(entry, (*place, str(number)), member, context)
    else:
        yield Leaf(place, value, member, context)


class Placeholder(StrEnum):
    """What a sanitiser wrote in place of a value that nobody may see."""

    TEXT = "text-N"
    ANY = REDACTED
    NUMBER = "0"


Mask = tuple[tuple[int, Placeholder], ...]
"""Which of a request's leaves are placeholders."""


def mask_of(request: Asked) -> Mask:
    found = ((number, _placeholder(leaf)) for number, leaf in enumerate(request.leaves))
    return tuple((number, placeholder) for number, placeholder in found if placeholder is not None)


def _placeholder(leaf: Leaf) -> Placeholder | None:
    if isinstance(leaf.value, str):
        if leaf.value == REDACTED:
            return Placeholder.ANY
        is_text = is_free_text(leaf.value) and not form_in(leaf.value, leaf.member).slots
        return Placeholder.TEXT if is_text else None
    return Placeholder.NUMBER if type(leaf.value) is int and leaf.value == 0 else None


class Reading(NamedTuple):
    """What a request says without identifiers, and the identifiers: of each leaf that holds some, its text's form."""

    says: tuple[Any, ...]
    forms: tuple[tuple[Leaf, Form], ...]

    @property
    def normals(self) -> tuple[str, ...]:
        return tuple(normal for _, form in self.forms for normal in form.normals)


def reading(request: Asked, mask: Mask) -> Reading:
    """A request read as one whose leaves are placeholders where the mask says so."""
    placeholders: Mapping[int, Placeholder] = dict(mask)
    says: list[Any] = []
    forms: list[tuple[Leaf, Form]] = []
    for number, leaf in enumerate(request.leaves):
        value, form = said(leaf, placeholders.get(number))
        says.append(value)
        if form is not None and form.slots:
            forms.append((leaf, form))
    return Reading(tuple(says), tuple(forms))


def said(leaf: Leaf, placeholder: Placeholder | None) -> tuple[Any, Form | None]:
    """What a value says without identifiers, and the form of a text."""
    value = leaf.value
    if placeholder is not None and stands_for(placeholder, value):
        return placeholder, text_form(value) if placeholder is Placeholder.TEXT else None
    if isinstance(value, str):
        form = form_in(value, leaf.member)
        return form.template, form
    return (type(value), value) if not isinstance(value, (dict, list)) else type(value), None


def stands_for(placeholder: Placeholder, value: Any) -> bool:
    """Whether a placeholder may stand for a value, as far as it alone tells."""
    if placeholder is Placeholder.NUMBER:
        return type(value) is int and (value == 0 or abs(value) >= _IDENTIFYING)
    if not isinstance(value, str) or value == "":
        return False
    return placeholder is Placeholder.ANY or form_of(value).template == value


@lru_cache(maxsize=2**10)
def form_in(text: str, member: str) -> Form:
    """A text of a request taken apart."""
    if member == CALLBACK:
        return _whole(text, f"callback{_MARK}{text}", "callback")
    if member == CONTEXT:
        return _whole(text, context_normal(text), "member")
    form = form_of(text, member)
    if not form.slots:
        return form
    return form._replace(template=replaced(text, form.slots, lambda s: f"{_MARK}{_written(s)}{_MARK}"))


def text_form(text: str) -> Form:
    """A text for which, or as which, a `text-N` stands."""
    return _whole(text, f"text{_MARK}{text}", "text")


def context_normal(text: str) -> str:
    """What of a `clientContext` is bound: a GUID in its normal form, any other text as it is."""
    normals = form_of(text, CONTEXT).normals
    return normals[0] if len(normals) == 1 and is_guid(normals[0]) and len(text) in (32, 36) else text


def _whole(text: str, normal: str, kind: str) -> Form:
    return Form(f"{_MARK}{kind}{_MARK}", (normal,), (Slot(0, len(text), normal, "text", kind),))


def _written(slot: Slot) -> str:
    return "phone" if slot.kind == "phone" else "id"
