"""Paths and patterns: which differences are accepted, which were not seen, and which entries no longer hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from heapq import merge
from typing import Any, Final, Generic, TypeVar

from harness.cassette.scenario import ABSENT, Known, Unseen
from harness.compare.drift import Drift, same

_STAR: Final = re.compile(r"(?<!\\)\*")


_Entry = TypeVar("_Entry", Known, Unseen)


def has_star(pattern: str) -> bool:
    """Whether a pattern may match more than one path; an escaped star counts as one that may."""
    return "*" in pattern


def escaped(path: str) -> str:
    """The pattern that matches a path and nothing else."""
    return path.replace("*", r"\*")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    r"""`*`: any part of one segment; `**` as a segment: any number of segments; `\*`: a star; all else is literal."""
    parts = []
    for segment in pattern.split("/"):
        if segment == "**":
            parts.append("(?:[^/]+/)*")
        else:
            parts.append("[^/]*".join(re.escape(text.replace(r"\*", "*")) for text in _STAR.split(segment)) + "/")
    return re.compile("".join(parts))


def path_matches(pattern: str, path: str) -> bool:
    return _compiled(pattern).fullmatch(f"{path}/") is not None


def held_at(pattern: str, tree: Any) -> str | None:
    """The path of a value in a rendered tree that a pattern matches, going only where the pattern leads."""
    return next(_held(tuple(pattern.split("/")), tree, ()), None)


def _held(segments: tuple[str, ...], tree: Any, path: tuple[str, ...]) -> Iterator[str]:
    if not segments:
        yield "/".join(path)
        return
    first, rest = segments[0], segments[1:]
    if first == "**":
        yield from _held(rest, tree, path)
    for name, branch in _branches(tree, first):
        yield from _held(segments if first == "**" else rest, branch, (*path, name))


def _branches(tree: Any, segment: str) -> list[tuple[str, Any]]:
    """The branches that a segment of a pattern leads to."""
    branches = tree if isinstance(tree, dict) else {}
    if isinstance(tree, list):
        branches = {str(number): branch for number, branch in enumerate(tree, 1)}
    if "*" not in segment:
        return [(segment, branches[segment])] if segment in branches else []
    return [(name, branch) for name, branch in branches.items() if segment == "**" or path_matches(segment, name)]


@dataclass(frozen=True, slots=True)
class Judgement:
    """open: drifts that nobody accepts. stale: known drifts that no longer occur."""

    open: tuple[Drift, ...]
    accepted: tuple[tuple[Drift, Known], ...]
    stale: tuple[Known, ...]


def judge(drifts: Sequence[Drift], known: Sequence[Known]) -> Judgement:
    """Sort drifts into open and accepted ones. The first entry that fits accepts: one drift, with a star also more."""
    open_: list[Drift] = []
    accepted: list[tuple[Drift, Known]] = []
    used: set[int] = set()
    entries = _Entries(known)
    for drift in drifts:
        fitting = (k for k in entries.at(drift.path) if _accepts(k, drift) and (has_star(k.path) or id(k) not in used))
        entry = next(fitting, None)
        if entry is None:
            open_.append(drift)
        else:
            accepted.append((drift, entry))
            used.add(id(entry))
    return Judgement(tuple(open_), tuple(accepted), tuple(k for k in known if id(k) not in used))


def _accepts(known: Known, drift: Drift) -> bool:
    return (
        known.kind == drift.kind and _same_side(known.recorded, drift.recorded) and _same_side(known.fake, drift.fake)
    )


def _same_side(wanted: Any, given: Any) -> bool:
    if wanted is ABSENT or given is ABSENT:
        return wanted is given
    return same(wanted, given)


def unseen_of(
    drifts: Sequence[Drift], unseen: Sequence[Unseen]
) -> tuple[list[Drift], list[tuple[Drift, Unseen]], list[Unseen]]:
    """Drifts that remain, those at paths that the source did not show, and unseen paths at which nothing differs.

    What the fake did once too often is no question of what the source showed.
    """
    remaining: list[Drift] = []
    hidden: list[tuple[Drift, Unseen]] = []
    used: set[int] = set()
    entries = _Entries(unseen)
    for drift in drifts:
        is_fake_alone = drift.recorded is ABSENT and drift.kind != "duplicate"
        entry = next(entries.at(drift.path), None) if is_fake_alone else None
        if entry is None:
            remaining.append(drift)
        else:
            hidden.append((drift, entry))
            used.add(id(entry))
    return remaining, hidden, [u for u in unseen if id(u) not in used]


class _Entries(Generic[_Entry]):
    """Entries of a scenario file, those whose path has no star found by it."""

    def __init__(self, entries: Sequence[_Entry]) -> None:
        self._literal: dict[str, list[tuple[int, _Entry]]] = {}
        self._starred: list[tuple[int, _Entry]] = []
        for number, entry in enumerate(entries):
            if has_star(entry.path):
                self._starred.append((number, entry))
            else:
                self._literal.setdefault(entry.path, []).append((number, entry))

    def at(self, path: str) -> Iterator[_Entry]:
        """Those whose path matches, in their order."""
        starred = (pair for pair in self._starred if path_matches(pair[1].path, path))
        return (entry for _, entry in merge(self._literal.get(path, ()), starred, key=lambda pair: pair[0]))
