"""Three verdicts, for one cassette and for all together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.cassette.scenario import Known, Unseen
from harness.compare import Drift, Result, Verdict, Verification

DRIFT = Drift("requests/1/method", "value", "GET", "PUT")
KNOWN = Known("requests/1/method", "value", "GET", "PUT", "why")


def result(**members: Any) -> Result:
    return Result(Path("a.yaml"), **{"interactions": 1, **members})


SAME, NONE, DRIFTED = result(), result(problem="broken"), result(drifts=(DRIFT,))


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        (SAME, Verdict.SAME),
        (result(known=((DRIFT, KNOWN),), unseen=(DRIFT,)), Verdict.SAME),
        (DRIFTED, Verdict.DRIFT),
        (result(stale=(KNOWN,)), Verdict.DRIFT),
        (result(stale=(Unseen("a", "b"),)), Verdict.DRIFT),
        (NONE, Verdict.NONE),
        (result(interactions=0), Verdict.NONE),
        (result(drifts=(DRIFT,), problem="broken"), Verdict.DRIFT),
    ],
    ids=["nothing", "accepted", "drift", "stale known", "stale unseen", "problem", "nothing compared", "both"],
)
def test_cassette_has_one_verdict(given: Result, verdict: Verdict) -> None:
    assert given.verdict is verdict


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        ((), Verdict.NONE),
        ((SAME, SAME), Verdict.SAME),
        ((SAME, NONE), Verdict.NONE),
        ((SAME, NONE, DRIFTED), Verdict.DRIFT),
    ],
    ids=["no cassette", "all same", "one without", "drift beats none"],
)
def test_drift_beats_none_and_none_beats_same(results: tuple[Result, ...], verdict: Verdict) -> None:
    assert Verification(results).verdict is verdict
