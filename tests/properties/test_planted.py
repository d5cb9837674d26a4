"""Planted documents: nothing leaks, a second run changes nothing. `python -m tests.properties.all_plants` takes all."""

from __future__ import annotations

from harness.cassette.format import Direction, Interaction, Request, Response
from tests.properties.planting import Plant
from tests.properties.proving_clean import Proof, look, prove

DOCUMENTS = 100


def test_nothing_planted_is_left_and_a_second_run_changes_nothing() -> None:
    proof = prove(DOCUMENTS)

    assert proof.lines()[:-2] == []
    assert (proof.documents, proof.planted > 3 * DOCUMENTS) == (DOCUMENTS, True)


def test_a_leak_would_be_seen() -> None:
    """With a vocabulary word planted, which stays."""
    request = Request("GET", "https://graph.microsoft.com/v1.0/communications/calls", {}, None)
    interaction = Interaction(Direction.CLIENT_TO_GRAPH, 1, request, Response(200, "OK", {}, None))
    proof = Proof()

    look(proof, interaction, (Plant("communications", ("communications",)),))

    assert (len(proof.leaked), proof.holds) == (1, False)
