"""A cassette's timeline: requests →, notifications ←, ids as roles, times where they are known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.cassette.bodies import items_of, read, resource_of
from harness.cassette.format import Cassette, Direction, Interaction
from harness.compare import roles_of


def timeline(cassette: Cassette) -> str:
    """One line a request (with its answer) and one a notification; ids as `<call:1>`, numbered by first appearance."""
    told = zip(cassette.interactions, timeline_lines(cassette.interactions), strict=True)
    return "\n".join([f"{cassette.path}", *(line for i, lines in told for line in _timed(i, lines))])


def timeline_lines(interactions: Sequence[Interaction]) -> list[list[str]]:
    """The lines of each interaction, without times."""
    roles = roles_of(interactions)
    return [[roles.render(line) for line in _lines(interaction)] for interaction in interactions]


def _timed(interaction: Interaction, lines: Sequence[str]) -> list[str]:
    when = f"{interaction.started}  " if interaction.started else ""
    return [f"{when}{line}" for line in lines]


def _lines(interaction: Interaction) -> list[str]:
    request, response = interaction.request, interaction.response
    if interaction.direction is Direction.CLIENT_TO_GRAPH:
        status = "not seen" if response.status is None else str(response.status)
        return [f"→ {request.method} {request.uri}", f"    {status}{about(read(response.body))}"]
    return [_notification(item) for item in items_of(read(request.body))] or [f"← POST {request.uri}"]


def _notification(item: dict[str, Any]) -> str:
    resource = resource_of(item) or "?"
    data = item.get("resourceData")
    said = f" · {len(data)} in the roster" if isinstance(data, list) else about(data)
    return f"← {item.get('changeType', '?')} {resource}{said}"


def about(body: Any) -> str:
    """What says most about a body: its type, its state or status, how it ended."""
    if not isinstance(body, dict):
        return ""
    error = body.get("error")
    if isinstance(error, dict):
        said = [str(error[name]) for name in ("code", "message") if error.get(name) not in (None, "")]
        return f" · {': '.join(said)}" if said else " · error"
    parts = [str(body.get("@odata.type", "")).removeprefix("#microsoft.graph.")]
    parts += [str(body[name]) for name in ("state", "status") if body.get(name)]
    result = body.get("resultInfo")
    if isinstance(result, dict):
        codes = [str(result[name]) for name in ("code", "subcode") if result.get(name) is not None]
        parts.append("/".join(codes))
    return "".join(f" · {part}" for part in parts if part)
