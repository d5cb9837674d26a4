"""vcrpy's cassette, empty, asking a responder instead; and what becomes of requests and responses on the way.

vcrpy's stubs of httpx and aiohttp ask the cassette. http.client and urllib3 ask `answered` themselves
(`harness.intercept.stdlib`).
"""

from __future__ import annotations

import contextvars
import gzip
import time
import zlib
from collections.abc import Iterable
from contextlib import suppress
from http.client import responses as reasons
from typing import Any, Final
from urllib.parse import urlsplit

from vcr.cassette import Cassette  # type: ignore[import-untyped]

from harness.cassette.format import Request, Response
from harness.errors import HarnessError, UsageError
from harness.intercept.interception import Responder
from harness.intercept.process import PROCESS

READY: contextvars.ContextVar[Response | None] = contextvars.ContextVar("ready", default=None)
"""The response that the next `play_response` of this context gives: one for which its client has waited elsewhere."""

_GONE: Final = frozenset({"content-encoding", "transfer-encoding", "content-length", "connection"})
"""Said by whoever hands the body over, if it is to be said at all."""


class Answers(Cassette):  # type: ignore[misc]
    """Holds nothing, saves nothing; what it plays comes from the innermost open interception."""

    def __init__(self) -> None:
        super().__init__(path="graph-call-harness")

    def can_play_response_for(self, request: Any) -> bool:
        return _asked(request) is not None

    def play_response(self, request: Any) -> dict[str, Any]:
        ready = READY.get()
        if ready is None:
            responder = _asked(request)
            if responder is None:
                raise HarnessError(
                    f"{request.uri} is answered nowhere: no redirection is followed out of the interception"
                )
            ready = answered(responder, _from_vcr(request))
        return {
            "status": {"code": ready.status, "message": ready.reason},
            "headers": {name: list(values) for name, values in ready.headers.items()},
            "body": {"string": ready.body},
        }

    def find_requests_with_most_matches(self, request: Any) -> list[Any]:
        """aiohttp's stub asks this way for where a redirection leads."""
        return [(request, [], [])]

    @property
    def write_protected(self) -> bool:
        return False

    def append(self, request: Any, response: Any) -> None:
        """Nothing is recorded."""

    def filter_request(self, request: Any) -> None:
        """Nothing is worth recording."""


def answered(responder: Responder, request: Request) -> Response:
    """A responder's response as every client can take it: decoded, with a reason, and a body that is there.

    Raises: UsageError for a response without status, or with a body that nobody here decodes.
    """
    response = responder(request)
    if response.status is None:
        raise UsageError(f"the responder gave no status for {request.method} {request.uri}: give one from 100 to 599")
    headers = {name: values for name, values in response.headers.items() if name.lower() not in _GONE}
    body = _plain(request, response)
    if request.method == "HEAD":
        headers["Content-Length"] = _said(response, "content-length") or (str(len(body)),)
        body = b""
    elif body or response.status not in (204, 304):
        headers["Content-Length"] = (str(len(body)),)
    reason = (response.reason or reasons.get(response.status, "")).encode("ascii", "ignore").decode()
    return Response(response.status, reason, headers, body)


def refuse_late(began: float, timeout: float | None) -> None:
    """An answer that took longer than its client waits is none.

    began: by `time.monotonic`. timeout: the client's, in seconds; None: it waits for ever. Raises: TimeoutError.
    """
    if timeout is not None and time.monotonic() - began > timeout:
        raise TimeoutError(f"no answer within {timeout:g} s")


def content(body: Any) -> bytes | None:
    """The bytes of a body of whatever shape: bytes, text, a file, an iterable of either."""
    if body is None or isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytearray | memoryview):
        return bytes(body)
    if hasattr(body, "read"):
        return content(body.read())
    if isinstance(body, Iterable):
        return b"".join(content(part) or b"" for part in body)
    raise UsageError(f"a body of type {type(body).__name__} cannot be read: give bytes, text, a file or an iterable")


def _asked(request: Any) -> Responder | None:
    interception = PROCESS.innermost
    host = urlsplit(request.uri).hostname or ""
    return interception.asked(request.method, request.uri, host) if interception else None


def _from_vcr(request: Any) -> Request:
    headers: dict[str, tuple[str, ...]] = {}
    for name, value in request.headers.items():
        headers[str(name)] = (value.decode("latin-1") if isinstance(value, bytes) else str(value),)
    return Request(request.method, request.uri, headers, content(request.body))


def _said(response: Response, header: str) -> tuple[str, ...]:
    return tuple(value for name, values in response.headers.items() if name.lower() == header for value in values)


def _plain(request: Request, response: Response) -> bytes:
    """The body without its encodings, the last of which was put on last."""
    body = response.body or b""
    for encoding in reversed(",".join(_said(response, "content-encoding")).lower().split(",")):
        decoded = _decoded(body, encoding.strip())
        if decoded is None:
            raise UsageError(
                f"the answer to {request.method} {request.uri} is encoded as {encoding.strip()!r}, which is not "
                "decoded here: give it decoded, or as gzip or deflate"
            )
        body = decoded
    return body


def _decoded(body: bytes, encoding: str) -> bytes | None:
    """A recorded body may be decoded already, whatever its header says. None: it is not, and cannot be here."""
    if encoding in ("gzip", "x-gzip"):
        return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
    if encoding == "deflate":
        return _inflated(body)
    return body if encoding in ("", "identity") or _is_text(body) else None


def _inflated(body: bytes) -> bytes:
    """With the header that it should have, or without, as some servers have it."""
    with suppress(zlib.error):
        return zlib.decompress(body)
    with suppress(zlib.error):
        return body if _is_text(body) else zlib.decompress(body, -zlib.MAX_WBITS)
    return body


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
