"""One replay of a cassette from its beginning, and how it went."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from typing import Final

from harness.cassette.format import Cassette, Direction, Request, Response
from harness.cassette.scenario import Scenario
from harness.delivery.outbox import Delivery, Notification, Result
from harness.errors import GraphError, HarnessError, counted
from harness.replay import Replay, leftover
from harness.server import Fake, tokens

AGAIN: Final = "record again with `graph-harness serve --target record`"
_ENDED: Final = (Result.DELIVERED, Result.REJECTED, Result.GIVEN_UP, Result.REFUSED, Result.DROPPED)


class Run:
    """Answers as the cassette has it; its notifications go to the fake's outbox, on the fake's clock.

    asked: requests so far. unanswered: those that the cassette does not answer.
    """

    def __init__(self, cassette: Cassette, scenario: Scenario | None, fake: Fake, callback: str | None) -> None:
        self.asked = 0
        self.unanswered = 0
        self._fake = fake
        self._lock = threading.Lock()
        self._told = 0
        self._waiting: deque[Notification] = deque()
        self._is_signed_in = False
        clock = fake.world.clock
        self._replay = Replay(cassette, scenario, put=self._put, now=clock.now, callback=callback, again=AGAIN)

    def start(self) -> None:
        """Tell what was told before the first request."""
        self._replay.start()

    def answer(self, request: Request) -> Response:
        """Raises: NothingRecorded, CassetteError."""
        with self._lock:
            self._sign_in(request)
            self.asked += 1
        try:
            return self._replay.answer(request)
        except HarnessError:
            with self._lock:
                self.unanswered += 1
            raise

    @property
    def is_whole(self) -> bool:
        """Whether everything was asked, answered, told and taken."""
        return not (self.unanswered or self._on_their_way() or self._failed() or leftover(self._replay))

    def counts(self) -> dict[str, object]:
        """How far it is, for clients that wait for its end."""
        return {
            "unplayed": [self._replay.named(one) for one in self._replay.unplayed],
            "notDue": len(self._replay.undelivered),
            "onTheirWay": self._on_their_way(),
            "notTaken": len(self._failed()),
            "unanswered": self.unanswered,
            "isWhole": self.is_whole,
        }

    def lines(self) -> Iterator[str]:
        """How it went, for people."""
        path = self._replay.cassette.path
        left = leftover(self._replay, otherwise="")
        if self.is_whole:
            yield f"{path}: all of it was played: {self._counted()}"
        if left is not None:
            yield left
        if self.unanswered:
            yield f"{path}: {counted(self.unanswered, 'request')} got no answer from it, see above"
        if on_their_way := self._on_their_way():
            yield f"{path}: {counted(on_their_way, 'notification')} still on the way when it ended"
        for failed in self._failed():
            yield f"{path}: not taken by the bot: {failed.label}: {failed.problem or failed.status}"

    def _counted(self) -> str:
        told = sum(i.direction is Direction.GRAPH_TO_BOT for i in self._replay.cassette.interactions)
        return f"{counted(len(self._replay.cassette.interactions) - told, 'request')}, {counted(told, 'notification')}"

    def _put(self, notification: Notification, delay: float) -> None:
        """By one thread at a time, in order. Real time passes meanwhile: what comes due first is what was put first."""
        self._told += 1
        self._waiting.append(notification)
        self._fake.world.clock.schedule(delay, self._tell_next)

    def _tell_next(self) -> None:
        self._fake.world.outbox.put([self._waiting.popleft()])

    def _deliveries(self) -> list[Delivery]:
        return self._fake.world.outbox.deliveries()

    def _on_their_way(self) -> int:
        return max(self._told - sum(d.result in _ENDED for d in self._deliveries()), 0)

    def _failed(self) -> list[Delivery]:
        return [d for d in self._deliveries() if d.result in (Result.REJECTED, Result.GIVEN_UP, Result.REFUSED)]

    def _sign_in(self, request: Request) -> None:
        """The application on the cassette is whoever's token comes first."""
        if self._is_signed_in:
            return
        default = self._fake.world.application
        shown = next((v for n, values in request.headers.items() if n.lower() == "authorization" for v in values), None)
        try:
            read = tokens.application(shown, default)
        except GraphError:
            return
        if read.id != default.id:
            self._is_signed_in = True
            self._replay.signs_in(read.id, read.tenant_id)
