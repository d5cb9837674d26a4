"""A tenant as a target: Graph itself answers and tells, in real time; what passes may be recorded."""

from harness.target.live.opening import PORT_MISSING, Tell, open_live, open_recording, opened_live, opened_recording
from harness.target.live.recording import Recorded

__all__ = ["PORT_MISSING", "Recorded", "Tell", "open_live", "open_recording", "opened_live", "opened_recording"]
