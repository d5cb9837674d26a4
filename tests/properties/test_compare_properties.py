"""The comparer sees every difference that counts and none that does not, on all shipped cassettes and traces by hand.

A sample of the mutants, drawn evenly by rule; `python -m tests.properties.all_mutants` takes them all.
"""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from harness.compare import Trace, compare
from tests.properties.all_mutants import lines
from tests.properties.copies import copied, rearranged
from tests.properties.documents import text_of, trace
from tests.properties.identifiers import Renaming, all_in, renamed_in
from tests.properties.mutants import counted, mutants
from tests.properties.normal import normal
from tests.properties.proving import Proof, documents, prove
from tests.properties.rules import RULES

DOCUMENTS = documents()
COPIES = 7
MUTANTS_BY_RULE = 30
"""About how many there are in the sample."""
SEED = 20


@pytest.fixture(scope="module")
def proof() -> Proof:
    counts = counted(list(DOCUMENTS.values()))
    whole = Proof()
    for name, document in DOCUMENTS.items():
        whole += prove(name, document, lambda rule: MUTANTS_BY_RULE / max(counts[rule], 1), SEED)
    return whole


def test_every_mutant_of_the_sample_is_caught(proof: Proof, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n{lines(proof, len(DOCUMENTS))[-1]} (seed {SEED})")

    assert proof.survived == []


def test_no_mutant_that_is_equal_raises_an_alarm(proof: Proof) -> None:
    assert proof.alarms == []


def test_every_rule_has_mutants_in_the_sample(proof: Proof) -> None:
    rules = {rule for rule, _ in proof.equal} | set(proof.caught)

    assert rules == set(RULES)


def test_every_rule_but_one_makes_mutants_that_differ(proof: Proof) -> None:
    assert set(RULES) - set(proof.caught) == {"bot's answer"}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_copies_are_equal(name: str) -> None:
    recorded = trace(DOCUMENTS[name])
    copies = [trace(copied(DOCUMENTS[name], random.Random(seed))) for seed in range(COPIES)]

    drifts = [drift for copy in copies for drift in compare(recorded, copy).drifts]

    assert drifts == []


def test_there_are_more_than_five_hundred_copies() -> None:
    assert len(DOCUMENTS) * COPIES > 500


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_copy_is_another_text(name: str) -> None:
    assert text_of(copied(DOCUMENTS[name], random.Random(0))) != text_of(DOCUMENTS[name])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_a_copy_changes_beside_identifiers_does_not_count(name: str) -> None:
    """Told by the normal form, which knows nothing of the comparer."""
    copies = [rearranged(DOCUMENTS[name], random.Random(seed)) for seed in range(COPIES)]

    assert {text_of(normal(copy)) for copy in copies} == {text_of(normal(DOCUMENTS[name]))}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_two_identifiers_swapped_everywhere_are_a_renaming(name: str) -> None:
    document = DOCUMENTS[name]
    known = dict.fromkeys((found.kind, found.normal) for found in all_in(document))
    pairs = [(a, b) for a, b in combinations(known, 2) if a[0] == b[0]]
    chosen = random.Random(0).sample(pairs, min(len(pairs), 6))

    swapped = [renamed_in(document, _swapping(*pair)) for pair in chosen]

    assert [d for each in swapped for d in compare(trace(document), trace(each)).drifts] == []


def _swapping(a: tuple[str, str], b: tuple[str, str]) -> Renaming:
    other = {a: b[1], b: a[1]}
    return lambda kind, normal: other.get((kind, normal), normal)


def test_a_mutant_differs_from_its_document() -> None:
    """Else a rule that changes nothing would count as one whose mutants are all equal."""
    document = DOCUMENTS["by hand, refusal"]

    assert [m.name for m in mutants(document) if text_of(m.document) == text_of(document)] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_total_order_accepts_no_other_interleaving(name: str) -> None:
    recorded = trace(DOCUMENTS[name])
    told = recorded.notifications
    turned = Trace(recorded.exchanges, (*told[1:], *told[:1]))

    kinds = {drift.kind for drift in compare(recorded, turned, order="total").drifts}

    assert bool(kinds) == (len(told) > 1)
