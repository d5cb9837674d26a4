"""TLS for waitress, which has none: its own loop and threads, with sockets that encrypt.

No second port, thread or copy stands between client and server. This is the one place that knows how a channel of
waitress reads and writes.
"""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import time
from contextlib import suppress
from typing import Any, Final

from waitress.channel import HTTPChannel

_log: Final = logging.getLogger("harness.server")
_NOT_NOW: Final = (ssl.SSLWantReadError, ssl.SSLWantWriteError)


def encrypted(listening: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
    """A listening socket whose connections are encrypted. The handshake is part of reading: nobody waits for it."""
    return context.wrap_socket(listening, server_side=True, do_handshake_on_connect=False)


class TlsChannel(HTTPChannel):
    """A connection of waitress over TLS.

    The loop reads while a thread writes, which the library allows on one connection only in turn: hence the lock.
    """

    def __init__(self, server: Any, sock: ssl.SSLSocket, *args: Any, **more: Any) -> None:
        self._tls = sock
        self._turn = threading.Lock()
        super().__init__(server, sock, *args, **more)

    def handle_read(self) -> None:
        try:
            data = self._decrypted()
        except _NOT_NOW:
            return
        except OSError as error:
            self._tell(error)
            self.handle_close()
            return
        if not data:
            self.handle_close()
            return
        self.last_activity = time.time()
        self.received(data)

    def _tell(self, error: OSError) -> None:
        """A client that does not trust the certificate, or speaks no TLS, is told of; one that goes away is not."""
        if isinstance(error, ssl.SSLError):
            reason = (error.reason or str(error)).lower().replace("_", " ")
            _log.warning("no TLS with a client on %s: %s", self.addr[0], reason)

    def _decrypted(self) -> bytes:
        """What has come, all of it: what the library holds already does not show on the socket any more."""
        with self._turn:
            data = self._tls.recv(self.adj.recv_bytes)
            while self._tls.pending():
                data += self._tls.recv(self._tls.pending())
        return data

    def send(self, data: bytes, do_close: bool = True) -> int:
        """How much was taken; nothing when the socket is full, or the client is gone."""
        try:
            with self._turn:
                return self._tls.send(data)
        except _NOT_NOW:
            return 0
        except OSError:
            if do_close:
                self.handle_close()
            return 0

    def handle_close(self) -> None:
        """Tell the client that this is the end and no accident, without waiting for its answer."""
        with self._turn, suppress(OSError, ValueError):
            self._tls.unwrap()
        super().handle_close()
