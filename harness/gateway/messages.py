"""Requests and answers of a cassette over WSGI, and refusals of our own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http.client import responses as reasons
from typing import Any
from urllib.parse import urlsplit

from harness.cassette.format import Request, Response
from harness.record.forward import end_to_end
from harness.record.over_wsgi import body_of, headers_of, target_of


def origin_of(environ: Mapping[str, Any]) -> str:
    """Scheme, host and port by which a client calls us."""
    return f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST') or environ['SERVER_NAME']}"


def host_of(environ: Mapping[str, Any]) -> str:
    """What a client calls us, without the port."""
    try:
        return urlsplit(f"//{environ.get('HTTP_HOST', '')}").hostname or ""
    except ValueError:
        return ""


def request_of(environ: dict[str, Any], largest_body: int) -> Request | None:
    """The request as it was asked of us; None where its body is larger than so many bytes."""
    body = body_of(environ, largest_body)
    if body is None:
        return None
    return Request(
        environ["REQUEST_METHOD"], origin_of(environ) + target_of(environ), headers_of(environ), body or None
    )


def said(response: Response, start_response: Any) -> Iterable[bytes]:
    """Hand an answer to the server."""
    status = response.status or 500
    body = response.body or b""
    pairs = [
        (name, value)
        for name, values in end_to_end(response.headers).items()
        for value in values
        if name.lower() != "content-encoding"
    ]
    if status not in (204, 304):
        pairs.append(("Content-Length", str(len(body))))
    start_response(f"{status} {response.reason or reasons.get(status, 'Unknown')}", pairs)
    return [body]


def as_json(status: int, value: Mapping[str, Any]) -> Response:
    headers = {"Content-Type": ("application/json",)}
    return Response(status, reasons.get(status), headers, json.dumps(value, ensure_ascii=False).encode())


def refusal(status: int, code: str, message: str) -> Response:
    """In the form of Graph's errors, so that clients of Graph show the message."""
    return as_json(status, {"error": {"code": code, "message": message}})


def too_large(limit: int) -> Response:
    return refusal(413, "requestTooLarge", f"a request of more than {limit} bytes is not taken")
