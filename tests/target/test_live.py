"""A tenant as a target: who stands for whom, calls that are made and ended, and what goes wrong in a tenant."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests

from harness.cassette.format import Direction, Response, load
from harness.cassette.scenario import load_scenario, scenario_path
from harness.delivery.bots import Told
from harness.errors import HarnessError, UsageError
from harness.record.sweep import Hit, Sweep
from harness.target import Bot, Failed, Graph, WaitedInVain, open_live, open_recording, served
from harness.target.live import Recorded
from harness.target.live.asking import Asking, GraphRefused
from harness.tenant.asking import Unreachable
from harness.tenant.environment import Tenant
from tests.standin import StandIn
from tests.standin.planted import ADELE, BENNO, CALLBACK_URL, CALLER_PHONE, CLIENT_ID, EXPIRED_SECRET, PLANTED
from tests.target.bot import MyBot

Open = Callable[..., AbstractContextManager[Graph]]


class Scene:
    """A stand-in whose tunnel leads to a free port, what people were told, and a bot."""

    def __init__(self, standin: StandIn) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self.port = taken.getsockname()[1]
        standin.set(tunnel=self.port)
        self.standin = standin
        self.tenant = Tenant.from_environment(os.environ)
        self.told: list[str] = []
        self.recorded: list[Recorded] = []
        self.bot = MyBot()

    @contextmanager
    def live(self, **more: Any) -> Iterator[Graph]:
        with open_live(self.tenant, **self._usual, **more) as graph:
            yield graph

    @contextmanager
    def recording(self, path: Path, **more: Any) -> Iterator[Graph]:
        given = {"on_recorded": self.recorded.append, "environ": {}, **more}
        with open_recording(path, self.tenant, **self._usual, **given) as graph:
            yield graph

    @property
    def _usual(self) -> dict[str, Any]:
        return {"callback_port": self.port, "tell": self.told.append, "quiet": 0.2, "most": 2.0}

    def add(self, graph: Graph) -> Bot:
        return graph.bot(self.bot.app, callback="/api/calls")

    def wait_until(self, condition: Callable[[], bool]) -> None:
        until = time.monotonic() + 5
        while not condition():
            assert time.monotonic() < until
            time.sleep(0.01)

    def token(self, bot: Bot) -> str:
        form = {"grant_type": "client_credentials", "client_id": bot.app_id, "client_secret": bot.client_secret}
        form["scope"] = "https://graph.microsoft.com/.default"
        url = f"https://login.microsoftonline.com/{bot.tenant_id}/oauth2/v2.0/token"
        return str(requests.post(url, data=form, timeout=10).json()["access_token"])


@pytest.fixture
def scene(led: StandIn) -> Scene:
    return Scene(led)


def test_people_are_the_users_of_the_environment_in_the_order_of_naming(scene: Scene) -> None:
    with scene.live() as graph:
        bob, adele = graph.person("bob"), graph.person("adele")

        assert (bob.id, adele.id) == (ADELE.id, BENNO.id)
        assert graph.person("bob") is bob
        assert graph.phone("desk").number == CALLER_PHONE
        assert graph.person("whoever", id="11111111-0000-4000-8000-000000000000").id[:8] == "11111111"


def test_too_few_people_are_told_so(scene: Scene) -> None:
    with scene.live() as graph:
        for name in ("one", "two", "three"):
            graph.person(name)

        with pytest.raises(UsageError) as refused:
            graph.person("four")

    assert str(refused.value) == "'four': GRAPH_USERS names 3 people, and the test more: add another to it"


def test_there_is_one_phone(scene: Scene) -> None:
    with scene.live() as graph:
        graph.phone("desk")
        with pytest.raises(UsageError) as refused:
            graph.phone("mobile")

    assert str(refused.value) == "phone 'mobile': GRAPH_PHONE is one phone, and the test has another already"


def test_reactions_are_told_to_whoever_holds_the_device(scene: Scene) -> None:
    with scene.live() as graph:
        graph.person("adele").answers(after=3)
        graph.person("bob").declines()
        graph.person("carol").ignores()
        graph.phone().is_busy()

    assert scene.told == [
        "'adele' (user 1 of GRAPH_USERS): when it rings, answer after 3 s",
        "'bob' (user 2 of GRAPH_USERS): when it rings, decline",
        "'carol' (user 3 of GRAPH_USERS): when it rings, let it ring, until it stops",
        "GRAPH_PHONE: when it rings, be in another call beforehand",
    ]


def test_bot_is_the_application_and_listens_at_the_public_address(scene: Scene) -> None:
    with scene.live() as graph:
        bot = graph.bot(scene.bot.app)

        assert (bot.app_id, bot.callback_uri) == (CLIENT_ID, CALLBACK_URL)
        assert repr(bot.client_secret) == "<secret>"


@pytest.mark.parametrize(
    ("second", "said", "problem"),
    [
        (True, {}, "a tenant's application is one bot: mark the test with targets=['fake', 'replay']"),
        (
            False,
            {"app_id": "11111111-0000-4000-8000-000000000000"},
            "bot 'bot': leave app_id out: in the tenant it is that of AZURE_CLIENT_ID",
        ),
        (
            False,
            {"callback": "https://elsewhere.example/api/calls"},
            "bot 'bot' listens elsewhere than at GRAPH_CALLBACK_URL, where Graph reaches it: leave callback out, or "
            "give its path only, callback='/PATH'",
        ),
    ],
    ids=["second bot", "other application", "other address"],
)
def test_bot_that_a_tenant_cannot_have_is_refused(
    scene: Scene, second: bool, said: dict[str, Any], problem: str
) -> None:
    with scene.live() as graph:
        if second:
            graph.bot(scene.bot.app)
        with pytest.raises(UsageError) as refused:
            graph.bot(MyBot().app, **said)

    assert str(refused.value) == problem


def test_call_stands_before_the_bot_hears_of_it_and_is_ended(scene: Scene) -> None:
    with scene.live() as graph:
        bot = scene.add(graph)
        call = graph.call(kind="peer-to-peer", people=[graph.person("adele")])

        assert (call.state, call.kind) == ("established", "peerToPeer")
        assert scene.standin.calls == [call.id]
        assert bot.received == []
        assert scene.told == ["'adele' (user 1 of GRAPH_USERS): it rings now, answer"]

    assert scene.standin.calls == []


LEFT = (
    "a call may go on in the tenant: Graph answers 403 to the end of a call: 7504, Insufficient enterprise tenant "
    "permissions, cannot access this API. It ends when everybody in it hangs up; a meeting, when its organizer removes "
    "the bot"
)


def left_standing(scene: Scene, then: Callable[[], None] = lambda: None) -> None:
    with scene.live() as graph:
        scene.add(graph)
        graph.call(kind="peer-to-peer", people=[graph.person("adele")])
        scene.standin.set(refuse="7504")
        then()


def test_call_that_cannot_be_ended_fails_the_test(scene: Scene) -> None:
    with pytest.raises(Failed) as failed:
        left_standing(scene)

    assert str(failed.value).startswith(f"{LEFT}\n\n")


def test_call_that_cannot_be_ended_is_told_of_a_test_that_failed(scene: Scene) -> None:
    def fail() -> None:
        raise KeyError

    with pytest.raises(KeyError) as raised:
        left_standing(scene, fail)

    assert raised.value.__notes__ == [LEFT]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (
            {"kind": "peer-to-peer"},
            "a real peer-to-peer call is one with one person, got 0: people=[adele]",
        ),
        ({"state": "ringing"}, "a real call is as Graph makes it, and takes no state: leave it out"),
    ],
)
def test_call_that_graph_does_not_make_is_refused(scene: Scene, given: dict[str, Any], problem: str) -> None:
    with scene.live() as graph:
        scene.add(graph)
        with pytest.raises(UsageError) as refused:
            graph.call(**given)

    assert str(refused.value) == problem
    assert scene.standin.calls == []


def test_call_without_people_is_the_meeting_which_must_be_known(led: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRAPH_MEETING")
    scene = Scene(led)

    with scene.live() as graph:
        scene.add(graph)
        with pytest.raises(UsageError) as refused:
            graph.call()

    assert str(refused.value) == (
        "a real call with a chat, or with nobody in it yet, is a meeting, and GRAPH_MEETING is not set: set it to a "
        "join link, or call people=[…] without a chat"
    )


def test_callback_that_is_never_called_is_no_success(scene: Scene) -> None:
    scene.standin.set(is_silent=True)

    with scene.live() as graph:
        scene.add(graph)
        with pytest.raises(HarnessError) as failed:
            graph.call()

    assert str(failed.value) == (
        "Graph made the call of graph.call(…), and nothing of it came here in 2 s: does the tunnel of "
        "GRAPH_CALLBACK_URL lead to the callback's port? `graph-harness doctor` looks"
    )
    assert scene.standin.calls == []


def test_bots_own_call_of_which_nothing_is_told_fails_the_test(scene: Scene, tmp_path: Path) -> None:
    scene.standin.set(is_silent=True)

    def story() -> None:
        with scene.recording(tmp_path / "call.yaml") as graph:
            bot = scene.add(graph)
            scene.bot.ring(graph.person("adele").id, bot.callback_uri, scene.token(bot))

    with pytest.raises(Failed) as failed:
        story()

    assert str(failed.value).splitlines()[0] == (
        "waited 2 s, and a call is still establishing: nothing has come here, does the tunnel of GRAPH_CALLBACK_URL "
        "lead to the callback's port?"
    )
    assert [value for value in PLANTED if value in str(failed.value)] == []
    assert not (tmp_path / "call.yaml").exists()
    assert scene.standin.calls == []


def test_missing_permission_is_told_with_graphs_code(scene: Scene) -> None:
    scene.standin.set(refuse="7504")

    with scene.live() as graph:
        scene.add(graph)
        with pytest.raises(HarnessError) as refused:
            graph.call()

    assert str(refused.value) == (
        "Graph answers 403 to a new call: 7504, Insufficient enterprise tenant permissions, cannot access this API."
    )


def test_sign_in_that_fails_is_told_with_what_to_do(led: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", EXPIRED_SECRET)
    scene = Scene(led)

    with scene.live() as graph:
        scene.add(graph)
        with pytest.raises(HarnessError) as refused:
            graph.call()

    assert str(refused.value) == (
        "login.microsoftonline.com gives no token: AADSTS7000222, the client secret has expired: make a new one and "
        "set AZURE_CLIENT_SECRET to its value"
    )
    assert not [seen for seen in scene.standin.seen if "graph.microsoft.com" in seen]


def test_throttling_is_obeyed(scene: Scene) -> None:
    scene.standin.set(throttle=1)

    with scene.live() as graph:
        scene.add(graph)
        assert graph.call().state == "established"

    created = [
        seen for seen in scene.standin.seen if seen.endswith("POST graph.microsoft.com/v1.0/communications/calls")
    ]
    assert len(created) == 2


def test_throttling_for_long_is_told_and_nothing_more_is_asked(scene: Scene) -> None:
    scene.standin.set(throttle=9, retry_after="120")

    with scene.live() as graph:
        scene.add(graph)
        with pytest.raises(HarnessError) as refused:
            graph.call()
        scene.standin.set(throttle=0)

    assert str(refused.value) == (
        "Graph answers 429 to a new call: TooManyRequests, Please retry again later. It wants to be left alone for "
        "120 s: try again then."
    )
    assert len([seen for seen in scene.standin.seen if "POST graph.microsoft.com" in seen]) == 1


@pytest.mark.parametrize("body", [b'{"error": "busy"}', b"[]", b"no JSON", b""])
def test_refusal_that_is_not_as_graphs_is_told_all_the_same(body: bytes) -> None:
    assert str(GraphRefused("a new call", Response(502, None, {}, body))) == "Graph answers 502 to a new call"


def test_connection_that_is_cut_is_the_bots_own_error_and_not_on_the_cassette(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "call.yaml"

    with scene.recording(path) as graph:
        bot = scene.add(graph)
        call = graph.call()
        token = scene.token(bot)
        scene.standin.set(cut=1)
        with pytest.raises(requests.exceptions.ConnectionError):
            scene.bot.bring_in(call.id, graph.person("adele").id, token)
        graph.drain()
        scene.bot.bring_in(call.id, graph.person("bob").id, token)

    (recorded,) = scene.recorded
    assert recorded.unanswered == 1
    assert recorded.requests == 1
    assert str(recorded).splitlines()[0] == (
        f"recorded {path}: 1 request, {recorded.notifications} notifications, 1 request without an answer left out"
    )


def test_what_somebody_does_is_asked_for_and_waited_for(scene: Scene) -> None:
    with scene.live() as graph:
        scene.add(graph)
        call = graph.call(kind="peer-to-peer", people=[graph.person("adele")])
        with pytest.raises(WaitedInVain) as waited:
            graph.person("bob").joins(call)

    assert str(waited.value).startswith("waited 2.0 s for 'bob' (user 2 of GRAPH_USERS) joins, which was False at last")
    assert scene.told[-1] == "'bob' (user 2 of GRAPH_USERS): join the call now"


def test_scenario_file_holds_what_was_there(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "call.yaml"
    scene.standin.set(people={BENNO.id: "declines"})

    with scene.recording(path, test="test_it") as graph:
        bot = scene.add(graph)
        call = graph.call(chat=True)
        graph.person("adele")
        benno = graph.person("benno").declines(after=2)
        scene.bot.bring_in(call.id, benno.id, scene.token(bot))
        graph.drain()
        assert [operation.status for operation in graph.operations(call)] == ["failed"]

    given = load_scenario(scenario_path(path)).given
    assert [next(iter(set(person) - {"user"})) for person in given["people"]] == ["answers", "declines"]
    assert given["people"][1]["declines"] == {"after": 2}
    (known,) = given["calls"]
    assert known["id"] in load(path).interactions[0].request.uri
    assert known["chatInfo"]["threadId"].startswith("19:meeting_text-")
    assert given["application"]["permissions"][:2] == ["Calls.AccessMedia.All", "Calls.Initiate.All"]


def test_requests_that_are_no_notifications_are_no_bots(scene: Scene) -> None:
    with scene.live() as graph:
        bot = scene.add(graph)
        answer = requests.post(f"http://127.0.0.1:{scene.port}/api/calls", json={"any": "thing"}, timeout=5)

        assert (answer.status_code, answer.text) == (404, "here Graph's notifications are taken, and this is none\n")
        assert bot.received == []


TOO_LARGE = "a request of more than 4194304 bytes was refused"


def test_notification_that_is_too_large_fails_the_test(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "call.yaml"
    answers: list[tuple[int, str]] = []

    def story() -> None:
        with scene.recording(path) as graph:
            bot = scene.add(graph)
            scene.bot.bring_in(graph.call().id, graph.person("adele").id, scene.token(bot))
            graph.drain()
            url, signed = f"http://127.0.0.1:{scene.port}/api/calls", {"Authorization": "Bearer a.b.c"}
            answer = requests.post(url, data=b"{" + b" " * 2**22, headers=signed, timeout=5)
            answers.append((answer.status_code, answer.text))

    with pytest.raises(Failed) as failed:
        story()

    assert answers == [(413, f"{TOO_LARGE}\n")]
    assert str(failed.value).splitlines()[0] == f"{TOO_LARGE}, which may be a notification: no bot was told"
    assert not path.exists()


def test_something_too_large_without_a_token_is_logged(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    with scene.live() as graph:
        scene.add(graph)
        url = f"http://127.0.0.1:{scene.port}/api/calls"
        assert requests.post(url, data=b" " * 2**22 + b"{", timeout=5).status_code == 413

    assert TOO_LARGE in caplog.messages


def test_call_of_somebody_elses_is_passed_over(scene: Scene, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    other = "/communications/calls/5a0e0000-0000-4000-8000-000000000009"
    item = {"changeType": "updated", "resourceUrl": other, "resourceData": {"state": "terminated"}}

    with scene.recording(tmp_path / "call.yaml") as graph:
        bot = scene.add(graph)
        call = graph.call()
        answer = requests.post(f"http://127.0.0.1:{scene.port}/api/calls", json={"value": [item]}, timeout=5)
        scene.bot.bring_in(call.id, graph.person("adele").id, scene.token(bot))
        graph.drain()

        assert answer.status_code == 202
        assert [str(told) for told in bot.received] == ["deleted operation completed", "updated roster of 2"]

    assert scene.recorded[0].notifications == 2
    said = "Graph tells of a call that is none of this test's: of one that was cut off? It is passed over"
    assert [message for message in caplog.messages if message.startswith("Graph tells")] == [said]


def test_call_that_comes_in_is_the_tests(scene: Scene) -> None:
    call = "5a0e0000-0000-4000-8000-000000000009"
    item = {"changeType": "created", "resourceUrl": f"/communications/calls/{call}"}
    told = {"value": [{**item, "resourceData": {"id": call, "state": "incoming"}}]}

    with scene.live() as graph:
        bot = scene.add(graph)
        requests.post(f"http://127.0.0.1:{scene.port}/api/calls", json=told, timeout=5)

        assert [str(told) for told in bot.received] == ["created call incoming"]


def test_bot_in_another_process_asks_a_port_and_is_recorded_as_asking_graph(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "call.yaml"

    with scene.recording(path) as graph, served(graph) as server:
        bot = scene.add(graph)
        call = graph.call()
        form = {"grant_type": "client_credentials", "client_id": bot.app_id, "client_secret": bot.client_secret}
        form["scope"] = "https://graph.microsoft.com/.default"
        signed_in = requests.post(f"{server.url}/{bot.tenant_id}/oauth2/v2.0/token", data=form, timeout=10)
        headers = {"Authorization": f"Bearer {signed_in.json()['access_token']}"}
        got = requests.get(f"{server.url}/v1.0/communications/calls/{call}", headers=headers, timeout=10)
        assert got.json()["id"] == call.id

    (interaction,) = load(path).interactions
    assert interaction.request.uri.startswith("https://graph.microsoft.com/v1.0/communications/calls/00000000-")


def test_bot_on_an_event_loop_is_told_while_that_goes_on(scene: Scene, tmp_path: Path) -> None:
    async def bot(told: Told) -> None:
        await asyncio.sleep(0.01)
        seen.append(str(told.value[0]["changeType"]))

    async def story() -> None:
        with scene.recording(tmp_path / "call.yaml") as graph:
            mine = graph.bot(bot, callback="/api/calls")
            call = graph.call()
            adele = graph.person("adele")
            headers = {"Authorization": f"Bearer {await asyncio.to_thread(scene.token, mine)}"}
            url = f"https://graph.microsoft.com/v1.0/communications/calls/{call}/participants/invite"
            async with httpx.AsyncClient(headers=headers) as client:
                answer = await client.post(url, json={"participants": [{"identity": adele.identity}]})
            assert answer.status_code == 200
            await graph.await_for(lambda: adele in call.roster)
            await graph.adrain()

    seen: list[str] = []
    asyncio.run(story())

    assert seen == ["deleted", "updated"]
    assert (scene.recorded[0].requests, scene.recorded[0].notifications) == (1, 2)


def test_call_whose_answer_was_lost_is_ended(scene: Scene) -> None:
    with scene.live() as graph:
        bot = scene.add(graph)
        token = scene.token(bot)
        scene.standin.set(cut=1)
        with pytest.raises(requests.exceptions.ConnectionError):
            scene.bot.ring(graph.person("adele").id, bot.callback_uri, token)
        graph.drain()
        assert len(scene.standin.calls) == 1

    assert scene.standin.calls == []


def test_call_of_the_tests_own_whose_answer_was_lost_is_ended(scene: Scene) -> None:
    with scene.live() as graph:
        scene.add(graph)
        scene.standin.set(cut=1)
        with pytest.raises(Unreachable) as cut:
            graph.call()
        graph.drain()
        assert len(scene.standin.calls) == 1

    said = str(cut.value)
    assert re.sub("[0-9]+", "N", said) == (
        "graph.microsoft.com cannot be reached from here: IncompleteRead(N bytes read, N more expected)"
    )
    assert scene.standin.calls == []


def test_request_that_a_bot_still_makes_is_waited_for(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "call.yaml"
    scene.standin.set(slow=0.8)

    with scene.recording(path) as graph:
        bot = scene.add(graph)
        adele, token = graph.person("adele").id, scene.token(bot)
        thread = threading.Thread(target=scene.bot.ring, args=(adele, bot.callback_uri, token))
        thread.start()
        scene.wait_until(lambda: bool(scene.standin.calls))
        graph.drain()
        assert [call.state for call in graph.calls] == ["established"]
    thread.join()

    assert [i.request.method for i in load(path).interactions if i.direction is Direction.CLIENT_TO_GRAPH] == ["POST"]


def test_call_that_cannot_be_ended_is_said_without_its_id(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = Asking.__call__

    def refusing(asking: Asking, method: str, path: str = "", body: Any = None) -> Response:
        if method != "DELETE":
            return ask(asking, method, path, body)
        message = json.dumps({"error": {"code": "7505", "message": f"Call {path[1:]} is of {ADELE.name}."}})
        return Response(403, None, {}, message.encode())

    def story() -> None:
        with scene.live() as graph:
            scene.add(graph)
            graph.call(kind="peer-to-peer", people=[graph.person("adele")])

    monkeypatch.setattr(Asking, "__call__", refusing)
    with pytest.raises(Failed) as failed:
        story()

    assert re.sub(r"\d+", "N", str(failed.value).splitlines()[0]) == (
        "a call may go on in the tenant: Graph answers N to the end of a call: N, Call N-N-N-N-abN is of text-N. "
        "It ends when everybody in it hangs up; a meeting, when its organizer removes the bot"
    )


def test_call_that_is_made_while_the_test_ends_is_ended(scene: Scene) -> None:
    """A thread of the bot's still asks for it: the test does not wait, for it fails."""
    scene.standin.set(slow=0.5)
    threads: list[threading.Thread] = []

    def story() -> None:
        with scene.live() as graph:
            bot = scene.add(graph)
            adele, token = graph.person("adele").id, scene.token(bot)
            threads.append(threading.Thread(target=scene.bot.ring, args=(adele, bot.callback_uri, token)))
            threads[0].start()
            scene.wait_until(lambda: bool(scene.standin.calls))
            raise LookupError

    with pytest.raises(LookupError):
        story()

    threads[0].join()
    assert scene.standin.calls == []


def test_notification_that_a_bot_still_handles_is_waited_for(scene: Scene, tmp_path: Path) -> None:
    def slowly(told: Told) -> None:
        time.sleep(0.6)

    with scene.recording(tmp_path / "call.yaml") as graph:
        bot = graph.bot(slowly, callback="/api/calls")
        call = graph.call()
        scene.bot.bring_in(call.id, graph.person("adele").id, scene.token(bot))
        graph.drain()
        assert [str(told) for told in bot.received] == ["deleted operation completed", "updated roster of 2"]


def test_what_never_ends_is_said(scene: Scene) -> None:
    may_end = threading.Event()

    def never(told: Told) -> None:
        may_end.wait(10)

    with scene.live() as graph:
        bot = graph.bot(never, callback="/api/calls")
        call = graph.call()
        scene.bot.bring_in(call.id, graph.person("adele").id, scene.token(bot))
        scene.wait_until(lambda: any(op.status != "running" for op in graph.operations(call)))
        with pytest.raises(HarnessError) as waited:
            graph.drain()
        may_end.set()

    assert str(waited.value) == "waited 2 s, and a notification is not answered yet by the bot"


def test_scenario_file_that_cannot_be_written_leaves_the_cassette_before(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "call.yaml"
    path.write_text("the one before")
    new = scenario_path(path).with_name("call.scenario.yaml.new")
    new.mkdir()

    def story() -> None:
        with scene.recording(path) as graph:
            bot = scene.add(graph)
            scene.bot.bring_in(graph.call().id, graph.person("adele").id, scene.token(bot))

    with pytest.raises(Failed) as failed:
        story()

    partial = path.with_name("call.yaml.partial")
    assert str(failed.value).splitlines()[:2] == [
        f"{scenario_path(path)}: cannot be written: Is a directory",
        f"    to do: graph-harness record --recover {partial}; or remove it: rm {partial}",
    ]
    assert path.read_text() == "the one before"


def test_known_drifts_of_the_scenario_file_before_are_counted(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "call.yaml"
    drift = {"path": "requests/1/response/status", "kind": "value", "recorded": 200, "fake": 201, "reason": "so be it"}
    source = {"kind": "recorded", "link": "call", "date": "2026-01-01"}
    scenario_path(path).write_text(json.dumps({"source": source, "given": {}, "known": [drift]}))

    with scene.recording(path) as graph:
        bot = scene.add(graph)
        scene.bot.bring_in(graph.call().id, graph.person("adele").id, scene.token(bot))
        graph.drain()

    assert scene.told[-1].splitlines()[:2] == [
        f"recorded {path}: 1 request, 2 notifications",
        "  1 known drift of the scenario file before not taken over: accept anew what is still there",
    ]


def test_interrupt_at_the_very_end_leaves_cassette_and_scenario_file_in_step(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "call.yaml"
    beside = scenario_path(path)
    path.write_text("the one before")
    beside.write_text("the one before")

    def interrupted(folder: Path) -> None:
        raise KeyboardInterrupt

    def story() -> None:
        with scene.recording(path) as graph:
            bot = scene.add(graph)
            scene.bot.bring_in(graph.call().id, graph.person("adele").id, scene.token(bot))
            graph.drain()
            monkeypatch.setattr("harness.record.recorder.sync_folder", interrupted)

    with pytest.raises(KeyboardInterrupt):
        story()

    assert len(load(path).interactions) == 3
    assert load_scenario(beside).source.link == "call"
    assert sorted(p.name for p in tmp_path.iterdir()) == [beside.name, path.name]


def test_interrupt_while_a_recording_is_looked_through_says_what_is_left(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "call.yaml"
    path.write_text("the one before")
    partial = path.with_name("call.yaml.partial")

    class Interrupted(Sweep):
        def hits(self, data: bytes) -> list[Hit]:
            if data.startswith(b"version:"):
                raise KeyboardInterrupt
            return []

    monkeypatch.setattr("harness.target.live.recording.Sweep", Interrupted)

    def story() -> None:
        with scene.recording(path) as graph:
            bot = scene.add(graph)
            scene.bot.bring_in(graph.call().id, graph.person("adele").id, scene.token(bot))

    with pytest.raises(KeyboardInterrupt):
        story()

    assert scene.told[-1] == (
        f"not recorded: {path}, for it was interrupted. What was kept until then: graph-harness record --recover "
        f"{partial}; or remove it: rm {partial}"
    )
    assert sorted(p.name for p in tmp_path.iterdir()) == [path.name, partial.name]
    assert path.read_text() == "the one before"
    with socket.create_server(("127.0.0.1", scene.port)):
        """Nobody listens there any more."""


def test_disk_that_is_full_at_the_scenario_file_leaves_what_was_there(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "call.yaml"
    partial, sync = path.with_name("call.yaml.partial"), os.fsync
    path.write_text("the one before")

    def full(file: int) -> None:
        if os.readlink(f"/proc/self/fd/{file}").endswith(".new"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(file)

    def story() -> None:
        with scene.recording(path) as graph:
            bot = scene.add(graph)
            scene.bot.bring_in(graph.call().id, graph.person("adele").id, scene.token(bot))
            monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(Failed) as failed:
        story()

    assert str(failed.value).splitlines()[:2] == [
        f"{scenario_path(path)}: cannot be written: No space left on device",
        f"    to do: graph-harness record --recover {partial}; or remove it: rm {partial}",
    ]
    assert sorted(p.name for p in tmp_path.iterdir()) == [path.name, partial.name]
    assert path.read_text() == "the one before"


def test_scenario_file_in_which_something_is_found_is_not_written(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Finding(Sweep):
        def hits(self, data: bytes) -> list[Hit]:
            return [Hit("id", "as it is", 7)] if data.startswith(b"source:") else []

    path = tmp_path / "call.yaml"
    partial = path.with_name("call.yaml.partial")
    monkeypatch.setattr("harness.target.live.recording.Sweep", Finding)

    def story() -> None:
        with scene.recording(path) as graph:
            bot = scene.add(graph)
            scene.bot.bring_in(graph.call().id, graph.person("adele").id, scene.token(bot))

    with pytest.raises(Failed) as failed:
        story()

    assert str(failed.value).splitlines()[0] == (
        f"{path}: is not recorded: what passed can still be found in its scenario file, which is not written: byte 7: "
        f"an id of what was recorded, as it is: report which rule failed. What was kept until then is in {partial}"
    )
    assert [p.name for p in tmp_path.iterdir()] == [partial.name]


def test_condition_is_waited_for_until_somebody_has_picked_up(scene: Scene) -> None:
    """As long as for anything else in a tenant (2 s in this scene), unless the test says how long; not 5 s."""
    with scene.live() as graph:
        with pytest.raises(WaitedInVain) as waited:
            graph.wait_for(lambda: False)
        with pytest.raises(WaitedInVain) as briefly:
            graph.wait_for(lambda: False, timeout=0.2)

    assert (waited.value.waited, briefly.value.waited) == (2.0, 0.2)


def test_recording_may_be_called_as_the_bot_calls_itself(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "reception.yaml"

    with scene.recording(path) as graph:
        token = scene.token(scene.add(graph))
        call = graph.call()
        headers = {"Authorization": f"Bearer {token}", "User-Agent": "reception"}
        url = f"https://graph.microsoft.com/v1.0/communications/calls/{call.id}"
        assert requests.get(url, headers=headers, timeout=10).status_code == 200
        scene.bot.bring_in(call.id, graph.person("adele").id, token)

    assert load_scenario(scenario_path(path)).source.link == "reception"


def test_name_of_a_test_is_no_hiding_place(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "call.yaml"

    def story() -> None:
        with scene.recording(path, test=f"test_bot.py::test[{ADELE.id}]") as graph:
            bot = scene.add(graph)
            scene.bot.bring_in(graph.call().id, graph.person("adele").id, scene.token(bot))

    with pytest.raises(Failed) as failed:
        story()

    assert str(failed.value).splitlines()[0] == (
        f"{path}: is not recorded: what passed can still be found in its scenario file, which is not written: byte 18: "
        f"an id of what was recorded, as it is: report which rule failed. What was kept until then is in {path}.partial"
    )


def test_what_is_given_elsewhere_is_refused(scene: Scene) -> None:
    given: dict[str, Any] = {"given": {"people": [], "calls": []}}

    with pytest.raises(UsageError) as refused, scene.live(config=given):
        pass

    assert str(refused.value) == (
        "given: a tenant is as it is, and takes no people, calls: mark the test with targets=['fake', 'replay']"
    )


@pytest.mark.parametrize(
    ("where", "problem"),
    [
        (lambda told: (503, "not now"), "the bot answered 503 to 'deleted /communications/calls/<call:1>/operations/"),
        (lambda told: (403, "no"), "the bot answered 403 to 'deleted /communications/calls/<call:1>/operations/"),
        (lambda told: "what", "the bot did not answer to 'deleted /communications/calls/<call:1>/operations/"),
        ("http://127.0.0.1:9", "the bot did not answer to 'deleted /communications/calls/<call:1>/operations/"),
    ],
    ids=["503", "403", "no answer of a bot", "nobody listens"],
)
def test_bot_that_does_not_take_what_it_is_told_fails_the_test(scene: Scene, where: Any, problem: str) -> None:
    def story() -> None:
        with scene.live() as graph:
            bot = graph.bot(where, callback="/api/calls")
            call = graph.call()
            scene.bot.bring_in(call.id, graph.person("adele").id, scene.token(bot))
            graph.drain()

    with pytest.raises(Failed) as failed:
        story()

    assert problem in str(failed.value)


def test_port_that_is_none_is_refused(scene: Scene) -> None:
    with pytest.raises(UsageError) as refused, open_live(scene.tenant, callback_port=70000):
        pass

    assert str(refused.value) == "callback port 70000: expected a number from 1 to 65535, where the tunnel ends"
