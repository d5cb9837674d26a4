"""Cassettes driven into the fake: the shipped ones, and ones that must not pass."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.cassette.format import Direction, Interaction, Request, Response, dumps, load
from harness.cassette.scenario import find_cassettes, load_scenario, scenario_path
from harness.compare import Verdict, trace_of
from harness.verifying import Driver, judging, verify, verify_all
from tests.conftest import user
from tests.contract import strict

CASSETTES = Path(__file__).parent.parent / "cassettes"
SHIPPED = find_cassettes([CASSETTES])
INVITE = CASSETTES / "documented" / "participant-invite.1-one-participant.yaml"


@pytest.fixture(scope="module")
def driver() -> Driver:
    return Driver()


@pytest.mark.parametrize("path", SHIPPED, ids=[p.stem for p in SHIPPED])
def test_fake_agrees_with_shipped_cassette(path: Path, driver: Driver) -> None:
    result = verify(path, driver=driver)

    assert (result.verdict, result.problem, result.drifts, result.stale) == (Verdict.SAME, None, (), ())


@pytest.mark.parametrize("path", SHIPPED, ids=[p.stem for p in SHIPPED])
def test_what_the_fake_tells_over_a_shipped_cassette_fits_the_schema(path: Path, driver: Driver) -> None:
    told = driver.drive(load(path).interactions, load_scenario(scenario_path(path)).given)

    bodies = [i.request.body or b"" for i in told if i.direction is Direction.GRAPH_TO_BOT]
    assert [strict.check_notifications(json.loads(body)) for body in bodies] == [[]] * len(bodies)


@pytest.mark.parametrize("path", SHIPPED, ids=[p.stem for p in SHIPPED])
def test_shipped_cassette_is_written_as_the_format_writes(path: Path) -> None:
    cassette = load(path)

    assert dumps(cassette.interactions) == path.read_text()


def test_shipped_cassettes_name_public_sources() -> None:
    sources = {path.stem: load_scenario(scenario_path(path)).source for path in SHIPPED}

    assert {name for name, source in sources.items() if not source.link.startswith("https://")} == set()
    assert {source.kind for source in sources.values()} == {"documented", "observed"}


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the first invite example, to be spoilt."""
    for path in (INVITE, scenario_path(INVITE)):
        shutil.copy(path, tmp_path)
    return tmp_path / INVITE.name


def replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_changed_value_is_a_drift_with_its_path(copied: Path) -> None:
    replaced(copied, '"status": "Running"', '"status": "running"')

    result = verify(copied)

    drift = result.drifts[0]
    assert result.verdict is Verdict.DRIFT
    assert (drift.path, drift.kind, drift.recorded, drift.fake) == (
        "requests/1/response/body/status",
        "letter-case",
        "running",
        "Running",
    )


def test_known_drift_that_no_longer_occurs_is_a_drift(copied: Path) -> None:
    replaced(
        copied,
        '"resultInfo": null',
        '"resultInfo": null,\n        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#inviteParticipantsOperation"',
    )

    result = verify(copied)

    assert result.verdict is Verdict.DRIFT
    assert [entry.path for entry in result.stale] == ["requests/1/response/body/@odata.context"]


def test_unseen_path_at_which_the_cassette_holds_a_value_gives_no_verdict(copied: Path) -> None:
    replaced(scenario_path(copied), "requests/1/response/headers/Location", "requests/1/response/status")

    result = verify(copied)

    assert result.verdict is Verdict.NONE
    assert result.problem == (
        f"{scenario_path(copied)}: unseen 'requests/1/response/status' hides a value that the cassette holds at "
        "'requests/1/response/status': "
        "name only paths that the source did not show"
    )


def test_cassette_without_scenario_file_gives_no_verdict(copied: Path) -> None:
    scenario_path(copied).unlink()

    result = verify(copied)

    assert result.verdict is Verdict.NONE
    assert result.problem is not None
    assert "is missing" in result.problem


def test_wrong_given_gives_no_verdict_and_says_where(copied: Path) -> None:
    replaced(scenario_path(copied), "kind: group", "kind: party")

    result = verify(copied)

    assert result.problem == (
        f"{scenario_path(copied)}: given.calls[0].kind: 'party' is none of peerToPeer, group, meeting"
    )


@pytest.mark.parametrize(
    ("crash", "told"),
    [
        (ValueError("one\ntwo"), "ValueError: one two"),
        (MemoryError(), "MemoryError"),
        (RecursionError("too deep"), "RecursionError: too deep"),
        (KeyError("a" * 300), f"KeyError: '{'a' * 189}…"),
    ],
    ids=["error", "memory", "recursion", "long"],
)
def test_crash_over_one_cassette_leaves_the_rest(
    copied: Path, monkeypatch: pytest.MonkeyPatch, crash: Exception, told: str
) -> None:
    other = copied.with_name("z.yaml")
    shutil.copy(copied, other)
    shutil.copy(scenario_path(copied), scenario_path(other))
    replaced(copied, "api/calls", "api/crash")

    class Crashing(Driver):
        def drive(self, interactions: Sequence[Interaction], given: Mapping[str, Any]) -> list[Interaction]:
            if "api/crash" in interactions[1].request.uri:
                raise crash
            return super().drive(interactions, given)

    monkeypatch.setattr(judging, "Driver", Crashing)
    verification = verify_all([copied.parent])

    assert verification.verdict is Verdict.NONE
    assert [(r.verdict, r.problem) for r in verification.results] == [
        (Verdict.NONE, f"{copied}: comparing crashed: {told}"),
        (Verdict.SAME, None),
    ]


def test_interruption_is_no_crash(copied: Path) -> None:
    class Interrupted(Driver):
        def drive(self, *_: object) -> list[Interaction]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        verify(copied, driver=Interrupted())


def test_unreadable_cassette_leaves_the_rest(copied: Path) -> None:
    shutil.copy(copied, copied.with_name("z.yaml"))
    shutil.copy(scenario_path(copied), copied.with_name("z.scenario.yaml"))
    copied.write_text("version: 1\ninteractions: 5\n")

    verification = verify_all([copied.parent])

    assert [r.verdict for r in verification.results] == [Verdict.NONE, Verdict.SAME]
    assert verification.verdict is Verdict.NONE


def test_scenario_file_stands_for_its_cassette(copied: Path) -> None:
    assert verify(scenario_path(copied)) == verify(copied)


def test_nothing_to_compare_is_no_success(tmp_path: Path) -> None:
    assert verify_all([tmp_path]).verdict is Verdict.NONE


def _interaction(seq: int, direction: Direction, request: Request, response: Response) -> Interaction:
    return Interaction(direction=direction, seq=seq, request=request, response=response)


def _request(method: str, path: str, body: Any = None) -> Request:
    headers = {"Authorization": ("Bearer REDACTED",), "Content-Type": ("application/json",)}
    data = None if body is None else json.dumps(body).encode()
    return Request(method, f"https://graph.microsoft.com/v1.0/communications{path}", headers, data)


def test_ids_of_the_fake_stand_in_later_requests_for_the_recorded_ones() -> None:
    call_id = "11111111-2222-4333-8444-555555555555"
    created = Response(201, None, {}, json.dumps({"@odata.type": "#microsoft.graph.call", "id": call_id}).encode())
    recorded = [
        _interaction(1, Direction.CLIENT_TO_GRAPH, _request("POST", "/calls", {"callbackUri": "https://b/"}), created),
        _interaction(2, Direction.CLIENT_TO_GRAPH, _request("GET", f"/calls/{call_id}"), Response(200, None, {}, None)),
    ]

    out = Driver().drive(recorded, {})

    asked = [i.request.uri for i in out if i.direction is Direction.CLIENT_TO_GRAPH]
    answered = [i.response.status for i in out if i.direction is Direction.CLIENT_TO_GRAPH]
    assert answered == [201, 200]
    assert asked[1] != recorded[1].request.uri


def test_request_recorded_after_a_notification_is_sent_after_the_fakes_one() -> None:
    body = {"callbackUri": "https://b/", "targets": [{"identity": user("adele")}]}
    call_id = "11111111-2222-4333-8444-555555555555"
    created = Response(201, None, {}, json.dumps({"@odata.type": "#microsoft.graph.call", "id": call_id}).encode())
    told = Request("POST", "https://b/", {}, json.dumps({"value": [{"changeType": "updated"}]}).encode())
    accepted = Response(202, "Accepted", {}, None)
    recorded = [
        _interaction(1, Direction.CLIENT_TO_GRAPH, _request("POST", "/calls", body), created),
        _interaction(2, Direction.GRAPH_TO_BOT, told, accepted),
        _interaction(3, Direction.GRAPH_TO_BOT, told, accepted),
        _interaction(4, Direction.CLIENT_TO_GRAPH, _request("GET", f"/calls/{call_id}"), Response(200, None, {}, None)),
    ]

    out = Driver().drive(recorded, {})

    assert [i.direction for i in out] == [i.direction for i in recorded]
    assert json.loads(out[3].response.body or b"")["state"] == "established"


def test_every_shipped_cassette_equals_itself() -> None:
    from harness.compare import compare

    traces = [trace_of(load(path).interactions) for path in SHIPPED]

    assert [compare(trace, trace).drifts for trace in traces] == [()] * len(SHIPPED)
