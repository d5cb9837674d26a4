"""Which notification of the fake answers which recorded one: by resource and cause, in order.

Keys are tried from the strictest to the weakest, so that what is left to explain is small; notifications about
different kinds of resource are never paired. What a pair shows about identifiers is learnt at once and helps to pair
the rest: of two calls that come in, each goes with the one that the same is told of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from harness.cassette.binding import Binding, Side, slots
from harness.cassette.walking import outline
from harness.compare.trace import Told

_ROOT: Final = re.compile(r"^(?:https://[^/]+/(?:v1\.0|beta)/)?/?(?:(?:app|communications)/)?", re.IGNORECASE)

Learn = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a notification is about. `resource`: its path without the prefix, of which there are two, and without
    `ids`, the identifiers in it. `told` and `told_ids`: all that it says.

    Texts are empty where it does not say.
    """

    resource: str
    ids: tuple[str, ...]
    change_type: str
    kind: str
    state: str
    told: str
    told_ids: tuple[str, ...]


def subject_of(told: Told) -> Subject:
    item = told.item if isinstance(told.item, dict) else {}
    path = _ROOT.sub("", str(item.get("resourceUrl") or item.get("resource") or ""))
    found = slots(path)
    template = path
    for slot in reversed(found):
        template = f"{template[: slot.start]}<>{template[slot.end :]}"
    data = item.get("resourceData")
    first = data[0] if isinstance(data, list) and data else data
    members: dict[str, Any] = first if isinstance(first, dict) else {}
    outlined, ids = outline(told.item)
    return Subject(
        resource=template.lower(),
        ids=tuple(slot.normal for slot in found),
        change_type=str(item.get("changeType") or ""),
        kind=str(members.get("@odata.type") or ""),
        state=str(members.get("state") or members.get("status") or ""),
        told=outlined,
        told_ids=tuple(ids),
    )


def pair(binding: Binding, recorded: Sequence[Subject], fake: Sequence[Subject], learn: Learn) -> dict[int, int]:
    """Position in the recorded trace -> position in the fake's; what is missing or extra is left out.

    learn: called with both positions of each pair; it binds their identifiers.
    """
    pairs: dict[int, int] = {}
    for key in _KEYS:
        while new := _next_pairs(key, binding, recorded, fake, pairs):
            for mine, theirs in new:
                learn(mine, theirs)
                pairs[mine] = theirs
    return dict(sorted(pairs.items()))


@dataclass(frozen=True, slots=True)
class _Seen:
    """A subject with its identifiers as the fake has them, empty where they are not bound yet."""

    about: Subject
    ids: tuple[str, ...]
    told_ids: tuple[str, ...]


def _seen(subject: Subject, binding: Binding, side: Side) -> _Seen:
    told_ids = binding.standing(subject.told_ids, side)
    return _Seen(subject, binding.standing(subject.ids, side), tuple(sorted(told_ids)))


_Key = Callable[[_Seen], Hashable]

_KEYS: Final[tuple[_Key, ...]] = (
    lambda s: (s.about.resource, s.ids, s.about.told, s.told_ids),
    lambda s: (s.about.resource, s.ids, s.about.change_type, s.about.kind, s.about.state),
    lambda s: (s.about.resource, s.ids, s.about.change_type, s.about.state),
    lambda s: (s.about.resource, s.ids, s.about.change_type),
    lambda s: (s.about.resource, s.ids, s.about.kind, s.about.state),
    lambda s: (s.about.resource, s.about.change_type, s.about.state),
    lambda s: (s.about.resource, s.about.change_type),
    # A page may misprint a path: what the notification holds tells the kind of resource as well.
    lambda s: (s.about.change_type, s.about.kind) if s.about.kind else None,
)


def _next_pairs(
    key: _Key, binding: Binding, recorded: Sequence[Subject], fake: Sequence[Subject], pairs: dict[int, int]
) -> list[tuple[int, int]]:
    """Pairs with equal keys among what is not paired yet: all that are certain, or else one that is not.

    Certain: nothing else has the key, or all identifiers under it are bound already. Of the others, one whose
    identifiers are the same text on both sides (a fake may have been given them) goes before the first.
    """
    taken = set(pairs.values())
    mine = _grouped(key, [(n, _seen(s, binding, Side.RECORDED)) for n, s in enumerate(recorded) if n not in pairs])
    theirs = _grouped(key, [(n, _seen(s, binding, Side.FAKE)) for n, s in enumerate(fake) if n not in taken])
    certain: list[tuple[int, int]] = []
    guesses: list[tuple[int, int]] = []
    for value, positions in mine.items():
        others = theirs.get(value, [])
        in_order = [(n, other) for (n, _), (other, _) in zip(positions, others, strict=False)]
        if len(positions) == len(others) == 1 or all(seen.ids and all(seen.ids) for _, seen in positions):
            certain += in_order
        else:
            alike = [(n, o) for n, seen in positions for o, other in others if seen.about.ids == other.about.ids]
            guesses = [*alike, *guesses, *in_order]
    return certain or guesses[:1]


def _grouped(key: _Key, subjects: list[tuple[int, _Seen]]) -> dict[Hashable, list[tuple[int, _Seen]]]:
    groups: dict[Hashable, list[tuple[int, _Seen]]] = {}
    for position, seen in subjects:
        value = key(seen)
        if value is not None:
            groups.setdefault(value, []).append((position, seen))
    return groups


_SWAPPABLE: Final = frozenset({"establishing", "established"})


def misplaced(recorded: Sequence[Subject], pairs: dict[int, int], order: str) -> list[tuple[int, int]]:
    """Pairs of recorded positions, earlier and later, that the fake told the other way round; one for each later.

    order: `resource` looks at notifications about one resource, `total` at all. Establishing and established of one
    call may arrive either way (documented, application-post-calls).
    """
    out = []
    groups: dict[Hashable, list[int]] = {}
    for position in pairs:
        subject = recorded[position]
        earlier = groups.setdefault("" if order == "total" else (subject.resource, subject.ids), [])
        overtaken = [n for n in earlier if pairs[n] > pairs[position] and not _may_swap(recorded[n], subject)]
        if overtaken:
            out.append((overtaken[-1], position))
        earlier.append(position)
    return out


def _may_swap(a: Subject, b: Subject) -> bool:
    same_call = (a.resource, a.ids, a.change_type) == (b.resource, b.ids, b.change_type)
    return same_call and {a.state.lower(), b.state.lower()} == _SWAPPABLE
