"""What is the same is told while binding, what differs by rendering and explaining: the two never disagree."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.compare import Comparing, compare
from harness.compare.drift import differences
from tests.properties.documents import trace
from tests.properties.mutants import mutants
from tests.properties.proving import documents

DOCUMENTS = documents()
SHARE = 1 / 100


def _rendered_apart(comparing: Comparing) -> Iterator[str]:
    """Where two rendered trees differ, whatever was said of them while they were bound."""
    mine, theirs, known = comparing.mine, comparing.theirs, comparing.walk.placeholders
    both = zip(comparing.recorded.exchanges, comparing.fake.exchanges, strict=False)
    for number, (recorded, fake) in enumerate(both, 1):
        if differences(mine.exchange(recorded), theirs.exchange(fake), "", known):
            yield f"requests/{number}"
    for position, other in comparing.pairs.items():
        told, again = comparing.recorded.notifications[position], comparing.fake.notifications[other]
        if differences(mine.told(told), theirs.told(again), "", known):
            yield f"notifications/{position + 1}"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_walking_and_rendering_tell_the_same(name: str) -> None:
    recorded = trace(DOCUMENTS[name])

    for mutant in mutants(DOCUMENTS[name], lambda rule: SHARE, 7):
        fake = trace(mutant.document)
        comparing = Comparing(recorded, fake)
        apart = set(_rendered_apart(comparing))
        told = {"/".join(d.path.split("/")[:2]) for d in compare(recorded, fake).drifts if d.kind != "order"}

        assert apart <= told, mutant.name
        assert comparing.unlike == apart, mutant.name
