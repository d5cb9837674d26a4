"""Clients that were made before an interception, and are kept after it."""

from __future__ import annotations

import http.client
from collections.abc import Callable

import httpx
import pytest
import requests
import urllib3

from harness.intercept import RequestRefused, intercepting
from tests.intercept.answering import GRAPH, GRAPH_HOST, Echo
from tests.intercept.network import Network


def test_session_answers_before_inside_and_after(real_network: Network) -> None:
    with requests.Session() as session, httpx.Client() as client, urllib3.PoolManager() as pool:
        for number in range(3):
            session.get(f"{real_network.url}/requests")
            client.get(f"{real_network.url}/httpx")
            pool.request("GET", f"{real_network.url}/urllib3")
            with intercepting({GRAPH_HOST: Echo()}) as interception:
                assert session.get(f"{GRAPH}/{number}").json()["uri"] == f"{GRAPH}/{number}"
                assert client.get(f"{GRAPH}/{number}").json()["uri"] == f"{GRAPH}/{number}"
                assert pool.request("GET", f"{GRAPH}/{number}").json()["uri"] == f"{GRAPH}/{number}"
                session.get(f"{real_network.url}/requests")

    assert len(real_network.hits) == 12
    assert interception.violations == []


@pytest.mark.parametrize("client", ["http.client", "requests", "urllib3", "httpx"])
def test_open_connection_to_a_routed_host_is_not_used(client: str, real_network: Network) -> None:
    """The host that is routed is the very one that the client is connected to."""
    route = "127.0.0.1"
    url = f"{real_network.url}/x"
    connection = http.client.HTTPConnection(route, real_network.port)
    with requests.Session() as session, httpx.Client() as pooled, urllib3.PoolManager() as pool:

        def ask() -> bytes:
            if client == "http.client":
                connection.request("GET", "/x")
                return connection.getresponse().read()
            if client == "requests":
                return session.get(url).content
            if client == "urllib3":
                return pool.request("GET", url).data
            return pooled.get(url).content

        ask()
        echo = Echo()
        with intercepting({route: echo}):
            assert b"uri" in ask()
        ask()
        connection.close()

    assert [r.uri for r in echo.asked] == [url]
    assert real_network.hits == ["GET /x", "GET /x"]


@pytest.mark.parametrize("client", ["http.client", "requests", "urllib3", "httpx"])
def test_open_connection_elsewhere_is_refused(
    client: str, real_network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pooled connection needs no new socket: it is stopped above."""
    monkeypatch.setattr("harness.intercept.interception.is_here", lambda host: False)
    url = f"{real_network.url}/x"
    connection = http.client.HTTPConnection("127.0.0.1", real_network.port)
    with requests.Session() as session, httpx.Client() as pooled, urllib3.PoolManager() as pool:

        def ask_plainly() -> bytes:
            connection.request("GET", "/x")
            return connection.getresponse().read()

        asks: dict[str, Callable[[], object]] = {
            "http.client": ask_plainly,
            "requests": lambda: session.get(url),
            "urllib3": lambda: pool.request("GET", url),
            "httpx": lambda: pooled.get(url),
        }
        asks[client]()
        with intercepting({}), pytest.raises(RequestRefused):
            asks[client]()
        connection.close()

    assert real_network.hits == ["GET /x"]


def test_connection_made_inside_reaches_the_network_after(real_network: Network) -> None:
    echo = Echo()
    with intercepting({"127.0.0.1": echo}):
        connection = http.client.HTTPConnection("127.0.0.1", real_network.port)
        connection.request("GET", "/inside")
        connection.getresponse().read()

    connection.request("GET", "/after")
    connection.getresponse().read()
    connection.close()

    assert [r.uri for r in echo.asked] == [f"{real_network.url}/inside"]
    assert real_network.hits == ["GET /after"]


def test_connection_is_used_again_within(real_network: Network) -> None:
    echo = Echo()
    connection = http.client.HTTPSConnection(GRAPH_HOST)

    with intercepting({GRAPH_HOST: echo}):
        for number in range(3):
            connection.request("POST", f"/{number}", b"x")
            assert b"uri" in connection.getresponse().read()

    assert [r.uri for r in echo.asked] == [f"{GRAPH}/{n}" for n in range(3)]
