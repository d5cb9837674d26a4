"""What the fake says to requests that are wrong before any rule of calls is looked at."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from harness.graph.refusals import Evidence, Refusal
from harness.server import Settings
from tests.conftest import CALLBACK, TOKEN, Rig, error_of, rig, user

UNREADABLE = (
    "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format."
)


def jwt(claims: Any) -> dict[str, str]:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return {"Authorization": f"Bearer e30.{payload}.x"}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic x"}, {"Authorization": "Bearer "}])
def test_missing_token_is_refused(fake: Rig, headers: dict[str, str]) -> None:
    answer = fake.client.get("/v1.0/communications/calls/x", headers=headers)

    assert error_of(answer) == (401, "InvalidAuthenticationToken", "Access token is empty.")


DEEP = base64.urlsafe_b64encode(b"[" * 100_000).decode()


@pytest.mark.parametrize(
    "token",
    ["a.b.c", "e30.bm90IGpzb24.x", "e30.W10.x", f"e30.{DEEP}.x"],
    ids=["no base64", "no JSON", "a list", "too deep"],
)
def test_token_that_cannot_be_read_is_refused(fake: Rig, token: str) -> None:
    answer = fake.client.get("/v1.0/communications/calls/x", headers={"Authorization": f"Bearer {token}"})

    assert error_of(answer) == (
        401,
        "InvalidAuthenticationToken",
        "CompactToken parsing failed with error code: 80049217",
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1.0/communications/foo"), ("PATCH", "/beta/app/calls/x"), ("GET", "/v1.0/users"), ("GET", "/v1.0")],
)
def test_token_comes_before_the_path(fake: Rig, method: str, path: str) -> None:
    assert fake.client.open(path, method=method).status_code == 401


def test_wrong_method_names_those_that_are_allowed(fake: Rig) -> None:
    answer = fake.send("PATCH", "/calls/x", {})

    assert answer.headers["Allow"] == "DELETE, GET, HEAD"


def test_opaque_token_is_refused_where_the_settings_say_so() -> None:
    fake = rig(refuse_opaque_tokens=True)

    answer = fake.send("GET", "/calls/x")

    assert answer.status_code == 401


def test_token_without_the_permission_is_refused(fake: Rig) -> None:
    """Observed, CS 276: 403 with the code in text."""
    body = {"callbackUri": CALLBACK, "targets": [{"identity": user("adele")}]}

    answer = fake.send("POST", "/calls", body, headers=jwt({"roles": ["Calls.JoinGroupCall.All"]}))

    message = "Insufficient enterprise tenant permissions, cannot access this API."
    assert error_of(answer) == (403, "7504", message)


def test_token_with_the_permission_is_accepted(fake: Rig) -> None:
    body = {"callbackUri": CALLBACK, "targets": [{"identity": user("adele")}]}

    answer = fake.send("POST", "/calls", body, headers=jwt({"roles": ["Calls.Initiate.All"]}))

    assert answer.status_code == 201


def test_call_to_somebody_of_another_tenant_is_refused(fake: Rig) -> None:
    fake.control("POST", "/people", user("adele", tenantId="another"))

    answer = fake.send("POST", "/calls", {"callbackUri": CALLBACK, "targets": [{"identity": user("adele")}]})

    assert error_of(answer) == (403, "7505", "Request authorization tenant mismatch.")


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"{", "application/json"),
        (b"", "application/json"),
        (b"{}", "text/plain"),
        (b"\xff", "application/json"),
        (b'{"callbackUri": NaN}', "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"subject": "\\uD800"}', "application/json"),
        (b'{"subject": "\xed\xa0\x80"}', "application/json"),
        ('{"subject": "x"}'.encode("utf-16"), "application/json"),
        (b'{"anything": 1e400}', "application/json"),
    ],
    ids=[
        "cut off",
        "empty",
        "another type",
        "no UTF-8",
        "NaN",
        "too deep",
        "half a surrogate pair",
        "the same raw",
        "UTF-16",
        "beyond all numbers",
    ],
)
def test_unreadable_body_is_refused(fake: Rig, data: bytes, content_type: str) -> None:
    answer = fake.client.post("/v1.0/communications/calls", data=data, headers={**TOKEN, "Content-Type": content_type})

    assert error_of(answer) == (400, "BadRequest", UNREADABLE)


BODIES: dict[str, tuple[Any, str]] = {
    "array": ([], "body: expected an object, got an array."),
    "no callback": ({}, "callbackUri is missing."),
    "callback a number": ({"callbackUri": 5}, "callbackUri: expected a string, got a number."),
    "callback over http": (
        {"callbackUri": "http://bot.example/"},
        "callbackUri 'http://bot.example/' is not an https address, nor an http address on loopback.",
    ),
    "callback null": ({"callbackUri": None}, "callbackUri: must not be null."),
    "unknown modality": (
        {"callbackUri": CALLBACK, "requestedModalities": ["smell"]},
        "requestedModalities[0]: 'smell' is none of audio, video, videoBasedScreenSharing, data, unknownFutureValue.",
    ),
    "unknown member of a closed type": (
        {"callbackUri": CALLBACK, "chatInfo": {"thread": "x"}},
        "chatInfo: unknown member 'thread' of chatInfo; known: messageId, replyChainMessageId, threadId.",
    ),
    "wrapped collection": (
        {"callbackUri": CALLBACK, "targets": {"$id": "1", "$values": []}},
        "targets: expected an array, got an object.",
    ),
    "unknown type": (
        {"callbackUri": CALLBACK, "mediaConfig": {"@odata.type": "#microsoft.graph.chatInfo"}},
        "mediaConfig: @odata.type '#microsoft.graph.chatInfo' is not '#microsoft.graph.mediaConfig' "
        "or derived from it.",
    ),
    "tenant a number": (
        {"callbackUri": CALLBACK, "targets": [{"identity": {"user": {"id": "a", "tenantId": 5}}}]},
        "targets[0].identity.user.tenantId: expected a string, got a number.",
    ),
    "name of a phone a number": (
        {"callbackUri": CALLBACK, "targets": [{"identity": {"phone": {"id": "+99900000001", "displayName": 5}}}]},
        "targets[0].identity.phone.displayName: expected a string, got a number.",
    ),
    "meeting of no type": (
        {"callbackUri": CALLBACK, "meetingInfo": {}},
        "meetingInfo: expected an @odata.type, one of #microsoft.graph.joinMeetingIdMeetingInfo, "
        "#microsoft.graph.organizerMeetingInfo, #microsoft.graph.tokenMeetingInfo.",
    ),
    "six targets": (
        {"callbackUri": CALLBACK, "targets": [{"identity": user(c)} for c in "abcdef"]},
        "A call takes at most 5 targets, got 6.",
    ),
}


@pytest.mark.parametrize(("body", "message"), BODIES.values(), ids=BODIES.keys())
def test_wrong_create_body_is_refused_with_its_place(fake: Rig, body: Any, message: str) -> None:
    answer = fake.send("POST", "/calls", body)

    assert error_of(answer) == (400, "BadRequest", message)
    assert fake.control("GET", "/calls").json == {"calls": []}


def test_identity_written_as_text_is_an_internal_error(fake: Rig) -> None:
    """Observed, microsoft-graph-docs 16084."""
    body = {"callbackUri": CALLBACK, "targets": [{"identity": {"phone": '{"id": "+99900000003"}'}}]}

    answer = fake.send("POST", "/calls", body)

    assert error_of(answer) == (500, "9999", "Unknown internal server error.")


def test_unknown_member_of_an_open_type_is_ignored(fake: Rig) -> None:
    answer = fake.send("POST", "/calls", {"callbackUri": CALLBACK, "targetDisposition": "default"})

    assert answer.status_code == 201
    assert "targetDisposition" not in answer.json


def test_body_beyond_the_limit_is_refused() -> None:
    fake = rig(body_limit=100)

    answer = fake.send("POST", "/calls", {"callbackUri": CALLBACK, "subject": "x" * 100})

    assert error_of(answer) == (413, "BadRequest", "The request body is larger than 100 bytes.")


def test_body_beyond_the_limit_on_a_path_that_leads_nowhere_is_refused_for_the_path() -> None:
    fake = rig(body_limit=100)

    answer = fake.send("POST", "/nowhere", {"subject": "x" * 100})

    assert error_of(answer) == (400, "BadRequest", "Resource not found for the segment 'nowhere'.")


def test_body_that_ends_before_its_length_does_nothing() -> None:
    fake = rig()

    answer = fake.client.post(
        "/v1.0/communications/calls",
        data=json.dumps({"callbackUri": CALLBACK}),
        headers={"Authorization": "Bearer x", "Content-Type": "application/json"},
        environ_overrides={"CONTENT_LENGTH": "1000"},
    )

    assert answer.status_code == 500
    assert "ClientDisconnected" in answer.json["error"]["message"]
    assert fake.world.calls() == []


PATHS: dict[str, tuple[str, str, int, str, str]] = {
    "unknown segment": ("GET", "/v1.0/communications/x", 400, "BadRequest", "Resource not found for the segment 'x'."),
    "unknown action": (
        "POST",
        "/v1.0/app/calls/1/participants/invites",
        405,
        "Request_BadRequest",
        "Specified HTTP method is not allowed for the request target.",
    ),
    "below a participant": (
        "GET",
        "/v1.0/app/calls/1/participants/2/x",
        400,
        "BadRequest",
        "Resource not found for the segment 'x'.",
    ),
    "wrong method": (
        "PUT",
        "/v1.0/communications/calls/1",
        405,
        "Request_BadRequest",
        "Specified HTTP method is not allowed for the request target.",
    ),
    "not built": (
        "POST",
        "/v1.0/communications/calls/1/record",
        501,
        "notSupported",
        "The fake has no action 'record' yet: this is not Graph's answer.",
    ),
    "only on beta": (
        "POST",
        "/v1.0/communications/calls/1/participants/muteAll",
        400,
        "BadRequest",
        "Resource not found for the segment 'muteAll'.",
    ),
    "OPTIONS": (
        "OPTIONS",
        "/v1.0/communications/calls",
        405,
        "Request_BadRequest",
        "Specified HTTP method is not allowed for the request target.",
    ),
    "query option": (
        "GET",
        "/v1.0/communications/calls/1?$select=id",
        501,
        "notSupported",
        "The fake has no query option '$select' yet: this is not Graph's answer.",
    ),
    "other resource": (
        "GET",
        "/v1.0/users/1",
        501,
        "notSupported",
        "The fake has no '/users', only '/communications' and '/app' yet: this is not Graph's answer.",
    ),
    "no version": ("GET", "/v3/communications", 400, "BadRequest", "Invalid version: v3"),
    "root": ("GET", "/", 400, "BadRequest", "Invalid version: "),
}


@pytest.mark.parametrize(("method", "path", "status", "code", "message"), PATHS.values(), ids=PATHS.keys())
def test_path_that_does_not_lead_anywhere_is_refused(
    fake: Rig, method: str, path: str, status: int, code: str, message: str
) -> None:
    answer = fake.client.open(path, method=method, headers=TOKEN)

    assert error_of(answer) == (status, code, message)


def test_error_body_names_date_and_both_ids(fake: Rig) -> None:
    answer = fake.send("GET", "/calls/x", headers={"client-request-id": "mine"})

    assert answer.json == {
        "error": {
            "code": "8522",
            "message": "Call not found.",
            "innerError": {
                "date": "2026-01-01T00:00:00",
                "request-id": answer.headers["request-id"],
                "client-request-id": "mine",
            },
        }
    }


def test_assumed_answer_can_be_set() -> None:
    other = Refusal(409, "conflict", "not now", Evidence.ASSUMED)
    fake = rig(refusals={"call-not-established": other})
    call = fake.seed_call(state="establishing")

    answer = fake.invite(call["id"], user("adele"))

    assert error_of(answer) == (409, "conflict", "not now")


def test_setting_an_unknown_refusal_is_a_usage_error() -> None:
    with pytest.raises(Exception, match=r"^unknown refusals: nonsense; known: already-invited, "):
        rig(refusals={"nonsense": Refusal(400, "x", "y", Evidence.ASSUMED)})


def test_default_settings_take_every_permission() -> None:
    assert Settings().world.application.permissions is None
