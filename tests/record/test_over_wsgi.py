"""The target of a request over WSGI, as its client wrote it."""

from __future__ import annotations

import pytest

from harness.record.over_wsgi import target_of


@pytest.mark.parametrize(
    ("environ", "target"),
    [
        ({"PATH_INFO": "/calls/a/b"}, "/calls/a/b"),
        ({"PATH_INFO": "/calls/a/b", "REQUEST_URI": "/calls/a%2Fb?x=1", "QUERY_STRING": "x=1"}, "/calls/a%2Fb?x=1"),
        ({"SCRIPT_NAME": "/bot", "PATH_INFO": "/a/b", "REQUEST_URI": "/bot/a%2fb"}, "/bot/a%2fb"),
        ({"PATH_INFO": "/a/b", "REQUEST_URI": "/bot/a%2Fb"}, "/a/b"),  # somebody took the mount away
        ({"PATH_INFO": "/a b", "REQUEST_URI": "/a b"}, "/a%20b"),
        ({"PATH_INFO": "/\xc3\xa9", "REQUEST_URI": "/%C3%A9"}, "/%C3%A9"),
        ({"PATH_INFO": "/a/b", "REQUEST_URI": "https://graph.microsoft.com/a%2Fb"}, "/a/b"),
        ({}, "/"),
    ],
)
def test_target_is_as_it_was_written(environ: dict[str, str], target: str) -> None:
    assert target_of(environ) == target
