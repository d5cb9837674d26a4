"""The fake as a server: a Flask app, and the same on a loopback port."""

from harness.server.app import create_app, renew
from harness.server.certificates import Certified, certified
from harness.server.fake import Fake, Settings, fake_of
from harness.server.faults import Fault
from harness.server.patience import Impatient
from harness.server.seeding import seed
from harness.server.serving import Served, serve
from harness.server.world import World, WorldSettings

__all__ = [
    "Certified",
    "Fake",
    "Fault",
    "Impatient",
    "Served",
    "Settings",
    "World",
    "WorldSettings",
    "certified",
    "create_app",
    "fake_of",
    "renew",
    "seed",
    "serve",
]
