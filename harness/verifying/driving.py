"""Driving: the requests of a cassette sent into a fake of their own; what comes of it is the fake's trace.

The fake is seeded with what the scenario file says existed (`given`) and runs on virtual time. A request is sent at
its recorded place: after the fake has told as much as had been told before it. Ids that the fake gave out itself are
put in place of the recorded ones. The bot's answers are those that were recorded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from flask import Flask

from harness.cassette.binding import Binding
from harness.cassette.format import Direction, Interaction, Request, Response
from harness.compare import Following, Told, exchange_of, told_of
from harness.delivery.clock import VirtualClock
from harness.delivery.outbox import Notification
from harness.server import Settings, WorldSettings, create_app, renew, seed
from harness.verifying.calling import called

_NOT_SENT: Final = ("host", "content-length", "transfer-encoding", "accept-encoding", "connection")
_LOOK_AHEAD: Final = 1.0
"""For how many seconds of virtual time a request waits for what had been told before it and is still missing when as
much has been told: longer, and what is due in the fake for other reasons would come before its time."""

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
        self._following = Following()
        self._told: list[Told] = []
        self._count = 0
        self._clock = VirtualClock()
        fake = renew(app, Settings(world=WorldSettings(seed=0)), post=self._receive, clock=self._clock)
        seed(fake.world, given)

    def run(self) -> list[Interaction]:
        told: list[Told] = []
        count = 0
        for interaction in self._recorded:
            if interaction.direction is Direction.GRAPH_TO_BOT:
                told += told_of(interaction)
            else:
                count += len(told)
                self._wait(count, told)
                told = []
                self._send(interaction)
        self._clock.drain(limit=_STEPS * (1 + len(self._recorded)))
        return self._out

    def _wait(self, count: int, told: Sequence[Told]) -> None:
        """Let the fake tell as much as had been told before a request, and what of that is missing if it comes soon."""
        while self._count < count and self._clock.pending:
            self._clock.step()
        self._follow(told)
        while self._following.is_waiting and self._clock.until_next <= _LOOK_AHEAD:
            self._clock.step()
            self._follow()

    def _follow(self, recorded: Sequence[Told] = ()) -> None:
        self._following.told(recorded, self._told)
        self._told = []

    def _send(self, interaction: Interaction) -> None:
        """Send one recorded request, with the ids that the fake has given out so far."""
        recorded = interaction.request
        binding = self._following.binding
        request = replace(recorded, uri=binding.translate(recorded.uri), body=_translated(recorded.body, binding))
        sent = Interaction(Direction.CLIENT_TO_GRAPH, len(self._out) + 1, request, self._answer(request))
        self._out.append(sent)
        self._following.exchange(exchange_of(interaction), exchange_of(sent))

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


def _translated(body: bytes | None, binding: Binding) -> bytes | None:
    """A body with the fake's ids; one that is no text holds none."""
    if body is None:
        return None
    try:
        return binding.translate(body.decode()).encode()
    except UnicodeDecodeError:
        return body
