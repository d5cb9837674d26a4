"""A target as a WSGI app, so that it can be served to bots in other processes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from harness.cassette.format import Request
from harness.errors import HarnessError
from harness.intercept import Responder
from harness.server.serving import bound_to

if TYPE_CHECKING:
    from harness.target.graph import Graph


@dataclass(frozen=True, slots=True)
class Served:
    """A test's Graph on loopback: `url` in place of `https://graph.microsoft.com`; sign-in is there as well."""

    url: str
    port: int


@contextmanager
def served(graph: Graph) -> Iterator[Served]:
    """A test's Graph on a free loopback port. Nothing is left running behind it."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = int(listening.getsockname()[1])
    with bound_to(listening, wsgi_app(graph.answer)) as loop:
        thread = threading.Thread(target=loop.run, daemon=True, name="graph-server")
        thread.start()
        try:
            yield Served(f"http://127.0.0.1:{port}", port)
        finally:
            loop.stop()
            thread.join()


def wsgi_app(respond: Responder) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """An app that hands each request to a responder, and says in plain text why there is no answer."""

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        try:
            response = respond(_request(environ))
        except HarnessError as error:
            start_response("502 Bad Gateway", [("Content-Type", "text/plain; charset=utf-8")])
            return [str(error).encode()]
        status = response.status or 500
        reason = response.reason or (HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unknown")
        headers = [(name, value) for name, values in response.headers.items() for value in values]
        start_response(f"{status} {reason}", headers)
        return [response.body or b""]

    return app


def _request(environ: dict[str, Any]) -> Request:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    query = environ.get("QUERY_STRING")
    path = quote(environ.get("PATH_INFO", "/").encode("latin-1"), safe="/;=,:@!$&'()*+~")
    uri = f"{environ['wsgi.url_scheme']}://{environ['HTTP_HOST']}{path}{f'?{query}' if query else ''}"
    headers = {
        name[5:].replace("_", "-").title(): (value,) for name, value in environ.items() if name.startswith("HTTP_")
    }
    if environ.get("CONTENT_TYPE"):
        headers["Content-Type"] = (environ["CONTENT_TYPE"],)
    return Request(environ["REQUEST_METHOD"], uri, headers, environ["wsgi.input"].read(length) or None)
