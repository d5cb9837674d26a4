"""Traffic to measure with: the life of a call in ten interactions, as often as wanted, each time with ids of its own.

Every shape is what the fake itself says, so that it can say it again: a session of each form is driven once, and
copies of it with other identifiers follow one another as long as wanted.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import count
from typing import Any, Final
from uuid import UUID

from harness.cassette.format import Direction, Interaction, Request, Response
from harness.delivery.clock import VirtualClock
from harness.delivery.outbox import Notification
from harness.server import Settings, WorldSettings, create_app, fake_of, seed

ID: Final = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\+1[0-9]{10}\b")
"""Everything in these sessions that differs from one run to the next: GUIDs and phone numbers."""

LENGTH: Final = 10
"""Interactions in a session."""

_HOST: Final = "https://graph.microsoft.com"
_CALLS: Final = "/v1.0/communications/calls"
_HEADERS: Final = {"Content-Type": ("application/json",), "Authorization": ("Bearer REDACTED",)}
_BOT: Final = "2891555a-92ff-42e6-80fa-6e1300c6b5c6"
_TENANT: Final = "72f988bf-86f1-41af-91ab-2d7cd011db47"
_ORGANIZER: Final = "5810cede-f3cc-42eb-b2c1-e9bd5d53ec96"
_SHARED: Final = (_BOT, _TENANT, _ORGANIZER)
"""Who is the same in all sessions of one cassette."""


@dataclass(frozen=True, slots=True)
class Session:
    """Interactions, and what has to exist before the first of them."""

    interactions: tuple[Interaction, ...]
    given: Mapping[str, Any]


# ---- one session of each form


def _user(id_: str) -> dict[str, Any]:
    return {"user": {"@odata.type": "#microsoft.graph.identity", "id": id_, "tenantId": _TENANT}}


def _invitee(identity: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@odata.type": "#microsoft.graph.invitationParticipantInfo",
        "identity": {"@odata.type": "#microsoft.graph.identitySet", **identity},
    }


_CALL: Final = {
    "@odata.type": "#microsoft.graph.call",
    "callbackUri": "https://bot.contoso.com/api/calls",
    "requestedModalities": ["audio"],
    "mediaConfig": {"@odata.type": "#microsoft.graph.serviceHostedMediaConfig"},
    "tenantId": _TENANT,
}
_PEER: Final = {**_CALL, "targets": [_invitee(_user("278405a3-f568-4b3e-b684-009193463064"))]}
_MEETING: Final = {
    **_CALL,
    "chatInfo": {
        "@odata.type": "#microsoft.graph.chatInfo",
        "threadId": "19:meeting_Win6Ydo4wsMijFjZS00ZGVjLTk5MGUtOTRjNWY2NmNkYTFm@thread.v2",
        "messageId": "0",
    },
    "meetingInfo": {
        "@odata.type": "#microsoft.graph.organizerMeetingInfo",
        "organizer": {"@odata.type": "#microsoft.graph.identitySet", **_user(_ORGANIZER)},
    },
}
_ONE: Final = _user("7e1b4346-85a7-4bdd-abe3-d11c5d420efe")
_OTHER: Final = _user("9c1e7c8e-9d5c-4a56-a3a5-8f6d0c1f0c4b")
_PHONE: Final = {"phone": {"@odata.type": "#microsoft.graph.identity", "id": "+12065550100"}}


@dataclass(frozen=True, slots=True)
class _Form:
    """A call that is created, into which somebody is invited, and that is hung up."""

    create: Mapping[str, Any]
    invited: tuple[Mapping[str, Any], ...]
    declines: bool = False


_FORMS: Final = (
    _Form(_MEETING, (_ONE, _OTHER)),
    _Form(_MEETING, (_ONE,), declines=True),
    _Form(_PEER, (_ONE,)),
    _Form(_MEETING, (_PHONE,)),
)
"""Several are invited; one is and declines, and the bot reads the operation; a peer-to-peer call becomes a group; a
phone is invited."""


@cache
def _driven(form: int) -> Session:
    """A session of this form, as the fake carries it out."""
    create, invited, declines = _FORMS[form].create, _FORMS[form].invited, _FORMS[form].declines
    people = [{"user": {"id": identity["user"]["id"]}, "declines": True} for identity in invited if declines]
    given = {"application": {"id": _BOT, "tenantId": _TENANT, "hasNumber": True}, "people": people}
    line = _Line(given)
    call = line.send("POST", _CALLS, create)["id"]
    context = {"clientContext": "f2fa86af-3c51-4bc2-8fc0-475452d9764f"}
    ask = {"participants": [_invitee(identity) for identity in invited], **context}
    operation = line.send("POST", f"{_CALLS}/{call}/participants/invite", ask)["id"]
    if declines:
        line.send("GET", f"{_CALLS}/{call}/operations/{operation}")
    line.send("DELETE", f"{_CALLS}/{call}")
    return Session(tuple(line.passed), given)


class _Line:
    """A line to a fake of its own, and all that passed on it."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.passed: list[Interaction] = []
        self._clock = VirtualClock()
        app = create_app(Settings(world=WorldSettings(seed=1)), post=self._receive, clock=self._clock)
        seed(fake_of(app).world, given)
        self._client = app.test_client()

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request and wait for all that comes of it. The JSON of the answer."""
        data = None if body is None else json.dumps(body).encode()
        headers = [(name, value) for name, values in _HEADERS.items() for value in values]
        answer = self._client.open(path, method=method, base_url=_HOST, headers=headers, data=data)
        answered = {name: tuple(answer.headers.getlist(name)) for name, _ in answer.headers}
        response = Response(answer.status_code, None, answered, answer.data or None)
        self._keep(Direction.CLIENT_TO_GRAPH, Request(method, f"{_HOST}{path}", _HEADERS, data), response)
        self._clock.drain()
        return answer.json

    def _receive(self, notification: Notification) -> int:
        headers = {name: (value,) for name, value in notification.headers.items()}
        request = Request("POST", notification.callback_uri, headers, notification.body)
        self._keep(Direction.GRAPH_TO_BOT, request, Response(202, "Accepted", {}, None))
        return 202

    def _keep(self, direction: Direction, request: Request, response: Response) -> None:
        self.passed.append(Interaction(direction, len(self.passed) + 1, request, response))


# ---- as many as wanted


def sessions(number: int, seed: int = 0) -> list[Session]:
    """So many sessions, the forms in turn, each with ids of its own but for the bot and its tenant."""
    new = _fresh(seed)
    return [_renamed(_driven(n % len(_FORMS)), {shared: shared for shared in _SHARED}, new) for n in range(number)]


def joined(parts: Sequence[Session]) -> Session:
    """Sessions one after the other."""
    passed = [interaction for part in parts for interaction in part.interactions]
    people = [person for part in parts for person in part.given["people"]]
    numbered = tuple(replace(interaction, seq=n) for n, interaction in enumerate(passed, 1))
    return Session(numbered, {**parts[0].given, "people": people})


def renamed(session: Session, seed: int) -> Session:
    """The same with other ids throughout."""
    return _renamed(session, {}, _fresh(seed))


def _fresh(seed: int) -> Callable[[str], str]:
    """Makes an id like a given one, never the same twice."""
    draw = random.Random(seed)
    numbers = count(draw.randrange(2_000_000_000, 9_000_000_000))

    def new(like: str) -> str:
        if like.startswith("+"):
            return f"+1{next(numbers)}"
        return str(UUID(int=draw.getrandbits(128), version=4))

    return new


def _renamed(session: Session, names: dict[str, str], new: Callable[[str], str]) -> Session:
    """names: what ids become, added to on the way."""

    def name(match: re.Match[str]) -> str:
        if match[0] not in names:
            names[match[0]] = new(match[0])
        return names[match[0]]

    def text(old: str) -> str:
        return ID.sub(name, old)

    def body(old: bytes | None) -> bytes | None:
        return None if old is None else text(old.decode()).encode()

    def headers(old: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
        return {header: tuple(map(text, values)) for header, values in old.items()}

    def one(old: Interaction) -> Interaction:
        asked, answered = old.request, old.response
        request = Request(asked.method, text(asked.uri), headers(asked.headers), body(asked.body))
        response = Response(answered.status, answered.reason, headers(answered.headers), body(answered.body))
        return replace(old, request=request, response=response)

    given = json.loads(text(json.dumps(session.given)))
    return Session(tuple(map(one, session.interactions)), given)


# ---- a roster


def roster(size: int) -> Session:
    """One look at the roster of a call with so many people in it beside the bot."""
    new = _fresh(size)
    call, callback = new("call"), _CALL["callbackUri"]
    people = [{"user": {"id": new("user")}} for _ in range(size - 1)]
    given = {"application": {"id": _BOT, "tenantId": _TENANT}, "people": []}
    seeded = {**given, "calls": [{"id": call, "callbackUri": callback, "participants": people}]}
    line = _Line(seeded)
    line.send("GET", f"{_CALLS}/{call}/participants")
    return Session(tuple(line.passed), seeded)
