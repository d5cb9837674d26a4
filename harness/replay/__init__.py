"""Replay: a cassette answers a bot, up to the binding of identifiers, and its notifications are handed over."""

from harness.replay.ages import age_in_days, refuse_older
from harness.replay.ids import Ids
from harness.replay.mismatch import Nearest, NothingRecorded
from harness.replay.names import CassetteMissing, cassette_file, cassette_name, found
from harness.replay.replaying import Put, Replay
from harness.replay.unplayed import OnUnplayed, Unplayed, UnplayedWarning, complain, leftover

__all__ = [
    "CassetteMissing",
    "Ids",
    "Nearest",
    "NothingRecorded",
    "OnUnplayed",
    "Put",
    "Replay",
    "Unplayed",
    "UnplayedWarning",
    "age_in_days",
    "cassette_file",
    "cassette_name",
    "complain",
    "found",
    "leftover",
    "refuse_older",
]
