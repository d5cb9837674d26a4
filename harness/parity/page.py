"""The ledger as a page: counts on top, then what is assumed and what is unsupported, then the rest by resource."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from harness.graph.refusals import FAILURES, REFUSALS, Evidence
from harness.parity.evidence import METADATA, Claim
from harness.parity.gaps import GAPS, NEVER_TOLD, NEVER_WRITTEN, NOT_DONE, REFUSED, Gap
from harness.parity.ledger import COUNTED, Ledger, Row
from harness.parity.seen import Kind

COMMAND: Final = "python -m harness.parity > docs/parity.md"
_SHOWN_CASSETTES: Final = 3
_COMMIT: Final = re.compile(r"/blob/([0-9a-f]{7})[0-9a-f]{33}/")
_SHORT: Final = r"@\1: "

_INTRO: Final = f"""\
# Parity

Everything that the fake can emit, how we know that Graph does so, and the cassettes that show it: those whose source
holds it and where the fake agrees. Evidence, strongest first: recorded, observed, documented, schema, assumed. It is
derived from the cassettes and from Microsoft's schema; what they do not show names its source, or the reason why it is
assumed. Headers of HTTP itself (`Content-Length`, `Date`, `Host`, `Connection`) are left out.

Drawn by `{COMMAND}`.
"""

_FIELDS: Final = """\
A field of the type that its object names in `@odata.type`, else of the one that is declared for its place.
`ODataError`, `MainError`, `InnerError` and the `…CollectionResponse` are types of Microsoft's OpenAPI file. What a
client sent in an identity, a media configuration, a meeting or call options comes back as it was sent, and rosters hold
what a seeded person's `info` does; only what is known of Graph is listed.
"""

_GAPS: Final[Mapping[str, str]] = {
    REFUSED: "Graph has these, or some of them; the fake answers 501 and says what is missing.",
    NEVER_TOLD: "Notifications of Graph that the fake never posts.",
    NOT_DONE: "What else Graph does and the fake does not.",
}


def page(made: Ledger) -> str:
    """Markdown, the same for the same ledger."""
    parts = [
        _INTRO,
        *_counts(made),
        *_assumed(made),
        *_unsupported(),
        *_section("Routes", made.of_kind(Kind.ROUTE), "route"),
        *_section("Prefixes", made.of_kind(Kind.PREFIX), "prefix", level="###"),
        *_section("Notifications", made.of_kind(Kind.NOTIFICATION), "notification"),
        *_section("Headers of answers", made.of_kind(Kind.ANSWER_HEADER), "header"),
        *_section("Headers of notifications", made.of_kind(Kind.NOTIFICATION_HEADER), "header"),
        f"## Fields of answers\n\n{_FIELDS}",
        *_fields(made.of_kind(Kind.ANSWERED)),
        "## Fields of notifications\n",
        *_fields(made.of_kind(Kind.NOTIFIED)),
        *_sources(made),
    ]
    return "\n".join(parts)


def _counts(made: Ledger) -> Iterator[str]:
    kinds: dict[str, tuple[Kind, ...]] = {**COUNTED, "all": tuple(Kind)}
    rows = []
    for name in kinds:
        evidence = [row.claim.evidence for row in made.of_kind(*kinds[name])]
        rows.append([name, *(str(evidence.count(e)) for e in Evidence), str(len(evidence))])
    yield _table(["", *map(str, Evidence), "all"], rows)
    yield f"[Unsupported](#unsupported): {len(GAPS)}.\n"


def _assumed(made: Ledger) -> Iterator[str]:
    known = [*(r.evidence for r in REFUSALS.values()), *(f.evidence for f in FAILURES.values())]
    yield "## Assumed\n"
    yield _table(
        ["what", "kind", "why", "source"],
        ([f"`{r.item.name}`", r.item.kind, r.claim.reason, _link(r.claim)] for r in made.of_evidence(Evidence.ASSUMED)),
    )
    yield (
        f"Assumed are also {known.count(Evidence.ASSUMED)} of the {len(known)} [refusals and failures](refusals.md),\n"
        "the [rules](serve.md#rules) that are marked so, and that an operation that is read looks like the answer to\n"
        "the invite that made it.\n"
    )


def _unsupported() -> Iterator[str]:
    yield "## Unsupported\n"
    for sort, what in _GAPS.items():
        yield f"### {sort}\n\n{what}\n"
        rows = ([gap.name, f"[source]({gap.link})"] for gap in _gaps(sort))
        yield _table(["what", "where Graph has it"], rows)
    yield f"### {NEVER_WRITTEN}\n\nMembers of [the schema]({METADATA}) that the fake never writes.\n"
    by_type = groupby((gap.name.partition(".") for gap in _gaps(NEVER_WRITTEN)), key=lambda parts: parts[0])
    yield _table(["type", "members"], ([f"`{name}`", _codes(m for _, _, m in parts)] for name, parts in by_type))


def _gaps(sort: str) -> list[Gap]:
    return [gap for gap in GAPS if gap.sort == sort]


def _section(title: str, rows: Sequence[Row], column: str, *, level: str = "##") -> Iterator[str]:
    yield f"{level} {title}\n"
    yield _table([column, "evidence", "cassettes"], (_cells(row, row.item.name) for row in rows))


def _fields(rows: Sequence[Row]) -> Iterator[str]:
    for type_name, of_type in groupby(rows, key=lambda row: row.item.name.partition(".")[0]):
        yield f"### {type_name}\n"
        cells = (_cells(row, row.item.name.partition(".")[2]) for row in of_type)
        yield _table(["field", "evidence", "cassettes"], cells)


def _sources(made: Ledger) -> Iterator[str]:
    yield "## Sources\n\nIn how many places the fake is known to differ from a source, and how many it did not show.\n"
    rows = ([_title(p.link), p.kind, str(p.cassettes), str(p.known), str(p.unseen)] for p in made.pages)
    yield _table(["source", "kind", "cassettes", "known drifts", "unseen"], rows)


def _cells(row: Row, name: str) -> list[str]:
    names = row.cassettes[:_SHOWN_CASSETTES]
    more = ", …" if len(row.cassettes) > len(names) else ""
    shown = f"{len(row.cassettes)}: {_codes(names)}{more}" if names else "–"
    why = f": {row.claim.reason}" if row.claim.reason else ""
    return [f"`{name}`", f"{_link(row.claim, str(row.claim.evidence)) or row.claim.evidence}{why}", shown]


def _link(claim: Claim, text: str = "source") -> str:
    return f"[{text}]({claim.link})" if claim.link else ""


def _title(link: str) -> str:
    """A link that shows where it leads, shortened; a commit by its first seven digits."""
    shown = link.removeprefix("https://").removeprefix("github.com/").removesuffix(".md")
    return f"[{_COMMIT.sub(_SHORT, shown)}]({link})"


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(cells)} |\n" for cells in (head, *rows)]
    return "".join([lines[0], f"|{'---|' * len(head)}\n", *lines[1:]])
