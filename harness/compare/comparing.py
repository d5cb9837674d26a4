"""The comparison of two traces: bind identifiers, pair notifications, explain what differs.

Equal means: a one-to-one map of identifiers turns one trace into the other, with times by form, collections by
identity, notifications by resource and cause, order per resource, and everything else exactly. Nothing is ignored.

Binding tells already what is the same, in one walk; only the rest is rendered and explained.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from harness.cassette.binding import Binding, Side, path_of
from harness.cassette.format import Interaction
from harness.cassette.roles import Roles
from harness.cassette.scenario import ABSENT, Unseen
from harness.cassette.signatures import Part, Signatures
from harness.cassette.trace import Exchange, Told, Trace, trace_of
from harness.cassette.walking import Walk
from harness.compare.drift import Drift, differences
from harness.compare.following import same_answer, same_notification, same_request
from harness.compare.known import held_at, unseen_of
from harness.compare.pairing import Pairing, Subject, misplaced, subject_of
from harness.compare.rendering import Renderer
from harness.errors import HarnessError


class HiddenValue(HarnessError):
    """An `unseen` path at which the cassette holds a value."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """drifts: what differs. unseen: what differs where the source shows nothing, each
    with the entry that says so. unseen_unused: paths without use.

    by_form: paths of recorded values that the sanitiser wrote, of which only the form was compared.
    bound: both traces, bound.
    """

    drifts: tuple[Drift, ...]
    unseen: tuple[tuple[Drift, Unseen], ...]
    unseen_unused: tuple[Unseen, ...]
    by_form: tuple[str, ...]
    bound: Comparing

    @property
    def ids_bound(self) -> int:
        return len(self.bound.binding)


def compare(
    recorded: Trace, fake: Trace, *, unseen: Sequence[Unseen] = (), order: str = "resource", given: Any = None
) -> Comparison:
    """How the fake's trace differs from the recorded one.

    order: `resource`, or `total`: which order of notifications counts. given: what existed on both sides before: its
    identifiers stay what they are.
    Raises: HiddenValue when an `unseen` path hides a recorded value.
    """
    comparing = Comparing(recorded, fake, given)
    comparing.refuse_hidden(unseen)
    drifts = [*comparing.exchanges(), *comparing.notifications(), *comparing.order(order)]
    remaining, hidden, unused = unseen_of(drifts, unseen)
    by_form = tuple(path_of(place) for place in comparing.walk.by_form)
    return Comparison(tuple(remaining), tuple(hidden), tuple(unused), by_form, comparing)


class Comparing:
    """Two traces, bound and paired: ask for what differs.

    What was given is bound first, to itself; then requests, which are the same on both sides but for the fake's own
    ids; then answers; then the rest.
    """

    def __init__(self, recorded: Trace, fake: Trace, given: Any = None) -> None:
        self.recorded = recorded
        self.fake = fake
        self.binding = Binding()
        signatures = Signatures(lambda: _parts(recorded), lambda: _parts(fake))
        self.walk = Walk(self.binding, signatures)
        self.walk.both(given, given, (None, "given"))
        both = list(enumerate(zip(recorded.exchanges, fake.exchanges, strict=False), 1))
        asked = [same_request(self.walk, *pair, n) for n, pair in both]
        answered = [same_answer(self.walk, *pair, n) for n, pair in both]
        self._same_exchanges = [a and b for a, b in zip(asked, answered, strict=True)]
        self._same_told: set[int] = set()
        self._pairing = Pairing(self.binding, self._learn, signatures)
        self._pairing.add(
            [subject_of(told) for told in recorded.notifications], [subject_of(told) for told in fake.notifications]
        )
        self._pairing.settle()

    @property
    def unlike(self) -> set[str]:
        """Where exchanges and paired notifications were not the same while they were bound, as drifts name it."""
        exchanges = (f"requests/{n}" for n, same in enumerate(self._same_exchanges, 1) if not same)
        told = (f"notifications/{n + 1}" for n in self.pairs if n not in self._same_told)
        return {*exchanges, *told}

    @property
    def pairs(self) -> Mapping[int, int]:
        """Position of a recorded notification -> that of the fake's."""
        return self._pairing.pairs

    @cached_property
    def roles(self) -> Roles:
        """Numbered as the recorded trace goes: requests, answers, notifications."""
        roles = Roles(self.binding)
        for text in self.recorded.texts():
            roles.see(*text)
        return roles

    @cached_property
    def mine(self) -> Renderer:
        return Renderer(self.roles, Side.RECORDED)

    @cached_property
    def theirs(self) -> Renderer:
        return Renderer(self.roles, Side.FAKE)

    def _learn(self, mine: int, theirs: int) -> None:
        told, other = self.recorded.notifications[mine], self.fake.notifications[theirs]
        if same_notification(self.walk, told, other, mine + 1):
            self._same_told.add(mine)

    def refuse_hidden(self, unseen: Sequence[Unseen]) -> None:
        if not unseen:
            return
        trees = {
            "requests": {str(n): self.mine.exchange(e) for n, e in enumerate(self.recorded.exchanges, 1)},
            "notifications": {str(n): self.mine.told(t) for n, t in enumerate(self.recorded.notifications, 1)},
        }
        held = {name: branch for name, branch in trees.items() if branch}
        for entry in unseen:
            found = held_at(entry.path, held)
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
            elif not self._same_exchanges[n]:
                drifts += self._explained(self.mine.exchange(recorded[n]), self.theirs.exchange(fake[n]), root)
        return drifts

    def notifications(self) -> list[Drift]:
        drifts: list[Drift] = []
        for position, told in enumerate(self.recorded.notifications):
            root = f"notifications/{position + 1}"
            other = self.pairs.get(position)
            if other is None:
                drifts.append(Drift(root, "missing", self.summary(position), ABSENT))
            elif position not in self._same_told:
                theirs = self.theirs.told(self.fake.notifications[other])
                drifts += self._explained(self.mine.told(told), theirs, root)
        return [*drifts, *self._extra()]

    def _extra(self) -> list[Drift]:
        """Notifications that only the fake sent; another copy of one that it sent before is a duplicate."""
        extra = {position: (path, summary) for position, path, summary in self.extra()}
        if not extra:
            return []
        drifts = []
        earlier: set[tuple[str, str]] = set()
        for position, told in enumerate(self.fake.notifications):
            copy = told.callback, json.dumps(told.item, sort_keys=True, default=repr)
            if position in extra:
                path, summary = extra[position]
                drifts.append(Drift(path, "duplicate" if copy in earlier else "extra", ABSENT, summary))
            earlier.add(copy)
        return drifts

    def extra(self) -> Iterator[tuple[int, str, str]]:
        """Notifications that only the fake sent: position, path and summary."""
        paired = set(self.pairs.values())
        for position, (told, subject) in enumerate(zip(self.fake.notifications, self._pairing.fake, strict=True)):
            if position not in paired:
                yield position, f"notifications/extra/{_name(subject)}", _summary(told, subject, self.theirs)

    def order(self, order: str) -> list[Drift]:
        drifts = []
        for before, after in misplaced(self._pairing.recorded, self.pairs, order):
            first, second = self.summary(before), self.summary(after)
            path = f"notifications/{after + 1}"
            drifts.append(Drift(path, "order", f"{first}, then {second}", f"{second}, then {first}"))
        return drifts

    def _explained(self, mine: Any, theirs: Any, root: str) -> list[Drift]:
        """The differences of two trees; an identifier used inconsistently with the places where it was bound."""
        found = differences(mine, theirs, root, self.walk.placeholders)
        return [self._noted(drift) for drift in found]

    def _noted(self, drift: Drift) -> Drift:
        if drift.kind == "identifier":
            return replace(drift, note=f"first bound: {self.roles.first_places(drift.recorded, drift.fake)}")
        stood = self.walk.placeholders.text_of(drift.recorded)
        return drift if stood is None else replace(drift, note=f"stood for {stood!r} before")

    def line(self, exchange: Exchange, renderer: Renderer) -> str:
        return f"{exchange.method} {renderer.value(exchange.url)}"

    def summary(self, position: int) -> str:
        return _summary(self.recorded.notifications[position], self._pairing.recorded[position], self.mine)


def roles_of(interactions: Iterable[Interaction]) -> Roles:
    """The roles of the identifiers in one trace, compared with nothing."""
    trace = trace_of(interactions)
    return Comparing(trace, trace).roles


def _summary(told: Told, subject: Subject, renderer: Renderer) -> str:
    """`updated /communications/calls/<call:1> terminating`."""
    item = told.item if isinstance(told.item, dict) else {}
    path = renderer.value(str(item.get("resourceUrl") or item.get("resource") or "?"))
    return " ".join(filter(None, (subject.change_type or "None", path, subject.state)))


def _name(subject: Subject) -> str:
    """`updated call terminating`: change type, kind of resource, state if there is one."""
    parts = [p for p in subject.resource.split("/") if p and "\0" not in p]
    kind = parts[-1] if parts else "resource"
    singular = {"calls": "call", "operations": "operation"}.get(kind, kind)
    return " ".join(filter(None, (subject.change_type or "None", singular, subject.state)))


def _parts(trace: Trace) -> Iterator[Part]:
    """What belongs together in a trace."""
    for exchange in trace.exchanges:
        yield exchange.method, exchange.asked
        yield exchange.status, exchange.answered
    for told in trace.notifications:
        yield "notification", told.whole
