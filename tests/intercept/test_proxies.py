"""Proxies that the environment names neither break routing nor let anything out."""

from __future__ import annotations

import pytest

from harness.intercept import RequestRefused, intercepting
from tests.intercept.answering import CLIENTS, GRAPH_HOST, Client, Echo
from tests.intercept.network import Network

CLIENT = pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)


@pytest.fixture(params=["far", "on loopback"])
def proxy(request: pytest.FixtureRequest, real_network: Network, monkeypatch: pytest.MonkeyPatch) -> Network:
    address = "http://proxy.example:3128" if request.param == "far" else real_network.url
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, address)
    return real_network


@CLIENT
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_routed_host_is_answered_past_a_proxy(client: Client, scheme: str, proxy: Network) -> None:
    echo = Echo()

    with intercepting({GRAPH_HOST: echo}) as interception:
        status, told = client("POST", f"{scheme}://{GRAPH_HOST}/v1.0/x?a=b", {"a": 1})

    assert (status, told["uri"]) == (200, f"{scheme}://{GRAPH_HOST}/v1.0/x?a=b")
    assert proxy.hits == []
    assert interception.violations == []


def test_far_proxy_on_the_way_to_an_allowed_host_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")

    with intercepting({}, allow=["far.example"]) as interception, pytest.raises(RequestRefused):
        CLIENTS["requests"]("GET", "http://far.example/x", None)

    assert [v.url for v in interception.violations] == ["socket to proxy.example:3128"]


@CLIENT
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_unknown_host_is_refused_before_a_proxy(client: Client, scheme: str, proxy: Network) -> None:
    with intercepting({GRAPH_HOST: Echo()}) as interception, pytest.raises(RequestRefused):
        client("GET", f"{scheme}://elsewhere.example/x", None)

    assert [(v.method, v.url) for v in interception.violations] == [("GET", f"{scheme}://elsewhere.example/x")]
    assert proxy.hits == []
