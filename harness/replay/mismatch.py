"""What to say when nothing on the cassette agrees with a request: the nearest recorded one, and what differs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from harness.cassette.binding import Binding, Bound, Side, path_of
from harness.cassette.identifiers import Slot
from harness.cassette.roles import Roles
from harness.errors import HarnessError
from harness.replay.reading import Asked, Leaf, Placeholder, mask_of, said

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

    request: method and path. sent: its body, abridged. nearest: None where the cassette holds no request.
    """

    def __init__(self, cassette: Path, request: str, sent: str, nearest: Nearest | None) -> None:
        self.cassette = cassette
        self.request = request
        self.sent = sent
        self.nearest = nearest
        super().__init__("\n".join([f"{cassette}: nothing recorded for {request}", *self._lines()]))

    def _lines(self) -> Iterator[str]:
        yield f"  sent      {self.sent}"
        if self.nearest is None:
            yield "  nearest   none: the cassette holds no request"
            yield f"  to do     {RECORD_AGAIN}"
            return
        near = self.nearest
        yield f"  nearest   seq {near.seq}, {near.request} (played {near.played} of {near.times} times)"
        if not near.differences:
            yield "  differs   in nothing: it has been made as often as it was recorded"
        for difference in near.differences[:_MOST]:
            yield f"  differs   {difference}"
        if len(near.differences) > _MOST:
            yield f"            … and {len(near.differences) - _MOST} more"
        yield f"  to do     {RECORD_AGAIN}, or mend the request"


_Difference = Callable[[], str]
"""One thing that differs, to be put in words: of most recorded requests it is only counted."""


class Explaining:
    """Explains, in roles, why a request agrees with none of the recorded ones. requests: by seq."""

    def __init__(self, cassette: Path, requests: Mapping[int, Asked], binding: Binding, roles: Roles) -> None:
        self._cassette = cassette
        self._requests = requests
        self._binding = binding
        self._roles = roles

    def nothing_for(self, request: Asked, body: bytes | None, is_played: Callable[[int], bool]) -> NothingRecorded:
        return NothingRecorded(
            self._cassette, self.name(request, Side.FAKE), _abridged(body), self._nearest(request, is_played)
        )

    def name(self, request: Asked, side: Side = Side.RECORDED) -> str:
        """Method and path."""
        return f"{request.method} {self._roles.render(request.path, side=side)}"

    def _nearest(self, request: Asked, is_played: Callable[[int], bool]) -> Nearest | None:
        if not self._requests:
            return None
        rough = {seq: _unlike(recorded, request) for seq, recorded in self._requests.items()}
        best = min(rough.values())
        near = {seq: self._differences(self._requests[seq], request) for seq, rank in rough.items() if rank == best}
        seq = min(near, key=lambda number: (len(near[number]), is_played(number), number))
        same = [number for number, other in self._requests.items() if _is_same(other, self._requests[seq])]
        return Nearest(
            seq=seq,
            request=self.name(self._requests[seq]),
            played=sum(map(is_played, same)),
            times=len(same),
            differences=tuple(difference() for difference in near[seq]),
        )

    def _differences(self, recorded: Asked, sent: Asked) -> list[_Difference]:
        out: list[_Difference] = []
        if recorded.method != sent.method:
            out.append(partial("method: recorded {}, sent {}".format, recorded.method, sent.method))
        placeholders = dict(mask_of(recorded))
        trial = _Trial(self._binding)
        theirs = {leaf.place: leaf for leaf in sent.leaves}
        for number, leaf in enumerate(recorded.leaves):
            other = theirs.pop(leaf.place, None)
            if other is None:
                out.append(partial(self._values, leaf, None))
            else:
                out += self._between(leaf, other, placeholders.get(number), trial)
        return [*out, *(partial(self._values, None, leaf) for leaf in theirs.values())]

    def _between(
        self, mine: Leaf, theirs: Leaf, placeholder: Placeholder | None, trial: _Trial
    ) -> Iterator[_Difference]:
        """What differs at one place: what is said there, or which identifiers."""
        (says, form), (others, other) = said(mine, placeholder), said(theirs, placeholder)
        if says != others:
            yield partial(self._values, mine, theirs)
        elif form is not None and other is not None:
            for a, b in zip(form.slots, other.slots, strict=True):
                for why in trial.against(a, b):
                    yield partial(self._identifiers, mine, a, theirs, b, why)

    def _values(self, mine: Leaf | None, theirs: Leaf | None) -> str:
        recorded = "not recorded" if mine is None else f"recorded {self._shown(mine, Side.RECORDED)}"
        sent = "not sent" if theirs is None else f"sent {self._shown(theirs, Side.FAKE)}"
        return f"{_place(mine or theirs)}: {recorded}, {sent}"

    def _identifiers(self, mine: Leaf, slot: Slot, theirs: Leaf, other: Slot, why: _Why) -> str:
        sent = _cut(json.dumps(theirs.value[other.start : other.end]))
        return f"{_place(mine)}: recorded {self._named(mine, slot)}, sent {sent}: {self._because(why)}"

    def _because(self, why: _Why) -> str:
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
        return self._roles.render(text, "id")

    def _shown(self, leaf: Leaf, side: Side) -> str:
        if not isinstance(leaf.value, str):
            return _cut(json.dumps(leaf.value))
        return _cut(json.dumps(self._roles.render(leaf.value, leaf.member, leaf.context, side), ensure_ascii=False))


@dataclass(frozen=True, slots=True)
class _Why:
    """Why two identifiers do not agree: a pair that holds one of them, or None where that is this request's own."""

    bound: Bound | None
    of_recorded: bool = False


class _Trial:
    """What a request would bind, to tell whether it agrees with itself."""

    def __init__(self, binding: Binding) -> None:
        self._binding = binding
        self._recorded: dict[str, str] = {}
        self._theirs: dict[str, str] = {}

    def against(self, mine: Slot, theirs: Slot) -> Iterator[_Why]:
        """What is against it that two identifiers stand for each other."""
        recorded = self._binding.of(mine.normal, Side.RECORDED)
        other = self._binding.of(theirs.normal, Side.FAKE)
        if recorded is not None and recorded.fake != theirs.normal:
            yield _Why(recorded, of_recorded=True)
        elif recorded is None and other is not None:
            yield _Why(other)
        elif (
            self._recorded.setdefault(mine.normal, theirs.normal) != theirs.normal
            or self._theirs.setdefault(theirs.normal, mine.normal) != mine.normal
        ):
            yield _Why(None)


def _unlike(recorded: Asked, sent: Asked) -> tuple[bool, bool, int]:
    """How unlike two requests are: by method and path, before all else."""
    mine, theirs = said(recorded.leaves[0], None)[0], said(sent.leaves[0], None)[0]
    is_other = recorded.method != sent.method
    segments, others = mine.split("/"), theirs.split("/")
    common = sum(a == b for a, b in zip(segments, others, strict=False))
    return is_other or mine != theirs, is_other, max(len(segments), len(others)) - common


def _is_same(one: Asked, other: Asked) -> bool:
    """Whether two recorded requests are the same, types included."""
    return one.leaves == other.leaves and one.shape == other.shape


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
