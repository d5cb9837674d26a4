"""Which notification of the fake answers which recorded one: by resource and cause, in order.

Keys are tried from the strictest to the weakest, so that what is left to explain is small; notifications about
different kinds of resource are never paired. What a pair shows about identifiers is learnt at once and helps to pair
the rest: of two calls that come in, each goes with the one that the same is told of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any, Final

from harness.cassette.binding import Binding, Side
from harness.cassette.entities import outline
from harness.cassette.identifiers import form_of
from harness.cassette.signatures import Signatures
from harness.cassette.trace import Told
from harness.compare.grouping import Groups

_ROOT: Final = re.compile(r"^(?:https://[^/]+/(?:v1\.0|beta)/)?/?(?:(?:app|communications)/)?", re.IGNORECASE)

Learn = Callable[[int, int], None]


@dataclass(frozen=True)
class Subject:
    """What a notification is about. `resource`: its path without the prefix, of which there are two, and without
    `ids`, the identifiers in it.

    Texts are empty where it does not say.
    """

    resource: str
    ids: tuple[str, ...]
    change_type: str
    kind: str
    state: str
    item: Any

    @cached_property
    def told(self) -> tuple[Hashable, list[str]]:
        """All that it says, and the identifiers in that."""
        return outline(self.item)


def subject_of(told: Told) -> Subject:
    item = told.item if isinstance(told.item, dict) else {}
    form = form_of(_ROOT.sub("", str(item.get("resourceUrl") or item.get("resource") or "")))
    data = item.get("resourceData")
    first = data[0] if isinstance(data, list) and data else data
    members: dict[str, Any] = first if isinstance(first, dict) else {}
    return Subject(
        resource=form.template.lower(),
        ids=form.normals,
        change_type=str(item.get("changeType") or ""),
        kind=str(members.get("@odata.type") or ""),
        state=str(members.get("state") or members.get("status") or ""),
        item=told.item,
    )


@dataclass(frozen=True, slots=True)
class _Looking:
    """How identifiers of one side are looked at.

    standing: as the fake has them, empty texts for those that are not bound. signature: what they are like.
    """

    standing: Callable[[Sequence[str]], tuple[str, ...]]
    signature: Callable[[Sequence[str]], tuple[int, ...]]


_Key = Callable[[Subject, _Looking], Hashable]


def _subject(s: Subject, look: _Looking) -> Hashable:
    return s.resource, look.standing(s.ids), s.change_type, s.kind, s.state


def _told(s: Subject, look: _Looking) -> Hashable:
    outlined, ids = s.told
    return _subject(s, look), outlined, tuple(sorted(look.standing(ids)))


def _signed(s: Subject, look: _Looking) -> Hashable:
    return _told(s, look), look.signature(s.ids), look.signature(s.told[1])


_KEYS: Final[tuple[_Key, ...]] = (
    _told,
    _subject,
    lambda s, look: (s.resource, look.standing(s.ids), s.change_type, s.state),
    lambda s, look: (s.resource, look.standing(s.ids), s.change_type),
    lambda s, look: (s.resource, look.standing(s.ids), s.kind, s.state),
    lambda s, look: (s.resource, s.change_type, s.state),
    lambda s, look: (s.resource, s.change_type),
    # A page may misprint a path: what the notification holds tells the kind of resource as well.
    lambda s, look: (s.change_type, s.kind) if s.kind else None,
)
STRICT: Final = 4
"""How many of the keys demand the same resource: of those that came so far, none is paired with less."""


class Pairing:
    """Notifications of both sides, paired as far as they have come.

    pairs: position in the recorded trace -> position in the fake's; what is missing or extra is left out.
    learn: called with both positions of each pair; it binds their identifiers.
    """

    def __init__(self, binding: Binding, learn: Learn, signatures: Signatures | None = None) -> None:
        self._signatures = signatures
        self.pairs: dict[int, int] = {}
        self.recorded: list[Subject] = []
        self.fake: list[Subject] = []
        self._binding = binding
        self._learn = learn
        self._mine: dict[int, None] = {}
        self._theirs: dict[int, None] = {}

    def add(self, recorded: Sequence[Subject], fake: Sequence[Subject]) -> None:
        for subjects, known, waiting in (
            (recorded, self.recorded, self._mine),
            (fake, self.fake, self._theirs),
        ):
            waiting.update(dict.fromkeys(range(len(known), len(known) + len(subjects))))
            known.extend(subjects)

    def give_up(self, kept: int) -> None:
        """Leave unpaired what waits, but for the latest of each side."""
        for waiting in (self._mine, self._theirs):
            for position in list(islice(waiting, max(len(waiting) - kept, 0))):
                del waiting[position]

    def settle(self, levels: int = len(_KEYS)) -> None:
        """Pair what can be, by the first so many keys.

        Who is alone with a key needs no look at what it tells, which takes longer than all other keys together.
        """
        self._settle(_subject, only_alone=True)
        is_undecided = self._settle(_told, guessing=False)
        if is_undecided and self._signatures is not None:
            self._settle(_signed)
        for key in _KEYS[:levels]:
            self._settle(key)

    def _settle(self, key: _Key, *, only_alone: bool = False, guessing: bool = True) -> bool:
        """Pair by one key; whether there would be more to guess."""
        if not self._mine or not self._theirs:
            return False
        groups = Groups(
            _Side(self.recorded, self._mine, key, self._looking(Side.RECORDED)),
            _Side(self.fake, self._theirs, key, self._looking(Side.FAKE)),
            only_alone=only_alone,
            guessing=guessing and not only_alone,
        )
        while (new := groups.next_pair()) is not None:
            mine, theirs = new
            known = len(self._binding)
            self.pairs[mine] = theirs
            del self._mine[mine], self._theirs[theirs]
            self._learn(mine, theirs)
            for bound in self._binding.pairs(known):
                groups.renew(bound.recorded, bound.fake)
        return groups.is_undecided

    def _looking(self, side: Side) -> _Looking:
        binding, signatures = self._binding, self._signatures
        return _Looking(
            standing=lambda normals: binding.standing(normals, side),
            signature=lambda normals: () if signatures is None else signatures.of(normals, side),
        )


class _Side:
    """One side's subjects that are not paired yet, as `Groups` looks at them."""

    def __init__(self, subjects: Sequence[Subject], waiting: Iterable[int], key: _Key, looking: _Looking) -> None:
        self.waiting = tuple(waiting)
        self._subjects = subjects
        self._key = key
        self._looking = looking

    def key(self, position: int) -> Hashable:
        return self._key(self._subjects[position], self._looking)

    def ids(self, position: int) -> tuple[str, ...]:
        return self._subjects[position].ids

    def is_bound(self, position: int) -> bool:
        ids = self.ids(position)
        return bool(ids) and all(self._looking.standing(ids))

    def unbound(self, position: int) -> list[str]:
        """Identifiers on which the key depends and which are not bound yet."""
        subject = self._subjects[position]
        ids = [*subject.ids, *(subject.told[1] if self._key in (_told, _signed) else ())]
        return [normal for normal, bound in zip(ids, self._looking.standing(ids), strict=True) if not bound]


_SWAPPABLE: Final = frozenset({"establishing", "established"})


def misplaced(recorded: Sequence[Subject], pairs: Mapping[int, int], order: str) -> list[tuple[int, int]]:
    """Pairs of recorded positions, earlier and later, that the fake told the other way round; one for each later.

    order: `resource` looks at notifications about one resource, `total` at all. Establishing and established of one
    call may arrive either way (documented, application-post-calls).
    """
    out = []
    groups: dict[Hashable, _Told] = {}
    for position in sorted(pairs):
        subject = recorded[position]
        told = groups.setdefault("" if order == "total" else (subject.resource, subject.ids), _Told())
        overtaken = told.overtaken_by(position, pairs)
        if overtaken is not None and _may_swap(recorded[overtaken], subject):
            others = (n for n in reversed(told.before) if pairs[n] > pairs[position])
            overtaken = next((n for n in others if not _may_swap(recorded[n], subject)), None)
        if overtaken is not None:
            out.append((overtaken, position))
        told.before.append(position)
    return out


@dataclass(slots=True)
class _Told:
    """Recorded positions so far; `ahead`: those of them that none behind them was told after."""

    before: list[int] = field(default_factory=list)
    ahead: list[int] = field(default_factory=list)

    def overtaken_by(self, position: int, pairs: Mapping[int, int]) -> int | None:
        """The latest position before this one that the fake told after it."""
        while self.ahead and pairs[self.ahead[-1]] < pairs[position]:
            self.ahead.pop()
        overtaken = self.ahead[-1] if self.ahead else None
        self.ahead.append(position)
        return overtaken


def _may_swap(a: Subject, b: Subject) -> bool:
    same_call = (a.resource, a.ids, a.change_type) == (b.resource, b.ids, b.change_type)
    return same_call and {a.state.lower(), b.state.lower()} == _SWAPPABLE
