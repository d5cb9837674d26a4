"""Two JSON structures walked side by side: what stands at the same place is bound; collections go by identity."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from harness.cassette.binding import Binding, Place, Side
from harness.cassette.identifiers import REDACTED, form_of
from harness.cassette.roles import IDENTITIES

_FREE_TEXT: Final = re.compile(r"text-[1-9][0-9]*")
_IDENTIFYING: Final = 10**6
"""A whole number from here on may be a phone number: the sanitiser writes zero for it."""

BY_SHAPE: Final = frozenset({"x-ms-ags-diagnostic"})
"""Members that hold JSON as text of which only the shape counts."""


class Walk:
    """A walk over two structures. `by_form`: places of sanitised values, of which only the form was compared."""

    def __init__(self, binding: Binding) -> None:
        self._binding = binding
        self.by_form: list[Place] = []

    def both(self, recorded: Any, fake: Any, place: Place, member: str = "") -> bool:
        """Bind what stands at the same place. Whether the two are the same, types included, by what is bound now.

        What is the same stays so; what is not may be, once more is bound.
        """
        if isinstance(recorded, str):
            return self._texts(recorded, fake, place, member)
        if isinstance(recorded, dict):
            return self._mappings(recorded, fake, place)
        if isinstance(recorded, list):
            return self._lists(recorded, fake, place, member)
        if type(recorded) is type(fake) and bool(recorded == fake):
            return True
        if is_by_form(recorded, fake):
            self.by_form.append(place)
            return True
        return False

    def _texts(self, recorded: str, fake: Any, place: Place, member: str) -> bool:
        if not isinstance(fake, str):
            return False
        if member in BY_SHAPE:
            return bool(shape_of(recorded) == shape_of(fake))
        mine = form_of(recorded, member)
        if mine.normals:
            return self._binding.unify(recorded, mine, fake, form_of(fake, member), place)
        if is_by_form(recorded, fake):
            self.by_form.append(place)
            return True
        if recorded == fake:
            return True
        theirs = form_of(fake, member)
        return not theirs.normals and mine.template == theirs.template

    def _mappings(self, recorded: Mapping[str, Any], fake: Any, place: Place) -> bool:
        if not isinstance(fake, dict):
            return False
        agree = len(recorded) == len(fake)
        for name, value in recorded.items():
            agree = name in fake and self.both(value, fake[name], (place, name), name) and agree
        return agree

    def _lists(self, recorded: list[Any], fake: Any, place: Place, member: str) -> bool:
        if not isinstance(fake, list):
            return False
        agree = len(recorded) == len(fake)
        for position, other in enumerate(matched(self._binding, recorded, fake)):
            if other is None:
                agree = False
            else:
                agree = self.both(recorded[position], fake[other], (place, position + 1), member) and agree
        return agree


def walk(binding: Binding, recorded: Any, fake: Any, place: Place) -> bool:
    """`Walk.both`, for whoever does not ask what was compared by its form only."""
    return Walk(binding).both(recorded, fake, place)


def is_by_form(recorded: Any, fake: Any) -> bool:
    """Whether a recorded value is what the sanitiser makes of a value like the fake's: only the form is there.

    `REDACTED` stands for any text, `text-N` for text without identifiers, zero for a number of seven digits or more.
    """
    if isinstance(recorded, str):
        if recorded == REDACTED:
            return isinstance(fake, str) and fake != ""
        if not (recorded.startswith("text-") and _FREE_TEXT.fullmatch(recorded)):
            return False
        return isinstance(fake, str) and fake != "" and form_of(fake).template == fake
    return type(recorded) is int and recorded == 0 and type(fake) is int and abs(fake) >= _IDENTIFYING


@lru_cache(maxsize=256)
def shape_of(text: str) -> Any:
    """The shape of the JSON in a text: its members, with types in place of values."""
    try:
        return _shape(json.loads(text))
    except (ValueError, RecursionError):
        return "<text>"


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shape(v) for name, v in value.items()}
    return f"<{type(value).__name__}>"


# ---- what an object is


def context_of(value: Mapping[str, Any], member: str) -> str:
    """What an object is, as far as its ids are called after it: an identity's kind, or its type."""
    if member in IDENTITIES:
        return member
    kind = type_of(value)
    return kind if kind in ("call", "participant") or kind.endswith("Operation") else ""


def type_of(value: Mapping[str, Any]) -> str:
    """`participant` for `#microsoft.graph.participant`."""
    return str(value.get("@odata.type") or "").removeprefix("#microsoft.graph.")


def texts_of(value: Any, member: str = "", context: str = "") -> Iterator[tuple[str, str, str]]:
    """Every text in a structure in order, with its member and what the object is that it stands in."""
    if isinstance(value, str):
        yield value, member, context
    elif isinstance(value, dict):
        context = context_of(value, member)
        for name, branch in value.items():
            yield from texts_of(branch, name, context)
    elif isinstance(value, list):
        for branch in value:
            yield from texts_of(branch, member, context)


# ---- collections


def identity_of(entry: Any) -> tuple[str, str] | None:
    """Kind and id of whoever a participant is, of several kinds the first by name; None when it names nobody."""
    info = entry.get("info") if isinstance(entry, dict) else None
    identities = info.get("identity") if isinstance(info, dict) else None
    if not isinstance(identities, dict):
        return None
    for kind, member in sorted(identities.items()):
        if isinstance(member, dict) and isinstance(member.get("id"), str):
            return kind, member["id"]
    return None


def is_roster(values: list[Any]) -> bool:
    """Whether a list holds participants, so that order does not count in it. One may lack its identity."""
    return all(isinstance(value, dict) for value in values) and any(map(_is_participant, values))


def _is_participant(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("info"), dict) or value.get("@odata.type") == "#microsoft.graph.participant"


def is_collection(values: list[Any]) -> bool:
    """Whether a list holds entities that have an identity each, so that order does not count in it."""
    return is_roster(values) or (bool(values) and all(isinstance(v, dict) and _is_id(v.get("id")) for v in values))


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def key_of(entry: Any, in_roster: bool) -> tuple[str, str] | None:
    """What an entry of a collection is told from others by: kind and id of who it is, or its type and its own id."""
    if in_roster:
        return identity_of(entry)
    return type_of(entry) or "entry", entry["id"]


def matched(binding: Binding, recorded: list[Any], fake: list[Any]) -> list[int | None]:
    """For every recorded entry the position of the fake's that belongs to it: by identity, in other lists by place.

    Who is not bound yet is matched with one of the same kind: one that is told the same of, else the first.
    """
    in_roster = is_roster(recorded)
    if in_roster != is_roster(fake) or not (is_collection(recorded) and is_collection(fake)):
        return [n if n < len(fake) else None for n in range(len(recorded))]
    mine = [_who(entry, in_roster, binding, Side.RECORDED) for entry in recorded]
    theirs = [_who(entry, in_roster, binding, Side.FAKE) for entry in fake]
    pairs = _bound_once(mine, theirs)
    _pair_rest(pairs, recorded, fake, mine, theirs, binding)
    return [pairs.get(n) for n in range(len(recorded))]


_Who = tuple[str, str, bool]
"""Kind, id as the fake has it or, of who is not bound, as it stands; whether they are bound."""


def _who(entry: Any, in_roster: bool, binding: Binding, side: Side) -> _Who:
    kind, text = key_of(entry, in_roster) or ("", "")
    form = form_of(text, "id")
    normal = form.normals[0] if len(form.normals) == 1 else text
    (bound,) = binding.standing((normal,), side)
    return kind, bound or normal, bool(bound)


def _bound_once(mine: Sequence[_Who], theirs: Sequence[_Who]) -> dict[int, int]:
    """Positions of those who are bound and stand on each side once: nothing else can be theirs."""
    often, others = Counter(mine), Counter(theirs)
    at = {who: position for position, who in enumerate(theirs)}
    return {n: at[who] for n, who in enumerate(mine) if who[2] and often[who] == others[who] == 1}


def _pair_rest(
    pairs: dict[int, int],
    recorded: list[Any],
    fake: list[Any],
    mine: Sequence[_Who],
    theirs: Sequence[_Who],
    binding: Binding,
) -> None:
    """Pair who is left by keys, the strictest first, each in order."""
    used = set(pairs.values())
    keys = {n: _keys(recorded[n], mine[n], binding, Side.RECORDED) for n in range(len(recorded)) if n not in pairs}
    others = {n: _keys(fake[n], theirs[n], binding, Side.FAKE) for n in range(len(fake)) if n not in used}
    for level in range(_LEVELS):
        waiting: dict[Hashable, list[int]] = {}
        for position in reversed(others):
            if others[position][level] is not None:
                waiting.setdefault(others[position][level], []).append(position)
        for position in list(keys):
            candidates = waiting.get(keys[position][level])
            if candidates:
                pairs[position] = candidates.pop()
                del keys[position], others[pairs[position]]


_LEVELS: Final = 4


def _keys(entry: Any, who: _Who, binding: Binding, side: Side) -> tuple[Hashable, ...]:
    """What an entry is matched by, the strictest first; None where it cannot be."""
    kind, normal, is_bound = who
    told, ids = outline(entry)
    same = ((kind, normal), told, tuple(sorted(binding.standing(ids, side))))
    return same, (kind, normal), None if is_bound else (kind, told), None if is_bound else kind


def outline(value: Any) -> tuple[Hashable, list[str]]:
    """A JSON value without its identifiers, times and the order of members and collections; and its identifiers."""
    ids: list[str] = []
    return _outlined(value, "", ids), ids


def _outlined(value: Any, member: str, ids: list[str]) -> Hashable:
    if isinstance(value, str):
        form = form_of(value, member)
        ids += form.normals
        return form.template
    if isinstance(value, dict):
        return frozenset([(name, _outlined(v, name, ids)) for name, v in value.items()])
    if isinstance(value, list):
        items = [_outlined(v, member, ids) for v in value]
        return frozenset(Counter(items).items()) if is_collection(value) else tuple(items)
    return None if value is None else (type(value), value)
