"""Identifiers by role: `ids["call:1"]` is the bot's identifier of the first call of the cassette."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from harness.cassette.binding import Binding, Side
from harness.cassette.format import Interaction
from harness.cassette.identifiers import Slot, slots
from harness.cassette.roles import Roles
from harness.cassette.trace import trace_of
from harness.errors import UsageError

_OF_THE_BOT = ("context", "host")
"""What a bot makes up itself: asking for one does not say which it is."""


class Ids(Mapping[str, str]):
    """Roles, numbered as `graph-harness show` numbers them, and the bot's identifiers.

    One that the bot has not met yet is as it was recorded, and handed over by asking for it: from then on it stands for
    itself. Of what a bot makes up itself, contexts and hosts, nothing is decided by asking.
    """

    def __init__(
        self,
        interactions: Sequence[Interaction],
        binding: Binding,
        hand_over: Callable[[str, Slot], str],
    ) -> None:
        self.roles = Roles(binding)
        self._binding = binding
        self._hand_over = hand_over
        self._recorded: dict[str, tuple[str, Slot]] = {}
        known: set[str] = set()
        for text, member, context in trace_of(interactions).texts():
            for slot in slots(text, member):
                if slot.normal not in known:
                    known.add(slot.normal)
                    self.roles.see(text, member, context)
                    alone = text[slot.start : slot.end]
                    self._recorded[_role(self.roles, alone)] = alone, slot

    def __getitem__(self, role: str) -> str:
        recorded, slot = self.recorded(role)
        if role.partition(":")[0] in _OF_THE_BOT:
            bound = self._binding.of(slot.normal, Side.RECORDED)
            return recorded if bound is None else bound.fake_text
        return self._hand_over(recorded, slot)

    def recorded(self, role: str) -> tuple[str, Slot]:
        """The recorded identifier of a role. Raises: UsageError."""
        if role not in self._recorded:
            there = ", ".join(self._recorded) or "none"
            raise UsageError(f"no identifier has the role {role!r} on this cassette; there are: {there}")
        return self._recorded[role]

    def __contains__(self, role: object) -> bool:
        return role in self._recorded

    def __iter__(self) -> Iterator[str]:
        return iter(self._recorded)

    def __len__(self) -> int:
        return len(self._recorded)


def _role(roles: Roles, text: str) -> str:
    """The role of an identifier that has been seen, however it is spelled."""
    return roles.render(text, "id").strip("<>").partition(",")[0].lower()
