"""The comparison of two traces: bind identifiers, pair notifications, explain what differs.

Equal means: a one-to-one map of identifiers turns one trace into the other, with times by form, rosters by identity,
notifications by resource and cause, order per resource, and everything else exactly. Nothing is ignored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from harness.cassette.binding import Binding, Side
from harness.cassette.scenario import ABSENT, Unseen
from harness.cassette.walking import walk
from harness.compare.drift import Drift, differences, same
from harness.compare.known import held_at, unseen_of
from harness.compare.pairing import Subject, misplaced, pair, subject_of
from harness.compare.rendering import Renderer
from harness.compare.trace import Exchange, Told, Trace
from harness.errors import HarnessError


class HiddenValue(HarnessError):
    """An `unseen` path at which the cassette holds a value."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """drifts: what differs. unseen: what differs where the source shows nothing. unseen_unused: paths without use."""

    drifts: tuple[Drift, ...]
    unseen: tuple[Drift, ...]
    unseen_unused: tuple[Unseen, ...]
    binding: Binding

    @property
    def ids_bound(self) -> int:
        return len(self.binding)


def compare(recorded: Trace, fake: Trace, *, unseen: Sequence[Unseen] = (), order: str = "resource") -> Comparison:
    """How the fake's trace differs from the recorded one.

    order: `resource`, or `total`: which order of notifications counts.
    Raises: HiddenValue when an `unseen` path hides a recorded value.
    """
    comparing = Comparing(recorded, fake)
    comparing.bind()
    comparing.refuse_hidden(unseen)
    drifts = [*comparing.exchanges(), *comparing.notifications(), *comparing.order(order)]
    remaining, hidden, unused = unseen_of(drifts, unseen)
    return Comparison(tuple(remaining), tuple(hidden), tuple(unused), comparing.binding)


def bound(recorded: Trace, fake: Trace) -> Binding:
    """The binding of two traces, without what differs."""
    comparing = Comparing(recorded, fake)
    comparing.bind()
    return comparing.binding


class Comparing:
    """Two traces on their way to a comparison: `bind` first, then ask for what differs."""

    def __init__(self, recorded: Trace, fake: Trace) -> None:
        self.binding = Binding()
        self.recorded = recorded
        self.fake = fake
        self.mine = Renderer(self.binding, Side.RECORDED)
        self.theirs = Renderer(self.binding, Side.FAKE)
        self._subjects = [subject_of(told) for told in recorded.notifications]
        self._fake_subjects = [subject_of(told) for told in fake.notifications]
        self.pairs: dict[int, int] = {}

    def bind(self) -> None:
        """Requests first, which are the same on both sides but for the fake's own ids; then answers; then the rest."""
        both = list(zip(self.recorded.exchanges, self.fake.exchanges, strict=False))
        for number, (mine, theirs) in enumerate(both, 1):
            walk(self.binding, _asked(mine), _asked(theirs), ("requests", str(number)))
        for number, (mine, theirs) in enumerate(both, 1):
            walk(self.binding, _answered(mine), _answered(theirs), ("requests", str(number), "response"))
        for position, told in enumerate(self.recorded.notifications, 1):
            walk(self.binding, _told(told), None, ("notifications", str(position)))
        self.pairs = pair(self.binding, self._subjects, self._fake_subjects, self._learn)

    def _learn(self, mine: int, theirs: int) -> None:
        told, other = self.recorded.notifications[mine], self.fake.notifications[theirs]
        walk(self.binding, _told(told), _told(other), ("notifications", str(mine + 1)))

    def refuse_hidden(self, unseen: Sequence[Unseen]) -> None:
        trees = [
            *((f"requests/{n}", self.mine.exchange(e)) for n, e in enumerate(self.recorded.exchanges, 1)),
            *((f"notifications/{n}", self.mine.told(t)) for n, t in enumerate(self.recorded.notifications, 1)),
        ]
        for entry in unseen:
            found = next(filter(None, (held_at(entry.path, tree, root) for root, tree in trees)), None)
            if found is not None:
                raise HiddenValue(
                    f"unseen {entry.path!r} hides a value that the cassette holds at {found!r}: "
                    "name only paths that the source did not show"
                )

    def exchanges(self) -> list[Drift]:
        recorded, fake = self.recorded.exchanges, self.fake.exchanges
        drifts: list[Drift] = []
        for n in range(max(len(recorded), len(fake))):
            root = f"requests/{n + 1}"
            if n >= len(fake):
                drifts.append(Drift(root, "missing", self.line(recorded[n], self.mine), ABSENT))
            elif n >= len(recorded):
                drifts.append(Drift(root, "extra", ABSENT, self.line(fake[n], self.theirs)))
            else:
                drifts += self._explained(self.mine.exchange(recorded[n]), self.theirs.exchange(fake[n]), root)
        return drifts

    def notifications(self) -> list[Drift]:
        drifts: list[Drift] = []
        for position, told in enumerate(self.recorded.notifications):
            root = f"notifications/{position + 1}"
            other = self.pairs.get(position)
            if other is None:
                drifts.append(Drift(root, "missing", self.summary(position), ABSENT))
            else:
                theirs = self.theirs.told(self.fake.notifications[other])
                drifts += self._explained(self.mine.told(told), theirs, root)
        return [*drifts, *self._extra()]

    def _extra(self) -> list[Drift]:
        """Notifications that only the fake sent; another copy of one that it sent before is a duplicate."""
        drifts = []
        for position, path, summary in self.extra():
            told = self.fake.notifications[position]
            again = any(_is_copy(told, earlier) for earlier in self.fake.notifications[:position])
            drifts.append(Drift(path, "duplicate" if again else "extra", ABSENT, summary))
        return drifts

    def extra(self) -> Iterator[tuple[int, str, str]]:
        """Notifications that only the fake sent: position, path and summary."""
        paired = set(self.pairs.values())
        for position, (told, subject) in enumerate(zip(self.fake.notifications, self._fake_subjects, strict=True)):
            if position not in paired:
                yield position, f"notifications/extra/{_name(subject)}", _summary(told, subject, self.theirs)

    def order(self, order: str) -> list[Drift]:
        drifts = []
        for before, after in misplaced(self._subjects, self.pairs, order):
            first, second = self.summary(before), self.summary(after)
            path = f"notifications/{after + 1}"
            drifts.append(Drift(path, "order", f"{first}, then {second}", f"{second}, then {first}"))
        return drifts

    def _explained(self, mine: Any, theirs: Any, root: str) -> list[Drift]:
        """The differences of two trees; an identifier used inconsistently with the places where it was bound."""
        return [self._with_places(d) if d.kind == "identifier" else d for d in differences(mine, theirs, root)]

    def _with_places(self, drift: Drift) -> Drift:
        note = f"first bound: {self.binding.first_places(drift.recorded, drift.fake)}"
        return Drift(drift.path, drift.kind, drift.recorded, drift.fake, note)

    def line(self, exchange: Exchange, renderer: Renderer) -> str:
        return f"{exchange.method} {renderer.value(exchange.url)}"

    def summary(self, position: int) -> str:
        return _summary(self.recorded.notifications[position], self._subjects[position], self.mine)


def _is_copy(a: Told, b: Told) -> bool:
    """Whether a bot is told the same; the numbers that each delivery gets are in the headers."""
    return a.callback == b.callback and same(a.item, b.item)


def _summary(told: Told, subject: Subject, renderer: Renderer) -> str:
    """`updated /communications/calls/<call:1> terminating`."""
    item = told.item if isinstance(told.item, dict) else {}
    path = renderer.value(str(item.get("resourceUrl") or item.get("resource") or "?"))
    return " ".join(filter(None, (subject.change_type or "None", path, subject.state)))


def _name(subject: Subject) -> str:
    """`updated call terminating`: change type, kind of resource, state if there is one."""
    parts = [p for p in subject.resource.split("/") if p and p != "<>"]
    kind = parts[-1] if parts else "resource"
    singular = {"calls": "call", "operations": "operation"}.get(kind, kind)
    return " ".join(filter(None, (subject.change_type or "None", singular, subject.state)))


def _asked(exchange: Exchange) -> dict[str, Any]:
    return {"url": exchange.url, "body": exchange.body}


def _answered(exchange: Exchange) -> dict[str, Any]:
    return {"headers": dict(exchange.headers), "body": exchange.answer}


def _told(told: Told) -> dict[str, Any]:
    return {
        "callback": told.callback,
        "headers": dict(told.headers),
        "envelope": told.envelope,
        "item": told.item,
    }
