"""Two traces beside each other, moment by moment, for whoever shows them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, zip_longest
from typing import Any

from harness.cassette.format import Direction
from harness.cassette.scenario import ABSENT
from harness.cassette.trace import Exchange, Told
from harness.compare.comparing import Comparing


@dataclass(frozen=True, slots=True)
class Moment:
    """A request with its answer, or a notification: what was recorded beside what the fake did.

    path: as drifts name it (`requests/1`, `notifications/2`, `notifications/extra/updated call terminating`).
    line: what it is in one line. started: when it was recorded, where that is known. recorded, fake: the trees that
    drifts' paths lead into, ids as roles; `ABSENT` where a side has none. A request is `{"method", "url", "body",
    "response": {"status", "headers", "body"}}`; a notification its own members beside `callback`, `headers` and
    `envelope`.
    """

    path: str
    direction: Direction
    line: str
    recorded: Any
    fake: Any
    started: str | None = None


def moments(comparing: Comparing) -> tuple[Moment, ...]:
    """Both traces in recorded order; what only the fake did stands behind what the fake did before it."""
    rows = [*_exchanges(comparing), *_notifications(comparing)]
    both = sorted((theirs.at, mine.at) for mine, theirs, _ in rows if mine and theirs)
    latest = [-1, *accumulate((mine for _, mine in both), max)]

    def place(row: _Row) -> tuple[int, int, int]:
        mine, theirs, _ = row
        if mine is not None:
            return mine.at, 0, 0
        at = theirs.at if theirs else 0
        before = bisect_left(both, (at, -1))
        return latest[before], 1, at

    return tuple(moment for _, _, moment in sorted(rows, key=place))


_Row = tuple[Exchange | Told | None, Exchange | Told | None, Moment]


def _exchanges(comparing: Comparing) -> Iterator[_Row]:
    pairs = zip_longest(comparing.recorded.exchanges, comparing.fake.exchanges)
    for number, (mine, theirs) in enumerate(pairs, 1):
        line = comparing.line(mine, comparing.mine) if mine else comparing.line(theirs, comparing.theirs)
        moment = Moment(
            f"requests/{number}",
            Direction.CLIENT_TO_GRAPH,
            line,
            comparing.mine.exchange(mine) if mine else ABSENT,
            comparing.theirs.exchange(theirs) if theirs else ABSENT,
            mine.started if mine else None,
        )
        yield mine, theirs, moment


def _notifications(comparing: Comparing) -> Iterator[_Row]:
    fake = comparing.fake.notifications
    for position, mine in enumerate(comparing.recorded.notifications):
        theirs = fake[comparing.pairs[position]] if position in comparing.pairs else None
        moment = Moment(
            f"notifications/{position + 1}",
            Direction.GRAPH_TO_BOT,
            comparing.summary(position),
            comparing.mine.told(mine),
            comparing.theirs.told(theirs) if theirs else ABSENT,
            mine.started,
        )
        yield mine, theirs, moment
    for position, path, line in comparing.extra():
        told = fake[position]
        yield None, told, Moment(path, Direction.GRAPH_TO_BOT, line, ABSENT, comparing.theirs.told(told))
