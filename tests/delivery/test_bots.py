"""Rules of bots in a test: who gets a notification, what each kind is given, and what counts as its answer."""

from __future__ import annotations

import socket
import ssl
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests
import responses
import trustme
from fastapi import FastAPI, Request, Response
from flask import Flask, request

from harness.delivery.bots import Told
from harness.delivery.http import TlsFailed
from harness.delivery.outbox import CallbackRefused
from harness.errors import UsageError
from tests.delivery.posting import CALLBACK, VALUE, bots, notice
from tests.delivery.test_http import Bot, running

BODY = notice().body


# ---- what each kind is given, and its answer


def flask_bot(got: list[Any]) -> Flask:
    app = Flask("bot")

    @app.post("/api/calls")
    def told() -> tuple[dict[str, str], int, dict[str, str]]:
        got.append((request.url, request.json, request.headers["Scenario-Id"]))
        return {"state": "seen"}, 200, {"X-Bot": "flask"}

    return app


def fastapi_bot(got: list[Any]) -> FastAPI:
    app = FastAPI()

    @app.post("/api/calls")
    async def told(request: Request, answer: Response) -> dict[str, str]:
        got.append((str(request.url), await request.json(), request.headers["Scenario-Id"]))
        answer.headers["X-Bot"] = "fastapi"
        return {"state": "seen"}

    return app


@pytest.mark.parametrize("make", [flask_bot, fastapi_bot], ids=["WSGI", "ASGI"])
def test_app_is_called_with_what_is_posted(make: Any) -> None:
    got: list[Any] = []
    with bots() as rig:
        rig.add(make(got))

        assert rig.post() == 200

        assert got == [(CALLBACK, VALUE, "1")]
        answer = rig.answers[0]
        assert answer is not None
        assert answer.reason == "OK"
        assert (answer.body or b"").replace(b" ", b"").strip() == b'{"state":"seen"}'
        assert [v for k, v in answer.headers.items() if k.lower() == "x-bot"] == [
            ("flask",) if make is flask_bot else ("fastapi",)
        ]


def later(function: Any) -> Any:
    async def bot(told: Told) -> Any:
        return function(told)

    return bot


@pytest.mark.parametrize("as_kind", [lambda f: f, later], ids=["plain", "async"])
def test_function_is_called_with_what_is_told(as_kind: Any) -> None:
    got: list[Told] = []
    with bots() as rig:
        rig.add(as_kind(got.append))

        assert rig.post() == 202

    assert got == [Told({"Content-Type": "application/json", "Scenario-Id": "1"}, BODY, CALLBACK)]
    assert (got[0].json, got[0].value) == (VALUE, [{"changeType": "updated"}])
    assert rig.told == [(202, None, None)]


@pytest.mark.parametrize("as_kind", [lambda f: f, later], ids=["plain", "async"])
@pytest.mark.parametrize(
    ("returned", "status", "body"),
    [
        (None, 202, None),
        (204, 204, None),
        ((400, "no"), 400, b"no"),
        ((200, b"\x00"), 200, b"\x00"),
        ((503, {"error": 1}), 503, b'{"error": 1}'),
        ((200, None), 200, None),
    ],
    ids=["none", "status", "text", "bytes", "JSON", "no body"],
)
def test_function_may_return_a_status_and_a_body(as_kind: Any, returned: Any, status: int, body: bytes | None) -> None:
    with bots() as rig:
        rig.add(as_kind(lambda told: returned))

        assert rig.post() == status

    assert rig.told == [(status, body, None)]


@pytest.mark.parametrize("as_kind", [lambda f: f, later], ids=["plain", "async"])
@pytest.mark.parametrize(
    ("returned", "problem"),
    [
        ("ok", "returned 'ok': expected None (202), a status, or (status, body)"),
        (True, "returned True: expected None (202), a status, or (status, body)"),
        (99, "returned 99: expected None (202), a status, or (status, body)"),
        ((200, "a", "b"), "returned (200, 'a', 'b'): expected None (202), a status, or (status, body)"),
        ((200, {1}), "returned (200, {1}): expected a body of bytes, text, or what JSON can hold"),
    ],
    ids=["text", "bool", "99", "three", "set"],
)
def test_function_that_returns_something_else_is_refused(as_kind: Any, returned: Any, problem: str) -> None:
    with bots() as rig:
        rig.add(as_kind(lambda told: returned))

        with pytest.raises(UsageError) as refused:
            rig.post()

    assert str(refused.value) == f"bot 'b' {problem}"
    assert rig.told == [(None, None, f"UsageError: bot 'b' {problem}")]


def test_plain_function_that_returns_a_coroutine_is_refused_with_the_remedy() -> None:
    bot = later(bool)
    with bots() as rig:
        rig.add(lambda told: bot(told))

        with pytest.raises(UsageError) as refused:
            rig.post()

    assert str(refused.value) == "bot 'b' returned something to be awaited: say kind='async-callable'"


# ---- what escapes


def boom(told: Told) -> None:
    raise ConnectionResetError("the database is gone")


async def asgi_boom(scope: Any, receive: Any, send: Any) -> None:
    assert scope["type"] == "http"
    raise ConnectionResetError("the database is gone")


def wsgi_boom(environ: Any, start_response: Any) -> Any:
    raise ConnectionResetError("the database is gone")


@pytest.mark.parametrize("bot", [boom, later(boom), wsgi_boom, asgi_boom], ids=["plain", "async", "WSGI", "ASGI"])
def test_exception_of_a_bot_is_answer_500_and_kept(bot: Any) -> None:
    """Also one that would mean, if it came from a connection, that there was no answer."""
    with bots() as rig:
        rig.add(bot)

        assert rig.post() == 500

    assert rig.told == [(500, None, "ConnectionResetError: the database is gone")]
    (escaped,) = rig.bots.errors
    assert str(escaped) == ("bot 'b', updated /communications/calls/a: ConnectionResetError: the database is gone")
    assert 'raise ConnectionResetError("the database is gone")' in escaped.traceback


def leaving(told: Told) -> None:
    sys.exit("no database")


async def asgi_leaving(scope: Any, receive: Any, send: Any) -> None:
    assert scope["type"] == "http"
    sys.exit("no database")


@pytest.mark.parametrize("bot", [leaving, later(leaving), asgi_leaving], ids=["plain", "async", "ASGI"])
def test_bot_that_calls_for_the_end_of_the_process_is_answer_500_too(bot: Any) -> None:
    """It may not take the loop with it on which other bots live."""
    with bots() as rig:
        rig.add(bot)

        assert [rig.post(), rig.post()] == [500, 500]

    assert ["SystemExit" in str(escaped) and "no database" in str(escaped) for escaped in rig.bots.errors] == [True] * 2
    assert rig.bots.leftovers == []


def failing(told: Told) -> None:
    pytest.fail("not this one")


@pytest.mark.parametrize("bot", [failing, later(failing)], ids=["plain", "async"])
def test_failure_of_the_test_inside_a_bot_fails_the_test(bot: Any) -> None:
    with bots() as rig:
        rig.add(bot)

        with pytest.raises(pytest.fail.Exception, match=r"^not this one$"):
            rig.post()

    assert rig.told == [(None, None, "Failed: not this one")]


def test_function_that_takes_too_long_gave_no_answer() -> None:
    with bots(timeout=0.01) as rig:
        rig.add(lambda told: time.sleep(0.02))

        with pytest.raises(TimeoutError) as late:
            rig.post()

    assert str(late.value) == "bot 'b' did not answer within 0.01 s"
    assert rig.told == [(None, None, "TimeoutError: bot 'b' did not answer within 0.01 s")]


# ---- who gets it


@pytest.mark.parametrize(
    ("uri", "app", "who"),
    [
        ("https://one.example/calls", "app-2", "one"),
        ("https://ONE.example:443", "app-9", "one"),
        ("https://one.example/deep/er", "app-9", "deeper"),
        ("https://one.example/deep", "app-9", "deeper"),
        ("https://one.example/deeply", "app-9", "one"),
        ("http://one.example/calls", "app-2", "two"),
        ("https://one.example:444/calls", "app-2", "two"),
        ("https://elsewhere.example/", "app-2", "two"),
    ],
    ids=["callback", "letter case and port", "below", "at", "not below", "scheme", "port", "app"],
)
def test_notification_goes_by_callback_and_then_by_app(uri: str, app: str, who: str) -> None:
    got: list[str] = []
    with bots() as rig:
        rig.add(lambda told: got.append("one"), "one", callback="https://one.example")
        rig.add(lambda told: got.append("deeper"), "deeper", callback="https://one.example/deep/")
        rig.add(lambda told: got.append("two"), "two", app_id="app-2")

        rig.post(uri, app=app)

    assert got == [who]


def test_only_bot_gets_whatever_comes() -> None:
    got: list[Told] = []
    with bots() as rig:
        rig.add(got.append, usual_callback="https://one.example", app_id="app-1")

        assert rig.post("https://other.example/", app="app-2") == 202

    assert len(got) == 1


@pytest.mark.parametrize("app", ["app-1", "app-2"], ids=["its own app", "another app"])
def test_bot_that_says_its_callback_is_not_told_what_goes_elsewhere(app: str) -> None:
    """A wrong callbackUri would be hidden: Graph posts there, where nobody listens."""
    with bots() as rig:
        rig.add(print, callback="https://one.example", app_id="app-1", kind="callable")

        with pytest.raises(CallbackRefused) as refused:
            rig.post("https://other.example/", app=app)

    assert str(refused.value) == (
        f"callback 'https://other.example/' of app {app!r} is no bot's: "
        "there are 'b' (callback https://one.example, app app-1)"
    )


@pytest.mark.parametrize(("app", "who"), [("app-1", "one"), ("APP-2", "two"), ("app-3", "one")])
def test_bots_of_one_callback_are_told_apart_by_their_apps(app: str, who: str) -> None:
    got: list[str] = []
    with bots() as rig:
        rig.add(lambda told: got.append("one"), "one", callback="https://one.example", app_id="app-1")
        rig.add(lambda told: got.append("two"), "two", callback="https://one.example", app_id="app-2")

        rig.post("https://one.example/api", app=app)

    assert got == [who]


def test_callback_on_loopback_that_is_no_bots_is_posted_to() -> None:
    with bots() as rig, running(Bot(200)) as listening:
        assert rig.post(f"http://127.0.0.1:{listening.port}/api") == 200

    assert [path for _, path, _, _ in listening.got] == ["/api"]
    assert rig.told == [(200, b"ok", None)]


def test_callback_of_nobody_is_refused_with_those_there_are() -> None:
    with bots() as rig:
        rig.add(print, "one", callback="https://one.example", app_id="app-1", kind="callable")
        rig.add("http://127.0.0.1:9", "two")

        with pytest.raises(CallbackRefused) as refused:
            rig.post("https://elsewhere.example/", app="app-3")

    message = (
        "callback 'https://elsewhere.example/' of app 'app-3' is no bot's: "
        "there are 'one' (callback https://one.example, app app-1); 'two' (url)"
    )
    assert (refused.value.host, str(refused.value)) == ("elsewhere.example", message)
    assert rig.told == [(None, None, f"CallbackRefused: {message}")]


def test_callback_without_any_bot_is_refused_with_the_remedy() -> None:
    with bots() as rig, pytest.raises(CallbackRefused) as refused:
        rig.post()

    assert str(refused.value) == (
        f"callback {CALLBACK!r} of app 'app-1' is no bot's: there is none yet, add one with graph.bot(…)"
    )


def test_callback_that_is_no_uri_is_refused_whoever_is_there() -> None:
    with bots() as rig:
        rig.add(print, kind="callable")

        with pytest.raises(CallbackRefused) as refused:
            rig.post("bot.example/api")

    assert str(refused.value) == ("callback 'bot.example/api' is not posted to: expected http(s)://HOST[:PORT]/PATH")


@pytest.mark.parametrize(
    ("bot", "more", "message"),
    [
        (print, {"name": "a", "kind": "callable"}, "bot 'a' is there already: give each a name of its own"),
        ("bot.example", {}, "bot 'b': expected http(s)://HOST[:PORT], got 'bot.example'"),
        (str, {"callback": "x", "kind": "callable"}, "bot 'b': expected http(s)://HOST[:PORT], got 'x'"),
        ("http://127.0.0.1", {"ca": "ca.pem"}, "ca of bot 'b': expected only with an https URL"),
        (str, {"ca": "ca.pem", "kind": "callable"}, "ca of bot 'b': expected only with an https URL"),
        ("https://127.0.0.1", {"ca": "no.pem"}, "ca 'no.pem': No such file or directory"),
    ],
    ids=["name", "url", "callback", "http with CA", "function with CA", "no CA"],
)
def test_bot_that_cannot_be_added_is_refused(bot: Any, more: dict[str, Any], message: str) -> None:
    with bots() as rig:
        rig.add(str, "a", kind="callable", callback="https://a.example")

        with pytest.raises(UsageError) as refused:
            rig.bots.add(bot, **{"name": "b", **more})

    assert str(refused.value) == message


def test_bot_is_not_added_to_what_is_closed() -> None:
    with bots() as rig:
        pass

    with pytest.raises(UsageError) as refused:
        rig.add(print)

    assert str(refused.value) == "bot 'b' comes too late: the bots are closed"


# ---- bots by URL


@pytest.mark.parametrize(
    ("suffix", "path"),
    [("", "/api/calls?tenant=1"), ("/", "/api/calls?tenant=1"), ("/hook", "/hook"), ("/hook?a=1", "/hook?a=1")],
)
def test_url_gets_the_path_of_the_callback_unless_it_has_its_own(suffix: str, path: str) -> None:
    with bots() as rig, running(Bot()) as listening:
        rig.add(f"http://127.0.0.1:{listening.port}{suffix}")

        assert rig.post() == 202

    assert [path for _, path, _, _ in listening.got] == [path]
    assert rig.told == [(202, b"ok", None)]
    assert rig.answers[0] is not None
    assert rig.answers[0].headers["Location"] == ("/elsewhere",)


def test_url_takes_what_is_called_back_at_its_origin() -> None:
    got: list[Told] = []
    with bots() as rig, running(Bot()) as listening:
        rig.add(f"http://127.0.0.1:{listening.port}", "url")
        rig.add(got.append, "function")

        rig.post(f"http://127.0.0.1:{listening.port}/api")

    assert (len(listening.got), got) == (1, [])


def test_nobody_at_the_url_is_a_connection_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with bots() as rig:
        rig.add(f"http://127.0.0.1:{port}")

        with pytest.raises(ConnectionRefusedError):
            rig.post()

    assert rig.told == [(None, None, "ConnectionRefusedError: [Errno 111] Connection refused")]


def test_bot_over_tls_is_trusted_by_its_own_ca(tmp_path: Path) -> None:
    ca, file = trustme.CA(), tmp_path / "ca.pem"
    ca.cert_pem.write_to_path(str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(context)
    listening = Bot()
    listening.socket = context.wrap_socket(listening.socket, server_side=True, do_handshake_on_connect=False)
    url = f"https://localhost:{listening.port}"
    ours = ssl.create_default_context(cafile=file)

    with running(listening), bots() as rig:
        rig.add(url, "stranger", callback="https://stranger.example")
        rig.add(url, "by file", ca=file, callback="https://file.example")
        rig.add(url, "by context", ca=ours, callback="https://context.example")
        with pytest.raises(TlsFailed):
            rig.post("https://stranger.example/")
        assert [rig.post("https://file.example/"), rig.post("https://context.example/")] == [202, 202]

    assert rig.told[0][2] == (
        f"TlsFailed: the certificate of localhost:{listening.port} is not trusted: "
        "unable to get local issuer certificate: name the CA that signed it, ca='ca.pem'"
    )


# ---- a stand-in of responses


def test_stand_in_answers_and_keeps_what_it_was_told() -> None:
    with responses.RequestsMock() as mock, bots() as rig:
        mock.post(CALLBACK, status=201, json={"state": "seen"}, headers={"X-Bot": "mock"})
        rig.add(mock)

        assert rig.post() == 201

        assert [call.request.body for call in mock.calls] == [BODY]
        assert mock.calls[0].request.headers["Scenario-Id"] == "1"
    assert rig.told == [(201, b'{"state": "seen"}', None)]
    assert rig.answers[0] is not None
    assert rig.answers[0].headers["X-Bot"] == ("mock",)


@responses.activate
def test_module_itself_is_a_stand_in() -> None:
    responses.post(CALLBACK, status=302, headers={"Location": "https://elsewhere.example"})
    with bots() as rig:
        rig.add(responses)

        assert rig.post() == 302


def test_stand_in_without_the_callback_says_what_to_add() -> None:
    with responses.RequestsMock() as mock, bots() as rig:
        rig.add(mock)

        with pytest.raises(ConnectionError) as refused:
            rig.post()

    assert str(refused.value) == (
        f"bot 'b': the responses stand-in has nothing for POST {CALLBACK}: add it, mock.post({CALLBACK!r}, status=202)"
    )


def test_stand_in_may_be_told_to_be_unreachable() -> None:
    with responses.RequestsMock() as mock, bots() as rig:
        mock.post(CALLBACK, body=requests.ConnectionError("no route"))
        rig.add(mock)

        with pytest.raises(OSError, match=r"^no route$"):
            rig.post()


@pytest.mark.parametrize("is_active", [True, False], ids=["let through", "inactive"])
def test_nothing_gets_past_a_stand_in(is_active: bool) -> None:
    mock = responses.RequestsMock()
    with running(Bot()) as listening, bots() as rig:
        url = f"http://127.0.0.1:{listening.port}/"
        mock.add_passthru(url)
        if is_active:
            mock.start()
        try:
            rig.add(mock)
            with pytest.raises(OSError) as refused:  # noqa: PT011 - its whole text is asserted
                rig.post(url)
        finally:
            if is_active:
                mock.stop()

        assert listening.got == []
    assert (
        str(refused.value)
        == "the responses stand-in lets this through: is it active, inside its `with`, and without passthru?"
    )
