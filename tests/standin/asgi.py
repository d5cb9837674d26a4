"""A WSGI app as an ASGI app, in threads. The server's own way in answers 500 where a body is empty."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import flask

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Answer = tuple[int, list[tuple[bytes, bytes]], list[bytes], bool]


class Threaded:
    """Each request in a thread of its own. A body that raises while it is read is sent so far, then given up."""

    def __init__(self, app: flask.Flask) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        status, headers, chunks, is_whole = await asyncio.to_thread(self._called, _environ(scope, body))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        for chunk in chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        if not is_whole:
            raise ConnectionResetError("cut")
        await send({"type": "http.response.body", "body": b""})

    def _called(self, environ: dict[str, Any]) -> Answer:
        started: list[tuple[str, list[tuple[str, str]]]] = []
        chunks: list[bytes] = []

        def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], object]:
            started.append((status, headers))
            return chunks.append

        given = self._app(environ, start)
        is_whole = True
        try:
            chunks.extend(given)
        except ConnectionResetError:
            is_whole = False
        status, headers = started[0]
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return int(status.split()[0]), raw, chunks, is_whole


def _environ(scope: Any, body: bytes) -> dict[str, Any]:
    given = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "RAW_URI": quote(scope["path"]),
        "SERVER_NAME": "standin",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": given.pop("content-type", ""),
        "HTTP_HOST": given.pop(":authority", given.get("host", "")),
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in given.items()},
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
