"""A call as a test holds it. It stands for whatever call it is on the target, and is looked up anew each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.graph.types import ResultInfo
from harness.target.parties import Roster
from harness.target.seen import SeenCall, SeenOperation

if TYPE_CHECKING:
    from harness.target.targets import Target


class Call:
    """A call. Wherever an id is wanted it will do, and `str(call)` is its id."""

    def __init__(self, target: Target, id: str, kind: str | None = None) -> None:
        self._target = target
        self._kind = kind
        self.id = id

    @property
    def kind(self) -> str | None:
        """`peerToPeer`, `group` or `meeting`; None where the target cannot tell."""
        return self._seen.kind or self._kind

    @property
    def state(self) -> str | None:
        """As Graph spells it: `establishing`, `established`, …, `terminated`; None until something is known."""
        return self._seen.state

    @property
    def result(self) -> ResultInfo | None:
        """How the call ended."""
        told = self._seen.result
        if not told:
            return None
        return ResultInfo(int(told.get("code", 0)), int(told.get("subcode", 0)), told.get("message"))

    @property
    def roster(self) -> Roster:
        return Roster(self._seen.roster)

    @property
    def operations(self) -> tuple[SeenOperation, ...]:
        """Oldest first."""
        return self._seen.operations

    @property
    def _seen(self) -> SeenCall:
        return self._target.seen(self.id)

    def __str__(self) -> str:
        return self.id

    def __eq__(self, other: object) -> bool:
        return str(other) == self.id if isinstance(other, Call | str) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"<call {self.id} {self.state or 'unknown'}>"
