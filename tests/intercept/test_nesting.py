"""One interception at a time, or nested in order; whatever happens, every patched name is as it was."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
import requests
import responses
import urllib3
import vcr  # type: ignore[import-untyped]
import vcr.patch  # type: ignore[import-untyped]

from harness.cassette.format import Request, Response
from harness.intercept import Interception, InterceptionError, RequestRefused, Responder, intercepting
from tests.intercept.answering import CLIENTS, GRAPH, GRAPH_HOST, JSON, Client, Echo

CLIENT = pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
STOCK = {name: client for name, client in CLIENTS.items() if name != "aiohttp, base_url"}
"""Stock vcrpy sees relative addresses of a session with a base."""

OWNERS: tuple[Any, ...] = (
    http.client,
    http.client.HTTPConnection,
    http.client.HTTPSConnection,
    urllib3.connection,
    urllib3.connection.HTTPConnection,
    urllib3.connection.HTTPSConnection,
    urllib3.connectionpool,
    urllib3.connectionpool.HTTPConnectionPool,
    urllib3.connectionpool.HTTPSConnectionPool,
    requests.adapters.HTTPAdapter,
    httpx.HTTPTransport,
    httpx.AsyncHTTPTransport,
    httpx.MockTransport,
    httpx.ASGITransport,
    httpx.WSGITransport,
    aiohttp.ClientSession,
    socket,
    socket.socket,
    vcr.patch,
)


def names() -> dict[tuple[str, str], int]:
    """Every attribute of everything that is patched, by identity."""
    return {
        (repr(owner), name): id(value)
        for owner in OWNERS
        for name, value in vars(owner).items()
        if not name.startswith("__") and not isinstance(value, int | str | dict | set)
    }


@pytest.fixture(autouse=True)
def _names_are_put_back() -> Iterator[None]:
    with intercepting({}):
        pass
    before = names()
    yield
    assert names() == before


def saying(word: str) -> Responder:
    def respond(request: Request) -> Response:
        return Response(200, None, JSON, b'{"by": "%s"}' % word.encode())

    return respond


def by(client: Client = CLIENTS["requests"]) -> Any:
    return client("GET", f"{GRAPH}/x", None)[1]["by"]


def test_names_are_other_ones_inside() -> None:
    before = names()

    with intercepting({}):
        assert sum(1 for key, value in names().items() if before.get(key) != value) >= 16


def test_names_are_put_back_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), intercepting({GRAPH_HOST: Echo()}):
        raise ZeroDivisionError


def test_names_are_put_back_after_a_client_failed() -> None:
    with pytest.raises(RequestRefused), intercepting({}):
        requests.get(GRAPH, timeout=5)


@CLIENT
def test_inner_wins_and_then_the_outer_is_whole_again(client: Client) -> None:
    with intercepting({GRAPH_HOST: saying("outer")}):
        assert by(client) == "outer"
        with intercepting({GRAPH_HOST: saying("inner")}):
            assert by(client) == "inner"
        assert by(client) == "outer"


def test_inner_does_not_know_the_outers_hosts() -> None:
    with (
        intercepting({GRAPH_HOST: saying("outer")}) as outer,
        intercepting({"a.example": Echo()}) as inner,
        pytest.raises(RequestRefused),
    ):
        by()

    assert (len(outer.violations), len(inner.violations)) == (0, 1)


def test_another_thread_is_refused_and_told_what_to_do() -> None:
    caught: list[Exception] = []

    def other() -> None:
        try:
            with intercepting({}):
                pass
        except InterceptionError as error:
            caught.append(error)

    with intercepting({GRAPH_HOST: saying("first")}):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        assert by() == "first"

    text = str(caught[0])
    start = "an interception is open in another thread, MainThread, opened by test_nesting.py:"
    assert text.startswith(start)
    assert text[len(start) :].lstrip("0123456789") == (
        ": clients are the whole process's, so open one for all threads, or use processes (pytest-xdist)"
    )


def _line(text: str) -> str:
    return "".join(c for c in text if not c.isdigit())


def test_leaving_out_of_order_is_refused_and_ends_with_the_inner() -> None:
    outer, inner = intercepting({GRAPH_HOST: saying("outer")}), intercepting({GRAPH_HOST: saying("inner")})
    outer.__enter__()
    inner.__enter__()

    with pytest.raises(InterceptionError) as caught:
        outer.__exit__(None, None, None)
    assert by() == "inner"
    inner.__exit__(None, None, None)

    assert _line(str(caught.value)) == (
        "the interception opened by test_nesting.py: was left before the one opened inside it by test_nesting.py:: "
        "leave the inner one first. Both end with it"
    )


def test_entering_twice_is_refused() -> None:
    one = intercepting({})

    with one, pytest.raises(InterceptionError) as caught:
        one.__enter__()

    assert str(caught.value) == "this interception is open already: make another one to nest it"


def test_leaving_twice_is_refused() -> None:
    one = intercepting({})
    with one:
        pass

    with pytest.raises(InterceptionError) as caught:
        one.__exit__(None, None, None)

    assert str(caught.value) == "this interception is not open: leave it as often as you enter it"


def test_an_interception_is_opened_again() -> None:
    one = intercepting({GRAPH_HOST: saying("again")})

    for _ in range(2):
        with one as interception:
            assert isinstance(interception, Interception)
            assert by() == "again"


def cassette(path: Path) -> Path:
    path.write_text(
        "version: 1\ninteractions:\n"
        "- request: {method: GET, uri: 'https://graph.microsoft.com/x', body: null, headers: {}}\n"
        "  response:\n    status: {code: 200, message: OK}\n    headers: {Content-Type: [application/json]}\n"
        '    body: {string: \'{"by": "vcrpy"}\'}\n'
    )
    return path


@pytest.mark.parametrize("client", STOCK.values(), ids=STOCK)
def test_inside_a_cassette_of_vcrpy_ours_answers(client: Client, tmp_path: Path) -> None:
    plain = vcr.VCR(record_mode="none")

    with plain.use_cassette(str(cassette(tmp_path / "c.yaml")), allow_playback_repeats=True) as outer:
        assert by(client) == "vcrpy"
        with intercepting({GRAPH_HOST: saying("ours")}) as interception:
            assert by(client) == "ours"
        assert by(client) == "vcrpy"

    assert outer.play_count == 2
    assert interception.violations == []


@pytest.mark.parametrize("client", STOCK.values(), ids=STOCK)
def test_a_cassette_of_vcrpy_inside_ours_answers(client: Client, tmp_path: Path) -> None:
    plain = vcr.VCR(record_mode="none")

    with intercepting({GRAPH_HOST: saying("ours")}):
        with plain.use_cassette(str(cassette(tmp_path / "c.yaml")), allow_playback_repeats=True):
            assert by(client) == "vcrpy"
        assert by(client) == "ours"


def test_inside_responses_ours_answers_below_it() -> None:
    with responses.RequestsMock() as mock:
        mock.get(f"{GRAPH}/x", json={"by": "responses"})
        mock.add_passthru("https://graph.microsoft.com/y")
        with intercepting({GRAPH_HOST: saying("ours")}):
            assert requests.get(f"{GRAPH}/x", timeout=5).json() == {"by": "responses"}
            assert requests.get(f"{GRAPH}/y", timeout=5).json() == {"by": "ours"}
            assert httpx.get(f"{GRAPH}/x").json() == {"by": "ours"}


@pytest.mark.parametrize("is_replaced", [False, True], ids=["inherited", "guarded before"])
def test_whoever_put_the_original_back_meanwhile_disturbs_nobody(is_replaced: bool) -> None:
    """As pytest-socket does at the end of each test."""
    original = socket.socket.sendto
    if is_replaced:
        socket.socket.sendto = lambda *args: original(*args)  # type: ignore[method-assign]

    with intercepting({}):
        socket.socket.sendto = original  # type: ignore[method-assign]

    assert vars(socket.socket)["sendto"] is original
    del socket.socket.sendto


def test_what_somebody_else_replaced_meanwhile_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def mine(*args: Any) -> None: ...

    with (
        monkeypatch.context() as patch,
        pytest.raises(InterceptionError) as caught,
        intercepting({}),
    ):
        patch.setattr(socket.socket, "sendto", mine)

    del socket.socket.sendto
    assert _line(str(caught.value)) == (
        "socket.sendto was replaced while the interception opened by test_nesting.py: was open, and is left as it is: "
        "close what is opened inside an interception before it, and what was opened before it after it"
    )
