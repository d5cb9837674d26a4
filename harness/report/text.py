"""A verification as text, for people: one line for a cassette that holds, else every drift with what to do."""

from __future__ import annotations

from harness.cassette.scenario import ABSENT, Known, Unseen
from harness.compare.drift import Drift
from harness.compare.verdict import Result, Verification
from harness.report import wording
from harness.report.colour import Paint, plain
from harness.report.wording import WORDS, shown, visible


def as_text(verification: Verification, paint: Paint = plain) -> str:
    """The report of `graph-harness verify`, ending in one line of counts."""
    lines = [line for result in verification.results for line in _result(result, paint)]
    if not verification.results:
        lines = [f"{paint('none  ', 'none')} {wording.NOTHING}"]
    return "\n".join([*lines, "", paint(wording.summary(verification), verification.verdict)])


def what_is_wrong(result: Result, paint: Paint = plain) -> list[str]:
    """Every open drift and stale entry of a cassette, with what to do."""
    lines = [line for drift in result.drifts for line in _drift(drift, result, paint)]
    return lines + [line for entry in result.stale for line in _stale(entry, result, paint)]


def _result(result: Result, paint: Paint) -> list[str]:
    verdict = paint(f"{result.verdict:<6}", result.verdict)
    path = visible(str(result.path))
    if result.problem is not None:
        return [f"{verdict} {path}", f"       {visible(result.problem)}"]
    lines = [f"{verdict} {path}  ({', '.join(wording.counts(result))})"]
    return lines + [f"       {line}" for line in what_is_wrong(result, paint)]


def _drift(drift: Drift, result: Result, paint: Paint) -> list[str]:
    facts = {
        "recorded": None if drift.recorded is ABSENT else shown(drift.recorded),
        "fake": None if drift.fake is ABSENT else shown(drift.fake),
        "note": visible(drift.note) or None,
        "evidence": visible(wording.evidence(result.source)) or None,
        "to do": visible(wording.remedy(result)),
    }
    return [
        f"{paint(visible(drift.path), 'path')}: {WORDS[drift.kind]}",
        *(_fact(name, fact, paint) for name, fact in facts.items() if fact is not None),
    ]


def _stale(entry: Known | Unseen, result: Result, paint: Paint) -> list[str]:
    return [
        f"{paint(visible(entry.path), 'path')}: {visible(wording.stale(entry, result))}",
        _fact("to do", visible(wording.stale_remedy(result)), paint),
    ]


def _fact(name: str, fact: str, paint: Paint) -> str:
    return f"    {paint(f'{name:<8}', 'label')}  {fact}"
