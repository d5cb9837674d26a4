"""One interception at a time in a process, or nested in order: opened, and everything put back.

Clients and sockets are the process's, so an interception is too. Another thread that opens one would take this
thread's clients away: it is refused.
"""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Collection, Iterator, Mapping
from types import TracebackType
from typing import Final, cast

from harness.intercept import aiohttp_client, httpx_client, sockets, stdlib
from harness.intercept.callers import caller
from harness.intercept.interception import NAME_IT, Interception, Responder
from harness.intercept.patching import Applied, Patch, applied
from harness.intercept.process import PROCESS
from harness.intercept.selftest import tested
from harness.intercept.vcrpy import InterceptionError, Vcrpy, vcrpy

__all__ = ["InterceptionError", "intercepting"]


class intercepting:
    """While open, requests of any Python client in this process to a routed host are answered by its responder.

    routes: hosts, in any letter case, http or https. allow: hosts reached as ever, as loopback is. Everything else is
    refused: RequestRefused is raised in the client, and noted in `violations`. remedy: how whoever reads that lets
    `{host}` through.
    Raises: InterceptionError if another thread's is open, or on closing while an inner one is open; that one's closing
    then closes this one too. UsageError for what is no host.
    """

    def __init__(self, routes: Mapping[str, Responder], *, allow: Collection[str] = (), remedy: str = NAME_IT) -> None:
        self._interception = Interception(routes, allow, remedy=remedy)

    def __enter__(self) -> Interception:
        _ACTIVATION.open(self._interception)
        return self._interception

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        _ACTIVATION.close(self._interception)


class _Open:
    """An open interception, what it replaced, and where it was opened."""

    def __init__(self, interception: Interception) -> None:
        self.interception = interception
        self.applied: list[Applied] = []
        self.reset = contextlib.ExitStack()
        self.thread = threading.current_thread()
        self.where = caller() or "an unknown place"
        self.left = False


class _Activation:
    """The process's stack of open interceptions, and the list of patches, made once."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._stack: list[_Open] = []
        self._vcrpy: Vcrpy | None = None
        self._patches: list[Patch] = []

    def open(self, interception: Interception) -> None:
        with self._lock:
            self._refuse_overlap(interception)
            underneath = self._vcrpy or self._prepared()
            self._push(interception, underneath)

    def close(self, interception: Interception) -> None:
        with self._lock:
            mine = next((entry for entry in self._stack if entry.interception is interception), None)
            if mine is None:
                raise InterceptionError("this interception is not open: leave it as often as you enter it")
            mine.left = True
            if self._stack[-1] is not mine:
                raise InterceptionError(
                    f"the interception opened by {mine.where} was left before the one opened inside it by "
                    f"{self._stack[-1].where}: leave the inner one first. Both end with it"
                )
            disturbed: list[Applied] = []
            while self._stack and self._stack[-1].left:
                disturbed += self._pop()
            if disturbed:
                raise InterceptionError(
                    f"{', '.join(map(str, disturbed))} was replaced while the interception opened by {mine.where} was "
                    "open, and is left as it is: close what is opened inside an interception before it, and what was "
                    "opened before it after it"
                )

    def _refuse_overlap(self, interception: Interception) -> None:
        if any(entry.interception is interception for entry in self._stack):
            raise InterceptionError("this interception is open already: make another one to nest it")
        if self._stack and self._stack[-1].thread is not threading.current_thread():
            other = self._stack[-1]
            raise InterceptionError(
                f"an interception is open in another thread, {other.thread.name}, opened by {other.where}: clients are "
                "the whole process's, so open one for all threads, or use processes (pytest-xdist)"
            )

    def _prepared(self) -> Vcrpy:
        """Once per process. What fails is not kept, and fails again."""
        underneath = vcrpy()
        patches = list(_patches(underneath))
        with _outer_cassette_aside(underneath):
            tested(patches, underneath)
        self._vcrpy, self._patches = underneath, patches
        return underneath

    def _push(self, interception: Interception, underneath: Vcrpy) -> None:
        entry = _Open(interception)
        try:
            entry.reset.enter_context(_outer_cassette_aside(underneath))
            for patch in (*self._patches, *sockets.uvloop_patches()):
                entry.applied.append(applied(patch))
        except BaseException:
            _undo(entry)
            raise
        self._stack.append(entry)
        PROCESS.innermost = interception

    def _pop(self) -> list[Applied]:
        entry = self._stack.pop()
        PROCESS.innermost = self._stack[-1].interception if self._stack else None
        return _undo(entry)


def _outer_cassette_aside(underneath: Vcrpy) -> contextlib.AbstractContextManager[object]:
    """The real classes of clients while we are inside a cassette of vcrpy's own, which has put stubs in their place."""
    if http.client.HTTPConnection is underneath.http_connection:
        return contextlib.nullcontext()
    return cast(contextlib.AbstractContextManager[object], underneath.force_reset())


def _undo(entry: _Open) -> list[Applied]:
    """What somebody else had replaced meanwhile."""
    disturbed = [one for one in reversed(entry.applied) if not one.undo()]
    entry.reset.close()
    return disturbed


def _patches(underneath: Vcrpy) -> Iterator[Patch]:
    yield from stdlib.patches(underneath.http_connection, underneath.https_connection)
    yield from httpx_client.patches(underneath.stubs)
    yield from aiohttp_client.patches(underneath.stubs)
    yield from sockets.patches()


_ACTIVATION: Final = _Activation()
