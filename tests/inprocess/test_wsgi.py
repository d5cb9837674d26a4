"""Rules of calling a WSGI app without a socket: what it gets, and what counts as its answer."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from harness.inprocess.wsgi import App, NotWsgi, called

URL = "https://bot.example:8443/api%20calls/%C3%BC?tenant=1&x=%20"

Answer = tuple[int, dict[str, tuple[str, ...]], bytes]


def ask(app: App, headers: list[tuple[str, str]] | None = None, body: bytes | None = b"{}") -> Answer:
    return called(app, "POST", URL, headers or [], body)


def test_app_gets_the_request_as_a_server_gives_it() -> None:
    got: list[dict[str, Any]] = []

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        got.append({**environ, "wsgi.input": environ["wsgi.input"].read()})
        start_response("202 Accepted", [])
        return []

    ask(app, [("Content-Type", "application/json"), ("X-Name", "\u00fc"), ("X-Two", "1"), ("X-Two", "2")])

    assert got == [
        {
            "REQUEST_METHOD": "POST",
            "SCRIPT_NAME": "",
            "PATH_INFO": "/api calls/\u00c3\u00bc",
            "QUERY_STRING": "tenant=1&x=%20",
            "SERVER_NAME": "bot.example",
            "SERVER_PORT": "8443",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "bot.example:8443",
            "CONTENT_LENGTH": "2",
            "CONTENT_TYPE": "application/json",
            "HTTP_X_NAME": "\u00c3\u00bc",
            "HTTP_X_TWO": "1, 2",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https",
            "wsgi.input": b"{}",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
    ]


def test_answer_is_what_was_started_and_returned() -> None:
    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("202 Accepted", [("A", "1"), ("A", "2")])
        yield b"one "
        yield b"two"

    assert ask(app) == (202, {"A": ("1", "2")}, b"one two")


def test_what_is_written_comes_before_what_is_returned() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        write = start_response("200 OK", [])
        write(b"written ")
        return [b"returned"]

    assert ask(app) == (200, {}, b"written returned")


def test_answer_may_be_replaced_by_an_error() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        try:
            raise OSError("gone")
        except OSError:
            start_response("500 Broken", [], sys.exc_info())
        return [b"sorry"]

    assert ask(app) == (500, {}, b"sorry")


def test_answer_is_closed_also_when_it_breaks() -> None:
    closed: list[bool] = []

    class Parts:
        def __iter__(self) -> Iterator[bytes]:
            raise OSError("gone")

        def close(self) -> None:
            closed.append(True)

    def app(environ: Any, start_response: Any) -> Parts:
        start_response("200 OK", [])
        return Parts()

    with pytest.raises(OSError, match="gone"):
        ask(app)
    assert closed == [True]


def _silent(environ: Any, start_response: Any) -> list[bytes]:
    return []


def _double(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    start_response("201 Created", [])
    return []


def _nothing(environ: Any, start_response: Any) -> Any:
    start_response("202 Accepted", [])


@pytest.mark.parametrize(
    ("app", "problem"),
    [
        (_nothing, "the app returned None: expected an iterable of bytes"),
        (_silent, "the app returned without an answer: start_response was never called"),
        (_double, "the app called start_response twice, and the second time without exc_info"),
    ],
    ids=["nothing", "silent", "double"],
)
def test_what_is_no_answer_is_said(app: App, problem: str) -> None:
    with pytest.raises(NotWsgi) as caught:
        ask(app)

    assert str(caught.value) == problem
