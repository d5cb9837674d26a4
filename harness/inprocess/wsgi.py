"""A WSGI app called in process. werkzeug's own test client takes longer for this than the fake takes to answer."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

App = Callable[[dict[str, Any], Any], Iterable[bytes]]


class NotWsgi(RuntimeError):
    """An app does what WSGI does not know."""


def called(
    app: App, method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes | None
) -> tuple[int, dict[str, tuple[str, ...]], bytes]:
    """Status, headers and body of an app's answer to a request for an absolute URL.

    Raises: what the app raises; NotWsgi.
    """
    answered: list[tuple[str, list[tuple[str, str]]]] = []
    written: list[bytes] = []

    def start_response(status: str, head: list[tuple[str, str]], exc_info: object = None) -> Callable[[bytes], None]:
        if answered and exc_info is None:
            raise NotWsgi("the app called start_response twice, and the second time without exc_info")
        answered.append((status, head))
        return written.append

    chunks = app(_environ(method, url, headers, body or b""), start_response)
    if chunks is None:
        raise NotWsgi("the app returned None: expected an iterable of bytes")
    try:
        written.extend(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    if not answered:
        raise NotWsgi("the app returned without an answer: start_response was never called")
    status, head = answered[-1]
    by_name: dict[str, tuple[str, ...]] = {}
    for name, value in head:
        by_name[name] = (*by_name.get(name, ()), value)
    return int(status.split(" ", 1)[0]), by_name, b"".join(written)


def _environ(method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes) -> dict[str, Any]:
    """As PEP 3333 has it: bytes of the path and of header values stand as Latin-1."""
    parts = urlsplit(url)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(parts.path).decode("latin-1"),
        "QUERY_STRING": parts.query.encode().decode("latin-1"),
        "SERVER_NAME": parts.hostname or "",
        "SERVER_PORT": str(parts.port or (443 if parts.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": parts.netloc.rpartition("@")[2],
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers:
        key = name.upper().replace("-", "_")
        key = key if key == "CONTENT_TYPE" else f"HTTP_{key}"
        text = value.encode().decode("latin-1")
        environ[key] = f"{environ[key]}, {text}" if key in environ else text
    return environ
