"""How a notification gets to a bot of each kind, and its answer back. `Escaped` is what a bot raised instead."""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
import time
import traceback
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from harness.cassette.format import Response
from harness.delivery.callbacks import Callback, read_callback
from harness.delivery.http import HttpPost
from harness.delivery.loops import GRACE, HeldUp, beside, cancelled, name_of, on_loop, running_loop, too_late
from harness.delivery.outbox import Notification
from harness.delivery.told import read_answer, response, told
from harness.errors import HarnessError, UsageError, named
from harness.frames import since_users, up_to_users
from harness.inprocess import asgi, wsgi

Note = Callable[[str, BaseException], None]


class Way(Protocol):
    """How one bot is told. Raises: OSError, http.client.HTTPException when there is no answer; what the bot raises."""

    def __call__(self, notification: Notification, /) -> Response: ...

    def close(self) -> list[str]:
        """The names of work that was cancelled."""
        ...


@dataclass(frozen=True, slots=True)
class Escaped:
    """An exception that a bot let out: counted as answer 500. doing: the notification, or what the loop says of it."""

    bot: str
    doing: str
    error: BaseException

    def __str__(self) -> str:
        return f"bot {self.bot!r}, {self.doing}: {named(self.error)}"

    @property
    def traceback(self) -> str:
        """From the bot's own code on, without the server and the frameworks that called it."""
        trace = since_users(self.error.__traceback__)
        if isinstance(self.error, HarnessError):
            trace = up_to_users(trace)
        return "".join(traceback.format_exception(type(self.error), self.error, trace))


class BotRaised(Exception):
    """A bot let an exception out instead of answering."""

    def __init__(self, bot: str, error: BaseException) -> None:
        self.bot = bot
        self.error = error
        super().__init__(bot, error)


class StartupFailed(HarnessError):
    """An ASGI app did not start."""

    def __init__(self, bot: str, error: BaseException) -> None:
        self.error = error
        super().__init__(f"bot {bot!r} did not start: {named(error)}")


class Direct:
    """A WSGI app or a plain function: called on the thread that posts. What comes too late counts as no answer."""

    def __init__(self, bot: Any, *, name: str, timeout: float | None) -> None:
        self._bot = bot
        self._name = name
        self._timeout = timeout

    def __call__(self, notification: Notification) -> Response:
        began = time.monotonic()
        try:
            returned = self._called(notification)
        except (Exception, SystemExit) as error:
            raise BotRaised(self._name, error) from error
        if self._timeout is not None and time.monotonic() - began > self._timeout:
            raise TimeoutError(too_late(self._name, self._timeout))
        return self._read(returned)

    def _called(self, n: Notification) -> Any:
        return wsgi.called(self._bot, "POST", n.callback_uri, n.headers.items(), n.body)

    def _read(self, returned: Any) -> Response:
        return response(*returned)

    def close(self) -> list[str]:
        return []


class DirectFunction(Direct):
    """A plain function."""

    def _called(self, n: Notification) -> Any:
        return self._bot(told(n))

    def _read(self, returned: Any) -> Response:
        if inspect.isawaitable(returned):
            if inspect.iscoroutine(returned):
                returned.close()
            raise UsageError(f"bot {self._name!r} returned something to be awaited: say kind='async-callable'")
        return read_answer(returned, self._name)


class OnLoop:
    """An async function, told on the loop it lives on."""

    def __init__(self, bot: Any, *, name: str, timeout: float | None, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.name = name
        self._bot = bot
        self._timeout = timeout

    def __call__(self, notification: Notification) -> Response:
        try:
            return on_loop(self.loop, lambda: self._asked(notification), bot=self.name, timeout=self._timeout)
        except (asyncio.CancelledError, concurrent.futures.CancelledError) as error:
            raise BotRaised(self.name, error) from error

    async def _asked(self, notification: Notification) -> Response:
        try:
            returned = await self._bot(told(notification))
        except (Exception, SystemExit) as error:
            raise BotRaised(self.name, error) from error
        return read_answer(returned, self.name)

    def close(self) -> list[str]:
        return []


class OnLoopAsgi(OnLoop):
    """An ASGI app between its startup and its shutdown, and what it still does behind its answers."""

    def __init__(
        self, app: asgi.App, *, name: str, timeout: float | None, loop: asyncio.AbstractEventLoop, note: Note
    ) -> None:
        super().__init__(app, name=name, timeout=timeout, loop=loop)
        self._note = note
        self._patience = None if timeout is None else 2 * timeout + GRACE  # beyond that of the lifespan itself
        self._life: AbstractAsyncContextManager[dict[str, Any]] = asgi.lifespan(app, timeout=timeout)
        self._is_failure_told = False
        self._behind: set[asyncio.Task[None]] = set()
        if running_loop() is loop:
            self._startup = loop.create_task(self._started())
            return
        self._startup = on_loop(loop, self._starting, bot=name, timeout=self._patience)
        on_loop(loop, self._state, bot=name, timeout=self._patience)

    async def _starting(self) -> asyncio.Task[dict[str, Any]]:
        return asyncio.ensure_future(self._started())

    async def _started(self) -> dict[str, Any]:
        return await self._life.__aenter__()

    async def _state(self) -> dict[str, Any]:
        try:
            return await asyncio.shield(self._startup)
        except Exception as error:
            self._is_failure_told = True
            raise StartupFailed(self.name, error) from error

    async def _asked(self, notification: Notification) -> Response:
        state = await self._state()

        def after(task: asyncio.Task[None]) -> None:
            task.set_name(f"bot {self.name!r} behind its answer to {notification.label}")
            self._behind.add(task)
            task.add_done_callback(self._ended)

        headers = notification.headers.items()
        url, body = notification.callback_uri, notification.body
        try:
            answer = await asgi.called(self._bot, "POST", url, headers, body, state=state, after=after)
        except Exception as error:
            raise BotRaised(self.name, error) from error
        return response(*answer)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._behind.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._note(task.get_name(), error)

    def close(self) -> list[str]:
        if self.loop.is_closed():
            return []
        if running_loop() is self.loop:  # nobody can wait for it here; the loop's own end does
            self._closing = self.loop.create_task(self._closed())
            return sorted(map(name_of, self._behind))
        try:
            return on_loop(self.loop, self._closed, bot=self.name, timeout=self._patience)
        except TimeoutError:
            return [f"bot {self.name!r}: its event loop is kept busy, and nothing could be shut down"]

    async def _closed(self) -> list[str]:
        names = sorted(map(name_of, self._behind))
        for task in self._behind:
            task.remove_done_callback(self._ended)
        await cancelled(set(self._behind), self._note)
        await self._ended_life()
        return names

    async def _ended_life(self) -> None:
        if not self._startup.done():
            await cancelled({self._startup}, self._note)
        elif self._startup.cancelled():
            return
        elif (error := self._startup.exception()) is not None:
            if not self._is_failure_told:
                self._note("in its startup", error)
        else:
            try:
                await self._life.__aexit__(None, None, None)
            except Exception as failure:
                self._note("in its shutdown", failure)


class ByUrl:
    """A bot at a URL: its origin and the path of the callback URI, or exactly the URL where that has a path.

    loop: the one that was running where the bot was added, and that may be what serves it.
    """

    def __init__(self, url: Callback, post: HttpPost, loop: asyncio.AbstractEventLoop | None) -> None:
        self._url = url
        self._post = post
        self._loop = loop

    def __call__(self, notification: Notification) -> Response:
        callback = self._url
        if self._url.path in ("", "/") and not self._url.query:
            asked = read_callback(notification.callback_uri)
            callback = Callback(self._url.origin, asked.path, asked.query)
        return beside(
            self._loop, lambda: hinting(lambda: self._post.answer(notification, callback), callback.shown_origin)
        )

    def close(self) -> list[str]:
        self._post.close()
        return []


def hinting(post: Callable[[], Response], origin: str) -> Response:
    """Post. Raises: HeldUp where a loop is kept waiting meanwhile: no answer in time may be its doing."""
    try:
        return post()
    except TimeoutError as error:
        if running_loop() is None:
            raise TimeoutError(f"{origin} did not answer in time: {error}") from error
        raise HeldUp(
            f"{origin} did not answer in time; if the event loop that runs here serves it, it could not: "
            "await graph.adrain() instead"
        ) from error
