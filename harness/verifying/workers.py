"""Workers: the same work on many cassettes in several processes. One that dies takes along only its own cassette.

Processes are spawned, which is safe beside threads and the same everywhere.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from typing import Final

from harness.compare import Result
from harness.errors import named

Work = Callable[[Path], Result]
Make = Callable[[], Work]

_DIED: Final = "the process that compared it died, of too little memory or killed; `--jobs 1` compares it in this one"
_MOST_AT_ONCE: Final = 16
_ROUNDS: Final = 4
"""How many chunks each worker gets at least, so that none waits long for the last one."""
_WIDEST: Final = 200


def results(make: Make, paths: Sequence[Path], jobs: int) -> Generator[tuple[int, Result], None, None]:
    """The result for each path with its position, as they come. Whose worker dies has the cause as its problem.

    make: makes what each process works with; it can be pickled, and is equal to itself then. jobs: 1 works in this
    process. A broken pool does not tell which cassette broke it: all that were being worked on then are tried again
    one by one.
    """
    if jobs == 1:
        yield from enumerate(map(make(), paths))
        return
    size = max(1, min(_MOST_AT_ONCE, len(paths) // (jobs * _ROUNDS)))
    todo = deque(range(start, min(start + size, len(paths))) for start in range(0, len(paths), size))
    suspects: dict[range, str] = {}
    while todo:
        yield from _until_one_fails(make, paths, todo, jobs, suspects)
    again = deque(range(n, n + 1) for chunk in suspects for n in chunk)
    failed: dict[range, str] = {}
    while again:
        yield from _until_one_fails(make, paths, again, 1, failed)
    yield from ((n, Result(paths[n], problem=f"{paths[n]}: {cause}")) for (n,), cause in failed.items())


def _until_one_fails(
    make: Make, paths: Sequence[Path], todo: deque[range], jobs: int, failed: dict[range, str]
) -> Iterator[tuple[int, Result]]:
    """Results of chunks taken from `todo` in order; those under way when a worker dies are put into `failed`."""
    running: dict[Future[list[Result]], range] = {}
    is_whole = True
    with _pool(min(jobs, len(todo))) as pool:
        while running or (todo and is_whole):
            try:
                while todo and is_whole and len(running) < jobs:
                    with _deaf():
                        running[pool.submit(_worked, make, [paths[n] for n in todo[0]])] = todo[0]
                    todo.popleft()
            except BrokenProcessPool:
                is_whole = False
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                chunk = running.pop(future)
                try:
                    yield from zip(chunk, future.result(), strict=True)
                except Exception as error:  # a result may be too deep to be sent as well
                    failed[chunk] = _DIED if isinstance(error, BrokenProcessPool) else f"no result: {described(error)}"
                    is_whole = False


def described(error: Exception) -> str:
    """`ValueError: what it says`, in one line of bounded length."""
    text = " ".join(named(error).split()).removesuffix(":")
    return text if len(text) <= _WIDEST else f"{text[:_WIDEST]}…"


def _worked(make: Make, paths: Sequence[Path]) -> list[Result]:
    return [*map(_made(make), paths)]


@cache
def _made(make: Make) -> Work:
    """What a worker works with, made once: it works on one chunk after the other."""
    return make()


@contextmanager
def _pool(size: int) -> Iterator[ProcessPoolExecutor]:
    """Workers that leave at once when this process is interrupted, or is no more."""
    context = get_context("spawn")
    reader, writer = context.Pipe(duplex=False)
    with reader, writer, ProcessPoolExecutor(size, context, _leave_with, (reader,)) as pool:
        try:
            yield pool
        except BaseException:
            writer.close()
            raise


def _leave_with(parent: Connection) -> None:
    """End this worker when the other end of the pipe is closed."""

    def watch() -> None:
        parent.poll(None)
        os._exit(1)

    Thread(target=watch, daemon=True).start()


@contextmanager
def _deaf() -> Iterator[None]:
    """What is started herein does not hear Ctrl-C, which a terminal sends to all: the first process stops the rest."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
