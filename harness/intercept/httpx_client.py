"""httpx, by vcrpy's stubs below its transports. Only those that reach the network: apps in process are left alone."""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Iterator
from typing import Any

from harness.cassette.format import Request
from harness.intercept.answers import READY, answered, refuse_late
from harness.intercept.interception import Responder
from harness.intercept.patching import Patch
from harness.intercept.process import PROCESS


def patches(stubs: dict[tuple[str, str], Any]) -> Iterator[Patch]:
    """stubs: vcrpy's, by class and method; what they wrap is the real one."""
    httpx = sys.modules.get("httpx")
    if httpx is None:
        return
    sync, asynchronous = stubs["HTTPTransport", "handle_request"], stubs["AsyncHTTPTransport", "handle_async_request"]
    yield Patch(httpx.HTTPTransport, "handle_request", lambda _: _sync(httpx, sync))
    yield Patch(httpx.AsyncHTTPTransport, "handle_async_request", lambda _: _async(httpx, asynchronous))


def _sync(httpx: Any, stub: Any) -> Any:
    real = stub.__wrapped__

    @functools.wraps(real)
    def handle_request(transport: Any, request: Any) -> Any:
        if _asked(request) is None:
            return real(transport, request)
        began = time.monotonic()
        try:
            response = stub(transport, request)
            refuse_late(began, _timeout(request))
            return response
        except OSError as error:
            raise _own(httpx, error, request) from error

    return handle_request


def _async(httpx: Any, stub: Any) -> Any:
    real = stub.__wrapped__

    @functools.wraps(real)
    async def handle_async_request(transport: Any, request: Any) -> Any:
        responder = _asked(request)
        if responder is None:
            return await real(transport, request)
        began = time.monotonic()
        try:
            if getattr(responder, "blocking", False):
                response = await _elsewhere(responder, stub, transport, request)
            else:
                response = await stub(transport, request)
            refuse_late(began, _timeout(request))
            return response
        except OSError as error:
            raise _own(httpx, error, request) from error

    return handle_async_request


async def _elsewhere(responder: Responder, stub: Any, transport: Any, request: Any) -> Any:
    """httpx brings anyio, which knows whether this loop is asyncio's or trio's."""
    from anyio import to_thread

    body = await request.aread()
    headers: dict[str, tuple[str, ...]] = {}
    for name, value in request.headers.multi_items():
        headers[name] = (*headers.get(name, ()), value)
    asked = Request(request.method, str(request.url), headers, body)
    ready = READY.set(await to_thread.run_sync(answered, responder, asked))
    try:
        return await stub(transport, request)
    finally:
        READY.reset(ready)


def _asked(request: Any) -> Responder | None:
    interception = PROCESS.innermost
    if interception is None:
        return None
    host = request.url.host
    responder = interception.responder(host)
    if responder is None and _mocked_below():
        return None
    return interception.asked(request.method, str(request.url), host)


def _mocked_below() -> bool:
    """respx answers in place of httpcore's pools; what it lets out meets the guard of the sockets."""
    pool = sys.modules["httpcore"].ConnectionPool
    return not str(pool.handle_request.__module__).startswith("httpcore")


def _timeout(request: Any) -> float | None:
    told: dict[str, float | None] = request.extensions.get("timeout", {})
    return told.get("read")


def _own(httpx: Any, error: OSError, request: Any) -> Exception:
    kind = httpx.ReadTimeout if isinstance(error, TimeoutError) else httpx.ReadError
    own: Exception = kind(str(error), request=request)
    return own
