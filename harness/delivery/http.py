"""Posting over HTTP: to loopback, and to hosts that somebody named; nowhere else.

The connection classes are taken at import, so that recording tools that patch `http.client` later never see the
fake's own deliveries.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit

from harness.delivery.outbox import CallbackRefused, Notification

_MOST_ANSWER_BYTES: Final = 65536
_OF_THE_CONNECTION: Final = ("host", "content-length", "transfer-encoding", "connection")


class HttpPost:
    """Posts notifications with `http.client`; follows no redirect, uses no proxy.

    allow: hosts beside loopback, exact, in any letter case. timeout: seconds for connecting and for the answer.
    """

    def __init__(self, allow: Collection[str] = (), timeout: float = 10.0) -> None:
        self._allow = frozenset(host.lower() for host in allow)
        self._timeout = timeout

    def __call__(self, notification: Notification) -> int:
        """The status of the bot's answer. Raises: CallbackRefused, OSError, http.client.HTTPException."""
        connection, target = self._open(notification.callback_uri)
        try:
            _send(connection, target, notification)
            answer = connection.getresponse()
            # The status is the answer; a body that breaks off must not make a delivered notification go out again.
            with suppress(OSError, HTTPException):
                answer.read(_MOST_ANSWER_BYTES)
            return answer.status
        finally:
            connection.close()

    def _open(self, uri: str) -> tuple[HTTPConnection, str]:
        """A connection to where the URI points, not made yet, and the path to ask for."""
        try:
            parts = urlsplit(uri)
            host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise CallbackRefused("", f"callback {uri!r} is no URI: {error}") from error
        kind = {"http": HTTPConnection, "https": HTTPSConnection}.get(parts.scheme)
        if kind is None or not host:
            raise CallbackRefused(host, f"callback {uri!r} is not posted to: expected http(s)://HOST[:PORT]/PATH")
        if not self._is_allowed(host):
            raise CallbackRefused(host)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return kind(host, port, timeout=self._timeout), target

    def _is_allowed(self, host: str) -> bool:
        return host.lower() in self._allow or _is_loopback(host)


def _send(connection: HTTPConnection, target: str, notification: Notification) -> None:
    """Send the headers as given; those of the connection are this connection's own."""
    connection.putrequest("POST", target, skip_accept_encoding=True)
    for name, value in notification.headers.items():
        if name.lower() not in _OF_THE_CONNECTION:
            connection.putheader(name, value)
    connection.putheader("Content-Length", str(len(notification.body)))
    connection.putheader("Connection", "close")
    connection.endheaders(notification.body)


def _is_loopback(host: str) -> bool:
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
