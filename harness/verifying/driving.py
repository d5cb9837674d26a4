"""Driving: the requests of a cassette sent into a fake of their own; what comes of it is the fake's trace.

The fake is seeded with what the scenario file says existed (`given`) and runs on virtual time. A request is sent at
its recorded place: after the fake has told as much as had been told before it. Ids that the fake gave out itself are
put in place of the recorded ones. The bot's answers are those that were recorded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from flask import Flask

from harness.cassette.binding import Binding
from harness.cassette.bodies import NO_JSON
from harness.cassette.format import Direction, Interaction, Request, Response
from harness.compare import Following, Told, exchange_of, told_of
from harness.delivery.clock import VirtualClock
from harness.delivery.outbox import Notification
from harness.inprocess.wsgi import called
from harness.server import Settings, WorldSettings, create_app, renew, seed

_NOT_SENT: Final = ("host", "content-length", "transfer-encoding", "accept-encoding", "connection")
_LOOK_AHEAD: Final = 1.0
"""For how many seconds of virtual time a request waits for what had been told before it and is still missing when as
much has been told: longer, and what is due in the fake for other reasons would come before its time."""

_UNQUOTED: Final = "/:@!$&'()*+,;=~-._"
_STEPS: Final = 1000
"""How many things may happen in the fake for each interaction before it is taken to go on for ever."""


class Driver:
    """Drives cassettes, one after the other, each into a fake of its own behind the same routes."""

    def __init__(self) -> None:
        self._app = create_app(post=_nobody)

    def drive(self, interactions: Sequence[Interaction], given: Mapping[str, Any]) -> list[Interaction]:
        """What the fake makes of the requests among the interactions: its own answers and notifications, in order."""
        return _Drive(self._app, interactions, given).run()


def _nobody(notification: Notification) -> int:
    raise AssertionError(f"nobody drives, and there is a notification for {notification.callback_uri}")


class _Drive:
    """One run of one cassette through one fake."""

    def __init__(self, app: Flask, interactions: Sequence[Interaction], given: Mapping[str, Any]) -> None:
        self._app = app
        self._recorded = interactions
        self._out: list[Interaction] = []
        self._following = Following(given)
        self._told: list[Told] = []
        self._count = self._expected = 0
        self._clock = VirtualClock()
        fake = renew(app, Settings(world=WorldSettings(seed=0)), post=self._receive, clock=self._clock)
        seed(fake.world, given)

    def run(self) -> list[Interaction]:
        told: list[Told] = []
        last: Interaction | None = None
        for interaction in self._recorded:
            if interaction.direction is Direction.GRAPH_TO_BOT:
                told += told_of(interaction)
            else:
                self._wait(told, _between(last, interaction))
                told, last = [], interaction
                self._send(interaction)
        self._clock.drain(limit=_STEPS * (1 + len(self._recorded)))
        return self._out

    def _wait(self, told: Sequence[Told], most: timedelta | None) -> None:
        """Let the fake tell as much as was recorded before a request, and what of that is missing if it comes soon.

        most: how long, as far as that is known. What the fake falls short of here is not waited for again.
        """
        self._expected += len(told)
        until = None if most is None else self._clock.now() + most
        while self._count < self._expected and self._is_due(until):
            self._clock.step()
        self._expected = min(self._expected, self._count)
        self._follow(told)
        while self._following.is_waiting and self._clock.until_next <= _LOOK_AHEAD:
            self._clock.step()
            self._follow()

    def _is_due(self, until: datetime | None) -> bool:
        """Whether something is to happen in the fake by then."""
        if until is None or not self._clock.pending:
            return self._clock.pending > 0
        return self._clock.now() + timedelta(seconds=self._clock.until_next) <= until

    def _follow(self, recorded: Sequence[Told] = ()) -> None:
        self._following.told(recorded, self._told)
        self._told = []

    def _send(self, interaction: Interaction) -> None:
        """Send one recorded request, with the ids that the fake has given out so far."""
        recorded, mine = interaction.request, exchange_of(interaction)
        binding = self._following.binding
        body = _translated(mine.body, recorded.body, binding)
        request = replace(recorded, uri=_translated_url(recorded.uri, binding), body=body)
        sent = Interaction(Direction.CLIENT_TO_GRAPH, len(self._out) + 1, request, self._answer(request))
        self._out.append(sent)
        self._following.exchange(mine, exchange_of(sent))

    def _answer(self, request: Request) -> Response:
        headers = [(n, v) for n, values in request.headers.items() if n.lower() not in _NOT_SENT for v in values]
        status, answered, body = called(self._app, request.method, request.uri, headers, request.body)
        return Response(status, None, answered, body or None)

    def _receive(self, notification: Notification) -> int:
        headers = {name: (value,) for name, value in notification.headers.items()}
        request = Request("POST", notification.callback_uri, headers, notification.body)
        answer = Response(202, "Accepted", {}, None)
        interaction = Interaction(Direction.GRAPH_TO_BOT, len(self._out) + 1, request, answer)
        self._out.append(interaction)
        told = told_of(interaction)
        self._told += told
        self._count += len(told)
        return 202


def _between(last: Interaction | None, this: Interaction) -> timedelta | None:
    """How long after the last request this one was sent, and some more; None where that is not known."""
    try:
        began, sent = (datetime.fromisoformat(i.started or "") for i in (last or this, this))
        return sent - began + timedelta(seconds=_LOOK_AHEAD)
    except (ValueError, TypeError):
        return None


def _translated_url(url: str, binding: Binding) -> str:
    """A URL with the fake's ids, also where they are escaped in its path."""
    parts = urlsplit(url)
    path = unquote(parts.path)
    translated = binding.translate(path)
    path = parts.path if translated == path else quote(translated, safe=_UNQUOTED)
    return urlunsplit(parts._replace(path=path, query=binding.translate(parts.query)))


def _translated(value: Any, body: bytes | None, binding: Binding) -> bytes | None:
    """A body with the fake's ids. value: what it says; where it is no JSON, it is searched as text, if it is that."""
    if body is None:
        return None
    if isinstance(value, str) and value.startswith(NO_JSON):
        return _translated_text(body, binding)
    translated = binding.translated(value)
    return body if translated == value else json.dumps(translated, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _translated_text(body: bytes, binding: Binding) -> bytes:
    try:
        return binding.translate(body.decode()).encode()
    except UnicodeDecodeError:
        return body
