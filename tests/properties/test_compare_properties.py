"""The comparer finds nothing in equal traces and something in every other: proved on mutants of sample traces.

The samples are traces made by hand and, where they are there, all cassettes of the repository.
"""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from harness.cassette.format import load
from harness.cassette.scenario import find_cassettes
from harness.compare import Trace, compare, trace_of
from tests.properties.mutants import is_equivalent, mutants, renamed, text_of
from tests.properties.traces import TRACES

CASSETTES = Path(__file__).parents[2] / "cassettes"
SHIPPED = find_cassettes([CASSETTES]) if CASSETTES.is_dir() else []
EVERY = 23
EVERY_SHIPPED = 199
"""At every how manieth place mutants are made. At every one it takes a minute and more, and finds the same."""

RULES = {
    *("drop", "rename", "null", "retype", "other case", "other value", "other id", "somebody else's id"),
    *("duplicate", "reorder", "extra member", "extra notification", "status"),
}


def survivors(trace: Trace, every: int) -> tuple[Counter[str], list[str], list[str]]:
    """Mutants caught, by rule; names of those that are equal to the trace; names of those that were missed.

    Each is renamed and shuffled too.
    """
    caught: Counter[str] = Counter()
    equivalent: list[str] = []
    missed: list[str] = []
    for number, mutant in enumerate(mutants(trace, every)):
        if is_equivalent(trace, mutant):
            equivalent.append(mutant.name)
        elif compare(trace, renamed(mutant.trace, random.Random(number))).drifts:
            caught[mutant.rule] += 1
        else:
            missed.append(mutant.name)
    return caught, equivalent, missed


@pytest.mark.parametrize("name", TRACES)
def test_every_mutant_is_caught(name: str) -> None:
    caught, equivalent, missed = survivors(TRACES[name], EVERY)

    total = caught.total() + len(missed)
    print(f"{name}: {caught.total()} of {total} mutants caught, {len(equivalent)} equivalent: {equivalent}")
    assert missed == []


def test_every_rule_makes_mutants() -> None:
    rules = {mutant.rule for trace in TRACES.values() for mutant in mutants(trace, EVERY)}

    assert rules == RULES


def test_a_mutant_differs_from_its_trace() -> None:
    """Else a rule that changes nothing would count as one that is never caught, or hide behind that."""
    trace = TRACES["refusal"]

    assert [m.name for m in mutants(trace) if text_of(m.trace) == text_of(trace)] == []


def test_only_an_identifier_that_occurs_once_may_change_unseen() -> None:
    """What one-to-one renaming cannot tell: an exhaustive list for one trace."""
    trace = TRACES["create"]

    equivalent = [m for m in mutants(trace) if is_equivalent(trace, m)]

    assert [m.name for m in equivalent] == [
        "other id exchanges/2/headers/request-id 0",
        "other id notifications/0/headers/Scenario-Id 0",
    ]
    assert [compare(trace, m.trace).drifts for m in equivalent] == [(), ()]


@pytest.mark.parametrize("name", TRACES)
def test_renamed_shuffled_and_interleaved_copies_are_equal(name: str) -> None:
    trace = TRACES[name]

    drifts = [drift for seed in range(25) for drift in compare(trace, renamed(trace, random.Random(seed))).drifts]

    assert drifts == []


@pytest.mark.parametrize("name", TRACES)
def test_a_copy_differs_from_its_trace_in_its_text(name: str) -> None:
    trace = TRACES[name]

    assert text_of(renamed(trace, random.Random(0))) != text_of(trace)


@pytest.mark.parametrize("name", TRACES)
def test_a_trace_is_equal_to_itself(name: str) -> None:
    assert compare(TRACES[name], TRACES[name]).drifts == ()


@pytest.mark.parametrize("name", TRACES)
def test_total_order_accepts_no_other_interleaving(name: str) -> None:
    trace = TRACES[name]
    told = trace.notifications
    turned = Trace(trace.exchanges, (*told[1:], *told[:1]))

    kinds = {drift.kind for drift in compare(trace, turned, order="total").drifts}

    assert kinds == ({"order"} if len(told) > 1 else set())


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_shipped_cassettes_are_compared_as_strictly(path: Path) -> None:
    trace = trace_of(load(path).interactions)

    copies = [drift for seed in range(3) for drift in compare(trace, renamed(trace, random.Random(seed))).drifts]
    caught, _, missed = survivors(trace, EVERY_SHIPPED)

    assert copies == []
    assert missed == []
    assert caught.total() > 0
