"""Which story misses which variable."""

from __future__ import annotations

from typing import Any

import pytest

from harness.scenarios import STORIES, lacking
from harness.tenant.meetings import MeetingLink, MeetingNumber
from harness.tenant.variables import VARIABLES

LINK = MeetingLink("19:meeting_a@thread.v2", "0", "o", "t")


@pytest.mark.parametrize(
    ("story", "values", "expected"),
    [
        ("invite-one", {"GRAPH_USERS": ("a", "b", "c")}, []),
        ("invite-one", {}, ["GRAPH_USERS with 3 people"]),
        ("invite-one", {"GRAPH_USERS": ("a",)}, ["GRAPH_USERS with 3 people (there is 1)"]),
        ("invite-several", {"GRAPH_USERS": ("a", "b"), "GRAPH_MEETING": LINK}, []),
        ("invite-several", {"GRAPH_USERS": ("a", "b")}, ["GRAPH_MEETING"]),
        ("invite-one", {"GRAPH_USERS": ("a", "b", "O"), "GRAPH_MEETING": LINK}, []),
        (
            "invite-several",
            {"GRAPH_USERS": ("a", "O"), "GRAPH_MEETING": LINK},
            ["GRAPH_USERS with 2 people beside the meeting's organizer (there is 1)"],
        ),
        (
            "invite-several",
            {"GRAPH_USERS": ("a", "b"), "GRAPH_MEETING": MeetingNumber("1", "2")},
            ["GRAPH_MEETING as a join link, which names the chat that several invitees need"],
        ),
        ("invite-pstn", {"GRAPH_USERS": ("a",)}, ["GRAPH_PHONE", "GRAPH_APP_INSTANCE"]),
        ("invite-pstn", {}, ["GRAPH_USERS with 1 person", "GRAPH_PHONE", "GRAPH_APP_INSTANCE"]),
    ],
)
def test_lacking(story: str, values: dict[str, Any], expected: list[str]) -> None:
    assert lacking(STORIES[story], values) == expected


def test_stories_want_variables_that_there_are() -> None:
    assert {name for story in STORIES.values() for name in story.wants} <= set(VARIABLES)
