"""A verification, or the timeline of one cassette, as one page: no script, nothing from the network, no second file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from harness.cassette.format import Cassette
from harness.cassette.scenario import ABSENT, Known
from harness.compare import Comparing, moments, trace_of
from harness.compare.drift import Drift
from harness.compare.verdict import Result, Verdict, Verification, identified
from harness.errors import counted
from harness.report import wording
from harness.report.lines import SIGNS
from harness.report.rows import Budget, Places, Row, placed, rows
from harness.report.wording import visible

_LINES: Final = 40_000
"""Lines of bodies that a page holds; the worst cassettes come first."""

_LISTED: Final = 200
"""Drifts of one cassette that are listed."""

_CODE: Final = re.compile("`([^`]+)`")
_WORST_FIRST: Final = {Verdict.DRIFT: 0, Verdict.NONE: 1, Verdict.SAME: 2}
_VERDICT_SIGNS: Final = {"same": "✓", "drift": "✗", "none": "?"}


@dataclass(frozen=True, slots=True)
class Card:
    """One cassette on the page."""

    anchor: str
    result: Result
    rows: Sequence[Row]
    places: Places

    @property
    def folder(self) -> str:
        parent = self.result.path.parent.as_posix()
        return "" if parent == "." else f"{parent}/"

    @property
    def headline(self) -> str:
        """What is wrong, then how much there is."""
        result = self.result
        if result.problem is not None:
            return "no verdict"
        wrong = [counted(len(result.drifts), "drift")] if result.drifts else []
        stale = [f"{len(result.stale)} stale"] if result.stale else []
        return ", ".join([*wrong, *stale, *wording.counts(result)])

    @property
    def drifts(self) -> Sequence[Drift]:
        return self.result.drifts[:_LISTED]

    @property
    def known(self) -> Sequence[tuple[Drift, Known]]:
        return self.result.known[:_LISTED]

    @property
    def unseen(self) -> Sequence[tuple[str, int]]:
        """Reasons, and how much each explains."""
        return Counter(entry.reason for _, entry in self.result.unseen).most_common()

    def anchor_of(self, path: str) -> str | None:
        """The anchor of the moment that a drift's path leads into."""
        number = self.places.of(path)
        return None if number is None else f"{self.anchor}-{number}"


def as_html(verification: Verification) -> str:
    """The report of `graph-harness verify`: verdict, cassettes worst first, and what each comes to."""
    page = _environment().get_template("verification.html")
    totals = wording.totals(verification)
    return page.render(verification=verification, cards=list(_cards(verification.results)), totals=totals)


def timeline_as_html(cassette: Cassette) -> str:
    """What `graph-harness show` prints, with everything that passed."""
    trace = trace_of(cassette.interactions)
    bound = Comparing(trace, trace)
    result = Result(cassette.path, moments=moments(bound), ids=identified(bound.roles))
    card = Card("timeline", result, rows(result, Budget(_LINES)), placed(result))
    return _environment().get_template("timeline.html").render(card=card)


def tests_as_html(told: Sequence[Mapping[str, object]]) -> str:
    """What passed in the tests of a run: those that failed first, and why."""
    failed = [each for each in told if each["outcome"] in ("failed", "error")]
    others = [each for each in told if each not in failed]
    return _environment().get_template("tests.html").render(failed=failed, others=others)


def _cards(results: Sequence[Result]) -> Iterator[Card]:
    budget = Budget(_LINES)
    worst_first = sorted(results, key=lambda r: (_WORST_FIRST[r.verdict], -len(r.drifts), -len(r.stale)))
    for number, result in enumerate(worst_first, 1):
        yield Card(f"cassette-{number}", result, rows(result, budget), placed(result))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("harness.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalized,
    )
    environment.filters |= {
        "shown": wording.shown,
        "counted": counted,
        "with_code": _with_code,
        "lines": _lines,
    }
    environment.tests["web_link"] = is_link
    environment.globals |= {"ABSENT": ABSENT, "SIGNS": SIGNS, "VERDICT_SIGNS": _VERDICT_SIGNS, "wording": wording}
    return environment


def _finalized(value: Any) -> Any:
    """What is printed into a page, with everything that cannot be seen as an escape."""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _lines(text: str) -> Markup:
    """A text of several lines."""
    return Markup("\n").join(visible(line) for line in text.splitlines())


def _with_code(text: str) -> Markup:
    """A sentence of ours, with what stands between backquotes as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(visible(text)))))  # noqa: S704 - escaped before


def is_link(text: str | None) -> bool:
    """Whether a text may become a link: nothing but the web's two schemes, never a script."""
    try:
        parts = urlsplit(text or "")
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
