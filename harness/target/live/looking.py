"""Calls as they are in the tenant: what was told of them, and what Graph says when it is asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from harness.target.journal import Journal
from harness.target.live.asking import Asking
from harness.target.parties import party_of
from harness.target.seen import SeenCall, calls_seen, operation_seen

_FRESH: Final = 1.0
"""Seconds for which an answer will do, as long as nothing else passes: a test that waits looks often."""


class Looking:
    """What a test sees of calls. Graph is asked at most once a second for each, unless something passed meanwhile."""

    def __init__(self, journal: Journal, ask: Asking) -> None:
        self._journal = journal
        self._ask = ask
        self._lock = threading.Lock()
        self._seen: dict[str, tuple[float, int, SeenCall]] = {}

    def __call__(self, call_id: str) -> SeenCall:
        with self._lock:
            at, passed, seen = self._seen.get(call_id, (0.0, -1, SeenCall(call_id)))
            now = len(self._journal)
            if passed != now or time.monotonic() - at > _FRESH:
                seen = self._looked(call_id)
                self._seen[call_id] = time.monotonic(), now, seen
        return seen

    def _looked(self, call_id: str) -> SeenCall:
        told = calls_seen(self._journal.interactions).get(call_id, SeenCall(call_id))
        if told.state == "terminated":
            return replace(told, roster=())
        body = self._ask.found(f"/{call_id}")
        if body is None:
            return told
        listed = self._ask.found(f"/{call_id}/participants")
        roster = told.roster if listed is None else tuple(party_of(p) for p in listed.get("value", []))
        operations = [self._operation(call_id, operation) for operation in told.operations]
        return replace(
            told,
            state=str(body["state"]) if body.get("state") else told.state,
            result=body.get("resultInfo") or told.result,
            roster=roster,
            operations=tuple(operations),
        )

    def _operation(self, call_id: str, told: Any) -> Any:
        """One that is over is not looked at again."""
        if told.status in ("completed", "failed"):
            return told
        found: Mapping[str, Any] | None = self._ask.found(f"/{call_id}/operations/{told.id}")
        if found is None:
            return told
        seen = operation_seen(found, told.id)
        return replace(seen, client_context=seen.client_context or told.client_context)
