"""Named stories of calls, whose steps run on any target: fake, cassette or tenant."""

from harness.scenarios.asking import Refused
from harness.scenarios.lacking import free_for, lacking
from harness.scenarios.playing import play
from harness.scenarios.props import PATIENCE, NothingTold, Props, Reaction, StoryFailed
from harness.scenarios.stage import Stage
from harness.scenarios.stories import STORIES, Story

__all__ = [
    "PATIENCE",
    "STORIES",
    "NothingTold",
    "Props",
    "Reaction",
    "Refused",
    "Stage",
    "Story",
    "StoryFailed",
    "free_for",
    "lacking",
    "play",
]
