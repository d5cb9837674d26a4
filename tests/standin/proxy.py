"""An HTTP proxy that knows CONNECT only, and leads every host of the stand-in to it: the way out of an office."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress
from typing import Final

_MOST: Final = 65536


async def start_proxy(hosts: Collection[str], port: int) -> asyncio.Server:
    """On a free port of loopback; hosts not named do not exist."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            method, target, *_ = head.decode("latin-1").split(" ", 2)
            host = target.rsplit(":", 1)[0].lower()
            if method != "CONNECT" or host not in hosts:
                writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
                await writer.drain()
            else:
                await _join(reader, writer, port)
        writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0)


async def _join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    there, back = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
    await asyncio.gather(_pump(reader, back), _pump(there, writer))


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(_MOST):
            sink.write(data)
            await sink.drain()
    with suppress(OSError):
        sink.close()
