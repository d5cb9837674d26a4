"""What of an interaction counts in a comparison."""

from __future__ import annotations

from typing import Any

import pytest

from harness.cassette.bodies import parsed
from harness.cassette.format import Direction, Interaction, Request, Response
from harness.cassette.scenario import ABSENT
from harness.cassette.trace import Exchange, Told, Trace, texts_in, trace_of

JSON = {"Content-Type": ("application/json",), "Date": ("today",)}


def interaction(direction: Direction, body: bytes | None, answer: bytes | None, status: int | None) -> Interaction:
    return Interaction(
        direction=direction,
        seq=1,
        request=Request("POST", "https://host.example/x", {**JSON, "Authorization": ("Bearer x",)}, body),
        response=Response(status, "OK", {**JSON, "Location": ("/y",)}, answer),
        started=None,
        ended=None,
    )


def test_a_request_is_kept_with_its_answer_and_the_headers_that_count() -> None:
    trace = trace_of([interaction(Direction.CLIENT_TO_GRAPH, b'{"a": 1}', b"[2]", 200)])

    headers = {"Content-Type": "application/json", "Location": "/y"}
    assert trace == Trace((Exchange("POST", "https://host.example/x", {"a": 1}, 200, headers, [2]),))


def test_an_envelope_is_taken_apart() -> None:
    body = b'{"@odata.type": "#x", "value": [{"a": 1}, {"b": 2}]}'

    trace = trace_of([interaction(Direction.GRAPH_TO_BOT, body, b"", 202)])

    around: tuple[str, dict[str, str], Any] = (
        "https://host.example/x",
        {"Content-Type": "application/json"},
        {"@odata.type": "#x"},
    )
    assert trace == Trace((), (Told(*around, {"a": 1}), Told(*around, {"b": 2})))


@pytest.mark.parametrize(
    "body", [b'{"a": 1}', b'{"value": {}}', b"[]", b"text"], ids=["none", "no list", "list", "text"]
)
def test_what_is_no_envelope_is_one_notification(body: bytes) -> None:
    trace = trace_of([interaction(Direction.GRAPH_TO_BOT, body, None, None)])

    assert [(told.envelope, told.item) for told in trace.notifications] == [(ABSENT, parsed(body))]


def test_texts_are_those_of_the_trace_requests_before_answers_before_notifications() -> None:
    told = interaction(Direction.GRAPH_TO_BOT, b'{"@odata.type": "#x", "value": [{"a": "b"}]}', b"", 202)
    asked = interaction(Direction.CLIENT_TO_GRAPH, b'{"a": "c"}', b'["d"]', 200)

    texts = list(texts_in([told, asked]))

    assert [text for text, _, _ in texts] == [
        *("https://host.example/x", "c"),
        *("application/json", "/y", "d"),
        *("https://host.example/x", "application/json", "#x", "b"),
    ]
    assert texts == list(trace_of([told, asked]).texts())
