"""Request bodies against the schema: what is normalised, what is refused and in which words."""

from __future__ import annotations

from typing import Any

import pytest

from harness.graph.reading import MOST_DEPTH, Invalid, read_action, read_entity

USER = {"user": {"id": "u"}}
NO_CHAT_MEMBER = "of chatInfo; known: messageId, replyChainMessageId, threadId"
NOT_A_MEDIA_CONFIG = "is not '#microsoft.graph.mediaConfig' or derived from it"


def _deep(levels: int) -> Any:
    value: Any = "x"
    for _ in range(levels):
        value = {"a": value}
    return value


def _invite(*participants: Any) -> dict[str, Any]:
    return {"participants": list(participants)}


ALLOWED: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "nothing is missed": ("call", {}, {}),
    "null is kept": ("call", {"subject": None}, {"subject": None}),
    "empty text is kept": ("call", {"subject": ""}, {"subject": ""}),
    "null for an array": ("call", {"targets": None}, {"targets": None}),
    "enum with a capital letter": ("call", {"direction": "Outgoing"}, {"direction": "outgoing"}),
    "enum in capitals": ("call", {"state": "TRANSFERACCEPTED"}, {"state": "transferAccepted"}),
    "enum declared in capitals": ("commsOperation", {"status": "running"}, {"status": "Running"}),
    "enums in an array": (
        "call",
        {"requestedModalities": ["Audio", "video"]},
        {"requestedModalities": ["audio", "video"]},
    ),
    "mark at the top": ("call", {"$id": "1", "subject": "a"}, {"subject": "a"}),
    "mark inside": ("call", {"chatInfo": {"$id": "2"}}, {"chatInfo": {}}),
    "mark in an undeclared member": ("call", {"x": [{"$id": "3", "a": 1}]}, {"x": [{"a": 1}]}),
    "annotations": (
        "call",
        {
            "@odata.context": "c",
            "subject@odata.type": "#String",
            "x": {"@odata.id": "i", "@odata.type": "t"},
        },
        {"x": {"@odata.type": "t"}},
    ),
    "type in full": (
        "call",
        {"@odata.type": "#microsoft.graph.call", "id": "c"},
        {"@odata.type": "#microsoft.graph.call", "id": "c"},
    ),
    "no hash": ("call", {"@odata.type": "microsoft.graph.call"}, {"@odata.type": "#microsoft.graph.call"}),
    "no namespace": ("call", {"@odata.type": "#call"}, {"@odata.type": "#microsoft.graph.call"}),
    "members of the derived type, and one beside the schema": (
        "call",
        {
            "mediaConfig": {
                "@odata.type": "appHostedMediaConfig",
                "blob": "b",
                "removeFromDefaultAudioGroup": False,
            }
        },
        {
            "mediaConfig": {
                "@odata.type": "#microsoft.graph.appHostedMediaConfig",
                "blob": "b",
                "removeFromDefaultAudioGroup": False,
            }
        },
    ),
    "inherited member, and one beside the schema of a base": (
        "call",
        {
            "callOptions": {
                "@odata.type": "#microsoft.graph.outgoingCallOptions",
                "hideBotAfterEscalation": True,
                "allowGuestToBypassLobby": None,
            }
        },
        {
            "callOptions": {
                "@odata.type": "#microsoft.graph.outgoingCallOptions",
                "hideBotAfterEscalation": True,
                "allowGuestToBypassLobby": None,
            }
        },
    ),
    "undeclared members of open types": (
        "identitySet",
        {"phone": {"id": "+1"}, "user": {"tenantId": "t"}},
        {"phone": {"id": "+1"}, "user": {"tenantId": "t"}},
    ),
    "undeclared member of any kind": (
        "call",
        {"any": [1, 1.5, True, None, [["x"]]]},
        {"any": [1, 1.5, True, None, [["x"]]]},
    ),
    "least Int32": ("resultInfo", {"code": -(2**31)}, {"code": -(2**31)}),
    "most Int32": ("resultInfo", {"code": 2**31 - 1}, {"code": 2**31 - 1}),
    "most Int64": ("toneInfo", {"sequenceId": 2**63 - 1}, {"sequenceId": 2**63 - 1}),
    "time": (
        "callTranscriptionInfo",
        {"lastModifiedDateTime": "2026-01-01T00:00:00Z"},
        {"lastModifiedDateTime": "2026-01-01T00:00:00Z"},
    ),
}


@pytest.mark.parametrize(("type_name", "body", "read"), ALLOWED.values(), ids=ALLOWED)
def test_allowed_body_is_read_in_graphs_spelling(type_name: str, body: Any, read: dict[str, Any]) -> None:
    assert read_entity(type_name, body) == read


FORBIDDEN: dict[str, tuple[str, Any, str, str]] = {
    "array": ("call", [], "", "expected an object, got an array"),
    "text": ("call", "text", "", "expected an object, got a string"),
    "null": ("call", None, "", "expected an object, got null"),
    "number for text": ("call", {"subject": 5}, "subject", "expected a string, got a number"),
    "object for text": ("call", {"subject": {}}, "subject", "expected a string, got an object"),
    "null where not allowed": ("call", {"callbackUri": None}, "callbackUri", "must not be null"),
    "text for an object": ("call", {"chatInfo": "x"}, "chatInfo", "expected an object, got a string"),
    "object for an array": ("call", {"targets": {}}, "targets", "expected an array, got an object"),
    "null in an array": ("call", {"targets": [None]}, "targets[0]", "expected an object, got null"),
    "null further down": (
        "call",
        {"targets": [{}, {"identity": None}]},
        "targets[1].identity",
        "must not be null",
    ),
    "far down": (
        "call",
        {"targets": [{"identity": {"user": {"id": 5}}}]},
        "targets[0].identity.user.id",
        "expected a string, got a number",
    ),
    "unknown enum value": (
        "call",
        {"direction": "sideways"},
        "direction",
        "'sideways' is none of incoming, outgoing",
    ),
    "number for an enum": ("call", {"direction": 1}, "direction", "expected a string, got a number"),
    "unknown enum value in an array": (
        "call",
        {"requestedModalities": ["audio", "smell"]},
        "requestedModalities[1]",
        "'smell' is none of audio, video, videoBasedScreenSharing, data, unknownFutureValue",
    ),
    "unknown member of a closed type": (
        "chatInfo",
        {"thread": "x"},
        "",
        f"unknown member 'thread' {NO_CHAT_MEMBER}",
    ),
    "letter case of a member": (
        "call",
        {"chatInfo": {"ThreadId": "x"}},
        "chatInfo",
        f"unknown member 'ThreadId' {NO_CHAT_MEMBER}",
    ),
    "unrelated type": (
        "call",
        {"@odata.type": "#microsoft.graph.participant"},
        "",
        "@odata.type '#microsoft.graph.participant' is not '#microsoft.graph.call' or derived from it",
    ),
    "unknown type": (
        "call",
        {"mediaConfig": {"@odata.type": "#microsoft.graph.nobody"}},
        "mediaConfig",
        f"@odata.type '#microsoft.graph.nobody' {NOT_A_MEDIA_CONFIG}",
    ),
    "type a number": (
        "call",
        {"mediaConfig": {"@odata.type": 5}},
        "mediaConfig",
        f"@odata.type 5 {NOT_A_MEDIA_CONFIG}",
    ),
    "type null": (
        "call",
        {"mediaConfig": {"@odata.type": None}},
        "mediaConfig",
        f"@odata.type None {NOT_A_MEDIA_CONFIG}",
    ),
    "number for a truth value": (
        "participant",
        {"isMuted": 0},
        "isMuted",
        "expected true or false, got a number",
    ),
    "truth value for a number": (
        "resultInfo",
        {"code": True},
        "code",
        "expected a whole number, got true or false",
    ),
    "fraction": ("resultInfo", {"code": 1.0}, "code", "expected a whole number, got a number"),
    "number as text": ("resultInfo", {"code": "200"}, "code", "expected a whole number, got a string"),
    "Int32 too big": ("resultInfo", {"code": 2**31}, "code", "2147483648 does not fit into Int32"),
    "Int32 too small": ("resultInfo", {"code": -(2**31) - 1}, "code", "-2147483649 does not fit into Int32"),
    "Int64 too big": (
        "toneInfo",
        {"sequenceId": 2**63},
        "sequenceId",
        "9223372036854775808 does not fit into Int64",
    ),
    "wrapped body": (
        "call",
        {"$id": "1", "$values": []},
        "",
        "expected an object, got a collection wrapped in '$values'",
    ),
    "wrapped array": (
        "call",
        {"targets": {"$id": "1", "$values": []}},
        "targets",
        "expected an array, got an object",
    ),
    "wrapped in an undeclared member": (
        "call",
        {"x": {"$values": []}},
        "x",
        "expected an object, got a collection wrapped in '$values'",
    ),
}


@pytest.mark.parametrize(("type_name", "body", "place", "problem"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_forbidden_body_is_refused(type_name: str, body: Any, place: str, problem: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_entity(type_name, body)

    assert (caught.value.place, caught.value.problem) == (place, problem)
    assert str(caught.value) == f"{place or 'body'}: {problem}"


def test_body_as_deep_as_allowed_is_read() -> None:
    body = _deep(MOST_DEPTH)

    assert read_entity("call", body) == body


def test_deeper_body_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        read_entity("call", _deep(MOST_DEPTH + 1))

    assert caught.value.problem == "nested deeper than 64 levels"
    assert caught.value.place == ".".join(["a"] * (MOST_DEPTH + 1))


def test_levels_of_declared_members_count() -> None:
    allowed, deeper = ({"source": {"identity": {"user": {"a": _deep(MOST_DEPTH - n)}}}} for n in (4, 3))

    assert read_entity("call", allowed) == allowed
    with pytest.raises(Invalid) as caught:
        read_entity("call", deeper)
    assert caught.value.problem == "nested deeper than 64 levels"


def test_deep_arrays_are_refused_too() -> None:
    deep: list[Any] = []
    for _ in range(MOST_DEPTH):
        deep = [deep]

    with pytest.raises(Invalid) as caught:
        read_entity("call", {"a": deep})

    assert caught.value.problem == "nested deeper than 64 levels"


@pytest.mark.parametrize(
    ("body", "read"),
    [
        pytest.param({}, {}, id="nothing is missed"),
        pytest.param(
            {"$id": "1", "@odata.type": "x", "participants": [], "clientContext": None},
            {"participants": [], "clientContext": None},
            id="marks and annotations",
        ),
        pytest.param(
            {"PARTICIPANTS": [], "clientcontext": "c"},
            {"participants": [], "clientContext": "c"},
            id="names in any letter case",
        ),
        pytest.param(
            _invite({"$id": "2", "identity": USER, "endpointType": None, "languageId": "en"}),
            _invite({"identity": USER, "endpointType": None, "languageId": "en"}),
            id="undeclared members of an invitee",
        ),
    ],
)
def test_parameters_are_read_in_graphs_spelling(body: Any, read: dict[str, Any]) -> None:
    assert read_action("invite", body, bound_to="participant[]") == read


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(None, "body: expected an object, got null", id="null"),
        pytest.param(
            {"people": []},
            "body: unknown parameter 'people' of 'invite'; known: participants, clientContext",
            id="unknown",
        ),
        pytest.param(
            {"clientContext": "a", "ClientContext": "b"},
            "body: the parameter 'clientContext' of 'invite' stands twice",
            id="twice",
        ),
        pytest.param({"participants": None}, "participants: expected an array, got null", id="null array"),
        pytest.param(
            {"Participants": {"$values": []}},
            "participants: expected an array, got an object",
            id="wrapped array",
        ),
        pytest.param(
            {"$values": []},
            "body: expected an object, got a collection wrapped in '$values'",
            id="wrapped body",
        ),
        pytest.param(
            _invite({"identity": USER}, {"Identity": None, "identity": "x"}),
            "participants[1].identity: expected an object, got a string",
            id="names inside are exact",
        ),
    ],
)
def test_wrong_parameters_are_refused(body: Any, message: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_action("invite", body, bound_to="participant[]")

    assert str(caught.value) == message


def test_one_name_bound_to_two_types_is_two_actions() -> None:
    body = {"clientContext": "c"}

    assert read_action("mute", body, bound_to="call") == body
    assert read_action("mute", body, bound_to="participant") == body


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("answer", {"callback": "https://bot.example/", "acceptModalities": ["audio"]}),
        ("redirect", {"targets": [], "routingPolicies": ["disableForwarding"]}),
        ("transfer", {"clientContext": "c"}),
    ],
    ids=["answer", "redirect", "transfer"],
)
def test_parameters_beside_the_schema_are_read(action: str, body: dict[str, Any]) -> None:
    assert read_action(action, body, bound_to="call") == body
