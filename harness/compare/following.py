"""Two traces bound while they grow: part by part for a whole comparison, or exchange by exchange for who drives one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from harness.cassette.binding import Binding
from harness.cassette.trace import Exchange, Told
from harness.cassette.walking import Walk
from harness.compare.pairing import STRICT, Pairing, subject_of

_KEPT: Final = 64
"""How many notifications of each side go on waiting for their partner."""


def same_request(walk: Walk, mine: Exchange, theirs: Exchange, number: int) -> bool:
    """Bind what two requests hold; whether they are the same by that. `number`: the recorded one's, from 1."""
    place = (None, f"requests/{number}")
    url = walk.both(mine.url, theirs.url, (place, "url"), "url")
    body = walk.both(mine.body, theirs.body, (place, "body"))
    return url and body and mine.method == theirs.method


def same_answer(walk: Walk, mine: Exchange, theirs: Exchange, number: int) -> bool:
    """The same for the answers to two requests."""
    place = (None, f"requests/{number}/response")
    headers = walk.both(mine.headers, theirs.headers, (place, "headers"))
    body = walk.both(mine.answer, theirs.answer, (place, "body"))
    return headers and body and mine.status == theirs.status


def same_notification(walk: Walk, mine: Told, theirs: Told, number: int) -> bool:
    """The same for two notifications."""
    place = (None, f"notifications/{number}")
    callback = walk.both(mine.callback, theirs.callback, (place, "callback"), "callback")
    headers = walk.both(mine.headers, theirs.headers, (place, "headers"))
    envelope = walk.both(mine.envelope, theirs.envelope, (place, "envelope"))
    return walk.both(mine.item, theirs.item, place) and callback and headers and envelope


class Following:
    """What is bound of two traces so far. Of notifications only those about the same resource are paired.

    given: what existed on both sides before.
    """

    def __init__(self, given: Any = None) -> None:
        self.binding = Binding()
        self._walk = Walk(self.binding)
        self._walk.both(given, given, (None, "given"))
        self._new = 0
        self._exchanges = 0
        self._recorded: list[Told] = []
        self._fake: list[Told] = []
        self._pairing = Pairing(self.binding, self._learn)

    def exchange(self, mine: Exchange, theirs: Exchange) -> None:
        """A request that was sent and answered. What has waited for long by then is given up."""
        self._exchanges += 1
        self._new = len(self._recorded)
        self._pairing.give_up(_KEPT)
        same_request(self._walk, mine, theirs, self._exchanges)
        same_answer(self._walk, mine, theirs, self._exchanges)

    def told(self, recorded: Sequence[Told], fake: Sequence[Told]) -> None:
        """What was told since the last time, on both sides."""
        self._recorded += recorded
        self._fake += fake
        self._pairing.add([subject_of(told) for told in recorded], [subject_of(told) for told in fake])
        self._pairing.settle(STRICT)

    @property
    def is_waiting(self) -> bool:
        """Whether a notification that was recorded since the last exchange has no partner yet."""
        return any(position not in self._pairing.pairs for position in range(self._new, len(self._recorded)))

    def _learn(self, mine: int, theirs: int) -> None:
        same_notification(self._walk, self._recorded[mine], self._fake[theirs], mine + 1)
