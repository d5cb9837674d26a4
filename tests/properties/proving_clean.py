"""Counts over planted documents: what leaked, what changed on a second run, what the lint and the sweep say of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings

from harness.cassette.format import Cassette, Interaction, dumps, loads
from harness.cassette.sanitise import Sanitiser
from harness.cassette.unclean import unclean
from harness.record.sweep import Sweep
from tests.properties.planting import Plant, coded_as, interactions, written_as


@dataclass(slots=True)
class Proof:
    """What was seen. Each list holds a line for each failure."""

    documents: int = 0
    planted: int = 0
    never_kept: int = 0
    leaked: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    linted: list[str] = field(default_factory=list)
    swept: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        return [
            *(f"leak: {line}" for line in self.leaked),
            *(f"changed by a second run: {line}" for line in self.changed),
            *(f"linted: {line}" for line in self.linted),
            *(f"swept: {line}" for line in self.swept),
            f"{self.documents} documents, {self.planted} values planted, {self.never_kept} documents never kept",
            f"{len(self.leaked)} leaks, {len(self.changed)} not idempotent, {len(self.linted)} not clean to the lint, "
            f"{len(self.swept)} hits of the sweep",
        ]

    @property
    def holds(self) -> bool:
        return not (self.leaked or self.changed or self.linted or self.swept)


def prove(documents: int, *, is_random: bool = False) -> Proof:
    """Plant, sanitise and look, so many times. is_random: other documents each time."""
    proof = Proof()

    @settings(
        max_examples=documents,
        deadline=None,
        database=None,
        derandomize=not is_random,
        suppress_health_check=list(HealthCheck),
    )
    @given(interactions())
    def run(drawn: tuple[Interaction, tuple[Plant, ...]]) -> None:
        look(proof, *drawn)

    run()
    return proof


def look(proof: Proof, interaction: Interaction, planted: tuple[Plant, ...]) -> None:
    proof.documents += 1
    proof.planted += len(planted)
    sanitiser, sweep = Sanitiser(), Sweep()
    sweep.learn(interaction)
    clean = sanitiser.interaction(interaction)
    if clean is None:
        proof.never_kept += 1
        return
    text = dumps([clean])
    low = text.lower()
    for core in {core for plant in planted for core in plant.cores}:
        if any(form in low for form in written_as(core)) or any(form in text for form in coded_as(core)):
            proof.leaked.append(f"{core!r} in {text!r}")
    read = loads(text, "planted.yaml")
    for again in (Sanitiser(), sanitiser):
        if again.interaction(read.interactions[0]) != read.interactions[0]:
            proof.changed.append(text)
    proof.linted += [str(entry) for entry in unclean(Cassette(read.path, read.interactions))]
    proof.swept += [f"{hit} in {text!r}" for hit in sweep.hits(text.encode())]
