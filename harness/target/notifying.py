"""How notifications reach the bots of a test: signed, forged where that is asked for, kept in the journal."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

from harness.delivery.bots import Bots, OnTold
from harness.delivery.outbox import Notification, Post
from harness.delivery.signing import Forgery, Signer, can_sign, signed
from harness.errors import UsageError
from harness.target.journal import Journal


@dataclass(frozen=True, slots=True)
class Told:
    """By what a notification is known again in the outbox's journal."""

    call_id: str
    label: str
    body: bytes


class Notifying:
    """The way from the outbox to the bots."""

    def __init__(self, journal: Journal, signer: Signer, *, on_told: OnTold | None = None) -> None:
        self.bots = Bots(on_told=on_told or journal.told)
        self.forged: set[Told] = set()
        self._forgeries: deque[Forgery] = deque()
        post = journal.posting(self.bots)
        self.post: Post = signed(post, signer, self._next_forgery)

    def forge(self, kind: str, times: int) -> None:
        """The next `times` notifications carry a token of this kind. Raises: UsageError."""
        if not can_sign():
            raise UsageError("notifications are not signed: pip install 'graph-call-harness[signing]'")
        known = list(Forgery)
        if kind not in known:
            raise UsageError(f"unknown forgery {kind!r}; known: {', '.join(known)}")
        if type(times) is not int or times < 1:
            raise UsageError(f"graph.forge: expected times as a whole number, 1 or more, got {times!r}")
        self._forgeries.extend([Forgery(kind)] * times)

    def is_forged(self, delivery: Any) -> bool:
        return Told(delivery.call_id, delivery.label, delivery.body) in self.forged

    def _next_forgery(self, notification: Notification) -> Forgery | None:
        if not self._forgeries:
            return None
        self.forged.add(Told(notification.call_id, notification.label, notification.body))
        return self._forgeries.popleft()

    def close(self) -> None:
        self.bots.close()
