"""Bodies as values."""

from __future__ import annotations

import pytest

from harness.cassette.bodies import NO_JSON, items_of, parsed, read, resource_of


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


@pytest.mark.parametrize(
    ("envelope", "items"),
    [({"value": [{"a": 1}, "b", {"c": 2}]}, [{"a": 1}, {"c": 2}]), ({"value": {}}, []), ([], []), (None, [])],
    ids=["objects only", "no list", "no object", "nothing"],
)
def test_notifications_are_taken_out_of_their_envelope(envelope: object, items: list[object]) -> None:
    assert items_of(envelope) == items


@pytest.mark.parametrize(
    ("item", "resource"),
    [
        ({"resource": "/app/x", "resourceUrl": "/communications/x"}, "/communications/x"),
        ({"resource": "/app/x"}, "/app/x"),
        ({}, ""),
    ],
    ids=["both", "one", "none"],
)
def test_resource_of_a_notification(item: dict[str, str], resource: str) -> None:
    assert resource_of(item) == resource


@pytest.mark.parametrize(("body", "value"), [(b'{"a": 1}', {"a": 1}), (b"no JSON", None), (b"", None), (None, None)])
def test_body_as_most_clients_read_it(body: bytes | None, value: object) -> None:
    assert read(body) == value
