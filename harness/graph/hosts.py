"""Whom a bot talks to: hosts of Graph, of sign-in, and of the keys by which notifications are checked. Pure."""

from __future__ import annotations

from typing import Final

GRAPH_HOSTS: Final = (
    "graph.microsoft.com",
    "graph.microsoft.us",
    "dod-graph.microsoft.us",
    "microsoftgraph.chinacloudapi.cn",
)
"""In the public and the national clouds (documented, https://learn.microsoft.com/graph/deployments)."""

LOGIN_HOSTS: Final = ("login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn")
"""Where bots sign in, cloud by cloud (documented, https://learn.microsoft.com/graph/deployments)."""

KEY_HOSTS: Final = ("api.aps.skype.com", "login.botframework.com")
"""Where bots find the keys of notification tokens.

The first is documented (call-notifications), the second is what botframework-connector asks (its source).
"""
