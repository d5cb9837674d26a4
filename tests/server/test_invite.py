"""Invite over HTTP: the answer member for member, and what is told afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from harness.delivery import DeliverySettings, Kind, Order
from harness.graph.types import Rules
from tests.conftest import CALLBACK, Rig, error_of, phone, rig, user


def test_answer_has_the_members_of_the_wire_in_their_order(fake: Rig) -> None:
    call = fake.seed_call()

    answer = fake.invite(call["id"], user("adele"), clientContext="context")

    body = answer.json
    base = "http://localhost/v1.0"
    assert answer.status_code == 200
    assert answer.headers["Location"] == f"{base}/communications/calls/{call['id']}/operations/{body['id']}"
    assert list(body) == [
        "@odata.context",
        "@odata.type",
        "id",
        "status",
        "clientContext",
        "resultInfo",
        "participants",
    ]
    assert body == {
        "@odata.context": f"{base}/$metadata#inviteParticipantsOperation",
        "@odata.type": "#microsoft.graph.inviteParticipantsOperation",
        "id": body["id"],
        "status": "Running",
        "clientContext": "context",
        "resultInfo": None,
        "participants": [
            {
                "endpointType": None,
                "replacesCallId": None,
                "hidden": None,
                "removeFromDefaultAudioRoutingGroup": None,
                "participantId": body["participants"][0]["participantId"],
                "identity": {**user("adele"), "application": None, "device": None, "phone": None},
            }
        ],
    }
    assert list(body["participants"][0]) == [
        "endpointType",
        "replacesCallId",
        "hidden",
        "removeFromDefaultAudioRoutingGroup",
        "participantId",
        "identity",
    ]


def test_completion_then_full_roster_are_told(fake: Rig) -> None:
    call = fake.seed_call()
    operation = fake.invite(call["id"], user("adele", displayName="Adele"), clientContext="context").json

    fake.clock.drain()

    adele = {"@odata.type": "#microsoft.graph.identity", **user("adele")["user"], "displayName": "Adele"}
    identity = {
        "@odata.type": "#microsoft.graph.identitySet",
        "user": {**adele, "tenantId": "00000000-0000-4000-8000-00000000b001"},
    }
    assert fake.bot.items[0] == {
        "@odata.type": "#microsoft.graph.commsNotification",
        "changeType": "deleted",
        "resource": f"/app/calls/{call['id']}/operations/{operation['id']}",
        "resourceUrl": f"/communications/calls/{call['id']}/operations/{operation['id']}",
        "resourceData": {
            "@odata.type": "#microsoft.graph.inviteParticipantsOperation",
            "participants": [{"@odata.type": "#microsoft.graph.invitationParticipantInfo", "identity": identity}],
            "status": "completed",
            "clientContext": "context",
            "id": operation["id"],
        },
    }
    assert fake.bot.items[1]["resource"] == f"/app/calls/{call['id']}/participants"
    assert fake.bot.items[1]["resourceData"][1] == {
        "@odata.type": "#microsoft.graph.participant",
        "info": {
            "@odata.type": "#microsoft.graph.participantInfo",
            "identity": identity,
            "endpointType": "default",
        },
        "mediaStreams": [
            {
                "@odata.type": "#microsoft.graph.mediaStream",
                "mediaType": "audio",
                "sourceId": "2",
                "direction": "sendReceive",
                "serverMuted": False,
            }
        ],
        "isMuted": False,
        "isInLobby": False,
        "isIdentityAnonymized": False,
        "id": operation["participants"][0]["participantId"],
    }
    assert fake.bot.labels == ["deleted operation completed", "updated roster of 2"]


def test_replacing_a_peer_to_peer_call_tells_its_end_last(fake: Rig) -> None:
    call = fake.seed_call()
    old = fake.seed_call(kind="peerToPeer", participants=[user("adele")], chatInfo=None)

    fake.send(
        "POST",
        f"/calls/{call['id']}/participants/invite",
        {
            "participants": [
                {"identity": user("adele"), "replacesCallId": f"/app/calls/{old['id'].upper().replace('-', '')}"},
                {"identity": user("bob")},
            ]
        },
    )

    fake.clock.drain()
    assert fake.bot.labels == [
        "deleted operation completed",
        "updated roster of 2",
        "updated call terminating",
        "deleted call terminated",
    ]
    assert fake.send("GET", f"/calls/{old['id']}").status_code == 404


def test_rest_of_a_replacement_is_ignored_whatever_it_is(fake: Rig) -> None:
    call = fake.seed_call()
    old = fake.seed_call(kind="peerToPeer", participants=[user("adele")], chatInfo=None)

    invitations: list[dict[str, Any]] = [{"identity": user("adele"), "replacesCallId": old["id"]}, {}]
    answer = fake.send("POST", f"/calls/{call['id']}/participants/invite", {"participants": invitations})

    assert (answer.status_code, len(answer.json["participants"])) == (200, 1)


def test_settings_of_the_replaced_call_are_its_own(fake: Rig) -> None:
    call = fake.seed_call()
    quiet = {"kind": "peerToPeer", "participants": [user("adele")], "notifications": {"drop": ["call"]}}
    old = fake.seed_call(**quiet)

    invitation = {"identity": user("adele"), "replacesCallId": old["id"]}
    fake.send("POST", f"/calls/{call['id']}/participants/invite", {"participants": [invitation]})

    fake.clock.drain()
    assert fake.bot.labels == ["deleted operation completed", "updated roster of 2"]


def test_failed_replacement_leaves_the_old_call_up(fake: Rig) -> None:
    call = fake.seed_call()
    old = fake.seed_call(kind="peerToPeer", participants=[user("adele")], chatInfo=None)
    fake.control("POST", "/people", {**user("adele"), "declines": True})

    invitation = {"identity": user("adele"), "replacesCallId": old["id"]}
    fake.send("POST", f"/calls/{call['id']}/participants/invite", {"participants": [invitation]})

    fake.clock.drain()
    assert fake.bot.labels == ["deleted operation failed"]
    assert fake.send("GET", f"/calls/{old['id']}").json["state"] == "established"


def test_moving_between_meetings_tells_both_rosters(fake: Rig) -> None:
    new = fake.seed_call(kind="meeting")
    old = fake.seed_call(kind="meeting", participants=[{**user("adele"), "id": "moving"}, user("bob")])

    invitation = {"identity": user("adele"), "replacesCallId": old["id"], "participantId": "moving"}
    answer = fake.send("POST", f"/calls/{new['id']}/participants/invite", {"participants": [invitation]})

    fake.clock.drain()
    assert answer.json["participants"][0]["participantId"] == "moving"
    assert fake.bot.labels == ["deleted operation completed", "updated roster of 2", "updated roster of 2"]
    assert [item["resourceUrl"].split("/")[3] for item in fake.bot.items[1:]] == [new["id"], old["id"]]


def test_peer_to_peer_call_becomes_a_group_and_says_so_first(fake: Rig) -> None:
    call = fake.seed_call(kind="peerToPeer", participants=[user("adele")], chatInfo=None)

    fake.invite(call["id"], user("bob"))

    fake.clock.drain()
    assert fake.bot.labels == ["updated call established", "deleted operation completed", "updated roster of 3"]
    told = fake.bot.items[0]["resourceData"]
    assert told["chatInfo"]["messageId"] == "0"
    assert told["mediaState"] == {"@odata.type": "#microsoft.graph.callMediaState", "audio": "active"}


def test_phone_is_invited_where_the_call_has_a_number(fake: Rig) -> None:
    call = fake.seed_call(hasNumber=True)

    answer = fake.invite(call["id"], phone("+99900000001"))

    fake.clock.drain()
    assert answer.json["participants"][0]["identity"] == {
        "phone": {"id": "+99900000001"},
        "user": None,
        "guest": None,
        "encrypted": None,
        "onPremises": None,
        "applicationInstance": None,
        "application": None,
        "device": None,
    }
    assert fake.bot.labels == ["deleted operation completed", "updated roster of 2"]


def test_phone_without_number_fails_with_the_observed_message(fake: Rig) -> None:
    call = fake.seed_call()

    fake.invite(call["id"], phone("+99900000001"))

    fake.clock.drain()
    assert fake.bot.labels == ["deleted operation failed"]
    assert fake.bot.items[0]["resourceData"]["resultInfo"] == {
        "@odata.type": "#microsoft.graph.resultInfo",
        "code": 412,
        "subcode": 9999,
        "message": "addParticipants failed for participant 4:+99900000001. Underlying reason: "
        "Could not find the PSTN content for the sponsor of this PSTN leg.. DiagCode: 412#10073",
    }


def test_ringing_invitee_can_be_removed_by_the_participant_id_of_the_answer(fake: Rig) -> None:
    call = fake.seed_call()
    fake.control("POST", "/people", {**user("adele"), "ignores": True})
    operation = fake.invite(call["id"], user("adele")).json

    answer = fake.send("DELETE", f"/calls/{call['id']}/participants/{operation['participants'][0]['participantId']}")

    fake.clock.drain()
    assert answer.status_code == 204
    assert fake.bot.labels == ["deleted operation failed"]
    assert fake.bot.items[0]["resourceData"]["resultInfo"]["code"] == 400


def test_unanswered_invitation_fails_after_sixty_seconds(fake: Rig) -> None:
    call = fake.seed_call()
    fake.control("POST", "/people", {**user("adele"), "ignores": True})
    fake.invite(call["id"], user("adele"))

    fake.clock.advance(59.9)
    before = list(fake.bot.labels)
    fake.clock.advance(0.2)

    assert (before, fake.bot.labels) == ([], ["deleted operation failed"])


def test_pending_invitation_ends_before_its_call(fake: Rig) -> None:
    call = fake.seed_call()
    fake.control("POST", "/people", {**user("adele"), "ignores": True})
    fake.invite(call["id"], user("adele"))

    fake.send("DELETE", f"/calls/{call['id']}")

    fake.clock.drain()
    assert fake.bot.labels == ["updated call terminating", "deleted operation failed", "deleted call terminated"]


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "nobody": ({}, {"participants": []}, "participants is missing or empty."),
    "missing": ({}, {}, "participants is missing or empty."),
    "sixth": (
        {},
        {"participants": [{"identity": user(c)} for c in "abcdef"]},
        "At most 5 participants can be invited in one request, got 6.",
    ),
    "several in peer-to-peer": (
        {"kind": "peerToPeer"},
        {"participants": [{"identity": user("a")}, {"identity": user("b")}]},
        "Several participants can be invited in one request only into a group call.",
    ),
    "several without chat": (
        {"chatInfo": None},
        {"participants": [{"identity": user("a")}, {"identity": user("b")}]},
        "Several participants can be invited in one request only into a call with a valid chatInfo.",
    ),
    "long context": (
        {},
        {"participants": [{"identity": user("a")}], "clientContext": "x" * 257},
        "clientContext has 257 characters, at most 256 are allowed.",
    ),
    "second bot": (
        {"participants": [{"application": {"id": "first"}}]},
        {"participants": [{"identity": {"application": {"id": "second"}}}]},
        "Inviting more than one bot to a meeting or group call is not allowed.",
    ),
    "same twice": (
        {},
        {"participants": [{"identity": {"user": {"id": "a"}}}, {"identity": {"user": {"id": "A"}}}]},
        "participants[1]: user 'A' is in the call, or invited, already.",
    ),
    "no phone number": (
        {"hasNumber": True},
        {"participants": [{"identity": phone("12345")}]},
        "participants[0].identity.phone.id: '12345' is not a phone number in E.164 form (+, 7 to 15 digits).",
    ),
    "not established": (
        {"state": "establishing"},
        {"participants": [{"identity": user("a")}]},
        "The call is 'establishing': participants can be invited once it is 'established'.",
    ),
    "no identity": (
        {},
        {"participants": [{}]},
        "participants[0].identity: expected an identity set.",
    ),
    "two identities": (
        {},
        {"participants": [{"identity": {**user("a"), **phone("+99900000001")}}]},
        "participants[0].identity: expected one identity (user, application, device, phone, guest, encrypted, "
        "onPremises, applicationInstance, azureCommunicationServicesUser), got user, phone.",
    ),
}


@pytest.mark.parametrize(("call", "body", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_wrong_invite_is_refused_and_changes_nothing(
    fake: Rig, call: dict[str, Any], body: dict[str, Any], message: str
) -> None:
    seeded = fake.seed_call(**call)

    answer = fake.send("POST", f"/calls/{seeded['id']}/participants/invite", body)

    assert error_of(answer) == (400, "BadRequest", message)
    assert fake.control("GET", "/calls").json["calls"] == [seeded]
    assert fake.clock.pending == 0


def test_invite_into_an_unknown_call_is_not_found(fake: Rig) -> None:
    answer = fake.invite("nothing", user("adele"))

    assert error_of(answer) == (404, "8522", "Call not found.")


def test_operation_can_be_read_while_it_runs_and_afterwards(fake: Rig) -> None:
    call = fake.seed_call()
    operation = fake.invite(call["id"], user("adele"), clientContext="context").json
    path = f"/calls/{call['id']}/operations/{operation['id']}"

    running = fake.send("GET", path)
    fake.clock.drain()
    completed = fake.send("GET", path)

    context = f"http://localhost/v1.0/$metadata#communications/calls('{call['id']}')/operations/$entity"
    assert running.json == {**operation, "@odata.context": context}
    assert completed.json == {**operation, "@odata.context": context, "status": "Completed"}


def test_ended_operation_is_gone_where_the_rules_say_so() -> None:
    fake = rig(Rules(ended_operations_readable=False))
    call = fake.seed_call()
    operation = fake.invite(call["id"], user("adele")).json
    fake.clock.drain()

    answer = fake.send("GET", f"/calls/{call['id']}/operations/{operation['id']}")

    assert answer.status_code == 404
    assert fake.send("GET", f"/calls/{call['id']}/operations").json["value"] == []


@pytest.mark.parametrize(
    ("delivery", "labels"),
    [
        (DeliverySettings(order=Order.ROSTER_FIRST), ["updated roster of 2", "deleted operation completed"]),
        (DeliverySettings(order=Order.REVERSED), ["updated roster of 2", "deleted operation completed"]),
        (DeliverySettings(drop=frozenset({Kind.ROSTER})), ["deleted operation completed"]),
        (
            DeliverySettings(duplicate=frozenset({Kind.OPERATION})),
            ["deleted operation completed", "deleted operation completed", "updated roster of 2"],
        ),
    ],
    ids=["roster first", "reversed", "no roster", "operation twice"],
)
def test_order_loss_and_duplication_can_be_set(delivery: DeliverySettings, labels: list[str]) -> None:
    fake = rig(delivery=delivery)
    call = fake.seed_call()

    fake.invite(call["id"], user("adele"))

    fake.clock.drain()
    assert fake.bot.labels == labels


def test_settings_of_one_call_leave_the_others_alone(fake: Rig) -> None:
    quiet = fake.seed_call(notifications={"drop": ["operation", "roster"]})
    other = fake.seed_call()

    fake.invite(quiet["id"], user("adele"))
    fake.invite(other["id"], user("adele"))

    fake.clock.drain()
    assert fake.bot.labels == ["deleted operation completed", "updated roster of 2"]


def test_roster_while_ringing_can_be_switched_on() -> None:
    fake = rig(Rules(roster_while_ringing=True))
    call = fake.seed_call()

    fake.invite(call["id"], user("adele"))

    fake.clock.drain()
    assert fake.bot.labels == ["updated roster of 1", "deleted operation completed", "updated roster of 2"]


def test_real_sdk_request_is_accepted(fake: Rig) -> None:
    """Observed, CS 700: a `$id` mark; parameter names in any letter case (documented, call-api)."""
    call = fake.seed_call()
    body = {"$id": "1", "Participants": [{"$id": "2", "identity": user("adele")}], "ClientContext": "context"}

    answer = fake.send("POST", f"/calls/{call['id']}/participants/microsoft.graph.invite", body)

    assert (answer.status_code, answer.json["clientContext"]) == (200, "context")


def test_group_call_without_chat_takes_several_where_the_rules_are_lenient() -> None:
    fake = rig(Rules(several_need_chat=False))
    call = fake.seed_call(chatInfo=None, callbackUri=CALLBACK)

    answer = fake.invite(call["id"], user("adele"), user("bob"))

    assert answer.status_code == 200
