"""Bodies as values."""

from __future__ import annotations

import pytest

from harness.cassette.bodies import NO_JSON, parsed


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
