"""Checking: cassettes whose files are of the form, but that cannot be driven or compared. Said with their place.

Places are named as drifts name them (`requests/1/url`, `notifications/2`).
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from harness.cassette.bodies import NO_JSON
from harness.cassette.format import Cassette, Direction
from harness.cassette.safe_yaml import MAX_DEPTH
from harness.compare import Trace
from harness.errors import CassetteError, quoted
from harness.graph.hosts import GRAPH_HOSTS

_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"')
_BRACKET: Final = re.compile(rb"[\[{]|[\]}]")


def refuse_undrivable(cassette: Cassette, recorded: Trace) -> None:
    """Raises: CassetteError for a body too deep, a request not to Graph, and a notification that tells nothing."""
    _refuse_too_deep(cassette, recorded)
    for number, exchange in enumerate(recorded.exchanges, 1):
        if not _goes_to_graph(exchange.url):
            problem = f"expected an https address of Graph ({', '.join(GRAPH_HOSTS)}), got {quoted(exchange.url)}"
            raise CassetteError(cassette.path, problem, place=f"requests/{number}/url")
    for number, told in enumerate(recorded.notifications, 1):
        if not isinstance(told.item, dict):
            problem = f"expected a notification as a JSON object, each member once, got {quoted(_text(told.item))}"
            raise CassetteError(cassette.path, problem, place=f"notifications/{number}")
    telling = {told.at for told in recorded.notifications}
    for at, interaction in enumerate(cassette.interactions):
        if interaction.direction is Direction.GRAPH_TO_BOT and at not in telling:
            problem = "tells nothing: expected at least one notification in `value`"
            raise CassetteError(cassette.path, problem, place=f"envelope with seq {interaction.seq}")


def _goes_to_graph(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port  # which says what is no port
    except ValueError:
        return False
    return parts.scheme == "https" and parts.hostname in GRAPH_HOSTS


def _refuse_too_deep(cassette: Cassette, recorded: Trace) -> None:
    """Python's own limit depends on its version, and on how deep it is in already."""
    roots = {told.at: f"notifications/{n}" for n, told in reversed([*enumerate(recorded.notifications, 1)])}
    roots |= {exchange.at: f"requests/{n}" for n, exchange in enumerate(recorded.exchanges, 1)}
    for at, root in sorted(roots.items()):
        interaction = cassette.interactions[at]
        for place, body in (("body", interaction.request.body), ("response/body", interaction.response.body)):
            if _depth(body) > MAX_DEPTH:
                problem = f"is nested deeper than {MAX_DEPTH} levels"
                raise CassetteError(cassette.path, problem, place=f"{root}/{place}")


def _depth(body: bytes | None) -> int:
    """How deep brackets are nested in a JSON text, at most; strings may hold some that do not count."""
    brackets = 0 if body is None else body.count(b"[") + body.count(b"{")
    if body is None or brackets <= MAX_DEPTH:  # of nearly all, and quickly seen
        return brackets
    depth = most = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", body)):
        depth += 1 if bracket in b"[{" else -1
        most = max(most, depth)
    return most


def _text(item: object) -> object:
    """What stood in a body that is no JSON."""
    return item.removeprefix(NO_JSON) if isinstance(item, str) else item
