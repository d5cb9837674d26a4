"""What all tests share: a fake with a bot behind it, and the rule that everything it emits fits Graph's schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import flask
import pytest

from harness.delivery import DeliverySettings, VirtualClock
from harness.delivery.outbox import Notification
from harness.graph.types import Rules
from harness.server import Settings, World, WorldSettings, create_app, fake_of, renew
from harness.server.login import is_login
from harness.server.recordings import is_recording
from tests.contract import strict
from tests.parity.watching import Watch, watching
from tests.standin import StandIn, standing_in

TOKEN = {"Authorization": "Bearer opaque"}
CALLBACK = "https://bot.example/callback"


@pytest.fixture(autouse=True)
def _answers_fit_the_schema() -> Iterator[None]:
    """Every answer of Graph that any fake gives in this test is checked strictly."""
    problems: list[str] = []

    def check(sender: flask.Flask, response: flask.Response) -> None:
        path = flask.request.path
        if sender.name != "harness.fake" or path.startswith("/__admin") or is_login(path) or is_recording(path):
            return
        body = json.loads(response.get_data()) if response.get_data() else None
        problems.extend(strict.check_response(flask.request.method, path, response.status_code, body))

    with flask.request_finished.connected_to(check):
        yield
    assert problems == []


@pytest.fixture(autouse=True)
def emitted() -> Iterator[Watch]:
    """Everything that any fake emits in this test, which the parity ledger must know."""
    with watching() as watch:
        yield watch
    if watch.problems:
        pytest.fail("\n".join(watch.problems), pytrace=False)


@pytest.fixture(autouse=True)
def _environment_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is printed does not depend on where the tests run."""
    for name in ("NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def _standin() -> Iterator[StandIn]:
    with standing_in() as running:
        yield running


@pytest.fixture
def standin(_standin: StandIn) -> StandIn:
    """The test's tenant, as at its start. `monkeypatch.setenv` its environment, or give that to a subprocess."""
    _standin.reset()
    return _standin


@pytest.fixture
def led(standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """The test's tenant, to which this process is led, and for which its variables are set."""
    for name in ("AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_CLIENT_CERTIFICATE_PASSWORD", "GRAPH_BASE_URL", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name, value in standin.environment.items():
        monkeypatch.setenv(name, value)
    return standin


@dataclass
class Bot:
    """Stands where notifications go; checks each against the schema and answers with `status`."""

    notifications: list[Notification] = field(default_factory=list)
    status: int = 202

    def __call__(self, notification: Notification) -> int:
        assert strict.check_notifications(json.loads(notification.body)) == []
        self.notifications.append(notification)
        return self.status

    @property
    def labels(self) -> list[str]:
        """`updated call established` and so on, ids left out."""
        return [_label(item) for item in self.items]

    @property
    def items(self) -> list[dict[str, Any]]:
        return [item for n in self.notifications for item in json.loads(n.body)["value"]]


def _label(item: dict[str, Any]) -> str:
    path = item["resourceUrl"].split("/")
    data = item["resourceData"]
    if path[-1] == "participants":
        return f"{item['changeType']} roster of {len(data)}"
    kind = "operation" if path[-2] == "operations" else "call"
    return f"{item['changeType']} {kind} {data.get('state') or data.get('status')}"


@dataclass
class Rig:
    """A fake on virtual time, a client with a token, and the bot."""

    app: flask.Flask
    clock: VirtualClock
    bot: Bot
    client: Any

    @property
    def world(self) -> World:
        return fake_of(self.app).world

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """A request below /v1.0/communications, with a token."""
        headers = {**TOKEN, **more.pop("headers", {})}
        return self.client.open(f"/v1.0/communications{path}", method=method, json=body, headers=headers, **more)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Content-Type": "application/json"}
        return self.client.open(f"/__admin{path}", method=method, data=json.dumps(body), headers=headers)

    def seed_call(self, **members: Any) -> dict[str, Any]:
        """A call put in by control; a group call with chat info unless said otherwise."""
        body = {"callbackUri": CALLBACK, "chatInfo": {"threadId": "19:chat@thread.v2"}, **members}
        answer = self.control("POST", "/calls", {k: v for k, v in body.items() if v is not None})
        assert answer.status_code == 201, answer.json
        shown: dict[str, Any] = answer.json
        return shown

    def invite(self, call_id: str, *identities: dict[str, Any], **members: Any) -> Any:
        participants = [{"identity": identity} for identity in identities]
        return self.send("POST", f"/calls/{call_id}/participants/invite", {"participants": participants, **members})


_FREE: Final[list[flask.Flask]] = []
_USED: Final[list[flask.Flask]] = []


@pytest.fixture(autouse=True)
def _apps_are_used_again() -> Iterator[None]:
    """To make the routes of an app takes a hundred times as long as to put a fake of its own behind them."""
    yield
    _FREE.extend(_USED)
    _USED.clear()


def _app(settings: Settings, **more: Any) -> flask.Flask:
    """An app that no other rig of this test has, with a fake of its own."""
    app = _FREE.pop() if _FREE else create_app(post=Bot())
    renew(app, settings, **more)
    _USED.append(app)
    return app


def rig(rules: Rules | None = None, delivery: DeliverySettings | None = None, **settings: Any) -> Rig:
    bot = Bot()
    clock = VirtualClock()
    world = WorldSettings(rules=rules or Rules(), delivery=delivery or DeliverySettings(), seed=1)
    app = _app(Settings(world=world, **settings), post=bot, clock=clock)
    return Rig(app, clock, bot, app.test_client())


@pytest.fixture
def fake() -> Rig:
    return rig()


def user(name: str, **members: Any) -> dict[str, Any]:
    """An identity set that names a user."""
    return {"user": {"id": f"00000000-0000-4000-8000-0000000000{ord(name[0]):02x}", **members}}


def phone(number: str) -> dict[str, Any]:
    return {"phone": {"id": number}}


def error_of(answer: Any) -> tuple[int, str, str]:
    """Status, code and message of a refusal."""
    error = answer.json["error"]
    return answer.status_code, error["code"], error["message"]
