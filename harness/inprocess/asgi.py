"""An ASGI 3 app called in process, and its lifespan. An app of ASGI 2, called twice, is refused as being none.

As behind a server, the answer is there when its last part was sent: what the app does after that is its own time.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Final
from urllib.parse import unquote, urlsplit

Message = MutableMapping[str, Any]
App = Callable[[Any, Any, Any], Awaitable[None]]
Answer = tuple[int, dict[str, tuple[str, ...]], bytes]

_ASGI: Final = {"version": "3.0", "spec_version": "2.4"}
_LIFESPAN: Final = {"version": "3.0", "spec_version": "2.0"}
_CLIENT: Final = ("127.0.0.1", 49152)


class NotAsgi(RuntimeError):
    """An app does what ASGI does not know."""


class Exited(RuntimeError):
    """An app raised SystemExit, as `sys.exit` does."""


async def called(
    app: App,
    method: str,
    url: str,
    headers: Iterable[tuple[str, str]],
    body: bytes | None,
    *,
    state: MutableMapping[str, Any] | None = None,
    after: Callable[[asyncio.Task[None]], None] | None = None,
) -> Answer:
    """Status, headers and body of an app's answer to a request for an absolute URL.

    state: of the app's lifespan; the app gets a copy. after: takes the app's task once the answer is whole, for it may
    go on (work in the background) and fail; without it, its end is waited for.
    Raises: what the app raises before its answer is whole; NotAsgi. Cancelled, it cancels the app.
    """
    exchange = _Exchange(body or b"")
    scope = _scope(method, url, headers, body or b"", state)
    task = asyncio.ensure_future(_awaited(app, scope, exchange.receive, exchange.send))
    whole = asyncio.ensure_future(exchange.is_over.wait())
    try:
        await asyncio.wait((task, whole), return_when=asyncio.FIRST_COMPLETED)
        if after is None and whole.done():
            await asyncio.wait((task,))
    except BaseException:
        task.cancel()
        await asyncio.wait((task,))
        raise
    finally:
        whole.cancel()
    if after is not None and exchange.is_over.is_set():
        after(task)
    else:
        task.result()
    return exchange.answer()


@asynccontextmanager
async def lifespan(app: App, *, timeout: float | None = 10.0) -> AsyncIterator[dict[str, Any]]:
    """The time between an app's startup and its shutdown; the state that requests get. Apps that know none have none.

    timeout: seconds for the one and for the other. Raises: what the app raises; RuntimeError with the words of an app
    that says it failed; TimeoutError.
    """
    life = _Life()
    scope = {"type": "lifespan", "asgi": dict(_LIFESPAN), "state": life.state}
    task = asyncio.ensure_future(_awaited(app, scope, life.receive, life.send))
    try:
        if not await _reached(life.started, task, "startup", timeout):
            error = task.exception()
            if error is not None and life.was_told and not isinstance(error, NotAsgi):
                raise error
        elif life.failure is not None:
            with suppress(Exception):
                await asyncio.wait_for(asyncio.shield(task), timeout)
            life.raise_failure("startup")
        yield life.state
        if not task.done():
            life.leave.set()
            await _reached(life.ended, task, "shutdown", timeout)
            life.raise_failure("shutdown")
            if not life.ended.is_set():
                task.result()
        elif life.started.is_set() and not task.cancelled():
            task.result()  # it left before it was told to
    finally:
        if not task.done():
            # An app that has said its last word is given the moment to return.
            await asyncio.wait((task,), timeout=0.1 if life.ended.is_set() else 0)
            task.cancel()
            await asyncio.wait((task,), timeout=timeout)
        if life.failure is not None and task.done() and not task.cancelled():
            task.exception()  # what the app has told in its own words is no error that nobody looked at


class _Exchange:
    """One request and its answer, as the app's two callables see them."""

    def __init__(self, body: bytes) -> None:
        self.is_over = asyncio.Event()
        self._unread: bytes | None = body
        self._start: Message | None = None
        self._parts: list[bytes] = []

    async def receive(self) -> Message:
        if self._unread is not None:
            body, self._unread = self._unread, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self.is_over.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.start" and self._start is None:
            self._start = message
        elif kind == "http.response.body" and self._start is not None and not self.is_over.is_set():
            self._parts.append(bytes(message.get("body", b"")))
            if not message.get("more_body", False):
                self.is_over.set()
        else:
            raise NotAsgi(f"the app sent {kind!r} {self._moment()}")

    def answer(self) -> Answer:
        if self._start is None:
            raise NotAsgi("the app returned without an answer")
        if not self._parts:
            raise NotAsgi("the app returned before the body of its answer")
        headers: dict[str, tuple[str, ...]] = {}
        for name, value in self._start.get("headers", ()):
            text = bytes(name).decode("latin-1")
            headers[text] = (*headers.get(text, ()), bytes(value).decode("latin-1"))
        return int(self._start["status"]), headers, b"".join(self._parts)

    def _moment(self) -> str:
        if self._start is None:
            return "before 'http.response.start'"
        return "after its answer was whole" if self.is_over.is_set() else "after 'http.response.start'"


class _Life:
    """A lifespan as the app's two callables see it."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = {}
        self.started = asyncio.Event()
        self.leave = asyncio.Event()
        self.ended = asyncio.Event()
        self.was_told = False
        self.failure: str | None = None

    async def receive(self) -> Message:
        if not self.was_told:
            self.was_told = True
            return {"type": "lifespan.startup"}
        await self.leave.wait()
        return {"type": "lifespan.shutdown"}

    async def send(self, message: Message) -> None:
        part, _, outcome = message["type"].removeprefix("lifespan.").partition(".")
        if part not in ("startup", "shutdown") or outcome not in ("complete", "failed"):
            raise NotAsgi(f"the app sent {message['type']!r} in its lifespan")
        if outcome == "failed":
            self.failure = message.get("message") or "no reason was given"
        (self.started if part == "startup" else self.ended).set()

    def raise_failure(self, part: str) -> None:
        if self.failure is not None:
            raise RuntimeError(f"the {part} of the app failed: {self.failure}")


async def _reached(event: asyncio.Event, task: asyncio.Task[None], part: str, timeout: float | None) -> bool:
    """Wait for an event, or for the end of the app, whichever comes first; whether it was the event."""
    waiting = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait((waiting, task), timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
    if not event.is_set() and not task.done():
        raise TimeoutError(f"the app was not done with its {part} within {timeout:g} s")
    return event.is_set()


async def _awaited(app: App, scope: Message, receive: Any, send: Any) -> None:
    result = app(scope, receive, send)
    if not inspect.isawaitable(result):
        raise NotAsgi(f"expected an ASGI 3 app, app(scope, receive, send) to be awaited; it returned {result!r}")
    try:
        await result
    except SystemExit as leaving:
        # Out of a task it would end the event loop, and everything that waits there would wait for ever.
        raise Exited(f"the app called for the end of the process: SystemExit({leaving.code!r})") from leaving


def _scope(
    method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes, state: MutableMapping[str, Any] | None
) -> Message:
    parts = urlsplit(url)
    path = parts.path or "/"
    given = [(name.lower().encode("latin-1"), value.encode()) for name, value in headers]
    own = [(b"host", parts.netloc.rpartition("@")[2].encode()), (b"content-length", str(len(body)).encode())]
    replaced = [name for name, _ in own] + [b"transfer-encoding"]
    return {
        "type": "http",
        "asgi": dict(_ASGI),
        "http_version": "1.1",
        "method": method.upper(),
        "scheme": parts.scheme,
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": own + [(name, value) for name, value in given if name not in replaced],
        "client": _CLIENT,
        "server": (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)),
        "state": dict(state or {}),
        "extensions": {},
    }
