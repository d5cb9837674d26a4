"""Bots with a journal of what was told, for tests of how notifications reach them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from harness.cassette.format import Response
from harness.delivery.bots import Bots
from harness.delivery.outbox import Notification
from harness.delivery.settings import Kind

CALLBACK = "https://bot.example/api/calls?tenant=1"
VALUE = {"value": [{"changeType": "updated"}]}


def notice(uri: str = CALLBACK, *, app: str = "app-1") -> Notification:
    body = json.dumps(VALUE).encode()
    headers = {"Content-Type": "application/json", "Scenario-Id": "1"}
    return Notification("a", Kind.CALL, "updated /communications/calls/a", uri, headers, body, app, "tenant")


@dataclass
class Rig:
    """bots, and what became of each attempt: status, body and problem."""

    bots: Bots = field(init=False)
    told: list[tuple[int | None, bytes | None, str | None]] = field(default_factory=list)
    answers: list[Response | None] = field(default_factory=list)

    def on_told(self, _: Notification, answer: Response | None, problem: str | None) -> None:
        self.answers.append(answer)
        self.told.append((answer.status if answer else None, answer.body if answer else None, problem))

    def add(self, bot: Any, name: str = "b", **more: Any) -> None:
        self.bots.add(bot, name=name, **more)

    def post(self, uri: str = CALLBACK, **more: Any) -> int:
        return self.bots(notice(uri, **more))


@contextmanager
def bots(timeout: float | None = 10.0) -> Iterator[Rig]:
    rig = Rig()
    rig.bots = Bots(on_told=rig.on_told, timeout=timeout)
    try:
        yield rig
    finally:
        rig.bots.close()
