"""A notification as a bot that is a function gets it, and what such a bot may answer."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from harness.cassette.format import Response
from harness.delivery.outbox import Notification
from harness.errors import UsageError, quoted

BotAnswer = int | tuple[int, Any] | None
"""What a function may return: None (202), a status, or a status and a body: bytes, text, or what JSON can hold."""

_ACCEPTED: Final = 202


@dataclass(frozen=True, slots=True)
class Told:
    """What Graph posts: headers and body as they are sent, to the URI that the call was created with."""

    headers: Mapping[str, str]
    body: bytes
    uri: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def value(self) -> list[dict[str, Any]]:
        """The `commsNotification`s: `changeType`, `resourceUrl`, `resourceData`, …"""
        value: list[dict[str, Any]] = self.json["value"]
        return value


def told(notification: Notification) -> Told:
    return Told(dict(notification.headers), notification.body, notification.callback_uri)


def response(status: int, headers: Mapping[str, tuple[str, ...]], body: bytes | None) -> Response:
    return Response(status, http.client.responses.get(status), headers, body or None)


def read_answer(returned: Any, bot: str) -> Response:
    """Raises: UsageError for what a function may not return."""
    status, body = returned if isinstance(returned, tuple) and len(returned) == 2 else (returned, None)
    if returned is None:
        status = _ACCEPTED
    if isinstance(status, bool) or not isinstance(status, int) or not 100 <= status <= 599:
        raise UsageError(f"bot {bot!r} returned {quoted(returned)}: expected None (202), a status, or (status, body)")
    if body is None or isinstance(body, bytes):
        return response(int(status), {}, body)
    if isinstance(body, str):
        return response(int(status), {"Content-Type": ("text/plain; charset=utf-8",)}, body.encode())
    try:
        written = json.dumps(body).encode()
    except (TypeError, ValueError) as error:
        problem = "expected a body of bytes, text, or what JSON can hold"
        raise UsageError(f"bot {bot!r} returned {quoted(returned)}: {problem}") from error
    return response(int(status), {"Content-Type": ("application/json",)}, written)
