"""Event loops that bots live on: the test's own, or one on a thread kept for them.

Whoever posts waits outside of the loop, so that the bot goes on meanwhile and may call Graph back.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

from harness.errors import UsageError

T = TypeVar("T")

GRACE: Final = 2.0
"""Seconds that work which was cancelled, and the loop itself, have to come to an end."""


class OnOwnLoop(UsageError):
    """Somebody on a bot's event loop would wait for the bot, which waits for the loop."""


class HeldUp(UsageError):
    """A URL did not answer while a loop was kept waiting that may be the one that serves it: trying again is vain."""


class LoopThread:
    """A loop on a daemon thread of its own. note: takes what the loop says of errors that nobody awaited."""

    def __init__(self, note: Callable[[str, BaseException], None]) -> None:
        self.loop = asyncio.new_event_loop()
        self._note = note
        self._is_over = False
        self.loop.set_exception_handler(self._handle)
        self._thread = threading.Thread(target=self._run, daemon=True, name="graph-bots")
        self._thread.start()

    def close(self) -> list[str]:
        """Cancel what still runs, and end the thread; the names of what was cancelled.

        A bot that keeps the loop busy and never awaits is left behind, and named.
        """
        ending = asyncio.run_coroutine_threadsafe(self._cancel_all(), self.loop)
        try:
            cancelled = ending.result(2 * GRACE)
        except TimeoutError:
            return [f"{self._thread.name}: its event loop is kept busy and cannot be stopped"]
        self._is_over = True
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()
        return cancelled

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        while not self._is_over:
            try:
                self.loop.run_forever()
            except SystemExit as leaving:  # of a task that a bot left behind; the other bots need the loop
                self._note("in a task that it left behind", leaving)

    async def _cancel_all(self) -> list[str]:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        names = sorted(map(name_of, tasks))
        await cancelled(tasks, self._note)
        await self.loop.shutdown_asyncgens()
        return names

    def _handle(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        message = str(context["message"])
        self._note(message, context.get("exception") or RuntimeError(message))


async def cancelled(tasks: set[asyncio.Task[Any]], note: Callable[[str, BaseException], None]) -> None:
    """Cancel tasks and give them a moment to end; what they raise instead is noted."""
    for task in tasks:
        task.cancel()
    if not tasks:
        return
    done, _ = await asyncio.wait(tasks, timeout=GRACE)
    for task in done:
        if not task.cancelled() and (error := task.exception()) is not None:
            note(f"{name_of(task)}, when it was cancelled", error)


def name_of(task: asyncio.Task[Any]) -> str:
    return f"{task.get_name()} ({getattr(task.get_coro(), '__qualname__', '?')})"


def refuse_on(loop: asyncio.AbstractEventLoop, bot: str) -> None:
    """Raises: OnOwnLoop when this thread is the one that runs the loop."""
    if running_loop() is loop:
        raise OnOwnLoop(
            f"bot {bot!r} lives on the event loop that runs here, and cannot answer while it is kept waiting: "
            "await graph.adrain() instead"
        )


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The loop that this thread runs."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def on_loop(
    loop: asyncio.AbstractEventLoop, work: Callable[[], Coroutine[Any, Any, T]], *, bot: str, timeout: float | None
) -> T:
    """The result of work done on a loop, waited for on this thread. A loop that rests is run for as long.

    Raises: OnOwnLoop; UsageError when the loop is closed; TimeoutError, with the work cancelled; what the work raises.
    """
    refuse_on(loop, bot)
    if loop.is_closed():
        raise UsageError(
            f"bot {bot!r} lives on an event loop that is closed: add the bot on the loop that runs the test"
        )
    if not loop.is_running() and running_loop() is None:
        return loop.run_until_complete(_within(work(), bot, timeout))
    future = asyncio.run_coroutine_threadsafe(work(), loop)
    try:
        return future.result(timeout)
    except TimeoutError:
        if future.done():  # it is the bot's own
            raise
        future.cancel()
        raise TimeoutError(too_late(bot, timeout)) from None
    except BaseException:
        future.cancel()
        raise


def beside(loop: asyncio.AbstractEventLoop | None, work: Callable[[], T]) -> T:
    """The result of work that blocks, done here; or, where that loop rests, on another thread while the loop is run."""
    if loop is None or loop.is_closed() or loop.is_running() or running_loop() is not None:
        return work()
    return loop.run_until_complete(asyncio.to_thread(work))


async def _within(work: Coroutine[Any, Any, T], bot: str, timeout: float | None) -> T:
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait((task,), timeout=timeout)
    if done:
        return task.result()
    task.cancel()
    await asyncio.wait((task,), timeout=GRACE)
    raise TimeoutError(too_late(bot, timeout))


def too_late(bot: str, timeout: float | None) -> str:
    return f"bot {bot!r} did not answer within {timeout:g} s"
