"""What to say when nothing on the cassette agrees with a request: the nearest recorded one, and what differs."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.cassette.binding import Binding, Side, path_of
from harness.cassette.identifiers import Slot
from harness.errors import HarnessError
from harness.replay.naming import Naming
from harness.replay.nearest import (
    Difference,
    OtherIdentifier,
    OtherMethod,
    OtherValue,
    Recorded,
    Why,
    differences,
    nearest,
)
from harness.replay.reading import Asked, Leaf

RECORD_AGAIN: Final = "record again with `pytest --graph-target=record`"
_MOST: Final = 8
_WIDEST: Final = 100
_WIDEST_BODY: Final = 240


@dataclass(frozen=True, slots=True)
class Nearest:
    """The recorded request that is most like one. played, times: of those that are the same, how many are played."""

    seq: int
    request: str
    played: int
    times: int
    differences: tuple[str, ...]


class NothingRecorded(HarnessError):
    """No recorded request that is left agrees with the one that the bot has made.

    request: method and path. sent: its body, abridged. nearest: None where the cassette holds no request. again: how
    it is recorded again.
    """

    def __init__(
        self, cassette: Path, request: str, sent: str, nearest: Nearest | None, again: str = RECORD_AGAIN
    ) -> None:
        self.cassette = cassette
        self.request = request
        self.sent = sent
        self.nearest = nearest
        self._again = again
        super().__init__("\n".join([f"{cassette}: nothing recorded for {request}", *self._lines()]))

    def _lines(self) -> Iterator[str]:
        yield f"  sent      {self.sent}"
        if self.nearest is None:
            yield "  nearest   none: the cassette holds no request"
            yield f"  to do     {self._again}"
            return
        near = self.nearest
        yield f"  nearest   seq {near.seq}, {near.request} (played {near.played} of {near.times} times)"
        if not near.differences:
            yield "  differs   in nothing: it has been made as often as it was recorded"
        for difference in near.differences[:_MOST]:
            yield f"  differs   {difference}"
        if len(near.differences) > _MOST:
            yield f"            … and {len(near.differences) - _MOST} more"
        yield f"  to do     {self._again}, or mend the request"


class Explaining:
    """Explains, in roles, why a request agrees with none of the recorded ones.

    binding, unplayed: as they were when that was found. again: how the cassette is recorded again.
    """

    def __init__(
        self,
        cassette: Path,
        recorded: Recorded,
        binding: Binding,
        naming: Naming,
        unplayed: Collection[int],
        again: str = RECORD_AGAIN,
    ) -> None:
        self._cassette = cassette
        self._recorded = recorded
        self._binding = binding
        self._naming = naming
        self._unplayed = unplayed
        self._again = again

    def nothing_for(self, request: Asked, body: bytes | None) -> NothingRecorded:
        named = name_of(request, self._naming, Side.FAKE)
        return NothingRecorded(self._cassette, named, _abridged(body), self._nearest(request), self._again)

    def _nearest(self, sent: Asked) -> Nearest | None:
        found = nearest(self._recorded, sent, self._binding, self._is_played)
        if found is None:
            return None
        seq, group = found
        request = self._recorded.requests[seq]
        same = [number for number in group.numbers if self._recorded.requests[number].leaves == request.leaves]
        return Nearest(
            seq=seq,
            request=name_of(request, self._naming),
            played=sum(map(self._is_played, same)),
            times=len(same),
            differences=tuple(map(self._told, differences(request, sent, self._binding))),
        )

    def _is_played(self, seq: int) -> bool:
        return seq not in self._unplayed

    def _told(self, difference: Difference) -> str:
        match difference:
            case OtherMethod(recorded, sent):
                return f"method: recorded {recorded}, sent {sent}"
            case OtherValue(recorded, sent):
                mine = "not recorded" if recorded is None else f"recorded {self._shown(recorded, Side.RECORDED)}"
                theirs = "not sent" if sent is None else f"sent {self._shown(sent, Side.FAKE)}"
                return f"{_place(recorded or sent)}: {mine}, {theirs}"
            case OtherIdentifier(recorded, slot, sent, other, why):
                theirs = _cut(json.dumps(sent.value[other.start : other.end]))
                return (
                    f"{_place(recorded)}: recorded {self._named(recorded, slot)}, sent {theirs}: {self._because(why)}"
                )

    def _because(self, why: Why) -> str:
        if why.bound is None:
            return "two identifiers of this request are one and the same on one side only"
        role = self._role(why.bound.recorded_text)
        since = path_of(why.bound.place)
        if why.of_recorded:
            return f"for {role} stands {_cut(json.dumps(why.bound.fake_text))} since {since}"
        return f"that stands for {role} since {since}"

    def _named(self, leaf: Leaf, slot: Slot) -> str:
        text = leaf.value[slot.start : slot.end]
        return _cut(json.dumps(text)) if slot.kind in ("callback", "text") else self._role(text)

    def _role(self, text: str) -> str:
        return self._naming.render(text, "id")

    def _shown(self, leaf: Leaf, side: Side) -> str:
        if not isinstance(leaf.value, str):
            return _cut(json.dumps(leaf.value))
        return _cut(json.dumps(self._naming.render(leaf.value, leaf.member, leaf.context, side), ensure_ascii=False))


def name_of(request: Asked, naming: Naming, side: Side = Side.RECORDED) -> str:
    """Method and path."""
    return f"{request.method} {naming.render(request.path, side=side)}"


def _place(leaf: Leaf | None) -> str:
    return "" if leaf is None else "/".join(leaf.place)


def _abridged(body: bytes | None) -> str:
    if not body:
        return "no body"
    text = body.decode("utf-8", "backslashreplace")
    try:
        text = json.dumps(json.loads(text), ensure_ascii=False)
    except (ValueError, RecursionError):
        text = " ".join(text.split())
    return _cut(text, _WIDEST_BODY)


def _cut(text: str, widest: int = _WIDEST) -> str:
    return text if len(text) <= widest else f"{text[:widest]}…"
