"""Nothing leaves that is neither routed nor allowed nor for this machine; what stays inside is left alone."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import requests
import responses
import respx
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from harness.errors import HarnessError, UsageError
from harness.intercept import RequestRefused, Violation, intercepting
from tests.intercept.answering import CLIENTS, GRAPH, GRAPH_HOST, Client, Echo
from tests.intercept.network import Network

FAR = "https://elsewhere.example/a?b=c"
CLIENT = pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)


@CLIENT
def test_unknown_host_is_refused(client: Client) -> None:
    with intercepting({GRAPH_HOST: Echo()}) as interception, pytest.raises(RequestRefused) as caught:
        client("POST", FAR, {"a": 1})

    where = caught.value.violation.where
    assert str(caught.value) == (
        f"POST {FAR} ({where}) is refused: answered here: graph.microsoft.com; let through: this machine. "
        "To let it through, name 'elsewhere.example' in `allow`"
    )
    assert where is not None
    assert where.startswith("answering.py:")
    assert isinstance(caught.value, HarnessError)
    assert interception.violations == [Violation("POST", FAR, where)]


def test_refusal_is_noted_when_it_is_swallowed() -> None:
    with intercepting({}) as interception:
        try:
            requests.get(FAR, timeout=5)
        except Exception:
            swallowed = True

    assert swallowed
    assert [str(v).partition(" (")[0] for v in interception.violations] == [f"GET {FAR}"]


def _plain() -> None:
    socket.create_connection(("elsewhere.example", 443))


def _by_name() -> None:
    socket.gethostbyname("elsewhere.example")


def _by_address() -> None:
    socket.gethostbyaddr("192.0.2.1")


def _full_name() -> None:
    socket.getfqdn("elsewhere.example")


def _name_of_address() -> None:
    socket.getnameinfo(("192.0.2.1", 443), 0)


def _address() -> None:
    with socket.socket() as sock:
        sock.connect(("192.0.2.1", 443))


def _connect_ex() -> None:
    with socket.socket() as sock:
        sock.connect_ex(("192.0.2.1", 443))


def _address_6() -> None:
    with socket.socket(socket.AF_INET6) as sock:
        sock.connect(("2001:db8::1", 443, 0, 0))


def _datagram() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(b"x", ("192.0.2.1", 53))


def _message() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendmsg([b"x"], [], 0, ("192.0.2.1", 53))


def _asyncio() -> None:
    async def ask() -> None:
        await asyncio.open_connection("elsewhere.example", 443)

    asyncio.run(ask())


def _asyncio_address() -> None:
    async def ask() -> None:
        await asyncio.open_connection("192.0.2.1", 443)

    asyncio.run(ask())


STOPPED: dict[str, tuple[Callable[[], None], str]] = {
    "create_connection": (_plain, "look-up of elsewhere.example"),
    "gethostbyname": (_by_name, "look-up of elsewhere.example"),
    "gethostbyaddr": (_by_address, "look-up of 192.0.2.1"),
    "getfqdn": (_full_name, "look-up of elsewhere.example"),
    "getnameinfo": (_name_of_address, "look-up of 192.0.2.1"),
    "connect": (_address, "socket to 192.0.2.1:443"),
    "connect_ex": (_connect_ex, "socket to 192.0.2.1:443"),
    "connect, IPv6": (_address_6, "socket to [2001:db8::1]:443"),
    "sendto": (_datagram, "socket to 192.0.2.1:53"),
    "sendmsg": (_message, "socket to 192.0.2.1:53"),
    "asyncio": (_asyncio, "look-up of elsewhere.example"),
    "asyncio, address": (_asyncio_address, "socket to 192.0.2.1:443"),
}


@pytest.mark.parametrize(("reach", "what"), STOPPED.values(), ids=STOPPED)
def test_what_goes_below_clients_is_refused(reach: Callable[[], None], what: str) -> None:
    with intercepting({GRAPH_HOST: Echo()}) as interception, pytest.raises(RequestRefused):
        reach()

    assert [violation.url for violation in interception.violations] == [what]


def test_address_is_shown_in_numbers_without_a_look_up() -> None:
    with intercepting({}) as interception:
        assert socket.getnameinfo(("192.0.2.1", 443), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)[0] == "192.0.2.1"

    assert interception.violations == []


def test_routed_host_by_a_plain_socket_is_refused_with_the_way_through() -> None:
    with intercepting({GRAPH_HOST: Echo()}), pytest.raises(RequestRefused) as caught:
        socket.create_connection((GRAPH_HOST, 443))

    assert str(caught.value) == (
        f"look-up of graph.microsoft.com ({caught.value.violation.where}) is refused: graph.microsoft.com is answered "
        "here, but this client is not reached above its sockets. Point it at the address of `graph_server`, "
        "see docs/intercept.md"
    )


@CLIENT
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_reached(client: Client, host: str, real_network: Network) -> None:
    with intercepting({GRAPH_HOST: Echo()}) as interception:
        status, told = client("POST", f"http://{host}:{real_network.port}/db", {"a": 1})

    assert (status, told) == (200, {"real": True})
    assert real_network.hits == ["POST /db"]
    assert interception.violations == []


@CLIENT
def test_allowed_host_is_reached(client: Client, real_network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    look_up = socket.getaddrinfo

    def resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        return look_up("127.0.0.1" if host in ("far.example", b"far.example") else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    with intercepting({}, allow=["Far.Example"]) as interception:
        status, told = client("GET", f"http://far.example:{real_network.port}/a", None)

    assert (status, told) == (200, {"real": True})
    assert interception.violations == []


def test_address_of_an_allowed_name_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.7", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    with intercepting({}, allow=["far.example"]) as interception:
        socket.getaddrinfo("far.example", 443)

        assert interception.lets_through("192.0.2.7")
        assert not interception.lets_through("192.0.2.8")


def test_sockets_are_guarded_after_another_plugin_had_put_its_own_in_their_place() -> None:
    """In a process of its own: what is guarded is found when the first interception is opened."""
    program = """
import socket
from harness.intercept import RequestRefused, intercepting

own = socket.socket
socket.socket = type("Blocked", (own,), {})
with intercepting({}):
    pass
socket.socket = own
with intercepting({}):
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(("192.0.2.1", 53))
    except RequestRefused:
        print("refused")
"""

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == ("refused\n", "")


def test_unix_sockets_are_let_through(tmp_path: Any) -> None:
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(tmp_path / "s"))
        server.listen()
        with intercepting({}) as interception:
            client.connect(str(tmp_path / "s"))

    assert interception.violations == []


@pytest.mark.parametrize(
    "host", ["localhost", "a.localhost", "127.8.9.1", "::1", "[::1]", "::ffff:127.0.0.1", "0.0.0.0", ""]
)
def test_this_machines_names(host: str) -> None:
    with intercepting({}) as interception:
        assert interception.lets_through(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "localhost.example", "169.254.169.254", "::2", "::ffff:10.0.0.1"])
def test_names_of_others(host: str) -> None:
    with intercepting({}) as interception:
        assert not interception.lets_through(host)


@pytest.mark.parametrize(
    ("routes", "allow", "problem"),
    [
        (
            {"https://a.example": Echo()},
            (),
            "routes: 'https://a.example' is no host; give its name alone, such as 'graph.microsoft.com'",
        ),
        (
            {"a.example:443": Echo()},
            (),
            "routes: 'a.example:443' is no host; give its name alone, such as 'graph.microsoft.com'",
        ),
        ({}, ["a.example/b"], "allow: 'a.example/b' is no host; give its name alone, such as 'graph.microsoft.com'"),
        ({}, [""], "allow: '' is no host; give its name alone, such as 'graph.microsoft.com'"),
        ({}, "a.example", "allow is 'a.example': give a collection of hosts, such as ['a.example']"),
        ({"a.example": Echo()}, ["A.example"], "a.example: both routed and allowed; leave out one of the two"),
    ],
    ids=["URL", "port", "path", "empty", "text", "both"],
)
def test_what_is_no_host_is_refused(routes: Any, allow: Any, problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        intercepting(routes, allow=allow)

    assert str(caught.value) == problem


async def _hello(request: Any) -> PlainTextResponse:
    return PlainTextResponse("hello")


def _wsgi(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return [b"hello"]


APP = Starlette(routes=[Route("/x", _hello)])


def by_asgi_transport() -> str:
    async def ask() -> str:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(APP), base_url="https://bot.example") as client:
            return (await client.get("/x")).text

    return asyncio.run(ask())


def by_wsgi_transport() -> str:
    with httpx.Client(transport=httpx.WSGITransport(_wsgi)) as client:
        return client.get("https://bot.example/x").text


def by_mock_transport() -> str:
    with httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, text="hello"))) as client:
        return client.get("https://bot.example/x").text


def by_responses() -> str:
    with responses.RequestsMock() as mock:
        mock.get("https://bot.example/x", "hello")
        return requests.get("https://bot.example/x", timeout=5).text


def by_respx() -> str:
    with respx.mock:
        respx.get("https://bot.example/x").respond(text="hello")
        return httpx.get("https://bot.example/x").text


INSIDE = {
    "ASGITransport": by_asgi_transport,
    "WSGITransport": by_wsgi_transport,
    "MockTransport": by_mock_transport,
    "responses": by_responses,
    "respx": by_respx,
}


@pytest.mark.parametrize("ask", INSIDE.values(), ids=INSIDE)
def test_what_stays_in_process_is_left_alone(ask: Callable[[], str]) -> None:
    with intercepting({GRAPH_HOST: Echo()}) as interception:
        assert ask() == "hello"

    assert interception.violations == []


def test_respx_around_an_interception_answers_its_own_hosts() -> None:
    with respx.mock(assert_all_called=False) as mock:
        mock.get("https://bot.example/x").respond(text="hello")
        with intercepting({GRAPH_HOST: Echo()}):
            assert httpx.get("https://bot.example/x").text == "hello"
            assert httpx.get(f"{GRAPH}/x").json()["uri"] == f"{GRAPH}/x"


def test_urllib_of_data_is_left_alone() -> None:
    with intercepting({}), urllib.request.urlopen("data:,hello") as answer:
        assert answer.read() == b"hello"
