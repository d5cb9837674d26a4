"""Words that every report shares: kinds of drift, what to do about one, values on one line, counts."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from harness.cassette.scenario import Known, Source, Unseen, scenario_path
from harness.compare.known import path_matches
from harness.compare.verdict import Result, Verdict, Verification
from harness.errors import counted

WORDS: Final = {
    "value": "another value",
    "type": "another type",
    "letter-case": "letter case only",
    "missing": "missing in the fake",
    "extra": "only in the fake",
    "identifier": "an id is used inconsistently",
    "order": "another order",
    "duplicate": "sent again",
}
"""What each kind of drift means."""

NOTHING: Final = "nothing to compare: no cassette was found"
_WIDEST: Final = 160
_INFINITE: Final = re.compile(r'"(?:[^"\\]|\\.)*"|-?Infinity')


def totals(verification: Verification) -> dict[str, int]:
    """What there is over all cassettes, by name."""
    results = verification.results
    return {
        "cassettes": len(results),
        "interactions": sum(r.interactions for r in results),
        "notifications": sum(r.notifications for r in results),
        "drifts": sum(len(r.drifts) for r in results),
        "known": sum(len(r.known) for r in results),
        "unseen": sum(len(r.unseen) for r in results),
        "by form": sum(len(r.by_form) for r in results),
        "stale": sum(len(r.stale) for r in results),
        "without verdict": sum(r.verdict is Verdict.NONE for r in results),
    }


def summary(verification: Verification) -> str:
    """`48 cassettes · 50 interactions · 52 notifications · 0 drifts · 212 known · 9 unseen`, and what else there is."""
    of = totals(verification)
    parts = [counted(of[f"{noun}s"], noun) for noun in ("cassette", "interaction", "notification", "drift")]
    parts += [f"{of[name]} {name}" for name in ("known", "unseen")]
    parts += [f"{of[name]} {name}" for name in ("by form", "stale", "without verdict") if of[name]]
    return " · ".join(parts)


def counts(result: Result) -> list[str]:
    """`1 interaction`, `2 notifications`, `5 ids`, and what is known, unseen, or compared by its form only."""
    return [
        counted(result.interactions, "interaction"),
        counted(result.notifications, "notification"),
        counted(result.ids_bound, "id"),
        *([f"{len(result.known)} known"] if result.known else []),
        *([f"{len(result.unseen)} unseen"] if result.unseen else []),
        *([f"{len(result.by_form)} by form"] if result.by_form else []),
    ]


def headline(result: Result) -> str:
    """`2 drifts, 1 stale`: what makes a verdict drift."""
    stale_ones = f"{len(result.stale)} stale" if result.stale else ""
    drifts = counted(len(result.drifts), "drift") if result.drifts else ""
    return ", ".join(filter(None, (drifts, stale_ones)))


def evidence(source: Source | None) -> str:
    return "" if source is None else f"{source.kind}, {source.date or 'no date'}, {source.link}"


def remedy(result: Result) -> str:
    """What to do about an open drift."""
    path = scenario_path(result.path)
    accept = f"mend the fake, or accept it with a reason under `known` in {path}"
    if any(drift.path.endswith("/response/status") and drift.fake == 404 for drift in result.drifts):
        return f"say under `given` in {path} what existed before, which the fake did not find; else {accept}"
    return accept


def stale(entry: Known | Unseen, result: Result) -> str:
    what = "known drift" if isinstance(entry, Known) else "unseen path"
    is_near = any(path_matches(entry.path, drift.path) for drift in result.drifts)
    how = " as it is written here: there is another drift at this path" if is_near else ""
    return f"{what} that no longer occurs{how} ({entry.reason})"


def stale_remedy(result: Result) -> str:
    return f"take it out of {scenario_path(result.path)}"


def shown(value: Any, widest: int = _WIDEST) -> str:
    """A value as JSON on one line, cut where it is long."""
    text = json_text(value)
    return visible(text if len(text) <= widest else f"{text[:widest]}…")


def json_text(value: Any, indent: int | None = None) -> str:
    """A value as JSON that is UTF-8 and JSON whatever it holds: half a surrogate pair, a number beyond all floats."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    if "Infinity" in text:
        text = _INFINITE.sub(lambda m: m[0] if m[0].startswith('"') else m[0].replace("Infinity", "1e999"), text)
    return text.encode("utf-8", "backslashreplace").decode()


def visible(text: str) -> str:
    """A text on one line, in which what cannot be seen, or would steer a terminal, is written as an escape."""
    if text.isprintable():  # most is
        return text
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def _escape(character: str) -> str:
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character)
    code = ord(character)
    return short or (f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
