"""A WSGI app as a responder."""

from __future__ import annotations

from typing import Final

from harness.cassette.format import Request, Response
from harness.inprocess.wsgi import App, called
from harness.intercept.interception import Responder

_BY_URL: Final = frozenset({"host", "content-length", "transfer-encoding"})
"""Headers that the URL and the body tell."""


def from_wsgi(app: App) -> Responder:
    """Answers by calling the app in process, under the host and scheme that were asked."""

    def respond(request: Request) -> Response:
        told = ((name, values) for name, values in request.headers.items() if name.lower() not in _BY_URL)
        pairs = [(name, value) for name, values in told for value in values]
        status, headers, body = called(app, request.method, request.uri, pairs, request.body)
        return Response(status, None, headers, body)

    return respond
