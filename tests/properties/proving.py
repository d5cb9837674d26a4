"""The proof for one document: each mutant, as it is and as a copy, is caught if and only if it is not equal."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from harness.cassette.format import load
from harness.cassette.scenario import find_cassettes
from harness.compare import Trace, compare
from tests.properties.copies import copied, in_few_envelopes
from tests.properties.documents import Document, document_of, document_of_trace, trace
from tests.properties.forms import FORMS
from tests.properties.mutants import all_of, mutants
from tests.properties.oracle import Oracle
from tests.properties.traces import TRACES

_CASSETTES: Final = Path(__file__).parents[2] / "cassettes"


def documents() -> dict[str, Document]:
    """All shipped cassettes and all traces made by hand, by name."""
    shipped = {path.stem: document_of(load(path).interactions) for path in find_cassettes([_CASSETTES])}
    by_hand = {name: document_of_trace(made) for name, made in {**TRACES, **FORMS}.items()}
    batched = {f"{name}, batched": in_few_envelopes(by_hand[name]) for name in ("replace", "spellings")}
    return {**shipped, **{f"by hand, {name}": document for name, document in (by_hand | batched).items()}}


@dataclass(slots=True)
class Proof:
    """caught: mutants by rule. equal: those that are equal by construction, by rule and reason.

    survived: names of mutants that the comparer does not see. alarms: names of equal ones in which it sees something.
    """

    caught: Counter[str] = field(default_factory=Counter)
    equal: Counter[tuple[str, str]] = field(default_factory=Counter)
    survived: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)

    def __iadd__(self, other: Proof) -> Proof:
        self.caught += other.caught
        self.equal += other.equal
        self.survived += other.survived
        self.alarms += other.alarms
        return self

    @property
    def total(self) -> int:
        return self.caught.total() + len(self.survived)


def prove(name: str, document: Document, share: Callable[[str], float] = all_of, seed: int = 0) -> Proof:
    """Judge the mutants of a document, or a share of those of each rule."""
    proof, oracle, recorded = Proof(), Oracle(document), trace(document)
    for number, mutant in enumerate(mutants(document, share, seed)):
        why = oracle.why_equal(mutant.document)
        plain = _verdict(recorded, mutant.document)
        copy = _verdict(recorded, copied(mutant.document, random.Random(seed + number)))
        if why is None and "same" in (plain, copy):
            why = oracle.why_equal(mutant.document, patient=True)
        where = f"{name}: {mutant.name}: {plain}, as a copy {copy}"
        if why is not None:
            proof.equal[mutant.rule, why] += 1
            proof.alarms += [] if plain == copy == "same" else [f"{where}; {why}"]
        elif plain == "drift" and (copy == "drift" or oracle.is_equal_once_renamed(mutant.document)):
            proof.caught[mutant.rule] += 1
        else:
            proof.survived.append(where)
    return proof


def _verdict(recorded: Trace, document: Document) -> str:
    try:
        return "drift" if compare(recorded, trace(document)).drifts else "same"
    except Exception as error:  # one crash must not hide what the others show
        return repr(error)
