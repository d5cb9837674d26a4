"""What a story wants of the environment, and what of it is not there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.scenarios.stories import Story
from harness.tenant.meetings import Meeting, MeetingLink, MeetingNumber


def free_for(story: Story, users: Sequence[str], meeting: Meeting | None) -> tuple[str, ...]:
    """Who of the users can be called in a story.

    The organizer of its meeting cannot: who that is differs from tenant to tenant, and would differ on replay.
    """
    if "GRAPH_MEETING" not in story.wants or not isinstance(meeting, MeetingLink):
        return tuple(users)
    return tuple(user for user in users if user.lower() != meeting.organizer_id.lower())


def lacking(story: Story, values: Mapping[str, Any]) -> list[str]:
    """Variables that are missing or name too few, in words. values: what was read, by name of variable."""
    users, meeting = values.get("GRAPH_USERS") or (), values.get("GRAPH_MEETING")
    free = free_for(story, users, meeting)
    found = [] if len(free) >= story.people else [_people(story, len(users), len(free))]
    found += [name for name in story.wants if name not in values]
    if "GRAPH_MEETING" in story.wants and isinstance(meeting, MeetingNumber):
        found.append("GRAPH_MEETING as a join link, which names the chat that several invitees need")
    return found


def _people(story: Story, users: int, free: int) -> str:
    wanted = f"GRAPH_USERS with {story.people} {'person' if story.people == 1 else 'people'}"
    if not users:
        return wanted
    beside = " beside the meeting's organizer" if free < users else ""
    return f"{wanted}{beside} (there {'is' if free == 1 else 'are'} {free})"
