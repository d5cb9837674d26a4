"""The strict checker: what it lets pass, and what it says of the rest."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.contract.strict import EXCEPTIONS, check, check_notifications, check_response, exception, openapi

CALL = "/v1.0/communications/calls/c"
CONTEXT = "https://graph.microsoft.com/v1.0/$metadata#app/calls/$entity"
OPERATION = {"@odata.type": "#microsoft.graph.inviteParticipantsOperation", "id": "o", "status": "Running"}
DATE = "2026-01-01T00:00:00"


def _typed(name: str, **members: Any) -> dict[str, Any]:
    return {"@odata.type": f"#microsoft.graph.{name}", **members}


GOOD: dict[str, tuple[str, Any]] = {
    "nothing": ("call", {}),
    "root annotations": ("call", {"@odata.context": CONTEXT, "@odata.count": 1, "@odata.nextLink": "n"}),
    "inherited member": ("call", _typed("call", id="c")),
    "nulls": ("call", {"subject": None, "chatInfo": None, "direction": None, "mediaConfig": None}),
    "enums": ("call", {"state": "transferAccepted", "requestedModalities": ["audio"]}),
    "derived type": ("call", {"mediaConfig": _typed("appHostedMediaConfig", blob="b")}),
    "member of a base's exception": (
        "call",
        {"mediaConfig": _typed("serviceHostedMediaConfig", removeFromDefaultAudioGroup=False)},
    ),
    "nested object without a type": ("participant", {"info": {"identity": {"user": {"id": "u"}}}}),
    "null siblings": ("identitySet", {"user": {"id": "u"}, "phone": None, "device": None}),
    "declared on the derived identity set": (
        "identitySet",
        _typed("communicationsIdentitySet", assertedIdentity={"id": "a"}, endpointType="default"),
    ),
    "identity in an exception": ("identitySet", {"phone": {"id": "+1", "displayName": None}}),
    "members of the identity of a user": ("identity", {"tenantId": "t", "identityProvider": "AAD"}),
    "numbers at their limits": ("resultInfo", {"code": 2**31 - 1, "subcode": -(2**31), "message": None}),
    "long number": ("participant", {"rosterSequenceNumber": 2**63 - 1}),
    "time with a zone": ("callTranscriptionInfo", {"lastModifiedDateTime": f"{DATE}Z"}),
    "lower case status in an answer to another action": ("muteParticipantOperation", {"status": "running"}),
    "operation in an answer": ("commsOperation", {**OPERATION, "participants": [{"endpointType": None}]}),
    "printed by the examples": (
        "call",
        {
            "activeModalities": [],
            "answeredBy": None,
            "meetingCapability": {"x": [1]},
            "ringingTimeoutInSeconds": 5,
            "routingPolicies": ["none"],
        },
    ),
}


@pytest.mark.parametrize(("type_name", "value"), GOOD.values(), ids=GOOD)
def test_value_that_fits_has_no_problems(type_name: str, value: Any) -> None:
    assert check(value, type_name) == []


ABSTRACT = "mediaConfig: mediaConfig is abstract: @odata.type must name a type derived from it"
TIME = (
    "^[0-9]{4,}-(0[1-9]|1[012])-(0[1-9]|[12][0-9]|3[01])"
    "T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,12})?(Z|[+-][0-9][0-9]:[0-9][0-9])$"
)


def _no_type(given: str | None, declared: str) -> str:
    return f"body: @odata.type {given!r} is not '#microsoft.graph.{declared}' or derived from it"


BAD: dict[str, tuple[str, Any, str]] = {
    "no object": ("call", [], "body: expected call, got []"),
    "undeclared member of a closed type": ("chatInfo", {"x": 1}, "body: chatInfo has no member 'x'"),
    "undeclared member of an open type": ("call", {"x": 1}, "body: call has no member 'x'"),
    "letter case of a member": ("call", {"Subject": "x"}, "body: call has no member 'Subject'"),
    "annotation inside": (
        "call",
        {"chatInfo": {"@odata.context": "c"}},
        "chatInfo: chatInfo has no member '@odata.context'",
    ),
    "annotation of another type": ("call", {"@odata.count": "1"}, "@odata.count: expected number, got '1'"),
    "annotation null": ("call", {"@odata.context": None}, "@odata.context: must not be null"),
    "another annotation": ("call", {"@odata.etag": "e"}, "body: call has no member '@odata.etag'"),
    "null where not allowed": ("call", {"callbackUri": None}, "callbackUri: must not be null"),
    "null of an inherited member": ("call", {"id": None}, "id: must not be null"),
    "null array": ("call", {"targets": None}, "targets: must not be null"),
    "null in an array": (
        "call",
        {"targets": [None]},
        "targets[0]: expected invitationParticipantInfo, got None",
    ),
    "null exception": (
        "participant",
        {"isIdentityAnonymized": None},
        "isIdentityAnonymized: must not be null",
    ),
    "object for an array": ("call", {"targets": {"a": 1}}, "targets: expected an array, got {'a': 1}"),
    "text for an object": ("call", {"chatInfo": "x"}, "chatInfo: expected chatInfo, got 'x'"),
    "number for text": (
        "call",
        {"targets": [{}, {"identity": {"user": {"id": 5}}}]},
        "targets[1].identity.user.id: expected string, got 5",
    ),
    "enum in another letter case": (
        "call",
        {"direction": "Outgoing"},
        "direction: 'Outgoing' is none of incoming, outgoing",
    ),
    "enum null in an array": (
        "call",
        {"requestedModalities": [None]},
        "requestedModalities[0]: expected string, got None",
    ),
    "enum no text": ("call", {"direction": 1}, "direction: expected string, got 1"),
    "lower case status in an answer to an invite": (
        "inviteParticipantsOperation",
        {"status": "running"},
        "status: 'running' is none of NotStarted, Running, Completed, Failed",
    ),
    "flag as text": ("participant", {"isMuted": "true"}, "isMuted: expected boolean, got 'true'"),
    "number as text": ("resultInfo", {"code": "200"}, "code: expected number, got '200'"),
    "number as a flag": ("resultInfo", {"code": True}, "code: expected number, got True"),
    "fraction": ("resultInfo", {"code": 1.0}, "code: expected number, got 1.0"),
    "number too big": ("resultInfo", {"code": 2**31}, "code: 2147483648 does not fit into int32"),
    "number too small": ("resultInfo", {"code": -(2**31) - 1}, "code: -2147483649 does not fit into int32"),
    "long number too big": (
        "toneInfo",
        {"sequenceId": 2**63},
        "sequenceId: 9223372036854775808 does not fit into int64",
    ),
    "type not derived": ("call", _typed("participant"), _no_type("#microsoft.graph.participant", "call")),
    "type of the base": (
        "inviteParticipantsOperation",
        _typed("commsOperation"),
        _no_type("#microsoft.graph.commsOperation", "inviteParticipantsOperation"),
    ),
    "type unknown": ("call", _typed("nobody"), _no_type("#microsoft.graph.nobody", "call")),
    "type without hash": (
        "call",
        {"@odata.type": "microsoft.graph.call"},
        _no_type("microsoft.graph.call", "call"),
    ),
    "type null": ("call", {"@odata.type": None}, _no_type(None, "call")),
    "abstract without type": ("call", {"mediaConfig": {"blob": "b"}}, ABSTRACT),
    "abstract as type": ("call", {"mediaConfig": _typed("mediaConfig")}, ABSTRACT),
    "member of another derived type": (
        "call",
        {"mediaConfig": _typed("serviceHostedMediaConfig", blob="b")},
        "mediaConfig: serviceHostedMediaConfig has no member 'blob'",
    ),
    "member of a derived identity set": (
        "identitySet",
        {"assertedIdentity": {}},
        "body: identitySet has no member 'assertedIdentity'",
    ),
    "wrong value in an exception": ("identitySet", {"phone": {"id": 1}}, "phone.id: expected string, got 1"),
    "time without a day": (
        "callTranscriptionInfo",
        {"lastModifiedDateTime": "2026-01"},
        f"lastModifiedDateTime: '2026-01' does not match {TIME}",
    ),
}


@pytest.mark.parametrize(("type_name", "value", "problem"), BAD.values(), ids=BAD)
def test_value_that_does_not_fit_is_told_with_its_place(type_name: str, value: Any, problem: str) -> None:
    assert check(value, type_name) == [problem]


def test_every_problem_is_told() -> None:
    value = {"subject": 1, "x": 2, "targets": [3]}

    assert check(value, "call") == [
        "subject: expected string, got 1",
        "body: call has no member 'x'",
        "targets[0]: expected invitationParticipantInfo, got 3",
    ]


@pytest.mark.parametrize("key", EXCEPTIONS, ids=".".join)
def test_exception_names_a_type_and_a_source(key: tuple[str, str]) -> None:
    """And is in force where it says."""
    allowed = EXCEPTIONS[key]

    assert f"microsoft.graph.{key[0]}" in openapi()["components"]["schemas"]
    assert "documented" in allowed.reason or "observed" in allowed.reason or "printed by" in allowed.reason
    assert exception(*key, notification=True) is allowed
    assert exception(*key, notification=False) is (None if allowed.only_notified else allowed)


def _error(**inner: Any) -> dict[str, Any]:
    body = {"date": DATE, "request-id": "r", "client-request-id": "c", **inner}
    return {"error": {"code": "8522", "message": "Call not found.", "innerError": body}}


ANSWERS: dict[str, tuple[str, str, int, Any]] = {
    "created call": (
        "POST",
        "/v1.0/communications/calls",
        201,
        _typed("call", **{"@odata.context": CONTEXT}),
    ),
    "call below app and beta": ("GET", "/beta/app/calls/c", 200, {"@odata.context": CONTEXT, "id": "c"}),
    "roster": (
        "GET",
        f"{CALL}/participants",
        200,
        {"@odata.context": CONTEXT, "value": [_typed("participant", id="p")]},
    ),
    "participant": ("GET", f"{CALL}/participants/p", 200, {"@odata.context": CONTEXT, "isMuted": False}),
    "invited": ("POST", f"{CALL}/participants/invite", 200, {"@odata.context": CONTEXT, **OPERATION}),
    "operation": ("GET", f"{CALL}/operations/o", 200, {"@odata.context": CONTEXT, **OPERATION}),
    "operations": ("GET", f"{CALL}/operations", 200, {"@odata.context": CONTEXT, "value": [OPERATION]}),
    "deleted call": ("DELETE", CALL, 204, None),
    "answered call": ("POST", f"{CALL}/answer", 202, None),
    "refusal": ("GET", CALL, 404, _error()),
    "refusal of an unknown path": ("GET", "/nowhere", 404, _error()),
}


@pytest.mark.parametrize(("method", "path", "status", "body"), ANSWERS.values(), ids=ANSWERS)
def test_answer_that_fits_has_no_problems(method: str, path: str, status: int, body: Any) -> None:
    assert check_response(method, path, status, body) == []


WRONG: dict[str, tuple[str, str, int, Any, list[str]]] = {
    "wrong member": ("GET", CALL, 200, {"@odata.context": CONTEXT, "x": 1}, ["body: call has no member 'x'"]),
    "no context": ("GET", CALL, 200, _typed("call"), ["body: '@odata.context' is missing"]),
    "another type": (
        "GET",
        f"{CALL}/operations/o",
        200,
        _typed("call", **{"@odata.context": CONTEXT}),
        [_no_type("#microsoft.graph.call", "commsOperation")],
    ),
    "invite is no participant": (
        "POST",
        f"{CALL}/participants/invite",
        200,
        {"@odata.context": CONTEXT, "isMuted": False},
        ["body: inviteParticipantsOperation has no member 'isMuted'"],
    ),
    "wrong item": (
        "GET",
        f"{CALL}/participants",
        200,
        {"@odata.context": CONTEXT, "value": [{}, {"isMuted": None}]},
        ["value[1].isMuted: must not be null"],
    ),
    "no items": (
        "GET",
        f"{CALL}/participants",
        200,
        {"@odata.context": CONTEXT},
        ["body: 'value' is missing"],
    ),
    "undeclared beside the items": (
        "GET",
        f"{CALL}/participants",
        200,
        {"@odata.context": CONTEXT, "value": [], "id": "x"},
        ["body: participantCollectionResponse has no member 'id'"],
    ),
    "no body": ("GET", CALL, 200, None, ["body: expected call, got None"]),
    "no body by status": ("GET", CALL, 204, None, ["body: expected call, got None"]),
    "body where none belongs": ("DELETE", CALL, 204, {}, ["body: expected no body, got {}"]),
    "unknown path": (
        "GET",
        "/v1.0/communications/presences",
        200,
        {},
        ["body: the schema has no such operation"],
    ),
    "no version": ("GET", "/communications/calls/c", 200, {}, ["body: the schema has no such operation"]),
    "unknown method": ("PUT", CALL, 200, {}, ["body: the schema has no such operation"]),
    "error is empty": ("GET", CALL, 404, {}, ["body: 'error' is missing"]),
    "error is missing": (
        "GET",
        CALL,
        500,
        None,
        ["body: expected ODataErrors.ODataError, got None"],
    ),
    "error without members": (
        "GET",
        CALL,
        400,
        {"error": {"innerError": {}}},
        [
            "error: 'code' is missing",
            "error: 'message' is missing",
            "error.innerError: 'date' is missing",
            "error.innerError: 'request-id' is missing",
            "error.innerError: 'client-request-id' is missing",
        ],
    ),
    "error without inner error": (
        "GET",
        CALL,
        400,
        {"error": {"code": "c", "message": "m"}},
        ["error: 'innerError' is missing"],
    ),
    "error code a number": (
        "GET",
        CALL,
        404,
        {"error": {**_error()["error"], "code": 8522}},
        ["error.code: expected string, got 8522"],
    ),
    "error date with zone": (
        "GET",
        CALL,
        404,
        _error(date=f"{DATE}Z"),
        [rf"error.innerError.date: '{DATE}Z' does not match ^\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d$"],
    ),
    "error with an undeclared member": (
        "GET",
        CALL,
        404,
        _error(requestId="r"),
        ["error.innerError: ODataErrors.InnerError has no member 'requestId'"],
    ),
}


@pytest.mark.parametrize(("method", "path", "status", "body", "problems"), WRONG.values(), ids=WRONG)
def test_wrong_answer_is_told(method: str, path: str, status: int, body: Any, problems: list[str]) -> None:
    assert check_response(method, path, status, body) == [f"{method} {path} {status}, {p}" for p in problems]


def _notified(path: str, data: Any, **members: Any) -> dict[str, Any]:
    item = _typed("commsNotification", changeType="updated", resource=f"/app/calls/c{path}")
    item |= {"resourceUrl": f"/communications/calls/c{path}", "resourceData": data, **members}
    return _typed("commsNotifications", value=[item])


NOTIFICATIONS: dict[str, Any] = {
    "call": _notified("", _typed("call", state="established")),
    "end of a call": _notified(
        "",
        _typed(
            "call",
            terminationReason="AppInitiated",
            terminationSender={"phone": {"id": "+1", "identityProvider": "None"}},
        ),
    ),
    "call and the bot's own address": _notified("", _typed("call"), callbackUri="https://bot.example/"),
    "roster": _notified(
        "/participants",
        [
            _typed("participant", isIdentityAnonymized=False, replacementLink="l"),
            _typed(
                "participant",
                info={"id": None, "endpointId": "e", "clientVersion": "1", "replacementLink": "l"},
            ),
        ],
    ),
    "empty roster": _notified("/participants", []),
    "completed operation": _notified("/operations/o", {**OPERATION, "status": "completed"}),
    "failed operation": _notified("/operations/o", {**OPERATION, "status": "failed"}),
}


@pytest.mark.parametrize("body", NOTIFICATIONS.values(), ids=NOTIFICATIONS)
def test_notification_that_fits_has_no_problems(body: Any) -> None:
    assert check_notifications(body) == []


WRONG_NOTIFICATIONS: dict[str, tuple[Any, list[str]]] = {
    "no object": ([], ["body: expected commsNotifications, got []"]),
    "empty": ({}, ["body: '@odata.type' is missing", "body: 'value' is missing"]),
    "context": (
        {**_notified("", _typed("call")), "@odata.context": CONTEXT},
        ["body: commsNotifications has no member '@odata.context'"],
    ),
    "undeclared member": (
        _notified("", _typed("call"), id="x"),
        ["value[0]: commsNotification has no member 'id'"],
    ),
    "change type": (
        _notified("", _typed("call"), changeType="Updated"),
        ["value[0].changeType: 'Updated' is none of created, updated, deleted"],
    ),
    "empty item": (
        _typed("commsNotifications", value=[{}]),
        [
            "value[0]: '@odata.type' is missing",
            "value[0]: 'changeType' is missing",
            "value[0]: 'resource' is missing",
            "value[0]: 'resourceUrl' is missing",
            "value[0]: 'resourceData' is missing",
        ],
    ),
    "resource of the other family": (
        _notified("", _typed("call"), resource="/communications/calls/c"),
        ["value[0]: resource '/communications/calls/c' is not '/app/calls/c'"],
    ),
    "unknown resource": (
        _notified("/tones", {}),
        ["value[0]: resourceUrl '/communications/calls/c/tones' names no call, roster or operation"],
    ),
    "absolute resource": (
        _notified("", {}, resourceUrl="https://graph.microsoft.com/v1.0/communications/calls/c"),
        [
            "value[0]: resourceUrl 'https://graph.microsoft.com/v1.0/communications/calls/c' "
            "names no call, roster or operation"
        ],
    ),
    "call without type": (_notified("", {}), ["value[0].resourceData: '@odata.type' is missing"]),
    "call in a list": (_notified("", []), ["value[0].resourceData: expected call, got []"]),
    "wrong member of a call": (
        _notified("", _typed("call", state="Established", id=None)),
        [
            "value[0].resourceData.state: 'Established' is none of incoming, establishing, established, "
            "hold, transferring, transferAccepted, redirecting, terminating, terminated, unknownFutureValue",
            "value[0].resourceData.id: must not be null",
        ],
    ),
    "call data null": (
        _notified("", None),
        ["value[0].resourceData: must not be null"],
    ),
    "roster no list": (
        _notified("/participants", _typed("participant")),
        ["value[0].resourceData: expected an array, got {'@odata.type': '#microsoft.graph.participant'}"],
    ),
    "roster item without type": (
        _notified("/participants", [{}]),
        ["value[0].resourceData[0]: '@odata.type' is missing"],
    ),
    "roster item of another type": (
        _notified("/participants", [_typed("participantInfo")]),
        [
            "value[0].resourceData[0]: @odata.type '#microsoft.graph.participantInfo' "
            "is not '#microsoft.graph.participant' or derived from it"
        ],
    ),
    "status as the schema has it": (
        _notified("/operations/o", {**OPERATION, "status": "Completed"}),
        ["value[0].resourceData.status: 'Completed' is none of completed, failed"],
    ),
    "operation of another type": (
        _notified("/operations/o", _typed("call")),
        [
            "value[0].resourceData: @odata.type '#microsoft.graph.call' "
            "is not '#microsoft.graph.commsOperation' or derived from it"
        ],
    ),
}


@pytest.mark.parametrize(("body", "problems"), WRONG_NOTIFICATIONS.values(), ids=WRONG_NOTIFICATIONS)
def test_wrong_notification_is_told(body: Any, problems: list[str]) -> None:
    assert check_notifications(body) == problems


def test_every_notification_of_a_batch_is_checked() -> None:
    body = _notified("", _typed("call"))
    second = deepcopy(body["value"][0])
    second["resourceData"]["subject"] = 5
    body["value"].append(second)

    assert check_notifications(body) == ["value[1].resourceData.subject: expected string, got 5"]


def test_null_may_stand_in_a_notification_where_the_schema_allows_it() -> None:
    assert check({"subject": None}, "call", notification=True) == []
