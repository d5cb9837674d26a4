"""The ledger: a row for everything that the fake can emit, with its evidence and the cassettes that show it; counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from harness.compare import Result, Verification
from harness.graph.refusals import Evidence
from harness.parity.claims import CLAIMS
from harness.parity.emitted import ITEMS
from harness.parity.evidence import Claim, Showing, declared, showings, strength, strongest
from harness.parity.gaps import GAPS
from harness.parity.seen import Item, Kind

UNKNOWN: Final = Claim(Evidence.ASSUMED, reason="Nothing shows it.")
"""What is said of an item that no cassette, no schema and no claim knows."""


@dataclass(frozen=True, slots=True)
class Row:
    """An item, how we know of it, and the cassettes that show it, those with the strongest evidence first."""

    item: Item
    claim: Claim
    cassettes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A source: how many cassettes are made of it, and how often the fake is known to differ from it."""

    link: str
    kind: Evidence
    cassettes: int
    known: int
    unseen: int


@dataclass(frozen=True, slots=True)
class Ledger:
    rows: tuple[Row, ...]
    pages: tuple[Page, ...]

    def of_kind(self, *kinds: Kind) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.item.kind in kinds)

    def of_evidence(self, evidence: Evidence) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.claim.evidence is evidence)


def ledger(
    verification: Verification, *, items: Sequence[Item] = ITEMS, claims: Mapping[Item, Claim] = CLAIMS
) -> Ledger:
    """The ledger as far as these cassettes show. verification: with moments."""
    shown = showings(verification.results)
    rows = tuple(_row(item, shown.get(item, []), claims.get(item)) for item in items)
    return Ledger(rows, _pages(verification.results))


def _row(item: Item, shown: Sequence[Showing], claim: Claim | None) -> Row:
    candidates = [*(s.claim for s in shown[:1]), *filter(None, (claim, declared(item)))]
    return Row(item, strongest(candidates) or UNKNOWN, tuple(s.cassette for s in shown))


def _pages(results: Iterable[Result]) -> tuple[Page, ...]:
    pages: dict[str, Page] = {}
    for result in results:
        if result.source is not None:
            link, kind = result.source.link, Evidence(result.source.kind)
            page = pages.get(link, Page(link, kind, 0, 0, 0))
            known, unseen = page.known + len(result.known), page.unseen + len(result.unseen)
            pages[link] = Page(link, kind, page.cassettes + 1, known, unseen)
    return tuple(sorted(pages.values(), key=lambda page: (strength(page.kind), page.link)))


COUNTED: Final[Mapping[str, tuple[Kind, ...]]] = {
    "routes": (Kind.ROUTE,),
    "prefixes": (Kind.PREFIX,),
    "fields": (Kind.ANSWERED, Kind.NOTIFIED),
    "notifications": (Kind.NOTIFICATION,),
    "headers": (Kind.ANSWER_HEADER, Kind.NOTIFICATION_HEADER),
}


def counts_line(verification: Verification) -> str:
    """`parity: 9 routes, 4 prefixes, … · recorded 0 · observed 90 · … · unsupported 60`."""
    made = ledger(verification)
    rows = ", ".join(f"{len(made.of_kind(*kinds))} {name}" for name, kinds in COUNTED.items())
    return " · ".join([f"parity: {rows}", *(f"{name} {count}" for name, count in counts(made).items())])


def counts(made: Ledger) -> dict[str, int]:
    """How many rows rest on which evidence, the strongest first, and how much is unsupported."""
    found = Counter(row.claim.evidence for row in made.rows)
    return {**{str(evidence): found[evidence] for evidence in Evidence}, "unsupported": len(GAPS)}
