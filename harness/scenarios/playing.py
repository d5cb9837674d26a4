"""A story played from start to end, and its calls ended whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

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
        props.say("end the calls that were made")
        for problem in stage.clean_up():
            error.add_note(f"a call may still stand: {problem}")
        if stage.ended:
            count = len(stage.ended)
            props.say(f"ended {count} call{'' if count == 1 else 's'}")
        raise
