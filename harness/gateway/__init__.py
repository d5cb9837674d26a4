"""What is served to bots in any language besides the fake: a cassette, and the way to a tenant that is recorded."""

from harness.gateway.addresses import Addresses, read_bot_url
from harness.gateway.recording import Gate, gate
from harness.gateway.replaying import Replaying

__all__ = ["Addresses", "Gate", "Replaying", "gate", "read_bot_url"]
