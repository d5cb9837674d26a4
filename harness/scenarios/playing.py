"""A story played from start to end, and its calls ended whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from harness.errors import UsageError, counted
from harness.scenarios.props import Props
from harness.scenarios.stage import Stage
from harness.scenarios.stories import Story
from harness.target import Graph


def play(story: Story, graph: Graph, props: Props | None = None) -> Stage:
    """Play a story. On the way out, by Ctrl-C or a failure too, the calls that it made are ended.

    Raises: StoryFailed; NothingTold; Refused; what the target and the network raise.
    """
    props = props or Props()
    stage = Stage(graph, props)
    with _ended(stage, props):
        story.play(stage)
    return stage


@contextmanager
def _ended(stage: Stage, props: Props) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        _clean_up(stage, props, error)
        raise


def _clean_up(stage: Stage, props: Props, error: BaseException) -> None:
    """What is left is noted with what is raised in the end: `error`, or whatever stops this."""
    try:
        with suppress(UsageError):  # whoever listened has gone
            props.say("end the calls that were made")
        stage.clean_up()
    except BaseException as stop:
        error = stop
        raise
    finally:
        for left in stage.left():
            error.add_note(left)
    if stage.ended:
        with suppress(UsageError):
            props.say(f"ended {counted(len(stage.ended), 'call')}")
