"""Interactions with planted values in them, and doubles of sanitiser and sweep that know these and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from harness.cassette.format import Direction, Headers, Interaction, Request, Response

TOKEN: Final = "eyJhbGciOiJSUzI1NiJ9.eyJhcHBpZCI6IjEyMyJ9.c2lnbmF0dXJl"
NAME: Final = "Adele Vance"
USER: Final = "b7f8b3e4-5a0c-4d1e-9d6f-0a1b2c3d4e5f"
PHONE: Final = "+4915112345678"
PLANTED: Final[Mapping[str, str]] = {
    NAME: "text-1",
    USER: "00000000-0000-4000-8000-000000000001",
    PHONE: "+99900000001",
}
"""What must not be found on any disk, and what stands for it."""
SECRETS: Final = (TOKEN, *PLANTED)

CALLS: Final = "https://graph.microsoft.com/v1.0/communications/calls"
CALLBACK: Final = "https://bot.example/api/calls"
JSON: Final[Headers] = {"Content-Type": ("application/json",), "Authorization": (f"Bearer {TOKEN}",)}


def interaction(seq: int = 1, value: Any = None, **changes: Any) -> Interaction:
    """A bot looks a call up. changes: of the interaction."""
    answer = {"id": "call", "displayName": NAME, "userId": USER, "phone": PHONE} if value is None else value
    return replace(
        Interaction(
            Direction.CLIENT_TO_GRAPH,
            seq,
            Request("GET", f"{CALLS}/{USER}", JSON, None),
            Response(200, "OK", {"Content-Type": ("application/json",)}, json.dumps(answer).encode()),
            "2026-01-02T03:04:05+00:00",
            "2026-01-02T03:04:06+00:00",
        ),
        **changes,
    )


class Replacing:
    """A sanitiser that replaces what was planted, and leaves everything else: headers, sign-in, what is no text."""

    def interaction(self, interaction: Interaction) -> Interaction | None:
        request, response = interaction.request, interaction.response
        return replace(
            interaction,
            request=replace(request, uri=_plain(request.uri.encode()).decode(), body=_body(request.body)),
            response=replace(response, body=_body(response.body)),
        )


class Finding:
    """A sweep that finds what was planted where it stands as it is."""

    def __init__(self) -> None:
        self.learnt: list[Interaction] = []

    def learn(self, interaction: Interaction) -> None:
        self.learnt.append(interaction)

    def hits(self, data: bytes) -> list[str]:
        return found_in(data)


def found_in(data: bytes) -> list[str]:
    return [f"secret {number}" for number, secret in enumerate(SECRETS, 1) if secret.encode() in data]


def _body(body: bytes | None) -> bytes | None:
    return None if body is None else _plain(body)


def _plain(text: bytes) -> bytes:
    for secret, placeholder in PLANTED.items():
        text = text.replace(secret.encode(), placeholder.encode())
    return text
