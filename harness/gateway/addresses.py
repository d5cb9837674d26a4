"""Who is called what, by the bot, by Graph and on the cassette: what is written otherwise on the way, and what is not.

The bot asks a port of this machine for Graph and for sign-in. What it follows from an answer, `Location` and next
links, must lead there again, or it would pass by the recorder. Where Graph finds the bot must be said with its public
address. Nothing else is touched: what sign-in answers stays as it is, for assertions are signed for its own address,
and so do notifications.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from harness.cassette.format import Request, Response
from harness.delivery.http import is_loopback
from harness.errors import UsageError
from harness.graph.hosts import KEY_HOSTS
from harness.graph.paths import VERSIONS
from harness.server import login

CALLBACK: Final = "callbackUri"
_KEYS: Final = "/v1/.well-known/"


class Unknown(UsageError):
    """A path that is neither Graph's nor of sign-in."""


class WrongCallback(UsageError):
    """A callback on this machine that is not the bot's."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """graph: `https://graph.microsoft.com`. login: its sign-in's. public: of the bot, as Graph knows it. bot: as we do.

    All of them are scheme and host, and nothing behind.
    """

    graph: str
    login: str
    public: str
    bot: str

    def beyond(self, request: Request) -> Request:
        """A request as it goes to whom it is for. Raises: Unknown, WrongCallback."""
        parts = urlsplit(request.uri)
        target = request.uri.removeprefix(f"{parts.scheme}://{parts.netloc}")
        if parts.path.startswith(_KEYS):
            return replace(request, uri=f"https://{KEY_HOSTS[0]}{target}")
        if login.is_login(parts.path):
            return replace(request, uri=self.login + target)
        if parts.path.strip("/").split("/", 1)[0] not in VERSIONS:
            raise Unknown(f"{parts.path} leads nowhere: Graph is below {_BELOW}, sign-in below /TENANT/oauth2/v2.0")
        return replace(request, uri=self.graph + target, body=self._told(request.body))

    def here(self, response: Response, origin: str) -> Response:
        """Graph's answer, whose addresses of Graph lead to us. origin: as the bot calls us."""
        headers = {
            name: tuple(_led(value, self.graph, origin) for value in values)
            for name, values in response.headers.items()
        }
        body = None if response.body is None else _led_bytes(response.body, self.graph, origin)
        return replace(response, headers=headers, body=body)

    def _told(self, body: bytes | None) -> bytes | None:
        """A body whose callback, if it is on this machine, is the public one. Anything else stays as it is."""
        if body is None or CALLBACK.encode() not in body:
            return body
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            return body
        uri = value.get(CALLBACK) if isinstance(value, dict) else None
        public = self._public(uri) if isinstance(uri, str) else uri
        return body if public == uri else json.dumps({**value, CALLBACK: public}, ensure_ascii=False).encode()

    def _public(self, uri: str) -> str:
        try:
            parts = urlsplit(uri)
            is_here, port = is_loopback(parts.hostname or ""), parts.port
        except ValueError:
            return uri
        if not is_here:
            return uri
        if port != urlsplit(self.bot).port:
            raise WrongCallback(
                f"{CALLBACK} {uri!r} is on this machine, where Graph reaches nobody, and is not the bot's, {self.bot}: "
                "what Graph posts would go there; give one of them as --bot-url"
            )
        return self.public + uri.removeprefix(f"{parts.scheme}://{parts.netloc}")


_BELOW: Final = " and ".join(f"/{version}" for version in VERSIONS)


def read_bot_url(url: str) -> str:
    """Scheme, host and port of a bot on this machine. Raises: UsageError."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise UsageError(_NO_BOT.format(url=url)) from None
    if parts.scheme != "http" or not host or port is None:
        raise UsageError(_NO_BOT.format(url=url))
    if not is_loopback(host):
        raise UsageError(
            f"--bot-url: {url!r} leads away from this machine, in clear text: let the bot listen on loopback, "
            f"http://127.0.0.1:{port}"
        )
    origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    if parts.path not in ("", "/") or parts.query:
        raise UsageError(f"--bot-url: {url!r} has a path, and paths are those that Graph asks for: give {origin}")
    return origin


_NO_BOT: Final = "--bot-url: {url!r} is no URL of a bot: give one such as http://127.0.0.1:3978"


def _led(text: str, graph: str, origin: str) -> str:
    return re.sub(re.escape(graph) + _END, lambda _: origin, text)


def _led_bytes(body: bytes, graph: str, origin: str) -> bytes:
    """In JSON a slash may be escaped. All else stays, byte by byte."""
    escaped = re.escape(graph).replace("/", r"\\?/")
    return re.sub((escaped + _END).encode(), lambda _: origin.encode(), body)


_END: Final = r"(?![\w.:-])"
