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
