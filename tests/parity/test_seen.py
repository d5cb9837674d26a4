"""Reading what a fake emits: whose a field is, and where everything stands."""

from __future__ import annotations

from typing import Any

import pytest

from harness.parity.seen import Item, Kind, Place, in_answer, in_notification

NS = "#microsoft.graph."
CALLS = "https://graph.microsoft.com/v1.0/communications/calls"


def answered(method: str, url: str, status: int, body: Any = None, **headers: str) -> list[tuple[Item, Place]]:
    response = {"status": status, "headers": headers, **({} if body is None else {"body": body})}
    tree = {"method": method, "url": url, "response": response}
    return [(seen.item, place) for seen in in_answer(tree) for place in seen.places]


def names(seen: list[tuple[Item, Place]], kind: Kind) -> list[str]:
    return [item.name for item, _ in seen if item.kind is kind]


def test_answer_shows_route_prefix_headers_and_fields() -> None:
    seen = answered("GET", f"{CALLS}/c", 200, {"@odata.type": f"{NS}call", "state": "incoming"}, Location="l")

    assert seen == [
        (Item(Kind.ANSWER_HEADER, "Location"), ("response", "headers", "Location")),
        (Item(Kind.ROUTE, "GET /calls/{call}"), ("response", "status")),
        (Item(Kind.PREFIX, "/v1.0/communications"), ("response", "status")),
        (Item(Kind.ROUTE, "GET /calls/{call}"), ("response", "body")),
        (Item(Kind.PREFIX, "/v1.0/communications"), ("response", "body")),
        (Item(Kind.ANSWERED, "call.@odata.type"), ("response", "body", "@odata.type")),
        (Item(Kind.ANSWERED, "call.state"), ("response", "body", "state")),
    ]


def test_answer_without_body_shows_its_route_by_the_status() -> None:
    assert answered("DELETE", f"{CALLS}/c", 204) == [
        (Item(Kind.ROUTE, "DELETE /calls/{call}"), ("response", "status")),
        (Item(Kind.PREFIX, "/v1.0/communications"), ("response", "status")),
    ]


def test_refusal_shows_no_route() -> None:
    body = {"error": {"code": "8522", "message": "m", "innerError": {"date": "d"}}}

    seen = answered("GET", f"{CALLS}/c", 404, body)

    assert [item.name for item, _ in seen] == [
        "ODataError.error",
        "MainError.code",
        "MainError.message",
        "MainError.innerError",
        "InnerError.date",
    ]


FIELDS: dict[str, tuple[Any, list[str]]] = {
    "type by its name": (
        {"mediaConfig": {"@odata.type": f"{NS}appHostedMediaConfig", "blob": "b"}},
        ["appHostedMediaConfig.blob"],
    ),
    "type by its place": ({"chatInfo": {"threadId": "t"}}, ["chatInfo.threadId"]),
    "in a list": (
        {"targets": [{"identity": {}}, {"hidden": None}]},
        ["invitationParticipantInfo.identity", "invitationParticipantInfo.hidden"],
    ),
    "null": ({"chatInfo": None}, []),
    "inherited": ({"id": "c"}, []),
    "no type at all": ({"made up": {"x": 1}}, ["None.x"]),
}


@pytest.mark.parametrize(("body", "inner"), FIELDS.values(), ids=FIELDS)
def test_field_belongs_to_the_type_of_its_object(body: dict[str, Any], inner: list[str]) -> None:
    fields = names(answered("GET", f"{CALLS}/c", 200, body), Kind.ANSWERED)

    outer = [f"call.{member}" for member in body]
    assert [name for name in fields if not name.endswith(".@odata.type")] == [*outer, *inner]


def test_entries_of_a_list_are_counted_from_one() -> None:
    seen = answered("GET", f"{CALLS}/c/participants", 200, {"value": [{"id": "p"}]})

    assert (Item(Kind.ANSWERED, "participant.id"), ("response", "body", "value", "1", "id")) in seen


def test_entries_of_a_roster_are_named_by_who_they_are() -> None:
    seen = answered("GET", f"{CALLS}/c/participants", 200, {"value": {"user <user:1>": {"id": "p"}}})

    assert (Item(Kind.ANSWERED, "participant.id"), ("response", "body", "value", "user <user:1>", "id")) in seen


def test_notification_shows_its_envelope_headers_and_fields() -> None:
    tree = {
        "callback": "https://bot.example/",
        "headers": {"Accept": "a"},
        "envelope": {"@odata.type": f"{NS}commsNotifications"},
        "changeType": "updated",
        "resourceData": {"@odata.type": f"{NS}call", "state": "established"},
    }

    assert [(seen.item.kind, seen.item.name, seen.places) for seen in in_notification(tree)] == [
        (Kind.NOTIFICATION_HEADER, "Accept", (("headers", "Accept"),)),
        (Kind.NOTIFIED, "commsNotifications.value", (("envelope",),)),
        (Kind.NOTIFIED, "commsNotifications.@odata.type", (("envelope", "@odata.type"),)),
        (Kind.NOTIFIED, "commsNotification.changeType", (("changeType",),)),
        (Kind.NOTIFIED, "commsNotification.resourceData", (("resourceData",),)),
        (Kind.NOTIFIED, "call.@odata.type", (("resourceData", "@odata.type"),)),
        (Kind.NOTIFIED, "call.state", (("resourceData", "state"),)),
        (Kind.NOTIFICATION, "updated call established", (("changeType",), ("resourceData", "state"))),
    ]


TOLD: dict[str, tuple[Any, str, Place]] = {
    "operation": (
        {"@odata.type": f"{NS}inviteParticipantsOperation", "status": "failed"},
        "deleted operation failed",
        ("resourceData", "status"),
    ),
    "roster": ([{"@odata.type": f"{NS}participant"}], "deleted roster", ("resourceData",)),
    "roster by who": ({"user <user:1>": {"@odata.type": f"{NS}participant"}}, "deleted roster", ("resourceData",)),
}


@pytest.mark.parametrize(("data", "name", "place"), TOLD.values(), ids=TOLD)
def test_notification_is_named_by_change_resource_and_state(data: Any, name: str, place: Place) -> None:
    *_, last = in_notification({"changeType": "deleted", "resourceData": data})

    assert (last.item, last.places) == (Item(Kind.NOTIFICATION, name), (("changeType",), place))
