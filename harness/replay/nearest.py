"""Which recorded request is most like one that agrees with none, and in what the two differ.

Recorded requests of one group say the same but for identifiers: what else differs is found out once for all of them,
and groups that cannot hold the nearest are left out. Of the others only contradicting identifiers are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from harness.cassette.binding import Binding, Bound, Side
from harness.cassette.identifiers import Form, Slot
from harness.replay.index import Group
from harness.replay.reading import Asked, Leaf, Mask, Reading, mask_of, said


@dataclass(frozen=True, slots=True)
class OtherMethod:
    recorded: str
    sent: str


@dataclass(frozen=True, slots=True)
class OtherValue:
    """What stands at one place; None: nothing."""

    recorded: Leaf | None
    sent: Leaf | None


@dataclass(frozen=True, slots=True)
class OtherIdentifier:
    """Two identifiers at one place that do not stand for each other."""

    recorded: Leaf
    slot: Slot
    sent: Leaf
    other: Slot
    why: Why


@dataclass(frozen=True, slots=True)
class Why:
    """Why two identifiers do not agree: a pair that holds one of them, or None where that is this request's own."""

    bound: Bound | None
    of_recorded: bool = False


Difference = OtherMethod | OtherValue | OtherIdentifier


class _Row(NamedTuple):
    """One place of two requests. forms: of both texts, where they say the same; None: they do not."""

    mine: Leaf | None
    theirs: Leaf | None
    forms: tuple[Form, Form] | tuple[()] | None

    def facing(self) -> Iterator[tuple[Slot, Slot]]:
        return zip(self.forms[0].slots, self.forms[1].slots, strict=True) if self.forms else iter(())


def differences(recorded: Asked, sent: Asked, binding: Binding) -> list[Difference]:
    """In what a recorded request and another differ, place by place."""
    out: list[Difference] = []
    if recorded.method != sent.method:
        out.append(OtherMethod(recorded.method, sent.method))
    trial = _Trial(binding)
    for row in _rows(recorded, mask_of(recorded), sent):
        if row.mine is None or row.theirs is None or row.forms is None:
            out.append(OtherValue(row.mine, row.theirs))
            continue
        for a, b in row.facing():
            out += [OtherIdentifier(row.mine, a, row.theirs, b, why) for why in trial.against(a, b)]
    return out


@dataclass(frozen=True, slots=True)
class Recorded:
    """The requests of a cassette: by number, and as the index groups and reads them."""

    requests: Mapping[int, Asked]
    groups: Sequence[Group]
    readings: Mapping[int, Reading]


def nearest(
    recorded: Recorded, sent: Asked, binding: Binding, is_played: Callable[[int], bool]
) -> tuple[int, Group] | None:
    """The recorded request of the likest path with the fewest differences, one that is left rather than a played one.

    None: there is none.
    """
    found: tuple[tuple[int, bool, int], Group] | None = None
    for alike in sorted(_likest(recorded, sent), key=lambda alike: alike.values):
        if found is not None and alike.values > found[0][0]:
            break
        for number in alike.group.numbers:
            count = alike.values + _contradictions(alike, recorded.readings[number], binding)
            rank = count, is_played(number), number
            if found is None or rank < found[0]:
                found = rank, alike.group
            if rank[:2] == (alike.values, False):  # nothing in this group is nearer
                break
    return None if found is None else (found[0][2], found[1])


class _Alike(NamedTuple):
    """A group that may hold the nearest. values: how many places differ whatever the identifiers are.

    facing: which form of a recorded request faces which of the other one.
    """

    group: Group
    values: int
    facing: Sequence[tuple[int, Form]]


def _likest(recorded: Recorded, sent: Asked) -> list[_Alike]:
    """Groups whose method and path are as like as any."""
    ranks: dict[tuple[str, str], tuple[bool, bool, int]] = {}
    by_rank: dict[tuple[bool, bool, int], list[Group]] = {}
    theirs = _path(sent)
    for group in recorded.groups:
        first = recorded.requests[group.numbers[0]]
        key = first.method, _path(first)
        if key not in ranks:
            ranks[key] = _unlike(*key, sent.method, theirs)
        by_rank.setdefault(ranks[key], []).append(group)
    return [_alike(group, recorded, sent) for group in by_rank[min(by_rank)]] if by_rank else []


def _alike(group: Group, recorded: Recorded, sent: Asked) -> _Alike:
    first = group.numbers[0]
    request = recorded.requests[first]
    rows = list(_rows(request, group.mask, sent))
    numbers = {leaf.place: number for number, (leaf, _) in enumerate(recorded.readings[first].forms)}
    facing = [(numbers[row.mine.place], row.forms[1]) for row in rows if row.mine and row.forms and row.forms[1].slots]
    values = sum(row.forms is None for row in rows)
    return _Alike(group, values + (request.method != sent.method), facing)


def _contradictions(alike: _Alike, reading: Reading, binding: Binding) -> int:
    """How many identifiers of a recorded request cannot stand for those that face them."""
    trial = _Trial(binding)
    return sum(
        1
        for number, form in alike.facing
        for a, b in zip(reading.forms[number][1].slots, form.slots, strict=True)
        for _ in trial.against(a, b)
    )


def _rows(recorded: Asked, mask: Mask, sent: Asked) -> Iterator[_Row]:
    """Place by place of the recorded request, then what the other has besides."""
    placeholders = dict(mask)
    theirs = {leaf.place: leaf for leaf in sent.leaves}
    for number, leaf in enumerate(recorded.leaves):
        other = theirs.pop(leaf.place, None)
        if other is None:
            yield _Row(leaf, None, None)
            continue
        (says, form), (others, facing) = (said(each, placeholders.get(number)) for each in (leaf, other))
        forms = (form, facing) if form is not None and facing is not None else ()
        yield _Row(leaf, other, forms if says == others else None)
    yield from (_Row(None, leaf, None) for leaf in theirs.values())


def _path(request: Asked) -> str:
    """A path without identifiers."""
    return str(said(request.leaves[0], None)[0])


def _unlike(method: str, path: str, other_method: str, other_path: str) -> tuple[bool, bool, int]:
    """How unlike two requests are: by method and path, before all else."""
    segments, others = path.split("/"), other_path.split("/")
    common = sum(a == b for a, b in zip(segments, others, strict=False))
    is_other = method != other_method
    return is_other or path != other_path, is_other, max(len(segments), len(others)) - common


class _Trial:
    """What a request would bind, to tell whether it agrees with itself."""

    def __init__(self, binding: Binding) -> None:
        self._binding = binding
        self._recorded: dict[str, str] = {}
        self._theirs: dict[str, str] = {}

    def against(self, mine: Slot, theirs: Slot) -> Iterator[Why]:
        """What is against it that two identifiers stand for each other."""
        recorded = self._binding.of(mine.normal, Side.RECORDED)
        other = self._binding.of(theirs.normal, Side.FAKE)
        if recorded is not None and recorded.fake != theirs.normal:
            yield Why(recorded, of_recorded=True)
        elif recorded is None and other is not None:
            yield Why(other)
        elif (
            self._recorded.setdefault(mine.normal, theirs.normal) != theirs.normal
            or self._theirs.setdefault(theirs.normal, mine.normal) != mine.normal
        ):
            yield Why(None)
