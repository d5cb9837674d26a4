"""Requests and answers over WSGI, whole."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote, unquote

from harness.cassette.format import Headers
from harness.inprocess.wsgi import App
from harness.record.messages import by_name

_WRITTEN: Final = re.compile(r"/(?:[A-Za-z0-9._~/;=,:@!$&'()*+-]|%[0-9A-Fa-f]{2})*")
Head = tuple[str, list[tuple[str, str]]]


def headers_of(environ: Mapping[str, Any]) -> Headers:
    """Headers of a request as WSGI has them: in capitals, a comma between values."""
    names = {"CONTENT_TYPE": "Content-Type", "CONTENT_LENGTH": "Content-Length"}
    names |= {key: key[5:].replace("_", "-") for key in environ if key.startswith("HTTP_")}
    return by_name((name, environ[key]) for key, name in names.items() if environ.get(key))


def target_of(environ: Mapping[str, Any]) -> str:
    """Path and query. A server hands the path on decoded, as Latin-1; some say as well how it was written."""
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    written = str(environ.get("REQUEST_URI") or "").partition("?")[0]
    if _WRITTEN.fullmatch(written) and unquote(written, "latin-1") == path:  # a slash may have been %2F
        target = written
    else:
        target = quote(path.encode("latin-1"), safe="/;=,:@!$&'()*+~") or "/"
    query = environ.get("QUERY_STRING", "")
    return f"{target}?{query}" if query else target


def body_of(environ: dict[str, Any], limit: int) -> bytes | None:
    """The body of a request, which can be read again; None where it is too large."""
    said = str(environ.get("CONTENT_LENGTH") or "")
    if said.isdecimal():
        if int(said) > limit:
            return None
        body = environ["wsgi.input"].read(int(said))
    elif environ.get("wsgi.input_terminated"):
        body = environ["wsgi.input"].read(limit + 1)
        if len(body) > limit:
            return None
    else:
        return b""
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    return bytes(body)


def collected(app: App, environ: dict[str, Any]) -> tuple[Head, bytes]:
    """Status and headers of an app's answer, and all of its body."""
    heads: list[Head] = []
    parts: list[bytes] = []

    def start_response(status: str, pairs: list[tuple[str, str]], exc_info: object = None) -> Callable[[bytes], None]:
        heads.append((status, pairs))
        return parts.append

    chunks = app(environ, start_response)
    try:
        parts.extend(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    if not heads:
        raise RuntimeError("the bot's app returned without an answer")
    return heads[-1], b"".join(parts)
