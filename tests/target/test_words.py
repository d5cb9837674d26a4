"""What is wrongly said to `graph` is refused with what would be right."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.errors import UsageError
from harness.target import Graph, open_fake

WRONG: dict[str, tuple[Callable[[Graph], object], str]] = {
    "people": (
        lambda graph: graph.call(people=["adele"]),  # type: ignore[list-item]
        "people: expected what graph.person(…) and graph.phone(…) return, got 'adele'",
    ),
    "bot": (
        lambda graph: graph.call(bot="first"),  # type: ignore[arg-type]
        "bot: expected what graph.bot(…) returns, got 'first'",
    ),
    "permissions": (
        lambda graph: graph.bot(lambda told: 202, permissions="Calls.Initiate.All"),
        "permissions: expected a list of names, got 'Calls.Initiate.All'",
    ),
    "id": (
        lambda graph: graph.person("adele", id=7),  # type: ignore[arg-type]
        "id of a person: expected text, got 7",
    ),
    "no name": (lambda graph: graph.person(""), "name of a person: expected text, got ''"),
    "no call": (lambda graph: graph.person("adele").joins("c2"), "no call 'c2' is alive; alive: 'c1' (established)"),
}


@pytest.mark.parametrize(("ask", "problem"), WRONG.values(), ids=WRONG)
def test_what_is_wrongly_said_is_refused_with_what_is_right(ask: Callable[[Graph], object], problem: str) -> None:
    with open_fake() as graph:
        graph.bot(lambda told: 202)
        graph.call(id="c1")

        with pytest.raises(UsageError) as caught:
            ask(graph)

    assert str(caught.value) == problem
