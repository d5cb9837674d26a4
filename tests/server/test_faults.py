"""Faults: which requests they meet, what the client gets, and what a test can read of it afterwards."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from harness.errors import UsageError
from harness.graph.actions import ACTIONS
from harness.server import Fake, Fault, Impatient, fake_of, renew
from harness.server.communications import blueprint
from harness.server.fault_bodies import fault_from_json, fault_to_json, retry_after
from harness.server.faults import DEFAULTS, TOKEN_DEFAULTS, VERBS, Faults, verb_of
from harness.server.patience import Patience
from tests.conftest import TOKEN, Bot, Rig, error_of, rig, user

VERB_NAMES = ", ".join(VERBS)


def held(fake: Rig) -> Fake:
    return fake_of(fake.app)


def statuses(fake: Rig, call_id: str, count: int) -> list[int]:
    return [fake.send("GET", f"/calls/{call_id}").status_code for _ in range(count)]


# ---- which requests


_BELOW = {
    "call": "/calls/{call}",
    "participant": "/calls/{call}/participants/p",
    "participant[]": "/calls/{call}/participants",
}
ASKED: dict[str, tuple[str, str]] = {
    "create-call": ("POST", "/calls"),
    "get-call": ("GET", "/calls/{call}"),
    "hang-up": ("DELETE", "/calls/{call}"),
    "invite": ("POST", "/calls/{call}/participants/invite"),
    "list-participants": ("GET", "/calls/{call}/participants"),
    "get-participant": ("GET", "/calls/{call}/participants/p"),
    "remove-participant": ("DELETE", "/calls/{call}/participants/p"),
    "list-operations": ("GET", "/calls/{call}/operations"),
    "get-operation": ("GET", "/calls/{call}/operations/o"),
    **{action.verb: ("POST", f"{_BELOW[action.bound_to]}/{action.name}") for action in ACTIONS},
    "any": ("POST", "/calls/{call}/record"),
}


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "token"])
def test_fault_meets_the_requests_of_its_verb_only(fake: Rig, verb: str) -> None:
    call_id = fake.seed_call()["id"]
    held(fake).faults.add(Fault(verb, status=503, times=None))

    met = {
        name
        for name, (method, path) in ASKED.items()
        if fake.send(method, path.format(call=call_id), {}).status_code == 503
    }

    assert met == (set(ASKED) if verb == "any" else {verb})


def test_every_view_of_graph_has_a_verb(fake: Rig) -> None:
    endpoints = {rule.endpoint for rule in fake.app.url_map.iter_rules() if blueprint.name in rule.endpoint}
    views = {e.rpartition(".")[2] for e in endpoints} - {f"not_built_{n}" for n in range(100)}

    assert views == set(VERBS.values()) - {None, "token"}


def test_verb_of_a_route_without_a_name_is_none() -> None:
    assert [verb_of(e) for e in ("communications v1_0.invite", "app beta.not_built_3", None)] == ["invite", None, None]


def test_any_meets_paths_that_lead_nowhere_but_no_control_route(fake: Rig) -> None:
    held(fake).faults.add(Fault("any", status=503, times=None))

    assert fake.send("GET", "/nonsense").status_code == 503
    assert fake.control("GET", "/health").status_code == 200


def test_fault_comes_after_the_token(fake: Rig) -> None:
    held(fake).faults.add(Fault("get-call", status=503))

    without = fake.client.get("/v1.0/communications/calls/x")

    assert without.status_code == 401
    assert fake.send("GET", "/calls/x").status_code == 503


def test_fault_meets_so_many_requests_and_lets_so_many_through_first(fake: Rig) -> None:
    call_id = fake.seed_call()["id"]
    held(fake).faults.add(Fault("get-call", status=503, skip=1, times=2))

    assert statuses(fake, call_id, 5) == [200, 503, 503, 200, 200]


def test_fault_of_one_call_leaves_other_calls_alone(fake: Rig) -> None:
    one, other = fake.seed_call()["id"], fake.seed_call()["id"]
    held(fake).faults.add(Fault("get-call", status=503, call_id=one))

    assert statuses(fake, other, 1) + statuses(fake, one, 2) == [200, 503, 200]


def test_first_fault_that_is_for_a_request_meets_it(fake: Rig) -> None:
    call_id = fake.seed_call()["id"]
    for status in (503, 504):
        held(fake).faults.add(Fault("get-call", status=status))

    assert statuses(fake, call_id, 3) == [503, 504, 200]


def test_probability_is_repeatable_by_the_seed(fake: Rig) -> None:
    def run() -> list[int]:
        held(fake).reset(7)
        held(fake).faults.add(Fault("get-call", status=503, probability=0.5, times=None))
        return statuses(fake, "x", 40)

    first, second = run(), run()

    assert first == second
    assert set(first) == {404, 503}


def test_certain_fault_leaves_the_ids_as_they_are() -> None:
    drawn = []
    for faults in ([], [Fault("get-call", status=503)]):
        fake = rig()
        for fault in faults:
            held(fake).faults.add(fault)
        fake.send("GET", "/calls/x")
        drawn.append(fake.world.new_id())

    assert drawn[0] == drawn[1]


def test_fault_meets_its_number_of_requests_from_many_threads() -> None:
    faults = Faults(lambda _: True)
    faults.add(Fault("invite", status=503, times=50))
    met: list[Fault] = []

    def ask() -> None:
        for _ in range(100):
            fault = faults.meet("invite", None)
            if fault is not None:
                met.append(fault)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(met) == 50


def test_book_shows_spent_faults_and_active_ones() -> None:
    faults = Faults(lambda _: True)
    spent, active = Fault("invite", status=503), Fault("hang-up", status=503, skip=1)
    for fault in (active, spent):
        faults.add(fault)
    faults.meet("invite", None)
    faults.meet("hang-up", None)

    assert [(h.number, h.fault, h.matched, h.hits) for h in faults.held()] == [(2, spent, 1, 1), (1, active, 1, 0)]


def test_fault_is_taken_away_by_its_number() -> None:
    faults = Faults(lambda _: True)
    numbers = [faults.add(Fault(verb, status=503)) for verb in ("invite", "hang-up")]

    faults.remove(numbers[0])

    assert faults.meet("invite", None) is None
    with pytest.raises(UsageError, match=r"^fault 1 is not active; active: 2$"):
        faults.remove(1)


# ---- what the client gets


def test_answer_of_a_fault_is_an_error_of_graph_with_graphs_headers(fake: Rig) -> None:
    held(fake).faults.add(Fault("get-call", status=503, retry_after=2))

    got = fake.send("GET", "/calls/x", headers={"client-request-id": "mine"})

    assert got.status_code == 503
    assert got.json == {
        "error": {
            "code": "serviceNotAvailable",
            "message": "Service unavailable",
            "innerError": {
                "date": "2026-01-01T00:00:00",
                "request-id": got.headers["request-id"],
                "client-request-id": "mine",
            },
        }
    }
    assert got.headers["Retry-After"] == "2"
    assert got.headers["OData-Version"] == "4.0"


def test_throttling_is_answered_in_its_documented_form(fake: Rig) -> None:
    held(fake).faults.add(Fault("get-call", status=429, retry_after=2.128))

    got = fake.send("GET", "/calls/x")

    request_id = got.headers["request-id"]
    assert got.headers["Retry-After"] == "2.128"
    assert got.json == {
        "error": {
            "code": "TooManyRequests",
            "message": "Please retry again later.",
            "innerError": {
                "code": "429",
                "date": "2026-01-01T00:00:00",
                "request-id": request_id,
                "client-request-id": request_id,
                "message": "Please retry after",
                "status": "429",
            },
        }
    }


@pytest.mark.parametrize("status", DEFAULTS)
def test_status_has_a_default_code_and_message(fake: Rig, status: int) -> None:
    held(fake).faults.add(Fault("get-call", status=status))

    row = DEFAULTS[status]
    assert error_of(fake.send("GET", "/calls/x")) == (status, row.code, row.message)


def test_code_and_message_can_be_given(fake: Rig) -> None:
    held(fake).faults.add(Fault("get-call", status=418, code="teapot", message=""))

    got = fake.send("GET", "/calls/x")

    assert error_of(got) == (418, "teapot", "")
    assert "Retry-After" not in got.headers


@pytest.mark.parametrize(
    ("seconds", "header"), [(0, "0"), (2, "2"), (2.5, "2.5"), (2.128, "2.128"), (86400.0, "86400")]
)
def test_retry_after_is_in_seconds(seconds: float, header: str) -> None:
    assert retry_after(seconds) == header


def test_fault_changes_nothing(fake: Rig) -> None:
    call_id = fake.seed_call()["id"]
    before = fake.world.calls()
    held(fake).faults.add(Fault("any", status=503, times=None))

    fake.invite(call_id, user("adele"))
    fake.send("DELETE", f"/calls/{call_id}")

    assert fake.world.calls() == before
    assert fake.clock.pending == 0


def test_fault_after_the_effect_loses_the_answer_only(fake: Rig) -> None:
    call_id = fake.seed_call()["id"]
    held(fake).faults.add(Fault("invite", status=504, after_effect=True))

    got = fake.invite(call_id, user("adele"))

    fake.clock.drain()
    assert error_of(got) == (504, "UnknownError", "")
    assert "Location" not in got.headers
    assert fake.bot.labels == ["deleted operation completed", "updated roster of 2"]


def test_reset_cuts_the_connection_before_anything_is_done(fake: Rig) -> None:
    call_id = fake.seed_call()["id"]
    held(fake).faults.add(Fault("hang-up", reset=True))

    with pytest.raises(ConnectionResetError, match="connection reset, by a fault of the fake"):
        fake.send("DELETE", f"/calls/{call_id}")

    assert [call.id for call in fake.world.calls()] == [call_id]
    assert fake.send("DELETE", f"/calls/{call_id}").status_code == 204


def test_reset_after_the_effect_leaves_the_effect(fake: Rig) -> None:
    call_id = fake.seed_call()["id"]
    held(fake).faults.add(Fault("hang-up", reset=True, after_effect=True))

    with pytest.raises(ConnectionResetError):
        fake.send("DELETE", f"/calls/{call_id}")

    assert fake.world.calls() == []


def test_latency_passes_in_real_seconds_and_the_request_is_done(fake: Rig) -> None:
    call_id = fake.seed_call()["id"]
    slept: list[float] = []
    held(fake).sleep = slept.append
    held(fake).faults.add(Fault("get-call", latency=1.5))

    assert statuses(fake, call_id, 2) == [200, 200]
    assert slept == [1.5]
    assert fake.clock.now() == datetime(2026, 1, 1, tzinfo=UTC)


def test_latency_comes_before_the_answer_of_the_same_fault(fake: Rig) -> None:
    slept: list[float] = []
    held(fake).sleep = slept.append
    held(fake).faults.add(Fault("get-call", status=503, latency=1.5))

    assert statuses(fake, "x", 1) == [503]
    assert slept == [1.5]


def test_late_answer_after_the_effect_is_the_answer_itself(fake: Rig) -> None:
    call_id = fake.seed_call()["id"]
    alive_while_asleep: list[int] = []
    held(fake).sleep = lambda _: alive_while_asleep.append(len(fake.world.calls()))
    held(fake).faults.add(Fault("hang-up", latency=9, after_effect=True))

    assert fake.send("DELETE", f"/calls/{call_id}").status_code == 204
    assert alive_while_asleep == [0]


# ---- the token endpoint


SIGN_IN = "/contoso/oauth2/v2.0/token"


def sign_in(fake: Rig) -> Any:
    form = {"grant_type": "client_credentials", "client_id": "bot", "client_secret": "s"}
    return fake.client.post(SIGN_IN, data={**form, "scope": "https://graph.microsoft.com/.default"})


def test_token_endpoint_answers_a_fault_in_its_own_form(fake: Rig) -> None:
    held(fake).faults.add(Fault("token", status=503, retry_after=2))

    met, through = sign_in(fake), sign_in(fake)

    assert (met.status_code, met.headers["Retry-After"]) == (503, "2")
    assert met.json == {
        "error": "temporarily_unavailable",
        "error_description": "The server is too busy.",
        "error_codes": [],
        "timestamp": met.json["timestamp"],
        "trace_id": met.json["trace_id"],
        "correlation_id": met.json["correlation_id"],
    }
    assert "request-id" not in met.headers
    assert through.status_code == 200
    assert [i.path for i in held(fake).impatient] == [SIGN_IN]


def test_token_endpoint_is_met_by_its_own_verb_only(fake: Rig) -> None:
    held(fake).faults.add(Fault("any", status=503, times=None))

    assert sign_in(fake).status_code == 200


def test_token_endpoint_can_be_cut_off(fake: Rig) -> None:
    held(fake).faults.add(Fault("token", reset=True))

    with pytest.raises(ConnectionResetError):
        sign_in(fake)

    assert [(a.path, a.status) for a in held(fake).asked] == [(SIGN_IN, 0)]


# ---- what a test can read afterwards


def test_journal_says_which_requests_met_a_fault(fake: Rig) -> None:
    fault, cut = Fault("get-call", status=503), Fault("get-call", reset=True)
    for one in (fault, cut):
        held(fake).faults.add(one)
    fake.send("GET", "/calls/x")
    with pytest.raises(ConnectionResetError):
        fake.send("GET", "/calls/x")
    fake.send("GET", "/calls/x")

    assert [(a.status, a.fault) for a in held(fake).asked] == [(503, fault), (0, cut), (404, None)]


def test_client_that_comes_back_too_soon_is_noted(fake: Rig) -> None:
    held(fake).faults.add(Fault("get-call", status=429, retry_after=60))

    statuses(fake, "x", 2)

    (impatient,) = held(fake).impatient
    assert (impatient.method, impatient.path) == ("GET", "/v1.0/communications/calls/x")
    assert impatient.retry_after == 60
    assert 0 <= impatient.waited < 60


def test_client_that_waits_by_the_clock_of_the_fake_is_patient(fake: Rig) -> None:
    held(fake).faults.add(Fault("get-call", status=429, retry_after=60))

    statuses(fake, "x", 1)
    fake.clock.advance(60)
    statuses(fake, "x", 2)

    assert held(fake).impatient == []


def test_other_requests_may_come_while_one_waits(fake: Rig) -> None:
    held(fake).faults.add(Fault("get-call", status=429, retry_after=60))

    statuses(fake, "x", 1)
    statuses(fake, "y", 1)

    assert held(fake).impatient == []


class Times:
    """Two clocks that a test moves."""

    def __init__(self) -> None:
        self.fake, self.real = datetime(2026, 1, 1, tzinfo=UTC), 0.0
        self.patience = Patience(lambda: self.fake, lambda: self.real)


@pytest.mark.parametrize(("fakes", "reals", "count"), [(1.9, 1.9, 1), (2, 0, 0), (0, 2, 0)], ids=["no", "fake", "real"])
def test_wait_is_over_when_either_time_has_passed(fakes: float, reals: float, count: int) -> None:
    times = Times()
    times.patience.told_to_wait(("bot", "GET", "/x"), 2)

    times.fake += timedelta(seconds=fakes)
    times.real += reals
    times.patience.came(("bot", "GET", "/x"))

    assert len(times.patience.impatient()) == count


def test_impatience_says_what_came_when() -> None:
    assert str(Impatient("bot", "GET", "/x", 2, 0.1234)) == "GET /x came back after 0.123 s, Retry-After was 2 s"


def test_patience_remembers_a_bounded_number() -> None:
    times = Times()
    for number in range(1100):
        times.patience.told_to_wait(("bot", "GET", f"/{number}"), 2)
    for number in range(1100):
        times.patience.came(("bot", "GET", f"/{number}"))

    assert [i.path for i in times.patience.impatient()] == [f"/{number}" for number in range(1000, 1100)]
    times.patience.came(("bot", "GET", "/99"))
    assert times.patience.impatient()[-1].path == "/1099"


def test_reset_and_renew_forget_faults(fake: Rig) -> None:
    held(fake).faults.add(Fault("get-call", status=429, retry_after=60, times=None))
    statuses(fake, "x", 2)

    fake.control("POST", "/reset", {})

    assert (held(fake).faults.held(), held(fake).impatient, list(held(fake).asked)) == ([], [], [])
    held(fake).faults.add(Fault("get-call", status=503))
    assert renew(fake.app, post=Bot()).faults.held() == []


# ---- asked wrongly


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "unknown verb": ({"verb": "invte", "status": 503}, f"fault.verb: expected one of {VERB_NAMES}, got 'invte'"),
    "status": ({"verb": "any", "status": 200}, "fault.status: expected a status, from 400 to 599, got 200"),
    "status as text": ({"verb": "any", "status": "503"}, "fault.status: expected a status, from 400 to 599, got '503'"),
    "retry after": (
        {"verb": "any", "status": 503, "retry_after": -1},
        "fault.retry_after: expected seconds, from 0 to 86400, got -1",
    ),
    "latency": ({"verb": "any", "latency": 601}, "fault.latency: expected seconds, from 0 to 600, got 601"),
    "times": (
        {"verb": "any", "status": 503, "times": 0},
        "fault.times: expected a whole number, from 1 to 1000000, or nothing, got 0",
    ),
    "probability": (
        {"verb": "any", "status": 503, "probability": 0},
        "fault.probability: expected a number above 0, at most 1, got 0",
    ),
    "reset": ({"verb": "any", "reset": 1}, "fault.reset: expected true or false, got 1"),
    "nothing": ({"verb": "any"}, "fault on 'any': nothing would happen; give it a status, reset or latency"),
    "both": (
        {"verb": "any", "status": 503, "reset": True},
        "fault on 'any': it answers 503 or it is a reset, not both",
    ),
    "no answer": (
        {"verb": "any", "latency": 1, "code": "x", "retry_after": 2},
        "fault on 'any': code, retry_after without a status",
    ),
    "no default": (
        {"verb": "any", "status": 418},
        "fault on 'any': 418 has no default code (400, 401, 403, 404, 409, 429, 500, 502, 503, 504 have); give it one",
    ),
    "no default of the token endpoint": (
        {"verb": "token", "status": 502},
        f"fault on 'token': 502 has no default code ({', '.join(map(str, TOKEN_DEFAULTS))} have); give it one",
    ),
}


@pytest.mark.parametrize(("given", "problem"), WRONG.values(), ids=WRONG.keys())
def test_wrong_fault_says_what_would_be_right(given: dict[str, Any], problem: str) -> None:
    with pytest.raises(UsageError) as raised:
        Fault(**given)

    assert str(raised.value) == problem


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (Fault("invite", status=503), "503 instead of invite"),
        (Fault("invite", reset=True, after_effect=True), "reset after invite"),
        (Fault("invite", latency=1.5), "1.5 s late instead of invite"),
    ],
    ids=["status", "reset", "latency"],
)
def test_fault_says_what_it_does(fault: Fault, text: str) -> None:
    assert str(fault) == text


# ---- control


def test_fault_is_written_and_read_alike() -> None:
    fault = Fault("invite", status=503, retry_after=2, times=None, call_id="c", after_effect=True)

    assert fault_from_json(fault_to_json(fault), "fault") == fault


def test_faults_are_put_and_shown_by_control(fake: Rig) -> None:
    added = fake.control("POST", "/faults", {"verb": "get-call", "status": 429, "retryAfter": 60})
    statuses(fake, "x", 2)

    shown = fake.control("GET", "/faults").json

    row = {
        "verb": "get-call",
        "status": 429,
        "code": None,
        "message": None,
        "retryAfter": 60,
        "latency": 0.0,
        "reset": False,
        "times": 1,
        "callId": None,
        "skip": 0,
        "probability": 1.0,
        "afterEffect": False,
    }
    assert (added.status_code, added.json) == (201, {"number": 1})
    assert shown["faults"] == [{"number": 1, "matched": 1, "hits": 1, **row}]
    (impatient,) = shown["impatient"]
    assert impatient == {
        "application": "00000000-0000-4000-8000-00000000a001",
        "method": "GET",
        "path": "/v1.0/communications/calls/x",
        "retryAfter": 60,
        "waited": impatient["waited"],
    }
    assert [r["fault"] for r in fake.control("GET", "/requests").json["requests"]] == [row, None]


def test_faults_are_taken_away_by_control(fake: Rig) -> None:
    for verb in ("get-call", "invite", "hang-up"):
        fake.control("POST", "/faults", {"verb": verb, "status": 503})

    one = fake.control("DELETE", "/faults/1")
    left = [f["number"] for f in fake.control("GET", "/faults").json["faults"]]
    again = fake.control("DELETE", "/faults/1")
    every = fake.control("DELETE", "/faults")

    assert (one.json, left, every.json) == ({"number": 1}, [2, 3], {"faults": []})
    assert (again.status_code, again.json) == (400, {"problem": "fault 1 is not active; active: 2, 3"})
    assert held(fake).faults.held() == []


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, f"fault.verb: expected one of {VERB_NAMES}, got None"),
        (
            {"verb": "any", "retryAfter": "x"},
            "fault.retryAfter: expected seconds, from 0 to 86400, got 'x'",
        ),
        (
            {"verb": "any", "retry_after": 1},
            "fault: unknown 'retry_after'; known: verb, status, code, message, retryAfter, latency, reset, times, "
            "callId, skip, probability, afterEffect",
        ),
        ({"verb": "any"}, "fault on 'any': nothing would happen; give it a status, reset or latency"),
    ],
    ids=["no verb", "type", "name", "nothing"],
)
def test_wrong_fault_of_control_says_what_would_be_right(fake: Rig, body: dict[str, Any], problem: str) -> None:
    got = fake.control("POST", "/faults", body)

    assert (got.status_code, got.json) == (400, {"problem": problem})


def test_fault_is_met_over_every_version_and_family(fake: Rig) -> None:
    held(fake).faults.add(Fault("get-call", status=503, times=None))

    met = [
        fake.client.get(f"{prefix}/calls/x", headers=TOKEN).status_code
        for prefix in ("/v1.0/communications", "/v1.0//app", "/beta/communications", "/BETA/App")
    ]

    assert met == [503] * 4
