"""What passes between a bot and a real tenant, written down in both directions: nothing leaks, nothing is lost."""

from harness.record.forward import Forward
from harness.record.inbound import Inbound, is_notification
from harness.record.outbound import recording
from harness.record.places import refuse_place
from harness.record.proxy import in_front_of
from harness.record.recorder import Recorder, Sanitiser, Sweep, refuse_taken
from harness.record.recovery import Lint, Recovered, recover

__all__ = [
    "Forward",
    "Inbound",
    "Lint",
    "Recorder",
    "Recovered",
    "Sanitiser",
    "Sweep",
    "in_front_of",
    "is_notification",
    "recording",
    "recover",
    "refuse_place",
    "refuse_taken",
]
