"""Each client, unchanged, against the addresses of the public cloud."""

from __future__ import annotations

import gzip
import json
import urllib.error
import zlib
from typing import Any

import flask
import httpx
import pytest
import requests

from harness.cassette.format import Request, Response
from harness.errors import UsageError
from harness.intercept import from_wsgi, intercepting
from tests.intercept.answering import CLIENTS, GRAPH, GRAPH_HOST, JSON, LOGIN, Client, Echo

CLIENT = pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)


@CLIENT
@pytest.mark.parametrize("base", [GRAPH, LOGIN, "http://graph.microsoft.com", "https://GRAPH.microsoft.com"])
def test_routed_host_is_answered(client: Client, base: str) -> None:
    echo = Echo()

    with intercepting({GRAPH_HOST: echo, "Login.MicrosoftOnline.com": echo}) as interception:
        status, told = client("POST", f"{base}/v1.0/communications/calls?a=b%20c&d=", {"x": ["ü", 1]})

    assert (status, told["method"]) == (200, "POST")
    assert told["uri"].lower() == f"{base.lower()}/v1.0/communications/calls?a=b%20c&d="
    assert json.loads(echo.asked[0].body or b"") == {"x": ["ü", 1]}
    assert echo.header("content-type") == "application/json"
    assert interception.violations == []


@CLIENT
def test_request_without_body_is_answered_once(client: Client) -> None:
    echo = Echo()

    with intercepting({GRAPH_HOST: echo}):
        client("GET", f"{GRAPH}/v1.0//communications/calls", None)

    assert [(r.method, r.uri) for r in echo.asked] == [("GET", f"{GRAPH}/v1.0//communications/calls")]
    assert not echo.asked[0].body


@CLIENT
@pytest.mark.parametrize("status", [201, 404, 429, 503])
def test_status_arrives(client: Client, status: int) -> None:
    with intercepting({GRAPH_HOST: lambda _: Response(status, None, JSON, b"{}")}):
        if client is CLIENTS["urllib.request"] and status >= 400:
            with pytest.raises(urllib.error.HTTPError, match=str(status)) as caught:
                client("GET", f"{GRAPH}/x", None)
            caught.value.close()
        else:
            assert client("GET", f"{GRAPH}/x", None) == (status, {})


@CLIENT
def test_compressed_response_arrives_decoded(client: Client) -> None:
    headers = {**JSON, "Content-Encoding": ("gzip",), "Transfer-Encoding": ("chunked",)}

    with intercepting({GRAPH_HOST: lambda _: Response(200, None, headers, gzip.compress(b'{"a": 1}'))}):
        assert client("GET", f"{GRAPH}/x", None) == (200, {"a": 1})


DEFLATED = zlib.compress(b'{"a": 1}')
ENCODED = {
    "twice": ("gzip, gzip", gzip.compress(gzip.compress(b'{"a": 1}'))),
    "deflate": ("deflate", DEFLATED),
    "deflate, raw": ("deflate", DEFLATED[2:-4]),
    "deflate, decoded": ("deflate", b'{"a": 1}'),
    "br, decoded": ("br", b'{"a": 1}'),
    "identity": ("identity", b'{"a": 1}'),
    "capitals": ("GZip", gzip.compress(b'{"a": 1}')),
}


@pytest.mark.parametrize("client", ["requests", "httpx", "aiohttp"])
@pytest.mark.parametrize(("encoding", "body"), ENCODED.values(), ids=ENCODED)
def test_every_encoding_that_python_knows_is_decoded(client: str, encoding: str, body: bytes) -> None:
    with intercepting({GRAPH_HOST: lambda _: Response(200, None, {**JSON, "Content-Encoding": (encoding,)}, body)}):
        assert CLIENTS[client]("GET", f"{GRAPH}/x", None) == (200, {"a": 1})


def test_body_that_cannot_be_decoded_is_refused() -> None:
    def respond(request: Request) -> Response:
        return Response(200, None, {"Content-Encoding": ("br",)}, b"\x8b\x03\x80{}\x03")

    with intercepting({GRAPH_HOST: respond}), pytest.raises(UsageError) as caught:
        CLIENTS["requests"]("GET", f"{GRAPH}/x", None)

    assert str(caught.value) == (
        f"the answer to GET {GRAPH}/x is encoded as 'br', which is not decoded here: "
        "give it decoded, or as gzip or deflate"
    )


@pytest.mark.parametrize("head", [requests.head, httpx.head], ids=["requests", "httpx"])
@pytest.mark.parametrize(
    ("headers", "body"), [({"Content-Length": ("17",)}, b""), ({}, b"x" * 17)], ids=["app", "plain"]
)
def test_head_has_the_length_and_no_body(head: Any, headers: Any, body: bytes) -> None:
    with intercepting({GRAPH_HOST: lambda _: Response(200, None, headers, body)}):
        answer = head(f"{GRAPH}/x", timeout=5)

    assert (answer.content, answer.headers["Content-Length"]) == (b"", "17")


@CLIENT
def test_decoded_body_under_a_compressed_header_arrives(client: Client) -> None:
    headers = {**JSON, "Content-Encoding": ("gzip",)}

    with intercepting({GRAPH_HOST: lambda _: Response(200, None, headers, b'{"a": 1}')}):
        assert client("GET", f"{GRAPH}/x", None) == (200, {"a": 1})


@CLIENT
def test_wsgi_app_answers_in_process(client: Client) -> None:
    app = flask.Flask(__name__)

    @app.post("/v1.0/echo")
    def echo() -> flask.Response:
        return flask.jsonify(host=flask.request.host, sent=flask.request.json)

    with intercepting({GRAPH_HOST: from_wsgi(app)}):
        assert client("POST", f"{GRAPH}/v1.0/echo", {"n": 1}) == (200, {"host": GRAPH_HOST, "sent": {"n": 1}})


@CLIENT
def test_error_of_the_responder_arrives_unchanged(client: Client) -> None:
    error = LookupError("nothing recorded")

    def respond(request: Request) -> Response:
        raise error

    with intercepting({GRAPH_HOST: respond}), pytest.raises(LookupError) as caught:
        client("GET", f"{GRAPH}/x", None)

    assert caught.value is error


def test_response_without_status_is_refused() -> None:
    problem = f"the responder gave no status for GET {GRAPH}/x: give one from 100 to 599"

    with (
        intercepting({GRAPH_HOST: lambda _: Response(None, None, {}, b"")}),
        pytest.raises(Exception, match=problem) as caught,
    ):
        CLIENTS["requests"]("GET", f"{GRAPH}/x", None)

    assert str(caught.value) == problem


def test_headers_that_stand_twice_arrive_twice() -> None:
    headers = {"Set-Cookie": ("a=1", "b=2")}

    with intercepting({GRAPH_HOST: lambda _: Response(200, "Fine", headers, b"")}), requests.Session() as session:
        answer = session.get(f"{GRAPH}/x")

        assert dict(session.cookies) == {"a": "1", "b": "2"}
        assert answer.reason == "Fine"
