"""Members of objects and items of lists, in bodies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.properties.documents import Site
from tests.properties.normal import is_keyed
from tests.properties.rules.edits import Edits, gone, here


def _is_inside(site: Site) -> bool:
    """Below a body, not the body itself."""
    return site.in_json and len(site.place) > 5


def drop(site: Site) -> Iterator[Edits]:
    if _is_inside(site):
        yield gone(site)


def rename(site: Site) -> Iterator[Edits]:
    if _is_inside(site) and isinstance(site.name, str):
        for name in (f"{site.name}X", site.name.swapcase(), f"@odata.{site.name}"):
            yield [(site.place[:-1], {name if n == site.name else n: v for n, v in site.parent.items()})]


def extra(site: Site) -> Iterator[Edits]:
    """Names that a comparer may have a meaning of its own for, among others; and one more item in a list."""
    if site.in_json and isinstance(site.value, dict):
        for name, value in (("extra", 1), ("__extra", None), ("callback", None), ("id2", None), ("a/b['c']", [])):
            yield here(site, {**site.value, name: value})
    elif site.in_json and isinstance(site.value, list):
        more: tuple[Any, ...] = ({}, None, "extra")
        yield from (here(site, [*site.value, item]) for item in more)


def duplicate(site: Site) -> Iterator[Edits]:
    if _is_inside(site) and isinstance(site.name, int):
        items = site.parent
        yield [(site.place[:-1], [*items[: site.name], site.value, *items[site.name :]])]
        yield [(site.place[:-1], [*items, site.value])]


def reorder(site: Site) -> Iterator[Edits]:
    """Each item with its neighbour, and the whole list turned round."""
    if site.in_json and isinstance(site.value, list):
        for n in range(len(site.value) - 1):
            yield here(site, [*site.value[:n], site.value[n + 1], site.value[n], *site.value[n + 2 :]])
        if len(site.value) > 2:
            yield here(site, site.value[::-1])


def moved(site: Site) -> Iterator[Edits]:
    """What is told of one entry of a collection is told of the next one, and the reverse: one member each."""
    if not site.in_json or not isinstance(site.value, list) or not is_keyed(site.value):
        return
    for n, (one, other) in enumerate(zip(site.value, site.value[1:], strict=False)):
        for name in sorted({*one, *other}):
            moved_to = [_with(one, name, other), _with(other, name, one)]
            yield here(site, [*site.value[:n], *moved_to, *site.value[n + 2 :]])


def _with(entry: dict[str, Any], name: str, other: dict[str, Any]) -> dict[str, Any]:
    rest = {n: v for n, v in entry.items() if n != name}
    return {**rest, name: other[name]} if name in other else rest
