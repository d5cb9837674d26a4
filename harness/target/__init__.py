"""What a test holds: Graph, with its bots, people, phones and calls, on the fake or on a cassette."""

from harness.target.asked import Asked
from harness.target.bots import Answer, Bot, Received
from harness.target.calls import Call
from harness.target.config import Config, config_of
from harness.target.fake import FakeApp, FakeTarget
from harness.target.graph import Graph
from harness.target.opening import Session, open_fake, open_live, open_recording, open_replay, opened, seed_of
from harness.target.parties import Party, Roster
from harness.target.people import Person
from harness.target.problems import Failed, Problem, ProblemKind, as_text
from harness.target.serving import Served, served
from harness.target.verbs import VERBS, TargetName, VerbRefused
from harness.target.waiting import WaitedInVain

__all__ = [
    "VERBS",
    "Answer",
    "Asked",
    "Bot",
    "Call",
    "Config",
    "Failed",
    "FakeApp",
    "FakeTarget",
    "Graph",
    "Party",
    "Person",
    "Problem",
    "ProblemKind",
    "Received",
    "Roster",
    "Served",
    "Session",
    "TargetName",
    "VerbRefused",
    "WaitedInVain",
    "as_text",
    "config_of",
    "open_fake",
    "open_live",
    "open_recording",
    "open_replay",
    "opened",
    "seed_of",
    "served",
]
