"""Two trees printed beside each other, line against line, with what differs marked where it stands.

Lines stand opposite each other: where one side holds nothing it has an empty line. Linear in the size of both trees.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

from markupsafe import Markup, escape

from harness.cassette.scenario import ABSENT
from harness.report.wording import json_text, visible

SIGNS: Final = {"drift": "≠", "known": "≈", "unseen": "?"}
"""What stands before a line that differs, so that it is not told by colour alone."""

_LONGEST: Final = 2000

Marks = Mapping[str, str]
"""Path of a difference -> one of `SIGNS`."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of both sides; None where one has none."""

    recorded: str | None
    fake: str | None
    mark: str = ""


def side_by_side(recorded: Any, fake: Any, path: str, marks: Marks) -> Iterator[Line]:
    """The lines of two trees, which drifts' paths lead into below `path`."""
    yield from _pair(recorded, fake, _Place(path, marks.get(path, ""), "", "", 0), marks)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands: its path, the mark of what it is part of, what is before and behind it, how deep."""

    path: str
    mark: str
    before: str
    behind: str
    depth: int

    def text(self, text: str) -> str:
        return f"{'  ' * self.depth}{self.before}{text}{self.behind}"

    def inside(self, key: str | int, is_last: bool, marks: Marks) -> _Place:
        path = f"{self.path}/{key}"
        before = f"{visible(json_text(key))}: " if isinstance(key, str) else ""
        return _Place(path, marks.get(path, self.mark), before, "" if is_last else ",", self.depth + 1)

    def closing(self, bracket: str) -> str:
        return f"{'  ' * self.depth}{bracket}{self.behind}"


def _pair(recorded: Any, fake: Any, place: _Place, marks: Marks) -> Iterator[Line]:
    if type(recorded) is not type(fake) or not isinstance(recorded, dict | list) or not (recorded and fake):
        left, right = _lines(recorded, place, marks), _lines(fake, place, marks)
        for mine, theirs in zip_longest(left, right, fillvalue=(None, "")):
            yield Line(mine[0], theirs[0], mine[1] or theirs[1])
        return
    opening, closing = "{}" if isinstance(recorded, dict) else "[]"
    head = f"{'  ' * place.depth}{place.before}{opening}"
    yield Line(head, head, place.mark)
    keys = list(dict.fromkeys([*_keys(recorded), *_keys(fake)]))
    for key in keys:
        inside = place.inside(key, key == keys[-1], marks)
        yield from _pair(_at(recorded, key), _at(fake, key), inside, marks)
    yield Line(place.closing(closing), place.closing(closing), place.mark)


def _lines(value: Any, place: _Place, marks: Marks) -> Iterator[tuple[str | None, str]]:
    """The lines of one side, each with its mark."""
    if value is ABSENT:
        return
    if not isinstance(value, dict | list) or not value:
        yield place.text(_scalar(value)), place.mark
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield f"{'  ' * place.depth}{place.before}{opening}", place.mark
    keys = _keys(value)
    for key in keys:
        yield from _lines(_at(value, key), place.inside(key, key == keys[-1], marks), marks)
    yield place.closing(closing), place.mark


def _keys(value: Any) -> list[Any]:
    return list(value) if isinstance(value, dict) else list(range(1, len(value) + 1))


def _at(value: Any, key: Any) -> Any:
    if isinstance(value, dict):
        return value.get(key, ABSENT)
    return value[key - 1] if key <= len(value) else ABSENT


def _scalar(value: Any) -> str:
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"{visible(json_text(value[:_LONGEST]))}… {len(value)} characters"
    return visible(json_text(value))


def marked_up(lines: list[Line], side: str) -> Markup:
    """One side as it stands in a page; a gap is an empty line that a narrow page leaves out."""
    return Markup("").join(_marked_up(getattr(line, side), line.mark) for line in lines)


def _marked_up(text: str | None, mark: str) -> Markup:
    if text is None:
        return Markup('<i class="gap"> </i>')
    if not mark:
        return Markup("  ") + escape(text) + "\n"
    return Markup('<mark class="{}">{} {}</mark>').format(mark, SIGNS[mark], text)
