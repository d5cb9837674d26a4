"""Rules of calling an ASGI app without a socket: what it gets, what counts as its answer, and its lifespan."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import BackgroundTasks, FastAPI, Request
from fastapi.responses import StreamingResponse

from harness.inprocess.asgi import Answer, App, NotAsgi, called, lifespan

URL = "https://bot.example:8443/api%20calls/%C3%BC?tenant=1&x=%20"


def run(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    return asyncio.run(asyncio.wait_for(work(), 10))


def ask(app: App, headers: list[tuple[str, str]] | None = None, body: bytes | None = b"{}", **more: Any) -> Answer:
    answer: Answer = run(lambda: called(app, "POST", URL, headers or [], body, **more))
    return answer


async def answer(send: Any, body: bytes = b"", status: int = 202) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"a", b"1"), (b"a", b"\xfc")]})
    await send({"type": "http.response.body", "body": body})


# ---- the request


def test_app_gets_the_request_as_a_server_gives_it() -> None:
    got: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        got.extend((scope, await receive()))
        await answer(send)

    ask(app, [("Content-Type", "application/json"), ("X-Name", "ü"), ("Content-Length", "99")], state={"db": 1})

    scope, message = got
    assert message == {"type": "http.request", "body": b"{}", "more_body": False}
    assert scope == {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "https",
        "path": "/api calls/ü",
        "raw_path": b"/api%20calls/%C3%BC",
        "query_string": b"tenant=1&x=%20",
        "root_path": "",
        "headers": [
            (b"host", b"bot.example:8443"),
            (b"content-length", b"2"),
            (b"content-type", b"application/json"),
            (b"x-name", "ü".encode()),
        ],
        "client": ("127.0.0.1", 49152),
        "server": ("bot.example", 8443),
        "state": {"db": 1},
        "extensions": {},
    }


def test_url_without_path_and_port_is_the_root_at_the_port_of_its_scheme() -> None:
    got: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        got.append((scope["path"], scope["raw_path"], scope["server"]))
        await answer(send)

    run(lambda: called(app, "POST", "http://bot.example", [], None))

    assert got == [("/", b"/", ("bot.example", 80))]


def test_disconnect_comes_once_the_answer_is_whole() -> None:
    got: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        waiting = asyncio.ensure_future(receive())
        await asyncio.sleep(0)
        got.append(f"told before the answer: {waiting.done()}")
        await answer(send)
        got.append((await waiting)["type"])

    ask(app)

    assert got == ["told before the answer: False", "http.disconnect"]


# ---- the answer


def test_answer_is_status_headers_and_all_parts_of_the_body() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(
            {"type": "http.response.start", "status": 201, "headers": [(b"a", b"1"), (b"b", b"2"), (b"a", b"3")]}
        )
        for part in (b"one ", b"two ", b""):
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body"})

    assert ask(app) == (201, {"a": ("1", "3"), "b": ("2",)}, b"one two ")


def test_fastapi_answers_and_streams() -> None:
    app = FastAPI()

    @app.post("/api calls/{name}")
    async def view(name: str, request: Request) -> StreamingResponse:
        body = await request.body()

        async def parts() -> AsyncIterator[bytes]:
            yield name.encode()
            await asyncio.sleep(0)
            yield body

        return StreamingResponse(parts(), status_code=202)

    status, _, body = ask(app)

    assert (status, body) == (202, "ü{}".encode())


def test_exception_before_the_answer_is_raised() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError("no such tenant")

    with pytest.raises(ValueError, match=r"^no such tenant$"):
        ask(app)


def test_exception_in_the_middle_of_an_answer_is_raised() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 202, "headers": []})
        raise ValueError("lost the thread")

    with pytest.raises(ValueError, match=r"^lost the thread$"):
        ask(app)


async def _nothing(scope: Any, receive: Any, send: Any) -> None:
    pass


async def _no_body(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 202})


async def _body_first(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.body", "body": b""})


async def _started_twice(scope: Any, receive: Any, send: Any) -> None:
    for _ in range(2):
        await send({"type": "http.response.start", "status": 202})


async def _answered_twice(scope: Any, receive: Any, send: Any) -> None:
    for _ in range(2):
        await answer(send)


class _Asgi2:
    """What an app of ASGI 2 returns: to be called with `receive` and `send`."""

    def __repr__(self) -> str:
        return "<instance>"


@pytest.mark.parametrize(
    ("app", "message"),
    [
        (_nothing, "the app returned without an answer"),
        (_no_body, "the app returned before the body of its answer"),
        (_body_first, "the app sent 'http.response.body' before 'http.response.start'"),
        (_started_twice, "the app sent 'http.response.start' after 'http.response.start'"),
        (_answered_twice, "the app sent 'http.response.start' after its answer was whole"),
        (
            lambda scope, receive, send: _Asgi2(),
            "expected an ASGI 3 app, app(scope, receive, send) to be awaited; it returned <instance>",
        ),
    ],
    ids=["nothing", "no body", "body first", "two starts", "two answers", "not awaitable"],
)
def test_what_is_no_asgi_is_said_as_such(app: App, message: str) -> None:
    with pytest.raises(NotAsgi) as refused:
        ask(app)

    assert str(refused.value) == message


# ---- behind the answer


def test_work_behind_the_answer_is_waited_for_unless_somebody_takes_it() -> None:
    done: list[str] = []
    app = FastAPI()

    async def work() -> None:
        await asyncio.sleep(0.01)
        done.append("work")

    @app.post("/{_:path}", status_code=202)
    async def view(later: BackgroundTasks) -> None:
        later.add_task(work)

    async def taken() -> list[str]:
        tasks: list[asyncio.Task[None]] = []
        await called(app, "POST", URL, [], b"", after=tasks.append)
        at_the_answer = list(done)
        await asyncio.gather(*tasks)
        return at_the_answer

    ask(app)
    assert done == ["work"]
    done.clear()
    assert run(taken) == []
    assert done == ["work"]


def test_failure_behind_the_answer_leaves_the_answer_an_answer() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await answer(send)
        raise ValueError("too late")

    async def taken() -> tuple[int, BaseException | None]:
        tasks: list[asyncio.Task[None]] = []
        status, _, _ = await called(app, "POST", URL, [], b"", after=tasks.append)
        return status, tasks[0].exception()

    status, error = run(taken)

    assert (status, str(error)) == (202, "too late")
    with pytest.raises(ValueError, match=r"^too late$"):
        ask(app)


def test_cancelled_call_cancels_the_app() -> None:
    got: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            got.append("cancelled")
            raise

    async def cancelled() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(called(app, "POST", URL, [], b""), 0.01)

    run(cancelled)

    assert got == ["cancelled"]


# ---- lifespan


def test_startup_and_shutdown_surround_the_requests_and_share_their_state() -> None:
    got: list[str] = []

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[dict[str, str]]:
        got.append("startup")
        yield {"db": "open"}
        got.append("shutdown")

    app = FastAPI(lifespan=life)

    @app.post("/{_:path}", status_code=202)
    async def view(request: Request) -> None:
        got.append(request.state.db)

    async def work() -> None:
        async with lifespan(app) as state:
            await called(app, "POST", URL, [], b"", state=state)

    run(work)

    assert got == ["startup", "open", "shutdown"]


async def _only_http(scope: Any, receive: Any, send: Any) -> None:
    assert scope["type"] == "http"
    await answer(send)


async def _any_scope(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await answer(send)


@pytest.mark.parametrize("app", [_only_http, _any_scope, _nothing], ids=["refuses", "answers anything", "returns"])
def test_app_without_lifespan_is_let_be(app: App) -> None:
    async def work() -> dict[str, Any]:
        async with lifespan(app) as state:
            return state

    assert run(work) == {}


def living(startup: Callable[[], None], shutdown: Callable[[], None]) -> FastAPI:
    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        startup()
        yield
        shutdown()

    return FastAPI(lifespan=life)


def fine() -> None:
    pass


def fail() -> None:
    raise ValueError("no database")


@pytest.mark.parametrize(
    ("app", "part"), [(living(fail, fine), "startup"), (living(fine, fail), "shutdown")], ids=["startup", "shutdown"]
)
def test_failure_that_the_app_tells_is_raised_in_its_words(app: App, part: str) -> None:
    async def work() -> None:
        async with lifespan(app):
            pass

    with pytest.raises(RuntimeError, match=rf"(?s)^the {part} of the app failed: Traceback.*ValueError: no database"):
        run(work)


def test_exception_in_startup_is_raised() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        raise ValueError("no database")

    async def work() -> None:
        async with lifespan(app):
            pass

    with pytest.raises(ValueError, match=r"^no database$"):
        run(work)


def test_exception_in_shutdown_is_raised() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        raise ValueError("no goodbye")

    async def work() -> None:
        async with lifespan(app):
            pass

    with pytest.raises(ValueError, match=r"^no goodbye$"):
        run(work)


@pytest.mark.parametrize("part", ["startup", "shutdown"])
def test_lifespan_that_comes_to_no_end_runs_into_the_timeout(part: str) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if part == "shutdown":
            await send({"type": "lifespan.startup.complete"})
        while True:
            await receive()
            await asyncio.sleep(0.001)

    async def work() -> None:
        async with lifespan(app, timeout=0.02):
            pass

    with pytest.raises(TimeoutError, match=rf"^the app was not done with its {part} within 0\.02 s$"):
        run(work)


def test_app_that_does_not_return_after_its_shutdown_is_cancelled() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        await asyncio.sleep(60)

    async def work() -> int:
        async with lifespan(app):
            pass
        return len(asyncio.all_tasks())

    assert run(work) <= 2
