"""http.client, and what is built on it: urllib.request, urllib3, requests, httplib2.

vcrpy replaces their connection classes, and while one connection is built puts all real classes of the process back:
requests of other threads then go to the network. Here classes stay what they are; a connection to a routed host gets a
socket that answers from memory. So connections made earlier, subclasses, and threads need no care, and the client's own
code writes the request and reads the response.
"""

from __future__ import annotations

import functools
import io
import socket
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, Final, cast

from harness.cassette.format import Request
from harness.intercept.answers import answered, refuse_late
from harness.intercept.interception import Interception, Responder
from harness.intercept.patching import Patch
from harness.intercept.process import PROCESS

_CONNECTING: Final = (
    ("http.client", "HTTPConnection"),
    ("http.client", "HTTPSConnection"),
    ("urllib3.connection", "HTTPConnection"),
    ("urllib3.connection", "HTTPSConnection"),
    ("httplib2", "HTTPConnectionWithTimeout"),
    ("httplib2", "HTTPSConnectionWithTimeout"),
)
"""Classes with a `connect` of their own."""

_Connection = Any
"""A http.client.HTTPConnection, which has no public name for the target of a tunnel."""


def patches(http_connection: type, https_connection: type) -> Iterator[Patch]:
    """http_connection, https_connection: http.client's own, whatever an outer cassette has put there."""
    yield Patch(http_connection, "putrequest", _putrequest)
    yield Patch(http_connection, "getresponse", _getresponse)
    for module, name in _CONNECTING:
        if module == "http.client":
            yield Patch(http_connection if name == "HTTPConnection" else https_connection, "connect", _connect)
        elif module in sys.modules and is_built_on(http_connection, module, name):
            yield Patch(_real(module, name), "connect", _connect)


def is_built_on(http_connection: type, module: str, name: str) -> bool:
    """Whether a client goes by http.client: urllib3-future, which niquests puts in urllib3's place, does not."""
    return issubclass(_real(module, name), http_connection)


def _real(module: str, name: str) -> type:
    """The class itself, where an outer cassette has put its stub in its place."""
    there = getattr(sys.modules[module], name, object)
    real: type = getattr(there, "_baseclass", there)
    return real


def _connect(original: Callable[[_Connection], None]) -> Callable[[_Connection], None]:
    @functools.wraps(original)
    def connect(connection: _Connection) -> None:
        interception = PROCESS.innermost
        if interception is None or interception.lets_through(_target(connection)[0]):
            return original(connection)
        connection.sock = MemorySocket()
        connection.is_verified = True
        return None

    return connect


def _putrequest(original: Callable[..., None]) -> Callable[..., None]:
    """The request says where it really goes: a plain HTTP proxy is told by the URL alone."""

    @functools.wraps(original)
    def putrequest(connection: _Connection, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        interception = PROCESS.innermost
        if interception is not None:
            uri = _uri(connection, url or "/")
            responder = interception.asked(method, uri, _host(connection, uri))
            if responder is None:
                _let_out(connection, interception)
            else:
                _keep_in(connection, MemorySocket(responder, method, uri, _timeout(connection)))
        original(connection, method, url, *args, **kwargs)

    return putrequest


def _let_out(connection: _Connection, interception: Interception) -> None:
    """What is let through by way of a proxy needs that one let through as well."""
    host, port = _target(connection)
    if not interception.lets_through(host):
        raise interception.refused(None, f"socket to {host}:{port}", host)
    if isinstance(connection.sock, MemorySocket):
        connection.sock = None


def _keep_in(connection: _Connection, memory: MemorySocket) -> None:
    """A connection that is open from before is closed."""
    if connection.sock is not None:
        connection.sock.close()
    connection.sock = memory


def _getresponse(original: Callable[..., Any]) -> Callable[..., Any]:
    """The memory does not outlive its response: the connection connects anew, wherever it is kept."""

    @functools.wraps(original)
    def getresponse(connection: _Connection, *args: Any, **kwargs: Any) -> Any:
        try:
            return original(connection, *args, **kwargs)
        finally:
            if isinstance(connection.sock, MemorySocket):
                connection.sock = None

    return getresponse


def _target(connection: _Connection) -> tuple[str, int]:
    if connection._tunnel_host:
        return str(connection._tunnel_host), int(connection._tunnel_port)
    return str(connection.host), int(connection.port)


def _timeout(connection: _Connection) -> float | None:
    given = connection.timeout
    return given if given is None or isinstance(given, int | float) else socket.getdefaulttimeout()


def _uri(connection: _Connection, url: str) -> str:
    """Absolute, and else as it is sent."""
    if not url.startswith("/") and "://" in url:
        return url
    host, port = _target(connection)
    scheme = "https" if connection.default_port == 443 else "http"
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}{'' if port == connection.default_port else f':{port}'}{url}"


def _host(connection: _Connection, uri: str) -> str:
    if connection._tunnel_host:
        return str(connection._tunnel_host)
    authority = uri.partition("://")[2].partition("/")[0].partition("?")[0].rpartition("@")[2]
    if authority.startswith("["):
        return authority[1:].partition("]")[0]
    return authority.partition(":")[0]


class MemorySocket:
    """Takes what a connection sends, and gives a responder's answer to be read. Without a responder, nobody answers."""

    def __init__(
        self, responder: Responder | None = None, method: str = "", uri: str = "", timeout: float | None = None
    ) -> None:
        self._responder = responder
        self._timeout = timeout
        self._method = method
        self._uri = uri
        self._sent: list[bytes] = []

    def sendall(self, data: Any) -> None:
        self._sent.append(bytes(data))

    def makefile(self, mode: str = "rb", *args: Any, **kwargs: Any) -> io.BytesIO:
        if self._responder is None:
            return _Broken(ConnectionResetError("the interception that this connection was made for is over"))
        began = time.monotonic()
        try:
            response = answered(self._responder, self._request())
            refuse_late(began, self._timeout)
        except BaseException as error:
            return _Broken(error)
        lines = [f"HTTP/1.1 {response.status} {response.reason}"]
        for name, values in response.headers.items():
            lines.extend(f"{name}: {' '.join(value.splitlines())}" for value in values)
        head = "\r\n".join([*lines, "", ""])
        return io.BytesIO(head.encode("latin-1", "replace") + cast(bytes, response.body))

    def _request(self) -> Request:
        head, _, body = b"".join(self._sent).partition(b"\r\n\r\n")
        headers: dict[str, tuple[str, ...]] = {}
        for line in head.decode("latin-1").replace("\r\n\t", " ").split("\r\n")[1:]:
            name, _, value = line.partition(":")
            headers[name] = (*headers.get(name, ()), value.strip())
        lower = {name.lower(): values for name, values in headers.items()}
        if "chunked" in lower.get("transfer-encoding", ()):
            body = _dechunked(body)
        return Request(self._method, self._uri, headers, body or (b"" if "content-length" in lower else None))

    def settimeout(self, timeout: float | None) -> None:
        self._timeout = timeout

    def gettimeout(self) -> float | None:
        return self._timeout

    def setsockopt(self, *options: Any) -> None:
        """No network, no options."""

    def shutdown(self, how: int) -> None:
        """No network, nothing to shut down."""

    def close(self) -> None:
        """No network, nothing to close."""


class _Broken(io.BytesIO):
    """Fails when it is read, as a connection does, and no earlier: a response cannot be half made."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self._error = error

    def readline(self, *args: Any) -> bytes:
        raise self._error


def _dechunked(body: bytes) -> bytes:
    parts = []
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size.partition(b";")[0] or b"0", 16)
        if length == 0:
            break
        parts.append(rest[:length])
        body = rest[length + 2 :]
    return b"".join(parts)
