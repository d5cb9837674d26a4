"""A run of the fake that emits what the shipped cassettes do not: every row of the ledger is emitted by one of both."""

from __future__ import annotations

from typing import Any

from harness.server import Fault, fake_of
from tests.conftest import CALLBACK, TOKEN, Rig, phone, user

NS = "#microsoft.graph."
KINDS = ("device", "guest", "encrypted", "onPremises", "applicationInstance", "azureCommunicationServicesUser")


def run(fake: Rig) -> None:
    _operations(fake)
    _cancelled(fake)
    _recording(fake)
    _incoming(fake)
    _meetings(fake)
    _identities(fake)
    _headers(fake)


def _create(fake: Rig, **members: Any) -> dict[str, Any]:
    answer = fake.send("POST", "/calls", {"callbackUri": CALLBACK, **members})
    assert answer.status_code == 201, answer.json
    fake.clock.drain()
    shown: dict[str, Any] = answer.json
    return shown


def _operations(fake: Rig) -> None:
    """An operation that failed, read in both ways, below every prefix."""
    call_id = fake.seed_call()["id"]
    operation_id = fake.invite(call_id, phone("+4915112345678")).json["id"]
    fake.clock.drain()
    for version in ("v1.0", "beta"):
        for family in ("communications", "app"):
            path = f"/{version}/{family}/calls/{call_id}/operations"
            assert fake.client.get(path, headers=TOKEN).status_code == 200
            assert fake.client.get(f"{path}/{operation_id}", headers=TOKEN).json["status"] == "Failed"


def _cancelled(fake: Rig) -> None:
    """Everything that runs, cut short: by cancelling media, and by the end of the call."""
    call = fake.seed_call(participants=[{**user("anna"), "id": "p"}])
    path = f"/beta/communications/calls/{call['id']}"
    prompts = {"prompts": [{"@odata.type": f"{NS}mediaPrompt", "mediaInfo": {"uri": "https://a.example/b.wav"}}]}

    def ask(action: str, body: dict[str, Any]) -> None:
        assert fake.client.post(f"{path}/{action}", json=body, headers=TOKEN).status_code in (200, 202)

    ask("recordResponse", prompts)
    fake.clock.drain()
    ask("recordResponse", prompts)
    ask("sendDtmfTones", {"tones": ["tone1"]})
    ask("cancelMediaProcessing", {})
    fake.send("GET", f"/calls/{call['id']}/operations")
    ask("playPrompt", prompts)
    ask("participants/p/startHoldMusic", {})
    ask("participants/p/stopHoldMusic", {})
    ask("participants/configureMixer", {"participantMixerLevels": [{"level": 50}]})
    ask("addLargeGalleryView", {})
    fake.send("DELETE", f"/calls/{call['id']}")
    fake.clock.drain()


def _recording(fake: Rig) -> None:
    """A bot that records and shares its screen, in rosters."""
    call_id = fake.seed_call()["id"]
    for action, body in (
        ("updateRecordingStatus", {"status": "recording"}),
        ("changeScreenSharingRole", {"role": "sharer"}),
    ):
        assert fake.send("POST", f"/calls/{call_id}/{action}", body).status_code in (200, 202)
    fake.clock.drain()


def _incoming(fake: Rig) -> None:
    """A call that is to be recorded by policy."""
    context = {"@odata.type": f"{NS}incomingContext", "observedParticipantId": "p", "sourceParticipantId": "p"}
    body = {"callbackUri": CALLBACK, "source": user("anna"), "incomingContext": context}
    assert fake.control("POST", "/incoming", body).status_code == 201
    fake.clock.drain()


def _meetings(fake: Rig) -> None:
    """Meetings joined by token and by number, with every call option and media configuration."""
    options = ("hideBotAfterEscalation", "isContentSharingNotificationEnabled", "isDeltaRosterEnabled")
    _create(
        fake,
        chatInfo={"threadId": "19:meeting@thread.v2", "messageId": "0", "replyChainMessageId": "1"},
        meetingInfo={"@odata.type": f"{NS}tokenMeetingInfo", "token": "t"},
        mediaConfig={"@odata.type": f"{NS}appHostedMediaConfig", "blob": "b", "removeFromDefaultAudioGroup": False},
        callOptions={
            "@odata.type": f"{NS}outgoingCallOptions",
            **dict.fromkeys((*options, "isInteractiveRosterEnabled", "allowGuestToBypassLobby"), True),
        },
    )
    _create(
        fake,
        meetingInfo={"@odata.type": f"{NS}joinMeetingIdMeetingInfo", "joinMeetingId": "1", "passcode": "p"},
        mediaConfig={"@odata.type": f"{NS}serviceHostedMediaConfig", "removeFromDefaultAudioGroup": False},
    )


def _identities(fake: Rig) -> None:
    """Everybody who can be invited."""
    call_id = fake.seed_call()["id"]
    for kind in KINDS:
        answer = fake.invite(call_id, {kind: {"id": f"id of {kind}"}})
        assert answer.status_code == 200, answer.json
        fake.clock.drain()


def _headers(fake: Rig) -> None:
    call_id = fake.seed_call()["id"]
    fake.send("GET", f"/calls/{call_id}", headers={"scenario-id": "s"})
    fake.send("PUT", f"/calls/{call_id}", {})
    fake.invite(call_id, user("adele"))
    fake_of(fake.app).faults.add(Fault("get-call", status=429, retry_after=2.128))
    assert fake.send("GET", f"/calls/{call_id}").status_code == 429
