"""The timeline of a cassette."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.cassette.format import Direction, Interaction, Request, Response, load
from harness.report import timeline
from harness.report.timeline import about, timeline_lines

CASSETTES = Path(__file__).parent.parent.parent / "cassettes"


def test_timeline_shows_requests_notifications_and_roles() -> None:
    path = CASSETTES / "documented" / "participant-invite.1-one-participant.yaml"

    lines = timeline(load(path)).splitlines()[1:]

    assert lines == [
        "→ POST https://graph.microsoft.com/v1.0/communications/calls/<call:1>/participants/invite",
        "    200 · inviteParticipantsOperation · Running",
        "← deleted /communications/calls/<call:1>/operations/<operation:1> · inviteParticipantsOperation · completed",
        "← updated /communications/calls/<call:1>/participants · 1 in the roster",
    ]


def test_timeline_shows_refusals_and_what_was_not_seen() -> None:
    refused = timeline(load(CASSETTES / "observed" / "errors.3-call-not-found.yaml")).splitlines()
    unseen = timeline(load(CASSETTES / "observed" / "comms-samples-795.1-invite-rejected.yaml")).splitlines()

    assert refused[2] == "    404 · 8522: Call not found."
    assert unseen[2] == "    not seen"


@pytest.mark.parametrize("body", [None, b"no JSON", b'{"value": []}'], ids=["no body", "no JSON", "nothing in it"])
def test_what_is_posted_and_tells_nothing_has_a_line(body: bytes | None) -> None:
    request = Request("POST", "https://bot.example/api/calls", {}, body)
    posted = Interaction(Direction.GRAPH_TO_BOT, 1, request, Response(202, None, {}, None))

    assert timeline_lines([posted]) == [["← POST https://bot.example/api/calls"]]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"code": "8522", "message": "Call not found."}}, " · 8522: Call not found."),
        ({"error": {"message": "No."}}, " · No."),
        ({"error": {}}, " · error"),
        ({"state": "terminated", "resultInfo": {"code": 0}}, " · terminated · 0"),
        ({"status": "failed", "resultInfo": {"code": 500, "subcode": 7}}, " · failed · 500/7"),
        ({"resultInfo": {}}, ""),
    ],
)
def test_what_says_most_about_a_body(body: dict[str, Any], said: str) -> None:
    assert about(body) == said
