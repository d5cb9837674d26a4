"""A bot on a loopback port, for tests of a served fake."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.contract import strict


@dataclass
class Listener:
    """What has come, and a way to wait for more without sleeping."""

    url: str
    items: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, count: int, timeout: float = 10.0) -> list[dict[str, Any]]:
        """The notifications, once there are so many."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.items) >= count, timeout), self.items
            return list(self.items)


@contextmanager
def listening(status: int = 202, wait_for: threading.Event | None = None) -> Iterator[Listener]:
    """A bot that answers with `status`, once `wait_for` is set if there is one."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with listener.changed:
                listener.items += body["value"]
                listener.headers.append(dict(self.headers))
                problems.extend(strict.check_notifications(body))
                listener.changed.notify_all()
            if wait_for is not None:
                wait_for.wait(10)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    problems: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener = Listener(f"http://127.0.0.1:{server.server_port}/api/calls")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert problems == []
