"""Identifiers of a cassette as roles, numbered as `graph-harness show` numbers them, as far as that is needed.

A number tells how many came before, so numbering reads a cassette from its start. A message that names what stands in a
request need not wait until all answers and notifications of a long cassette are read.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from harness.cassette.binding import Binding, Side
from harness.cassette.format import Interaction
from harness.cassette.identifiers import Slot, slots
from harness.cassette.roles import Roles
from harness.cassette.trace import texts_in


class Naming:
    """Writes identifiers of either side as roles. May be used from several threads, none of which waits for a bot."""

    def __init__(self, interactions: Sequence[Interaction], binding: Binding) -> None:
        self._binding = binding
        self._roles = Roles(binding)
        self._unread = texts_in(interactions)
        self._read: set[tuple[str, str, str]] = set()
        self._recorded: dict[str, tuple[str, Slot]] = {}
        self._lock = threading.Lock()

    def render(self, text: str, member: str = "", context: str = "", side: Side = Side.RECORDED) -> str:
        """As `Roles.render`."""
        with self._lock:
            for slot in slots(text, member):
                bound = self._binding.of(slot.normal, side)
                if bound is not None or side is Side.RECORDED:
                    self._read_until(slot.normal if bound is None else bound.recorded)
            return self._roles.render(text, member, context, side)

    def recorded(self) -> Mapping[str, tuple[str, Slot]]:
        """Every role in lower case, in order, with the recorded identifier as it is written first."""
        with self._lock:
            self._read_until(None)
            return self._recorded

    def _read_until(self, normal: str | None) -> None:
        """Until an identifier has its role; None: to the end."""
        while normal is None or not self._roles.has(normal):
            found = next(self._unread, None)
            if found is None:
                return
            if found not in self._read:
                self._read.add(found)
                text = found[0]
                for role, slot in self._roles.see(*found):
                    self._recorded[role.lower()] = text[slot.start : slot.end], slot
