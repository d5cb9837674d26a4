"""Create, get and delete a call over HTTP, with whole bodies."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import CALLBACK, TOKEN, Rig, error_of, user

MEETING: dict[str, Any] = {
    "@odata.type": "#microsoft.graph.call",
    "callbackUri": CALLBACK,
    "requestedModalities": ["audio"],
    "mediaConfig": {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"},
    "chatInfo": {"@odata.type": "#microsoft.graph.chatInfo", "threadId": "19:m@thread.v2", "messageId": "0"},
    "meetingInfo": {
        "@odata.type": "#microsoft.graph.organizerMeetingInfo",
        "organizer": {"user": {"id": "organizer", "tenantId": "tenant"}},
    },
}


def test_created_peer_to_peer_call_is_answered_whole(fake: Rig) -> None:
    target = {"identity": user("adele", displayName="Adele")}

    answer = fake.send("POST", "/calls", {"callbackUri": CALLBACK, "targets": [target]})

    body = answer.json
    base = "http://localhost/v1.0"
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{base}/communications/calls/{body['id']}"
    assert body == {
        "@odata.context": f"{base}/$metadata#app/calls/$entity",
        "@odata.type": "#microsoft.graph.call",
        "state": "establishing",
        "direction": "outgoing",
        "callbackUri": CALLBACK,
        "callChainId": body["callChainId"],
        "source": {
            "@odata.type": "#microsoft.graph.participantInfo",
            "identity": {
                "@odata.type": "#microsoft.graph.identitySet",
                "application": {
                    "@odata.type": "#microsoft.graph.identity",
                    "id": "00000000-0000-4000-8000-00000000a001",
                    "displayName": "Calling Bot",
                },
            },
            "countryCode": None,
            "endpointType": None,
            "region": None,
            "languageId": None,
        },
        "targets": [
            {
                "@odata.type": "#microsoft.graph.invitationParticipantInfo",
                "identity": {
                    "@odata.type": "#microsoft.graph.identitySet",
                    "user": {
                        "@odata.type": "#microsoft.graph.identity",
                        "id": target["identity"]["user"]["id"],
                        "displayName": "Adele",
                    },
                },
                "endpointType": None,
                "replacesCallId": None,
            }
        ],
        "requestedModalities": [],
        "mediaConfig": None,
        "chatInfo": None,
        "meetingInfo": None,
        "myParticipantId": body["myParticipantId"],
        "id": body["id"],
        "subject": None,
        "ringingTimeoutInSeconds": None,
        "mediaState": None,
        "resultInfo": None,
        "answeredBy": None,
        "transcription": None,
        "toneInfo": None,
    }


def test_peer_to_peer_call_is_told_as_state_changes_only(fake: Rig) -> None:
    fake.send("POST", "/calls", {"callbackUri": CALLBACK, "targets": [{"identity": user("adele")}]})

    fake.clock.drain()

    assert fake.bot.labels == ["updated call establishing", "updated call established"]
    assert fake.bot.items[0]["resourceData"] == {"@odata.type": "#microsoft.graph.call", "state": "establishing"}


def test_joined_meeting_tells_its_roster(fake: Rig) -> None:
    fake.send("POST", "/calls", MEETING)

    fake.clock.drain()

    assert fake.bot.labels == ["updated call establishing", "updated call established", "updated roster of 1"]


def test_created_group_call_rings_its_targets(fake: Rig) -> None:
    targets = [{"identity": user("adele")}, {"identity": user("bob")}]
    call = fake.send("POST", "/calls", {"callbackUri": CALLBACK, "targets": targets}).json

    fake.clock.drain()

    roster = fake.send("GET", f"/calls/{call['id']}/participants").json["value"]
    assert fake.bot.labels[-1] == "updated roster of 3"
    assert [next(k for k in p["info"]["identity"] if p["info"]["identity"][k] and k[0] != "@") for p in roster] == [
        "application",
        "user",
        "user",
    ]


@pytest.mark.parametrize(
    ("reaction", "code"),
    [({"declines": {"after": 2}}, 603), ({"ignores": True}, 480), ({"fails": {"code": 500, "subcode": 7117}}, 500)],
    ids=["declines", "ignores", "fails"],
)
def test_target_who_does_not_come_ends_a_peer_to_peer_call(fake: Rig, reaction: dict[str, Any], code: int) -> None:
    fake.control("POST", "/people", {**user("adele"), **reaction})
    call = fake.send("POST", "/calls", {"callbackUri": CALLBACK, "targets": [{"identity": user("adele")}]}).json

    fake.clock.drain()

    assert fake.bot.labels == ["updated call establishing", "deleted call terminated"]
    assert fake.bot.items[-1]["resourceData"]["resultInfo"]["code"] == code
    assert fake.send("GET", f"/calls/{call['id']}").status_code == 404


def test_got_call_names_the_path_family_in_its_context(fake: Rig) -> None:
    call = fake.seed_call()

    answers = [
        fake.client.get(f"/{version}/{family}/calls/{call['id']}", headers=TOKEN)
        for version in ("v1.0", "beta")
        for family in ("communications", "app")
    ]

    assert [a.json["@odata.context"] for a in answers] == [
        "http://localhost/v1.0/$metadata#communications/calls/$entity",
        "http://localhost/v1.0/$metadata#app/calls/$entity",
        "http://localhost/beta/$metadata#communications/calls/$entity",
        "http://localhost/beta/$metadata#app/calls/$entity",
    ]


def test_deleted_call_is_told_as_terminating_then_deleted(fake: Rig) -> None:
    call = fake.seed_call()

    answer = fake.send("DELETE", f"/calls/{call['id']}")

    fake.clock.drain()
    chain = fake.bot.items[1]["resourceData"]["callChainId"]
    assert (answer.status_code, answer.data) == (204, b"")
    assert [item["resourceData"] for item in fake.bot.items] == [
        {"@odata.type": "#microsoft.graph.call", "state": "terminating"},
        {
            "@odata.type": "#microsoft.graph.call",
            "state": "terminated",
            "resultInfo": {
                "@odata.type": "#microsoft.graph.resultInfo",
                "code": 200,
                "subcode": 5001,
                "message": "The conversation has ended.",
            },
            "callChainId": chain,
        },
    ]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_ended_call_is_not_found(fake: Rig, method: str) -> None:
    call = fake.seed_call()
    fake.send("DELETE", f"/calls/{call['id']}")

    answer = fake.send(method, f"/calls/{call['id']}")

    assert error_of(answer) == (404, "8522", "Call not found.")


def test_nothing_is_told_inside_the_request_that_caused_it(fake: Rig) -> None:
    call = fake.seed_call()

    fake.send("DELETE", f"/calls/{call['id']}")

    assert fake.bot.notifications == []
    assert fake.clock.pending == 2


def test_call_of_another_application_is_not_found(fake: Rig) -> None:
    call = fake.seed_call()
    # header.payload.signature with payload {"appid": "another"}
    token = {"Authorization": "Bearer e30.eyJhcHBpZCI6ICJhbm90aGVyIn0.x"}

    answer = fake.client.get(f"/v1.0/communications/calls/{call['id']}", headers=token)

    assert error_of(answer) == (404, "8522", "Call not found.")


def test_request_of_a_real_sdk_is_accepted(fake: Rig) -> None:
    """Observed, CS 632 and 224: capital letters, `$id` marks, nulls, `direction` sent by the client."""
    body = {
        **MEETING,
        "$id": "1",
        "direction": "Outgoing",
        "requestedModalities": ["Audio"],
        "callOptions": {
            "$id": "1",
            "@odata.type": "#microsoft.graph.outgoingCallOptions",
            "allowGuestToBypassLobby": None,
        },
        "mediaConfig": {"@odata.type": "#microsoft.graph.appHostedMediaConfig", "blob": "blob"},
    }

    answer = fake.send("POST", "/calls", body)

    assert answer.status_code == 201
    assert answer.json["requestedModalities"] == ["audio"]
