"""Identifiers: at one place only, everywhere, in one interaction or one direction, and in other spellings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

from tests.properties.documents import Document, Site, at, sites
from tests.properties.identifiers import Identifier, all_in, fresh_for, identifiers, put_in, renamed_in, written
from tests.properties.rules.edits import Edits, here, is_text


def _each(site: Site, others: Callable[[Identifier], Iterator[str]]) -> Iterator[Edits]:
    """Each identifier at a place, put as each other text."""
    if not is_text(site):
        return
    for found in identifiers(site.value, site.member):
        yield from (here(site, put_in(site.value, found, text)) for text in others(found))


def fresh_here(site: Site) -> Iterator[Edits]:
    yield from _each(site, lambda found: iter([fresh_for(found)]))


_OF_EACH_KIND: Final = {
    "guid": "0d820ecd-def2-4297-adad-78056cde7c78",
    "phone": "+49301234567",
    "mail": "nobody@elsewhere.example",
}


def of_another_kind_here(site: Site) -> Iterator[Edits]:
    """Fresh identifiers that are none of the kind that stands there. Hosts and threads may be called anything."""

    def others(found: Identifier) -> Iterator[str]:
        yield from (text for kind, text in _OF_EACH_KIND.items() if found.kind not in (kind, "host", "thread"))

    yield from _each(site, others)


def somebody_elses(site: Site) -> Iterator[Edits]:
    """The two next ones of the same kind in the document."""

    def others(found: Identifier) -> Iterator[str]:
        known = [normal for kind, normal in _known(site) if kind == found.kind]
        yield from (written(normal, found.like, found.kind) for normal in _after(known, found.normal)[:2])

    yield from _each(site, others)


def of_the_same_role(site: Site) -> Iterator[Edits]:
    """Those that stand at a member, or behind a segment of a path, of the same name."""

    def others(found: Identifier) -> Iterator[str]:
        known = [o.normal for o, role in _roles(site) if o.kind == found.kind and role == _role(site, found)]
        yield from (written(normal, found.like, found.kind) for normal in _after(known, found.normal)[:3])

    yield from _each(site, others)


def _after(known: Sequence[str], one: str) -> list[str]:
    """The others, those that come next first."""
    order = list(dict.fromkeys(known))
    position = order.index(one)
    return order[position + 1 :] + order[:position]


def _known(site: Site) -> Sequence[tuple[str, str]]:
    return _known_in(_Frozen(site.document))


class _Frozen:
    """A document as a key: documents are never changed, so that the same one holds the same."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def __hash__(self) -> int:
        return id(self.document)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Frozen) and self.document is other.document


@lru_cache(maxsize=4)
def _known_in(frozen: _Frozen) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys((f.kind, f.normal) for f in all_in(frozen.document)))


def _roles(site: Site) -> Sequence[tuple[Identifier, str]]:
    return _roles_in(_Frozen(site.document))


@lru_cache(maxsize=4)
def _roles_in(frozen: _Frozen) -> tuple[tuple[Identifier, str], ...]:
    texts = [site for site in sites(frozen.document) if isinstance(site.value, str)]
    return tuple((f, _role(s, f)) for s in texts for f in identifiers(s.value, s.member))


def _role(site: Site, found: Identifier) -> str:
    """`calls` in a path, `user/id`, `tenantId`."""
    before = re.search(r"(\w+)(?:/|\(')$", site.value[: found.start])
    if before:
        return before[1]
    names = [name for name in site.place if isinstance(name, str)]
    return "/".join(names[-2:]) if names[-1] == "id" else names[-1]


def other_spelling(site: Site) -> Iterator[Edits]:
    """Dashes, braces and letter case of a GUID."""

    def others(found: Identifier) -> Iterator[str]:
        if found.kind != "guid":
            return
        like = found.like
        yield like.replace("-", "") if "-" in like else written(found.normal, "-" + like, "guid")
        yield f"{{{like}}}"
        yield f"({like})"
        yield from (text for text in (like.upper(), like.lower()) if text != like)

    yield from _each(site, others)


def other_phone_format(site: Site) -> Iterator[Edits]:
    def others(found: Identifier) -> Iterator[str]:
        if found.kind == "phone":
            digits = found.like[1:]
            yield from (digits, f"00{digits}", f"tel:+{digits}", f"+{digits[0]} ({digits[1:4]}) {digits[4:]}")

    yield from _each(site, others)


_MRI: Final = re.compile(r"(?<![\w:])(8:orgid:|8:live:|8:acs:|28:|8:|4:)(?=[\w+{])")
_PREFIXES: Final = ("8:orgid:", "28:", "4:", "")


def other_mri_prefix(site: Site) -> Iterator[Edits]:
    if is_text(site) and site.part not in ("url", "callback"):
        found = _MRI.search(site.value)
        for prefix in _PREFIXES if found else ():
            yield here(site, _MRI.sub(prefix, site.value, count=1))


def other_thread_suffix(site: Site) -> Iterator[Edits]:
    """Only where the thread stands elsewhere too: a thread's whole id may be taken for one opaque name."""
    if not is_text(site):
        return
    for found in identifiers(site.value, site.member):
        if found.kind == "thread" and sum(f.normal == found.normal for f in all_in(site.document)) > 1:
            yield here(site, re.sub(r"thread\.(v2|tacv2|skype)", "thread.other", site.value))


def merged(site: Site) -> Iterator[Edits]:
    """All places of one become another's."""
    if not site.place:
        known = _known(site)
        for n, one in enumerate(known):
            for another in known[n + 1 :]:
                if one[0] == another[0]:
                    yield here(site, renamed_in(site.document, _mapping({another: one[1]})))


def swapped_in_one_interaction(site: Site) -> Iterator[Edits]:
    if len(site.place) == 2 and site.place[0] == "interactions":
        yield from _swapped(site, [site.place])


def swapped_in_one_direction(site: Site) -> Iterator[Edits]:
    if not site.place:
        for direction in ("client-to-graph", "graph-to-bot"):
            numbered = enumerate(site.document["interactions"])
            places = [("interactions", n) for n, i in numbered if i["direction"] == direction]
            yield from _swapped(site, places)


def _swapped(site: Site, places: Sequence[Any]) -> Iterator[Edits]:
    """Each identifier there with the next one of its kind, wherever that stands."""
    parts = [(place, at(site.document, place)) for place in places]
    there = dict.fromkeys((f.kind, f.normal) for _, part in parts for f in all_in(part))
    for kind, normal in there:
        others = _after([n for k, n in _known(site) if k == kind], normal)
        for other in others[:2]:
            renaming = _mapping({(kind, normal): other, (kind, other): normal})
            yield [(place, renamed_in(part, renaming)) for place, part in parts]


def _mapping(names: dict[tuple[str, str], str]) -> Callable[[str, str], str]:
    return lambda kind, normal: names.get((kind, normal), normal)
