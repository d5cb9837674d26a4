"""The JSON report, as programs read it."""

from __future__ import annotations

import json
from pathlib import Path

from harness.cassette.scenario import ABSENT, Known, Source, SourceKind
from harness.compare import Drift, Result, Verification
from harness.report import as_json


def test_report_has_the_published_members() -> None:
    source = Source(SourceKind.DOCUMENTED, "https://example.org/1", None)
    drift = Drift("requests/1/method", "value", "GET", "PUT", "note")
    accepted = Drift("requests/1/response/body/x", "extra", ABSENT, None)
    known = Known("requests/1/response/body/x", "extra", ABSENT, None, "why")
    result = Result(Path("a.yaml"), source, 1, 2, 3, (drift,), ((accepted, known),), (known,), (accepted,))

    body = json.loads(as_json(Verification((result,))))

    evidence = "documented, https://example.org/1"
    assert body == {
        "verdict": "drift",
        "cassettes": [
            {
                "path": "a.yaml",
                "source": {"kind": "documented", "link": "https://example.org/1", "date": None},
                "verdict": "drift",
                "interactions": 1,
                "notifications": 2,
                "ids_bound": 3,
                "drifts": [
                    {
                        "path": "requests/1/method",
                        "kind": "value",
                        "recorded": "GET",
                        "fake": "PUT",
                        "evidence": evidence,
                        "note": "note",
                    }
                ],
                "known": [
                    {
                        "path": "requests/1/response/body/x",
                        "kind": "extra",
                        "fake": None,
                        "evidence": evidence,
                        "reason": "why",
                    }
                ],
                "stale": [{"path": "requests/1/response/body/x", "reason": "why", "what": "known"}],
                "unseen": [{"path": "requests/1/response/body/x", "kind": "extra", "fake": None, "evidence": evidence}],
                "problem": None,
            }
        ],
    }
