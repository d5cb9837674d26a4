"""What of an interaction counts in a comparison."""

from __future__ import annotations

from typing import Any

import pytest

from harness.cassette.format import Direction, Interaction, Request, Response
from harness.cassette.scenario import ABSENT
from harness.compare import Exchange, Told, Trace, trace_of
from harness.compare.trace import NO_JSON, parsed

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


@pytest.mark.parametrize(
    ("body", "expected"),
    [(None, "nothing"), (b"", "nothing"), (b"null", "None"), (b"[true, 1, 1.0]", "[True, 1, 1.0]")],
    ids=["no body", "empty", "null", "types"],
)
def test_a_body_is_json(body: bytes | None, expected: str) -> None:
    assert repr(parsed(body)) == expected


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"no JSON", "no JSON"),
        (b'{"a": NaN}', '{"a": NaN}'),
        (b'{"a": 1, "a": 1}', '{"a": 1, "a": 1}'),
        (b'[{"b": {"a": 1, "a": 2}}]', '[{"b": {"a": 1, "a": 2}}]'),
        (b"\xff", "\\xff"),
        (b"[" * 100_000, "[" * 100_000),
    ],
    ids=["text", "NaN", "a member twice", "twice, deeper", "no UTF-8", "too deep"],
)
def test_a_body_that_is_no_json_is_not_taken_for_json_that_is_text(body: bytes, text: str) -> None:
    assert parsed(body) == NO_JSON + text
