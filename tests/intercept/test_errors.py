"""A responder that breaks the connection, or lets it time out, is met as the network's failing would be."""

from __future__ import annotations

import asyncio
import http.client
import time
from typing import Any

import aiohttp
import httpx
import pytest
import requests
import urllib3

from harness.cassette.format import Request, Response
from harness.intercept import Responder, intercepting
from tests.intercept.answering import CLIENTS, GRAPH, GRAPH_HOST, JSON, Echo


def failing(error: Exception) -> Responder:
    def respond(request: Request) -> Response:
        raise error

    return respond


RESET: dict[str, type[Exception]] = {
    "requests": requests.ConnectionError,
    "urllib3": urllib3.exceptions.MaxRetryError,
    "http.client": ConnectionResetError,
    "urllib.request": ConnectionResetError,
    "httpx": httpx.ReadError,
    "httpx, async": httpx.ReadError,
    "aiohttp": aiohttp.ClientOSError,
}

TIMED_OUT: dict[str, type[Exception]] = {
    "requests": requests.ReadTimeout,
    "urllib3": urllib3.exceptions.MaxRetryError,
    "http.client": TimeoutError,
    "urllib.request": TimeoutError,
    "httpx": httpx.ReadTimeout,
    "httpx, async": httpx.ReadTimeout,
    "aiohttp": aiohttp.ServerTimeoutError,
}


@pytest.mark.parametrize(("client", "own"), RESET.items(), ids=RESET)
def test_reset_is_the_clients_own_error(client: str, own: type[Exception]) -> None:
    with intercepting({GRAPH_HOST: failing(ConnectionResetError(104, "reset by peer"))}), pytest.raises(own):
        CLIENTS[client]("GET", f"{GRAPH}/x", None)


@pytest.mark.parametrize(("client", "own"), TIMED_OUT.items(), ids=TIMED_OUT)
def test_time_out_is_the_clients_own_error(client: str, own: type[Exception]) -> None:
    with intercepting({GRAPH_HOST: failing(TimeoutError("timed out"))}), pytest.raises(own):
        CLIENTS[client]("GET", f"{GRAPH}/x", None)


def test_reset_without_retries_is_urllib3s_protocol_error() -> None:
    pool = urllib3.PoolManager(retries=False)

    with (
        intercepting({GRAPH_HOST: failing(ConnectionResetError(104, "reset by peer"))}),
        pytest.raises(urllib3.exceptions.ProtocolError) as caught,
    ):
        pool.request("POST", f"{GRAPH}/x")

    assert str(caught.value) == "('Connection aborted.', ConnectionResetError(104, 'reset by peer'))"


def test_client_goes_on_after_a_reset() -> None:
    left = [ConnectionResetError(104, "reset by peer")]
    connection = http.client.HTTPSConnection(GRAPH_HOST)

    def respond(request: Request) -> Response:
        if left:
            raise left.pop()
        return Response(200, None, JSON, b"{}")

    with intercepting({GRAPH_HOST: respond}):
        connection.request("GET", "/x")
        with pytest.raises(ConnectionResetError):
            connection.getresponse()
        connection.close()
        connection.request("GET", "/x")

        assert connection.getresponse().read() == b"{}"


class Slow(Echo):
    """Says that it may take long, and does."""

    blocking = True

    def __call__(self, request: Request) -> Response:
        time.sleep(0.05)
        return super().__call__(request)


async def _by_aiohttp() -> Any:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{GRAPH}/x", json={"a": 1}, params={"b": "c"}) as answer,
    ):
        return await answer.json()


async def _by_httpx() -> Any:
    async with httpx.AsyncClient() as client:
        return (await client.post(f"{GRAPH}/x", json={"a": 1}, params={"b": "c"})).json()


@pytest.mark.parametrize("ask", [_by_aiohttp, _by_httpx], ids=["aiohttp", "httpx"])
def test_other_tasks_go_on_while_a_blocking_responder_answers(ask: Any) -> None:
    slow = Slow()
    ticks: list[int] = []

    async def tick() -> None:
        while True:
            await asyncio.sleep(0.005)
            ticks.append(len(slow.asked))

    async def both() -> Any:
        ticking = asyncio.create_task(tick())
        try:
            return await ask()
        finally:
            ticking.cancel()

    with intercepting({GRAPH_HOST: slow}):
        told = asyncio.run(both())

    assert told == {"method": "POST", "uri": f"{GRAPH}/x?b=c", "body": told["body"]}
    assert told["body"].replace(" ", "") == '{"a":1}'
    assert ticks.count(0) >= 2


@pytest.mark.parametrize("ask", [_by_aiohttp, _by_httpx], ids=["aiohttp", "httpx"])
def test_blocking_responder_breaks_connections_too(ask: Any) -> None:
    own = aiohttp.ClientOSError if ask is _by_aiohttp else httpx.ReadError
    respond = failing(ConnectionResetError(104, "reset by peer"))
    respond.blocking = True  # type: ignore[attr-defined]

    with intercepting({GRAPH_HOST: respond}), pytest.raises(own):
        asyncio.run(ask())
