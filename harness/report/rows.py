"""The timeline of one result as rows: a moment each, with what it says on both sides and what differs there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from markupsafe import Markup

from harness.cassette.format import Direction
from harness.cassette.scenario import ABSENT
from harness.compare.drift import same
from harness.compare.moments import Moment
from harness.compare.verdict import Result
from harness.report.lines import Line, marked_up, side_by_side
from harness.report.timeline import about

_LONGEST: Final = 1500
"""Lines of one moment that are shown."""

_ADDRESS: Final = re.compile(r"(\S+ )(https?://[^/\s]+(?:/(?:v1\.0|beta))?)(/.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Row:
    """A moment as it is shown.

    arrow: which way it went. verb, base, rest: its line in three parts. recorded, fake: what each side says in short.
    counts: open drifts, known and unseen ones in it. is_first: whether it is where the sides first part. body, other:
    both trees as lines; `other` is empty where they are equal. is_cut: whether the trees are longer than what is shown.
    """

    number: int
    moment: Moment
    arrow: str
    verb: str
    base: str
    rest: str
    recorded: str
    fake: str
    counts: Counter[str]
    is_first: bool
    body: Markup
    other: Markup
    is_cut: bool


class Budget:
    """How many lines a page may still hold."""

    def __init__(self, lines: int) -> None:
        self._left = lines

    def take(self, lines: Iterable[Line]) -> tuple[list[Line], bool]:
        """The lines that there is room for, and whether there were more."""
        room = min(self._left, _LONGEST)
        taken = list(islice(lines, room + 1))
        self._left -= min(len(taken), room)
        return taken[:room], len(taken) > room


def rows(result: Result, budget: Budget) -> tuple[Row, ...]:
    """The moments of a result in order."""
    places = placed(result)
    found = [
        *((drift, "unseen") for drift, _ in result.unseen),
        *((drift, "known") for drift, _ in result.known),
        *((drift, "drift") for drift in result.drifts),
    ]
    # Another order is no difference of what is told: no line holds it.
    marks = {drift.path: mark for drift, mark in found if drift.kind != "order"}
    counts: dict[int, Counter[str]] = {}
    for drift, mark in reversed(found):
        number = places.of(drift.path)
        if number is not None:
            counts.setdefault(number, Counter())[mark] += 1
    first = min((number for number, counter in counts.items() if counter["drift"]), default=0)
    return tuple(
        _row(number, moment, counts.get(number, Counter()), number == first, marks, budget)
        for number, moment in enumerate(result.moments, 1)
    )


@dataclass(frozen=True, slots=True)
class Places:
    """Numbers of moments by their paths."""

    numbers: Mapping[str, int]

    def of(self, path: str) -> int | None:
        """The moment into which the path of a drift leads."""
        while path not in self.numbers:
            path, slash, _ = path.rpartition("/")
            if not slash:
                return None
        return self.numbers[path]


def placed(result: Result) -> Places:
    numbers: dict[str, int] = {}
    for number, moment in enumerate(result.moments, 1):
        numbers.setdefault(moment.path, number)
    return Places(numbers)


def _row(
    number: int, moment: Moment, counts: Counter[str], is_first: bool, marks: Mapping[str, str], budget: Budget
) -> Row:
    is_equal = same(moment.recorded, moment.fake)
    lines, is_cut = budget.take(side_by_side(moment.recorded, moment.fake, moment.path, marks))
    parts = _ADDRESS.fullmatch(moment.line)
    verb, base, rest = parts.groups() if parts else ("", "", moment.line)
    return Row(
        number=number,
        moment=moment,
        arrow="→" if moment.direction is Direction.CLIENT_TO_GRAPH else "←",
        verb=verb,
        base=base,
        rest=rest,
        recorded=_in_short(moment.recorded, moment),
        fake=_in_short(moment.fake, moment),
        counts=counts,
        is_first=is_first,
        body=marked_up(lines, "recorded"),
        other=Markup("") if is_equal else marked_up(lines, "fake"),
        is_cut=is_cut,
    )


def _in_short(tree: Any, moment: Moment) -> str:
    """`200 · call · establishing`, `participant · 3 in the roster`, or that there is nothing."""
    is_request = moment.direction is Direction.CLIENT_TO_GRAPH
    if tree is ABSENT:
        return "not sent" if is_request else "not told"
    if is_request:
        answer = tree.get("response", {})
        return f"{answer.get('status', 'not seen')}{about(answer.get('body'))}"
    data = tree.get("resourceData")
    said = f" · {len(data)} in the roster" if _is_roster(data) else about(data)
    return f"{tree.get('changeType', '?')}{said}"


def _is_roster(data: Any) -> bool:
    """Whether a notification tells a roster, of which a comparison makes entries by who is in it."""
    if isinstance(data, dict):
        return bool(data) and all(isinstance(entry, dict) for entry in data.values())
    return isinstance(data, list)
