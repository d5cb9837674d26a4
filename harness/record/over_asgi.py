"""Requests and answers over ASGI, whole."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http.client import responses as reasons
from typing import Any
from urllib.parse import quote

from harness.cassette.format import Headers, Response
from harness.record.messages import by_name, response_of


def headers_of(scope: Any) -> Headers:
    return by_name((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])


def target_of(scope: Any) -> str:
    """Path and query."""
    path = (scope.get("raw_path") or quote(scope["path"]).encode()).decode("latin-1").partition("?")[0]
    query = scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


async def received(receive: Any, limit: int) -> bytes | None:
    """The body of a request; None where it is too large. Where its client went away, what there was of it."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)


async def send_whole(send: Any, status: str, pairs: list[tuple[str, str]], body: bytes) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in pairs]
    await send({"type": "http.response.start", "status": int(status[:3]), "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Again:
    """A body that was received already, and whatever comes after it."""

    def __init__(self, body: bytes, receive: Any) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Any:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


class Held:
    """Sends an answer once it is whole and kept; what the app does after that is its own time."""

    def __init__(self, send: Any, keep: Callable[[Response], None]) -> None:
        self.is_whole = False
        self._send = send
        self._keep = keep
        self._messages: list[Any] = []

    async def __call__(self, message: Any) -> None:
        if self.is_whole:
            await self._send(message)
            return
        self._messages.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self.is_whole = True
            await asyncio.to_thread(self._keep, self._answer())
            for each in self._messages:
                await self._send(each)

    def _answer(self) -> Response:
        start = next(m for m in self._messages if m["type"] == "http.response.start")
        content = b"".join(m.get("body", b"") for m in self._messages if m["type"] == "http.response.body")
        pairs = [(bytes(n).decode("latin-1"), bytes(v).decode("latin-1")) for n, v in start.get("headers", ())]
        return response_of(f"{start['status']} {reasons.get(start['status'], '')}", pairs, content)
