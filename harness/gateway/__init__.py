"""What is served to bots in any language besides the fake: a cassette, and the way to a tenant that is recorded."""

from harness.gateway.replaying import Replaying

__all__ = ["Replaying"]
