"""The one queue of notifications: order, delay, loss, duplication, retries, and the journal of all attempts.

Notifications of one call are delivered one after the other, in the order in which they were put, whatever jitter and
retries do. Calls do not wait for each other, but within one cause: the end of a replaced call is told after what
replaced it. Nothing is posted inside `put`.
"""

from __future__ import annotations

import http.client
import logging
import random
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Protocol

from harness.delivery.clock import Clock
from harness.delivery.settings import DeliverySettings, Kind, Order
from harness.errors import HarnessError, named

KEPT_BYTES: Final = 64 * 2**10
_log: Final = logging.getLogger("harness.delivery")


class Result(StrEnum):
    """What became of one attempt."""

    DELIVERED = "delivered"
    REJECTED = "rejected"
    RETRYING = "retrying"
    GIVEN_UP = "given-up"
    REFUSED = "refused"
    DROPPED = "dropped"


class CallbackRefused(HarnessError):
    """A notification is not posted: its host is neither loopback nor allowed, or (`problem`) its URI is of no use."""

    def __init__(self, host: str, problem: str | None = None) -> None:
        self.host = host
        super().__init__(
            problem or f"callback host {host!r} is neither loopback nor allowed: allow it with --allow-callback {host}"
        )


@dataclass(frozen=True, slots=True)
class Notification:
    """A change as it is posted to the callback URI of its call. `label` names it in one line.

    app_id, tenant_id: of the application that is told, for whom its token is signed.
    """

    call_id: str
    kind: Kind
    label: str
    callback_uri: str
    headers: Mapping[str, str]
    body: bytes
    app_id: str
    tenant_id: str


class Post(Protocol):
    """How a notification reaches the bot: the status of the bot's answer.

    Raises: OSError, http.client.HTTPException when there is no answer; CallbackRefused.
    """

    def __call__(self, notification: Notification, /) -> int: ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to deliver a notification, as the journal keeps it: of the body at most its first 64 KiB.

    status: of the bot's answer, if it gave one.
    """

    number: int
    call_id: str
    kind: Kind
    label: str
    callback_uri: str
    attempt: int
    at: datetime
    result: Result
    status: int | None
    problem: str | None
    body: bytes


@dataclass(slots=True, eq=False)
class _Waiting:
    """A notification on its way. `behind`: the one before it of the same cause; `follower`: call of the one after."""

    notification: Notification
    settings: DeliverySettings
    behind: _Waiting | None = None
    follower: str | None = None
    attempt: int = 1
    is_done: bool = False


@dataclass(slots=True)
class _Lane:
    """The notifications of one call.

    due: when the last of them may go. ready: how many may go now. is_busy: the head is being posted, or waits for its
    retry.
    """

    due: datetime
    waiting: deque[_Waiting] = field(default_factory=deque)
    ready: int = 0
    is_busy: bool = False


class Outbox:
    """Notifications on their way to the bot.

    post: how one reaches the bot. submit: where posting runs (an executor's submit, so that a slow bot holds up its
    own call only); None: on the thread that moves the clock. journal: how many attempts are kept.

    log_failed: at which level attempts are logged that did not get through.

    An error of `post` that is neither a connection's nor a refusal ends that notification; it is raised to whoever
    moves the clock, and logged where posting was submitted.
    """

    def __init__(
        self,
        clock: Clock,
        post: Post,
        *,
        rng: random.Random,
        settings: DeliverySettings = DeliverySettings(),
        journal: int = 1000,
        submit: Callable[[Callable[[], None]], None] | None = None,
    ) -> None:
        self.settings = settings
        self.log_failed = logging.WARNING
        self._clock = clock
        self._post = post
        self._rng = rng
        self._submit = submit
        self._lock = threading.RLock()
        self._lanes: dict[str, _Lane] = {}
        self._journal: deque[Delivery] = deque(maxlen=journal)
        self._number = 0
        self._era = 0

    def put(
        self,
        notifications: Sequence[Notification],
        settings: DeliverySettings | None = None,
        *,
        own: Mapping[str, DeliverySettings] = MappingProxyType({}),
    ) -> None:
        """Take the notifications of one cause, in documented order.

        settings: instead of those for all. own: those of single calls, by id.
        """
        if not notifications:
            return
        with self._lock:
            of_all = self.settings if settings is None else settings
            last: _Waiting | None = None
            for notification in _arranged(notifications, lambda call_id: own.get(call_id, of_all).order):
                settings = own.get(notification.call_id, of_all)
                if notification.kind in settings.drop:
                    self._note(_Waiting(notification, settings), self._era, Result.DROPPED)
                    continue
                for _ in range(2 if notification.kind in settings.duplicate else 1):
                    last = self._queue(_Waiting(notification, settings, behind=last))

    def deliveries(self) -> list[Delivery]:
        """The attempts of late, oldest first."""
        with self._lock:
            return list(self._journal)

    @property
    def dropped_from_journal(self) -> int:
        """How many attempts the journal has no room for any more."""
        with self._lock:
            return self._number - len(self._journal)

    @property
    def pending(self) -> int:
        """How many notifications are not delivered, given up or refused yet."""
        with self._lock:
            return sum(len(lane.waiting) for lane in self._lanes.values())

    def reset(self) -> None:
        """Forget what is on its way and the journal; an attempt under way ends unseen."""
        with self._lock:
            self._lanes.clear()
            self._journal.clear()
            self._number = 0
            self._era += 1

    def _queue(self, waiting: _Waiting) -> _Waiting:
        """Put one at the end of its call's lane, due no earlier than the one before it."""
        call_id, settings, era = waiting.notification.call_id, waiting.settings, self._era
        jitter = self._rng.uniform(0.0, settings.jitter) if settings.jitter else 0.0
        now = self._clock.now()
        lane = self._lanes.setdefault(call_id, _Lane(due=now))
        lane.due = max(lane.due, now + timedelta(seconds=settings.delay + jitter))
        lane.waiting.append(waiting)
        if waiting.behind is not None:
            waiting.behind.follower = call_id
        self._clock.schedule((lane.due - now).total_seconds(), lambda: self._fall_due(call_id, era))
        return waiting

    def _fall_due(self, call_id: str, era: int) -> None:
        """One more notification of the call may go: the head, which is never due later than those behind it."""
        with self._lock:
            lane = self._lanes.get(call_id)
            if lane is None or era != self._era:
                return
            lane.ready += 1
            if lane.is_busy:
                return
            lane.is_busy = True
        self._run(lambda: self._deliver_ready(call_id, era))

    def _run(self, action: Callable[[], None]) -> None:
        if self._submit is None:
            action()
        else:
            self._submit(action)

    def _deliver_ready(self, call_id: str, era: int) -> None:
        """Post what may go of a call, one after the other, until nothing may or the head has to be tried again."""
        while (head := self._head(call_id, era)) is not None:
            try:
                is_done = self._attempt(head, era)
            except BaseException:
                self._settle(call_id, era)
                if self._head(call_id, era) is not None:
                    self._go_on(call_id, era, 0.0)
                raise
            if not is_done:
                self._go_on(call_id, era, head.settings.backoff * 2 ** (head.attempt - 2))
                return
            self._settle(call_id, era)

    def _head(self, call_id: str, era: int) -> _Waiting | None:
        """What goes next of a call; with nothing that may go the lane rests, and with nothing left it is forgotten."""
        with self._lock:
            lane = self._lanes.get(call_id)
            if lane is None or era != self._era:
                return None
            if lane.ready and (lane.waiting[0].behind is None or lane.waiting[0].behind.is_done):
                return lane.waiting[0]
            lane.is_busy = False
            if not lane.waiting:
                del self._lanes[call_id]
            return None

    def _settle(self, call_id: str, era: int) -> None:
        """The head is done with; what another call is told of the same cause may go now."""
        with self._lock:
            if era != self._era:
                return
            lane = self._lanes[call_id]
            done = lane.waiting.popleft()
            done.is_done, done.behind = True, None
            lane.ready -= 1
            follower = self._lanes.get(done.follower or "")
            if follower is not None and follower.ready and not follower.is_busy:
                follower.is_busy = True
                self._go_on(str(done.follower), era, 0.0)

    def _go_on(self, call_id: str, era: int, pause: float) -> None:
        """Come back to a busy lane after a pause, in seconds."""
        with self._lock:
            if era == self._era:
                self._clock.schedule(pause, lambda: self._run(lambda: self._deliver_ready(call_id, era)))

    def _attempt(self, head: _Waiting, era: int) -> bool:
        """Post once; whether the notification is done with. Raises: what `post` was not expected to raise."""
        status: int | None = None
        problem: str | None = None
        try:
            status = self._post(head.notification)
            result = _result(status)
        except CallbackRefused as refused:
            result, problem = Result.REFUSED, str(refused)
        except (OSError, http.client.HTTPException) as error:
            result, problem = Result.RETRYING, named(error)
        except BaseException as error:
            self._note(head, era, Result.GIVEN_UP, problem=named(error))
            if self._submit is None or not isinstance(error, Exception):
                raise
            _log.exception("posting %s failed", head.notification.label)  # an executor would swallow it
            return True
        if result is Result.RETRYING and head.attempt > head.settings.retries:
            result = Result.GIVEN_UP
        self._note(head, era, result, status=status, problem=problem)
        if result is Result.RETRYING:
            head.attempt += 1
            return False
        return True

    def _note(
        self, waiting: _Waiting, era: int, result: Result, *, status: int | None = None, problem: str | None = None
    ) -> None:
        """Journal and log an attempt, unless a reset came in between."""
        with self._lock:
            if era != self._era:
                return
            delivery = self._journaled(waiting, result, status, problem)
        _log.log(
            logging.INFO if result in (Result.DELIVERED, Result.DROPPED) else self.log_failed,
            "%s to %s: %s (attempt %d%s)",
            delivery.label,
            delivery.callback_uri,
            result,
            delivery.attempt,
            f", {problem or status}" if problem or status else "",
        )

    def _journaled(self, waiting: _Waiting, result: Result, status: int | None, problem: str | None) -> Delivery:
        notification = waiting.notification
        self._number += 1
        delivery = Delivery(
            number=self._number,
            call_id=notification.call_id,
            kind=notification.kind,
            label=notification.label,
            callback_uri=notification.callback_uri,
            attempt=waiting.attempt,
            at=self._clock.now(),
            result=result,
            status=status,
            problem=problem,
            body=notification.body[:KEPT_BYTES],
        )
        self._journal.append(delivery)
        return delivery


def _result(status: int) -> Result:
    if 200 <= status < 300:
        return Result.DELIVERED
    return Result.RETRYING if status >= 500 else Result.REJECTED


def _arranged(notifications: Sequence[Notification], order_of: Callable[[str], Order]) -> list[Notification]:
    out: list[Notification] = []
    for notification in _reversed(notifications, order_of):
        if (
            order_of(notification.call_id) is Order.ROSTER_FIRST
            and notification.kind is Kind.ROSTER
            and out
            and out[-1].kind is Kind.OPERATION
            and out[-1].call_id == notification.call_id
        ):
            out.insert(len(out) - 1, notification)
        else:
            out.append(notification)
    return out


def _reversed(notifications: Sequence[Notification], order_of: Callable[[str], Order]) -> list[Notification]:
    """Those whose order is reversed change places among themselves; all others stay where they are."""
    is_reversed = [order_of(notification.call_id) is Order.REVERSED for notification in notifications]
    last_first = (n for n, moves in zip(reversed(notifications), reversed(is_reversed), strict=True) if moves)
    return [next(last_first) if moves else n for n, moves in zip(notifications, is_reversed, strict=True)]
