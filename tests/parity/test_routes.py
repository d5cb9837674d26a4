"""The table of routes, held against the app's."""

from __future__ import annotations

import re

import pytest

from harness.parity.routes import PREFIXES, ROUTES, find_route, prefix_of
from harness.server import create_app
from tests.conftest import Bot


def test_table_holds_every_route_that_is_built() -> None:
    rules = [r for r in create_app(post=Bot()).url_map.iter_rules() if "not_built" not in r.endpoint]
    built = {
        (method, re.sub(r"<(\w+)_id>", r"{\1}", rule.rule))
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.endpoint.startswith(("control.", "login.", "recordings."))
    }

    assert {(route.method, prefix + route.path) for route in ROUTES for prefix in PREFIXES} == built


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("POST", "/v1.0/communications/calls", "POST /calls"),
        ("GET", "/beta/app/calls/c", "GET /calls/{call}"),
        ("GET", "/v1.0//communications/CALLS/c/Participants", "GET /calls/{call}/participants"),
        ("POST", "/v1.0/app/calls/c/participants/microsoft.graph.invite", "POST /calls/{call}/participants/invite"),
        ("PUT", "/v1.0/app/calls/c", None),
        ("GET", "/v1.0/app/calls/c/participants/p/mute", None),
        ("GET", "/v1.0", None),
    ],
)
def test_path_has_the_route_that_graph_reads(method: str, path: str, name: str | None) -> None:
    route = find_route(method, path)

    assert (route.name if route else None) == name


def test_prefix_is_in_graphs_spelling() -> None:
    assert prefix_of("//V1.0/Communications/calls/c") == "/v1.0/communications"
