"""What an object is, and which lists are collections: their entries have an identity, and order does not count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from typing import Any

from harness.cassette.identifiers import form_of
from harness.cassette.roles import IDENTITIES


def context_of(value: Mapping[str, Any], member: str) -> str:
    """What an object is, as far as its ids are called after it: an identity's kind, or its type."""
    if member in IDENTITIES:
        return member
    kind = type_of(value)
    return kind if kind in ("call", "participant") or kind.endswith("Operation") else ""


def type_of(value: Mapping[str, Any]) -> str:
    """`participant` for `#microsoft.graph.participant`."""
    return str(value.get("@odata.type") or "").removeprefix("#microsoft.graph.")


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


def silhouette(value: Any) -> Hashable:
    """A JSON value without its texts and numbers, which a sanitiser may have taken away on one side."""
    if isinstance(value, dict):
        return frozenset([(name, silhouette(v)) for name, v in value.items()])
    if isinstance(value, list):
        return tuple([silhouette(v) for v in value])
    return value if value is None or isinstance(value, bool) else type(value).__name__
