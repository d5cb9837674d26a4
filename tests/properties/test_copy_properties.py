"""Copies of traces that nobody wrote: calls, people and identifiers at random, many of them told alike."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.compare import Told, Trace, compare
from tests.properties.copies import copied
from tests.properties.documents import Document, document_of_trace, trace
from tests.properties.traces import call_told, entry, exchange, guid, roster_told, told

CALLS = st.sampled_from((guid(101), guid(102), "c-1"))
PEOPLE = st.sampled_from((guid(201), guid(202), "8:live:alice.smith", "+12345678901", "adele@contoso.example"))
ENTRIES = st.builds(
    lambda number, who, muted: entry(number, "user", who, isMuted=muted), st.integers(1, 5), PEOPLE, st.booleans()
)
ROSTERS = st.lists(ENTRIES, max_size=4, unique_by=(lambda e: e["id"], lambda e: e["info"]["identity"]["user"]["id"]))
CONTEXTS = st.one_of(
    st.none(), PEOPLE, st.sampled_from((guid(1).upper(), "a", f"{{{guid(201)}}}", "about +12345678901"))
)


def _operation(call: str, number: int, context: Any) -> Told:
    data = {"id": guid(300 + number), "status": "completed", "clientContext": context}
    return told("deleted", f"/calls/{call}/operations/{guid(300 + number)}", data)


TOLD = st.one_of(
    st.builds(call_told, CALLS, st.sampled_from(("incoming", "establishing", "established", "terminated"))),
    st.builds(lambda call, roster: roster_told(call, *roster), CALLS, ROSTERS),
    st.builds(_operation, CALLS, st.integers(1, 2), CONTEXTS),
)
ASKED = st.builds(
    lambda call, roster: exchange("GET", f"/calls/{call}/participants", 200, answer={"value": roster}), CALLS, ROSTERS
)
DOCUMENTS = st.builds(
    lambda asked, told: document_of_trace(Trace(tuple(asked), tuple(told))),
    st.lists(ASKED, max_size=2),
    st.lists(TOLD, max_size=6),
)


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS, st.integers(0, 2**16))
def test_copies_of_any_trace_are_equal(document: Document, seed: int) -> None:
    copy = copied(document, random.Random(seed))

    assert compare(trace(document), trace(copy)).drifts == ()
