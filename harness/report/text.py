"""A verification as text, for people: one line for a cassette that holds, else every drift with what to do."""

from __future__ import annotations

import json
from typing import Any, Final

from harness.cassette.scenario import ABSENT, Known, Unseen, scenario_path
from harness.compare.drift import Drift
from harness.compare.verdict import Result, Verdict, Verification

_WORDS: Final = {
    "value": "another value",
    "type": "another type",
    "letter-case": "letter case only",
    "missing": "missing in the fake",
    "extra": "only in the fake",
    "identifier": "an id is used inconsistently",
    "order": "another order",
    "duplicate": "sent again",
}
_WIDEST: Final = 160


def as_text(verification: Verification) -> str:
    """The report of `graph-harness verify`, ending in one line of counts."""
    lines = [line for result in verification.results for line in _result(result)]
    if not verification.results:
        lines = ["none   nothing to compare: no cassette was found"]
    return "\n".join([*lines, "", summary(verification)])


def summary(verification: Verification) -> str:
    """`48 cassettes · 50 interactions · 52 notifications · 0 drifts · 212 known`, and what else there is."""
    results = verification.results
    stale = sum(len(r.stale) for r in results)
    without = sum(r.verdict is Verdict.NONE for r in results)
    parts = [
        _count(len(results), "cassette"),
        _count(sum(r.interactions for r in results), "interaction"),
        _count(sum(r.notifications for r in results), "notification"),
        _count(sum(len(r.drifts) for r in results), "drift"),
        f"{sum(len(r.known) for r in results)} known",
        f"{sum(len(r.unseen) for r in results)} unseen",
        *([f"{stale} stale"] if stale else []),
        *([f"{without} without verdict"] if without else []),
    ]
    return " · ".join(parts)


def _result(result: Result) -> list[str]:
    if result.problem is not None:
        return [f"none   {result.path}", f"       {result.problem}"]
    counts = [
        _count(result.interactions, "interaction"),
        _count(result.notifications, "notification"),
        _count(result.ids_bound, "id"),
        *([f"{len(result.known)} known"] if result.known else []),
        *([f"{len(result.unseen)} unseen"] if result.unseen else []),
    ]
    lines = [f"{result.verdict:<6} {result.path}  ({', '.join(counts)})"]
    for drift in result.drifts:
        lines += _drift(drift, result)
    for entry in result.stale:
        lines += _stale(entry, result)
    return lines


def _drift(drift: Drift, result: Result) -> list[str]:
    source = result.source
    evidence = "" if source is None else f"{source.kind}, {source.date or 'no date'}, {source.link}"
    return [
        f"       {drift.path}: {_WORDS[drift.kind]}",
        *([f"           recorded  {_shown(drift.recorded)}"] if drift.recorded is not ABSENT else []),
        *([f"           fake      {_shown(drift.fake)}"] if drift.fake is not ABSENT else []),
        *([f"           note      {drift.note}"] if drift.note else []),
        f"           evidence  {evidence}",
        f"           to do     mend the fake, or accept it with a reason under `known` in {scenario_path(result.path)}",
    ]


def _stale(entry: Known | Unseen, result: Result) -> list[str]:
    what = "known drift" if isinstance(entry, Known) else "unseen path"
    return [
        f"       {entry.path}: {what} that no longer occurs ({entry.reason})",
        f"           to do     take it out of {scenario_path(result.path)}",
    ]


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _WIDEST else f"{text[:_WIDEST]}…"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
