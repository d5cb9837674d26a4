"""When requests are sent into the fake, and with which identifiers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from harness.cassette.format import Direction, Interaction, Request, Response
from harness.verifying import Driver

CALL = "11111111-2222-4333-8444-555555555555"
SLOW = {"people": [{"user": {"id": "slow"}, "answers": {"after": 30}}]}
GRAPH = "https://graph.microsoft.com/v1.0/communications"


def asked(method: str, path: str, body: Any = None, *, answer: Any = None, started: str | None = None) -> Interaction:
    headers = {"Authorization": ("Bearer REDACTED",), "Content-Type": ("application/json",)}
    request = Request(method, GRAPH + path, headers, None if body is None else json.dumps(body).encode())
    response = Response(200, None, {}, None if answer is None else json.dumps(answer).encode())
    return Interaction(Direction.CLIENT_TO_GRAPH, 0, request, response, started)


def told(state: str, call: str = CALL) -> Interaction:
    item = {"changeType": "updated", "resourceUrl": f"/communications/calls/{call}", "resourceData": {"state": state}}
    body = json.dumps({"value": [item]}).encode()
    request = Request("POST", "https://bot.example/api/calls", {}, body)
    return Interaction(Direction.GRAPH_TO_BOT, 0, request, Response(202, None, {}, None))


def created(call: str = CALL, *, who: str = "slow", started: str | None = None) -> Interaction:
    body = {
        "callbackUri": "https://bot.example/api/calls",
        "requestedModalities": ["audio"],
        "targets": [{"identity": {"user": {"id": who}}}],
    }
    answer = {"@odata.type": "#microsoft.graph.call", "id": call}
    return asked("POST", "/calls", body, answer=answer, started=started)


def answers(recorded: Sequence[Interaction], given: Mapping[str, Any] = SLOW) -> list[Any]:
    out = [i for i in Driver().drive(recorded, given) if i.direction is Direction.CLIENT_TO_GRAPH]
    return [json.loads(i.response.body or b"null") for i in out]


def test_a_request_waits_for_what_had_been_told_before_it() -> None:
    recorded = [created(), told("establishing"), told("established"), asked("GET", f"/calls/{CALL}")]

    assert answers(recorded)[1]["state"] == "established"


def test_a_request_waits_no_longer_than_was_recorded() -> None:
    began, soon = "2026-01-02T03:04:05Z", "2026-01-02T03:04:07Z"
    recorded = [
        created(started=began),
        told("establishing"),
        told("transferring"),
        asked("GET", f"/calls/{CALL}", started=soon),
    ]

    assert answers(recorded)[1]["state"] == "establishing"


@pytest.mark.parametrize("missing", [0, 3])
def test_what_the_fake_has_not_told_before_one_request_is_not_waited_for_before_the_next(missing: int) -> None:
    other = CALL.replace("1", "2")
    recorded = [
        created(who="quick"),
        told("establishing"),
        told("established"),
        *[told("transferring")] * missing,
        asked("GET", f"/calls/{CALL}"),
        created(other),
        asked("GET", f"/calls/{other}"),
    ]

    assert [answer["state"] for answer in answers(recorded)[1::2]] == ["established", "establishing"]


@pytest.mark.parametrize("path", ["/calls/my%2Bcall", "/calls/my+call"], ids=["escaped", "as it is"])
def test_ids_in_a_path_are_the_fakes_however_they_are_written(path: str) -> None:
    found = answers([created("my+call"), asked("GET", path)])

    assert found[1]["id"] == found[0]["id"]


def test_a_body_keeps_words_that_are_ids_elsewhere() -> None:
    """`audio` is a call's id here."""
    found = answers([created("audio"), created("other"), asked("GET", "/calls/audio")])

    assert [answer["requestedModalities"] for answer in found] == [["audio"]] * 3
    assert found[2]["id"] == found[0]["id"]


def test_a_body_that_is_no_text_is_sent_as_it_is() -> None:
    odd = Interaction(
        Direction.CLIENT_TO_GRAPH,
        0,
        Request("POST", f"{GRAPH}/calls", {"Content-Type": ("application/json",)}, b"\xff\xfe"),
        Response(400, None, {}, None),
    )

    out = Driver().drive([created(), odd], SLOW)

    assert [i.request.body for i in out if i.direction is Direction.CLIENT_TO_GRAPH][1] == b"\xff\xfe"
