"""Ports of loopback: where the team's tunnel ends, for the bot; and where bots in other processes ask."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from harness.cassette.bodies import items_of, read
from harness.cassette.format import Headers, Request, Response
from harness.delivery.http import is_loopback
from harness.graph.paths import VERSIONS
from harness.inprocess.wsgi import App
from harness.record import is_notification
from harness.record.over_wsgi import body_of, headers_of, target_of
from harness.record.recorder import LARGEST_BODY
from harness.server.serving import bind, bound_to
from harness.tenant.environment import Credentials

TOO_LARGE: Final = f"a request of more than {LARGEST_BODY} bytes was refused"
_TEXT: Final = "text/plain; charset=utf-8"
Told = Callable[[Request], Response]


@contextmanager
def listening(port: int, app: App) -> Iterator[int]:
    """A WSGI app at a port of loopback. Raises: UsageError when it is taken."""
    sock = bind("127.0.0.1", port)
    with bound_to(sock, app) as loop:
        thread = threading.Thread(target=loop.run, daemon=True, name="graph-callback")
        thread.start()
        try:
            yield int(sock.getsockname()[1])
        finally:
            loop.stop()
            thread.join()


def towards(request: Request, mine: Credentials) -> Request:
    """What a bot in another process asks of a port of loopback, as asked of the host that it means."""
    parts = urlsplit(request.uri)
    if not is_loopback(parts.hostname or ""):
        return request
    is_graphs = parts.path.lstrip("/").partition("/")[0] in VERSIONS
    host = urlsplit(mine.graph_url).netloc if is_graphs else mine.login_host
    headers = {name: values for name, values in request.headers.items() if name.lower() != "host"}
    return replace(request, uri=urlunsplit(parts._replace(scheme="https", netloc=host)), headers=headers)


def for_bot(public_url: str, told: Told) -> App:
    """What comes to the public address is handed to `told`, with the address that Graph knows."""
    parts = urlsplit(public_url)
    origin = f"{parts.scheme}://{parts.netloc}"

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = body_of(environ, LARGEST_BODY)
        request = Request("POST", origin + target_of(environ), headers_of(environ), body or None)
        response = told(request)
        headers = [(name, value) for name, values in response.headers.items() for value in values]
        start_response(f"{response.status} {response.reason or 'Unknown'}", headers)
        return [response.body or b""]

    return app


def gated(
    bots: App, is_for_bots: Callable[[list[dict[str, Any]]], bool], on_too_large: Callable[[Headers], None]
) -> App:
    """Only notifications that are for bots go on. All others are taken, and nobody hears of them; the rest is 404.

    on_too_large: told of what is 413, for nobody can say whether it was a notification.
    """

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = body_of(environ, LARGEST_BODY)
        if body is None:
            on_too_large(headers_of(environ))
            start_response("413 Content Too Large", [("Content-Type", _TEXT)])
            return [b"%s\n" % TOO_LARGE.encode()]
        if environ["REQUEST_METHOD"] != "POST" or not is_notification(body):
            start_response("404 Not Found", [("Content-Type", _TEXT)])
            return [b"here Graph's notifications are taken, and this is none\n"]
        if is_for_bots(items_of(read(body))):
            return bots(environ, start_response)
        start_response("202 Accepted", [("Content-Length", "0")])
        return [b""]

    return app
