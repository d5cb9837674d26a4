"""The way in: what Graph posts to a bot, kept while it passes: around the bot's app, or in front of a bot anywhere.

Kept are notifications, as they came and as they were answered. What else comes by a public address goes to the bot, and
on no cassette.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Iterable
from contextlib import suppress
from http.client import responses as reasons
from typing import Any, Final
from urllib.parse import urlsplit

from harness.cassette.bodies import items_of, resource_of
from harness.cassette.format import Direction, Headers, Interaction, Request, Response
from harness.errors import RecordingError, UsageError
from harness.inprocess import asgi, wsgi
from harness.record import over_asgi, over_wsgi
from harness.record.credentials import has_bearer
from harness.record.forward import end_to_end
from harness.record.messages import response_of
from harness.record.recorder import LARGEST_BODY, Recorder

_FAILED: Final = Response(500, reasons[500], {}, None)
"""What a server answers for an app that raises."""
_log: Final = logging.getLogger("harness.record")


class Inbound:
    """Keeps what comes for one bot. An app that it is put around answers as ever, and only then has Graph its answer.

    public_url: where Graph reaches the bot; default, as the tunnel says by `X-Forwarded-Host` and `-Proto`, or the host
    that was asked. largest_body: bytes; what is larger is refused with 413, and never reaches the bot.
    passed_by: requests that were no notifications. unsigned: notifications without a token of the shape of Graph's.
    """

    def __init__(self, recorder: Recorder, *, public_url: str | None = None, largest_body: int = LARGEST_BODY) -> None:
        self.passed_by = 0
        self.unsigned = 0
        self._recorder = recorder
        self._origin = None if public_url is None else origin_of(public_url, "public_url")
        self._largest_body = largest_body
        self._lock = threading.Lock()

    def wsgi(self, app: wsgi.App) -> wsgi.App:
        """The app, with what it is told kept."""

        def around(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            telling = _Telling(self._recorder)
            headers = over_wsgi.headers_of(environ)
            body = over_wsgi.body_of(environ, self._largest_body)
            if body is None:
                status, pairs, text = self._refused(headers)
                start_response(status, pairs)
                return [text]
            url = self._uri(over_wsgi.target_of(environ), headers, environ["wsgi.url_scheme"])
            request = Request(environ["REQUEST_METHOD"], url, headers, body)
            if not self._is_told(request):
                return app(environ, start_response)
            try:
                (status, pairs), content = over_wsgi.collected(app, environ)
            except Exception:
                self._keep(telling, request, _FAILED)
                raise
            except BaseException:
                self._recorder.leave_unanswered()
                raise
            self._keep(telling, request, response_of(status, pairs, content))
            start_response(status, pairs)
            return [content]

        return around

    def asgi(self, app: asgi.App) -> asgi.App:
        """The app, with what it is told kept. On asyncio, which is not held up."""

        async def around(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            telling = _Telling(self._recorder)
            headers = over_asgi.headers_of(scope)
            body = await over_asgi.received(receive, self._largest_body)
            if body is None:
                await over_asgi.send_whole(send, *self._refused(headers))
                return
            url = self._uri(over_asgi.target_of(scope), headers, scope["scheme"])
            request = Request(scope["method"], url, headers, body)
            again = over_asgi.Again(body, receive)
            if not self._is_told(request):
                await app(scope, again, send)
                return
            held = over_asgi.Held(send, lambda response: self._keep(telling, request, response))
            try:
                await app({**scope, "extensions": {}}, again, held)
            except Exception:
                if not held.is_whole:
                    await asyncio.to_thread(self._keep, telling, request, _FAILED)
                    held.is_whole = True
                raise
            finally:
                if not held.is_whole:
                    self._recorder.leave_unanswered()

        return around

    def _uri(self, target: str, headers: Headers, scheme: str) -> str:
        if self._origin is not None:
            return self._origin + target
        said = {name.lower(): values[0].partition(",")[0].strip() for name, values in headers.items()}
        host = said.get("x-forwarded-host") or said.get("host") or "localhost"
        return f"{said.get('x-forwarded-proto') or scheme}://{host}{target}"

    def _refused(self, headers: Headers) -> tuple[str, list[tuple[str, str]], bytes]:
        problem = f"a request of more than {self._largest_body} bytes was refused"
        if has_bearer(headers):
            self._recorder.fail(f"{problem}, which may be a notification: raise largest_body")
        else:
            _log.warning("%s", problem)
        text = f"{problem}\n".encode()
        return "413 Content Too Large", [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))], text

    def _is_told(self, request: Request) -> bool:
        is_told = request.method == "POST" and is_notification(request.body)
        with self._lock:
            self.passed_by += not is_told
        return is_told

    def _keep(self, telling: _Telling, request: Request, response: Response) -> None:
        """What cannot be kept is noted by the recorder; Graph has its answer all the same."""
        if not has_bearer(request.headers):
            with self._lock:
                self.unsigned += 1
            _log.warning("a notification came without a token of Graph's shape: is the address known to others?")
        request = Request(request.method, request.uri, end_to_end(request.headers), request.body or None)
        interaction = Interaction(
            Direction.GRAPH_TO_BOT, telling.seq, request, response, telling.started, self._recorder.now()
        )
        with suppress(RecordingError):
            self._recorder.keep(interaction)


class _Telling:
    """When something began to come."""

    def __init__(self, recorder: Recorder) -> None:
        self.seq = recorder.begin()
        self.started = recorder.now()


def is_notification(body: bytes | None) -> bool:
    """Whether a body is an envelope of notifications, each about something."""
    try:
        items = items_of(json.loads(body or b"null"))
    except (ValueError, RecursionError):
        return False
    return bool(items) and all(resource_of(item) for item in items)


def origin_of(url: str, what: str) -> str:
    """Raises: UsageError for what is no URL."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{what}: {url!r} is no URL; give one such as 'https://bot.example'")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
