"""A verification as JSON, for programs."""

from __future__ import annotations

import json
from typing import Any

from harness.cassette.scenario import ABSENT, Known
from harness.compare.drift import Drift
from harness.compare.verdict import Result, Verification


def as_json(verification: Verification) -> str:
    """`{"verdict": …, "cassettes": [{"path", "source", "verdict", "interactions", …, "drifts": [...]}]}`.

    A side of a drift that holds nothing has no member (`recorded` or `fake` is left out).
    """
    body = {"verdict": verification.verdict, "cassettes": [_result(r) for r in verification.results]}
    return json.dumps(body, indent=2, ensure_ascii=False)


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
        "known": [_drift(d, result) | {"reason": k.reason} for d, k in result.known],
        "stale": [
            {"path": s.path, "reason": s.reason, "what": "known" if isinstance(s, Known) else "unseen"}
            for s in result.stale
        ],
        "unseen": [_drift(d, result) for d in result.unseen],
        "problem": result.problem,
    }


def _drift(drift: Drift, result: Result) -> dict[str, Any]:
    sides = {"recorded": drift.recorded, "fake": drift.fake}
    return {
        "path": drift.path,
        "kind": drift.kind,
        **{name: value for name, value in sides.items() if value is not ABSENT},
        "evidence": None if result.source is None else f"{result.source.kind}, {result.source.link}",
        **({"note": drift.note} if drift.note else {}),
    }
