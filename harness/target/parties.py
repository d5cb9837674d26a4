"""Who is in a call, as a test looks at it: parties, compared by identity, whoever names them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, overload

from harness.graph.types import IdentityKind

_KINDS = {str(kind): kind for kind in IdentityKind}


class Somebody(Protocol):
    """Whoever can be looked for in a roster: a person, a phone, a bot, a party."""

    @property
    def key(self) -> tuple[str, str]: ...


@dataclass(frozen=True, slots=True)
class Party:
    """One participant of a call. `id`: as participant; `identity_id`: of the user, phone or application."""

    id: str
    kind: str
    identity_id: str
    display_name: str | None = None
    is_muted: bool = False
    is_in_lobby: bool = False
    json: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.identity_id.lower()

    def __str__(self) -> str:
        return self.display_name or f"{self.kind} {self.identity_id}"


class Roster:
    """Who is in a call. `adele in roster`: by identity; also a user's id, a phone number, or a display name.

    Like a sequence of parties, but no `Container` of them: type checkers would not let a person be looked for.
    """

    def __init__(self, parties: Sequence[Party]) -> None:
        self._parties = tuple(parties)

    def __contains__(self, who: object) -> bool:
        return self.find(who) is not None

    def find(self, who: object) -> Party | None:
        """The party that somebody is, if they are there."""
        if isinstance(who, str):
            known = who.lower()
            named = ((p, {p.identity_id.lower(), p.id.lower(), (p.display_name or "").lower()}) for p in self._parties)
            return next((party for party, names in named if known in names), None)
        key = getattr(who, "key", None)
        return next((party for party in self._parties if party.key == key), None)

    def __len__(self) -> int:
        return len(self._parties)

    def __iter__(self) -> Iterator[Party]:
        return iter(self._parties)

    @overload
    def __getitem__(self, index: int) -> Party: ...
    @overload
    def __getitem__(self, index: slice) -> Roster: ...
    def __getitem__(self, index: int | slice) -> Party | Roster:
        return Roster(self._parties[index]) if isinstance(index, slice) else self._parties[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Roster) and self._parties == other._parties

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """What pytest shows when an assertion fails: names, where there are any."""
        return f"<roster: {', '.join(map(str, self._parties)) or 'nobody'}>"


def party_of(json: Mapping[str, Any]) -> Party:
    """A participant as Graph writes it, in answers and notifications alike."""
    identities = (json.get("info") or {}).get("identity") or {}
    kind = next((name for name in _KINDS if isinstance(identities.get(name), Mapping)), "unknown")
    identity = identities.get(kind) or {}
    return Party(
        id=str(json.get("id", "")),
        kind=kind,
        identity_id=str(identity.get("id", "")),
        display_name=identity.get("displayName"),
        is_muted=bool(json.get("isMuted")),
        is_in_lobby=bool(json.get("isInLobby")),
        json=json,
    )
