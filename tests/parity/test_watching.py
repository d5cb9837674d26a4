"""The watch that every test is under: a fake that emits what the ledger does not know fails the test."""

from __future__ import annotations

from typing import Any

from harness.parity.seen import Item, Kind
from tests.conftest import CALLBACK, Rig, user
from tests.parity.watching import Watch

COMMAND = "python -m harness.parity > docs/parity.md"


def test_unknown_field_of_an_answer_is_a_problem(fake: Rig, emitted: Watch) -> None:
    options = {"@odata.type": "#microsoft.graph.incomingCallOptions", "hideBotAfterEscalation": True}
    targets = [{"identity": user("adele")}]

    answer = fake.send("POST", "/calls", {"callbackUri": CALLBACK, "targets": targets, "callOptions": options})
    problems = _taken(emitted)

    assert answer.status_code == 201
    assert problems == [
        f"'incomingCallOptions.{member}' (field of answers) at response/body/callOptions/{member} of "
        "POST /v1.0/communications/calls 201: the ledger does not know it. "
        f"Write it into ANSWERED in harness/parity/emitted.py, and draw the page anew: {COMMAND}"
        for member in ("@odata.type", "hideBotAfterEscalation")
    ]


def test_unknown_field_of_a_notification_is_a_problem(fake: Rig, emitted: Watch) -> None:
    call_id = fake.seed_call()["id"]

    fake.control("POST", f"/calls/{call_id}/joins", {**user("adele"), "info": {"countryCode": "de"}})
    problems = _taken(emitted)

    assert problems == [
        "'participantInfo.countryCode' (field of notifications) at resourceData/2/info/countryCode of "
        f"updated /communications/calls/{call_id}/participants: the ledger does not know it. "
        f"Write it into NOTIFIED in harness/parity/emitted.py, and draw the page anew: {COMMAND}"
    ]


def test_unknown_route_is_a_problem(emitted: Watch) -> None:
    emitted.answer("GET", "/v1.0/communications/calls", 200, [], {})

    assert _taken(emitted) == [
        "'GET /v1.0/communications/calls' (route) at response/status of GET /v1.0/communications/calls 200: the ledger "
        f"does not know it. Write it into ROUTES in harness/parity/routes.py, and draw the page anew: {COMMAND}"
    ]


def test_unknown_header_is_a_problem(emitted: Watch) -> None:
    emitted.answer("GET", "/v1.0/communications/calls/c", 204, ["X-New"], None)

    assert _taken(emitted) == [
        "'X-New' (header of answers) at response/headers/X-New of GET /v1.0/communications/calls/c 204: the ledger "
        "does not know it. Write it into ANSWER_HEADERS in harness/parity/emitted.py, and draw the page anew: "
        f"{COMMAND}"
    ]


def test_unknown_notification_is_a_problem(emitted: Watch) -> None:
    item: dict[str, Any] = {
        "changeType": "created",
        "resourceUrl": "/communications/calls/c",
        "resourceData": {"@odata.type": "#microsoft.graph.call", "state": "hold"},
    }

    emitted.notification([], {"value": [item]})

    assert _taken(emitted) == [
        "'created call hold' (notification) at resourceData/state of created /communications/calls/c: the ledger "
        "does not know it. Write it into NOTIFICATIONS in harness/parity/emitted.py, and draw the page anew: "
        f"{COMMAND}"
    ]


def test_everything_known_is_no_problem(fake: Rig, emitted: Watch) -> None:
    fake.send("GET", f"/calls/{fake.seed_call()['id']}")

    assert emitted.problems == []
    assert Item(Kind.ROUTE, "GET /calls/{call}") in emitted.seen


def test_control_routes_are_not_watched(fake: Rig, emitted: Watch) -> None:
    fake.control("GET", "/calls")

    assert emitted.seen == {}


def _taken(watch: Watch) -> list[str]:
    """The problems so far; the watch starts anew, so that this test does not fail by them."""
    problems = watch.problems
    watch.seen.clear()
    return problems
