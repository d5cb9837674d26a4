"""Headers that count: what a cassette keeps of a real message and what a comparison looks at. One list for both."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

REQUEST_HEADERS: Final = (
    "Content-Type",
    "Authorization",
    "client-request-id",
    "scenario-id",
)
"""Of a bot's requests: what the answer depends on. Of a token only that there was one is kept."""

RESPONSE_HEADERS: Final = (
    "Content-Type",
    "Location",
    "Retry-After",
    "OData-Version",
    "Strict-Transport-Security",
    "request-id",
    "client-request-id",
    "scenario-id",
    "x-ms-ags-diagnostic",
)

NOTIFICATION_HEADERS: Final = (
    "Content-Type",
    "User-Agent",
    "Accept",
    "Scenario-Id",
    "X-Microsoft-Skype-Chain-ID",
    "X-Microsoft-Skype-Message-ID",
)


def counting(headers: Mapping[str, tuple[str, ...]], names: tuple[str, ...]) -> dict[str, str]:
    """The headers among `names`, spelled as there; several values are joined by a comma."""
    spelled = _by_lower_case(names)
    found: dict[str, tuple[str, ...]] = {}
    for name, values in headers.items():
        counted = spelled.get(name.lower())
        if counted is not None:
            found[counted] = (*found.get(counted, ()), *values)
    return {name: ", ".join(values) for name, values in found.items()}


@cache
def _by_lower_case(names: tuple[str, ...]) -> dict[str, str]:
    return {name.lower(): name for name in names}
