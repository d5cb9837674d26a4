"""The same test on the fake and on a cassette: what is told, who is in, and what is left over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jwt
import pytest

from harness.cassette.format import dumps, load
from harness.delivery.bots import Told
from harness.replay import NothingRecorded
from harness.target import Failed, FakeApp, Graph, VerbRefused, open_fake, open_replay
from tests.target.bot import MyBot

Story = Callable[[Graph, MyBot], None]


@pytest.fixture(scope="module")
def app() -> FakeApp:
    return FakeApp()


def created_and_hung_up(graph: Graph, my_bot: MyBot) -> None:
    bot = graph.bot(my_bot.app)
    adele = graph.person("adele")

    my_bot.ring(adele.id, bot.callback_uri)
    (call,) = graph.calls
    graph.advance(5)
    assert call.state == "established"
    graph.advance(5)
    adele.hangs_up(call)
    graph.drain()

    assert call.state == "terminated"
    assert call.result is not None
    assert (call.result.code, call.result.subcode) == (200, 4521)


@pytest.fixture
def record(app: FakeApp, tmp_path: Path) -> Callable[[Story], Path]:
    """Has a cassette made of what a test does with the fake."""

    def record(story: Story) -> Path:
        path = tmp_path / f"{story.__name__}.yaml"
        with open_fake(seed=1, app=app) as graph:
            story(graph, MyBot())
            graph.drain()
            path.write_text(dumps(graph.interactions))
        return path

    return record


def test_same_test_passes_on_fake_and_replay(app: FakeApp, record: Callable[[Story], Path]) -> None:
    with open_replay(record(created_and_hung_up), app=app) as graph:
        created_and_hung_up(graph, MyBot())


def test_people_and_calls_stand_for_those_on_the_cassette(app: FakeApp, record: Callable[[Story], Path]) -> None:
    def invited(graph: Graph, my_bot: MyBot) -> None:
        bot = graph.bot(my_bot.app)
        adele, bob = graph.person("adele").answers(after=3), graph.person("bob").declines()
        call = graph.call(kind="group", chat=True)
        my_bot.bring_in(call.id, adele.id)
        graph.drain()
        my_bot.bring_in(call.id, bob.id)
        graph.drain()
        assert adele in graph.roster(call)
        assert bob not in graph.roster(call)
        assert [operation.status for operation in call.operations] == ["completed", "failed"]
        assert [answer.status for answer in bot.answers] == [202, 202, 202]

    path = record(invited)
    with open_replay(path, app=app, config={"tenant_id": "99990000-0000-4000-8000-000000000001"}) as graph:
        invited(graph, MyBot())

        recorded = path.read_text()
        assert graph.person("adele").id not in recorded
        assert graph.ids["call:1"] not in recorded


def test_what_is_left_of_the_cassette_fails_the_test(app: FakeApp, record: Callable[[Story], Path]) -> None:
    path = record(created_and_hung_up)

    with pytest.raises(Failed) as caught, open_replay(path, app=app) as graph:
        graph.bot(MyBot().app)

    first, second, *_ = str(caught.value).splitlines()
    assert first == "the cassette holds more than the test asked for"
    assert second == f"    {path}: 1 request was never made and 3 notifications were never due"


def test_what_is_left_may_be_ignored(app: FakeApp, record: Callable[[Story], Path]) -> None:
    with open_replay(record(created_and_hung_up), app=app, on_unplayed="ignore") as graph:
        graph.bot(MyBot().app)


def test_request_that_is_not_recorded_fails_even_if_swallowed(app: FakeApp, record: Callable[[Story], Path]) -> None:
    path = record(created_and_hung_up)

    with pytest.raises(Failed, match=r"the cassette does not answer\n.*nothing recorded for POST "):  # noqa: PT012, SIM117
        with open_replay(path, app=app, on_unplayed="ignore") as graph:
            graph.bot(MyBot().app)
            with pytest.raises(NothingRecorded):
                MyBot().bring_in("c1", "adele")


@pytest.mark.parametrize(
    ("verb", "use"),
    [
        ("fail", lambda graph: graph.fail("invite")),
        ("throttle", lambda graph: graph.throttle()),
        ("slow", lambda graph: graph.slow()),
        ("reset_connection", lambda graph: graph.reset_connection()),
        ("deliver", lambda graph: graph.deliver(delay=1)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_faults_are_refused_in_words(
    app: FakeApp, record: Callable[[Story], Path], verb: str, use: Callable[[Graph], None]
) -> None:
    with open_replay(record(created_and_hung_up), app=app, on_unplayed="ignore") as graph:
        graph.bot(MyBot().app)
        with pytest.raises(VerbRefused) as caught:
            use(graph)

    assert str(caught.value).startswith(f"graph.{verb} is refused on target 'replay': the cassette holds what ")
    assert str(caught.value).endswith(": mark the test with targets=['fake']")


def test_each_of_several_bots_is_told_in_its_own_name(app: FakeApp, record: Callable[[Story], Path]) -> None:
    """A bot refuses a token that is for another; and who signs in second is not the first."""
    audiences: list[tuple[str, str]] = []

    def listening(name: str) -> Callable[[Told], None]:
        def told(notification: Told) -> None:
            token = notification.headers["Authorization"].removeprefix("Bearer ")
            audiences.append((name, jwt.decode(token, options={"verify_signature": False})["aud"]))

        return told

    def both_ring(graph: Graph, my_bot: MyBot) -> None:
        audiences.clear()
        first = graph.bot(listening("first"))
        second = graph.bot(listening("second"), name="second", app_id=my_bot.client_id, callback="https://two.example")
        my_bot.ring(graph.person("adele").id, first.callback_uri)
        my_bot.ring(graph.person("bob").id, second.callback_uri, token=my_bot.sign_in())
        graph.drain()

        assert first.app_id != second.app_id
        assert set(audiences) == {("first", first.app_id), ("second", second.app_id)}

    with open_replay(record(both_ring), app=app) as graph:
        both_ring(graph, MyBot())


def test_notifications_are_forged_on_replay_too(app: FakeApp, record: Callable[[Story], Path]) -> None:
    with open_replay(record(created_and_hung_up), app=app) as graph:
        bot = graph.bot(lambda told: 202 if "Authorization" in told.headers else 401)
        graph.forge("missing")
        MyBot().ring(graph.person("adele").id, bot.callback_uri)
        graph.drain()

        assert [answer.status for answer in bot.answers] == [401, 202, 202]


def test_cassette_is_only_what_passed_between_bot_and_graph(app: FakeApp, record: Callable[[Story], Path]) -> None:
    def signs_in(graph: Graph, my_bot: MyBot) -> None:
        graph.bot(my_bot.app)
        my_bot.sign_in()
        my_bot.bring_in(graph.call().id, graph.person("adele").id)

    hosts = [i.request.uri.split("/")[2] for i in load(record(signs_in)).interactions]

    assert hosts == ["graph.microsoft.com", "bot.example", "bot.example"]
