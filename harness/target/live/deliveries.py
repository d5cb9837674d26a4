"""What Graph told the bot, and what became of it: where other targets have their outbox."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from harness.delivery.outbox import KEPT_BYTES, Delivery, Notification, Result
from harness.delivery.settings import DeliverySettings


class Deliveries:
    """Attempts of Graph's, each of which it makes on its own: one that it repeats is another."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.settings = DeliverySettings()
        self.pending = 0
        self._now = now
        self._lock = threading.Lock()
        self._made: list[Delivery] = []

    def deliveries(self) -> list[Delivery]:
        with self._lock:
            return list(self._made)

    def note(
        self, told: Notification, result: Result, *, status: int | None = None, problem: str | None = None
    ) -> None:
        with self._lock:
            self._made.append(
                Delivery(
                    number=len(self._made) + 1,
                    call_id=told.call_id,
                    kind=told.kind,
                    label=told.label,
                    callback_uri=told.callback_uri,
                    attempt=1,
                    at=self._now(),
                    result=result,
                    status=status,
                    problem=problem,
                    body=told.body[:KEPT_BYTES],
                )
            )
