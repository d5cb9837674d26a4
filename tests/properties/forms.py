"""Traces made by hand for the forms of identifiers, collections and placeholders that the shipped cassettes lack."""

from __future__ import annotations

from typing import Any, Final

from harness.compare import Exchange, Told, Trace
from tests.properties.traces import (
    BARE_CALL,
    BOT,
    CALL,
    CALLBACK,
    CHAIN,
    CONTEXT,
    OPERATION,
    OTHER_CALL,
    OTHER_USER,
    PHONE,
    TENANT,
    THREAD,
    USER,
    call_told,
    entry,
    exchange,
    guid,
    headers,
    roster_told,
    told,
)

_ROOT: Final = "https://graph.microsoft.com"
_MAIL: Final = "adele.vance@contoso.example"
_OTHER_MAIL: Final = "alex-w@contoso.example"
_ENCODED: Final = THREAD.replace(":", "%3a").replace("@", "%40")
_JOIN: Final = (
    f"https://teams.microsoft.com/l/meetup-join/{_ENCODED}/0"
    f"?context=%7b%22Tid%22%3a%22{TENANT}%22%2c%22Oid%22%3a%22{USER}%22%7d"
)
_PAIR: Final = f"19:{USER}_{OTHER_USER}@unq.gbl.spaces"


def meeting() -> Trace:
    """A meeting is made for somebody named by e-mail and joined; its chat and its link name the same thread."""
    chat = {"threadId": THREAD, "messageId": "0", "replyChainMessageId": None}
    made = {
        "id": "MSoyNzg0MDVhMy1mNTY4",
        "creationDateTime": "2024-02-03T04:05:06.7890123Z",
        "joinWebUrl": _JOIN,
        "chatInfo": chat,
        "participants": {
            "organizer": {"upn": _MAIL, "identity": {"user": {"id": USER, "tenantId": TENANT}}},
            "attendees": [{"upn": _OTHER_MAIL, "identity": {"user": {"id": OTHER_USER, "tenantId": TENANT}}}],
        },
    }
    ask = {
        "@odata.type": "#microsoft.graph.call",
        "callbackUri": CALLBACK,
        "chatInfo": chat,
        "meetingInfo": {"joinWebUrl": _JOIN, "organizer": {"user": {"id": USER, "tenantId": TENANT}}},
        "tenantId": TENANT,
    }
    members = [{"id": _MAIL, "roles": ["owner"]}, {"id": _OTHER_MAIL, "roles": []}]
    return Trace(
        (
            _asked("POST", f"/v1.0/users/{_MAIL}/onlineMeetings", 201, {"startDateTime": "2024-02-04"}, made),
            _asked("POST", "/v1.0/communications/calls", 201, ask, {**ask, "id": CALL, "state": "establishing"}),
            _asked("GET", f"/beta/chats/{THREAD}/members", 200, None, {"value": members}),
            _asked("GET", f"/v1.0/chats/{_PAIR}?$expand=members", 200, None, {"id": _PAIR, "topic": None}),
        ),
        (
            call_told(CALL, "established", chatInfo=chat),
            roster_told(CALL, entry(1, "user", USER), entry(2, "user", OTHER_USER), entry(3, "application", BOT)),
            call_told(CALL, "terminated", change_type="deleted", message=f"{_OTHER_MAIL} has ended {THREAD}"),
        ),
    )


def _asked(method: str, path: str, status: int, body: Any, answer: Any) -> Exchange:
    asked = {} if body is None else {"body": body}
    made = exchange(method, "", status, headers=headers(70), answer=answer, **asked)
    return Exchange(method, f"{_ROOT}{path}", made.body, status, made.headers, answer)


def addresses() -> Trace:
    """Somebody is named by an MRI of each kind, alone and in a sentence."""
    mris = (f"8:orgid:{USER}", f"28:{BOT}", f"4:{PHONE}", f"8:acs:{CHAIN}_{CONTEXT}", "8:live:alice.smith", "8:bob")
    people = [entry(n, "user", mri, endpointId=mri) for n, mri in enumerate(mris, 1)]
    failed = f"addParticipants failed for participant {mris[0]}. Underlying reason: {mris[2]} is not {mris[4]}."
    info = {"code": 400, "subcode": 8538, "message": failed}
    targets = [{"identity": {"user": {"id": mri}}} for mri in mris]
    return Trace(
        (
            exchange("POST", f"/calls/{CALL}/participants/invite", 200, body={"participants": targets}, answer={}),
            exchange("GET", f"/calls/{CALL}/participants/{mris[0]}", 200, answer=people[0]),
            exchange("GET", f"/calls/{CALL}/participants", 200, answer={"value": people}),
        ),
        (
            told("deleted", f"/calls/{CALL}/operations/{OPERATION}", {"status": "failed", "resultInfo": info}),
            roster_told(CALL, *people),
        ),
    )


def collections() -> Trace:
    """Lists of operations and of audio routing groups, which have ids; and of values, which have none."""
    operations = [
        {"id": guid(20 + n), "status": status, "clientContext": f"context {n}", "resultInfo": None}
        for n, status in enumerate(("running", "completed", "failed"))
    ]
    groups = [
        {"id": guid(30), "routingMode": "oneToOne", "sources": [guid(1)], "receivers": [guid(2), guid(3)]},
        {"id": guid(31), "routingMode": "multicast", "sources": [guid(2), guid(1)], "receivers": [guid(3)]},
    ]
    tones = {"id": CALL, "toneInfo": {"sequenceId": 1, "tone": "tone1"}, "callRoutes": [{"final": 1.5}, {"final": 2}]}
    roster = [entry(n, "user", who) for n, who in enumerate((USER, OTHER_USER, BOT), 1)]
    return Trace(
        (
            exchange("GET", f"/calls/{CALL}/operations", 200, answer={"value": operations}),
            exchange("GET", f"/calls/{CALL}/audioRoutingGroups", 200, answer={"value": groups}),
            exchange("GET", f"/calls/{CALL}/audioRoutingGroups/{guid(30)}", 200, answer=groups[0]),
            exchange(
                "GET", f"/calls/{CALL}", 200, answer={**tones, "ratio": 0.5, "big": 2**53 + 1, "none": [], "no": {}}
            ),
        ),
        (
            roster_told(CALL, *roster),
            *(told("updated", f"/calls/{CALL}/operations/{o['id']}", o) for o in operations),
            told("created", f"/calls/{CALL}/audioRoutingGroups/{guid(31)}", groups[1]),
            roster_told(CALL, *reversed(roster)),
        ),
    )


def spellings() -> Trace:
    """One call in five spellings, beside another; short ids in paths; two versions of the interface."""
    path = f"/calls/{CALL}"
    called = {"id": CALL.upper(), "bareId": CALL.replace("-", ""), "braces": f"{{{CALL}}}", "state": "established"}
    short = {"@odata.id": "communications/calls('c-1')", "id": "c-1", "myParticipantId": "p.1", "state": "establishing"}
    return Trace(
        (
            exchange("GET", path, 200, answer={**called, "@odata.id": f"communications/calls('{CALL}')"}),
            exchange(
                "GET", f"/calls/{CALL.upper()}/participants", 200, answer={"value": [entry(1, "user", USER.upper())]}
            ),
            _asked("GET", "/beta/communications/calls/c-1/participants/p.1", 200, None, {"id": "p.1", "info": None}),
            _asked("POST", "/beta/communications/calls/c-1/participants/invite", 200, {"clientContext": "c-1"}, {}),
            exchange("DELETE", f"/calls/{BARE_CALL}", 204),
        ),
        (
            call_told(CALL.upper(), "establishing"),
            call_told(CALL, "established", callChainId=CHAIN),
            call_told(CHAIN, "established", callChainId=CALL.replace("-", "")),
            told("updated", "/calls/c-1", short),
            told("deleted", "/calls/c-1", {**short, "state": "terminated", "callChainId": f"{{{CHAIN.upper()}}}"}),
            told("deleted", f"/calls/{BARE_CALL}", {"id": BARE_CALL, "state": "Terminated"}),
        ),
    )


def placeholders() -> Trace:
    """What a sanitiser left: texts and numbers of which only the form is known."""
    person = entry(1, "user", USER, info={"identity": {"user": {"id": USER, "displayName": "REDACTED"}}})
    more = {"subject": "text-3", "joinMeetingId": "text-4", "passcode": None, "again": "text-3"}
    return Trace(
        (exchange("GET", f"/calls/{CALL}", 200, answer={"id": CALL, "meetingInfo": more, "subject": "text-12"}),),
        (roster_told(CALL, person), call_told(CALL, "established", subject="REDACTED", ringingTimeoutInSeconds=0)),
    )


def alike() -> Trace:
    """Two calls with two people each, told alike: what tells them apart is who and where only."""

    def of(call: str, first: int) -> tuple[Told, ...]:
        people = [entry(first, "user", guid(first + 40)), entry(first + 1, "user", guid(first + 41))]
        return call_told(call, "establishing"), call_told(call, "established"), roster_told(call, *people)

    asked = tuple(exchange("GET", f"/calls/{call}/participants", 200) for call in (CALL, OTHER_CALL))
    one, other = of(CALL, 1), of(OTHER_CALL, 3)
    return Trace(asked, tuple(told for both in zip(one, other, strict=True) for told in both))


def apart() -> Trace:
    """Two people are told alike at first; later one of them is muted, and the other leaves."""
    one, other = entry(1, "user", USER), entry(2, "user", OTHER_USER)
    muted = {**one, "isMuted": True}
    return Trace(
        (exchange("GET", f"/calls/{CALL}/participants", 200, answer={"value": [one, other]}),),
        (roster_told(CALL, one, other), roster_told(CALL, muted, other), roster_told(CALL, muted)),
    )


FORMS: Final = {
    "meeting": meeting(),
    "addresses": addresses(),
    "collections": collections(),
    "spellings": spellings(),
    "placeholders": placeholders(),
    "alike": alike(),
    "apart": apart(),
}
