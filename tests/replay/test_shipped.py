"""Every shipped cassette, replayed to a bot that has other identifiers, another callback and other contexts."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

from harness.cassette.format import Cassette, Direction, Interaction, Request, Response, load
from harness.cassette.scenario import find_cassettes, load_scenario, scenario_path
from harness.compare import compare, trace_of
from harness.delivery import Notification
from harness.errors import CassetteError
from harness.replay import Replay, leftover
from harness.report import timeline
from tests.properties.documents import document_of, interaction_of
from tests.properties.identifiers import fresh, renamed_in

SHIPPED: Final = find_cassettes([Path(__file__).parents[2] / "cassettes"])
CALLBACK: Final = "https://bot.elsewhere.example:8443/hook?of=mine"


def renamed(cassette: Cassette, seed: int) -> list[Interaction]:
    """The same with other identifiers wherever the bot is the first to name them, and with another callback."""
    rng = random.Random(seed)
    ids: dict[tuple[str, str], str] = {}

    def of_bot(kind: str, normal: str) -> str:
        return ids.setdefault((kind, normal), fresh(kind, rng))

    def of_graph(kind: str, normal: str) -> str:
        return ids.setdefault((kind, normal), normal)

    items = []
    for item in document_of(cassette.interactions)["interactions"]:
        is_asked = item["direction"] == Direction.CLIENT_TO_GRAPH
        request = renamed_in(item["request"], of_bot if is_asked else of_graph)
        items.append({**item, "request": request, "response": renamed_in(item["response"], of_graph)})
    return [interaction_of(n, _with_callback(item)) for n, item in enumerate(items, 1)]


def _with_callback(value: Any, member: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _with_callback(branch, name) for name, branch in value.items()}
    if isinstance(value, list):
        return [_with_callback(branch, member) for branch in value]
    return CALLBACK if member in ("callback", "callbackUri") and isinstance(value, str) else value


def replayed(cassette: Cassette, requests: Iterable[Interaction], replay: Callable[..., Replay]) -> list[Interaction]:
    """What the bot sees that makes these requests."""
    seen: list[Interaction] = []
    numbers = count(1)

    def keep(direction: Direction, request: Request, response: Response) -> None:
        seen.append(Interaction(direction, next(numbers), request, response))

    def put(notification: Notification, delay: float) -> None:
        headers = {name: (value,) for name, value in notification.headers.items()}
        request = Request("POST", notification.callback_uri, headers, notification.body)
        waiting.append(request)

    waiting: list[Request] = []
    machine = replay(cassette, put=put, callback=CALLBACK)
    machine.start()
    for interaction in requests:
        if interaction.direction is Direction.CLIENT_TO_GRAPH:
            if interaction.response.status is None:
                with pytest.raises(CassetteError, match="the source does not show how Graph answered"):
                    machine.answer(interaction.request)
                answer = interaction.response
            else:
                answer = machine.answer(interaction.request)
            keep(Direction.CLIENT_TO_GRAPH, interaction.request, answer)
        while waiting:
            keep(Direction.GRAPH_TO_BOT, waiting.pop(0), Response(202, None, {}, None))
    assert leftover(machine) is None
    return seen


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_bot_of_other_identifiers_sees_what_was_recorded(path: Path) -> None:
    cassette = load(path)
    mine = renamed(cassette, seed=len(path.name))

    seen = replayed(cassette, mine, Replay)

    found = compare(trace_of(mine), trace_of(seen), order="total")
    assert [str(drift) for drift in found.drifts] == []
    assert [i.direction for i in seen] == [i.direction for i in mine]


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_bot_of_the_recorded_identifiers_sees_them_unchanged(path: Path) -> None:
    cassette = load(path)

    seen = replayed(cassette, cassette.interactions, lambda c, **more: Replay(c, put=more["put"]))

    assert trace_of(seen) == trace_of(cassette.interactions)


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_roles_are_those_of_the_timeline(path: Path) -> None:
    cassette = load(path)
    replay = Replay(cassette, load_scenario(scenario_path(path)), put=lambda notification, delay: None)

    requests = [i.request for i in cassette.interactions if i.direction is Direction.CLIENT_TO_GRAPH]
    lines = [replay.naming.render(f"→ {request.method} {request.uri}") for request in requests]

    assert lines == [line for line in timeline(cassette).splitlines() if line.startswith("→")]
