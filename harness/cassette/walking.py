"""Two JSON structures walked side by side: what stands at the same place is bound; rosters are matched by identity."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Final

from harness.cassette.binding import IDENTITIES, Binding, Place, Side, replaced, slots

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\dT")


def walk(binding: Binding, recorded: Any, fake: Any, place: Place = (), member: str = "", context: str = "") -> None:
    """Bind what stands at the same place in two JSON structures. Rosters are matched by identity, not by place."""
    if isinstance(recorded, dict):
        context = context_of(recorded, member)
        for name, value in recorded.items():
            other = fake.get(name) if isinstance(fake, dict) else None
            walk(binding, value, other, (*place, name), name, context)
    elif isinstance(recorded, list):
        others = fake if isinstance(fake, list) else []
        for position, (mine, theirs) in enumerate(matched(binding, recorded, others), 1):
            if mine is not None:
                walk(binding, mine, theirs, (*place, str(position)), member, context)
    elif isinstance(recorded, str):
        binding.see(recorded, member, context)
        if isinstance(fake, str):
            binding.unify(recorded, fake, member, place)


def context_of(value: Mapping[str, Any], member: str) -> str:
    """What an object is, as far as its ids are called after it: an identity's kind, or its type."""
    if member in IDENTITIES:
        return member
    kind = str(value.get("@odata.type", "")).removeprefix("#microsoft.graph.")
    return kind if kind in ("call", "participant") or kind.endswith("Operation") else ""


def identity_of(value: Any) -> tuple[str, str] | None:
    """Kind and id of whoever a roster entry is, of several kinds the first by name; None when it names nobody."""
    info = value.get("info") if isinstance(value, dict) else None
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


def matched(binding: Binding, recorded: list[Any], fake: list[Any]) -> list[tuple[Any, Any]]:
    """Entries that belong together, for every recorded one: rosters by identity, other lists by place.

    Who is not bound yet is matched with one of the same kind: one that is told the same of, else the first.
    """
    if not is_roster(recorded) or not is_roster(fake):
        return [(entry, fake[n] if n < len(fake) else None) for n, entry in enumerate(recorded)]
    mine = [_roster_keys(entry, binding, Side.RECORDED) for entry in recorded]
    theirs = [_roster_keys(entry, binding, Side.FAKE) for entry in fake]
    pairs = _by_keys(mine, theirs)
    return [(entry, fake[pairs[n]] if n in pairs else None) for n, entry in enumerate(recorded)]


def _roster_keys(entry: Any, binding: Binding, side: Side) -> list[Hashable]:
    """What an entry is matched by, the strictest first; None where it cannot be."""
    kind, text = identity_of(entry) or ("", "")
    found = slots(text, "id")
    normal = found[0].normal if len(found) == 1 else text
    (bound,) = binding.standing([normal], side)
    who = (kind, bound or normal)
    told, ids = outline(entry)
    same = (who, told, tuple(sorted(binding.standing(ids, side))))
    return [same, who, None if bound else (kind, told), None if bound else kind]


def _by_keys(recorded: Sequence[Sequence[Hashable]], fake: Sequence[Sequence[Hashable]]) -> dict[int, int]:
    """Positions with equal keys, the strictest first, in order."""
    pairs: dict[int, int] = {}
    used: set[int] = set()
    for level in range(len(recorded[0])):
        waiting: dict[Hashable, list[int]] = {}
        for position, keys in enumerate(fake):
            if position not in used and keys[level] is not None:
                waiting.setdefault(keys[level], []).append(position)
        for position, keys in enumerate(recorded):
            candidates = waiting.get(keys[level]) if position not in pairs else None
            if candidates:
                pairs[position] = candidates.pop(0)
                used.add(pairs[position])
    return pairs


def outline(value: Any) -> tuple[str, list[str]]:
    """A JSON value as text without its identifiers, times and the order of members and rosters; and its identifiers."""
    ids: list[str] = []
    return json.dumps(_outlined(value, "", ids), sort_keys=True), ids


def _outlined(value: Any, member: str, ids: list[str]) -> Any:
    if isinstance(value, dict):
        return {name: _outlined(v, name, ids) for name, v in value.items()}
    if isinstance(value, list):
        items = [_outlined(v, member, ids) for v in value]
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True)) if is_roster(value) else items
    if not isinstance(value, str):
        return value
    found = slots(value, member)
    ids += [slot.normal for slot in found]
    if found:
        return replaced(value, found, lambda slot: "<>")
    return "<time>" if _DATE.match(value) else value
