"""Small cassettes, and a bot that is answered from them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from harness.cassette.format import Cassette, Direction, Interaction, Request, Response
from harness.cassette.scenario import Scenario, Source, SourceKind
from harness.delivery import Notification
from harness.replay import Replay

GRAPH: Final = "https://graph.microsoft.com/v1.0/communications"
CALLBACK: Final = "https://host-1.test/api/calls"
CALL: Final = "00000000-0000-4000-8000-000000000001"
USER: Final = "00000000-0000-4000-8000-000000000002"
OTHER: Final = "00000000-0000-4000-8000-000000000003"
OPERATION: Final = "00000000-0000-4000-8000-000000000004"
CONTEXT: Final = "00000000-0000-4000-8000-000000000005"
TENANT: Final = "00000000-0000-4000-8000-000000000006"
INVITE: Final = f"/calls/{CALL}/participants/invite"

ADELE: Final = "87d349ed-44d7-43e1-9a83-5f2406dee5bd"
BOB: Final = "5810cede-f3cc-42eb-b2c1-e9bd5d53ec96"


def written(body: Any) -> bytes | None:
    return body if isinstance(body, bytes) or body is None else json.dumps(body).encode()


def request(method: str, path: str, body: Any = None, headers: Mapping[str, tuple[str, ...]] | None = None) -> Request:
    """A request to Graph; a path that is a whole address goes there."""
    return Request(method, path if "://" in path else f"{GRAPH}{path}", headers or {}, written(body))


def asked(
    method: str, path: str, body: Any = None, *, status: int | None = 200, answer: Any = None, **more: Any
) -> Interaction:
    """A recorded request with its answer; `seq` is given by `cassette`. more: headers, started, ended."""
    headers = {"Content-Type": ("application/json",), **more.pop("headers", {})}
    response = Response(status, None, headers, written(answer))
    return Interaction(Direction.CLIENT_TO_GRAPH, 0, request(method, path, body), response, **more)


def told(resource: str, data: Any = None, *, uri: str = CALLBACK, headers: Any = None, **more: Any) -> Interaction:
    """A recorded notification. more: started, ended."""
    value = [{"changeType": "updated", "resourceUrl": f"/communications{resource}", "resourceData": data}]
    sent = Request("POST", uri, headers or {}, written({"value": value}))
    return Interaction(Direction.GRAPH_TO_BOT, 0, sent, Response(202, None, {}, None), **more)


def cassette(*interactions: Interaction) -> Cassette:
    numbered = [
        Interaction(i.direction, n, i.request, i.response, i.started, i.ended) for n, i in enumerate(interactions, 1)
    ]
    return Cassette(Path("cassettes/small.yaml"), tuple(numbered))


def scenario(date: str | None = None, **given: Any) -> Scenario:
    return Scenario(Path("small.scenario.yaml"), Source(SourceKind.RECORDED, "https://example.org", date), given)


def invite(user: str = USER, context: str = CONTEXT, **more: Any) -> dict[str, Any]:
    return {"participants": [{"identity": {"user": {"id": user}}, **more}], "clientContext": context}


@dataclass(slots=True)
class Put:
    """Takes what is handed over."""

    taken: list[tuple[Notification, float]] = field(default_factory=list)

    def __call__(self, notification: Notification, delay: float) -> None:
        self.taken.append((notification, delay))

    @property
    def labels(self) -> list[str]:
        return [notification.label for notification, _ in self.taken]

    @property
    def delays(self) -> list[float]:
        return [delay for _, delay in self.taken]

    @property
    def items(self) -> list[Any]:
        return [item for notification, _ in self.taken for item in json.loads(notification.body)["value"]]


def replay(interactions: Sequence[Interaction], put: Put | None = None, **more: Any) -> Replay:
    return Replay(cassette(*interactions), put=put or Put(), **more)


def said(replay: Replay, method: str, path: str, body: Any = None) -> Any:
    """The JSON of an answer."""
    return json.loads(replay.answer(request(method, path, body)).body or b"null")
