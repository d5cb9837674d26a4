"""The contract: every story takes the same course on the fake and from a cassette."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from harness.cassette.format import load
from harness.cassette.unclean import unclean
from harness.scenarios import STORIES, Stage, Story, play
from harness.target import Graph, Roster, open_fake, open_replay
from harness.target.seen import SeenCall, calls_seen
from harness.verifying import verify
from tests.scenarios.cassettes import recorded

_GROUP = ["updated call establishing", "updated call established", *(f"updated roster of {n}" for n in (1, 2, 3))]
_END = ["updated call terminating", "deleted call terminated"]
_ALONE = ["updated call establishing", "updated call established"]

COURSES = {
    "invite-one": [*_GROUP, "deleted operation completed", "updated roster of 4", *_END],
    "invite-several": [*_ALONE, "updated roster of 1", "deleted operation completed", "updated roster of 3", *_END],
    "invite-replacing": [*_GROUP, *_ALONE, "deleted operation completed", "updated roster of 4", *_END, *_END],
    "invite-pstn": [*_ALONE, "updated call established", "deleted operation completed", "updated roster of 3", *_END],
    "decline": [*_GROUP, "deleted operation failed", *_END],
    "no-answer": [*_GROUP, "deleted operation failed", *_END],
    "remove-while-ringing": [*_GROUP, "deleted operation failed", *_END],
}
"""What the bot is told, in order."""

CODES = {"decline": (603, 0), "no-answer": (408, 10057), "remove-while-ringing": (400, 8508)}
"""How the operation fails."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stories")


@pytest.fixture(params=list(STORIES.values()), ids=list(STORIES))
def story(request: pytest.FixtureRequest) -> Story:
    assert isinstance(request.param, Story)
    return request.param


def cassette(story: Story, folder: Path) -> Path:
    path = folder / f"{story.name}.yaml"
    return path if path.exists() else recorded(story, folder)


def opening(target: str, story: Story, folder: Path) -> AbstractContextManager[Graph]:
    if target == "fake":
        return open_fake(intercept=False)
    return open_replay(cassette(story, folder), intercept=False)


@pytest.fixture(params=["fake", "cassette"])
def graph(request: pytest.FixtureRequest, story: Story, folder: Path) -> Iterator[Graph]:
    """The target. That a cassette is played to its end is checked on the way out."""
    with opening(request.param, story, folder) as graph:
        yield graph


def invited_into(stage: Stage) -> SeenCall:
    (call,) = (call for call in calls_seen(stage.graph.interactions).values() if call.operations)
    return call


def test_story_takes_its_course(story: Story, graph: Graph) -> None:
    stage = play(story, graph)

    call = invited_into(stage)
    (operation,) = call.operations
    assert [str(received) for received in stage.bot.received] == COURSES[story.name]
    assert operation.status == ("failed" if story.name in CODES else "completed")
    if story.name in CODES:
        assert (operation.code, operation.subcode) == CODES[story.name]
    assert {seen.state for seen in calls_seen(graph.interactions).values()} == {"terminated"}
    assert stage.ended == []


def test_whoever_comes_is_in_the_roster_and_nobody_else(story: Story, graph: Graph) -> None:
    stage = play(story, graph)

    roster = Roster(invited_into(stage).roster)
    cast = [*(graph.person(f"person {n}") for n in range(1, story.people + 1))]
    cast += [graph.phone()] if "GRAPH_PHONE" in story.wants else []
    assert [person in roster for person in cast] == [reaction == "answers" for reaction in story.cast]
    assert len(roster) == 1 + sum(reaction == "answers" for reaction in story.cast)


def test_its_cassette_is_clean_and_verifies(story: Story, folder: Path) -> None:
    path = cassette(story, folder)

    assert unclean(load(path)) == []
    result = verify(path)
    assert (str(result.verdict), result.drifts) == ("same", ())


def test_courses_are_of_every_story() -> None:
    assert set(COURSES) == set(STORIES)
