"""Flask without what no route of the fake needs, which took a quarter of the time of an invite.

Werkzeug and Flask do each of it for apps that have sessions, hosts, streams or asynchronous views. What a route sees is
the same as ever, and the tests of all routes hold it to that.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import IO, Any, Final

from flask import Flask, Request, Response
from flask.json.provider import JSONProvider
from flask.sessions import NullSession, SessionInterface
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.routing import MapAdapter
from werkzeug.utils import cached_property

from harness.graph.paths import canonical


class _NoSessions(SessionInterface):
    """No route keeps anything of its clients."""

    _NONE: Final = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:
        return self._NONE


class _Json(JSONProvider):
    """Compact JSON in the order in which it was made."""

    _encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False).encode

    def dumps(self, obj: Any, **_: Any) -> str:
        return self._encode(obj)

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return json.loads(s)


class _Request(Request):
    """A request whose body is read at one go where its length is known: streams of a length are slow.

    max_content_length: in bytes, known from `_name_request` on.
    """

    max_content_length: int | None = None

    @cached_property
    def stream(self) -> IO[bytes]:
        """Raises: RequestEntityTooLarge, ClientDisconnected."""
        length, limit = self.content_length, self.max_content_length
        if length is None or "wsgi.input_terminated" in self.environ:
            return super().stream
        if limit is not None and length > limit:
            raise RequestEntityTooLarge
        body = self.environ["wsgi.input"].read(length)
        if len(body) < length:
            raise ClientDisconnected
        return BytesIO(body)


class LeanResponse(Response):
    """An answer whose headers go out as they are: Location is absolute, and nothing is left to be worked out.

    as_graph: Graph's headers, which go out in place of all others.
    """

    as_graph: list[tuple[str, str]] | None = None
    automatically_set_content_length = False

    def get_wsgi_response(self, environ: Any) -> tuple[Iterable[bytes], str, list[tuple[str, str]]]:
        headers = self.headers.to_wsgi_list() if self.as_graph is None else self.as_graph
        if self.status_code == 204:
            return [], self.status, headers
        body = self.get_data()
        headers.append(("Content-Length", str(len(body))))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body], self.status, headers


class LeanFlask(Flask):
    """A Flask app that spares every request what no route of the fake needs.

    finish: called with every answer, after all hooks.
    """

    request_class = _Request
    response_class = LeanResponse
    session_interface = _NoSessions()

    def __init__(self, name: str, *, finish: Callable[[Response], Response]) -> None:
        super().__init__(name, static_folder=None)
        self.json = _Json(self)
        self._finish = finish

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Views are as they are: none is asynchronous."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """By method and path: no route asks for a host or a query, and none redirects, which would want both."""
        if request is None:
            return None
        return self.url_map.bind("graph", default_method=request.method, path_info=request.path)

    def process_response(self, response: Response) -> Response:
        """The fake's own hook is last; there is no session to be saved, and as a rule no other hook."""
        return self._finish(super().process_response(response) if self.after_request_funcs else response)


class CanonicalPath:
    """WSGI middleware: Graph's reading of a path comes before routing, which is exact."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["PATH_INFO"] = canonical(environ.get("PATH_INFO", "/"))
        return self._app(environ, start_response)
