"""A responder that is let out reaches the network while it answers; nothing and nobody else does."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import threading
import urllib.request
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from harness.cassette.format import Request, Response
from harness.intercept import RequestRefused, intercepting, outside
from tests.intercept.answering import CLIENTS, GRAPH, GRAPH_HOST, JSON, Client
from tests.intercept.network import Network

ADDRESS = "192.0.2.1"  # of documentation: nobody is there


@pytest.fixture
def far(real_network: Network, monkeypatch: pytest.MonkeyPatch) -> str:
    """A URL below Graph's own host, whose address leads to the server on loopback as long as nothing stops it."""
    connect = socket.socket.connect

    def lead(sock: socket.socket, address: Any) -> None:
        connect(sock, ("127.0.0.1", real_network.port) if address[0] == ADDRESS else address)

    def resolve(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ADDRESS, port))]

    monkeypatch.setattr(socket.socket, "connect", lead)
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return f"http://{GRAPH_HOST}/real"


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:
        body: bytes = answer.read()
    return body


def forwarding(url: str) -> Callable[[Request], Response]:
    def respond(request: Request) -> Response:
        return Response(200, None, JSON, fetch(url))

    return respond


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_every_client_gets_what_the_network_answers(client: Client, far: str, real_network: Network) -> None:
    with intercepting({GRAPH_HOST: outside(forwarding(far))}) as interception:
        assert client("POST", f"{GRAPH}/v1.0/x", {"a": 1}) == (200, {"real": True})

    assert real_network.hits == ["GET /real"]
    assert interception.violations == []


def test_responder_that_is_not_let_out_stays_inside(far: str, real_network: Network) -> None:
    def respond(request: Request) -> Response:
        if request.uri == far:
            return Response(200, None, JSON, b"{}")
        return forwarding(far)(request)

    with intercepting({GRAPH_HOST: respond}):
        assert fetch(f"{GRAPH}/v1.0/x") == b"{}"

    assert real_network.hits == []


def test_its_thread_is_inside_again_afterwards(far: str, real_network: Network) -> None:
    with intercepting({GRAPH_HOST: outside(forwarding(far))}):
        fetch(f"{GRAPH}/v1.0/x")

        with pytest.raises(RequestRefused):
            fetch("http://elsewhere.example/")
        with socket.socket() as sock, pytest.raises(RequestRefused):
            sock.connect((ADDRESS, 80))


def test_its_thread_is_inside_again_after_an_error(far: str) -> None:
    def respond(request: Request) -> Response:
        raise ConnectionResetError

    with intercepting({GRAPH_HOST: outside(respond)}):
        with pytest.raises(ConnectionResetError):
            fetch(f"{GRAPH}/v1.0/x")
        with pytest.raises(RequestRefused):
            fetch("http://elsewhere.example/")


def tried(url: str) -> str:
    try:
        fetch(url)
    except Exception as error:
        return type(error).__name__
    return "let out"


def test_thread_that_it_starts_is_not_let_out(far: str) -> None:
    said: list[str] = []

    def respond(request: Request) -> Response:
        thread = threading.Thread(target=lambda: said.append(tried("http://elsewhere.example/")))
        thread.start()
        thread.join()
        return forwarding(far)(request)

    with intercepting({GRAPH_HOST: outside(respond)}) as interception:
        fetch(f"{GRAPH}/v1.0/x")

    assert said == ["RequestRefused"]
    assert [v.url for v in interception.violations] == ["http://elsewhere.example/"]


def test_others_are_not_let_out_meanwhile(far: str) -> None:
    is_inside, may_go_on = threading.Event(), threading.Event()

    def respond(request: Request) -> Response:
        is_inside.set()
        assert may_go_on.wait(5)
        return forwarding(far)(request)

    async def bot() -> tuple[str, int]:
        async with httpx.AsyncClient() as client:
            asked = asyncio.create_task(client.get(f"{GRAPH}/v1.0/x"))
            while not is_inside.is_set():
                await asyncio.sleep(0.001)  # which goes on: the loop is not held up
            said = tried("http://elsewhere.example/")
            try:
                await client.get("http://elsewhere.example/")
            except RequestRefused:
                said += ", refused"
            may_go_on.set()
            return said, (await asked).status_code

    with intercepting({GRAPH_HOST: outside(respond)}):
        assert asyncio.run(bot()) == ("RequestRefused, refused", 200)


def test_connection_that_it_kept_open_lets_nobody_else_out(real_network: Network, far: str) -> None:
    kept = http.client.HTTPConnection(GRAPH_HOST)

    def respond(request: Request) -> Response:
        if request.uri.endswith("/y"):
            return Response(200, None, JSON, b'"inside"')
        kept.request("GET", "/kept")
        return Response(200, None, JSON, kept.getresponse().read())

    with intercepting({GRAPH_HOST: outside(respond)}):
        assert json.loads(fetch(f"{GRAPH}/v1.0/x")) == {"real": True}
        assert kept.sock is not None
        kept.request("GET", "/v1.0/y")
        assert kept.getresponse().read() == b'"inside"'
        kept.close()

    assert real_network.hits == ["GET /kept"]


def test_nested_ones_end_one_after_the_other(far: str) -> None:
    inner = outside(forwarding(far))

    def respond(request: Request) -> Response:
        inner(request)
        return inner(request)

    with intercepting({GRAPH_HOST: outside(respond)}):
        assert fetch(f"{GRAPH}/v1.0/x") == b'{"real":  true}'
        with pytest.raises(RequestRefused):
            fetch("http://elsewhere.example/")
