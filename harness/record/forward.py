"""The real call: a request sent on over the network, by the way that requests would take, and its answer as it came.

Proxies and certificates are those that the environment names for requests. An interception lets exactly this out.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from harness.cassette.format import MAX_BYTES, Headers, Request, Response
from harness.errors import UsageError
from harness.intercept import outside

CONNECT_SECONDS: Final = 10.0
ANSWER_SECONDS: Final = 100.0
"""What clients of Graph wait for by default (msgraph-sdk)."""

_CONNECTIONS: Final = 64
_CHUNK: Final = 2**16
_OF_THE_CONNECTION: Final = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Said anew by each connection (RFC 9110, 7.6.1)."""


class Forward:
    """A responder that asks the real host. It blocks, so asyncio clients wait for it in a thread. Follows no redirect.

    An answer comes decoded, without the headers of its connection and its encoding; else exactly as it came.
    connect, answer: seconds to connect, and until the whole answer is there. largest_body: bytes of an answer.
    proxies: go by those of the environment. clear_text: send to http URLs, which everybody can read.
    Raises: TimeoutError and ConnectionError, which arrive as the client's own; UsageError for an http URL.
    """

    blocking: Final = True

    def __init__(
        self,
        *,
        connect: float = CONNECT_SECONDS,
        answer: float = ANSWER_SECONDS,
        largest_body: int = MAX_BYTES,
        proxies: bool = True,
        clear_text: bool = False,
    ) -> None:
        self._connect = connect
        self._answer = answer
        self._largest_body = largest_body
        self._clear_text = clear_text
        self._session = requests.Session()
        self._proxies = proxies
        self._adapter = _Adapter(pool_connections=_CONNECTIONS, pool_maxsize=_CONNECTIONS)
        self._ask = outside(self._asked)

    def __call__(self, request: Request) -> Response:
        parts = urlsplit(request.uri)
        if parts.scheme != "https" and not self._clear_text:
            raise UsageError(f"{parts.scheme}://{parts.netloc} is not asked in clear text: use https")
        return self._ask(request)

    def close(self) -> None:
        self._adapter.close()
        self._session.close()

    def _asked(self, request: Request) -> Response:
        until = time.monotonic() + self._answer
        with (
            _errors_of_the_network(urlsplit(request.uri).netloc.rpartition("@")[2], self._answer),
            closing(self._sent(request)) as response,
        ):
            raw: urllib3.HTTPResponse = response.raw
            is_decoded = _is_decodable(raw.headers.get("Content-Encoding", ""))
            body = self._read(raw, until, is_decoded)
            return Response(raw.status, raw.reason, _answered(raw.headers, body, is_decoded), body or None)

    def _sent(self, request: Request) -> requests.Response:
        way: Any = self._session.merge_environment_settings(request.uri, {}, True, True, None)
        if not self._proxies:
            way["proxies"] = {}
        if way["verify"] is True:  # what httpx and OpenSSL go by
            way["verify"] = os.environ.get("SSL_CERT_FILE") or True
        return self._adapter.send(_prepared(request), timeout=(self._connect, self._answer), **way)

    def _read(self, raw: urllib3.HTTPResponse, until: float, is_decoded: bool) -> bytes:
        parts: list[bytes] = []
        size = 0
        for part in raw.stream(_CHUNK, decode_content=is_decoded):
            size += len(part)
            if size > self._largest_body:
                raise ConnectionError(f"the answer has more than {self._largest_body} bytes: it is not taken")
            if time.monotonic() > until:
                raise TimeoutError
            parts.append(part)
        return b"".join(parts)


class _Adapter(HTTPAdapter):
    """`responses` and its like replace the method of the class it comes from, to answer in its place."""

    send = HTTPAdapter.send


def end_to_end(headers: Headers) -> dict[str, tuple[str, ...]]:
    """Headers that go on from one connection to the next."""
    named = {
        token.strip().lower()
        for name, values in headers.items()
        if name.lower() == "connection"
        for value in values
        for token in value.split(",")
    }
    return {name: values for name, values in headers.items() if name.lower() not in _OF_THE_CONNECTION | named}


def _prepared(request: Request) -> requests.PreparedRequest:
    """As it stands: requests' own preparation would mend the URL, and take passwords from .netrc."""
    prepared = requests.PreparedRequest()
    prepared.method = request.method
    prepared.url = request.uri
    prepared.body = request.body
    prepared.headers = CaseInsensitiveDict(
        {name: ", ".join(values) for name, values in end_to_end(request.headers).items()}
    )
    asks_for_encoding = "Accept-Encoding" in prepared.headers
    prepared.headers["Accept-Encoding"] = _DECODABLE if asks_for_encoding else "identity"
    if request.body is not None:
        prepared.headers["Content-Length"] = str(len(request.body))
    return prepared


_DECODABLE: Final = urllib3.make_headers(accept_encoding=True)["accept-encoding"]
_DECODERS: Final = frozenset(urllib3.HTTPResponse.CONTENT_DECODERS)


def _is_decodable(encoding: str) -> bool:
    return all(name.strip().lower() in _DECODERS for name in encoding.split(",") if name.strip())


def _answered(headers: Mapping[str, str], body: bytes, is_decoded: bool) -> Headers:
    """Headers as they came, each value on its own; the length is that of the body as it is handed on."""
    found: dict[str, tuple[str, ...]] = {}
    for name, value in _pairs(headers):
        found[name] = (*found.get(name, ()), value)
    kept = end_to_end(found)
    if is_decoded:
        kept = {name: values for name, values in kept.items() if name.lower() != "content-encoding"}
    length = [name for name in found if name.lower() == "content-length"]
    return {**kept, length[0]: (str(len(body)),)} if length and body else kept


def _pairs(headers: Any) -> Iterable[tuple[str, str]]:
    pairs: Iterable[tuple[str, str]] = headers.iteritems()
    return pairs


@contextmanager
def _errors_of_the_network(host: str, seconds: float) -> Iterator[None]:
    """As a responder raises them. What urllib3 says of a failure names the URL, which is not for every log."""
    before = sys.exc_info()[1]
    try:
        yield
    except (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError) as error:
        raise TimeoutError(f"{host} did not answer within {seconds:g} s") from error
    except (requests.exceptions.SSLError, urllib3.exceptions.SSLError) as error:
        raise ConnectionError(
            f"no TLS with {host}: {_reason(error, before)}. Whom to trust is read from REQUESTS_CA_BUNDLE, "
            "CURL_CA_BUNDLE and SSL_CERT_FILE"
        ) from error
    except requests.exceptions.ProxyError as error:
        raise ConnectionError(f"the proxy does not lead to {host}: {_reason(error, before)}") from error
    except (requests.exceptions.InvalidURL, urllib3.exceptions.LocationValueError):
        raise ConnectionError(f"no way leads to {host}: {_NO_PROXY}") from None
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise ConnectionResetError(f"{host}: {_reason(error, before)}") from error


_NO_PROXY: Final = (
    "the proxy of the environment is no URL such as http://NAME:PASSWORD@HOST:PORT, where special characters of a "
    "password are percent-encoded"
)
"""What urllib3 says then is the part that it takes for a host: half a password."""


def _reason(error: BaseException, before: BaseException | None) -> str:
    """What lies at the bottom: each library wraps the error of the one below.

    before: what the caller was handling already, which is nobody's business here.
    """
    while True:
        inner = getattr(error, "reason", None) or next((a for a in error.args if isinstance(a, Exception)), None)
        inner = inner or error.__cause__ or error.__context__
        if not isinstance(inner, Exception) or inner in (error, before):
            return str(error) or type(error).__name__
        error = inner
