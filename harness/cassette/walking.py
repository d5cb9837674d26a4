"""Two JSON structures walked side by side: what stands at the same place is bound; collections go by identity."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from harness.cassette.binding import Binding, Place
from harness.cassette.entities import context_of
from harness.cassette.identifiers import form_of
from harness.cassette.matching import matched
from harness.cassette.placeholders import Placeholders, is_free_text
from harness.cassette.signatures import Signatures

BY_SHAPE: Final = frozenset({"x-ms-ags-diagnostic"})
"""Members that hold JSON as text of which only the shape counts."""


class Walk:
    """A walk over two structures. `by_form`: places of sanitised values, of which only the form was compared.

    signatures: of the whole traces, to tell apart who is told alike in one place.
    """

    def __init__(self, binding: Binding, signatures: Signatures | None = None) -> None:
        self._binding = binding
        self._signatures = signatures
        self.placeholders = Placeholders()
        self.by_form: list[Place] = []

    def both(self, recorded: Any, fake: Any, place: Place, member: str = "") -> bool:
        """Bind what stands at the same place. Whether the two are the same, types included, by what is bound now.

        What is the same stays so; what is not may be, once more is bound.
        """
        if isinstance(recorded, str):
            return self._texts(recorded, fake, place, member)
        if isinstance(recorded, dict):
            return self._mappings(recorded, fake, place)
        if isinstance(recorded, list):
            return self._lists(recorded, fake, place, member)
        if type(recorded) is type(fake) and bool(recorded == fake):
            return True
        if self.placeholders.take(recorded, fake, member):
            self.by_form.append(place)
            return True
        return False

    def _texts(self, recorded: str, fake: Any, place: Place, member: str) -> bool:
        if not isinstance(fake, str):
            return False
        if member in BY_SHAPE:
            return bool(shape_of(recorded) == shape_of(fake))
        mine = form_of(recorded, member)
        if mine.normals:
            return self._binding.unify(recorded, mine, fake, form_of(fake, member), place)
        if self.placeholders.take(recorded, fake, member):
            self.by_form.append(place)
            return True
        if is_free_text(recorded):
            return False
        if recorded == fake:
            return True
        theirs = form_of(fake, member)
        return not theirs.normals and mine.template == theirs.template

    def _mappings(self, recorded: Mapping[str, Any], fake: Any, place: Place) -> bool:
        if not isinstance(fake, dict):
            return False
        agree = len(recorded) == len(fake)
        for name, value in recorded.items():
            agree = name in fake and self.both(value, fake[name], (place, name), name) and agree
        return agree

    def _lists(self, recorded: list[Any], fake: Any, place: Place, member: str) -> bool:
        if not isinstance(fake, list):
            return False
        agree = len(recorded) == len(fake)
        for position, other in enumerate(matched(self._binding, recorded, fake, self._signatures)):
            if other is None:
                agree = False
            else:
                agree = self.both(recorded[position], fake[other], (place, position + 1), member) and agree
        return agree


def walk(binding: Binding, recorded: Any, fake: Any, place: Place) -> bool:
    """`Walk.both`, for whoever does not ask what was compared by its form only."""
    return Walk(binding).both(recorded, fake, place)


@lru_cache(maxsize=256)
def shape_of(text: str) -> Any:
    """The shape of the JSON in a text: its members, with types in place of values."""
    try:
        return _shape(json.loads(text))
    except (ValueError, RecursionError):
        return "<text>"


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shape(v) for name, v in value.items()}
    return f"<{type(value).__name__}>"


def texts_of(value: Any, member: str = "", context: str = "") -> Iterator[tuple[str, str, str]]:
    """Every text in a structure in order, with its member and what the object is that it stands in."""
    if isinstance(value, str):
        yield value, member, context
    elif isinstance(value, dict):
        context = context_of(value, member)
        for name, branch in value.items():
            yield from texts_of(branch, name, context)
    elif isinstance(value, list):
        for branch in value:
            yield from texts_of(branch, member, context)
