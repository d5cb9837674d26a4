"""Credentials, which never reach a file, whatever a sanitiser makes of them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from harness.cassette.format import Direction, Headers, Interaction
from harness.cassette.identifiers import REDACTED

_CREDENTIALS: Final = frozenset({"authentication", "proxy-authorization", "cookie", "set-cookie", "www-authenticate"})
_TOLD: Final = Direction.GRAPH_TO_BOT
_BEARER: Final = re.compile(r"[Bb]earer +[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


def without_credentials(interaction: Interaction) -> Interaction:
    """Of the token of a bot's request is left that there was one: what Graph answers depends on it."""
    request, response = interaction.request, interaction.response
    return replace(
        interaction,
        request=replace(request, headers=_harmless(request.headers, is_told=interaction.direction is _TOLD)),
        response=replace(response, headers=_harmless(response.headers)),
    )


def has_bearer(headers: Headers) -> bool:
    """Whether a request shows a token as Graph signs notifications: three parts of base64. Nobody verifies it here."""
    shown = [value for name, values in headers.items() if name.lower() == "authorization" for value in values]
    return len(shown) == 1 and _BEARER.fullmatch(shown[0].strip()) is not None


def _harmless(headers: Headers, *, is_told: bool = True) -> Headers:
    return {
        name: tuple(map(_redacted, values)) if name.lower() == "authorization" else values
        for name, values in headers.items()
        if name.lower() not in _CREDENTIALS and not (is_told and name.lower() == "authorization")
    }


def _redacted(value: str) -> str:
    scheme, _, token = value.strip().partition(" ")
    if scheme.lower() == "bearer":
        return f"{scheme} {REDACTED}" if token.strip() else scheme
    return REDACTED if scheme else ""
