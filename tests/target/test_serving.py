"""A test's Graph on loopback."""

from __future__ import annotations

import pytest
import requests

from harness.target import FakeApp, open_fake, served


def test_connection_is_cut_for_a_bot_in_another_process_as_well() -> None:
    with open_fake(app=FakeApp()) as graph, served(graph) as server:
        graph.bot(lambda told: None)
        graph.reset_connection("get-call")

        with pytest.raises(requests.ConnectionError):
            requests.get(
                f"{server.url}/v1.0/communications/calls/a", headers={"Authorization": "Bearer any"}, timeout=5
            )

        assert [asked.status for asked in graph.requests] == [None]


def test_path_is_asked_as_it_was_written() -> None:
    """A server hands it over decoded: what it meant would be lost, and part of it taken for a query."""
    with open_fake(app=FakeApp()) as graph, served(graph) as server:
        graph.bot(lambda told: None)
        url = f"{server.url}/v1.0/communications/calls/a%3Fb%20%C3%A9?x=%2F"
        requests.get(url, headers={"Authorization": "Bearer any"}, timeout=5)

        assert [asked.request.uri for asked in graph.interactions] == [url]
