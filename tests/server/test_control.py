"""The fake's own routes below /__admin/."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import CALLBACK, Rig, rig, user


def test_health_says_ok(fake: Rig) -> None:
    assert fake.control("GET", "/health").json == {"status": "ok"}


def test_reset_forgets_everything_and_repeats_the_ids(fake: Rig) -> None:
    def story() -> list[Any]:
        fake.control("POST", "/reset", {"seed": 7})
        call = fake.seed_call()
        operation = fake.invite(call["id"], user("adele")).json
        return [call["id"], operation["id"], operation["participants"][0]["participantId"]]

    first, second = story(), story()

    assert first == second
    assert len(fake.control("GET", "/requests").json["requests"]) == 1
    assert fake.control("GET", "/deliveries").json["deliveries"] == []


def test_call_can_be_seeded_in_a_state_with_people(fake: Rig) -> None:
    shown = fake.seed_call(
        id="my-call",
        kind="meeting",
        myParticipantId="me",
        participants=[{**user("adele"), "id": "p1", "hidden": True}],
        people=[{**user("bob"), "declines": {"after": 3}}],
    )

    assert shown == {
        "id": "my-call",
        "kind": "meeting",
        "state": "established",
        "callbackUri": CALLBACK,
        "myParticipantId": "me",
        "participants": [
            {"id": "me", "application": "00000000-0000-4000-8000-00000000a001", "hidden": False},
            {"id": "p1", "user": user("adele")["user"]["id"], "hidden": True},
        ],
        "ringing": [],
        "operations": [],
    }
    fake.invite("my-call", user("bob"))
    fake.clock.advance(3)
    assert fake.bot.labels == ["deleted operation failed"]


WRONG: dict[str, tuple[str, str, Any, str]] = {
    "unknown member": (
        "POST",
        "/calls",
        {"callback": CALLBACK},
        "call: unknown 'callback'; known: id, kind, state, direction, callbackUri, callChainId, myParticipantId, "
        "source, targets, chatInfo, meetingInfo, media, modalities, mediaConfig, callOptions, subject, tenantId, "
        "hasNumber, isMuted, hearsTones, incomingContext, participants, people, notifications",
    ),
    "no callback": (
        "POST",
        "/calls",
        {},
        "call.callbackUri: expected an https address, or an http address on loopback, got None",
    ),
    "unknown kind": (
        "POST",
        "/calls",
        {"callbackUri": CALLBACK, "kind": "party"},
        "call.kind: 'party' is none of peerToPeer, group, meeting",
    ),
    "terminated": (
        "POST",
        "/calls",
        {"callbackUri": CALLBACK, "state": "terminated"},
        "call.state: a terminated call is not found by anybody; leave it out instead",
    ),
    "participant without identity": (
        "POST",
        "/calls",
        {"callbackUri": CALLBACK, "participants": [{}]},
        "call.participants[0]: expected one of user, application, device, phone, guest, encrypted, onPremises, "
        "applicationInstance, azureCommunicationServicesUser, got none",
    ),
    "two reactions": (
        "POST",
        "/people",
        {**user("adele"), "answers": True, "declines": True},
        "person: a person reacts in one way, got answers, declines",
    ),
    "negative time": (
        "POST",
        "/people",
        {**user("adele"), "answers": {"after": -1}},
        "person.answers.after: expected seconds, from 0 to 86400, got -1",
    ),
    "seed no number": ("POST", "/reset", {"seed": "x"}, "seed: expected a whole number, got 'x'"),
    "clock": ("POST", "/clock", {"advance": "x"}, "advance: expected seconds, from 0 to 10000000, got 'x'"),
    "clock backwards": ("POST", "/clock", {"advance": -1}, "advance: expected seconds, from 0 to 10000000, got -1"),
    "list": ("POST", "/reset", [], "expected a JSON object, got []"),
    "unknown rule": (
        "PUT",
        "/rules",
        {"mostGuests": 1},
        "body: unknown 'mostGuests'; known: mostInvitees, mostTargets, severalNeedChat, oneInvitedBot, "
        "uniqueIdentities, ringTimeout, mediaFailureAfter, rosterWhileRinging, endedOperationsReadable, "
        "secondsPerPrompt, keepAliveWithin, answerWithin, answerRecordingWithin",
    ),
    "rule beyond bounds": (
        "PUT",
        "/rules",
        {"ringTimeout": 1e10},
        "body.ringTimeout: expected seconds, from 0 to 86400, got 10000000000.0",
    ),
    "rule below zero": (
        "PUT",
        "/rules",
        {"mostInvitees": -1},
        "body.mostInvitees: expected a whole number, from 0 to 1000, got -1",
    ),
    "rule of another type": (
        "PUT",
        "/rules",
        {"mostInvitees": True},
        "body.mostInvitees: expected a whole number, from 0 to 1000, got True",
    ),
    "delivery": (
        "PUT",
        "/deliveries",
        {"order": "random"},
        "body.order: 'random' is none of documented, roster-first, reversed",
    ),
}


@pytest.mark.parametrize(("method", "path", "body", "problem"), WRONG.values(), ids=WRONG.keys())
def test_wrong_control_request_says_what_would_be_right(
    fake: Rig, method: str, path: str, body: Any, problem: str
) -> None:
    answer = fake.control(method, path, body)

    assert (answer.status_code, answer.json) == (400, {"problem": problem})
    assert fake.control("GET", "/calls").json == {"calls": []}


def test_body_of_another_content_type_is_refused(fake: Rig) -> None:
    """A web page of another origin can send text/plain, but not JSON."""
    fake.seed_call()

    for data in ("{}", ""):
        answer = fake.client.post("/__admin/reset", data=data, headers={"Content-Type": "text/plain"})
        assert answer.json == {"problem": "expected Content-Type application/json, got 'text/plain'"}

    assert len(fake.control("GET", "/calls").json["calls"]) == 1


@pytest.mark.parametrize("host", ["localhost:80", "127.0.0.1:8445", "[::1]:8445", "10.0.0.1"])
def test_control_answers_to_an_address(fake: Rig, host: str) -> None:
    assert fake.client.get("/__admin/health", headers={"Host": host}).status_code == 200


def test_control_does_not_answer_to_a_name_that_a_web_page_can_have(fake: Rig) -> None:
    answer = fake.client.get("/__admin/requests", headers={"Host": "evil.example"})

    problem = "control is called 'evil.example': call it by its address, or as localhost"
    assert (answer.status_code, answer.json) == (400, {"problem": problem})


def test_control_answers_to_any_name_where_the_settings_say_so() -> None:
    answer = rig(any_control_host=True).client.get("/__admin/health", headers={"Host": "fake"})

    assert answer.status_code == 200


def test_call_that_exists_is_not_seeded_twice(fake: Rig) -> None:
    fake.seed_call(id="one")

    answer = fake.control("POST", "/calls", {"id": "one", "callbackUri": CALLBACK})

    assert answer.json == {"problem": "call 'one' exists already: give it another id, or reset first"}


@pytest.mark.parametrize(
    ("what", "more", "label", "code"),
    [
        ("answers", {}, "deleted operation completed", None),
        ("declines", {}, "deleted operation failed", 603),
        ("busy", {}, "deleted operation failed", 486),
        ("expires", {}, "deleted operation failed", 408),
        ("fails", {"code": 500, "subcode": 1, "message": "no"}, "deleted operation failed", 500),
    ],
    ids=["answers", "declines", "busy", "expires", "fails"],
)
def test_somebody_who_is_rung_can_be_made_to_react(
    fake: Rig, what: str, more: dict[str, Any], label: str, code: int | None
) -> None:
    call = fake.seed_call(people=[{**user("adele"), "ignores": True}])
    invited = fake.invite(call["id"], user("adele")).json["participants"][0]["participantId"]

    answer = fake.control("POST", f"/calls/{call['id']}/{what}", {"participantId": invited, **more})

    fake.clock.advance(1)
    assert answer.status_code == 200
    assert fake.bot.labels[0] == label
    assert fake.bot.items[0]["resourceData"].get("resultInfo", {}).get("code") == code


def test_reaction_of_somebody_who_is_not_rung_is_refused(fake: Rig) -> None:
    call = fake.seed_call()

    answer = fake.control("POST", f"/calls/{call['id']}/answers", {"participantId": "x"})

    assert answer.json == {"problem": f"call {call['id']!r}: nobody is rung as 'x'; being rung: nobody"}


def test_people_join_and_leave_on_their_own(fake: Rig) -> None:
    call = fake.seed_call()

    joined = fake.control("POST", f"/calls/{call['id']}/joins", user("adele")).json
    fake.control("POST", f"/calls/{call['id']}/leaves", joined)

    fake.clock.drain()
    assert fake.bot.labels == ["updated roster of 2", "updated roster of 1"]


def test_people_mute_unmute_and_enter_from_the_lobby(fake: Rig) -> None:
    call = fake.seed_call(participants=[{**user("adele"), "id": "a", "isInLobby": True}])
    for what in ("mutes", "unmutes", "enters"):
        assert fake.control("POST", f"/calls/{call['id']}/{what}", {"participantId": "a"}).status_code == 200

    fake.clock.drain()

    told = [item["resourceData"][1] for item in fake.bot.items]
    assert [(p["isMuted"], p["isInLobby"]) for p in told] == [(True, True), (False, True), (False, False)]


def test_last_one_who_hangs_up_ends_a_group_call(fake: Rig) -> None:
    call = fake.seed_call(participants=[{**user("adele"), "id": "a"}])

    answer = fake.control("POST", f"/calls/{call['id']}/hangsUp", {"participantId": "a"})

    fake.clock.drain()
    assert answer.json == {"id": call["id"], "state": "terminated"}
    assert fake.bot.labels == ["updated roster of 1", "deleted call terminated"]
    assert fake.bot.items[-1]["resourceData"]["resultInfo"]["subcode"] == 5002


@pytest.mark.parametrize("what", ["mutes", "enters"])
def test_what_somebody_cannot_do_is_refused(fake: Rig, what: str) -> None:
    call = fake.seed_call(myParticipantId="me")

    answer = fake.control("POST", f"/calls/{call['id']}/{what}", {"participantId": "me"})

    problems = {
        "mutes": (501, "The fake has no muting of the bot itself yet: this is not Graph's answer."),
        "enters": (400, "participant 'me' is in the call, not in its lobby"),
    }
    assert (answer.status_code, answer.json["problem"]) == problems[what]


def test_nobody_joins_under_an_id_that_is_taken(fake: Rig) -> None:
    call = fake.seed_call(participants=[{**user("adele"), "id": "one"}])

    answer = fake.control("POST", f"/calls/{call['id']}/joins", {**user("bob"), "id": "one"})

    assert answer.json == {"problem": "participant 'one' is in the call already: give the newcomer another id"}


def test_what_a_newcomer_cannot_bring_is_refused(fake: Rig) -> None:
    call = fake.seed_call()

    answer = fake.control("POST", f"/calls/{call['id']}/joins", {**user("bob"), "isMuted": True})

    assert answer.json["problem"].startswith("body: unknown 'isMuted'; known: user, ")


def test_service_can_end_a_call(fake: Rig) -> None:
    call = fake.seed_call()

    fake.control("POST", f"/calls/{call['id']}/ends", {"code": 500, "subcode": 7117, "message": "why"})

    fake.clock.drain()
    assert fake.bot.labels == ["deleted call terminated"]
    assert fake.control("GET", "/calls").json == {"calls": []}


def test_peer_who_leaves_ends_a_peer_to_peer_call(fake: Rig) -> None:
    call = fake.seed_call(kind="peerToPeer", participants=[{**user("adele"), "id": "peer"}])

    answer = fake.control("POST", f"/calls/{call['id']}/leaves", {"participantId": "peer"})

    assert answer.json == {"id": call["id"], "state": "terminated"}


def test_clock_is_read_and_moved(fake: Rig) -> None:
    call = fake.seed_call(people=[{**user("adele"), "answers": {"after": 30}}])
    fake.invite(call["id"], user("adele"))

    before = fake.control("GET", "/clock").json
    moved = fake.control("POST", "/clock", {"advance": 30}).json
    drained = fake.control("POST", "/clock", {"drain": True}).json

    assert before == {"now": "2026-01-01T00:00:00+00:00", "pending": 1}
    assert moved == {"now": "2026-01-01T00:00:30+00:00", "happened": 3}
    assert drained == {"now": "2026-01-01T00:00:30+00:00", "happened": 0}


def test_deliveries_are_kept_with_what_the_bot_answered(fake: Rig) -> None:
    call = fake.seed_call()
    fake.bot.status = 410
    fake.send("DELETE", f"/calls/{call['id']}")
    fake.clock.drain()

    shown = fake.control("GET", "/deliveries").json

    assert shown["settings"] == {
        "order": "documented",
        "delay": 0.0,
        "jitter": 0.0,
        "drop": [],
        "duplicate": [],
        "retries": 3,
        "backoff": 0.5,
    }
    assert shown["pending"] == 0
    assert shown["deliveries"][0] == {
        "number": 1,
        "call": call["id"],
        "kind": "call",
        "label": f"updated /communications/calls/{call['id']}",
        "callbackUri": CALLBACK,
        "attempt": 1,
        "at": "2026-01-01T00:00:00+00:00",
        "status": 410,
        "result": "rejected",
        "problem": None,
        "body": fake.bot.notifications[0].body.decode(),
    }


def test_delivery_settings_for_all_calls_can_be_put(fake: Rig) -> None:
    fake.control("PUT", "/deliveries", {"drop": ["roster"]})
    call = fake.seed_call()
    fake.invite(call["id"], user("adele"))

    fake.clock.drain()

    assert fake.bot.labels == ["deleted operation completed"]


def test_rules_can_be_loosened(fake: Rig) -> None:
    call = fake.seed_call(chatInfo=None)

    shown = fake.control("PUT", "/rules", {"severalNeedChat": False}).json

    assert shown == {**fake.control("GET", "/rules").json, "severalNeedChat": False}
    assert fake.invite(call["id"], user("adele"), user("bob")).status_code == 200


def test_journals_are_bounded() -> None:
    fake = rig(journal=2)
    for name in "abc":
        fake.send("GET", f"/calls/{name}")

    kept = fake.control("GET", "/requests").json["requests"]

    assert [(r["number"], r["path"], r["status"]) for r in kept] == [
        (2, "/v1.0/communications/calls/b", 404),
        (3, "/v1.0/communications/calls/c", 404),
    ]


def test_unknown_control_route_says_so(fake: Rig) -> None:
    answer = fake.control("GET", "/nonsense")

    assert answer.status_code == 404
    assert list(answer.json) == ["problem"]


def test_body_that_is_no_json_is_refused(fake: Rig) -> None:
    answer = fake.client.post("/__admin/calls", data=b'{"id": "\\ud800"}', headers={"Content-Type": "application/json"})

    assert answer.status_code == 400
    assert answer.json["problem"].startswith("the body is no JSON: ")


def test_crash_behind_the_view_is_said_too(
    fake: Rig, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(fake.app.config, "PROPAGATE_EXCEPTIONS", False)
    call = fake.seed_call()

    monkeypatch.setitem(fake.app.after_request_funcs, None, [lambda _: 1 / 0])
    answer = fake.client.get(f"/v1.0/communications/calls/{call['id']}", headers={"Authorization": "Bearer x"})

    assert answer.status_code == 500
    assert "ZeroDivisionError" in caplog.text


def test_crash_of_the_fake_is_said_and_never_a_success(
    fake: Rig, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(fake.app.config, "PROPAGATE_EXCEPTIONS", False)
    call = fake.seed_call()
    fake.world.rules = None  # type: ignore[assignment]

    answer = fake.invite(call["id"], user("adele"))

    assert answer.status_code == 500
    assert answer.json["error"]["message"].startswith("the fake crashed: AttributeError(")
    assert "the fake crashed on POST" in caplog.text
