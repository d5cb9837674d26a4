"""How the tenant behaves now, and what it has seen: what a test sets and reads from outside."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

from tests.standin.planted import Drawn

ROLES: Final = (
    "Calls.Initiate.All",
    "Calls.InitiateGroupCall.All",
    "Calls.JoinGroupCall.All",
    "Calls.JoinGroupCallAsGuest.All",
    "Calls.AccessMedia.All",
)


@dataclass(frozen=True, slots=True)
class Knobs:
    """Each is set by its name with `PUT /knobs`."""

    roles: tuple[str, ...] = ROLES  # that the administrator has consented to
    certificate: str = ""  # in PEM: the one registered for the application
    token_life: int = 3599  # seconds
    refuse: str = ""  # every request to calls is refused: "7503", "7504", "7505"
    throttle: int = 0  # so many requests to Graph are answered 429
    retry_after: str = "1"
    cut: int = 0  # so many answers of Graph break off in the middle
    slow: float = 0.0  # seconds until it answers to a new call; what it was asked for happens at once
    is_silent: bool = False  # never calls back
    compress: bool = True  # bodies, for whoever accepts gzip
    undeclared: bool = True  # members that the schema does not know, in what is told of calls
    padding: int = 0  # bytes of text in the answer to a new call
    clock: float = 0.0  # seconds by which its clock is fast
    people: Mapping[str, str] = field(default_factory=dict)  # id or phone -> answers (the default), declines, ignores
    ring: float = 0.02  # seconds until somebody answers or declines
    patience: float = 0.2  # seconds until it gives up on somebody who does neither
    tunnel: int = 0  # where the callback's public address leads: a port on loopback; 0 is nowhere
    tunnel_asks_for_sign_in: bool = False


class Standing:
    """One running stand-in: its knobs, what it drew, and each request as `PROTOCOL METHOD host/path`."""

    def __init__(self) -> None:
        self.drawn = Drawn()
        self.reset()

    def reset(self) -> None:
        """As at the start, but for what was drawn."""
        self.knobs = Knobs()
        self.seen: list[str] = []
        self._lock = threading.Lock()

    def set(self, values: Mapping[str, Any]) -> None:
        unknown = set(values) - {known.name for known in fields(Knobs)}
        if unknown:
            raise ValueError(f"no such knobs: {sorted(unknown)}")
        self.knobs = replace(self.knobs, **values)

    def takes_one(self, knob: str) -> bool:
        """Whether a counted knob is above zero; it then goes down by one."""
        with self._lock:
            left: int = getattr(self.knobs, knob)
            if left:
                self.set({knob: left - 1})
            return left > 0

    def now(self) -> float:
        return time.time() + self.knobs.clock
