"""A bot as a test holds it: who it is to Graph, what it was told, what it answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.cassette.bodies import resource_of
from harness.cassette.format import Headers
from harness.delivery.settings import Kind, kind_of_resource
from harness.graph.types import Application
from harness.target.journal import Entry


@dataclass(frozen=True, slots=True)
class Answer:
    """What a bot answered to a notification. `status` None: nothing; `problem` says why."""

    status: int | None
    headers: Headers
    body: bytes
    problem: str | None = None

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Received:
    """One notification that a bot was told, taken out of its envelope, and what it answered."""

    change: str
    resource: str
    data: Any
    headers: Headers
    answer: Answer

    @property
    def kind(self) -> Kind:
        """`call`, `roster` or `operation`."""
        return kind_of_resource(self.resource)

    @property
    def status(self) -> str | None:
        """State of the call, or status of the operation."""
        if not isinstance(self.data, Mapping):
            return None
        said = self.data.get("state") or self.data.get("status")
        return None if said is None else str(said)

    def __str__(self) -> str:
        """`updated call established`, `updated roster of 2`, `deleted operation completed`."""
        if self.kind is Kind.ROSTER:
            return f"{self.change} roster of {len(self.data) if isinstance(self.data, Sequence) else 1}"
        return f"{self.change} {self.kind} {self.status}"


class Bot:
    """A bot. `client_secret` is no secret: the fake's sign-in takes any."""

    def __init__(
        self,
        name: str,
        application: Application,
        callback_uri: str,
        client_secret: str,
        told_to: Callable[[Bot], Sequence[Entry]],
    ) -> None:
        self._told_to = told_to
        self.application = application
        self.name = name
        self.callback_uri = callback_uri
        self.client_secret = client_secret

    @property
    def app_id(self) -> str:
        return self.application.id

    @property
    def tenant_id(self) -> str:
        return self.application.tenant_id

    @property
    def display_name(self) -> str | None:
        return self.application.display_name

    @property
    def key(self) -> tuple[str, str]:
        return "application", self.application.id.lower()

    @property
    def received(self) -> list[Received]:
        """What the bot was told, in order, every attempt."""
        return [received for entry in self._told_to(self) for received in _received(entry)]

    @property
    def answers(self) -> list[Answer]:
        """What the bot answered, an envelope each."""
        return [_answer(entry) for entry in self._told_to(self)]

    def __repr__(self) -> str:
        return f"<bot {self.name!r} {self.callback_uri}>"


def _answer(entry: Entry) -> Answer:
    response = entry.interaction.response
    return Answer(response.status, response.headers, response.body or b"", entry.problem)


def _received(entry: Entry) -> list[Received]:
    answer, request = _answer(entry), entry.interaction.request
    return [
        Received(
            change=str(item.get("changeType")),
            resource=resource_of(item),
            data=item.get("resourceData"),
            headers=request.headers,
            answer=answer,
        )
        for item in json.loads(request.body or b"{}").get("value", [])
    ]
