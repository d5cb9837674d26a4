"""What existed before a story was recorded, read from its cassette: `given` of its scenario file.

The cassette is sanitised, and so is what is read from it. How people react is the story's, not the tenant's: what
Graph tells of it is to be compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from harness.cassette.bodies import items_of, read
from harness.cassette.format import Cassette, Direction
from harness.scenarios.stories import Story

_KINDS: Final = ("user", "phone")
_MEMBERS: Final = ("displayName", "identityProvider")
_APPLICATION: Final = ("id", "tenantId", "displayName")


def given_of(story: Story, cassette: Cassette) -> dict[str, Any]:
    """application and people, as far as the cassette shows them."""
    shown = list(_identities(_bodies(cassette)))
    given: dict[str, Any] = {}
    application = _merged((i for kind, i in shown if kind == "application"), _APPLICATION)
    if application.get("id"):
        given["application"] = application
    called = list(dict.fromkeys(_called(cassette)))
    given["people"] = []
    for (kind, who), reaction in zip(called, story.cast, strict=False):
        members = _merged((i for k, i in shown if k == kind and i.get("id") == who), _MEMBERS)
        given["people"].append({kind: {"id": who, **members}, str(reaction): True})
    return given


def _called(cassette: Cassette) -> Iterator[tuple[str, str]]:
    """Whom the bot calls and invites, in order."""
    for interaction in cassette.interactions:
        if interaction.direction is not Direction.CLIENT_TO_GRAPH:
            continue
        body = read(interaction.request.body)
        if isinstance(body, Mapping):
            named = [*(body.get("targets") or []), *(body.get("participants") or [])]
            yield from ((kind, str(i.get("id"))) for kind, i in _identities(named) if kind in _KINDS)


def _bodies(cassette: Cassette) -> Iterator[Any]:
    for interaction in cassette.interactions:
        told = interaction.direction is Direction.GRAPH_TO_BOT
        body = read(interaction.request.body if told else interaction.response.body)
        yield from items_of(body) if told else [body]


def _identities(data: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every identity in a structure, with its kind."""
    if isinstance(data, Mapping):
        for kind in ("user", "phone", "application"):
            if isinstance(data.get(kind), Mapping):
                yield kind, data[kind]
        data = data.values()
    if isinstance(data, Iterable) and not isinstance(data, str | bytes):
        for value in data:
            yield from _identities(value)


def _merged(found: Iterable[Mapping[str, Any]], members: tuple[str, ...]) -> dict[str, Any]:
    """What is said of somebody, the first that is said of each member."""
    merged: dict[str, Any] = {}
    for identity in found:
        for name in members:
            if identity.get(name) is not None:
                merged.setdefault(name, identity[name])
    return merged
