"""How we know that Graph emits an item: derived from what verified cassettes show, and from Microsoft's schema.

A cassette shows an item where its source holds it and the fake agrees: not where a drift, known or open, lies on the
way to it, not where the source did not show it, and not where the conversion filled it in. So nobody has to keep the
list of cassettes, and it cannot claim more than they show.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from harness.cassette.format import Direction
from harness.cassette.scenario import ABSENT, Source
from harness.compare import Moment, Result, path_matches
from harness.graph.refusals import Evidence
from harness.graph.schema import TYPES, lineage
from harness.parity.seen import Item, Kind, Place, Seen, in_answer, in_notification

METADATA: Final = (
    "https://github.com/microsoftgraph/msgraph-metadata/blob/"
    "f54f11b60956ea7b185ca0447b2b80805836ec7b/schemas/v1.0-Prod.csdl"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """How we know of an item. `link`: to the source. `reason`: of what is assumed, and what to read the source with."""

    evidence: Evidence
    link: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Showing:
    """A cassette that shows an item."""

    claim: Claim
    cassette: str


def showings(results: Iterable[Result]) -> dict[Item, list[Showing]]:
    """Which cassettes show what, the strongest first. results: with their moments."""
    found: dict[Item, list[Showing]] = {}
    for result in results:
        if result.source is not None:
            claim = Claim(Evidence(result.source.kind), result.source.link)
            for item in dict.fromkeys(_shown(result, result.source)):
                found.setdefault(item, []).append(Showing(claim, result.path.stem))
    return {item: sorted(shown, key=_order) for item, shown in found.items()}


def _order(showing: Showing) -> tuple[int, str]:
    return strength(showing.claim.evidence), showing.cassette


def _shown(result: Result, source: Source) -> Iterator[Item]:
    drifts = (*result.drifts, *(drift for drift, _ in (*result.known, *result.unseen)))
    # A notification told in another order is told all the same.
    paths = frozenset(drift.path for drift in drifts if drift.kind != "order")
    for moment in result.moments:
        if moment.recorded is not ABSENT and moment.fake is not ABSENT:
            for seen in _emitted(moment):
                if all(_agrees(moment, place, paths, source.filled) for place in seen.places):
                    yield seen.item


def _emitted(moment: Moment) -> Iterator[Seen]:
    read = in_answer if moment.direction is Direction.CLIENT_TO_GRAPH else in_notification
    return read(moment.fake)


def _agrees(moment: Moment, place: Place, drifts: frozenset[str], filled: tuple[str, ...]) -> bool:
    """Whether the source holds the place, itself, and nothing on the way to it is said to differ."""
    steps = [moment.path, *place]
    way = ["/".join(steps[: n + 1]) for n in range(len(steps))]
    if not drifts.isdisjoint(way) or any(path_matches(pattern, way[-1]) for pattern in filled):
        return False
    value: Any = moment.recorded
    for step in place:
        value = _below(value, step)
    return value is not ABSENT


def _below(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        return value.get(step, ABSENT)
    if isinstance(value, list) and step.isdecimal() and int(step) <= len(value):
        return value[int(step) - 1]
    return ABSENT


def declared(item: Item) -> Claim | None:
    """What Microsoft's schema says of a field, and of a route that reads what an entity leads to."""
    if item.kind in (Kind.ANSWERED, Kind.NOTIFIED):
        type_name, _, member = item.name.partition(".")
        types = lineage(type_name) if type_name in TYPES else []
        if any(member in TYPES[t].properties or member in TYPES[t].navigation for t in types):
            return Claim(Evidence.SCHEMA, METADATA)
    if item.kind is Kind.ROUTE and item.name.startswith("GET "):
        collection = next(s for s in reversed(item.name.split("/")) if not s.startswith("{"))
        if any(collection in TYPES[t].navigation for t in ("cloudCommunications", "call")):
            return Claim(Evidence.SCHEMA, METADATA)
    return None


def strongest(claims: Iterable[Claim]) -> Claim | None:
    """The first of the strongest claims."""
    return min(claims, key=lambda claim: strength(claim.evidence), default=None)


_STRENGTHS: Final[Mapping[Evidence, int]] = {evidence: n for n, evidence in enumerate(Evidence)}


def strength(evidence: Evidence) -> int:
    """0 for the strongest."""
    return _STRENGTHS[evidence]
