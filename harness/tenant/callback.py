"""Whether requests to the callback's public address arrive here: the bot's tunnel, tried from outside to inside."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import urlsplit

from harness.cassette.format import Request
from harness.errors import UsageError
from harness.tenant.asking import Ask, Unreachable
from harness.tenant.findings import Finding, Group, State

_MARK: Final = "X-Graph-Harness-Doctor"
_GATEWAY: Final = (502, 503, 504)
_GROUP: Final = Group.CALLBACK
_SECONDS: Final = 10.0
"""For a request to come whole."""
_MOST: Final = 2**16
"""Bytes of a body that are read; ours has two."""


def examine_callback(url: str, port: int | None, ask: Ask) -> Finding:
    """A look at the address; where a port is given, a request through it that must come out there."""
    host = urlsplit(url).hostname or ""
    try:
        return _looked_at(url, host, ask) if port is None else _sent_through(url, host, port, ask)
    except Unreachable as error:
        return Finding(_GROUP, host, State.WRONG, f"cannot be reached from here: {error.problem}")
    except UsageError as error:
        return Finding(_GROUP, host, State.UNKNOWN, str(error))


def _looked_at(url: str, host: str, ask: Ask) -> Finding:
    """GET, which a bot may refuse: whoever answers is there."""
    status = ask(Request("GET", url, {}, None)).status or 0
    if 300 <= status < 400:
        return Finding(_GROUP, host, State.WRONG, _ASKS_FOR_SIGN_IN.format(status=status))
    if status in _GATEWAY:
        problem = f"answers {status}: nothing listens behind it yet; --callback-port tries it with a port of its own"
        return Finding(_GROUP, host, State.UNKNOWN, problem)
    return Finding(_GROUP, host, State.OK, f"answers {status}; that it leads to your bot is seen with --callback-port")


def _sent_through(url: str, host: str, port: int, ask: Ask) -> Finding:
    mark = str(uuid.uuid4())
    with _listening(port) as arrived:
        status = ask(Request("POST", url, {_MARK: (mark,)}, b"{}")).status or 0
    if mark in arrived:
        return Finding(_GROUP, host, State.OK, f"a request to it came out at port {port}")
    if 300 <= status < 400:
        return Finding(_GROUP, host, State.WRONG, _ASKS_FOR_SIGN_IN.format(status=status))
    problem = f"answers {status}, and nothing came out at port {port}: let the tunnel lead to http://127.0.0.1:{port}"
    return Finding(_GROUP, host, State.WRONG, problem)


_ASKS_FOR_SIGN_IN: Final = (
    "answers {status} and leads elsewhere: Graph follows nobody; let the tunnel take anonymous requests"
)


class _Server(ThreadingHTTPServer):
    """Whoever else comes by a public address, and says nothing or breaks off, holds up nobody and is not shown."""

    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """It is theirs."""


@contextmanager
def _listening(port: int) -> Iterator[list[str]]:
    """Marks of the requests that arrive at a port of loopback. Raises: UsageError when it is taken."""
    arrived: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        timeout = _SECONDS

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            self.rfile.read(min(int(length), _MOST) if length.isdecimal() else 0)
            arrived.append(self.headers.get(_MARK, ""))
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """What comes is nobody's business."""

    try:
        server = _Server(("127.0.0.1", port), Handler)
    except OSError as error:
        problem = (
            f"port {port} cannot be listened on: {error.strerror or error}; stop what listens there, or leave it out"
        )
        raise UsageError(problem) from None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield arrived
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
