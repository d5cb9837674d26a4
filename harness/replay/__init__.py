"""Replay: a cassette answers a bot, up to the binding of identifiers, and its notifications are handed over."""

from harness.replay.ids import Ids
from harness.replay.mismatch import Nearest, NothingRecorded
from harness.replay.replaying import Put, Replay

__all__ = ["Ids", "Nearest", "NothingRecorded", "Put", "Replay"]
