"""What is of signing in, and is on no cassette: tokens and what they are given for, and keys that change by the day.

One rule for whoever writes; it takes rather too much for sign-in than too little. Who answers such a request is another
question, with a narrower rule (`harness.target.fake.is_sign_in`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from harness.graph.hosts import SIGN_IN_HOSTS

_PATH: Final = re.compile(r"/oauth2/|/\.well-known/|/discovery/|/userrealm/", re.IGNORECASE)
"""Of sign-in, on whatever host (documented, https://learn.microsoft.com/graph/auth-v2-service; the last one: msal)."""


def is_sign_in(uri: str, hosts: Iterable[str] = SIGN_IN_HOSTS) -> bool:
    """Whether a request signs in, or fetches what tokens are checked with. hosts: in lower case."""
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
    except ValueError:
        return False
    return host in hosts or _PATH.search(parts.path) is not None
