"""Whether a mutant is equal to its document by construction, and why.

Equal: what does not count set aside (`normal`), a one-to-one map of identifiers turns one into the other. The oracle
looks for that map and puts it to the test: written into the mutant, it must give the very same document. So what it
calls equal is equal, however it came upon the map.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, zip_longest
from typing import Any, Final

from tests.properties.documents import Document, text_of
from tests.properties.identifiers import Identifier, identifiers, renamed_in
from tests.properties.normal import NORMAL, filled_in, in_order, is_keyed, normal

BY_FORM: Final = "of what the sanitiser took away the form counts"
RENAMED: Final = "a one-to-one map of identifiers undoes it"
REASONS: Final = (BY_FORM, *NORMAL, RENAMED)

_ROUNDS: Final = 2, 6
"""How many swaps of two identifiers are tried one after another: at first sight, and with patience."""
_AT_ONCE: Final = 8, 24
"""Of how many the best is taken."""
_STARTS: Final = 1, 4
"""How often it is begun anew, without the swaps that were first before."""

_Key = tuple[str, str]
_Swap = tuple[_Key, _Key]


class Oracle:
    """Judges the mutants of one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._normal = normal(document)
        self._text = text_of(self._normal)

    def why_equal(self, mutant: Document, *, patient: bool = False) -> str | None:
        """The reason, one of `REASONS`; None where the mutant differs.

        patient: look longer for a map of identifiers. What was found at first sight stays so.
        """
        filled = filled_in(self._document, mutant)
        if text_of(normal(filled)) == self._text:
            return self._first_reason(mutant, filled)
        return RENAMED if self._is_renamed(filled, _other_than_in_case, patient) else None

    def is_equal_once_renamed(self, mutant: Document) -> bool:
        """Whether copies of a mutant are equal, though it is not: a name in another letter case, renamed, is a name."""
        return self._is_renamed(filled_in(self._document, mutant), _other, patient=True)

    def _first_reason(self, mutant: Document, filled: Document) -> str:
        if filled != mutant:
            return BY_FORM
        mine, theirs = self._document, mutant
        for reason, take_away in NORMAL.items():
            mine, theirs = take_away(mine), take_away(theirs)
            if text_of(mine) == text_of(theirs):
                return reason
        raise AssertionError("the last step makes them equal, as `normal` did")

    def _is_renamed(self, mutant: Document, may_swap: _MaySwap, patient: bool) -> bool:
        """Whether swaps lead to the document; where the first one leads astray, another goes first.

        At last one goes first that seems to lead away: two calls may be swapped, and with them who is in them.
        """
        refused: list[_Swap] = []
        for _ in range(_STARTS[patient]):
            taken = self._swaps(mutant, may_swap, patient, refused)
            if taken is None:
                return True
            refused += taken[:1]
        first = list(dict.fromkeys(_differing(self._document, mutant, may_swap))) if patient else []
        begun = (renamed_in(mutant, _swapping(*swap)) for swap in first[: _STARTS[patient]])
        return any(self._swaps(each, may_swap, patient, first) is None for each in begun)

    def _swaps(
        self, mutant: Document, may_swap: _MaySwap, patient: bool, refused: Sequence[_Swap]
    ) -> Sequence[_Swap] | None:
        """Swap what stands at the same place: the pair that leaves least to explain, again and again.

        None when that is nothing; else what was swapped.
        """
        theirs = normal(mutant)
        swaps = dict.fromkeys(_differing(self._document, mutant, may_swap))
        taken: list[_Swap] = []
        for _ in range(_ROUNDS[patient]):
            swaps |= dict.fromkeys(_differing(self._normal, theirs, may_swap))
            swaps |= dict.fromkeys(_crosswise(theirs, may_swap) if patient else ())
            open_ = [swap for swap in swaps if swap not in taken and swap not in refused][: _AT_ONCE[patient]]
            swapped = [(swap, in_order(renamed_in(theirs, _swapping(*swap)))) for swap in open_]
            if any(text_of(each) == self._text for _, each in swapped):
                return None
            if not swapped:
                break
            swap, theirs = min(swapped, key=lambda each: _distance(self._normal, each[1]))
            taken.append(swap)
        return taken


def _swapping(a: _Key, b: _Key) -> Any:
    other = {a: b[1], b: a[1]}
    return lambda kind, normal: other.get((kind, normal), normal)


def _distance(mine: Any, theirs: Any) -> int:
    """At how many places two documents differ."""
    return sum(text_of(a) != text_of(b) for a, b, _ in _side_by_side(mine, theirs, ""))


def _side_by_side(mine: Any, theirs: Any, member: str) -> Iterator[tuple[Any, Any, str]]:
    """The leaves at the same places, each with its member."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        for name in dict.fromkeys((*mine, *theirs)):
            yield from _side_by_side(mine.get(name), theirs.get(name), name)
    elif isinstance(mine, list) and isinstance(theirs, list):
        for a, b in zip_longest(mine, theirs):
            yield from _side_by_side(a, b, member)
    else:
        yield mine, theirs, member


_MaySwap = Callable[[Identifier, Identifier], bool]


def _other(a: Identifier, b: Identifier) -> bool:
    return a.kind == b.kind and a.normal != b.normal


def _other_than_in_case(a: Identifier, b: Identifier) -> bool:
    return a.kind == b.kind and a.normal.lower() != b.normal.lower()


def _differing(mine: Any, theirs: Any, may_swap: _MaySwap) -> Iterator[_Swap]:
    """Pairs of identifiers at the same place."""
    for one, another, member in _side_by_side(mine, theirs, ""):
        if isinstance(one, str) and isinstance(another, str) and one != another:
            for a, b in zip(identifiers(one, member), identifiers(another, member), strict=False):
                if may_swap(a, b):
                    yield (a.kind, a.normal), (b.kind, b.normal)


def _crosswise(value: Any, may_swap: _MaySwap) -> Iterator[_Swap]:
    """Pairs of identifiers at the same place of two entries of a collection: either entry may be the other."""
    branches = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, list) and is_keyed(value):
        for one, another in combinations(value, 2):
            yield from _differing(one, another, may_swap)
    for branch in branches:
        yield from _crosswise(branch, may_swap)
