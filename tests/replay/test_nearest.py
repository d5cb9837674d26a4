"""The nearest recorded request, found by looking at few, is the one that looking at all finds."""

from __future__ import annotations

import random
from typing import Any

import pytest

from harness.cassette.binding import Binding
from harness.replay.index import Index
from harness.replay.nearest import Recorded, differences, nearest
from harness.replay.reading import Asked, asked
from tests.replay.build import request

IDS = [f"{n:08x}-0000-4000-8000-000000000000" for n in range(4)]
PATHS = ["/calls", "/calls/{}", "/calls/{}/participants", "/calls/{}/participants/invite"]


def a_request(rng: random.Random) -> Asked:
    """One of few: many are the same, and many the same but for identifiers."""
    path = rng.choice(PATHS).format(rng.choice(IDS))
    body: dict[str, Any] | None = None
    if rng.random() < 0.8:
        body = {"userId": rng.choice(IDS), "otherId": rng.choice(IDS), "hidden": rng.choice([True, False, 1])}
        body["subject"] = rng.choice(["text-1", "a", "b"])
        body = {name: value for name, value in body.items() if rng.random() < 0.8}
    return asked(request(rng.choice(["GET", "POST"]), path, body))


def kinship(recorded: Asked, sent: Asked) -> tuple[bool, bool, int]:
    """How unlike method and path are."""
    mine, theirs = (["*" if part in IDS else part for part in each.path.split("/")] for each in (recorded, sent))
    is_other = recorded.method != sent.method
    common = sum(a == b for a, b in zip(mine, theirs, strict=False))
    return is_other or mine != theirs, is_other, max(len(mine), len(theirs)) - common


@pytest.mark.parametrize("seed", range(40))
def test_nearest_has_the_fewest_differences(seed: int) -> None:
    rng = random.Random(seed)
    requests = {number: a_request(rng) for number in range(1, 60)}
    binding = Binding()
    index = Index(requests, binding)
    played = set(rng.sample(sorted(requests), 20))
    for number in played:
        for _, form in index.readings[number].forms:
            binding.unify(form.normals[0], form, form.normals[0], form, (None, "here"))

    recorded = Recorded(requests, index.groups, index.readings)
    for _ in range(10):
        sent = a_request(rng)
        found = nearest(recorded, sent, binding, played.__contains__)

        ranks = {
            number: (kinship(each, sent), len(differences(each, sent, binding)), number in played, number)
            for number, each in requests.items()
        }
        assert found is not None
        assert found[0] == min(ranks, key=lambda number: ranks[number])
        assert found[0] in found[1].numbers
