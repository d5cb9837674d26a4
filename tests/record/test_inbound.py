from __future__ import annotations

import asyncio
import http.client
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

import flask
import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request as Asked
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.responses import Response as Answer
from starlette.routing import Route

from harness.cassette.format import Direction, Interaction, Request, Response, load
from harness.errors import UsageError
from harness.inprocess import asgi, wsgi
from harness.record import Inbound, Recorder, in_front_of
from harness.server.serving import bound_to
from tests.record.build import CALLBACK, NAME, TOKEN, USER, found_in
from tests.record.conftest import Open

RESOURCE = f"/communications/calls/{USER}"
VALUE = [{"changeType": "updated", "resourceUrl": RESOURCE, "resourceData": {"id": USER, "displayName": NAME}}]
TOLD = json.dumps({"value": VALUE}).encode()
HEADERS = [
    ("Content-Type", "application/json"),
    ("Authorization", f"Bearer {TOKEN}"),
    ("Scenario-Id", "s"),
    ("Connection", "keep-alive, X-Hop"),
    ("X-Hop", "1"),
    ("Transfer-Encoding", "identity"),
]
PLAIN = {"Content-Type": ("application/json",), "Scenario-Id": ("s",)}
STORED = json.dumps(
    json.loads(TOLD.replace(USER.encode(), b"00000000-0000-4000-8000-000000000001").replace(NAME.encode(), b"text-1")),
    indent=2,
).encode()

Around = Callable[[Inbound, Callable[[bytes], tuple[int, dict[str, str], bytes]]], "Post"]
Post = Callable[..., tuple[int, dict[str, tuple[str, ...]], bytes]]


def by_wsgi(inbound: Inbound, bot: Callable[[bytes], tuple[int, dict[str, str], bytes]]) -> Post:
    def app(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        status, headers, body = bot(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        start_response(f"{status} {http.client.responses[status]}", list(headers.items()))
        yield body[:1]
        yield body[1:]

    around = inbound.wsgi(app)
    return lambda method="POST", url=CALLBACK, headers=HEADERS, body=TOLD: wsgi.called(
        around, method, url, headers, body
    )


def by_asgi(inbound: Inbound, bot: Callable[[bytes], tuple[int, dict[str, str], bytes]]) -> Post:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        status, headers, body = bot((await receive())["body"])
        pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": pairs})
        await send({"type": "http.response.body", "body": body[:1], "more_body": True})
        await send({"type": "http.response.body", "body": body[1:]})

    around = inbound.asgi(app)
    return lambda method="POST", url=CALLBACK, headers=HEADERS, body=TOLD: asyncio.run(
        asgi.called(around, method, url, headers, body)
    )


EITHER = pytest.mark.parametrize("around", [by_wsgi, by_asgi], ids=["wsgi", "asgi"])


def accepting(body: bytes) -> tuple[int, dict[str, str], bytes]:
    return 202, {"X-Bot": "yes", "Connection": "close"}, b"ok"


def kept(recorder: Recorder) -> tuple[Interaction, ...]:
    return load(recorder.close()).interactions


@EITHER
def test_notification_and_answer_are_kept(open_recorder: Open, around: Around) -> None:
    recorder = open_recorder()
    inbound = Inbound(recorder)
    seen: list[bytes] = []

    def bot(body: bytes) -> tuple[int, dict[str, str], bytes]:
        seen.append(body)
        assert recorder.begin() == 2
        return accepting(body)

    answer = around(inbound, bot)()

    assert seen == [TOLD]
    assert answer == (202, {"X-Bot": ("yes",), "Connection": ("close",)}, b"ok")
    (interaction,) = kept(recorder)
    assert interaction == Interaction(
        Direction.GRAPH_TO_BOT,
        1,
        Request("POST", CALLBACK, PLAIN, STORED),
        Response(202, "Accepted", {"X-Bot": ("yes",)}, b"ok"),
        interaction.started,
        interaction.ended,
    )
    assert str(interaction.started) < str(interaction.ended)
    assert found_in(recorder.path.read_bytes()) == []
    assert recorder._sweep.learnt[0].request.headers["Authorization"] == (  # type: ignore[union-attr]
        f"Bearer {TOKEN}",
    )
    assert (inbound.passed_by, inbound.unsigned) == (0, 0)


OTHERS: list[tuple[str, bytes]] = [
    ("GET", b""),
    ("PUT", TOLD),
    ("POST", b""),
    ("POST", b'{"value": []}'),
    ("POST", b'{"value": [{"a": 1}]}'),
    ("POST", b"{"),
    ("POST", b"\xff"),
    ("POST", b"[" * 100_000),
]


@EITHER
@pytest.mark.parametrize(("method", "body"), OTHERS, ids=range(len(OTHERS)))
def test_what_is_no_notification_goes_to_the_bot_and_is_not_kept(
    open_recorder: Open, around: Around, method: str, body: bytes
) -> None:
    recorder = open_recorder()
    inbound = Inbound(recorder)

    assert around(inbound, lambda given: (200, {}, given))(method, body=body) == (200, {}, body)

    assert (recorder.kept, inbound.passed_by) == (0, 1)
    recorder.abandon()


NO_TOKENS = [None, "Bearer", "Bearer abc", "Basic eDp5", "Bearer a.b", "Bearer a.b.c d", "Bearer a.b.c.d"]


@EITHER
@pytest.mark.parametrize("token", NO_TOKENS)
def test_notification_without_a_token_of_its_shape_is_kept_and_counted(
    open_recorder: Open, around: Around, token: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = open_recorder()
    inbound = Inbound(recorder)
    headers = [("Authorization", token)] if token else []

    around(inbound, accepting)(headers=headers)

    assert len(kept(recorder)) == inbound.unsigned == 1
    assert caplog.messages == ["a notification came without a token of Graph's shape: is the address known to others?"]


URIS = [
    ("http://localhost:3978/api/calls?a=b%20c", {}, None, "http://localhost:3978/api/calls?a=b%20c"),
    (
        "http://localhost:3978/api/calls",
        {"X-Forwarded-Host": "tunnel.example", "X-Forwarded-Proto": "https,http"},
        None,
        "https://tunnel.example/api/calls",
    ),
    ("http://localhost/api/%C3%A9", {}, "https://me:it@bot.example:8/api/calls", "https://bot.example:8/api/%C3%A9"),
]


@EITHER
@pytest.mark.parametrize(("url", "headers", "public", "uri"), URIS)
def test_notification_is_kept_under_the_address_that_graph_knows(
    open_recorder: Open, around: Around, url: str, headers: dict[str, str], public: str | None, uri: str
) -> None:
    recorder = open_recorder()

    around(Inbound(recorder, public_url=public), accepting)(url=url, headers=[*HEADERS, *headers.items()])

    assert [i.request.uri for i in kept(recorder)] == [uri]


@pytest.mark.parametrize("url", ["bot.example", "ftp://bot.example", "https://"])
def test_public_url_that_is_none_is_refused(open_recorder: Open, url: str) -> None:
    recorder = open_recorder()

    with pytest.raises(UsageError) as refused:
        Inbound(recorder, public_url=url)

    assert str(refused.value) == f"public_url: {url!r} is no URL; give one such as 'https://bot.example'"
    recorder.abandon()


@EITHER
def test_bot_that_fails_is_kept_as_500(open_recorder: Open, around: Around) -> None:
    def bot(body: bytes) -> tuple[int, dict[str, str], bytes]:
        raise ZeroDivisionError

    recorder = open_recorder()

    with pytest.raises(ZeroDivisionError):
        around(Inbound(recorder), bot)()

    assert [i.response for i in kept(recorder)] == [Response(500, "Internal Server Error", {}, None)]
    assert recorder.unanswered == 0


@EITHER
def test_bot_that_is_stopped_leaves_it_unanswered(open_recorder: Open, around: Around) -> None:
    def bot(body: bytes) -> tuple[int, dict[str, str], bytes]:
        raise KeyboardInterrupt

    recorder = open_recorder()

    with pytest.raises(KeyboardInterrupt):
        around(Inbound(recorder), bot)()

    assert (recorder.kept, recorder.unanswered) == (0, 1)
    recorder.abandon()


@EITHER
@pytest.mark.parametrize("is_signed", [True, False])
def test_large_body_is_refused_and_never_reaches_the_bot(
    open_recorder: Open, around: Around, is_signed: bool, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = open_recorder()

    answer = around(Inbound(recorder, largest_body=100), accepting)(headers=HEADERS if is_signed else [])

    text = b"a request of more than 100 bytes was refused\n"
    status, headers, body = answer
    assert (status, body) == (413, text)
    assert {name.lower(): values for name, values in headers.items()} == {
        "content-type": ("text/plain",),
        "content-length": (str(len(text)),),
    }
    problem = "a request of more than 100 bytes was refused, which may be a notification: raise largest_body"
    assert str(recorder.problem) == (f"{recorder.path}: {problem}" if is_signed else "None")
    assert len(caplog.messages) == 1
    recorder.abandon()


@EITHER
def test_graph_has_its_answer_also_when_it_cannot_be_kept(open_recorder: Open, around: Around) -> None:
    recorder = open_recorder(largest_body=10)

    assert around(Inbound(recorder), accepting)()[0] == 202

    assert recorder.problem is not None
    recorder.abandon()


@EITHER
def test_it_is_kept_before_graph_has_the_answer(open_recorder: Open, around: Around) -> None:
    recorder = open_recorder()

    around(Inbound(recorder), accepting)()

    assert recorder.kept == 1
    recorder.abandon()


def test_order_is_that_of_starting(open_recorder: Open) -> None:
    """The bot asks Graph while it is being told."""
    recorder = open_recorder()

    def bot(body: bytes) -> tuple[int, dict[str, str], bytes]:
        seq = recorder.begin()
        recorder.keep(
            Interaction(Direction.CLIENT_TO_GRAPH, seq, Request("GET", CALLBACK, {}, None), Response(200, "", {}, None))
        )
        return accepting(body)

    by_wsgi(Inbound(recorder), bot)()

    assert [(i.seq, str(i.direction)) for i in kept(recorder)] == [(1, "graph-to-bot"), (2, "client-to-graph")]


# ---- WSGI alone


def test_flask_app(open_recorder: Open) -> None:
    app = flask.Flask("bot")

    @app.post("/api/calls")
    def told() -> tuple[str, int]:
        assert flask.request.get_json()["value"] == VALUE
        return "", 204

    recorder = open_recorder()
    app.wsgi_app = Inbound(recorder).wsgi(app.wsgi_app)  # type: ignore[assignment]

    assert app.test_client().post("/api/calls", data=TOLD, headers=dict(HEADERS[:2])).status_code == 204

    assert [i.response.status for i in kept(recorder)] == [204]


def test_app_that_writes_and_closes(open_recorder: Open) -> None:
    closed: list[bool] = []

    class Chunks:
        def __iter__(self) -> Iterator[bytes]:
            yield b"b"

        def close(self) -> None:
            closed.append(True)

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        start_response("200 OK", [])(b"a")
        return Chunks()

    recorder = open_recorder()

    assert wsgi.called(Inbound(recorder).wsgi(app), "POST", CALLBACK, HEADERS, TOLD)[2] == b"ab"

    assert closed == [True]
    assert kept(recorder)[0].response.body == b"ab"


def test_body_of_unknown_length_is_read_where_the_server_ends_it(open_recorder: Open) -> None:
    recorder = open_recorder()
    by = by_wsgi(Inbound(recorder), accepting)
    inner = Inbound(recorder).wsgi

    def chunked(app: Any) -> Any:
        def around(environ: dict[str, Any], start_response: Any) -> Any:
            del environ["CONTENT_LENGTH"]
            environ["wsgi.input_terminated"] = True
            return app(environ, start_response)

        return around

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))]

    assert wsgi.called(chunked(inner(app)), "POST", CALLBACK, HEADERS, TOLD)[2] == TOLD
    limited = Inbound(recorder, largest_body=9).wsgi(app)
    assert wsgi.called(chunked(limited), "POST", CALLBACK, [], TOLD)[0] == 413
    assert by()[0] == 202
    assert len(kept(recorder)) == 2


# ---- ASGI alone


def test_starlette_app_with_work_in_the_background(open_recorder: Open) -> None:
    recorder = open_recorder()
    worked: list[int] = []

    async def told(asked: Asked) -> Answer:
        assert (await asked.json())["value"] == VALUE
        return JSONResponse({}, 202, background=BackgroundTask(lambda: worked.append(recorder.kept)))

    async def stream(asked: Asked) -> Answer:
        return StreamingResponse(iter(["a", "b"]))

    app = Starlette(routes=[Route("/api/calls", told, methods=["POST"]), Route("/stream", stream)])
    around = Inbound(recorder).asgi(app)

    async def talk() -> None:
        async with asgi.lifespan(around):
            assert (await asgi.called(around, "POST", CALLBACK, HEADERS, TOLD))[0] == 202
            assert (await asgi.called(around, "GET", "https://bot.example/stream", [], None))[2] == b"ab"

    asyncio.run(talk())

    assert worked == [1]
    assert [i.response.body for i in kept(recorder)] == [b"{}"]


def test_body_that_comes_in_parts_and_a_client_that_goes_away(open_recorder: Open) -> None:
    recorder = open_recorder()
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append([await receive(), await receive()])
        await PlainTextResponse("ok")(scope, receive, send)

    async def talk() -> None:
        parts = iter(
            [
                {"type": "http.request", "body": TOLD[:5], "more_body": True},
                {"type": "http.request", "body": TOLD[5:]},
                {"type": "http.disconnect"},
            ]
        )
        sent: list[Any] = []

        async def receive() -> Any:
            return next(parts)

        async def send(message: Any) -> None:
            sent.append(message["type"])

        scope = {"type": "http", "method": "POST", "path": "/é", "query_string": b"", "scheme": "https", "headers": []}
        await Inbound(recorder).asgi(app)(scope, receive, send)
        assert sent == ["http.response.start", "http.response.body"]

    asyncio.run(talk())

    assert seen == [[{"type": "http.request", "body": TOLD, "more_body": False}, {"type": "http.disconnect"}]]
    assert [i.request.uri for i in kept(recorder)] == ["https://localhost/%C3%A9"]


def test_app_that_never_answers_leaves_it_unanswered(open_recorder: Open) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None: ...

    recorder = open_recorder()

    with pytest.raises(asgi.NotAsgi):
        asyncio.run(asgi.called(Inbound(recorder).asgi(app), "POST", CALLBACK, HEADERS, TOLD))

    assert recorder.unanswered == 1
    recorder.abandon()


# ---- the proxy


@contextmanager
def serving(app: Any) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as sock, bound_to(sock, app) as loop:
        thread = threading.Thread(target=loop.run)
        thread.start()
        try:
            yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        finally:
            loop.stop()
            thread.join()


def post(url: str, body: bytes = TOLD) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    with closing(http.client.HTTPConnection(parts.netloc, timeout=10)) as connection:
        connection.request("POST", url.partition(parts.netloc)[2], body, dict(HEADERS[:3]))
        answer = connection.getresponse()
        return answer.status, dict(answer.headers), answer.read()


def test_proxy_hands_on_both_ways_and_keeps(open_recorder: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    told: list[dict[str, Any]] = []

    def bot(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        told.append({**environ, "body": environ["wsgi.input"].read()})
        start_response("202 Taken", [("X-Bot", "a"), ("X-Bot", "b"), ("Content-Length", "2")])
        return [b"ok"]

    recorder = open_recorder()
    with serving(bot) as bot_url:
        proxy = Inbound(recorder, public_url="https://tunnel.example").wsgi(in_front_of(bot_url + "/"))
        with serving(proxy) as url:
            status, headers, body = post(url + "/api/calls?a=%C3%A9")

    assert (status, body) == (202, b"ok")
    assert headers["Content-Length"] == "2"
    (seen,) = told
    assert seen["body"] == TOLD
    assert seen["PATH_INFO"].encode("latin-1").decode() + "?" + seen["QUERY_STRING"] == "/api/calls?a=%C3%A9"
    assert seen["HTTP_AUTHORIZATION"] == f"Bearer {TOKEN}"
    assert seen["HTTP_HOST"] == bot_url.removeprefix("http://")
    (interaction,) = kept(recorder)
    assert interaction.request.uri == "https://tunnel.example/api/calls?a=%C3%A9"
    kept_headers = {"X-Bot": ("a", "b"), "Date": interaction.response.headers["Date"]}
    assert interaction.response == Response(202, "Taken", kept_headers, b"ok")


def test_bot_that_is_down_is_502_to_graph_and_kept_as_that(
    open_recorder: Open, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = open_recorder()
    caplog.set_level(logging.WARNING)

    with serving(Inbound(recorder).wsgi(in_front_of("http://127.0.0.1:9"))) as url:
        status, _, body = post(url + "/api/calls")

    assert status == 502
    assert body.startswith(b"the bot at http://127.0.0.1:9 cannot be reached: 127.0.0.1:9: ")
    assert [(i.response.status, i.response.reason) for i in kept(recorder)] == [(502, "Bad Gateway")]
    assert len(caplog.messages) == 1


def test_bot_that_takes_too_long_is_504(open_recorder: Open) -> None:
    def ask(request: Request) -> Response:
        raise TimeoutError("slow")

    recorder = open_recorder()
    app = Inbound(recorder).wsgi(in_front_of("https://bot.example", forward=ask))

    status, _, body = wsgi.called(app, "POST", CALLBACK, HEADERS, TOLD)

    assert (status, body) == (504, b"the bot at https://bot.example cannot be reached: slow\n")
    assert [i.response.status for i in kept(recorder)] == [504]


@pytest.mark.parametrize("given", [[], [("X-Forwarded-Host", "tunnel.example"), ("X-Forwarded-Proto", "https")]])
def test_bot_is_told_whom_graph_asked(given: list[tuple[str, str]]) -> None:
    asked: list[Request] = []

    def ask(request: Request) -> Response:
        asked.append(request)
        return Response(200, None, {}, None)

    wsgi.called(in_front_of("http://bot.example", forward=ask), "POST", "http://proxy.example/a", given, b"x")

    assert asked == [
        Request(
            "POST",
            "http://bot.example/a",
            {
                "X-Forwarded-Host": ("proxy.example",),
                "X-Forwarded-Proto": ("http",),
                "X-Forwarded-For": ("127.0.0.1",),
            }
            | {name: (value,) for name, value in given},
            b"x",
        )
    ]


def test_empty_answer_has_no_length() -> None:
    app = in_front_of("http://bot.example", forward=lambda request: Response(204, None, {}, None))

    assert wsgi.called(app, "GET", "http://x/", [], None) == (204, {}, b"")


def test_url_with_a_path_is_refused() -> None:
    with pytest.raises(UsageError) as refused:
        in_front_of("http://localhost:3978/api/calls")

    assert str(refused.value) == (
        "bot_url: 'http://localhost:3978/api/calls' has a path, and paths are those that Graph asks for: "
        "give 'http://localhost:3978'"
    )
