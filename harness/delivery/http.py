"""Posting over HTTP: to loopback, and to hosts that somebody named; nowhere else.

The connection class is taken at import, so that recording tools that patch `http.client` later never see the fake's own
deliveries. `http.client.HTTPSConnection` finds itself by its global name, which such tools change: TLS is put on here.
"""

from __future__ import annotations

import ipaddress
import math
import select
import socket
import ssl
import time
from collections.abc import Collection
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Final

from harness.cassette.format import Response
from harness.delivery.callbacks import Callback, read_callback
from harness.delivery.outbox import CallbackRefused, Notification
from harness.delivery.pool import Pool
from harness.errors import UsageError

CA = str | Path | ssl.SSLContext
"""A file of certificates in PEM that are trusted, and no others; or a context of one's own."""

_MOST_ANSWER_BYTES: Final = 65536
_OF_ANOTHER: Final = (62, 64)
"""OpenSSL's codes for a certificate of another host or address."""
_OF_THE_CONNECTION: Final = ("host", "content-length", "transfer-encoding", "connection")


class TlsFailed(ConnectionError):
    """There is no TLS with the bot: its certificate is not trusted, or it speaks none."""


class HttpPost:
    """Posts notifications over kept-alive connections; follows no redirect, uses no proxy.

    allow: hosts beside loopback, exact, in any letter case. timeout: seconds for connecting, and of silence until the
    answer is there; as many in all for its body, of which the rest is left. None waits for ever. ca: whom to trust
    instead of the system's.

    A connection that the bot closed meanwhile is found out before anything is sent on it, and replaced. Once sent, a
    notification is never sent again from here, whatever becomes of the connection: that is an error, and a retry is for
    the outbox to decide and to write down.
    """

    def __init__(self, allow: Collection[str] = (), timeout: float | None = 10.0, *, ca: CA | None = None) -> None:
        self._allow = frozenset(host.lower() for host in allow)
        self._timeout = timeout
        self._context = None if ca is None else trusting(ca)
        self._idle: Pool[HTTPConnection] = Pool(close=HTTPConnection.close, is_usable=_is_usable)

    def __call__(self, notification: Notification) -> int:
        """The status of the bot's answer. Raises: CallbackRefused, OSError, http.client.HTTPException."""
        return self._told(read_callback(notification.callback_uri), notification)[0].status

    def answer(self, notification: Notification, callback: Callback) -> Response:
        """The bot's answer to a notification that goes to another address than it says. Raises: as above."""
        answer, body = self._told(callback, notification)
        headers: dict[str, tuple[str, ...]] = {}
        for name, value in answer.getheaders():
            headers[name] = (*headers.get(name, ()), value)
        return Response(answer.status, answer.reason, headers, body)

    def close(self) -> None:
        """Close the connections that are kept; from now on none is kept."""
        self._idle.close()

    def _told(self, callback: Callback, notification: Notification) -> tuple[HTTPResponse, bytes]:
        until = math.inf if self._timeout is None else time.monotonic() + self._timeout
        connection = self._idle.take(callback.origin) or self._opened(callback)
        try:
            _send(connection, callback.target, notification)
            answer = connection.getresponse()
            body = _body(answer, until)
        except BaseException:
            connection.close()
            raise
        if answer.isclosed() and connection.sock is not None:
            self._idle.put(callback.origin, connection)
        else:
            answer.close()
            connection.close()
        return answer, body

    def _opened(self, callback: Callback) -> HTTPConnection:
        scheme, host, port = callback.origin
        if not (host in self._allow or is_loopback(host)):
            raise CallbackRefused(host)
        connection = HTTPConnection(host, port, timeout=self._timeout)
        try:
            connection.connect()
            if scheme == "https":
                connection.sock = self._encrypted(connection.sock, host, port)
        except BaseException:
            connection.close()
            raise
        connection.auto_open = 0
        connection.default_port = 443 if scheme == "https" else 80  # which `Host` does not name
        return connection

    def _encrypted(self, plain: socket.socket, host: str, port: int) -> ssl.SSLSocket:
        if self._context is None:
            self._context = ssl.create_default_context()
        try:
            return self._context.wrap_socket(plain, server_hostname=host)
        except ssl.SSLCertVerificationError as error:
            remedy = "" if error.verify_code in _OF_ANOTHER else ": name the CA that signed it, ca='ca.pem'"
            problem = error.verify_message.rstrip(".") + remedy
            raise TlsFailed(f"the certificate of {host}:{port} is not trusted: {problem}") from error
        except ssl.SSLError as error:
            raise TlsFailed(f"no TLS with {host}:{port}: {error.reason or error}") from error


def trusting(ca: CA) -> ssl.SSLContext:
    """Raises: UsageError for a file that holds no certificates."""
    if isinstance(ca, ssl.SSLContext):
        return ca
    try:
        return ssl.create_default_context(cafile=str(ca))
    except ssl.SSLError as error:
        raise UsageError(f"ca {str(ca)!r}: expected certificates in PEM") from error
    except OSError as error:
        raise UsageError(f"ca {str(ca)!r}: {error.strerror or error}") from error


def is_loopback(host: str) -> bool:
    """An address of loopback, or `localhost` where that resolves to nothing else."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        pass
    if host.lower() != "localhost":
        return False
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return all(ipaddress.ip_address(address).is_loopback for address in found)


def _is_usable(connection: HTTPConnection) -> bool:
    """Whether nothing has come since the last answer: neither the end of the connection, nor what nobody asked for."""
    if connection.sock is None:
        return False
    if not hasattr(select, "poll"):  # Windows
        return not select.select([connection.sock], [], [], 0)[0]
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return not poll.poll(0)


def _send(connection: HTTPConnection, target: str, notification: Notification) -> None:
    """Send the headers as given; those of the connection are this connection's own."""
    connection.putrequest("POST", target, skip_accept_encoding=True)
    for name, value in notification.headers.items():
        if name.lower() not in _OF_THE_CONNECTION:
            connection.putheader(name, value)
    connection.putheader("Content-Length", str(len(notification.body)))
    connection.endheaders(notification.body)


def _body(answer: HTTPResponse, until: float) -> bytes:
    """The beginning of the body. The status is the answer: a body that breaks off, or is never whole, makes nobody
    post again. until: of `time.monotonic`."""
    parts: list[bytes] = []
    room = _MOST_ANSWER_BYTES
    with suppress(OSError, HTTPException):
        while room and (part := answer.read1(room)):
            parts.append(part)
            room -= len(part)
            if time.monotonic() > until:
                break
        if not answer.chunked:
            answer.read(0)  # has the answer find out that it is whole: read1 does not
    return b"".join(parts)
