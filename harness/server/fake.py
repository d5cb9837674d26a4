"""What one fake holds, and how its routes reach it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from flask import Flask, Request, request

from harness.delivery.signing import Signer
from harness.graph.refusals import Refusal
from harness.server.faults import Fault, Faults
from harness.server.patience import Impatient, Patience
from harness.server.world import World, WorldSettings

EXTENSION: Final = "harness"
"""Under which name of Flask's `extensions` an app keeps its fake."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a fake is set up.

    world: its rules, delivery and ids. body_limit: bytes of a request body (assumed). journal: how many requests
    are kept. refuse_opaque_tokens: only JWTs are taken. any_control_host: control answers whatever name it is called
    by; else only as `localhost` or by an address, which no web page can pretend. refusals: other answers for rules of
    `harness.graph.refusals`, by name.
    """

    world: WorldSettings = field(default_factory=WorldSettings)
    body_limit: int = 4 * 2**20
    journal: int = 1000
    refuse_opaque_tokens: bool = False
    any_control_host: bool = False
    refusals: Mapping[str, Refusal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as the journal keeps it.

    status: what the client got, 0 when its connection was cut. body: at most its first 16 KiB. fault: what it met.
    """

    number: int
    method: str
    path: str
    status: int
    request_id: str
    body: bytes
    fault: Fault | None = None


class Fake:
    """What a running app holds: its world, settings, journal of requests, the faults that they meet, what signs tokens.

    sleep: how the latency of a fault passes; in real seconds, as a client's time-out does.
    """

    def __init__(self, world: World, settings: Settings, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.world = world
        self.settings = settings
        self.asked: deque[Asked] = deque(maxlen=settings.journal)
        self.count = 0
        self.faults = Faults(world.chance)
        self.patience = Patience(world.clock.now, time.monotonic)
        self.signer = Signer()
        self.sleep = sleep

    @property
    def impatient(self) -> list[Impatient]:
        """Requests that came before the `Retry-After` of a fault had passed, the last hundred."""
        return self.patience.impatient()

    def reset(self, seed: int | None = None) -> None:
        """Forget everything but the settings; ids start again from `seed`, if there is one."""
        self.world.reset(seed)
        self.asked.clear()
        self.count = 0
        self.faults.clear()
        self.patience.clear()


def asked_now() -> Request:
    """The request itself: at Flask's proxy for it, each look costs nearly a microsecond."""
    asked: Request = request._get_current_object()  # type: ignore[attr-defined]
    return asked


def fake_of(app: Flask) -> Fake:
    """What an app made by `create_app` holds."""
    fake: Fake = app.extensions[EXTENSION]
    return fake
