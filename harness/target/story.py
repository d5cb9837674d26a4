"""What passed in a test, told in lines, with the places marked where something went wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Final

from harness.cassette.format import Interaction
from harness.compare import roles_of
from harness.report.timeline import timeline_lines
from harness.target.journal import Entry

WRONG: Final = "✗"


def story(
    entries: Sequence[Entry],
    began: datetime,
    *,
    refused: Sequence[str] = (),
    pending: Sequence[str] = (),
    failed: str | None = None,
) -> str:
    """Each request and notification with the seconds since the test began; `✗` where something went wrong.

    refused: requests to elsewhere. pending: what is still to come. failed: what the test said when it failed.
    """
    lines = []
    for entry, told in zip(entries, timeline_lines([e.interaction for e in entries]), strict=True):
        lines.append(f"{_after(began, entry):>9}  {told[0]}")
        lines += [f"{'':9}  {line}" for line in told[1:]]
        wrong = _wrong(entry)
        if wrong is not None:
            lines.append(f"{'':9}  {WRONG} {_one_line(wrong)}")
    lines += [f"{'':9}  {WRONG} refused: {request}" for request in refused]
    lines += [f"{'':9}  … {what}" for what in pending]
    if not lines:
        lines = [f"{'':9}  nothing was asked, nothing was told"]
    if failed is not None:
        lines.append(f"{'':9}  {WRONG} here the test failed: {_one_line(failed)}")
    return "\n".join(lines)


def rendering(interactions: Callable[[], Sequence[Interaction]]) -> Callable[[str], str]:
    """Puts roles in place of identifiers, numbered as the story numbers them: worked out when first asked for."""
    roles = cache(lambda: roles_of(interactions()))
    return lambda text: roles().render(text)


def ids_by_role(interactions: Sequence[Interaction]) -> Mapping[str, str]:
    """`{"call:1": "2f1a1100-…", "user:1": …}`, numbered by first appearance."""
    return {role: bound.recorded_text for role, bound in roles_of(interactions).legend()}


def _after(began: datetime, entry: Entry) -> str:
    started = datetime.fromisoformat(entry.interaction.started or began.isoformat())
    return f"+{(started - began).total_seconds():.1f} s"


def _wrong(entry: Entry) -> str | None:
    if entry.problem is not None:
        return entry.problem.strip().splitlines()[-1] if entry.problem.strip() else "failed"
    status = entry.interaction.response.status
    if entry.interaction.direction == "graph-to-bot" and status is not None and not 200 <= status < 300:
        return f"the bot answered {status}"
    return None


def _one_line(text: str) -> str:
    first = text.strip().splitlines()[0] if text.strip() else ""
    return first if len(first) <= 160 else f"{first[:160]}…"
