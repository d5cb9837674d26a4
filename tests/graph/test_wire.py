"""What Graph writes, as whole bodies; order of members where it was seen on the wire.

Source: documented, application-post-calls, call-delete, participant-invite, participant-get; observed, CS 102, 410,
511, 599, 700, 772 (microsoft-graph-comms-samples issues), Microsoft Q&A 704763, techcommunity 3257482.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from harness.errors import GraphError
from harness.graph import wire
from harness.graph.outcomes import CallChanged, ChangeType, OperationEnded, RosterChanged
from harness.graph.refusals import failure
from harness.graph.types import (
    Application,
    Call,
    CallKind,
    CallState,
    ChatInfo,
    Identity,
    IdentityKind,
    Invitation,
    InvitationState,
    Invitee,
    MediaStream,
    Operation,
    OperationStatus,
    Participant,
    Person,
    ResultInfo,
)

BASE = "https://graph.microsoft.com"
CALL = "2e1a0b00-2db4-4022-9570-243709c565ab"
OPERATION = "eec3812a-fdc3-4fb4-825c-a06c9f35414e"
CONTEXT = "f2fa86af-3c51-4bc2-8fc0-475452d9764f"
TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"
USER = "278405a3-f568-4b3e-b684-009193463064"
JOHN = "112f7296-5fa4-42ca-bae8-6a692b15d4b8"
BOT = "2891555a-92ff-42e6-80fa-6e1300c6b5c6"
PHONE = "+12345678901"
THREAD = "19:meeting_Win6Ydo4wsMijFjZS00ZGVjLTk5MGUtOTRjNWY2NmNkYTFm@thread.v2"
MEETING_INFO = {
    "@odata.type": "#microsoft.graph.organizerMeetingInfo",
    "organizer": {
        "@odata.type": "#microsoft.graph.identitySet",
        "user": {
            "@odata.type": "#microsoft.graph.identity",
            "id": "5810cede-f3cc-42eb-b2c1-e9bd5d53ec96",
            "tenantId": TENANT,
            "displayName": "Bob",
        },
    },
}
CALLING_BOT = Identity(IdentityKind.APPLICATION, BOT, {"displayName": "Calling Bot"})
STREAM = {
    "@odata.type": "#microsoft.graph.mediaStream",
    "mediaType": "audio",
    "sourceId": "1",
    "direction": "sendReceive",
    "serverMuted": False,
}


def call(kind: CallKind = CallKind.PEER_TO_PEER, **changes: Any) -> Call:
    facts: dict[str, Any] = {
        "id": CALL,
        "application": Application(BOT, TENANT, "Calling Bot"),
        "kind": kind,
        "state": CallState.ESTABLISHING,
        "callback_uri": "https://bot.contoso.com/callback",
        "call_chain_id": "d8217646-3110-40b1-bae6-e9ac6c3a9f74",
        "my_participant_id": "499ff390-7a72-40e8-83a0-8fac6295ae7e",
        "source": CALLING_BOT,
        "requested_modalities": ("audio",),
        "media_config": {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"},
    }
    return Call(**{**facts, **changes})


def meeting(**changes: Any) -> Call:
    return call(CallKind.MEETING, **{"chat_info": ChatInfo(THREAD), "meeting_info": MEETING_INFO, **changes})


def john() -> Identity:
    return Identity(IdentityKind.USER, JOHN, {"displayName": "John"})


def invited(sent: Identity, *, known: Identity | None = None, **members: Any) -> Invitation:
    """An invitation to who was sent; `known`: who the fake knows them to be."""
    return Invitation(
        "1c7be0f4-52d9-4a83-a1b2-000000000001", Invitee(sent, **members), Person(known or sent), OPERATION
    )


def user(**members: str) -> Identity:
    return Identity(IdentityKind.USER, USER, members)


def operation(*invitations: Invitation, **changes: Any) -> Operation:
    facts: dict[str, Any] = {
        "id": OPERATION,
        "status": OperationStatus.RUNNING,
        "client_context": CONTEXT,
        "invitations": invitations,
    }
    return Operation(**{**facts, **changes})


def notification(change: CallChanged | RosterChanged | OperationEnded) -> dict[str, Any]:
    """The one notification in the envelope of a change."""
    body = wire.notifications([change])
    assert list(body) == ["@odata.type", "value"]
    assert body["@odata.type"] == "#microsoft.graph.commsNotifications"
    (told,) = body["value"]
    assert list(told) == ["@odata.type", "changeType", "resource", "resourceUrl", "resourceData"]
    assert told["@odata.type"] == "#microsoft.graph.commsNotification"
    return dict(told)


def envelope(change_type: str, path: str, data: Any) -> dict[str, Any]:
    return {
        "@odata.type": "#microsoft.graph.commsNotification",
        "changeType": change_type,
        "resource": f"/app/{path}",
        "resourceUrl": f"/communications/{path}",
        "resourceData": data,
    }


def plain(body: Any) -> Any:
    """The body as a client reads it."""
    return json.loads(json.dumps(body))


def nulls(value: Any) -> list[str]:
    """Paths of the nulls in a body."""
    if isinstance(value, dict):
        return [f".{k}{p}" for k, v in value.items() for p in ([""] if v is None else nulls(v))]
    if isinstance(value, list):
        return [f"[{n}]{p}" for n, v in enumerate(value) for p in ([""] if v is None else nulls(v))]
    return []


# ---- calls


def test_created_peer_to_peer_call_as_documented() -> None:
    options = {
        "@odata.type": "#microsoft.graph.outgoingCallOptions",
        "isContentSharingNotificationEnabled": True,
        "isDeltaRosterEnabled": True,
        "isInteractiveRosterEnabled": True,
    }

    body = wire.created_call(call(targets=(Invitee(john()),), call_options=options), base=BASE, version="v1.0")

    assert plain(body) == {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#app/calls/$entity",
        "@odata.type": "#microsoft.graph.call",
        "state": "establishing",
        "direction": "outgoing",
        "callbackUri": "https://bot.contoso.com/callback",
        "callChainId": "d8217646-3110-40b1-bae6-e9ac6c3a9f74",
        "source": {
            "@odata.type": "#microsoft.graph.participantInfo",
            "identity": {
                "@odata.type": "#microsoft.graph.identitySet",
                "application": {
                    "@odata.type": "#microsoft.graph.identity",
                    "displayName": "Calling Bot",
                    "id": BOT,
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
                    "user": {"@odata.type": "#microsoft.graph.identity", "displayName": "John", "id": JOHN},
                },
                "endpointType": None,
                "replacesCallId": None,
            }
        ],
        "requestedModalities": ["audio"],
        "mediaConfig": {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"},
        "myParticipantId": "499ff390-7a72-40e8-83a0-8fac6295ae7e",
        "id": CALL,
        "subject": None,
        "ringingTimeoutInSeconds": None,
        "mediaState": None,
        "resultInfo": None,
        "answeredBy": None,
        "chatInfo": None,
        "meetingInfo": None,
        "transcription": None,
        "callOptions": options,
        "toneInfo": None,
    }


def test_created_meeting_as_documented() -> None:
    media = {"@odata.type": "#microsoft.graph.appHostedMediaConfig", "blob": "<Media Session Configuration>"}

    body = wire.created_call(meeting(media_config=media, tenant_id=TENANT), base=BASE, version="v1.0")

    assert plain(body) == {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#app/calls/$entity",
        "@odata.type": "#microsoft.graph.call",
        "state": "establishing",
        "direction": "outgoing",
        "callbackUri": "https://bot.contoso.com/callback",
        "callChainId": "d8217646-3110-40b1-bae6-e9ac6c3a9f74",
        "callRoutes": [],
        "source": {
            "@odata.type": "#microsoft.graph.participantInfo",
            "identity": {
                "@odata.type": "#microsoft.graph.identitySet",
                "application": {
                    "@odata.type": "#microsoft.graph.identity",
                    "displayName": "Calling Bot",
                    "id": BOT,
                },
            },
            "countryCode": None,
            "endpointType": None,
            "region": None,
            "languageId": None,
        },
        "targets": [],
        "requestedModalities": ["audio"],
        "activeModalities": [],
        "mediaConfig": media,
        "chatInfo": {
            "@odata.type": "#microsoft.graph.chatInfo",
            "threadId": THREAD,
            "messageId": "0",
            "replyChainMessageId": None,
        },
        "meetingInfo": MEETING_INFO,
        "transcription": None,
        "routingPolicies": [],
        "tenantId": TENANT,
        "myParticipantId": "499ff390-7a72-40e8-83a0-8fac6295ae7e",
        "id": CALL,
        "terminationReason": None,
        "ringingTimeoutInSeconds": None,
        "mediaState": None,
        "subject": None,
        "resultInfo": None,
        "answeredBy": None,
        "meetingCapability": None,
        "toneInfo": None,
    }


@pytest.mark.parametrize("family", ["app", "communications"])
def test_got_call_differs_from_the_created_one_in_state_and_context(family: str) -> None:
    given = call(targets=(Invitee(john()),))
    created = wire.created_call(given, base=BASE, version="beta")

    body = wire.got_call(replace(given, state=CallState.ESTABLISHED), base=BASE, version="beta", family=family)

    context = f"https://graph.microsoft.com/beta/$metadata#{family}/calls/$entity"
    assert plain(body) == {**plain(created), "@odata.context": context, "state": "established"}


def test_call_that_was_asked_with_a_source_prints_it() -> None:
    instance = Identity(IdentityKind.APPLICATION_INSTANCE, "3d913abb-aec0-4964-8fa6-3c6850c4f278")

    body = wire.created_call(call(source=instance), base=BASE, version="v1.0")

    assert body["source"]["identity"] == {
        "@odata.type": "#microsoft.graph.identitySet",
        "applicationInstance": {
            "@odata.type": "#microsoft.graph.identity",
            "id": "3d913abb-aec0-4964-8fa6-3c6850c4f278",
        },
    }


# ---- the answer to an invite


def test_invite_answer_member_for_member_in_order() -> None:
    sent = user(identityProvider="AAD")
    known = user(displayName="Participant", identityProvider="AAD", tenantId=TENANT)

    body = wire.invited(operation(invited(sent, known=known)), base=BASE, version="v1.0")

    assert plain(body) == {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#inviteParticipantsOperation",
        "@odata.type": "#microsoft.graph.inviteParticipantsOperation",
        "id": OPERATION,
        "status": "Running",
        "clientContext": CONTEXT,
        "resultInfo": None,
        "participants": [
            {
                "endpointType": None,
                "replacesCallId": None,
                "hidden": None,
                "removeFromDefaultAudioRoutingGroup": None,
                "participantId": "1c7be0f4-52d9-4a83-a1b2-000000000001",
                "identity": {
                    "user": {
                        "id": USER,
                        "displayName": "Participant",
                        "identityProvider": "AAD",
                        "tenantId": TENANT,
                    },
                    "application": None,
                    "device": None,
                    "phone": None,
                },
            }
        ],
    }
    assert list(body) == [
        "@odata.context",
        "@odata.type",
        "id",
        "status",
        "clientContext",
        "resultInfo",
        "participants",
    ]
    assert list(body["participants"][0]) == [
        "endpointType",
        "replacesCallId",
        "hidden",
        "removeFromDefaultAudioRoutingGroup",
        "participantId",
        "identity",
    ]


def test_invite_answer_echoes_what_was_sent() -> None:
    members: dict[str, Any] = {
        "replaces_call_id": "/app/calls/57DAB8B1894C409AB240BD8BEAE78896",
        "hidden": True,
        "remove_from_default_audio_routing_group": False,
        "endpoint_type": "voicemail",
    }

    body = wire.invited(operation(invited(user(), **members)), base=BASE, version="v1.0")

    (participant,) = body["participants"]
    assert participant["replacesCallId"] == "/app/calls/57DAB8B1894C409AB240BD8BEAE78896"
    assert (participant["hidden"], participant["removeFromDefaultAudioRoutingGroup"]) == (True, False)
    assert participant["endpointType"] == "voicemail"


def test_invite_answer_prints_a_phone_with_its_own_siblings() -> None:
    sent = Identity(IdentityKind.PHONE, PHONE, {"@odata.type": "#microsoft.graph.identity"})

    body = wire.invited(operation(invited(sent)), base=BASE, version="v1.0")

    assert plain(body["participants"][0]["identity"]) == {
        "user": None,
        "guest": None,
        "encrypted": None,
        "onPremises": None,
        "applicationInstance": None,
        "application": None,
        "device": None,
        "phone": {"@odata.type": "#microsoft.graph.identity", "id": PHONE},
    }


def test_invite_answer_prints_an_application_with_three_siblings() -> None:
    sent = Identity(IdentityKind.APPLICATION, BOT)

    body = wire.invited(operation(invited(sent)), base=BASE, version="v1.0")

    assert plain(body["participants"][0]["identity"]) == {
        "application": {"id": BOT},
        "user": None,
        "device": None,
        "phone": None,
    }


def test_invite_answer_has_a_type_in_the_identity_only_if_it_was_sent() -> None:
    typed = user(**{"@odata.type": "#microsoft.graph.identity"})

    bodies = [wire.invited(operation(invited(who)), base=BASE, version="v1.0") for who in (user(), typed)]

    assert [b["participants"][0]["identity"]["user"] for b in bodies] == [
        {"id": USER},
        {"@odata.type": "#microsoft.graph.identity", "id": USER},
    ]


def test_invite_answer_adds_name_and_tenant_of_a_known_person_and_nothing_else() -> None:
    known = user(displayName="Participant", identityProvider="AAD", tenantId=TENANT)

    body = wire.invited(operation(invited(user(), known=known)), base=BASE, version="v1.0")

    assert body["participants"][0]["identity"]["user"] == {
        "id": USER,
        "displayName": "Participant",
        "tenantId": TENANT,
    }


# ---- operations


def test_got_operation_prints_its_end_as_the_schema_spells_it() -> None:
    result = ResultInfo(603, 0, "message")
    ended = operation(invited(user()), status=OperationStatus.FAILED, result_info=result)

    body = wire.got_operation(ended, call_id=CALL, base=BASE, version="v1.0", family="communications")

    answer = plain(wire.invited(ended, base=BASE, version="v1.0"))
    context = f"https://graph.microsoft.com/v1.0/$metadata#communications/calls('{CALL}')/operations/$entity"
    assert plain(body) == {**answer, "@odata.context": context}
    assert body["status"] == "Failed"
    assert plain(body["resultInfo"]) == {
        "@odata.type": "#microsoft.graph.resultInfo",
        "code": 603,
        "subcode": 0,
        "message": "message",
    }


def test_listed_operations_are_those_of_the_call() -> None:
    running = operation(invited(user()))

    body = wire.listed_operations(call(operations=(running,)), base=BASE, version="v1.0", family="communications")

    (listed,) = body["value"]
    assert body["@odata.context"] == (
        f"https://graph.microsoft.com/v1.0/$metadata#communications/calls('{CALL}')/operations"
    )
    assert (listed["id"], listed["status"], "@odata.context" in listed) == (OPERATION, "Running", False)


def test_locations_name_call_and_operation() -> None:
    assert wire.call_url(BASE, "v1.0", "communications", CALL) == (
        f"https://graph.microsoft.com/v1.0/communications/calls/{CALL}"
    )
    assert wire.operation_url("http://127.0.0.1:8445", "beta", "app", CALL, OPERATION) == (
        f"http://127.0.0.1:8445/beta/app/calls/{CALL}/operations/{OPERATION}"
    )


def test_notified_operation_that_completed() -> None:
    ended = operation(
        invited(user(identityProvider="AAD"), replaces_call_id=CALL, hidden=True), status=OperationStatus.COMPLETED
    )

    told = notification(OperationEnded(meeting(), ended))

    data = {
        "@odata.type": "#microsoft.graph.inviteParticipantsOperation",
        "participants": [
            {
                "@odata.type": "#microsoft.graph.invitationParticipantInfo",
                "identity": {
                    "@odata.type": "#microsoft.graph.identitySet",
                    "user": {
                        "@odata.type": "#microsoft.graph.identity",
                        "id": USER,
                        "identityProvider": "AAD",
                        "tenantId": TENANT,
                    },
                },
            }
        ],
        "status": "completed",
        "clientContext": CONTEXT,
        "id": OPERATION,
    }
    assert plain(told) == envelope("deleted", f"calls/{CALL}/operations/{OPERATION}", data)
    assert list(told["resourceData"]) == ["@odata.type", "participants", "status", "clientContext", "id"]


def test_notified_operation_that_failed() -> None:
    who = Identity(IdentityKind.PHONE, PHONE)
    ended = operation(invited(who), status=OperationStatus.FAILED, result_info=failure("no-number", who))

    told = notification(OperationEnded(meeting(), ended))

    data = {
        "@odata.type": "#microsoft.graph.inviteParticipantsOperation",
        "participants": [
            {
                "@odata.type": "#microsoft.graph.invitationParticipantInfo",
                "identity": {
                    "@odata.type": "#microsoft.graph.identitySet",
                    "phone": {"@odata.type": "#microsoft.graph.identity", "id": PHONE},
                },
            }
        ],
        "status": "failed",
        "clientContext": CONTEXT,
        "resultInfo": {
            "@odata.type": "#microsoft.graph.resultInfo",
            "code": 412,
            "subcode": 9999,
            "message": "addParticipants failed for participant 4:+12345678901. Underlying reason: Could not find the "
            "PSTN content for the sponsor of this PSTN leg.. DiagCode: 412#10073",
        },
        "id": OPERATION,
    }
    assert plain(told) == envelope("deleted", f"calls/{CALL}/operations/{OPERATION}", data)
    assert list(told["resourceData"]) == [
        "@odata.type",
        "participants",
        "status",
        "clientContext",
        "resultInfo",
        "id",
    ]
    assert list(told["resourceData"]["resultInfo"]) == ["@odata.type", "code", "subcode", "message"]


def test_notified_operation_names_invitees_as_sent_with_the_tenant_they_are_known_by() -> None:
    known = user(displayName="Participant", identityProvider="AAD", tenantId="another-tenant")
    ended = operation(invited(user(), known=known), status=OperationStatus.COMPLETED)

    told = notification(OperationEnded(meeting(), ended))

    assert told["resourceData"]["participants"][0]["identity"]["user"] == {
        "@odata.type": "#microsoft.graph.identity",
        "id": USER,
        "tenantId": "another-tenant",
    }


def test_notified_operation_names_all_its_invitees() -> None:
    others = (
        replace(invited(user()), state=InvitationState.JOINED),
        replace(invited(john()), state=InvitationState.FAILED),
    )
    ended = operation(*others, status=OperationStatus.COMPLETED)

    told = notification(OperationEnded(meeting(), ended))

    assert [p["identity"]["user"]["id"] for p in told["resourceData"]["participants"]] == [USER, JOHN]


# ---- rosters


def in_call() -> Call:
    """A meeting with a user, a hidden one, a phone and the bot."""
    known = user(identityProvider="AAD", tenantId=TENANT)
    return meeting(
        participants=(
            Participant("id-1", Person(known, info={"languageId": "en-US"}), (MediaStream(source_id="1"),)),
            Participant("id-2", Person(john()), hidden=True),
            Participant("id-3", Person(Identity(IdentityKind.PHONE, PHONE)), is_muted=True, is_in_lobby=True),
            Participant("id-4", Person(CALLING_BOT), (MediaStream(source_id="1"),), endpoint_type=None),
        )
    )


def test_notified_roster_is_everybody_but_the_hidden() -> None:
    told = notification(RosterChanged(in_call()))

    data = [
        {
            "@odata.type": "#microsoft.graph.participant",
            "info": {
                "@odata.type": "#microsoft.graph.participantInfo",
                "identity": {
                    "@odata.type": "#microsoft.graph.identitySet",
                    "user": {
                        "@odata.type": "#microsoft.graph.identity",
                        "id": USER,
                        "identityProvider": "AAD",
                        "tenantId": TENANT,
                    },
                },
                "endpointType": "default",
                "languageId": "en-US",
            },
            "mediaStreams": [STREAM],
            "isMuted": False,
            "isInLobby": False,
            "isIdentityAnonymized": False,
            "id": "id-1",
        },
        {
            "@odata.type": "#microsoft.graph.participant",
            "info": {
                "@odata.type": "#microsoft.graph.participantInfo",
                "identity": {
                    "@odata.type": "#microsoft.graph.identitySet",
                    "phone": {"@odata.type": "#microsoft.graph.identity", "id": PHONE},
                },
                "endpointType": "default",
            },
            "mediaStreams": [],
            "isMuted": True,
            "isInLobby": True,
            "isIdentityAnonymized": False,
            "id": "id-3",
        },
        {
            "@odata.type": "#microsoft.graph.participant",
            "info": {
                "@odata.type": "#microsoft.graph.participantInfo",
                "identity": {
                    "@odata.type": "#microsoft.graph.identitySet",
                    "application": {
                        "@odata.type": "#microsoft.graph.identity",
                        "displayName": "Calling Bot",
                        "id": BOT,
                    },
                },
            },
            "mediaStreams": [STREAM],
            "isMuted": False,
            "isInLobby": False,
            "isIdentityAnonymized": False,
            "id": "id-4",
        },
    ]
    assert plain(told) == envelope("updated", f"calls/{CALL}/participants", data)


def test_notified_user_without_tenant_has_that_of_the_application() -> None:
    told = notification(RosterChanged(meeting(participants=(Participant("id-1", Person(john())),))))

    assert told["resourceData"][0]["info"]["identity"]["user"]["tenantId"] == TENANT


def test_listed_participants_of_a_group_call() -> None:
    body = wire.listed_participants(in_call(), base=BASE, version="v1.0", family="communications")

    assert set(body) == {"@odata.context", "value"}
    assert body["@odata.context"] == (
        f"https://graph.microsoft.com/v1.0/$metadata#communications/calls('{CALL}')/participants"
    )
    assert [p["id"] for p in body["value"]] == ["id-1", "id-3", "id-4"]
    assert plain(body["value"][2]) == {
        "@odata.type": "#microsoft.graph.participant",
        "info": {
            "@odata.type": "#microsoft.graph.participantInfo",
            "identity": {
                "@odata.type": "#microsoft.graph.identitySet",
                "application": {
                    "@odata.type": "#microsoft.graph.identity",
                    "displayName": "Calling Bot",
                    "id": BOT,
                },
                "user": None,
                "device": None,
                "phone": None,
            },
            "id": None,
        },
        "mediaStreams": [{**STREAM, "label": None}],
        "isMuted": False,
        "isInLobby": False,
        "id": "id-4",
        "metadata": None,
    }


def test_listed_participants_of_a_peer_to_peer_call_are_none() -> None:
    given = call(participants=(Participant("id-1", Person(john())),))

    body = wire.listed_participants(given, base=BASE, version="beta", family="app")

    assert body == {
        "@odata.context": f"https://graph.microsoft.com/beta/$metadata#app/calls('{CALL}')/participants",
        "value": [],
    }


def test_got_participant_is_the_listed_one_with_its_own_context() -> None:
    participant = in_call().participants[-1]
    listed = wire.listed_participants(in_call(), base=BASE, version="v1.0", family="communications")["value"][-1]

    body = wire.got_participant(participant, call_id=CALL, base=BASE, version="v1.0", family="communications")

    context = f"https://graph.microsoft.com/v1.0/$metadata#communications/calls('{CALL}')/participants/$entity"
    assert plain(body) == {"@odata.context": context, **plain(listed)}


# ---- calls, notified


def test_notified_peer_to_peer_call_that_is_establishing() -> None:
    told = notification(CallChanged(ChangeType.UPDATED, call()))

    data = {"@odata.type": "#microsoft.graph.call", "state": "establishing"}
    assert plain(told) == envelope("updated", f"calls/{CALL}", data)


def test_notified_peer_to_peer_call_that_is_established() -> None:
    told = notification(CallChanged(ChangeType.UPDATED, call(state=CallState.ESTABLISHED)))

    data = {"@odata.type": "#microsoft.graph.call", "state": "established", "direction": "outgoing"}
    assert plain(told) == envelope("updated", f"calls/{CALL}", data)


@pytest.mark.parametrize("state", [CallState.ESTABLISHING, CallState.ESTABLISHED])
def test_notified_meeting_repeats_its_coordinates(state: CallState) -> None:
    told = notification(CallChanged(ChangeType.UPDATED, meeting(state=state)))

    data = {
        "@odata.type": "#microsoft.graph.call",
        "state": state.value,
        "chatInfo": {"@odata.type": "#microsoft.graph.chatInfo", "threadId": THREAD, "messageId": "0"},
        "meetingInfo": MEETING_INFO,
        "callChainId": "d8217646-3110-40b1-bae6-e9ac6c3a9f74",
    }
    assert plain(told) == envelope("updated", f"calls/{CALL}", data)
    assert list(told["resourceData"]) == list(data)


def test_notified_call_that_became_a_group() -> None:
    grown = call(CallKind.GROUP, state=CallState.ESTABLISHED, chat_info=ChatInfo("19:9a6fc3c9"))

    told = notification(CallChanged(ChangeType.UPDATED, grown, escalated=True))

    data = {
        "@odata.type": "#microsoft.graph.call",
        "callChainId": "d8217646-3110-40b1-bae6-e9ac6c3a9f74",
        "chatInfo": {
            "@odata.type": "#microsoft.graph.chatInfo",
            "messageId": "0",
            "threadId": "19:9a6fc3c9",
        },
        "mediaState": {"@odata.type": "#microsoft.graph.callMediaState", "audio": "active"},
        "state": "established",
        "tenantId": TENANT,
        "meetingCapability": {"@odata.type": "#microsoft.graph.meetingCapability"},
    }
    assert plain(told) == envelope("updated", f"calls/{CALL}", data)


def test_notified_call_that_is_terminating() -> None:
    told = notification(CallChanged(ChangeType.UPDATED, meeting(state=CallState.TERMINATING)))

    data = {"@odata.type": "#microsoft.graph.call", "state": "terminating"}
    assert plain(told) == envelope("updated", f"calls/{CALL}", data)


def test_notified_end_of_a_call_by_its_bot() -> None:
    ended = meeting(state=CallState.TERMINATED, result_info=ResultInfo(200, 5001, "The conversation has ended."))

    told = notification(CallChanged(ChangeType.DELETED, ended))

    data = {
        "@odata.type": "#microsoft.graph.call",
        "state": "terminated",
        "resultInfo": {
            "@odata.type": "#microsoft.graph.resultInfo",
            "code": 200,
            "subcode": 5001,
            "message": "The conversation has ended.",
        },
        "callChainId": "d8217646-3110-40b1-bae6-e9ac6c3a9f74",
    }
    assert plain(told) == envelope("deleted", f"calls/{CALL}", data)


def test_notified_end_of_a_call_by_a_phone_in_order() -> None:
    members = {"displayName": "Phone One", "identityProvider": "None"}
    ended = call(
        state=CallState.TERMINATED,
        result_info=ResultInfo(500, 560500, "Server Internal Error. DiagCode: 500#560500.@"),
        termination_sender=Identity(IdentityKind.PHONE, "+99900000004", members),
    )

    told = notification(CallChanged(ChangeType.DELETED, ended))

    data = {
        "@odata.type": "#microsoft.graph.call",
        "state": "terminated",
        "resultInfo": {
            "@odata.type": "#microsoft.graph.resultInfo",
            "code": 500,
            "subcode": 560500,
            "message": "Server Internal Error. DiagCode: 500#560500.@",
        },
        "callChainId": "d8217646-3110-40b1-bae6-e9ac6c3a9f74",
        "terminationSender": {
            "@odata.type": "#microsoft.graph.identitySet",
            "phone": {
                "@odata.type": "#microsoft.graph.identity",
                "id": "+99900000004",
                "displayName": "Phone One",
                "identityProvider": "None",
            },
        },
    }
    assert plain(told) == envelope("deleted", f"calls/{CALL}", data)
    assert json.dumps(told["resourceData"]) == json.dumps(data)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(CallChanged(ChangeType.UPDATED, meeting(meeting_info={"joinMeetingId": "1", "passcode": None}))),
        pytest.param(CallChanged(ChangeType.UPDATED, meeting(chat_info=ChatInfo(None, None)))),
        pytest.param(CallChanged(ChangeType.UPDATED, call(CallKind.GROUP), escalated=True)),
        pytest.param(CallChanged(ChangeType.DELETED, call(state=CallState.TERMINATED))),
        pytest.param(
            CallChanged(ChangeType.DELETED, call(state=CallState.TERMINATED, result_info=ResultInfo(200, 4521)))
        ),
        pytest.param(RosterChanged(in_call())),
        pytest.param(
            OperationEnded(
                meeting(), operation(invited(user()), status=OperationStatus.FAILED, result_info=ResultInfo(500, 0))
            )
        ),
    ],
    ids=["meeting-id", "empty-chat", "group", "end", "end-without-message", "roster", "failure-without-message"],
)
def test_notifications_leave_nulls_out(change: CallChanged | RosterChanged | OperationEnded) -> None:
    assert nulls(notification(change)) == []


def test_several_changes_fit_in_one_envelope_in_order() -> None:
    body = wire.notifications([CallChanged(ChangeType.UPDATED, meeting()), RosterChanged(meeting())])

    assert [n["resource"] for n in body["value"]] == [f"/app/calls/{CALL}", f"/app/calls/{CALL}/participants"]


# ---- errors


def test_error_body_in_order() -> None:
    refused = GraphError("unknown-call", 404, "8522", "Call not found.")

    body = wire.error(refused, date="2021-05-18T19:03:10", request_id="r-1", client_request_id="c-1")

    assert json.dumps(body) == json.dumps(
        {
            "error": {
                "code": "8522",
                "message": "Call not found.",
                "innerError": {"date": "2021-05-18T19:03:10", "request-id": "r-1", "client-request-id": "c-1"},
            }
        }
    )
