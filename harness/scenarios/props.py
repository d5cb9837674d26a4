"""What a story needs beside a target: what a tenant lends, who is told what, and how stories go wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from harness.errors import HarnessError
from harness.graph.hosts import GRAPH_HOSTS
from harness.tenant.meetings import Meeting

PATIENCE: Final = 120.0
"""Seconds for anything that Graph is to tell: a phone rings for 115 at most (documented, `ringingTimeoutInSeconds`)."""


class StoryFailed(HarnessError):
    """A story took another course than it tells."""


class NothingTold(StoryFailed):
    """Graph told nothing at all: nobody knows what would have come of it."""


class Reaction(StrEnum):
    """What somebody does when it rings."""

    ANSWERS = "answers"
    DECLINES = "declines"
    IGNORES = "ignores"


def _nothing(text: str) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True)
class Props:
    """What a target lends to its stories. The defaults are good for the fake and for cassettes.

    users: ids of people, in order; none leaves them to the target. meeting: which one is joined; None is one of the
    bot's tenant. app_instance: object id of one with a number. token: None signs in with the bot's secret.
    say: told what happens. patience: see PATIENCE. Nobody is shown, where values are.
    """

    users: tuple[str, ...] = field(default=(), repr=False)
    meeting: Meeting | None = None
    app_instance: str = field(default="c2a6f8d4-71b3-4e0e-8f59-3b9d2e64a7c0", repr=False)
    graph_url: str = f"https://{GRAPH_HOSTS[0]}"
    token: Callable[[], str] | None = None
    say: Callable[[str], None] = _nothing
    patience: float = PATIENCE
