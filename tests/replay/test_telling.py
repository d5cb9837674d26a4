"""When recorded notifications are due, and how the bot sees them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from harness.delivery import Kind, Notification
from tests.replay.build import (
    ADELE,
    BOB,
    CALL,
    CALLBACK,
    CONTEXT,
    INVITE,
    OPERATION,
    OTHER,
    TENANT,
    USER,
    Put,
    asked,
    invite,
    replay,
    request,
    scenario,
    told,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def at(seconds: float) -> str:
    return (NOON + timedelta(seconds=seconds)).isoformat()


def get(n: int, **more: Any) -> Any:
    return asked("GET", f"/{n}", **more)


def test_notification_is_due_once_all_before_it_is_played() -> None:
    put = Put()
    machine = replay([told("/a"), get(1), told("/b"), get(2), get(3), told("/c"), told("/d"), get(4)], put)
    seen = []

    machine.start()
    for n in (3, 1, 2, 4):
        seen.append(len(put.taken))
        machine.answer(request("GET", f"/{n}"))

    assert seen == [1, 1, 2, 4]
    assert put.labels == [f"updated /communications/{name}" for name in "abcd"]


def test_undelivered_are_those_not_due_yet() -> None:
    machine = replay([get(1), told("/a"), get(2), told("/b")])

    machine.answer(request("GET", "/1"))

    assert [i.seq for i in machine.undelivered] == [4]
    assert [i.seq for i in machine.unplayed] == [3]


@pytest.mark.parametrize(
    ("last", "notification", "delay"),
    [
        ({"started": at(0), "ended": at(1)}, {"started": at(3.5)}, 2.5),
        ({"started": at(0)}, {"started": at(3)}, 3.0),
        ({"started": at(0), "ended": at(2)}, {"started": at(1)}, 0.0),
        ({}, {"started": at(3)}, 0.0),
        ({"started": at(0)}, {}, 0.0),
        ({"started": "yesterday"}, {"started": at(3)}, 0.0),
        ({"started": "2026-01-01T12:00:00"}, {"started": at(3)}, 0.0),
    ],
    ids=["after the end", "after the start", "before the end", "unknown", "unknown too", "no time", "no zone"],
)
def test_delay_is_the_recorded_one_after_the_last_request(
    last: dict[str, str], notification: dict[str, str], delay: float
) -> None:
    put = Put()
    machine = replay([get(1, **last), told("/a", **notification)], put, now=lambda: NOON)

    machine.answer(request("GET", "/1"))

    assert put.delays == [delay]


def test_delays_keep_the_recorded_order() -> None:
    put, now = Put(), [NOON]
    recorded = [
        get(1, started=at(0)),
        told("/a", started=at(60)),
        told("/b"),
        get(2, started=at(61)),
        told("/c", started=at(62)),
    ]
    machine = replay(recorded, put, now=lambda: now[0])

    machine.answer(request("GET", "/1"))
    now[0] += timedelta(seconds=20)
    machine.answer(request("GET", "/2"))

    assert put.delays == [60.0, 60.0, 40.0]


def test_notification_is_in_the_values_of_the_bot() -> None:
    put = Put()
    data = {"id": OPERATION, "clientContext": CONTEXT, "message": f"addParticipants failed for participant {USER}."}
    headers = {
        "Scenario-Id": (OTHER,),
        "Content-Type": ("application/json",),
        "Content-Length": ("1",),
        "Host": ("host-1.test",),
        "Authorization": ("Bearer REDACTED",),
    }
    recorded = [
        asked("POST", "/calls", {"callbackUri": CALLBACK}, answer={"id": CALL}),
        asked("POST", INVITE, invite(), answer={"id": OPERATION}),
        told(f"/calls/{CALL}/operations/{OPERATION}", data, headers=headers),
    ]
    given = scenario(application={"id": OTHER, "tenantId": TENANT})
    machine = replay(recorded, put, scenario=given, app_id=ADELE, tenant_id=BOB)
    machine.answer(request("POST", "/calls", {"callbackUri": "https://me.example/hook?x=1"}))

    machine.answer(request("POST", INVITE, invite("carol", "my context")))

    expected = f"/communications/calls/{CALL}/operations/{OPERATION}"
    body = (
        f'{{"value": [{{"changeType": "updated", "resourceUrl": "{expected}", "resourceData": {{"id": "{OPERATION}", '
        f'"clientContext": "my context", "message": "addParticipants failed for participant carol."}}}}]}}'
    )
    assert put.taken == [
        (
            Notification(
                call_id=CALL,
                kind=Kind.OPERATION,
                label=f"updated {expected}",
                callback_uri="https://me.example/hook?x=1",
                headers={
                    "Scenario-Id": ADELE,
                    "Content-Type": "application/json",
                    "Content-Length": str(len(body)),
                },
                body=body.encode(),
                app_id=ADELE,
                tenant_id=BOB,
            ),
            0.0,
        )
    ]


def test_kind_is_that_of_the_resource() -> None:
    put = Put()
    replay([told(f"/calls/{CALL}"), told(f"/calls/{CALL}/participants")], put).start()

    assert [notification.kind for notification, _ in put.taken] == [Kind.CALL, Kind.ROSTER]


def test_each_callback_goes_to_its_own_of_the_bot() -> None:
    put = Put()
    second = "https://host-1.test/api/calls/2"
    recorded = [
        asked("POST", "/calls", {"callbackUri": CALLBACK}),
        asked("POST", "/calls", {"callbackUri": second}),
        told("/b", uri=second),
        told("/a"),
    ]
    machine = replay(recorded, put)

    for uri in ("http://127.0.0.1:9000/one", "https://two.example/"):
        machine.answer(request("POST", "/calls", {"callbackUri": uri}))

    assert [n.callback_uri for n, _ in put.taken] == ["https://two.example/", "http://127.0.0.1:9000/one"]


@pytest.mark.parametrize(
    ("more", "expected"), [({"callback": "https://me.example/x"}, "https://me.example/x"), ({}, CALLBACK)]
)
def test_callback_that_no_request_named_is_the_one_told(more: dict[str, Any], expected: str) -> None:
    put = Put()
    replay([told("/a")], put, **more).start()

    assert put.taken[0][0].callback_uri == expected


def test_callback_on_a_host_that_a_request_named_is_on_the_bots() -> None:
    put = Put()
    recorded = [
        asked("POST", "/calls", {"callbackUri": CALLBACK}),
        told("/a", uri="https://host-1.test/other"),
    ]

    replay(recorded, put).answer(request("POST", "/calls", {"callbackUri": "https://me.example:8443/hook"}))

    assert put.taken[0][0].callback_uri == "https://me.example:8443/other"


def test_identifier_that_a_notification_told_is_known_afterwards() -> None:
    put = Put()
    machine = replay([told(f"/calls/{CALL}"), asked("GET", f"/calls/{CALL}", answer={"id": CALL})], put)
    machine.start()

    machine.answer(request("GET", f"/calls/{put.taken[0][0].call_id}"))

    assert machine.unplayed == []


def test_identifier_of_a_notification_is_none_that_the_bot_uses() -> None:
    put = Put()
    machine = replay([asked("GET", f"/calls/{CALL}"), told(f"/calls/{OTHER}")], put)

    machine.answer(request("GET", f"/calls/{OTHER}"))

    assert put.taken[0][0].call_id == "00000000-0000-4002-8000-000000000003"


def test_application_is_the_recorded_one_until_the_bot_signs_in() -> None:
    put = Put()
    given = scenario(application={"id": OTHER, "tenantId": TENANT, "hasNumber": True})
    replay([told("/a")], put, scenario=given).start()
    replay([told("/a")], put).start()

    assert [(n.app_id, n.tenant_id) for n, _ in put.taken] == [(OTHER, TENANT), ("", "")]
