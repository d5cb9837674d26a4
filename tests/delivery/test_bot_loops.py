"""Rules of bots on event loops: nobody waits for ever, work behind an answer goes on, nothing that fails is lost."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
import requests
import responses
from aiohttp import web
from aiohttp.test_utils import RawTestServer
from fastapi import BackgroundTasks, FastAPI, Request

from harness.delivery.bots import OnOwnLoop, StartupFailed, Told
from harness.delivery.clock import VirtualClock
from harness.delivery.loops import HeldUp
from harness.errors import UsageError
from harness.inprocess import wsgi
from harness.server import Settings, WorldSettings, create_app
from tests.delivery.posting import CALLBACK, Rig, bots
from tests.delivery.test_http import Bot, running

CALLS = "https://graph.microsoft.com/v1.0/communications/calls"
HEADERS = [("Authorization", "Bearer opaque"), ("Content-Type", "application/json")]


def run(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    return asyncio.run(asyncio.wait_for(work(), 20))


def app_of(told: Callable[..., Any]) -> FastAPI:
    app = FastAPI()
    app.post("/api/calls", status_code=202)(told)
    return app


# ---- calling back while being told


class Fake:
    """A fake in process whose notifications go to the bots; `get` asks it for a call as a bot would."""

    def __init__(self, rig: Rig) -> None:
        self.clock = VirtualClock()
        self.app = create_app(Settings(world=WorldSettings(seed=1)), post=rig.bots, clock=self.clock)
        self.call = ""

    def create(self) -> str:
        body = b'{"callbackUri": "https://bot.example/api/calls", "targets": [{"identity": {"user": {"id": "adele"}}}]}'
        status, _, answer = wsgi.called(self.app, "POST", CALLS, HEADERS, body)
        assert status == 201, answer
        return str(json.loads(answer)["id"])

    def get(self, _: Any = None) -> int:
        return wsgi.called(self.app, "GET", f"{CALLS}/{self.call}", HEADERS, None)[0]

    def drain(self) -> None:
        self.call = self.create()
        self.clock.drain()


KINDS = pytest.mark.parametrize("is_app", [True, False], ids=["ASGI", "async function"])
WAYS = pytest.mark.parametrize("blocks", [True, False], ids=["blocking", "awaiting"])


def calling_back(fake: Callable[[], Fake], got: list[int], *, is_app: bool, blocks: bool) -> Any:
    """A bot that reads the call while it is told of it: on its loop, or from a thread that it awaits."""

    async def call_back() -> None:
        got.append(fake().get() if blocks else await asyncio.to_thread(fake().get))

    async def view(_: Request) -> None:
        await call_back()

    async def function(_: Told) -> None:
        await call_back()

    return app_of(view) if is_app else function


@KINDS
@WAYS
def test_bot_on_the_loop_of_the_bots_may_call_back(is_app: bool, blocks: bool) -> None:
    got: list[int] = []
    with bots() as rig:
        fake = Fake(rig)
        rig.add(calling_back(lambda: fake, got, is_app=is_app, blocks=blocks))

        fake.drain()

    assert set(got) == {200}
    assert {status for status, _, _ in rig.told} == {202}


@KINDS
@WAYS
def test_bot_on_the_loop_of_the_test_may_call_back_while_time_is_moved_elsewhere(is_app: bool, blocks: bool) -> None:
    got: list[int] = []

    async def test() -> Rig:
        with bots() as rig:
            fake = Fake(rig)
            rig.add(calling_back(lambda: fake, got, is_app=is_app, blocks=blocks))
            await asyncio.to_thread(fake.drain)
            await rig.bots.aclose()
        return rig

    rig = run(test)

    assert set(got) == {200}
    assert {status for status, _, _ in rig.told} == {202}


def test_bot_may_call_back_by_requests_while_it_is_told() -> None:
    """Synchronously, on the loop it lives on, into a fake that requests are led to."""
    got: list[int] = []

    async def bot(_: Told) -> None:
        got.append(requests.get(f"{CALLS}/{fake.call}", headers=dict(HEADERS), timeout=10).status_code)

    def graph(request: Any) -> tuple[int, dict[str, str], bytes]:
        status, _, body = wsgi.called(fake.app, request.method, request.url, request.headers.items(), request.body)
        return status, {}, body

    with bots() as rig, responses.RequestsMock() as mock:
        fake = Fake(rig)
        rig.add(bot)
        fake.call = fake.create()
        mock.add_callback(responses.GET, f"{CALLS}/{fake.call}", graph)
        fake.clock.drain()

    assert set(got) == {200}


@KINDS
def test_posting_from_the_bots_own_loop_is_refused_with_the_remedy(is_app: bool) -> None:
    async def test() -> Rig:
        with bots() as rig:
            rig.add(app_of(lambda: None) if is_app else _accepting, "mine")
            for posting in (rig.post, rig.bots.refuse_on_own_loop):
                with pytest.raises(OnOwnLoop) as refused:
                    posting()
                assert str(refused.value) == (
                    "bot 'mine' lives on the event loop that runs here, and cannot answer while it is kept waiting: "
                    "await graph.adrain() instead"
                )
            await asyncio.to_thread(rig.bots.refuse_on_own_loop)
            await rig.bots.aclose()
        return rig

    assert run(test).told == []


def test_bot_on_the_loop_of_the_bots_is_told_from_any_loop() -> None:
    with bots() as rig:
        rig.add(_accepting)

        async def test() -> int:
            rig.bots.refuse_on_own_loop()
            return rig.post()

        assert run(test) == 202


async def _accepting(_: Told) -> None:
    pass


def test_bot_is_told_while_its_loop_rests() -> None:
    """As between two tests of pytest-asyncio, when a fixture of the plain kind is torn down."""
    loop = asyncio.new_event_loop()
    shut: list[str] = []

    async def adding(rig: Rig) -> None:
        rig.add(living(shut), "app", callback="https://app.example")
        rig.add(_accepting, "function", callback="https://function.example")

    with bots() as rig:
        loop.run_until_complete(adding(rig))

        assert [rig.post("https://app.example/api/calls"), rig.post("https://function.example")] == [202, 202]
        rig.bots.close()
    loop.close()

    assert shut == ["startup", "open", "shutdown"]


def test_bot_served_by_the_loop_that_added_it_is_told_while_that_loop_rests() -> None:
    loop = asyncio.new_event_loop()

    async def accepting(request: web.BaseRequest) -> web.Response:
        return web.Response(status=202)

    async def serving(rig: Rig) -> RawTestServer:
        server = RawTestServer(accepting)
        await server.start_server()
        rig.add(str(server.make_url("/api/calls")))
        return server

    with bots(timeout=5) as rig:
        server = loop.run_until_complete(serving(rig))

        assert rig.post() == 202
        assert loop.run_until_complete(asyncio.to_thread(rig.post)) == 202

        loop.run_until_complete(server.close())
    loop.close()


def test_bot_on_a_closed_loop_is_refused() -> None:
    with bots() as rig:

        async def adding() -> None:
            rig.add(_accepting, "mine")

        run(adding)

        with pytest.raises(UsageError) as refused:
            rig.post()

    assert str(refused.value) == (
        "bot 'mine' lives on an event loop that is closed: add the bot on the loop that runs the test"
    )


# ---- time


def slow(told: Any) -> Any:
    return asyncio.sleep(60)


def stuck(told: Any) -> Any:
    time.sleep(0.2)
    return asyncio.sleep(0)


@pytest.mark.parametrize(
    ("waiting", "is_resting"),
    [(slow, False), (stuck, False), (slow, True)],
    ids=["awaits", "blocks its loop", "on a loop that rests"],
)
def test_bot_that_does_not_answer_in_time_gave_no_answer(waiting: Any, is_resting: bool) -> None:
    got: list[str] = []

    async def bot(told: Told) -> None:
        try:
            await waiting(told)
        except asyncio.CancelledError:
            got.append("cancelled")
            raise

    async def adding(rig: Rig) -> None:
        rig.add(bot)

    loop = asyncio.new_event_loop()
    with bots(timeout=0.05) as rig:
        if is_resting:
            loop.run_until_complete(adding(rig))
        else:
            rig.add(bot)

        with pytest.raises(TimeoutError) as late:
            rig.post()
    loop.close()

    assert str(late.value) == "bot 'b' did not answer within 0.05 s"
    assert rig.told == [(None, None, "TimeoutError: bot 'b' did not answer within 0.05 s")]
    assert got == ["cancelled"]


def test_timeout_of_the_bot_itself_is_the_bots() -> None:
    async def bot(_: Told) -> None:
        raise TimeoutError("the database")

    with bots() as rig:
        rig.add(bot)

        assert rig.post() == 500

    assert rig.told == [(500, None, "TimeoutError: the database")]


def test_bot_that_cancels_itself_is_answer_500() -> None:
    async def bot(_: Told) -> None:
        raise asyncio.CancelledError

    with bots() as rig:
        rig.add(bot)

        assert rig.post() == 500

    assert [str(e) for e in rig.bots.errors] == ["bot 'b', updated /communications/calls/a: CancelledError: "]


def test_silent_url_says_what_to_do_where_a_loop_is_kept_waiting() -> None:
    hold = threading.Event()

    class Silent(Bot):
        def finish_request(self, *_: Any) -> None:
            hold.wait(10)

    with bots(timeout=0.05) as rig, running(Silent()) as silent:
        rig.add(f"http://127.0.0.1:{silent.port}")

        async def test() -> None:
            rig.post()

        with pytest.raises(HeldUp) as on_a_loop:
            run(test)
        with pytest.raises(TimeoutError) as elsewhere:
            rig.post()
        hold.set()

    origin = f"http://127.0.0.1:{silent.port}"
    assert str(on_a_loop.value) == (
        f"{origin} did not answer in time; if the event loop that runs here serves it, it could not: "
        "await graph.adrain() instead"
    )
    assert str(elsewhere.value) == f"{origin} did not answer in time: timed out"


# ---- behind the answer


def test_work_behind_an_answer_goes_on_until_the_bots_are_closed() -> None:
    done = threading.Event()

    async def work() -> None:
        await asyncio.sleep(0.01)
        done.set()

    async def view(later: BackgroundTasks) -> None:
        later.add_task(work)

    with bots() as rig:
        rig.add(app_of(view))

        assert rig.post() == 202
        assert done.wait(10)

    assert rig.bots.leftovers == []


def test_work_that_is_left_is_cancelled_and_named() -> None:
    got: list[str] = []
    begun = threading.Semaphore(0)

    async def work(name: str) -> None:
        begun.release()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            got.append(name)
            raise

    kept: list[Any] = []

    async def function(_: Told) -> None:
        kept.append(asyncio.create_task(work("task"), name="ring adele"))

    async def view(later: BackgroundTasks) -> None:
        later.add_task(work, "background")

    with bots() as rig:
        rig.add(function, "function", callback="https://function.example")
        rig.add(app_of(view), "app", callback=CALLBACK.split("?")[0])
        assert [rig.post("https://function.example"), rig.post()] == [202, 202]
        assert all(begun.acquire(timeout=10) for _ in range(2))

    assert sorted(got) == ["background", "task"]
    assert rig.bots.leftovers == [
        "bot 'app' behind its answer to updated /communications/calls/a (_awaited)",
        "ring adele (test_work_that_is_left_is_cancelled_and_named.<locals>.work)",
    ]
    assert rig.bots.errors == []


def test_what_fails_behind_an_answer_is_kept() -> None:
    failed = threading.Semaphore(0)

    async def work() -> None:
        failed.release()
        raise ValueError("too late")

    async def view(later: BackgroundTasks) -> None:
        later.add_task(work)

    async def function(_: Told) -> None:
        asyncio.create_task(work())  # noqa: RUF006 - lost, as a bot may lose it

    with bots() as rig:
        rig.add(function, "function", callback="https://function.example")
        rig.add(app_of(view), "app", callback=CALLBACK.split("?")[0])
        assert [rig.post("https://function.example"), rig.post()] == [202, 202]
        assert all(failed.acquire(timeout=10) for _ in range(2))
        gc.collect()

    assert sorted(map(str, rig.bots.errors)) == [
        "bot 'app', bot 'app' behind its answer to updated /communications/calls/a: ValueError: too late",
        "bot 'function or app', Task exception was never retrieved: ValueError: too late",
    ]
    assert rig.bots.leftovers == []


def test_work_that_calls_for_the_end_of_the_process_leaves_the_loop_to_the_others() -> None:
    left = threading.Event()

    async def work() -> None:
        left.set()
        sys.exit(3)

    kept: list[Any] = []

    async def function(_: Told) -> None:
        if not kept:
            kept.append(asyncio.create_task(work()))

    with bots() as rig:
        rig.add(function)
        assert rig.post() == 202
        assert left.wait(10)
        assert rig.post() == 202

    assert [str(e) for e in rig.bots.errors] == ["bot 'b', in a task that it left behind: SystemExit: 3"]
    assert rig.bots.leftovers == []


def test_what_work_raises_when_it_is_cancelled_is_kept() -> None:
    begun = threading.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            raise ValueError("cannot hang up")

    kept: list[Any] = []

    async def function(_: Told) -> None:
        kept.append(asyncio.create_task(work(), name="hang up"))

    with bots() as rig:
        rig.add(function)
        rig.post()
        assert begun.wait(10)

    (error,) = rig.bots.errors
    assert error.doing.startswith("hang up (test_what_work_raises")
    assert error.doing.endswith("), when it was cancelled")
    assert str(error.error) == "cannot hang up"


def test_no_thread_is_left_behind() -> None:
    before = set(threading.enumerate())
    with bots() as rig:
        rig.add(_accepting)
        rig.add(_accepting, "other")
        (own,) = (t for t in set(threading.enumerate()) - before if t.name == "graph-bots")
        assert own.is_alive()

    assert not own.is_alive()


# ---- startup and shutdown


def living(got: list[str], *, startup: Exception | None = None, shutdown: Exception | None = None) -> FastAPI:
    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[dict[str, str]]:
        got.append("startup")
        if startup is not None:
            raise startup
        yield {"db": "open"}
        got.append("shutdown")
        if shutdown is not None:
            raise shutdown

    app = FastAPI(lifespan=life)

    @app.post("/api/calls", status_code=202)
    async def view(request: Request) -> None:
        got.append(request.state.db)

    return app


def test_app_starts_before_it_is_told_and_shuts_down_with_the_bots() -> None:
    got: list[str] = []
    with bots() as rig:
        rig.add(living(got))
        assert got == ["startup"]
        rig.post()
        rig.post()

    assert got == ["startup", "open", "open", "shutdown"]


@pytest.mark.parametrize("awaits_closing", [True, False], ids=["awaited", "not awaited"])
def test_app_on_the_loop_of_the_test_starts_and_shuts_down_there(awaits_closing: bool) -> None:
    got: list[str] = []

    async def test() -> None:
        with bots() as rig:
            rig.add(living(got))
            await asyncio.to_thread(rig.post)
            if awaits_closing:
                await rig.bots.aclose()
            else:
                rig.bots.close()
                await asyncio.sleep(0.05)

    run(test)

    assert got == ["startup", "open", "shutdown"]


def test_app_that_does_not_start_is_not_added() -> None:
    with bots() as rig, pytest.raises(StartupFailed) as failed:
        rig.add(living([], startup=ValueError("no database")))

    assert str(failed.value).startswith("bot 'b' did not start: RuntimeError: the startup of the app failed: Traceback")
    assert str(failed.value).rstrip().endswith("ValueError: no database")


@pytest.mark.parametrize("is_told", [True, False], ids=["told", "never told"])
def test_app_that_does_not_start_on_the_loop_of_the_test_is_said_so(is_told: bool) -> None:
    async def test() -> Rig:
        with bots() as rig:
            rig.add(living([], startup=ValueError("no database")))
            if is_told:
                with pytest.raises(StartupFailed):
                    await asyncio.to_thread(rig.post)
            await asyncio.sleep(0.05)
            await rig.bots.aclose()
        return rig

    rig = run(test)

    assert [e.doing for e in rig.bots.errors] == ([] if is_told else ["in its startup"])


def test_app_that_calls_for_the_end_of_the_process_does_not_start() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        sys.exit("no database")

    with bots() as rig, pytest.raises(StartupFailed) as failed:
        rig.add(app)

    assert str(failed.value) == (
        "bot 'b' did not start: Exited: the app called for the end of the process: SystemExit('no database')"
    )


def test_app_that_fails_between_startup_and_shutdown_is_said_so() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        raise ValueError("lost the database")

    with bots() as rig:
        rig.add(app)

    assert [str(e) for e in rig.bots.errors] == ["bot 'b', in its shutdown: ValueError: lost the database"]


def test_failing_shutdown_is_kept() -> None:
    with bots() as rig:
        rig.add(living([], shutdown=ValueError("cannot close")))
    gc.collect()  # which is when a task says that nobody looked at its end

    (error,) = rig.bots.errors
    assert (error.bot, error.doing, "ValueError: cannot close" in str(error)) == ("b", "in its shutdown", True)


def test_bot_that_keeps_its_loop_busy_is_left_behind_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.delivery.loops.GRACE", 0.02)
    monkeypatch.setattr("harness.delivery.ways.GRACE", 0.02)
    go_on = threading.Event()

    async def view(_: Request) -> None:
        go_on.wait(10)

    with bots(timeout=0.02) as rig:
        rig.add(app_of(view))
        with pytest.raises(TimeoutError):
            rig.post()
    go_on.set()

    assert rig.bots.leftovers == [
        "bot 'b': its event loop is kept busy, and nothing could be shut down",
        "graph-bots: its event loop is kept busy and cannot be stopped",
    ]


def test_bot_that_waits_for_the_loop_is_not_tried_again() -> None:
    """Each attempt would take as long as the bot may."""
    hold = threading.Event()

    class Silent(Bot):
        def finish_request(self, *_: Any) -> None:
            hold.wait(10)

    with bots(timeout=0.05) as rig, running(Silent()) as silent:
        fake = Fake(rig)
        rig.add(f"http://127.0.0.1:{silent.port}")

        async def test() -> None:
            fake.create()
            fake.clock.drain()

        with pytest.raises(HeldUp):
            run(test)
        hold.set()

    assert [problem is not None for _, _, problem in rig.told] == [True]
