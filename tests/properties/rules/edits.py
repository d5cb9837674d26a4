"""What a rule yields: places, and what stands there in the mutant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.properties.documents import REMOVED, Place, Site

Edits = Sequence[tuple[Place, Any]]
Rule = Callable[[Site], Iterator[Edits]]


def here(site: Site, value: Any) -> Edits:
    return [(site.place, value)]


def gone(site: Site) -> Edits:
    return [(site.place, REMOVED)]


def is_text(site: Site) -> bool:
    """Whether a text of a message stands here: in JSON, a header, an address or a body that is no JSON."""
    return isinstance(site.value, str) and site.part in ("json", "header", "url", "callback", "text")
