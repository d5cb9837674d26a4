"""A verification as JSON, for programs. Its form is published in docs/verify.schema.json."""

from __future__ import annotations

from typing import Any

from harness.cassette.scenario import ABSENT, Known, Unseen
from harness.compare.drift import Drift
from harness.compare.verdict import Result, Verification
from harness.report.wording import json_text


def as_json(verification: Verification) -> str:
    """`{"verdict": …, "cassettes": [{"path", "source", "verdict", "interactions", …, "drifts": [...]}]}`.

    A side of a drift that holds nothing has no member (`recorded` or `fake` is left out).
    """
    body = {"verdict": verification.verdict, "cassettes": [_result(r) for r in verification.results]}
    return json_text(body, indent=2)


def _result(result: Result) -> dict[str, Any]:
    source = result.source
    return {
        "path": str(result.path),
        "source": None if source is None else {"kind": source.kind, "link": source.link, "date": source.date},
        "verdict": result.verdict,
        "interactions": result.interactions,
        "notifications": result.notifications,
        "ids_bound": result.ids_bound,
        "drifts": [_drift(d, result) for d in result.drifts],
        "known": [_drift(d, result) | _known(k) for d, k in result.known],
        "stale": [_stale(entry) for entry in result.stale],
        "unseen": [_drift(d, result) | {"reason": u.reason} for d, u in result.unseen],
        "by_form": list(result.by_form),
        "problem": result.problem,
    }


def _known(known: Known) -> dict[str, Any]:
    return {"reason": known.reason, **({} if known.link is None else {"link": known.link})}


def _stale(entry: Known | Unseen) -> dict[str, Any]:
    return {"path": entry.path, "reason": entry.reason, "what": "known" if isinstance(entry, Known) else "unseen"}


def _drift(drift: Drift, result: Result) -> dict[str, Any]:
    sides = {"recorded": drift.recorded, "fake": drift.fake}
    return {
        "path": drift.path,
        "kind": drift.kind,
        **{name: value for name, value in sides.items() if value is not ABSENT},
        "evidence": None if result.source is None else f"{result.source.kind}, {result.source.link}",
        **({"note": drift.note} if drift.note else {}),
    }
