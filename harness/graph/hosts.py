"""Whom a bot talks to: hosts of Graph, of sign-in, and of the keys by which notifications are checked. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CLOUDS: Final[Mapping[str, str]] = {
    "graph.microsoft.com": "login.microsoftonline.com",
    "graph.microsoft.us": "login.microsoftonline.us",
    "dod-graph.microsoft.us": "login.microsoftonline.us",
    "microsoftgraph.chinacloudapi.cn": "login.partner.microsoftonline.cn",
}
"""Graph in the public and the national clouds, and where one signs in for it.

Documented, https://learn.microsoft.com/graph/deployments.
"""

GRAPH_HOSTS: Final = tuple(CLOUDS)

LOGIN_HOSTS: Final = tuple(dict.fromkeys(CLOUDS.values()))

KEY_HOSTS: Final = ("api.aps.skype.com", "login.botframework.com")
"""Where bots find the keys of notification tokens.

The first is documented (call-notifications), the second is what botframework-connector asks (its source).
"""

SIGN_IN_HOSTS: Final = (*LOGIN_HOSTS, *KEY_HOSTS)
