"""Driving: the requests of a cassette sent into a fake of their own; what comes of it is the fake's trace.

The fake is seeded with what the scenario file says existed (`given`) and runs on virtual time. A request is sent at
its recorded place: after the fake has told as much as had been told before it. Ids that the fake gave out itself are
put in place of the recorded ones. The bot's answers are those that were recorded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from flask.testing import FlaskClient

from harness.cassette.format import Direction, Interaction, Request, Response
from harness.compare import bound, trace_of
from harness.delivery.clock import VirtualClock
from harness.delivery.outbox import Notification
from harness.server import Settings, WorldSettings, create_app, fake_of, seed

_NOT_SENT: Final = ("host", "content-length", "transfer-encoding", "accept-encoding", "connection")


def drive(interactions: Sequence[Interaction], given: Mapping[str, Any]) -> list[Interaction]:
    """What the fake makes of the requests among the interactions: its own answers and notifications, in order."""
    return _Drive(interactions, given).run()


class _Drive:
    """One run of one cassette through one fake."""

    def __init__(self, interactions: Sequence[Interaction], given: Mapping[str, Any]) -> None:
        self._recorded = interactions
        self._out: list[Interaction] = []
        self._told = 0
        self._clock = VirtualClock()
        app = create_app(Settings(world=WorldSettings(seed=0)), post=self._receive, clock=self._clock)
        seed(fake_of(app).world, given)
        self._client: FlaskClient = app.test_client()

    def run(self) -> list[Interaction]:
        before: list[Interaction] = []
        told = 0
        for interaction in self._recorded:
            if interaction.direction is Direction.GRAPH_TO_BOT:
                told += 1
            else:
                while self._told < told and self._clock.pending:
                    self._clock.step()
                self._send(interaction, before)
            before.append(interaction)
        self._clock.drain()
        return self._out

    def _send(self, interaction: Interaction, before: Sequence[Interaction]) -> None:
        """Send one recorded request, with the ids that the fake has given out so far."""
        binding = bound(trace_of(before), trace_of(self._out)) if before else None
        request = interaction.request
        uri = binding.translate(request.uri) if binding else request.uri
        body = request.body
        if binding and body is not None:
            body = binding.translate(body.decode()).encode()
        parts = urlsplit(uri)
        answer = self._client.open(
            parts.path,
            method=request.method,
            base_url=f"{parts.scheme}://{parts.netloc}",
            query_string=parts.query,
            headers=[(n, v) for n, values in request.headers.items() if n.lower() not in _NOT_SENT for v in values],
            data=body,
        )
        headers: dict[str, tuple[str, ...]] = {n: tuple(answer.headers.getlist(n)) for n in set(answer.headers.keys())}
        response = Response(answer.status_code, None, headers, answer.data or None)
        self._keep(Direction.CLIENT_TO_GRAPH, Request(request.method, uri, request.headers, body), response)

    def _receive(self, notification: Notification) -> int:
        self._told += 1
        headers = {name: (value,) for name, value in notification.headers.items()}
        request = Request("POST", notification.callback_uri, headers, notification.body)
        self._keep(Direction.GRAPH_TO_BOT, request, Response(202, "Accepted", {}, None))
        return 202

    def _keep(self, direction: Direction, request: Request, response: Response) -> None:
        number = len(self._out) + 1
        self._out.append(
            Interaction(direction=direction, seq=number, request=request, response=response, started=None, ended=None)
        )
