"""A cassette as an app: it answers, is told of, and begins anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from harness.delivery import Notification, VirtualClock
from harness.gateway import Replaying
from harness.inprocess.wsgi import called
from harness.server import Settings, create_app
from tests.replay.build import CALL, CALLBACK, asked, cassette, told

HERE = "http://127.0.0.1:8445"
OWN = "http://127.0.0.1:3978/api"
MADE = asked("POST", "/calls", {"callbackUri": CALLBACK}, status=201, answer={"id": CALL, "callbackUri": CALLBACK})
WHOLE = "cassettes/small.yaml: all of it was played: 1 request, 1 notification"
LEFT = "\n".join(
    (
        "cassettes/small.yaml: 1 request was never made and 1 notification was never due",
        "  not made  seq 1, POST /v1.0/communications/calls",
        "  not due   seq 2, updated /communications/calls/<id:1>",
        "  to do     make the requests, or record again with `graph-harness serve --target record`",
    )
)


class Rig:
    def __init__(
        self, *interactions: Any, status: int = 202, callback: str | None = None, clock: VirtualClock | None = None
    ) -> None:
        self.told: list[Notification] = []
        self.said: list[str] = []
        self.status = status
        app = create_app(Settings(), post=self._post, clock=clock)
        self.front = Replaying(app, cassette(*interactions), None, say=self.said.append, callback=callback)

    def _post(self, notification: Notification) -> int:
        self.told.append(notification)
        return self.status

    def ask(self, method: str, path: str, body: Any = None, host: str = HERE, **headers: str) -> tuple[int, Any]:
        given = {"Content-Type": "application/json", **headers}
        sent = None if body is None else json.dumps(body).encode()
        status, _, answer = called(self.front, method, host + path, given.items(), sent)
        return status, json.loads(answer) if answer else None

    def create(self) -> tuple[int, Any]:
        return self.ask("POST", "/v1.0/communications/calls", {"callbackUri": OWN})

    def drain(self) -> None:
        self.ask("POST", "/__admin/clock", {"drain": True})

    def reset(self) -> None:
        assert self.ask("POST", "/__admin/reset") == (200, {"status": "reset"})


class Late(VirtualClock):
    """Time passes before the first of what is put on it gets there, and none before all else."""

    late = 1.0

    def schedule(self, delay: float, action: Callable[[], None], *, in_background: bool = False) -> None:
        super().schedule(delay + self.late, action, in_background=in_background)
        self.late = 0.0


@pytest.fixture
def rig() -> Rig:
    return Rig(MADE, told(f"/calls/{CALL}"))


def test_cassette_answers_and_tells_the_bot(rig: Rig) -> None:
    assert rig.create() == (201, {"id": CALL, "callbackUri": OWN})
    rig.drain()
    rig.front.end()

    assert [one.callback_uri for one in rig.told] == [OWN]
    assert rig.said == [WHOLE]
    assert rig.front.is_whole


def test_how_far_it_is(rig: Rig) -> None:
    before = rig.ask("GET", "/__admin/cassette")
    rig.create()
    during = rig.ask("GET", "/__admin/cassette")
    rig.drain()
    after = rig.ask("GET", "/__admin/cassette")

    counts = {"cassette": "cassettes/small.yaml", "notTaken": 0, "unanswered": 0}
    unplayed = ["POST /v1.0/communications/calls"]
    assert before == (200, {**counts, "unplayed": unplayed, "notDue": 1, "onTheirWay": 0, "isWhole": False})
    assert during == (200, {**counts, "unplayed": [], "notDue": 0, "onTheirWay": 1, "isWhole": False})
    assert after == (200, {**counts, "unplayed": [], "notDue": 0, "onTheirWay": 0, "isWhole": True})


def test_reset_begins_anew_and_tells_how_it_went(rig: Rig) -> None:
    rig.create()
    rig.reset()
    rig.create()
    rig.drain()
    rig.reset()
    rig.front.end()

    assert rig.said == ["cassettes/small.yaml: 1 notification still on the way when it ended", WHOLE]
    assert not rig.front.is_whole
    assert len(rig.told) == 1


def test_reset_that_is_asked_wrongly_changes_nothing(rig: Rig) -> None:
    rig.create()

    status, _ = rig.ask("POST", "/__admin/reset", {"sed": 1})

    assert (status, rig.said) == (400, [])
    rig.drain()
    assert len(rig.told) == 1


def test_nothing_asked_is_told_at_the_end(rig: Rig) -> None:
    rig.front.end()

    assert rig.said == [LEFT]
    assert not rig.front.is_whole


def test_request_that_is_not_recorded_is_answered_with_the_nearest(rig: Rig) -> None:
    status, body = rig.ask("POST", "/v1.0/communications/calls", {"callbackUri": OWN, "subject": "x"})
    rig.front.end()

    message = "\n".join(
        (
            "cassettes/small.yaml: nothing recorded for POST /v1.0/communications/calls",
            '  sent      {"callbackUri": "http://127.0.0.1:3978/api", "subject": "x"}',
            "  nearest   seq 1, POST /v1.0/communications/calls (played 0 of 1 times)",
            '  differs   body/subject: not recorded, sent "x"',
            "  to do     record again with `graph-harness serve --target record`, or mend the request",
        )
    )
    assert (status, body) == (502, {"error": {"code": "nothingRecorded", "message": message}})
    assert rig.said == [message, f"{LEFT}\ncassettes/small.yaml: 1 request got no answer from it, see above"]


def test_answer_that_the_source_does_not_show_is_said() -> None:
    rig = Rig(asked("GET", f"/calls/{CALL}", status=None))

    status, body = rig.ask("GET", f"/v1.0/communications/calls/{CALL}")

    assert status == 502
    assert body["error"]["code"] == "notAnswered"
    assert rig.said == [body["error"]["message"]]


def test_bot_that_takes_nothing_is_told_of() -> None:
    rig = Rig(MADE, told(f"/calls/{CALL}"), status=404)
    rig.create()
    rig.drain()
    rig.front.end()

    assert rig.said == [f"cassettes/small.yaml: not taken by the bot: updated /communications/calls/{CALL}: 404"]
    assert not rig.front.is_whole


def test_call_that_the_bot_did_not_make_is_told_where_it_is() -> None:
    rig = Rig(told(f"/calls/{CALL}"), callback=OWN)
    rig.drain()

    assert [one.callback_uri for one in rig.told] == [OWN]


def test_what_was_told_first_waits_for_a_request_where_nobody_says_where_the_bot_is() -> None:
    rig = Rig(told(f"/calls/{CALL}"), asked("GET", f"/calls/{CALL}"))
    rig.drain()
    before = len(rig.told)
    form = {"grant_type": "client_credentials", "client_id": "bot", "client_secret": "any", "scope": "x/.default"}
    body = "&".join(f"{name}={value}" for name, value in form.items()).encode()
    status, _, _ = called(
        rig.front, "POST", f"{HERE}/t/oauth2/v2.0/token", [("Content-Type", "application/x-www-form-urlencoded")], body
    )
    rig.drain()

    assert (before, status, len(rig.told)) == (0, 200, 1)


@pytest.mark.parametrize(("method", "path"), [("POST", "/__admin/people"), ("GET", "/__admin/calls")])
def test_control_of_what_only_the_fake_has_is_refused(rig: Rig, method: str, path: str) -> None:
    problem = f"there is no {method} {path} on replay: the cassette holds what happened"
    assert rig.ask(method, path) == (404, {"problem": problem})


def test_web_page_cannot_see_the_cassette(rig: Rig) -> None:
    assert rig.ask("GET", "/__admin/cassette", host="http://evil.example")[0] == 404


def test_journals_are_those_of_the_fake(rig: Rig) -> None:
    rig.create()
    rig.drain()

    (shown,) = rig.ask("GET", "/__admin/requests")[1]["requests"]
    assert (shown["method"], shown["path"], shown["status"]) == ("POST", "/v1.0/communications/calls", 201)
    assert json.loads(shown["body"]) == {"callbackUri": OWN}
    (delivery,) = rig.ask("GET", "/__admin/deliveries")[1]["deliveries"]
    assert (delivery["result"], delivery["status"]) == ("delivered", 202)
    assert rig.ask("GET", "/__admin/health") == (200, {"status": "ok"})


def test_order_is_kept_whatever_time_it_takes_to_hand_over() -> None:
    states = ("establishing", "established")
    rig = Rig(MADE, *(told(f"/calls/{CALL}", {"state": state}) for state in states), clock=Late())

    rig.create()
    rig.drain()

    assert [json.loads(n.body)["value"][0]["resourceData"]["state"] for n in rig.told] == list(states)
