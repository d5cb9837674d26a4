"""A fake on a loopback port: a production WSGI server with kept-alive connections, real time, real callbacks."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from flask import Flask
from waitress import wasyncore
from waitress.server import create_server

from harness.delivery.clock import RealClock
from harness.delivery.http import HttpPost
from harness.delivery.signing import Signer, signed
from harness.errors import UsageError
from harness.server.app import create_app
from harness.server.fake import Settings
from harness.server.tls import TlsChannel, encrypted

_THREADS: Final = 8
_POSTING: Final = 64
"""Bots that may be slow at a time before others have to wait for them."""
_CONNECTIONS: Final = 1000
_LARGEST_BODY: Final = 2**26
"""Bytes. Beyond that waitress guards the disk."""
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")

App = Callable[..., Any]
_log: Final = logging.getLogger("harness.server")


@dataclass(frozen=True, slots=True)
class Served:
    """A bound fake. `run` serves until it is interrupted, or until `stop` is called from another thread."""

    url: str
    port: int
    run: Callable[[], None]
    stop: Callable[[], None]


@contextmanager
def serve(
    settings: Settings,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    allow_callbacks: Collection[str] = (),
    tls: ssl.SSLContext | None = None,
    front: Callable[[Flask], App] = lambda app: app,
) -> Iterator[Served]:
    """A fake bound to `host` and `port` (0: a free one); nothing is left running behind it.

    allow_callbacks: hosts, beside loopback, that notifications may be posted to. tls: serve HTTPS with this
    (`harness.server.certificates` makes one). front: what stands before the fake's app and answers in its place.
    Raises: UsageError when the address cannot be bound.
    """
    if host not in LOOPBACK:
        settings = replace(settings, any_control_host=True)
        _log.warning("listening on %s: whoever reaches this address commands the fake", host)
    listening = bind(host, port)
    bound = int(listening.getsockname()[1])
    clock = RealClock()
    executor = ThreadPoolExecutor(_POSTING, thread_name_prefix="graph-fake-post")

    def submit(action: Callable[[], None]) -> None:
        executor.submit(action)

    post = HttpPost(allow=allow_callbacks)
    app = create_app(settings, post=signed(post, Signer()), clock=clock, submit=submit)
    try:
        largest_body = max(settings.body_limit * 4, _LARGEST_BODY)
        with bound_to(listening, front(app), tls=tls, largest_body=largest_body) as loop:
            clock.start()
            yield Served(url_of(host, bound, tls), bound, loop.run, loop.stop)
    finally:
        clock.stop()
        executor.shutdown(wait=True, cancel_futures=True)
        post.close()


@dataclass(frozen=True, slots=True)
class Loop:
    """`run` serves until it is interrupted, or until `stop` is called from another thread."""

    run: Callable[[], None]
    stop: Callable[[], None]


@contextmanager
def bound_to(
    listening: socket.socket,
    app: App,
    *,
    tls: ssl.SSLContext | None = None,
    largest_body: int = _LARGEST_BODY,
) -> Iterator[Loop]:
    """A WSGI app bound to a listening socket; nothing is left of it at the end.

    largest_body: bytes that are taken at all; the app refuses what is too large for it in its own words. An OSError
    that the app raises cuts the connection, and nothing is answered.
    """
    # waitress warns whenever a request has to wait for a thread; with kept-alive connections that is no news.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    channels: dict[int, Any] = {}
    server: Any = create_server(
        _with_bare_heads(app),
        map=channels,
        sockets=[listening if tls is None else encrypted(listening, tls)],
        url_scheme="http" if tls is None else "https",
        threads=_THREADS,
        connection_limit=_CONNECTIONS,
        max_request_body_size=largest_body,
        ident=None,
        log_socket_errors=False,
    )
    if tls is not None:
        server.channel_class = TlsChannel
    open_channels: dict[int, Any] = {}

    def leave_loop() -> None:
        open_channels.update(channels)
        channels.clear()

    try:
        yield Loop(server.run, lambda: server.trigger.pull_trigger(leave_loop))
    finally:
        server.task_dispatcher.shutdown()
        wasyncore.close_all({**open_channels, **channels}, ignore_all=True)


def _with_bare_heads(app: App) -> App:
    """An app that answers HEAD without a body, which the client would take for the next answer of its connection."""

    def wrapped(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["REQUEST_METHOD"] != "HEAD":
            return app(environ, start_response)
        heads: list[tuple[str, list[tuple[str, str]]]] = []
        parts: list[bytes] = []

        def started(status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], None]:
            heads.append((status, headers))
            return parts.append

        chunks = app(environ, started)
        try:
            parts.extend(chunks)
        finally:
            getattr(chunks, "close", lambda: None)()
        status, headers = heads[-1]
        is_told = any(name.lower() == "content-length" for name, _ in headers) or status[:3] in ("204", "304")
        start_response(status, headers if is_told else [*headers, ("Content-Length", str(sum(map(len, parts))))])
        return []

    return wrapped


def url_of(host: str, port: int, tls: ssl.SSLContext | None = None) -> str:
    return f"{'http' if tls is None else 'https'}://{f'[{host}]' if ':' in host else host}:{port}"


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 is a free one. Raises: UsageError when the address cannot be bound."""
    if not 0 <= port <= 65535:
        raise UsageError(f"cannot listen on port {port}: expected one from 0 to 65535")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        why = (error.strerror or str(error)).partition(" (while")[0]  # the address, which is said already
        raise UsageError(f"cannot listen on {host}:{port}: {why}") from error
