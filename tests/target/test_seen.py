"""What answers and notifications tell of calls: the latest counts."""

from __future__ import annotations

import json
from typing import Any

from harness.cassette.format import Direction, Interaction, Request, Response
from harness.target.seen import SeenOperation, calls_seen

BASE = "https://graph.microsoft.com/v1.0/communications"
PERSON = {"id": "p1", "info": {"identity": {"user": {"id": "a"}}}}


def asked(method: str, path: str, status: int, answer: Any) -> Interaction:
    response = Response(status, None, {}, json.dumps(answer).encode())
    return Interaction(Direction.CLIENT_TO_GRAPH, 1, Request(method, f"{BASE}{path}", {}, None), response)


def told(resource: str, data: Any) -> Interaction:
    body = json.dumps({"value": [{"changeType": "updated", "resourceUrl": resource, "resourceData": data}]}).encode()
    request = Request("POST", "https://bot.example/", {}, body)
    return Interaction(Direction.GRAPH_TO_BOT, 2, request, Response(202, None, {}, None))


def test_created_call_is_followed_to_its_end() -> None:
    calls = calls_seen(
        [
            asked("POST", "/calls", 201, {"id": "c", "state": "establishing"}),
            told("/communications/calls/c", {"state": "established"}),
            told("/communications/calls/c", {"state": "terminated", "resultInfo": {"code": 200, "subcode": 4521}}),
        ]
    )

    assert (calls["c"].state, calls["c"].is_created) == ("terminated", True)
    assert calls["c"].result == {"code": 200, "subcode": 4521}


def test_roster_is_the_latest_that_was_told_or_read() -> None:
    first = told("/communications/calls/c/participants", [PERSON, {**PERSON, "id": "p2"}])
    then = asked("GET", "/calls/c/participants", 200, {"value": [PERSON]})

    assert [party.id for party in calls_seen([first, then])["c"].roster] == ["p1"]
    assert [party.id for party in calls_seen([then, first])["c"].roster] == ["p1", "p2"]


def test_operation_runs_until_its_end_is_told() -> None:
    running = asked("POST", "/calls/c/participants/invite", 200, {"id": "o", "status": "Running", "clientContext": "x"})
    result = {"code": 603, "subcode": 0, "message": "no"}
    failed = told("/communications/calls/c/operations/o", {"id": "o", "status": "failed", "resultInfo": result})

    assert calls_seen([running])["c"].operations == (SeenOperation("o", "running", "x"),)
    assert calls_seen([running, failed])["c"].operations == (SeenOperation("o", "failed", "x", 603, 0, "no"),)


def test_refused_request_tells_nothing() -> None:
    assert calls_seen([asked("POST", "/calls", 403, {"error": {"code": "7505"}})]) == {}


def test_what_is_no_json_tells_nothing() -> None:
    broken = Interaction(
        Direction.CLIENT_TO_GRAPH, 1, Request("GET", f"{BASE}/calls/c", {}, None), Response(200, None, {}, b"<html>")
    )

    assert calls_seen([broken])["c"].state is None
