"""Recorded notifications: when they are due, and how they look to the bot."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from harness.cassette.bodies import items_of, parsed, resource_of
from harness.cassette.format import Direction, Interaction
from harness.delivery import Notification, kind_of_resource
from harness.replay.translating import Translating, joined

_CALL: Final = re.compile(r"/calls(?:/|\(')([^/?#')]+)")


class Due:
    """Which recorded notifications are due: those with nothing before them that the bot has not asked for yet."""

    def __init__(self, interactions: Sequence[Interaction]) -> None:
        self._waiting = deque(interactions)
        self._played: set[int] = set()
        self._last: Interaction | None = None

    def play(self, seq: int) -> None:
        """A recorded request has been made."""
        self._played.add(seq)

    def take(self) -> list[tuple[Interaction, float]]:
        """What has become due, and how many seconds after the last request before it that was recorded."""
        due: list[tuple[Interaction, float]] = []
        while self._waiting:
            head = self._waiting[0]
            if head.direction is Direction.CLIENT_TO_GRAPH:
                if head.seq not in self._played:
                    break
                self._played.discard(head.seq)
                self._last = head
            else:
                due.append((head, _seconds(self._last, head)))
            self._waiting.popleft()
        return due

    @property
    def waiting(self) -> tuple[Interaction, ...]:
        """Notifications that are not due yet."""
        return tuple(i for i in self._waiting if i.direction is Direction.GRAPH_TO_BOT)


def _seconds(last: Interaction | None, told: Interaction) -> float:
    """From the end of a request to a notification; 0 where that is not known, or the notification came first."""
    if last is None:
        return 0.0
    try:
        ended, began = (datetime.fromisoformat(text or "") for text in (last.ended or last.started, told.started))
        return max((began - ended).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return 0.0


def notification(told: Interaction, translating: Translating, app_id: str, tenant_id: str) -> Notification:
    """A recorded notification as the bot is told it. The token is not on the cassette: who posts it signs it."""
    place = (None, f"seq {told.seq}")
    request = told.request
    body = translating.body(request.body, (place, "body")) or b""
    item = next(iter(items_of(parsed(body))), {})
    resource = resource_of(item)
    call = _CALL.search(resource)
    return Notification(
        call_id=call[1] if call else "",
        kind=kind_of_resource(resource),
        label=f"{item.get('changeType', '?')} {resource or '?'}",
        callback_uri=translating.callback(request.uri),
        headers=joined(translating.headers(request.headers, body, (place, "headers"))),
        body=body,
        app_id=app_id,
        tenant_id=tenant_id,
    )
