from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from harness.cassette.format import Direction, Interaction, Request, Response, load
from harness.intercept import intercepting
from harness.record.outbound import recording
from tests.record.build import CALLS, JSON, NAME, TOKEN, USER, found_in
from tests.record.conftest import Open

HEADERS = {"Content-Type": ("application/json",), "Authorization": ("Bearer REDACTED",)}
LOGIN = "https://login.microsoftonline.com/tenant/oauth2/v2.0/token"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def graph(request: Request) -> Response:
    return Response(200, "OK", JSON, f'{{"displayName": "{NAME}"}}'.encode())


def test_request_and_answer_are_kept_with_order_and_times(open_recorder: Open, cassette: Path) -> None:
    with open_recorder(clock=Clock()) as recorder:
        respond = recording(graph, recorder)
        assert respond(Request("GET", f"{CALLS}/{USER}", JSON, None)) == graph(Request("GET", "", {}, None))
        respond(Request("POST", CALLS, JSON, f'{{"id": "{USER}"}}'.encode()))

    first, second = load(cassette).interactions
    assert first == Interaction(
        Direction.CLIENT_TO_GRAPH,
        1,
        Request("GET", f"{CALLS}/00000000-0000-4000-8000-000000000001", HEADERS, None),
        Response(200, "OK", {"Content-Type": ("application/json",)}, b'{\n  "displayName": "text-1"\n}'),
        "2026-01-02T03:04:06+00:00",
        "2026-01-02T03:04:07+00:00",
    )
    assert (second.seq, second.started) == (2, "2026-01-02T03:04:08+00:00")


def test_it_is_kept_before_anybody_has_the_answer(open_recorder: Open) -> None:
    with open_recorder() as recorder:
        recording(graph, recorder)(Request("GET", CALLS, {}, None))
        assert recorder.kept == 1


def test_order_is_that_of_starting(open_recorder: Open, cassette: Path) -> None:
    async def bot() -> None:
        async with httpx.AsyncClient() as client:
            slow = asyncio.create_task(client.get(f"{CALLS}/slow"))
            while not started:
                await asyncio.sleep(0.001)
            await client.get(f"{CALLS}/fast")
            done.set()
            await slow

    def respond(request: Request) -> Response:
        if request.uri.endswith("/slow"):
            started.append(True)
            while not done.is_set():
                pass
        return graph(request)

    started: list[bool] = []
    done = asyncio.Event()
    with open_recorder() as recorder, intercepting({"graph.microsoft.com": recording(respond, recorder)}):
        asyncio.run(bot())

    assert [i.request.uri.rpartition("/")[2] for i in load(cassette).interactions] == ["slow", "fast"]


def test_sign_in_is_forwarded_and_not_kept(open_recorder: Open, cassette: Path) -> None:
    with open_recorder() as recorder:
        respond = recording(graph, recorder)
        assert respond(Request("POST", LOGIN, {}, f"client_secret={TOKEN}".encode())).status == 200
        respond(Request("GET", CALLS, {}, None))

    assert [i.request.uri for i in load(cassette).interactions] == [CALLS]
    assert found_in(cassette.read_bytes()) == []


def test_request_without_an_answer_is_counted(open_recorder: Open, cassette: Path) -> None:
    def cut(request: Request) -> Response:
        raise ConnectionResetError("cut")

    with open_recorder() as recorder:
        with pytest.raises(ConnectionResetError, match=r"^cut$"):
            recording(cut, recorder)(Request("GET", CALLS, {}, None))
        recording(graph, recorder)(Request("GET", CALLS, {}, None))

    assert recorder.unanswered == 1
    assert [i.seq for i in load(cassette).interactions] == [2]


def test_bot_has_its_answer_also_when_it_cannot_be_kept(open_recorder: Open, cassette: Path) -> None:
    recorder = open_recorder(largest_body=10)

    assert recording(graph, recorder)(Request("GET", CALLS, {}, None)).status == 200

    recorder.abandon()
    assert str(recorder.problem) == (
        f"{cassette}: the body of the response of interaction 1 has 30 bytes; at most 10 bytes are kept: "
        "raise largest_body"
    )
