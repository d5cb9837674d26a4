"""Whether a mutant is equal to its document by construction, and why.

Equal: what does not count set aside (`normal`), a one-to-one map of identifiers turns one into the other. The oracle
looks for that map and puts it to the test: written into the mutant, it must give the very same document. So what it calls
equal is equal, however it came upon the map.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from tests.properties.documents import Document, text_of
from tests.properties.identifiers import Identifier, identifiers, renamed_in
from tests.properties.normal import NORMAL, in_order, normal

RENAMED: Final = "a one-to-one map of identifiers undoes it"
REASONS: Final = (*NORMAL, RENAMED)

_ROUNDS: Final = 6
"""How many swaps of two identifiers are tried one after another."""

_Key = tuple[str, str]


class Oracle:
    """Judges the mutants of one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._normal = normal(document)
        self._text = text_of(self._normal)

    def why_equal(self, mutant: Document) -> str | None:
        """The reason, one of `REASONS`; None where the mutant differs."""
        theirs = normal(mutant)
        if text_of(theirs) == self._text:
            return self._first_reason(mutant)
        return RENAMED if self._is_renamed(theirs, _other_than_in_case) else None

    def is_equal_once_renamed(self, mutant: Document) -> bool:
        """Whether copies of a mutant are equal, though it is not: a name in another letter case, renamed, is a name."""
        return self._is_renamed(normal(mutant), _other)

    def _first_reason(self, mutant: Document) -> str:
        mine, theirs = self._document, mutant
        for reason, take_away in NORMAL.items():
            mine, theirs = take_away(mine), take_away(theirs)
            if text_of(mine) == text_of(theirs):
                return reason
        raise AssertionError("the last step makes them equal, as `normal` did")

    def _is_renamed(self, theirs: Any, may_swap: _MaySwap) -> bool:
        """Swap what stands at the same place, once and again, while that leads on."""
        tried: set[tuple[_Key, _Key]] = set()
        for _ in range(_ROUNDS):
            swap = next((s for s in _differing(self._normal, theirs, "", may_swap) if s not in tried), None)
            if swap is None:
                return False
            tried.add(swap)
            theirs = in_order(renamed_in(theirs, _swapping(*swap)))
            if text_of(theirs) == self._text:
                return True
        return False


def _swapping(a: _Key, b: _Key) -> Any:
    other = {a: b[1], b: a[1]}
    return lambda kind, normal: other.get((kind, normal), normal)


_MaySwap = Callable[[Identifier, Identifier], bool]


def _other(a: Identifier, b: Identifier) -> bool:
    return a.kind == b.kind and a.normal != b.normal


def _other_than_in_case(a: Identifier, b: Identifier) -> bool:
    return a.kind == b.kind and a.normal.lower() != b.normal.lower()


def _differing(mine: Any, theirs: Any, member: str, may_swap: _MaySwap) -> Iterator[tuple[_Key, _Key]]:
    """Pairs of identifiers at the same place."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        for name in mine.keys() & theirs.keys() if mine.keys() != theirs.keys() else mine:
            yield from _differing(mine[name], theirs[name], name, may_swap)
    elif isinstance(mine, list) and isinstance(theirs, list):
        for a, b in zip(mine, theirs, strict=False):
            yield from _differing(a, b, member, may_swap)
    elif isinstance(mine, str) and isinstance(theirs, str) and mine != theirs:
        for a, b in zip(identifiers(mine, member), identifiers(theirs, member), strict=False):
            if may_swap(a, b):
                yield _key(a), _key(b)


def _key(found: Identifier) -> _Key:
    return found.kind, found.normal
