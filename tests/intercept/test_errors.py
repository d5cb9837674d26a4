"""A responder that breaks the connection, or lets it time out, is met as the network's failing would be."""

from __future__ import annotations

import asyncio
import http.client
import socket
import time
import urllib.request
from collections.abc import Callable
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


def _with_aiohttp(**timeout: Any) -> None:
    async def ask() -> None:
        async with aiohttp.ClientSession() as session, session.get(f"{GRAPH}/x", **timeout) as answer:
            await answer.read()

    asyncio.run(ask())


def _with_httpx_async() -> None:
    async def ask() -> None:
        async with httpx.AsyncClient(timeout=0.01) as client:
            await client.get(f"{GRAPH}/x")

    asyncio.run(ask())


def _with_http_client(**timeout: Any) -> None:
    connection = http.client.HTTPSConnection(GRAPH_HOST, **timeout)
    connection.request("GET", "/x")
    connection.getresponse()


def _with_the_default() -> None:
    socket.setdefaulttimeout(0.01)
    try:
        _with_http_client()
    finally:
        socket.setdefaulttimeout(None)


IMPATIENT: dict[str, tuple[Callable[[], object], type[Exception]]] = {
    "requests": (lambda: requests.get(f"{GRAPH}/x", timeout=0.01), requests.ReadTimeout),
    "requests, two": (lambda: requests.get(f"{GRAPH}/x", timeout=(5, 0.01)), requests.ReadTimeout),
    "urllib3": (
        lambda: urllib3.PoolManager(retries=False).request("GET", f"{GRAPH}/x", timeout=0.01),
        urllib3.exceptions.ReadTimeoutError,
    ),
    "http.client": (lambda: _with_http_client(timeout=0.01), TimeoutError),
    "http.client, default": (_with_the_default, TimeoutError),
    "urllib.request": (lambda: urllib.request.urlopen(f"{GRAPH}/x", timeout=0.01), TimeoutError),
    "httpx": (lambda: httpx.get(f"{GRAPH}/x", timeout=0.01), httpx.ReadTimeout),
    "httpx, async": (_with_httpx_async, httpx.ReadTimeout),
    "aiohttp, total": (lambda: _with_aiohttp(timeout=aiohttp.ClientTimeout(total=0.01)), TimeoutError),
    "aiohttp, number": (lambda: _with_aiohttp(timeout=0.01), TimeoutError),
    "aiohttp, read": (
        lambda: _with_aiohttp(timeout=aiohttp.ClientTimeout(sock_read=0.01)),
        aiohttp.ServerTimeoutError,
    ),
}


@pytest.mark.parametrize("blocking", [True, False], ids=["blocking", "plain"])
@pytest.mark.parametrize(("ask", "own"), IMPATIENT.values(), ids=IMPATIENT)
def test_answer_that_comes_too_late_is_the_clients_own_time_out(
    ask: Callable[[], object], own: type[Exception], blocking: bool
) -> None:
    slow = Slow()
    slow.blocking = blocking

    with intercepting({GRAPH_HOST: slow}), pytest.raises(own) as caught:
        ask()

    assert type(caught.value) is own
    assert len(slow.asked) == 1


PATIENT: dict[str, Callable[[], object]] = {
    "requests": lambda: requests.get(f"{GRAPH}/x", timeout=5),
    "requests, connecting": lambda: requests.get(f"{GRAPH}/x", timeout=(0.01, 5)),
    "requests, for ever": lambda: requests.get(f"{GRAPH}/x", timeout=None),
    "httpx": lambda: httpx.get(f"{GRAPH}/x", timeout=httpx.Timeout(0.01, read=5)),
    "httpx, for ever": lambda: httpx.get(f"{GRAPH}/x", timeout=None),
    "aiohttp": lambda: _with_aiohttp(timeout=aiohttp.ClientTimeout(total=5, connect=0.01)),
    "aiohttp, for ever": lambda: _with_aiohttp(timeout=None),
}


@pytest.mark.parametrize("ask", PATIENT.values(), ids=PATIENT)
def test_answer_in_time_arrives(ask: Callable[[], object]) -> None:
    slow = Slow()

    with intercepting({GRAPH_HOST: slow}):
        ask()

    assert len(slow.asked) == 1


@pytest.mark.parametrize("ask", [_by_aiohttp, _by_httpx], ids=["aiohttp", "httpx"])
def test_blocking_responder_breaks_connections_too(ask: Any) -> None:
    own = aiohttp.ClientOSError if ask is _by_aiohttp else httpx.ReadError
    respond = failing(ConnectionResetError(104, "reset by peer"))
    respond.blocking = True  # type: ignore[attr-defined]

    with intercepting({GRAPH_HOST: respond}), pytest.raises(own):
        asyncio.run(ask())
