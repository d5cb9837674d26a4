"""Two traces beside each other."""

from __future__ import annotations

from dataclasses import replace

from harness.cassette.format import Direction
from harness.cassette.scenario import ABSENT
from harness.compare import Comparing, Exchange, Told, Trace, moments
from tests.properties.traces import CALL, OTHER_CALL, call_told, exchange


def _asked(at: int) -> Exchange:
    return replace(exchange("DELETE", f"/calls/{CALL}", 204), at=at)


def _told(at: int, state: str) -> Told:
    return replace(call_told(CALL, state), at=at)


def test_both_sides_stand_beside_each_other_in_recorded_order() -> None:
    recorded = Trace((_asked(1),), (_told(0, "established"), _told(2, "terminated")))
    fake = Trace((_asked(0),), (_told(1, "established"), _told(2, "terminated")))

    found = moments(Comparing(recorded, fake))

    assert [m.path for m in found] == ["notifications/1", "requests/1", "notifications/2"]
    assert [m.direction for m in found] == [Direction.GRAPH_TO_BOT, Direction.CLIENT_TO_GRAPH, Direction.GRAPH_TO_BOT]
    assert found[1].line == "DELETE https://graph.microsoft.com/v1.0/communications/calls/<call:1>"
    assert found[1].recorded == found[1].fake


def test_what_only_the_fake_did_stands_where_the_fake_did_it() -> None:
    recorded = Trace((_asked(0),), (_told(1, "terminated"),))
    fake = Trace((_asked(0),), (_told(1, "terminating"), _told(2, "terminated")))

    found = moments(Comparing(recorded, fake))

    assert [m.path for m in found] == ["requests/1", "notifications/extra/updated call terminating", "notifications/1"]
    assert found[1].recorded is ABSENT
    assert found[1].fake["resourceData"]["state"] == "terminating"


def test_what_only_was_recorded_has_no_other_side() -> None:
    recorded = Trace(
        (_asked(0),), (replace(call_told(OTHER_CALL, "terminated"), at=1, started="2026-01-02T03:04:05Z"),)
    )

    found = moments(Comparing(recorded, Trace()))

    assert [m.fake for m in found] == [ABSENT, ABSENT]
    assert found[1].started == "2026-01-02T03:04:05Z"
