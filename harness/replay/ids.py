"""Identifiers by role: `ids["call:1"]` is the bot's identifier of the first call of the cassette."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from harness.cassette.binding import Binding, Side
from harness.cassette.identifiers import Slot
from harness.errors import UsageError
from harness.replay.naming import Naming

_OF_THE_BOT = ("context", "host")
"""What a bot makes up itself: asking for one does not say which it is."""


class Ids(Mapping[str, str]):
    """Roles, numbered as `graph-harness show` numbers them, and the bot's identifiers.

    One that the bot has not met yet is as it was recorded, and handed over by asking for it: from then on it stands for
    itself. Of what a bot makes up itself, contexts and hosts, nothing is decided by asking.
    """

    def __init__(self, naming: Naming, binding: Binding, hand_over: Callable[[str, Slot], str]) -> None:
        self._naming = naming
        self._binding = binding
        self._hand_over = hand_over

    def __getitem__(self, role: str) -> str:
        recorded, slot = self.recorded(role)
        if role.partition(":")[0] in _OF_THE_BOT:
            bound = self._binding.of(slot.normal, Side.RECORDED)
            return recorded if bound is None else bound.fake_text
        return self._hand_over(recorded, slot)

    def recorded(self, role: str) -> tuple[str, Slot]:
        """The recorded identifier of a role. Raises: UsageError."""
        known = self._naming.recorded()
        if role not in known:
            there = ", ".join(known) or "none"
            raise UsageError(f"no identifier has the role {role!r} on this cassette; there are: {there}")
        return known[role]

    def __contains__(self, role: object) -> bool:
        return role in self._naming.recorded()

    def __iter__(self) -> Iterator[str]:
        return iter(self._naming.recorded())

    def __len__(self) -> int:
        return len(self._naming.recorded())
