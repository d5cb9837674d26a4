"""Mutants of a document: each with one difference, made by one rule at one place."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.properties.documents import Document, put, sites, text_of
from tests.properties.rules import RULES, Edits


@dataclass(frozen=True, slots=True)
class Mutant:
    """`name`: the rule, the place, and the number of the mutant there."""

    name: str
    rule: str
    document: Document


def all_of(rule: str) -> float:
    return 1.0


def mutants(document: Document, share: Callable[[str], float] = all_of, seed: int = 0) -> Iterator[Mutant]:
    """Every rule at every place at which it changes something; of each rule only a share, drawn at random."""
    before = text_of(document)
    rng = random.Random(seed)
    everywhere = list(sites(document))
    for rule, apply in RULES.items():
        part = share(rule)
        for site in everywhere:
            for number, edits in enumerate(apply(site)):
                if part < 1 and rng.random() >= part:
                    continue
                mutant = _edited(document, edits)
                if text_of(mutant) != before:
                    yield Mutant(f"{rule} {'/'.join(map(str, site.place))} {number}", rule, mutant)


def _edited(document: Document, edits: Edits) -> Document:
    for place, value in edits:
        document = put(document, place, value)
    return document


def counted(documents: Sequence[Document]) -> dict[str, int]:
    """How many edits each rule makes over several documents."""
    counts = dict.fromkeys(RULES, 0)
    for document in documents:
        for site in sites(document):
            for rule, apply in RULES.items():
                counts[rule] += sum(1 for _ in apply(site))
    return counts
