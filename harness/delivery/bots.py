"""The bots of a test: who gets a notification, and what became of it.

What a bot may be, and what tells the kinds apart, is in `bot_kinds`; how each is reached in `ways`.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from harness.cassette.format import Response
from harness.delivery.bot_kinds import BotKind, kind_of
from harness.delivery.callbacks import Callback, read_callback
from harness.delivery.http import CA, HttpPost, is_loopback
from harness.delivery.loops import LoopThread, OnOwnLoop, refuse_on, running_loop
from harness.delivery.outbox import CallbackRefused, Notification
from harness.delivery.stand_in import StandIn
from harness.delivery.told import BotAnswer, Told, response
from harness.delivery.ways import (
    BotRaised,
    ByUrl,
    Direct,
    DirectFunction,
    Escaped,
    OnLoop,
    OnLoopAsgi,
    StartupFailed,
    Way,
    hinting,
)
from harness.errors import UsageError, named

__all__ = ["BotAnswer", "BotKind", "Bots", "Escaped", "OnOwnLoop", "StartupFailed", "Told"]

OnTold = Callable[[Notification, Response | None, str | None], None]


@dataclass(frozen=True, slots=True)
class _Bot:
    name: str
    callback: Callback | None
    is_only_there: bool
    where: str | None
    kind: BotKind
    app_id: str | None
    way: Way

    @property
    def shown(self) -> str:
        said = (("callback", self.where), ("app", self.app_id))
        return ", ".join(f"{what} {value}" for what, value in said if value) or self.kind

    def is_app(self, app_id: str) -> bool:
        return self.app_id is not None and self.app_id.lower() == app_id.lower()


class Bots:
    """Hands each notification to the bot it is for: a `Post`.

    on_told: takes, after each attempt and on the thread that posts, the notification as posted, and the bot's whole
    answer or the problem; both where an exception escaped from the bot, which counts as answer 500. timeout: seconds
    that a bot has to answer; None: for ever.

    errors: what escaped from bots, also behind their answers. leftovers: names of work that `close` cancelled.
    """

    def __init__(self, *, on_told: OnTold, timeout: float | None = 10.0) -> None:
        self.errors: list[Escaped] = []
        self.leftovers: list[str] = []
        self._on_told = on_told
        self._timeout = timeout
        self._bots: list[_Bot] = []
        self._loopback = HttpPost(timeout=timeout)
        self._lock = threading.Lock()
        self._thread: LoopThread | None = None
        self._is_closed = False

    def add(
        self,
        bot: Any,
        *,
        name: str,
        callback: str | None = None,
        usual_callback: str | None = None,
        app_id: str | None = None,
        ca: CA | None = None,
        kind: str | None = None,
    ) -> None:
        """Name somebody who takes notifications.

        bot: a WSGI or ASGI app, a function of one argument (`Told`), plain or async, a URL, a `responses.RequestsMock`.
        callback: the origin, or origin and beginning of the path, of the callback URIs that are its, and no others.
        usual_callback: the same, but it may be told what goes elsewhere as well; of a URL, its origin unless said
        otherwise. ca: whom an https URL is trusted by. kind: what the bot is, if not plain.
        Raises: UsageError; StartupFailed.
        """
        if self._is_closed:
            raise UsageError(f"bot {name!r} comes too late: the bots are closed")
        if any(each.name == name for each in self._bots):
            raise UsageError(f"bot {name!r} is there already: give each a name of its own")
        told_as = kind_of(bot, kind)
        if ca is not None and not (told_as is BotKind.URL and bot.lower().startswith("https:")):
            raise UsageError(f"ca of bot {name!r}: expected only with an https URL")
        given = usual_callback if callback is None else callback
        own = _callback_of(given, name) if given is not None else None
        if own is None and told_as is BotKind.URL:
            url = _callback_of(bot, name)
            own = Callback(url.origin, "", "")
        way = self._way(bot, told_as, name, ca)
        self._bots.append(_Bot(name, own, callback is not None, given, told_as, app_id, way))

    def __call__(self, notification: Notification) -> int:
        """The status of the bot's answer.

        Raises: CallbackRefused; OSError, http.client.HTTPException when there is no answer; OnOwnLoop, and nothing was
        posted; HeldUp; StartupFailed; UsageError when a function returns what it may not.
        """
        problem: str | None = None
        try:
            answer = self._answer(notification)
        except OnOwnLoop:
            raise
        except BotRaised as raised:
            self._note(raised.bot, notification.label, raised.error)
            answer, problem = response(500, {}, None), named(raised.error)
        except BaseException as error:
            self._on_told(notification, None, named(error))
            raise
        self._on_told(notification, answer, problem)
        return int(answer.status or 0)

    def signs_in(self, name: str, app_id: str) -> None:
        """Say as which application a bot turned out to sign in."""
        self._bots = [replace(bot, app_id=app_id) if bot.name == name else bot for bot in self._bots]

    def name_for(self, callback_uri: str, app_id: str) -> str | None:
        """Whose the notifications to a callback URI, for an application, are; None: no bot's."""
        try:
            bot = self._for(callback_uri, app_id, read_callback(callback_uri))
        except CallbackRefused:
            return None
        return None if bot is None else bot.name

    def refuse_on_own_loop(self) -> None:
        """Raises: OnOwnLoop where a bot lives on the loop that this thread runs: to be asked before time is moved."""
        for bot in self._bots:
            if isinstance(bot.way, OnLoop):
                refuse_on(bot.way.loop, bot.name)

    def close(self) -> None:
        """Shut the bots down: lifespans end, work they still do is cancelled and named, connections are closed."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
        for bot in self._bots:
            self.leftovers += bot.way.close()
        if self._thread is not None:
            self.leftovers += self._thread.close()
        self._loopback.close()

    async def aclose(self) -> None:
        """`close`, for bots that live on the loop that awaits this."""
        await asyncio.to_thread(self.close)

    def _for(self, callback_uri: str, app_id: str, callback: Callback) -> _Bot | None:
        """By callback, by app id, the only one; None: whoever listens on loopback. Raises: CallbackRefused.

        Graph posts to the callback URI, whoever's it is: where a bot is known to listen, what goes elsewhere is lost.
        """
        fitting = [bot for bot in self._bots if bot.callback is not None and callback.fits(bot.callback)]
        if fitting:
            return max(fitting, key=lambda bot: (len(bot.callback.path) if bot.callback else 0, bot.is_app(app_id)))
        anywhere = [bot for bot in self._bots if not bot.is_only_there]
        of_app = [bot for bot in anywhere if bot.is_app(app_id)]
        if len(of_app) == 1:
            return of_app[0]
        if len(self._bots) == 1 and anywhere:
            return anywhere[0]
        if is_loopback(callback.origin[1]):
            return None
        there = "; ".join(f"{bot.name!r} ({bot.shown})" for bot in self._bots)
        raise CallbackRefused(
            callback.origin[1],
            f"callback {callback_uri!r} of app {app_id!r} is no bot's: "
            + (f"there are {there}" if there else "there is none yet, add one with graph.bot(…)"),
        )

    def _answer(self, notification: Notification) -> Response:
        callback = read_callback(notification.callback_uri)
        bot = self._for(notification.callback_uri, notification.app_id, callback)
        return bot.way(notification) if bot else self._posted(notification, callback)

    def _posted(self, notification: Notification, callback: Callback) -> Response:
        return hinting(lambda: self._loopback.answer(notification, callback), callback.shown_origin)

    def _way(self, bot: Any, kind: BotKind, name: str, ca: CA | None) -> Way:
        timeout = self._timeout
        if kind is BotKind.URL:
            url = _callback_of(bot, name)
            return ByUrl(url, HttpPost(allow=(url.origin[1],), timeout=timeout, ca=ca), running_loop())
        if kind is BotKind.RESPONSES:
            return StandIn(name=name, timeout=timeout)
        if kind is BotKind.WSGI:
            return Direct(bot, name=name, timeout=timeout)
        if kind is BotKind.CALLABLE:
            return DirectFunction(bot, name=name, timeout=timeout)
        loop = running_loop() or self._own_loop()
        if kind is BotKind.ASYNC_CALLABLE:
            return OnLoop(bot, name=name, timeout=timeout, loop=loop)
        return OnLoopAsgi(bot, name=name, timeout=timeout, loop=loop, note=lambda doing, e: self._note(name, doing, e))

    def _own_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._thread is None:
                self._thread = LoopThread(lambda doing, error: self._note(self._on_thread(), doing, error))
            return self._thread.loop

    def _on_thread(self) -> str:
        """Whose the loop's own errors are: of one of those that live there."""
        return " or ".join(b.name for b in self._bots if self._thread and _lives_on(b.way, self._thread.loop))

    def _note(self, bot: str, doing: str, error: BaseException) -> None:
        self.errors.append(Escaped(bot, doing, error))


def _lives_on(way: Way, loop: asyncio.AbstractEventLoop) -> bool:
    return isinstance(way, OnLoop) and way.loop is loop


def _callback_of(uri: Any, name: str) -> Callback:
    try:
        return read_callback(uri)
    except (CallbackRefused, AttributeError, TypeError):
        raise UsageError(f"bot {name!r}: expected http(s)://HOST[:PORT], got {uri!r}") from None
