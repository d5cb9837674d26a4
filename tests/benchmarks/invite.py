"""What one invite costs a bot: through requests, httpx and aiohttp, beside the other ways of having it answered.

    python -m tests.benchmarks.invite [--rounds 15] [--quick]

Everybody takes turns in one run. Each round has a client, and a fake, of its own, made ready and asked once before time
is taken. Every invite goes into a call of its own that is there already, and what it makes due later is never
delivered: it is the request that is measured, and the last invite finds what the first one found. Whoever else answers
gives the same answer, headers and all, that the fake gave to one invite. The floor is a view of a bare Flask app that
returns it as a constant, called through the same interception: it is what Flask and the client take. It is asked at as
many addresses as the fake has calls: clients, and Python, remember the parts of an address that they have seen. vcrpy
and responses know only one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import aiohttp
import httpx
import requests
import responses
import vcr  # type: ignore[import-untyped, unused-ignore]
from flask import Flask

from harness.cassette.format import Direction, Interaction, Request, Response, dumps
from harness.inprocess.wsgi import called
from harness.intercept import from_wsgi, intercepting
from harness.target import FakeApp, opened
from harness.target.opening import Session
from harness.target.serving import served
from tests.benchmarks.measuring import Staged, Times, Work, interleaved

GRAPH: Final = "https://graph.microsoft.com"
PATH: Final = "/v1.0/communications/calls/{}/participants/invite"
HEADERS: Final = {"Authorization": "Bearer any", "Content-Type": "application/json"}
SENT: Final = json.dumps(
    {
        "participants": [{"identity": {"user": {"id": "11111111-1111-4111-8111-111111111111"}}}],
        "clientContext": "22222222-2222-4222-8222-222222222222",
    }
).encode()
CALLBACK: Final = "https://bot.example/api/calls"

INVITE: Final = "fake, in process"
FLOOR: Final = "bare Flask view, in process"
CONSTANT: Final = "constant answer, in process"
STOCK: Final = "vcrpy replay of one interaction"
LOOPBACK: Final = "fake, over loopback"
STATIC: Final = "responses, static answer"
DIRECT: Final = "fake, called as WSGI app"
BARE: Final = "bare Flask view, called as WSGI app"

Asking = Callable[[Sequence[str]], None]
"""Posts the same invite to addresses, one after the other."""


# ---- clients


@contextmanager
def by_requests() -> Iterator[Asking]:
    with requests.Session() as session:

        def ask(urls: Sequence[str]) -> None:
            for url in urls:
                assert session.post(url, data=SENT, headers=HEADERS).json()["id"]

        yield ask


_CERTIFICATES: Final = httpx.create_ssl_context()


@contextmanager
def by_httpx() -> Iterator[Asking]:
    with httpx.Client(verify=_CERTIFICATES) as client:

        def ask(urls: Sequence[str]) -> None:
            for url in urls:
                assert client.post(url, content=SENT, headers=HEADERS).json()["id"]

        yield ask


@contextmanager
def by_aiohttp() -> Iterator[Asking]:
    async def opened() -> aiohttp.ClientSession:
        return aiohttp.ClientSession()

    with asyncio.Runner() as runner:
        session = runner.run(opened())

        async def asked(urls: Sequence[str]) -> None:
            for url in urls:
                async with session.post(url, data=SENT, headers=HEADERS) as response:
                    assert (await response.json())["id"]

        yield lambda urls: runner.run(asked(urls))
        runner.run(session.close())


CLIENTS: Final[dict[str, Callable[[], AbstractContextManager[Asking]]]] = {
    "requests": by_requests,
    "httpx": by_httpx,
    "aiohttp": by_aiohttp,
}


# ---- who answers: each gives the addresses of one invite more than is timed


Answering = Callable[[ExitStack, int], Sequence[str]]


def _same(count: int) -> Sequence[str]:
    return [GRAPH + PATH.format(UUID(int=1, version=4))] * count


def _other(count: int) -> Sequence[str]:
    """Addresses that nobody was asked at before."""
    return [GRAPH + PATH.format(uuid4()) for _ in range(count)]


def fake(app: FakeApp) -> Answering:
    """As the fixture `graph` has it."""

    def answering(stack: ExitStack, count: int) -> Sequence[str]:
        session, calls = _with_calls(stack, app, count)
        session.intercept()
        return [GRAPH + PATH.format(call) for call in calls]

    return answering


def loopback(app: FakeApp) -> Answering:
    """As the fixture `graph_server` has it: in a thread of this process."""

    def answering(stack: ExitStack, count: int) -> Sequence[str]:
        session, calls = _with_calls(stack, app, count)
        url = stack.enter_context(served(session.graph)).url
        return [url + PATH.format(call) for call in calls]

    return answering


def _with_calls(stack: ExitStack, app: FakeApp, count: int) -> tuple[Session, Sequence[str]]:
    """A fresh world with so many calls. Nothing is delivered when it is closed."""
    session = opened("fake", app=app, seed=0, test="invite")
    stack.callback(session.close)
    session.graph.bot(lambda told: None, callback=CALLBACK)
    return session, [session.graph.call().id for _ in range(count)]


def intercepted(respond: Callable[[Request], Response]) -> Answering:
    def answering(stack: ExitStack, count: int) -> Sequence[str]:
        stack.enter_context(intercepting({"graph.microsoft.com": respond}))
        return _other(count)

    return answering


def answer_of(app: FakeApp) -> Response:
    """What the fake says to one invite."""
    with ExitStack() as stack:
        session, (call,) = _with_calls(stack, app, 1)
        asked = Request("POST", GRAPH + PATH.format(call), {n: (v,) for n, v in HEADERS.items()}, SENT)
        return session.graph.answer(asked)


def _headers(answer: Response) -> list[tuple[str, str]]:
    return [(name, value) for name, values in answer.headers.items() for value in values if name != "Content-Length"]


def bare_app(answer: Response) -> Flask:
    app = Flask("bare")
    told, headers = json.loads(answer.body or b""), _headers(answer)

    @app.post(PATH.format("<call_id>"))
    def invite(call_id: str) -> tuple[dict[str, Any], int, list[tuple[str, str]]]:
        return told, 200, headers

    return app


def static(answer: Response) -> Answering:
    headers = dict(_headers(answer))
    kind = headers.pop("Content-Type")

    def answering(stack: ExitStack, count: int) -> Sequence[str]:
        mock = stack.enter_context(responses.RequestsMock())
        mock.post(_same(1)[0], body=answer.body, headers=headers, content_type=kind)
        return _same(count)

    return answering


def stock(folder: Path, answer: Response) -> Answering:
    """One cassette of one interaction, played again and again (`allow_playback_repeats`); the body is not looked at."""
    path = folder / "invite.yaml"
    asked = Request("POST", _same(1)[0], {}, SENT)
    answer = replace(answer, reason="OK")  # vcrpy 8 cannot hand httpx an answer that has none
    path.write_text(dumps([Interaction(Direction.CLIENT_TO_GRAPH, 1, asked, answer)]))

    def answering(stack: ExitStack, count: int) -> Sequence[str]:
        stack.enter_context(vcr.use_cassette(str(path), record_mode="none", allow_playback_repeats=True))
        return _same(count)

    return answering


# ---- contestants


def through(client: Callable[[], AbstractContextManager[Asking]], answering: Answering, count: int) -> Staged:
    @contextmanager
    def stage() -> Iterator[Work]:
        with ExitStack() as stack:
            first, *urls = answering(stack, count + 1)
            ask = stack.enter_context(client())
            ask([first])
            yield lambda: ask(urls)

    return Staged(stage, count)


def directly(app: Any, calls: Callable[[ExitStack, int], Sequence[str]], count: int) -> Staged:
    """Without a client: the app is called as `harness.inprocess` calls it."""

    @contextmanager
    def stage() -> Iterator[Work]:
        with ExitStack() as stack:
            urls = calls(stack, count)

            def work() -> None:
                for url in urls:
                    assert called(app, "POST", url, HEADERS.items(), SENT)[0] == 200

            yield work

    return Staged(stage, count)


def contestants(folder: Path, count: int) -> dict[str, Staged]:
    app = FakeApp()
    answer = answer_of(app)
    bare = bare_app(answer)
    answers: dict[str, Answering] = {
        INVITE: fake(app),
        FLOOR: intercepted(from_wsgi(bare)),
        CONSTANT: intercepted(lambda _: answer),
        STOCK: stock(folder, answer),
        LOOPBACK: loopback(app),
    }

    def addresses(stack: ExitStack, count: int) -> Sequence[str]:
        return [GRAPH + PATH.format(call) for call in _with_calls(stack, app, count)[1]]

    found: dict[str, Staged] = {}
    for name, client in CLIENTS.items():
        all_answers = answers | ({STATIC: static(answer)} if name == "requests" else {})
        found |= {_named(name, who): through(client, answering, count) for who, answering in all_answers.items()}
    return found | {
        DIRECT: directly(app.app, addresses, count),
        BARE: directly(bare, lambda _, count: _other(count), count),
    }


def _named(client: str, who: str) -> str:
    return f"{client}: {who}"


# ---- what is printed


def print_all(times: Times, rounds: int) -> None:
    print(f"one invite; medians of {rounds} rounds")
    print(f"{'':<46}{'µs':>10}{'ratio':>10}")
    for name in times.rounds:
        client = name.partition(":")[0]
        first = _named(client, INVITE) if client in CLIENTS else DIRECT
        print(f"  {name:<44}{times.median(name):>10,.0f}{times.ratio(name, first):>10,.2f}")
    for client in CLIENTS:
        _print_aim(times, client, FLOOR, 1.3)
        _print_aim(times, client, STOCK, 1.2)
    _print_aim(times, "requests", STATIC, 2.0)


def _print_aim(times: Times, client: str, other: str, most: float) -> None:
    ratio = times.ratio(_named(client, INVITE), _named(client, other))
    held = "held" if ratio <= most else "not held"
    print(f"  → {client}, the fake ÷ {other}: {ratio:.2f} (aim: at most {most:g}; {held})")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--quick", action="store_true", help="once or twice: figures that say nothing, for the tests")
    options = parser.parse_args(arguments)
    rounds, count = (1, 2) if options.quick else (options.rounds, 200)
    with tempfile.TemporaryDirectory() as folder:
        print_all(interleaved(contestants(Path(folder), count), rounds), rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
