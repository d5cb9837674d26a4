"""What one fake holds, and how its routes reach it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from flask import Flask

from harness.delivery.signing import Signer
from harness.graph.refusals import Refusal
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
    """One request as the journal keeps it. `body`: at most its first 16 KiB."""

    number: int
    method: str
    path: str
    status: int
    request_id: str
    body: bytes


@dataclass(slots=True)
class Fake:
    """What a running app holds: its world, its settings, the journal of requests, and what signs its tokens."""

    world: World
    settings: Settings
    asked: deque[Asked]
    count: int = 0
    signer: Signer = field(default_factory=Signer)


def fake_of(app: Flask) -> Fake:
    """What an app made by `create_app` holds."""
    fake: Fake = app.extensions[EXTENSION]
    return fake
