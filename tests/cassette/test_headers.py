"""Which headers count."""

from __future__ import annotations

from harness.cassette.headers import RESPONSE_HEADERS, counting


def test_headers_that_count_are_spelled_as_in_the_list() -> None:
    headers = {"LOCATION": ("/x",), "Date": ("today",), "Request-Id": ("1",)}

    assert counting(headers, RESPONSE_HEADERS) == {"Location": "/x", "request-id": "1"}


def test_several_values_are_joined() -> None:
    assert counting({"Location": ("/x", "/y")}, RESPONSE_HEADERS) == {"Location": "/x, /y"}


def test_a_header_in_two_letter_cases_is_one_with_both_values() -> None:
    assert counting({"Location": ("/x",), "LOCATION": ("/y",)}, RESPONSE_HEADERS) == {"Location": "/x, /y"}
