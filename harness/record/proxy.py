"""A bot in any language as a WSGI app: what it is asked goes on to its URL."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from http.client import responses as reasons
from typing import Any, Final
from urllib.parse import urlsplit

from harness.cassette.format import MAX_BYTES, Request, Response
from harness.errors import UsageError
from harness.inprocess.wsgi import App
from harness.intercept import Responder
from harness.record.forward import Forward, end_to_end
from harness.record.inbound import origin_of
from harness.record.over_wsgi import body_of, headers_of, target_of

ANSWER_SECONDS: Final = 30.0
_log: Final = logging.getLogger("harness.record")


def in_front_of(bot_url: str, *, forward: Responder | None = None) -> App:
    """An app that hands what it is asked to the bot at a URL, and what the bot answers back.

    bot_url: scheme, host and port; paths are those that were asked. A bot that cannot be reached is 502, one that takes
    longer than `ANSWER_SECONDS` 504. forward: how the bot is asked; by default directly, whatever proxy there is.
    Raises: UsageError for a URL with a path.
    """
    origin = _origin(bot_url)
    ask = forward or Forward(connect=5.0, answer=ANSWER_SECONDS, proxies=False, clear_text=True)

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        response = _asked(ask, _request(environ, origin), origin)
        pairs = [(name, value) for name, values in end_to_end(response.headers).items() for value in values]
        body = response.body or b""
        if response.status not in (204, 304):
            pairs.append(("Content-Length", str(len(body))))
        start_response(f"{response.status} {response.reason or reasons.get(response.status or 0, '')}", pairs)
        return [body]

    return app


def _origin(bot_url: str) -> str:
    origin = origin_of(bot_url, "bot_url")
    rest = urlsplit(bot_url)
    if rest.path not in ("", "/") or rest.query:
        raise UsageError(f"bot_url: {bot_url!r} has a path, and paths are those that Graph asks for: give {origin!r}")
    return origin


def _request(environ: dict[str, Any], origin: str) -> Request:
    headers = dict(headers_of(environ))
    asked = headers.get("Host", ())
    forwarded = {
        "X-Forwarded-Host": asked,
        "X-Forwarded-Proto": (str(environ["wsgi.url_scheme"]),),
        "X-Forwarded-For": (str(environ.get("REMOTE_ADDR", "")),),
    }
    body = body_of(environ, MAX_BYTES)
    kept = {**{name: values for name, values in forwarded.items() if values and values[0]}, **end_to_end(headers)}
    return Request(environ["REQUEST_METHOD"], origin + target_of(environ), kept, body or None)


def _asked(ask: Responder, request: Request, origin: str) -> Response:
    try:
        return ask(request)
    except OSError as error:
        status = 504 if isinstance(error, TimeoutError) else 502
        _log.warning("the bot at %s: %s", origin, error)
        text = f"the bot at {origin} cannot be reached: {error}\n"
        return Response(status, reasons[status], {"Content-Type": ("text/plain; charset=utf-8",)}, text.encode())
