"""aiohttp, by vcrpy's stub, which is given what would have been sent: an absolute URL, bytes, and their type."""

from __future__ import annotations

import asyncio
import functools
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from harness.cassette.format import Request
from harness.intercept.answers import READY, answered, refuse_late
from harness.intercept.interception import Responder
from harness.intercept.patching import Patch
from harness.intercept.process import PROCESS

_Answer = Callable[[str, Any, dict[str, Any]], Awaitable[Any]]
"""Method, URL and the other arguments of a request; its response."""


def patches(stubs: dict[tuple[str, str], Any]) -> Iterator[Patch]:
    """stubs: vcrpy's, by class and method; what they wrap is the real one."""
    aiohttp = sys.modules.get("aiohttp")
    if aiohttp is not None:
        stub = stubs["ClientSession", "_request"]
        yield Patch(aiohttp.ClientSession, "_request", lambda _: _request(aiohttp, stub))


def _request(aiohttp: Any, stub: Any) -> Any:
    real = stub.__wrapped__

    @functools.wraps(real)
    async def _request(session: Any, method: str, str_or_url: Any, **kwargs: Any) -> Any:
        interception = PROCESS.innermost
        if interception is None or session.closed:
            return await real(session, method, str_or_url, **kwargs)
        url = session._build_url(str_or_url)
        responder = interception.asked(method, str(url), url.host or "")
        if responder is None:
            return await real(session, method, str_or_url, **kwargs)
        given = kwargs.pop("middlewares", None)
        middlewares = getattr(session, "_middlewares", ()) if given is None else given
        kwargs = await _plain(aiohttp, session, kwargs)
        total, between_bytes = _timeouts(aiohttp, session, kwargs)
        answer: _Answer = functools.partial(_answer, responder, stub, session)
        if middlewares:
            answer = _behind(aiohttp.client_middlewares.build_client_middlewares, middlewares, session, answer)
        began = time.monotonic()
        try:
            response = await answer(method, url, kwargs)
            refuse_late(began, between_bytes)
        except TimeoutError as error:
            raise aiohttp.ServerTimeoutError(str(error)) from error
        except aiohttp.ClientError:
            raise
        except OSError as error:
            raise aiohttp.ClientOSError(*error.args) from error
        refuse_late(began, total)  # which aiohttp, too, lets out as it is
        return response

    return _request


def _timeouts(aiohttp: Any, session: Any, kwargs: dict[str, Any]) -> tuple[float | None, float | None]:
    """Seconds for the whole request, and between any two reads."""
    given = kwargs.get("timeout", session.timeout)
    if given is None or isinstance(given, int | float):
        return given, None
    limits = given if isinstance(given, aiohttp.ClientTimeout) else session.timeout
    return limits.total, limits.sock_read


async def _answer(responder: Responder, stub: Any, session: Any, method: str, url: Any, kwargs: dict[str, Any]) -> Any:
    if getattr(responder, "blocking", False):
        return await _elsewhere(responder, stub, session, method, url, kwargs)
    return await stub(session, method, str(url), **kwargs)


def _behind(build: Any, middlewares: Any, session: Any, answer: _Answer) -> _Answer:
    """The answer by way of middlewares, which are given a request of aiohttp's own."""

    async def behind(method: str, url: Any, kwargs: dict[str, Any]) -> Any:
        async def handler(request: Any) -> Any:
            body = await request.body.as_bytes() if request.body else None
            sent = {"headers": request.headers, "data": body, "raise_for_status": False}
            return await answer(request.method, request.url, sent | _named(kwargs, "allow_redirects", "cookies"))

        of_request = _named(kwargs, "params", "headers", "data", "auth")
        request = session._request_class(method, url, loop=session._loop, session=session, **of_request)
        response = await build(handler, middlewares)(request)
        await _checked(response, kwargs.get("raise_for_status"), session.raise_for_status)
        return response

    return behind


def _named(kwargs: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: kwargs[name] for name in names if name in kwargs}


async def _checked(response: Any, of_request: Any, of_session: Any) -> None:
    """Raises what aiohttp raises for a status, or what whoever checks it here does."""
    check = of_session if of_request is None else of_request
    if callable(check):
        await check(response)
    elif check:
        response.raise_for_status()


async def _elsewhere(
    responder: Responder, stub: Any, session: Any, method: str, url: Any, kwargs: dict[str, Any]
) -> Any:
    """The answer in a thread, without redirections: each of them would be asked on the loop."""
    query = kwargs.get("params")
    headers = {name: tuple(kwargs["headers"].getall(name)) for name in kwargs["headers"]}
    asked = Request(method, str(url.extend_query(query) if query else url), headers, kwargs.get("data"))
    ready = READY.set(await asyncio.to_thread(answered, responder, asked))
    try:
        return await stub(session, method, str(url), **{**kwargs, "allow_redirects": False})
    finally:
        READY.reset(ready)


async def _plain(aiohttp: Any, session: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a request with its body as bytes, and the type that aiohttp would give it."""
    headers = session._prepare_headers(kwargs.get("headers"))
    data, json = kwargs.get("data"), kwargs.get("json")
    if data is not None and json is not None:
        return kwargs
    plain = {**kwargs, "headers": headers, "auth": kwargs.get("auth") or session.auth}
    if json is not None:
        plain["json"] = None
        data = aiohttp.JsonPayload(json, dumps=session._json_serialize)
    if data is None:
        return plain
    payload = _payload(aiohttp, data)
    if "Content-Type" not in headers and payload.content_type:
        headers["Content-Type"] = payload.headers.get("Content-Type", payload.content_type)
    plain["data"] = await _written(aiohttp, payload)
    return plain


def _payload(aiohttp: Any, data: Any) -> Any:
    """As aiohttp itself goes about it: forms build their own, and what no payload takes is a form."""
    if isinstance(data, aiohttp.FormData):
        return data()
    try:
        return aiohttp.payload.PAYLOAD_REGISTRY.get(data, disposition=None)
    except aiohttp.payload.LookupError:
        return aiohttp.FormData(data)()


async def _written(aiohttp: Any, payload: Any) -> bytes:
    writer = _writer(aiohttp)()
    await payload.write(writer)
    return b"".join(writer.parts)


@functools.cache
def _writer(aiohttp: Any) -> Any:
    """Made once: a class for each request is a lot to make, and to collect."""

    class Writer(aiohttp.abc.AbstractStreamWriter):  # type: ignore[misc]
        def __init__(self) -> None:
            self.parts: list[bytes] = []

        async def write(self, chunk: Any) -> None:
            self.parts.append(bytes(chunk))

        async def write_eof(self, chunk: bytes = b"") -> None:
            self.parts.append(chunk)

        async def drain(self) -> None: ...
        def enable_compression(self, *args: Any, **kwargs: Any) -> None: ...
        def enable_chunking(self) -> None: ...
        async def write_headers(self, *args: Any) -> None: ...

    return Writer
