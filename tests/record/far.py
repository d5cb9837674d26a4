"""A host of Graph that is far away: HTTPS on loopback, with an address that leads to it as long as nothing stops it."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import pytest

from harness.server import certified

HOST: Final = "graph.microsoft.com"
ADDRESS: Final = "192.0.2.1"  # of documentation: nobody is there

Pairs = list[tuple[str, str]]
Behaviour = Callable[["Asked"], bytes]
"""The bytes of an answer, from its status line on."""


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    target: str
    headers: Pairs
    body: bytes
    connection: socket.socket

    def header(self, name: str) -> list[str]:
        return [value for given, value in self.headers if given.lower() == name.lower()]


def answer(body: bytes = b"{}", *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@dataclass
class Far:
    port: int
    ca_file: Path
    asked: list[Asked] = field(default_factory=list)
    behave: Behaviour = lambda asked: answer()

    @property
    def targets(self) -> list[str]:
        return [f"{asked.method} {asked.target}" for asked in self.asked]


@contextlib.contextmanager
def far() -> Iterator[Far]:
    found: list[Far] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked = Asked(self.command, self.path, list(self.headers.items()), body, self.connection)
            found[0].asked.append(asked)
            with contextlib.suppress(OSError):
                self.wfile.write(found[0].behave(asked))

        do_GET = do_POST = do_PATCH = do_DELETE = do_HEAD = answer

        def log_message(self, *args: Any) -> None: ...

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None: ...

    with certified() as certificate:
        server = Server(("127.0.0.1", 0), Handler)
        server.socket = certificate.context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.daemon_threads = True
        found.append(Far(server.server_address[1], certificate.ca_file))
        with _running(server):
            yield found[0]


@contextlib.contextmanager
def connect_proxy(to: int) -> Iterator[tuple[str, list[str]]]:
    """A proxy that leads every CONNECT to one port on loopback: its URL, and what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            asked.append(self.path)
            with socket.create_connection(("127.0.0.1", to)) as far:
                self.send_response(200)
                self.end_headers()
                _pump(self.connection, far)

        def log_message(self, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with _running(server):
        yield f"http://127.0.0.1:{server.server_address[1]}", asked


def _pump(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            for ready in select.select([one, other], [], [])[0]:
                data = ready.recv(2**16)
                if not data:
                    return
                (other if ready is one else one).sendall(data)


@contextlib.contextmanager
def _running(server: ThreadingHTTPServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def lead_to(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    """Every name has an address that is far, and that leads to a port on loopback."""
    connect = socket.socket.connect

    def lead(sock: socket.socket, address: Any) -> None:
        connect(sock, ("127.0.0.1", port) if address[0] == ADDRESS else address)

    def resolve(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        address = host if str(host).startswith("127.") else ADDRESS
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket.socket, "connect", lead)
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
