"""Every shipped cassette, sanitised with its scenario file: the same verdict, for the same reasons."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from vcr.serialize import deserialize  # type: ignore[import-untyped]
from vcr.serializers import yamlserializer  # type: ignore[import-untyped]

from harness.cassette.format import Cassette, dumps, load, loads
from harness.cassette.sanitise import Sanitiser
from harness.cassette.scenario import find_cassettes, load_scenario, scenario_path
from harness.cassette.unclean import unclean
from harness.compare import Result, Verdict
from harness.verifying.driving import Driver
from harness.verifying.judging import judged

CASSETTES = find_cassettes([Path(__file__).parent.parent.parent / "cassettes"])


PROSE = tuple(f"scenario, {place}" for place in ("source.notes", *(f"known {n}, reason" for n in range(99))))
"""What people wrote about public traffic; on a recorded cassette it is theirs to keep clean."""


@pytest.fixture(scope="module")
def driver() -> Driver:
    return Driver()


def outcome(result: Result) -> dict[str, object]:
    return {
        "verdict": result.verdict,
        "interactions": result.interactions,
        "notifications": result.notifications,
        "ids": result.ids_bound,
        "drifts": [(drift.path, drift.kind) for drift in result.drifts],
        "known": [(drift.path, drift.kind) for drift, _ in result.known],
        "stale": len(result.stale),
        "unseen": len(result.unseen),
    }


@pytest.mark.parametrize("path", CASSETTES, ids=[path.stem for path in CASSETTES])
def test_a_sanitised_cassette_has_the_verdict_of_the_raw_one(path: Path, driver: Driver) -> None:
    sanitiser = Sanitiser()
    raw, scenario = load(path), load_scenario(scenario_path(path))
    text = dumps(filter(None, map(sanitiser.interaction, raw.interactions)))
    clean, its_scenario = loads(text, path), sanitiser.scenario(scenario)

    assert outcome(judged(clean, its_scenario, driver)) == outcome(judged(raw, scenario, driver))
    assert [entry for entry in unclean(clean, its_scenario) if not entry.place.startswith(PROSE)] == []


@pytest.mark.parametrize("path", CASSETTES, ids=[path.stem for path in CASSETTES])
def test_a_sanitised_cassette_drifts_where_the_raw_one_does(path: Path, driver: Driver) -> None:
    """Without what is known of it, everything that differs."""
    sanitiser = Sanitiser()
    raw, scenario = load(path), replace(load_scenario(scenario_path(path)), known=())
    clean = Cassette(path, tuple(filter(None, map(sanitiser.interaction, raw.interactions))))

    assert outcome(judged(clean, sanitiser.scenario(scenario), driver)) == outcome(judged(raw, scenario, driver))


@pytest.mark.parametrize(
    ("stem", "before", "after"),
    [
        ("documented/participant-invite.1-one-participant", '"Running"', '"Queued for Adele"'),
        ("observed/errors.2-tenant-mismatch", "Request authorization tenant mismatch.", "Adele is not allowed."),
        ("observed/comms-samples-410.1-invite-pstn-failed", '"code": 412', '"code": 4120000'),
        ("documented/participant-invite.1-one-participant", 'microsoft.graph.identity"', 'microsoft.graph.adele"'),
    ],
    ids=["a state that is new", "a message that is new", "a number that is too long", "a type that is new"],
)
def test_what_is_new_drifts_although_it_is_replaced(stem: str, before: str, after: str, driver: Driver) -> None:
    sanitiser, path = Sanitiser(), CASSETTES[0].parent.parent / f"{stem}.yaml"
    text = path.read_text()
    raw, scenario = loads(text.replace(before, after), path), load_scenario(scenario_path(path))
    clean = Cassette(path, tuple(filter(None, map(sanitiser.interaction, raw.interactions))))

    results = [judged(raw, scenario, driver), judged(clean, sanitiser.scenario(scenario), driver)]

    assert before in text
    assert [result.verdict for result in results] == [Verdict.DRIFT, Verdict.DRIFT]
    assert len(results[0].drifts) == len(results[1].drifts)


@pytest.mark.parametrize("path", CASSETTES, ids=[path.stem for path in CASSETTES])
def test_stock_vcrpy_loads_a_sanitised_cassette(path: Path) -> None:
    sanitiser = Sanitiser()
    text = dumps(filter(None, map(sanitiser.interaction, load(path).interactions)))

    requests, responses = deserialize(text, yamlserializer)

    assert [r["recorder"]["seq"] for r in responses] == [i.seq for i in loads(text, path).interactions]
    assert [r.uri for r in requests] == [item["request"]["uri"] for item in yaml.safe_load(text)["interactions"]]
