"""The oracle that tells which mutants are equal: what it knows, and what it must not let pass."""

from __future__ import annotations

from typing import Any

import pytest

from harness.compare import Trace
from tests.properties.documents import Document, document_of_trace, put
from tests.properties.oracle import REASONS, RENAMED, Oracle
from tests.properties.proving import documents
from tests.properties.traces import CALL, OTHER_CALL, OTHER_USER, USER, call_told, entry, exchange, headers, roster_told


def _document(*told: Any, **answer: Any) -> Document:
    asked = exchange("GET", f"/calls/{CALL}", 200, headers=headers(90), answer={"id": CALL, **answer})
    return document_of_trace(Trace((asked,), told))


BASE = _document(
    call_told(CALL, "establishing"),
    call_told(CALL, "established", at="2018-09-06T15:58:41Z"),
    roster_told(CALL, entry(1, "user", USER), entry(2, "user", OTHER_USER, isMuted=True)),
)
"""One request, then three notifications."""


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        (("interactions", 1, "response", "status"), 500, "the bot's answer is an input"),
        (("interactions", 0, "response", "headers", "Date"), ["now"], "a header that is not among those that count"),
        (("interactions", 0, "response", "headers", "x-ms-ags-diagnostic"), ['{"ServerInfo":{}}'], None),
        (("interactions", 0, "response", "headers", "request-id"), [OTHER_CALL], None),
        (("interactions", 0, "response", "status"), 201, None),
        (("interactions", 0, "response", "body", "json", "id"), OTHER_CALL, None),
        (("interactions", 0, "response", "body", "json", "id"), CALL.upper(), None),
        (("interactions", 0, "response", "body", "json", "id"), f"{CALL} ", None),
    ],
)
def test_one_change(place: tuple[str | int, ...], value: Any, reason: str | None) -> None:
    assert Oracle(BASE).why_equal(put(BASE, place, value)) == reason


def test_an_identifier_that_occurs_once_may_be_another() -> None:
    once, twice = _document(clientContext="a"), _document(clientContext="a", otherId="a")
    changed = _document(clientContext="b"), _document(clientContext="b", otherId="a")

    assert [Oracle(once).why_equal(changed[0]), Oracle(twice).why_equal(changed[1])] == [RENAMED, None]


def test_a_name_in_another_letter_case_is_no_renaming_but_a_copy_of_it_is() -> None:
    oracle, mutant = Oracle(_document(clientContext="a")), _document(clientContext="A")

    assert oracle.why_equal(mutant) is None
    assert oracle.is_equal_once_renamed(mutant)


def test_two_who_are_told_the_same_of_are_one_as_good_as_the_other() -> None:
    """The map must swap both participants and both users, which is found one swap after the other."""
    first, second = entry(1, "user", USER), entry(2, "user", OTHER_USER)
    crossed = entry(1, "user", OTHER_USER), entry(2, "user", USER)

    oracle = Oracle(_document(roster_told(CALL, first, second), participantId=first["id"]))

    assert oracle.why_equal(_document(roster_told(CALL, first, second), participantId=second["id"])) == RENAMED
    assert oracle.why_equal(_document(roster_told(CALL, *crossed), participantId=second["id"])) == RENAMED


def test_two_who_are_told_apart_are_not() -> None:
    first, second = entry(1, "user", USER), entry(2, "user", OTHER_USER, isMuted=True)

    oracle = Oracle(_document(roster_told(CALL, first, second), participantId=first["id"]))

    assert oracle.why_equal(_document(roster_told(CALL, first, second), participantId=second["id"])) is None


def test_reasons_for_order() -> None:
    asked, establishing, established, roster = BASE["interactions"]
    oracle = Oracle(BASE)

    reasons = [
        oracle.why_equal({"interactions": interactions})
        for interactions in (
            [establishing, asked, established, roster],
            [asked, roster, establishing, established],
            [asked, established, establishing, roster],
            [asked, establishing, established],
        )
    ]

    per_resource = "order counts per resource"
    assert reasons == [per_resource, per_resource, "establishing and established may come either way", None]


def test_reasons_have_no_double() -> None:
    assert len(set(REASONS)) == len(REASONS)


def test_every_document_is_equal_to_itself() -> None:
    assert {Oracle(document).why_equal(document) for document in documents().values()} == {REASONS[1]}
