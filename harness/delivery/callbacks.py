"""Callback URIs: read once, compared by origin and path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from harness.delivery.outbox import CallbackRefused

_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Callback:
    """Where an http(s) URI points. origin: scheme, host in lower case, port. target: what is asked for there."""

    origin: tuple[str, str, int]
    path: str
    query: str

    @property
    def shown_origin(self) -> str:
        scheme, host, port = self.origin
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"

    @property
    def target(self) -> str:
        return (self.path or "/") + (f"?{self.query}" if self.query else "")

    def fits(self, prefix: Callback) -> bool:
        """Whether it is of the same origin and at or below the path of the prefix."""
        above = prefix.path.rstrip("/")
        return self.origin == prefix.origin and (self.path.rstrip("/") == above or self.path.startswith(f"{above}/"))


def read_callback(uri: str) -> Callback:
    """Raises: CallbackRefused for what is no http(s) URI with a host."""
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise CallbackRefused("", f"callback {uri!r} is no URI: {error}") from error
    default = _PORTS.get(parts.scheme)
    if default is None or not host:
        raise CallbackRefused(host, f"callback {uri!r} is not posted to: expected http(s)://HOST[:PORT]/PATH")
    return Callback((parts.scheme, host, default if port is None else port), parts.path, parts.query)
