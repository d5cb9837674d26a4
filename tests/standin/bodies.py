"""What Graph writes, as JSON: members as documented, and the undeclared ones that were seen on real traffic."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from tests.standin.planted import (
    ADELE,
    APP_INSTANCE_ID,
    BOT_NAME,
    CHAT_ID,
    CLIENT_ID,
    CLIENT_VERSION,
    MEETING_ID,
    MEETING_SUBJECT,
    MEETING_URL,
    PEOPLE,
    TENANT_ID,
)

JSON = dict[str, Any]
_GRAPH: Final = "#microsoft.graph."
_AUDIO: Final = {
    "@odata.type": f"{_GRAPH}mediaStream",
    "mediaType": "audio",
    "sourceId": "1",
    "direction": "sendReceive",
    "serverMuted": False,
}


def identity_of(party: str) -> JSON:
    """A user by object id in any letter case, or a phone by its number."""
    person = next((p for p in PEOPLE if p.id == party.lower()), None)
    kind, name = ("phone", None) if party.startswith("+") else ("user", person and person.name)
    provider = "None" if kind == "phone" else "AAD"
    named = {"displayName": name} if name else {}
    tenant = {} if kind == "phone" else {"tenantId": TENANT_ID}
    inner = {"@odata.type": f"{_GRAPH}identity", "id": party, **named, **tenant, "identityProvider": provider}
    return {"@odata.type": f"{_GRAPH}identitySet", kind: inner}


def bot_identity() -> JSON:
    inner = {"@odata.type": f"{_GRAPH}identity", "id": CLIENT_ID, "displayName": BOT_NAME, "tenantId": TENANT_ID}
    return {"@odata.type": f"{_GRAPH}identitySet", "application": inner}


def participant(member: str, party: str | None, link: str) -> JSON:
    """One line of a roster; party None is the bot."""
    info = {
        "@odata.type": f"{_GRAPH}participantInfo",
        "identity": identity_of(party) if party else bot_identity(),
        "endpointType": "default",
        "languageId": "de-DE",
        "clientVersion": CLIENT_VERSION,
        "participantId": member,
        "replacementLink": link,
    }
    streams = {"mediaStreams": [_AUDIO], "isMuted": False, "isInLobby": False}
    return {"@odata.type": f"{_GRAPH}participant", "info": info, **streams, "id": member}


def replacement_link(call: str, member: str, party: str | None) -> str:
    """As rosters carry it: the participant's id without dashes, and who it is in base64."""
    mri = f"28:{CLIENT_ID}" if party is None else f"4:{party}" if party.startswith("+") else f"8:orgid:{party}"
    who = quote(base64.b64encode(f"{mri};{call.upper()}".encode()).decode(), safe="")
    plain = member.replace("-", "")
    host = "api.flightproxy.teams.microsoft.com"
    return f"https://{host}/cc/v1/callParticipant/{call}/27/k2/137/replacement?rt={plain}&rc={who}&i=10-128-4-17&e=637"


def result(code: int, subcode: int, message: str) -> JSON:
    return {"@odata.type": f"{_GRAPH}resultInfo", "code": code, "subcode": subcode, "message": message}


def call_made(asked: Mapping[str, Any], call: str, chain: str, mine: str, padding: int) -> JSON:
    """The answer to a new call."""
    source = {"@odata.type": f"{_GRAPH}participantInfo", "identity": bot_identity()}
    if "applicationInstance" in asked.get("source", {}).get("identity", {}):
        inner = {"@odata.type": f"{_GRAPH}identity", "id": APP_INSTANCE_ID, "displayName": BOT_NAME}
        source["identity"] = {**bot_identity(), "applicationInstance": inner}
    nulls = {"countryCode": None, "endpointType": None, "region": None, "languageId": None}
    targets = [target_echoed(target) for target in asked.get("targets") or []]
    body = {
        "@odata.type": f"{_GRAPH}call",
        "state": "establishing",
        "direction": "outgoing",
        "callbackUri": asked["callbackUri"],
        "callChainId": chain,
        "source": {**source, **nulls},
        "targets": targets,
        "requestedModalities": asked.get("requestedModalities", ["audio"]),
        "mediaConfig": asked.get("mediaConfig"),
        "chatInfo": asked.get("chatInfo"),
        "meetingInfo": asked.get("meetingInfo"),
        "tenantId": TENANT_ID,
        "myParticipantId": mine,
        "id": call,
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#app/calls/$entity",
        "subject": MEETING_SUBJECT if asked.get("meetingInfo") else None,
    }
    left = ("mediaState", "resultInfo", "transcription", "toneInfo", "ringingTimeoutInSeconds", "answeredBy")
    padded = {"note": "Befund " * (padding // 7)} if padding else {}
    return {**body, **dict.fromkeys(left), **padded}


def target_echoed(target: Mapping[str, Any]) -> JSON:
    party = party_of(target)
    kind = f"{_GRAPH}invitationParticipantInfo"
    replaces = target.get("replacesCallId")
    return {"@odata.type": kind, "identity": identity_of(party), "endpointType": None, "replacesCallId": replaces}


def party_of(target: Mapping[str, Any]) -> str:
    """Object id or number of who is called or invited."""
    identity = target["identity"]
    return str((identity.get("user") or identity.get("phone") or identity["applicationInstance"])["id"])


def established(chat: Mapping[str, Any] | None) -> JSON:
    """What is told of a call that stands."""
    chat = chat or {"@odata.type": f"{_GRAPH}chatInfo", "threadId": CHAT_ID, "messageId": "0"}
    return {
        "@odata.type": f"{_GRAPH}call",
        "state": "established",
        "mediaState": {"@odata.type": f"{_GRAPH}callMediaState", "audio": "active"},
        "chatInfo": dict(chat),
        "tenantId": TENANT_ID,
    }


def undeclared(call: str, link: str) -> JSON:
    """What the schema does not declare: seen on real calls, with other ids (upper case, base64)."""
    holder = {"policyHolderId": f"8:orgid:{ADELE.id.upper()}", "policyHolderTenantId": TENANT_ID.upper()}
    bot_data = {"callId": call, "user": holder, "otherRecorders": [], "isMultiParty": True, "applicationType": None}
    return {
        "MeetingUrl": MEETING_URL,
        "applicationMetadata": {"botData": bot_data},
        "meetingProperties": {"@odata.type": f"{_GRAPH}meetingProperties", "meetingLabel": MEETING_ID},
        "coOrganizers": [ADELE.mail],
        "replacesContext": base64.b64encode(link.encode()).decode(),
    }


def operation_running(operation: str, context: str | None, invitees: list[JSON]) -> JSON:
    echoed = [{**target_echoed(one), "hidden": None, "participantId": one.get("participantId")} for one in invitees]
    return {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#inviteParticipantsOperation",
        "@odata.type": f"{_GRAPH}inviteParticipantsOperation",
        "id": operation,
        "status": "Running",
        "clientContext": context,
        "resultInfo": None,
        "participants": echoed,
    }


def operation_ended(operation: str, context: str | None, invitees: list[JSON], failure: JSON | None) -> JSON:
    kind = f"{_GRAPH}invitationParticipantInfo"
    named = [{"@odata.type": kind, "identity": identity_of(party_of(one))} for one in invitees]
    return {
        "@odata.type": f"{_GRAPH}inviteParticipantsOperation",
        "participants": named,
        "status": "failed" if failure else "completed",
        **({"clientContext": context} if context else {}),
        **({"resultInfo": failure} if failure else {}),
        "id": operation,
    }
