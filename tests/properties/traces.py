"""Traces made by hand, on which the comparer is proved: small, and between them every form of identifier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from harness.cassette.scenario import ABSENT
from harness.compare import Exchange, Told, Trace

GRAPH: Final = "https://graph.microsoft.com/v1.0/communications"
CALLBACK: Final = "https://bot.example/api/calls"
CALL: Final = "ab6233a5-20b7-4c5e-bea2-ce56c9776429"
OTHER_CALL: Final = "2e1a0b00-2db4-4022-9570-243709c565ab"
OPERATION: Final = "eec3812a-fdc3-4fb4-825c-a06c9f35414e"
CONTEXT: Final = "f2fa86af-3c51-4bc2-8fc0-475452d9764f"
TENANT: Final = "72f988bf-86f1-41af-91ab-2d7cd011db47"
USER: Final = "278405a3-f568-4b3e-b684-009193463064"
OTHER_USER: Final = "5810cede-f3cc-42eb-b2c1-e9bd5d53ec96"
BOT: Final = "2891555a-92ff-42e6-80fa-6e1300c6b5c6"
CHAIN: Final = "d8217646-3110-40b1-bae6-e9ac6c3a9f74"
PHONE: Final = "+12345678901"
BARE_CALL: Final = "57DAB8B1894C409AB240BD8BEAE78896"
THREAD: Final = "19:meeting_Win6Ydo4wsMijFjZS00ZGVjLTk5MGUtOTRjNWY2NmNkYTFm@thread.v2"


def guid(number: int) -> str:
    return f"{number:08x}-aaaa-4bbb-8ccc-dddddddddddd"


def exchange(method: str, path: str, status: int, *, body: Any = ABSENT, answer: Any = ABSENT, **more: Any) -> Exchange:
    return Exchange(method, f"{GRAPH}{path}", body, status, more.get("headers", {}), answer)


def told(change_type: str, path: str, data: Any, headers: Mapping[str, str] | None = None) -> Told:
    item = {
        "@odata.type": "#microsoft.graph.commsNotification",
        "changeType": change_type,
        "resource": f"/app{path}",
        "resourceUrl": f"/communications{path}",
        "resourceData": data,
    }
    envelope = {"@odata.type": "#microsoft.graph.commsNotifications"}
    return Told(CALLBACK, headers or {"Content-Type": "application/json"}, envelope, item)


def call_told(call: str, state: str, *, change_type: str = "updated", **members: Any) -> Told:
    data = {"@odata.type": "#microsoft.graph.call", "state": state, "id": call, **members}
    return told(change_type, f"/calls/{call}", data)


def roster_told(call: str, *entries: Mapping[str, Any]) -> Told:
    return told("updated", f"/calls/{call}/participants", list(entries))


def entry(number: int, kind: str, who: str, **members: Any) -> dict[str, Any]:
    """A participant."""
    return {
        "@odata.type": "#microsoft.graph.participant",
        "id": guid(number),
        "info": {
            "identity": {kind: {"id": who, "displayName": f"{kind} of the test"}},
            "languageId": "en-US",
        },
        "isMuted": False,
        "isInLobby": False,
        "mediaStreams": [{"mediaType": "audio", "sourceId": "1", "direction": "sendReceive", "serverMuted": False}],
        **members,
    }


def headers(number: int, **more: str) -> dict[str, str]:
    """The headers of an answer. `more`: underscores stand for dashes."""
    return {
        "Content-Type": "application/json",
        "request-id": guid(number),
        "client-request-id": guid(number),
        "x-ms-ags-diagnostic": '{"ServerInfo":{"DataCenter":"West Europe","Slice":"E","Ring":"3"}}',
        **{name.replace("_", "-"): value for name, value in more.items()},
    }


def _operation(status: str, participants: list[Any]) -> dict[str, Any]:
    return {
        "@odata.type": "#microsoft.graph.inviteParticipantsOperation",
        "id": OPERATION,
        "status": status,
        "clientContext": CONTEXT,
        "resultInfo": None if status == "running" else {"code": 200, "subcode": 0, "message": "ok"},
        "participants": participants,
    }


def _invitee(kind: str, who: str, **members: Any) -> dict[str, Any]:
    identity = {kind: {"@odata.type": "#microsoft.graph.identity", "id": who, "tenantId": TENANT}}
    return {"@odata.type": "#microsoft.graph.invitationParticipantInfo", "identity": identity, **members}


def invite() -> Trace:
    """A user and a phone are invited; one of those who are in is there from two devices."""
    invitees = [_invitee("user", USER), _invitee("phone", PHONE)]
    bot, other = entry(1, "application", BOT), entry(2, "user", OTHER_USER)
    again = entry(3, "user", OTHER_USER, isMuted=True)
    path = f"/calls/{CALL}/operations/{OPERATION}"
    ask = {"participants": invitees, "clientContext": CONTEXT}
    location = f"{GRAPH}{path}"
    return Trace(
        (
            exchange(
                "POST",
                f"/calls/{CALL}/participants/invite",
                200,
                body=ask,
                headers=headers(90, Location=location),
                answer=_operation("running", invitees),
            ),
            exchange("GET", path, 200, headers=headers(91), answer=_operation("running", invitees)),
        ),
        (
            roster_told(CALL, bot, other, again),
            told("updated", path, _operation("running", invitees)),
            told("deleted", path, _operation("completed", invitees)),
            roster_told(CALL, bot, again, other, entry(4, "user", USER), entry(5, "phone", PHONE)),
        ),
    )


def create() -> Trace:
    """A call is created, established and hung up."""
    ask = {
        "@odata.type": "#microsoft.graph.call",
        "callbackUri": CALLBACK,
        "requestedModalities": ["audio", "video"],
        "tenantId": TENANT,
        "targets": [_invitee("user", USER)],
        "clientContext": "clientContext-value",
    }
    made = {**ask, "state": "establishing", "id": CALL, "callChainId": CHAIN, "myParticipantId": guid(1)}
    stamped = {
        "createdDateTime": "2018-09-06T15:58:41.1234567Z",
        "chatInfo": {"threadId": THREAD, "messageId": "0"},
    }
    skype = {"Content-Type": "application/json", "X-Microsoft-Skype-Chain-ID": CHAIN, "Scenario-Id": guid(60)}
    roster = [entry(1, "application", BOT), entry(2, "user", USER)]
    return Trace(
        (
            exchange("POST", "/calls", 201, body=ask, headers=headers(92), answer={**made, **stamped}),
            exchange("GET", f"/calls/{CALL}/participants", 200, headers=headers(93), answer={"value": roster}),
            exchange("DELETE", f"/calls/{CALL}", 204, headers={"request-id": guid(94)}),
        ),
        (
            told(
                "updated",
                f"/calls/{CALL}",
                {"state": "establishing", "callChainId": CHAIN, "id": CALL},
                skype,
            ),
            call_told(CALL, "established", chatInfo={"threadId": THREAD, "messageId": "0"}),
            roster_told(CALL, *roster),
            call_told(CALL, "terminated", change_type="deleted", resultInfo={"code": 200, "subcode": 0}),
        ),
    )


def replace() -> Trace:
    """Somebody moves from one incoming call into another; the ids are written in all their ways."""
    caller = {"identity": {"user": {"id": USER, "displayName": "caller"}}, "endpointId": f"8:orgid:{USER}"}
    phone = {"identity": {"phone": {"id": PHONE}}, "endpointId": f"4:{PHONE}"}
    invitee = _invitee("user", USER, replacesCallId=OTHER_CALL)
    return Trace(
        (
            exchange(
                "POST",
                f"/calls/{BARE_CALL}/participants/invite",
                200,
                body={"participants": [invitee], "clientContext": CONTEXT},
                answer=_operation("running", [invitee]),
            ),
        ),
        (
            call_told(OTHER_CALL, "incoming", change_type="created", source=caller),
            call_told(BARE_CALL, "incoming", change_type="created", source=phone),
            call_told(BARE_CALL, "established"),
            call_told(OTHER_CALL, "established"),
            told("deleted", f"/calls/{BARE_CALL}/operations/{OPERATION}", _operation("completed", [invitee])),
            call_told(OTHER_CALL, "terminating", correlationId=f"{{{CHAIN}}}"),
            call_told(OTHER_CALL, "terminated", change_type="deleted", correlationId=f"{{{CHAIN}}}"),
            roster_told(BARE_CALL, entry(1, "user", USER), entry(2, "phone", PHONE), entry(3, "application", BOT)),
        ),
    )


def refusal() -> Trace:
    """Graph says no."""
    inner = {"date": "2020-05-06T07:08:09", "request-id": guid(95), "client-request-id": guid(95)}
    error = {"code": "7505", "message": f"Call {CALL} is not there.", "innerError": inner}
    return Trace(
        (
            exchange(
                "POST",
                f"/calls/{CALL}/answer",
                404,
                body="no JSON",
                headers=headers(95),
                answer={"error": error},
            ),
        )
    )


TRACES: Final = {"invite": invite(), "create": create(), "replace": replace(), "refusal": refusal()}
