"""Drifts: the differences between two rendered trees, each with its path and kind. The only user of deepdiff.

Equality is decided first, type-exactly and in linear time; deepdiff explains what differs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from deepdiff import DeepDiff

from harness.cassette.placeholders import Placeholders, is_free_text
from harness.cassette.scenario import ABSENT

_ROLE: Final = re.compile(r"<[A-Za-z ]+:\d+")
_ENTRY: Final = re.compile(r"(?:\w+ [^<]*<.+>[^>]*?|\w+ |nobody)(?P<again> \(\d+\))?")
"""Key of a roster entry, as the rendering writes it."""

_ALIKE: Final = (ABSENT, ABSENT)
_CHANGES: Final = ("values_changed", "type_changes")
_ADDITIONS: Final = ("dictionary_item_added", "iterable_item_added")
_REMOVALS: Final = ("dictionary_item_removed", "iterable_item_removed")


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference. `path`: segments joined by `/`; `kind`: one of `harness.cassette.scenario.KINDS`.

    recorded, fake: both values with identifiers as roles, `ABSENT` where a side holds nothing.
    """

    path: str
    kind: str
    recorded: Any
    fake: Any
    note: str = ""


def same(a: Any, b: Any) -> bool:
    """Whether two JSON values are equal, their types included (true is not 1, 1 is not 1.0)."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(value, b[name]) for name, value in a.items())
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)


def differences(recorded: Any, fake: Any, root: str, placeholders: Placeholders | None = None) -> list[Drift]:
    """What differs between two rendered trees, paths below `root`, in path order.

    placeholders: for what the recorded ones stand, of which only the form is compared.
    """
    mine, theirs = _unlike(recorded, fake, placeholders or Placeholders())
    if mine is ABSENT:
        return []
    found = DeepDiff(
        mine,
        theirs,
        view="tree",
        verbose_level=2,
        ignore_order=False,
        threshold_to_diff_deeper=0,  # else unlike objects are one change as a whole
        zip_ordered_iterables=True,  # else lists are aligned by hash, and there true is 1
        ignore_private_variables=False,  # else members called `__…` are passed over
    )
    drifts = [drift for levels in found.items() for drift in _drifts(*levels, root)]
    drifts += _conflicts(mine, theirs, root)
    if not drifts:
        drifts = [Drift(root, "value", recorded, fake, "deepdiff sees no difference")]
    return sorted(drifts, key=_in_order)


def _in_order(drift: Drift) -> list[tuple[int, str]]:
    """By path, numbers as numbers, and the status first, of which all else comes."""
    names = drift.path.split("/")
    return [(int(n), "") if n.isdecimal() else (-1, n) if n == "status" else (0, n) for n in names]


def _conflicts(mine: Any, theirs: Any, path: str) -> Iterator[Drift]:
    """Placeholders that are told back as they are, but stood for something else before: texts that do not differ."""
    if isinstance(mine, dict) and isinstance(theirs, dict):
        for name in mine.keys() & theirs.keys():
            yield from _conflicts(mine[name], theirs[name], f"{path}/{name}")
    elif isinstance(mine, list) and isinstance(theirs, list):
        for number, (a, b) in enumerate(zip(mine, theirs, strict=False), 1):
            yield from _conflicts(a, b, f"{path}/{number}")
    elif is_free_text(mine) and mine == theirs:
        yield Drift(path, "value", mine, theirs)


def _unlike(a: Any, b: Any, known: Placeholders) -> tuple[Any, Any]:
    """Two trees without the members in which they are the same, so that deepdiff, which is slow, sees what differs.

    Twice `ABSENT` where nothing differs. Lists keep their length: their items have numbers.
    """
    if isinstance(a, dict) and isinstance(b, dict):
        both = {name: _unlike(a[name], b[name], known) for name in a.keys() & b.keys()}
        mine = {n: both[n][0] if n in both else v for n, v in a.items() if n not in both or both[n][0] is not ABSENT}
        theirs = {n: both[n][1] if n in both else v for n, v in b.items() if n not in both or both[n][0] is not ABSENT}
        return (mine, theirs) if mine or theirs else _ALIKE
    if isinstance(a, list) and isinstance(b, list):
        items = [_unlike(*pair, known) for pair in zip(a, b, strict=False)]
        if len(a) == len(b) and all(mine is ABSENT for mine, _ in items):
            return _ALIKE
        left, right = ([None if pair[0] is ABSENT else pair[side] for pair in items] for side in (0, 1))
        return left + a[len(items) :], right + b[len(items) :]
    return _ALIKE if known.stands_for(a, b) or (same(a, b) and not is_free_text(a)) else (a, b)


def _drifts(report: str, levels: Any, root: str) -> Iterator[Drift]:
    for level in levels:
        keys = level.path(output_format="list")
        path = "/".join([root, *(str(k + 1) if isinstance(k, int) else str(k) for k in keys)])
        if report in _ADDITIONS:
            entry = _ENTRY.fullmatch(str(keys[-1]))
            yield Drift(path, "duplicate" if entry and entry["again"] else "extra", ABSENT, level.t2)
        elif report in _REMOVALS:
            yield Drift(path, "missing", level.t1, ABSENT)
        elif report in _CHANGES and _are_rosters(level.t1, level.t2):
            yield from (Drift(f"{path}/{who}", "missing", entry, ABSENT) for who, entry in _entries(level.t1))
            yield from (Drift(f"{path}/{who}", "extra", ABSENT, entry) for who, entry in _entries(level.t2))
        elif report in _CHANGES:
            yield Drift(path, kind_of_change(level.t1, level.t2), level.t1, level.t2)
        else:
            yield Drift(path, "value", level.t1, level.t2, report)


def _are_rosters(a: Any, b: Any) -> bool:
    """Whether one is a roster and the other the empty list, which does not show that it is one."""
    empty, other = (a, b) if a == [] else (b, a)
    return empty == [] and isinstance(other, dict) and bool(other) and all(map(_ENTRY.fullmatch, other))


def _entries(roster: Any) -> Iterator[tuple[str, Any]]:
    yield from roster.items() if isinstance(roster, dict) else ()


def kind_of_change(recorded: Any, fake: Any) -> str:
    """Letter case only, another identifier in the same text, another type, or another value."""
    if type(recorded) is not type(fake):
        return "type"
    if not isinstance(recorded, str):
        return "value"
    if recorded.lower() == fake.lower():
        return "letter-case"
    mine, theirs = _ROLE.sub("<", recorded.lower()), _ROLE.sub("<", fake.lower())
    return "identifier" if mine == theirs and "<" in mine else "value"
