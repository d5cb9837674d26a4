"""Paths as Graph reads them."""

from __future__ import annotations

import pytest

from harness.graph.paths import canonical

CASES = {
    "as it is": ("/v1.0/communications/calls", "/v1.0/communications/calls"),
    "doubled slashes": ("/v1.0//communications///calls", "/v1.0/communications/calls"),
    "trailing slash": ("/v1.0/communications/calls/", "/v1.0/communications/calls"),
    "letter case": (
        "/V1.0/Communications/CALLS/aB/Participants/INVITE",
        "/v1.0/communications/calls/aB/participants/invite",
    ),
    "id like a name": (
        "/v1.0/app/calls/CALLS/participants/Operations",
        "/v1.0/app/calls/CALLS/participants/Operations",
    ),
    "namespace": ("/v1.0/app/calls/x/microsoft.graph.keepAlive", "/v1.0/app/calls/x/keepAlive"),
    "namespace in another case": ("/v1.0/app/calls/x/Microsoft.Graph.KEEPALIVE", "/v1.0/app/calls/x/keepAlive"),
    "key in parentheses": ("/v1.0/app/calls('x')/participants('Y')", "/v1.0/app/calls/x/participants/Y"),
    "no path of Graph": ("/__ADMIN/Calls", "/__ADMIN/Calls"),
    "root": ("/", "/"),
}


@pytest.mark.parametrize(("path", "expected"), CASES.values(), ids=CASES.keys())
def test_path_is_read_as_graph_does(path: str, expected: str) -> None:
    assert canonical(path) == expected


@pytest.mark.parametrize(("path", "expected"), CASES.values(), ids=CASES.keys())
def test_reading_twice_is_reading_once(path: str, expected: str) -> None:
    assert canonical(canonical(path)) == canonical(path)
