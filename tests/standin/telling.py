"""Notifications to the registered callback: in order, from one thread, with the headers that were seen on real ones."""

from __future__ import annotations

import heapq
import http.client
import itertools
import json
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

from tests.standin.identity import Key
from tests.standin.knobs import Standing
from tests.standin.planted import CALLER_ADDRESS, CLIENT_ID, TENANT_ID, TUNNEL_HOST

_TIMEOUT: Final = 10.0


class Telling:
    """`later(seconds, what)` runs in due order; what is due together, in the order it was put."""

    def __init__(self, standing: Standing, key: Key) -> None:
        self._standing = standing
        self._key = key
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()
        self._changed = threading.Condition()
        threading.Thread(target=self._run, daemon=True).start()

    def later(self, seconds: float, what: Callable[[], None]) -> None:
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._count), what))
            self._changed.notify()

    def forget(self) -> None:
        """Whatever is still due."""
        with self._changed:
            self._due.clear()

    def tell(self, callback: str, chain: str, *items: dict[str, Any]) -> None:
        """Post now; a bot that cannot be reached is told once, as if nobody knew of retries."""
        if self._standing.knobs.is_silent:
            return
        noted = [{"@odata.type": "#microsoft.graph.commsNotification", **item} for item in items]
        body = {"@odata.type": "#microsoft.graph.commsNotifications", "value": noted}
        with suppress(OSError, http.client.HTTPException):
            self._post(callback, self._headers(chain), json.dumps(body, separators=(",", ":")).encode())

    def _headers(self, chain: str) -> dict[str, str]:
        claims = {"iss": "https://api.botframework.com", "aud": CLIENT_ID, "tid": TENANT_ID}
        token = self._standing.drawn.keep(self._key.token(claims, 3900, self._standing.now()))
        return {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Accept": "application/json",
            "User-Agent": "Microsoft-Skype/3.0,(Calling/1.0)",
            "X-Microsoft-Skype-Chain-ID": chain,
            "X-Microsoft-Skype-Message-ID": self._standing.drawn.id(),
            "Scenario-Id": chain,
            "MS-Teams-Ring": "general",
            "X-Forwarded-For": CALLER_ADDRESS,  # of the team's tunnel
            "Connection": "close",
        }

    def _post(self, callback: str, headers: dict[str, str], body: bytes) -> None:
        """By the tunnel, or to loopback; it goes nowhere else."""
        url = urlsplit(callback)
        port = self._standing.knobs.tunnel if url.hostname == TUNNEL_HOST else url.port
        if not port or url.hostname not in (TUNNEL_HOST, "127.0.0.1", "localhost"):
            return
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT)
        target = f"{url.path or '/'}{'?' + url.query if url.query else ''}"
        connection.request("POST", target, body, {"Host": url.netloc, **headers})
        connection.getresponse().read()
        connection.close()

    def _run(self) -> None:
        while True:
            what = self._next()
            try:
                what()
            except Exception:
                traceback.print_exc()  # and what is due next is told all the same

    def _next(self) -> Callable[[], None]:
        with self._changed:
            while not self._due or self._due[0][0] > time.monotonic():
                self._changed.wait(self._due[0][0] - time.monotonic() if self._due else None)
            return heapq.heappop(self._due)[2]
