"""The JSON report, as programs read it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from harness.cassette.scenario import ABSENT, KINDS, Known, Source, SourceKind, Unseen
from harness.compare import Drift, Result, Verification
from harness.report import as_json
from tests.report.results import EVERY_KIND, SPOILT

ROOT = Path(__file__).parent.parent.parent
SCHEMA = json.loads((ROOT / "docs" / "verify.schema.json").read_text())


def problems(text: str) -> list[str]:
    """What the published schema has against a report."""
    return [error.message for error in Draft202012Validator(SCHEMA).iter_errors(json.loads(text))]


def test_report_has_the_published_members() -> None:
    source = Source(SourceKind.DOCUMENTED, "https://example.org/1", None)
    drift = Drift("requests/1/method", "value", "GET", "PUT", "note")
    accepted = Drift("requests/1/response/body/x", "extra", ABSENT, None)
    known = Known("requests/1/response/body/x", "extra", ABSENT, None, "why", "https://example.org/2")
    unseen = Unseen("requests/1/response/**", "not printed")
    result = Result(
        Path("a.yaml"),
        source,
        1,
        2,
        3,
        (drift,),
        ((accepted, known),),
        (known,),
        ((accepted, unseen),),
        ("requests/1/response/body/y",),
    )

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
                        "link": "https://example.org/2",
                    }
                ],
                "stale": [{"path": "requests/1/response/body/x", "reason": "why", "what": "known"}],
                "unseen": [
                    {
                        "path": "requests/1/response/body/x",
                        "kind": "extra",
                        "fake": None,
                        "evidence": evidence,
                        "reason": "not printed",
                    }
                ],
                "by_form": ["requests/1/response/body/y"],
                "problem": None,
            }
        ],
    }


@pytest.mark.parametrize("result", EVERY_KIND.results, ids=lambda r: r.path.stem)
def test_every_kind_of_result_is_of_the_published_form(result: Result) -> None:
    assert problems(as_json(Verification((result,)))) == []


def test_all_shipped_cassettes_are_of_the_published_form(shipped: Verification) -> None:
    assert problems(as_json(shipped)) == []


def test_nothing_compared_is_of_the_published_form() -> None:
    assert problems(as_json(Verification(()))) == []


def test_schema_is_one_and_knows_every_kind() -> None:
    Draft202012Validator.check_schema(SCHEMA)

    assert SCHEMA["$defs"]["difference"]["properties"]["kind"]["enum"] == list(KINDS)


@pytest.mark.parametrize(
    "change",
    [
        {"extra": 1},
        {"verdict": "fine"},
        {"interactions": -1},
        {"drifts": [{"path": "a", "kind": "missing", "fake": 1}]},
    ],
    ids=["member", "verdict", "count", "drift"],
)
def test_schema_refuses_what_is_not_of_the_form(change: dict[str, object]) -> None:
    body = json.loads(as_json(EVERY_KIND))
    body["cassettes"][0] |= change

    assert problems(json.dumps(body)) != []


@pytest.mark.parametrize("what", ["drifts", "known", "unseen", "stale"])
def test_schema_refuses_unknown_members_of_differences(what: str) -> None:
    body = json.loads(as_json(EVERY_KIND))
    entry = next(c[what][0] for c in body["cassettes"] if c[what])
    entry["more"] = 1

    assert {m for m in problems(json.dumps(body)) if "('more' was unexpected)" in m} != set()


def test_hostile_values_survive() -> None:
    text = as_json(Verification((SPOILT,)))

    read = json.loads(text.encode())["cassettes"][0]["drifts"][0]
    drift = SPOILT.drifts[0]
    assert (read["path"], read["recorded"], read["fake"]) == (drift.path, drift.recorded, drift.fake)
    assert "Infinity" not in text
