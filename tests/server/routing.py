"""Requests of requests-based clients, answered by a fake in this process, whatever host they go to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import flask
import responses

from harness.inprocess.wsgi import called


@contextmanager
def routed(app: flask.Flask) -> Iterator[responses.RequestsMock]:
    """While open, every host is the fake."""

    def answer(request: Any) -> tuple[int, dict[str, str], bytes]:
        body = request.body.encode() if isinstance(request.body, str) else request.body
        status, headers, content = called(app, request.method, request.url, request.headers.items(), body)
        return status, {name: ", ".join(values) for name, values in headers.items()}, content

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in ("GET", "POST", "PATCH", "DELETE"):
            mock.add_callback(method, re.compile(".*"), callback=answer, content_type=None)
        yield mock
