"""Calls that come in, over HTTP: told, answered, rejected, redirected, missed; and calls that are handed over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.conftest import CALLBACK, Rig, error_of, phone, user

MEDIA = {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"}
ANSWER = {"callbackUri": CALLBACK, "acceptedModalities": ["audio"], "mediaConfig": MEDIA}


def incoming(fake: Rig, **members: Any) -> str:
    """Adele calls the bot; the call's id."""
    body = {"callbackUri": CALLBACK, "source": user("adele"), **members}
    answer = fake.control("POST", "/incoming", body)
    assert answer.status_code == 201, answer.json
    call_id: str = answer.json["id"]
    return call_id


def act(fake: Rig, call_id: str, action: str, body: Any) -> Any:
    return fake.send("POST", f"/calls/{call_id}/{action}", body)


def told(fake: Rig) -> list[dict[str, Any]]:
    return [item["resourceData"] for item in fake.bot.items]


def test_bot_is_told_who_calls(fake: Rig) -> None:
    call_id = incoming(fake)

    fake.clock.advance(0)

    (item,) = fake.bot.items
    assert item["changeType"] == "created"
    data = item["resourceData"]
    assert (data["state"], data["direction"], data["id"]) == ("incoming", "incoming", call_id)
    assert data["source"]["identity"]["user"]["id"] == user("adele")["user"]["id"]
    assert "application" in data["targets"][0]["identity"]


def test_answered_call_is_established(fake: Rig) -> None:
    call_id = incoming(fake)

    answer = act(fake, call_id, "answer", ANSWER)
    fake.clock.drain()

    assert (answer.status_code, answer.data) == (202, b"")
    assert [d["state"] for d in told(fake)] == ["incoming", "establishing", "established"]
    call = fake.send("GET", f"/calls/{call_id}").json
    assert (call["state"], call["direction"], call["requestedModalities"]) == ("established", "incoming", ["audio"])


def test_answered_group_call_tells_its_roster(fake: Rig) -> None:
    call_id = incoming(fake, kind="group")

    act(fake, call_id, "answer", ANSWER)
    fake.clock.drain()

    assert fake.bot.labels[-2:] == ["updated call established", "updated roster of 2"]


def test_callback_of_the_answer_is_told_from_then_on(fake: Rig) -> None:
    call_id = incoming(fake)

    act(fake, call_id, "answer", {**ANSWER, "callbackUri": "https://bot.example/other"})
    fake.clock.drain()

    assert [n.callback_uri for n in fake.bot.notifications][-1] == "https://bot.example/other"


@pytest.mark.parametrize("missing", ["callbackUri", "mediaConfig"])
def test_answer_without_what_it_needs_is_refused(fake: Rig, missing: str) -> None:
    call_id = incoming(fake)

    answer = act(fake, call_id, "answer", {name: value for name, value in ANSWER.items() if name != missing})

    assert error_of(answer) == (400, "BadRequest", f"{missing}: is missing.")
    assert fake.send("GET", f"/calls/{call_id}").json["state"] == "incoming"


@pytest.mark.parametrize(("context", "seconds"), [(None, 15), ({"observedParticipantId": "p"}, 5)])
def test_call_that_nobody_answers_in_time_is_gone(fake: Rig, context: Any, seconds: int) -> None:
    call_id = incoming(fake, **({"incomingContext": context} if context else {}))

    fake.clock.advance(seconds - 0.1)
    before = fake.send("GET", f"/calls/{call_id}").status_code
    fake.clock.advance(0.1)

    assert before == 200
    assert error_of(act(fake, call_id, "answer", ANSWER)) == (404, "8522", "Call not found.")
    assert fake.bot.labels == ["created call incoming"]


@pytest.mark.parametrize("reason", ["none", "busy", "forbidden", "Busy"])
def test_rejected_call_is_deleted_without_a_state(fake: Rig, reason: str) -> None:
    call_id = incoming(fake)

    answer = act(fake, call_id, "reject", {"reason": reason})
    fake.clock.drain()

    assert (answer.status_code, answer.data) == (202, b"")
    assert (fake.bot.items[-1]["changeType"], told(fake)[-1]) == ("deleted", {"@odata.type": "#microsoft.graph.call"})
    assert fake.send("GET", f"/calls/{call_id}").status_code == 404


@pytest.mark.parametrize("action", ["answer", "reject", "redirect"])
def test_established_call_is_not_reacted_to(fake: Rig, action: str) -> None:
    call_id = fake.seed_call()["id"]
    bodies = {"answer": ANSWER, "reject": {}, "redirect": {"targets": [{"identity": user("bob")}]}}

    answer = act(fake, call_id, action, bodies[action])

    message = f"The call is 'established': '{action}' is possible while it is 'incoming'."
    assert error_of(answer) == (400, "BadRequest", message)


def test_redirected_call_ends_when_somebody_answers(fake: Rig) -> None:
    fake.control("POST", "/people", {**user("bob"), "ignores": True})
    fake.control("POST", "/people", {**user("carol"), "answers": {"after": 20}})
    call_id = incoming(fake)

    answer = act(fake, call_id, "redirect", {"targets": [{"identity": user(name)} for name in ("bob", "carol")]})
    fake.clock.advance(19.9)
    shown = fake.send("GET", f"/calls/{call_id}").json
    fake.clock.advance(0.1)

    assert answer.status_code == 202
    assert shown["state"] == "redirecting"
    assert fake.bot.labels == ["created call incoming", "deleted call terminated"]
    last = told(fake)[-1]
    assert (last["direction"], last["id"], "resultInfo" in last) == ("incoming", call_id, False)


@pytest.mark.parametrize(("targets", "seconds"), [(["bob"], 55), (["bob", "carol"], 60)])
def test_redirect_that_nobody_answers_ends_the_call(fake: Rig, targets: list[str], seconds: int) -> None:
    for name in targets:
        fake.control("POST", "/people", {**user(name), "ignores": True})
    call_id = incoming(fake)

    act(fake, call_id, "redirect", {"targets": [{"identity": user(name)} for name in targets]})
    fake.clock.advance(seconds - 0.1)
    assert fake.bot.labels == ["created call incoming"]
    fake.clock.advance(0.1)

    assert told(fake)[-1]["resultInfo"]["subcode"] == 10037


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"targets": [{"identity": user("bob")}], "timeout": 14}, "timeout: 14 is not from 15 to 90."),
        ({"targets": []}, "targets: is empty."),
        ({"targets": [{"identity": user("bob")}] * 26}, "targets: has 26 entries, at most 25 are allowed."),
        (
            {"targets": [{"identity": user("bob")}], "callbackUri": "ftp://bot"},
            "callbackUri 'ftp://bot' is not an https address, nor an http address on loopback.",
        ),
    ],
)
def test_redirect_has_limits(fake: Rig, body: Any, message: str) -> None:
    call_id = incoming(fake)

    assert error_of(act(fake, call_id, "redirect", body)) == (400, "BadRequest", message)


def test_transferred_call_ends_when_the_target_has_answered(fake: Rig) -> None:
    call_id = fake.seed_call(kind="peerToPeer", participants=[user("adele")])["id"]

    answer = act(fake, call_id, "transfer", {"transferTarget": {"identity": user("bob")}})
    fake.clock.drain()

    assert (answer.status_code, answer.data) == (202, b"")
    assert [d["state"] for d in told(fake)] == ["transferring", "transferAccepted", "terminated"]
    assert told(fake)[-1]["resultInfo"] | {"@odata.type": ""} == {
        "@odata.type": "",
        "code": 200,
        "subcode": 7015,
        "message": "GracefulTransferCompleted",
    }


def test_consultative_transfer_ends_both_calls(fake: Rig) -> None:
    first = fake.seed_call(kind="peerToPeer", participants=[user("adele")])["id"]
    second = fake.seed_call(kind="peerToPeer", participants=[user("bob")])["id"]

    act(fake, first, "transfer", {"transferTarget": {"identity": user("bob"), "replacesCallId": second}})
    fake.clock.drain()

    ended = {i["resourceUrl"].split("/")[-1]: i["resourceData"] for i in fake.bot.items if i["changeType"] == "deleted"}
    assert set(ended) == {first, second}
    assert ended[first]["terminationReason"] == "AppTransferred"
    assert "resultInfo" not in ended[first]


@pytest.mark.parametrize(("replaces", "subcode"), [(None, 7000), ("gone", 7000), ("bob's", 7700)])
def test_transfer_that_fails_leaves_the_call_as_it_was(fake: Rig, replaces: str | None, subcode: int) -> None:
    fake.control("POST", "/people", {**user("bob"), "declines": True})
    call_id = fake.seed_call(kind="peerToPeer", participants=[user("adele")])["id"]
    bobs = fake.seed_call(kind="peerToPeer", participants=[user("bob")])["id"]
    named = {"gone": "e5d39592-99bd-4db8-bca8-30fb894ec51d", "bob's": bobs}.get(replaces or "")
    target = {"identity": user("bob"), **({"replacesCallId": named} if named else {})}

    act(fake, call_id, "transfer", {"transferTarget": target})
    fake.clock.drain()

    assert [d["state"] for d in told(fake)] == ["transferring", "established"]
    assert (told(fake)[-1]["resultInfo"]["code"], told(fake)[-1]["resultInfo"]["subcode"]) == (500, subcode)
    call = fake.send("GET", f"/calls/{call_id}").json
    assert (call["state"], call["resultInfo"]) == ("established", None)
    assert fake.send("GET", f"/calls/{bobs}").json["state"] == "established"


def test_somebody_of_a_group_call_is_handed_over(fake: Rig) -> None:
    call_id = fake.seed_call(participants=[{**user("adele"), "id": "p-1"}])["id"]
    target = {"transferTarget": {"identity": user("bob")}}

    without = act(fake, call_id, "transfer", target)
    unknown = act(fake, call_id, "transfer", {**target, "transferee": {"participantId": "p-9"}})
    done = act(fake, call_id, "transfer", {**target, "transferee": {"participantId": "p-1"}})
    fake.clock.drain()

    message = "transferee.participantId is missing: a group call is not transferred, somebody of it is."
    assert error_of(without) == (400, "BadRequest", message)
    assert error_of(unknown) == (404, "itemNotFound", "Participant not found.")
    assert done.status_code == 202
    assert [d["state"] for d in told(fake)] == ["transferring", "transferAccepted", "terminated"]


@pytest.mark.parametrize("action", ["redirect", "transfer"])
def test_handing_over_needs_its_permission(fake: Rig, action: str) -> None:
    fake.world.application = replace(fake.world.application, permissions=frozenset({"Calls.InitiateGroupCall.All"}))
    call_id = incoming(fake) if action == "redirect" else fake.seed_call()["id"]

    message = "Insufficient enterprise tenant permissions, cannot access this API."
    assert error_of(act(fake, call_id, action, {})) == (403, "7504", message)


def test_answering_a_group_call_needs_its_permission(fake: Rig) -> None:
    fake.world.application = replace(fake.world.application, permissions=frozenset({"Calls.Initiate.All"}))
    group, pair = incoming(fake, kind="group"), incoming(fake)

    assert act(fake, group, "answer", ANSWER).status_code == 403
    assert act(fake, pair, "answer", ANSWER).status_code == 202


def test_call_cannot_be_transferred_to_itself(fake: Rig) -> None:
    call_id = fake.seed_call(kind="peerToPeer", participants=[user("adele")])["id"]
    target = {"identity": user("bob"), "replacesCallId": call_id}

    answer = act(fake, call_id, "transfer", {"transferTarget": target})

    assert error_of(answer) == (400, "BadRequest", "replacesCallId names the call itself.")


def test_phone_can_call(fake: Rig) -> None:
    call_id = incoming(fake, source=phone("+4915112345678"))

    act(fake, call_id, "answer", ANSWER)
    fake.clock.drain()

    assert told(fake)[0]["source"]["identity"]["phone"]["id"] == "+4915112345678"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"callbackUri": CALLBACK}, "call.source: expected who calls, {user: {id: …}}, got nothing"),
        (
            {"callbackUri": CALLBACK, "source": user("a"), "state": "established"},
            "call.state: leave it out, the call is incoming",
        ),
        (
            {"source": user("a")},
            "call.callbackUri: expected an https address, or an http address on loopback, got None",
        ),
    ],
)
def test_wrong_incoming_call_says_what_would_be_right(fake: Rig, body: Any, problem: str) -> None:
    answer = fake.control("POST", "/incoming", body)

    assert (answer.status_code, answer.json) == (400, {"problem": problem})
    assert fake.control("GET", "/calls").json == {"calls": []}
