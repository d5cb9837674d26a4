"""What each verb of `graph` does on each target, or in which words it is refused: one table for code and manual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from harness.errors import UsageError


class TargetName(StrEnum):
    """Who answers as Graph."""

    FAKE = "fake"
    REPLAY = "replay"
    LIVE = "live"
    RECORD = "record"


class VerbRefused(UsageError):
    """A verb is not to be had on a target: `words` say why, and what to do."""

    def __init__(self, verb: str, target: TargetName, words: str) -> None:
        self.verb = verb
        self.target = target
        self.words = words
        super().__init__(f"graph.{verb} is refused on target {str(target)!r}: {words}")


@dataclass(frozen=True, slots=True)
class Refused:
    """The words in which a verb is refused."""

    words: str


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb, target by target: what it does there. `record` does what `live` does, and keeps what passes."""

    fake: str
    replay: str | Refused
    live: str | Refused

    def on(self, target: TargetName) -> str | Refused:
        cells: Mapping[TargetName, str | Refused] = {
            TargetName.FAKE: self.fake,
            TargetName.REPLAY: self.replay,
            TargetName.LIVE: self.live,
            TargetName.RECORD: self.live,
        }
        return cells[target]


_RECORDED: Final = "accepted, and changes nothing: the cassette holds what they did"
_SCRIPTED: Final = "tells whoever holds the device what to do when it rings"
_BY_HAND: Final = "tells whoever holds the device to do it now, and waits until it shows"
_TIME: Final = Refused("real time cannot be moved: use graph.wait_for(condition, timeout=…)")
_REAL_FAULT: Final = Refused("Graph cannot be made to fail: mark the test with targets=['fake']")
_NO_FAULT: Final = Refused("the cassette holds what Graph answered: mark the test with targets=['fake']")

VERBS: Final[Mapping[str, Verb]] = {
    "bot": Verb(
        "adds a bot; notifications of its calls go to it",
        "adds a bot; the recorded notifications go to it",
        "adds the one bot; Graph reaches it at GRAPH_CALLBACK_URL, which is `bot.callback_uri`",
    ),
    "person": Verb(
        "somebody with an id of their own, who answers at once unless scripted",
        "a handle whose id stands for the recorded one",
        "the next of the users in GRAPH_USERS",
    ),
    "phone": Verb(
        "a number, who answers at once unless scripted", "a handle that stands for the recorded number", "GRAPH_PHONE"
    ),
    "answers": Verb("picks up, `after` so many seconds", _RECORDED, _SCRIPTED),
    "declines": Verb("declines, `after` so many seconds", _RECORDED, _SCRIPTED),
    "is_busy": Verb("is on the phone already", _RECORDED, _SCRIPTED),
    "ignores": Verb("lets it ring until Graph gives up, after 60 seconds", _RECORDED, _SCRIPTED),
    "fails": Verb("cannot be reached: code, subcode and message as told", _RECORDED, _REAL_FAULT),
    "joins": Verb("comes into a group call or meeting on their own", _RECORDED, _BY_HAND),
    "leaves": Verb("goes; in a peer-to-peer call that ends it", _RECORDED, _BY_HAND),
    "mutes": Verb("mutes themselves", _RECORDED, _BY_HAND),
    "unmutes": Verb("unmutes themselves", _RECORDED, _BY_HAND),
    "hangs_up": Verb("goes; if nobody else is left, the call ends", _RECORDED, _BY_HAND),
    "call": Verb(
        "puts in a call of the bot, established unless `state` says otherwise; nothing is told",
        "a handle whose id stands for the recorded one",
        "makes the call in the application's name and waits until it is established; nothing is told before. With a "
        "chat, or with nobody in it, it is GRAPH_MEETING",
    ),
    "calls": Verb("the calls that bots created", "the same", "the same"),
    "roster": Verb(
        "who is in the call now",
        "who was in it by the latest answer or notification",
        "asks Graph for the participants, once a second at most",
    ),
    "operations": Verb(
        "the call's operations and their status",
        "the same, by the latest answer or notification",
        "asks Graph for each that goes on",
    ),
    "drain": Verb(
        "lets happen all that is due, however late, and delivers it",
        "delivers what the cassette tells next",
        "waits until calls and operations have come to rest and nothing has passed for 2 seconds; at most 90",
    ),
    "advance": Verb("lets so many seconds pass, at once", "delivers what had been told by then", _TIME),
    "wait_for": Verb(
        "goes on delivering, and lets real time pass, until the condition holds",
        "the same",
        "waits, in real time, until the condition holds; at most 90 seconds unless `timeout` says how many",
    ),
    "fail": Verb("the next requests of a kind are answered with an error", _NO_FAULT, _REAL_FAULT),
    "throttle": Verb("the next requests of a kind are answered 429 with Retry-After", _NO_FAULT, _REAL_FAULT),
    "slow": Verb("the next requests of a kind take so many seconds", _NO_FAULT, _REAL_FAULT),
    "reset_connection": Verb("the next requests of a kind lose their connection", _NO_FAULT, _REAL_FAULT),
    "deliver": Verb(
        "order, delay, jitter, drop, duplicate, retries of notifications",
        Refused("the cassette holds what was told, and in which order: mark the test with targets=['fake']"),
        Refused("Graph decides how it tells: mark the test with targets=['fake']"),
    ),
    "forge": Verb(
        "the next notifications carry a token that the bot must refuse",
        "the same",
        Refused("nobody forges tokens of Microsoft's: mark the test with targets=['fake', 'replay']"),
    ),
    "expect_rejections": Verb("notifications that the bot rejects do not fail the test", "the same", "the same"),
    "requests": Verb("what bots asked Graph, with its answers", "the same", "the same"),
    "deliveries": Verb("every attempt to deliver a notification, and what became of it", "the same", "the same"),
    "ids": Verb("identifiers of this test by role: `call:1`, `user:2`", "the same", "the same"),
    "timeline": Verb(
        "what passed in this test, one line each, as text", "the same", "the same, without secrets, ids and names"
    ),
    "register": Verb("answers for a `responses.RequestsMock`", "the same", Refused("there is nothing to mock")),
}
"""Every verb of `graph` and of the people in it."""


def refuse_where_not_had(verb: str, target: TargetName) -> None:
    """Raises: VerbRefused."""
    cell = VERBS[verb].on(target)
    if isinstance(cell, Refused):
        raise VerbRefused(verb, target, cell.words)
