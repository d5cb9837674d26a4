"""A trace: what passed in one run, taken out of interactions, as far as it counts in a comparison."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.cassette.bodies import parsed
from harness.cassette.format import Direction, Interaction
from harness.cassette.headers import NOTIFICATION_HEADERS, RESPONSE_HEADERS, counting
from harness.cassette.scenario import ABSENT
from harness.cassette.walking import texts_of

Text = tuple[str, str, str]
"""As `texts_of` gives it."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request to Graph and its answer. Bodies: parsed JSON (`parsed`); `ABSENT` where there is none.

    status: None where the source does not show it. at: position of its interaction among all. started: when, if it is
    known. Neither of these two counts in a comparison.
    """

    method: str
    url: str
    body: Any
    status: int | None
    headers: Mapping[str, str]
    answer: Any
    at: int = 0
    started: str | None = None

    @property
    def asked(self) -> dict[str, Any]:
        return _asked(self.url, self.body)

    @property
    def answered(self) -> dict[str, Any]:
        return _answered(self.headers, self.answer)


@dataclass(frozen=True, slots=True)
class Told:
    """One notification, taken out of its envelope. The bot's answer is not part of it: the bot is an input.

    at, started: as in `Exchange`; notifications of one envelope share them.
    """

    callback: str
    headers: Mapping[str, str]
    envelope: Any
    item: Any
    at: int = 0
    started: str | None = None

    @property
    def whole(self) -> dict[str, Any]:
        return {"callback": self.callback, "headers": dict(self.headers), "envelope": self.envelope, "item": self.item}


@dataclass(frozen=True, slots=True)
class Trace:
    exchanges: tuple[Exchange, ...] = ()
    notifications: tuple[Told, ...] = ()

    def texts(self) -> Iterator[Text]:
        """Every text that counts, in the order in which identifiers are numbered."""
        return _texts(
            (exchange.asked for exchange in self.exchanges),
            (exchange.answered for exchange in self.exchanges),
            (told.whole for told in self.notifications),
        )


def trace_of(interactions: Iterable[Interaction]) -> Trace:
    """The trace of interactions in order. An envelope with several notifications counts as several."""
    exchanges: list[Exchange] = []
    notifications: list[Told] = []
    for at, interaction in enumerate(interactions):
        if interaction.direction is Direction.CLIENT_TO_GRAPH:
            exchanges.append(exchange_of(interaction, at))
        else:
            notifications += told_of(interaction, at)
    return Trace(tuple(exchanges), tuple(notifications))


def exchange_of(interaction: Interaction, at: int = 0) -> Exchange:
    request, response = interaction.request, interaction.response
    return Exchange(
        method=request.method,
        url=request.uri,
        body=parsed(request.body),
        status=response.status,
        headers=counting(response.headers, RESPONSE_HEADERS),
        answer=parsed(response.body),
        at=at,
        started=interaction.started,
    )


def told_of(interaction: Interaction, at: int = 0) -> list[Told]:
    """The notifications of one envelope."""
    request = interaction.request
    headers = counting(request.headers, NOTIFICATION_HEADERS)
    body = parsed(request.body)
    if not isinstance(body, dict) or not isinstance(body.get("value"), list):
        return [Told(request.uri, headers, ABSENT, body, at, interaction.started)]
    envelope = {name: value for name, value in body.items() if name != "value"}
    return [Told(request.uri, headers, envelope, item, at, interaction.started) for item in body["value"]]


def texts_in(interactions: Iterable[Interaction]) -> Iterator[Text]:
    """What `Trace.texts` gives of their trace; bodies are read no sooner than they are asked for."""
    known = tuple(interactions)
    requests = [i for i in known if i.direction is Direction.CLIENT_TO_GRAPH]
    return _texts(
        (_asked(i.request.uri, parsed(i.request.body)) for i in requests),
        (_answered(counting(i.response.headers, RESPONSE_HEADERS), parsed(i.response.body)) for i in requests),
        (told.whole for i in known if i.direction is Direction.GRAPH_TO_BOT for told in told_of(i)),
    )


def _texts(*parts: Iterable[Any]) -> Iterator[Text]:
    return (text for part in parts for value in part for text in texts_of(value))


def _asked(url: str, body: Any) -> dict[str, Any]:
    return {"url": url, "body": body}


def _answered(headers: Mapping[str, str], body: Any) -> dict[str, Any]:
    return {"headers": dict(headers), "body": body}
