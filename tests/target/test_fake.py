"""What a test can do with the fake, as its author writes it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock

import pytest
import requests

from harness.errors import UsageError
from harness.target import Failed, FakeApp, Graph, open_fake
from harness.target.waiting import WaitedInVain
from tests.target.bot import GRAPH, MyBot


@pytest.fixture(scope="module")
def app() -> FakeApp:
    return FakeApp()


@pytest.fixture
def graph(app: FakeApp) -> Iterator[Graph]:
    with open_fake(seed=7, app=app) as graph:
        yield graph


@pytest.fixture
def my_bot() -> MyBot:
    return MyBot()


def test_agent_is_invited(graph: Graph, my_bot: MyBot) -> None:
    graph.bot(my_bot.app)
    adele = graph.person("adele")
    call = graph.call(kind="group", chat=True)

    my_bot.bring_in(call.id, adele.id)
    graph.drain()

    assert adele in graph.roster(call)
    assert graph.roster(call.id) == call.roster
    assert repr(call.roster) == "<roster: Calling Bot, Adele>"
    assert graph.operations(call)[-1].status == "completed"


def test_nobody_answers_for_a_minute(graph: Graph, my_bot: MyBot) -> None:
    bot = graph.bot(my_bot.app)
    adele = graph.person("adele").ignores()
    call = graph.call()

    my_bot.bring_in(call.id, adele.id)
    graph.advance(59)
    assert call.operations[-1].status == "running"
    graph.advance(1)

    assert call.operations[-1].status == "failed"
    assert [str(told) for told in bot.received] == ["deleted operation failed"]
    assert adele not in call.roster


def test_call_that_the_bot_creates_and_the_callee_ends(graph: Graph, my_bot: MyBot) -> None:
    bot = graph.bot(my_bot.app)
    adele = graph.person("adele").answers(after=3)

    my_bot.ring(adele.id, bot.callback_uri)
    (call,) = graph.calls
    assert (call.kind, call.state) == ("peerToPeer", "establishing")
    graph.drain()
    assert call.state == "established"
    adele.hangs_up(call)
    graph.drain()

    assert (call.state, call.result and call.result.subcode) == ("terminated", 4521)
    assert [str(told) for told in bot.received] == [
        "updated call establishing",
        "updated call established",
        "deleted call terminated",
    ]


def test_reaction_that_is_scripted_while_it_rings_counts_from_then(graph: Graph, my_bot: MyBot) -> None:
    graph.bot(my_bot.app)
    adele = graph.person("adele").ignores()
    call = graph.call()
    my_bot.bring_in(call.id, adele.id)
    graph.advance(30)

    adele.answers(after=5)

    graph.advance(4)
    assert adele not in call.roster
    graph.advance(1)
    assert adele in call.roster


def test_what_people_do_on_their_own(graph: Graph, my_bot: MyBot) -> None:
    bot = graph.bot(my_bot.app)
    adele, bob = graph.person("adele"), graph.person("bob")
    call = graph.call(people=[adele])

    bob.joins(call)
    bob.mutes(call)
    adele.leaves(call)
    graph.drain()

    assert [str(told) for told in bot.received] == [
        "updated roster of 3",
        "updated roster of 3",
        "updated roster of 2",
    ]
    assert [(str(party), party.is_muted) for party in call.roster] == [("Calling Bot", False), ("Bob", True)]
    assert bot in call.roster
    bob.unmutes(call)
    assert not call.roster[1].is_muted
    bob.hangs_up(call)
    assert call.state == "terminated"


def test_phone_is_called_by_a_bot_that_has_a_number(graph: Graph, my_bot: MyBot) -> None:
    graph.bot(my_bot.app, has_number=True)
    phone = graph.phone("+14255550100")
    call = graph.call()

    my_bot.bring_in(call.id, "", **phone.identity)
    graph.drain()

    assert phone in call.roster
    assert phone.number == "+14255550100"
    assert graph.phone("desk").number.startswith("+447700900")


def test_somebody_who_is_not_in_the_call_cannot_leave_it(graph: Graph, my_bot: MyBot) -> None:
    graph.bot(my_bot.app)
    call = graph.call(id="c1")
    adele = graph.person("adele", id="a1")

    with pytest.raises(UsageError) as caught:
        adele.leaves(call)

    assert str(caught.value) == "call 'c1': 'Adele' is not in it; in it: 'Calling Bot'"


def test_requests_and_answers_can_be_looked_at(graph: Graph, my_bot: MyBot) -> None:
    bot = graph.bot(my_bot.app)
    call = graph.call()

    my_bot.bring_in(call.id, graph.person("adele").id)
    graph.drain()

    (asked,) = graph.requests
    assert str(asked) == f"POST /v1.0/communications/calls/{call}/participants/invite"
    assert (asked.status, asked.answer["status"]) == (200, "Running")
    assert asked.json["participants"][0]["identity"]["user"]["id"] == graph.person("adele").id
    assert [answer.status for answer in bot.answers] == [202, 202]
    assert [str(d.result) for d in graph.deliveries] == ["delivered", "delivered"]
    assert graph.ids["call:1"] == call.id


def test_throttled_once(graph: Graph, my_bot: MyBot) -> None:
    graph.bot(my_bot.app)
    call = graph.call()
    graph.throttle("invite", retry_after=2)

    with pytest.raises(requests.HTTPError) as caught:
        my_bot.bring_in(call.id, graph.person("adele").id)
    my_bot.bring_in(call.id, graph.person("adele").id)

    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "2"


def test_connection_is_reset(graph: Graph, my_bot: MyBot) -> None:
    graph.bot(my_bot.app)
    call = graph.call()
    graph.reset_connection("invite", call=call)

    with pytest.raises(requests.ConnectionError):
        my_bot.bring_in(call.id, graph.person("adele").id)

    assert call.operations == ()


def test_answer_is_slow_in_real_time(graph: Graph, my_bot: MyBot) -> None:
    graph.bot(my_bot.app)
    call = graph.call()
    graph.slow("invite", 0.05)

    began = time.monotonic()
    my_bot.bring_in(call.id, graph.person("adele").id)

    assert time.monotonic() - began >= 0.05


def test_fault_may_let_requests_through_first(graph: Graph, my_bot: MyBot) -> None:
    graph.bot(my_bot.app)
    call = graph.call()
    graph.fail("get-call", skip=1, times=2)
    graph.fail("list-participants", probability=0.5, times=None)

    statuses = [_get(call.id) for _ in range(4)]
    by_chance = [_get(f"{call.id}/participants") for _ in range(20)]

    assert statuses == [200, 503, 503, 200]
    assert set(by_chance) == {200, 503}


def _get(path: str) -> int:
    headers = {"Authorization": "Bearer any"}
    uri = f"https://graph.microsoft.com/v1.0/communications/calls/{path}"
    return requests.get(uri, headers=headers, timeout=10).status_code


def test_unknown_kind_of_request_cannot_fail(graph: Graph) -> None:
    with pytest.raises(UsageError, match=r"graph.fail: unknown kind of request 'invte'; known: create-call, "):
        graph.fail("invte")


def test_notifications_are_duplicated_and_dropped(graph: Graph, my_bot: MyBot) -> None:
    bot = graph.bot(my_bot.app)
    call = graph.call()
    graph.deliver(duplicate=["roster"], drop={"operation"})

    my_bot.bring_in(call.id, graph.person("adele").id)
    graph.drain()

    assert [str(told) for told in bot.received] == ["updated roster of 2", "updated roster of 2"]


def test_forged_notification_may_be_refused(graph: Graph) -> None:
    def careful(told: Any) -> int:
        return 202 if "Authorization" in told.headers else 401

    bot = graph.bot(careful)
    call = graph.call()
    graph.forge("missing")

    graph.person("bob").joins(call)
    graph.person("carol").joins(call)
    graph.drain()

    assert [answer.status for answer in bot.answers] == [401, 202]


def test_unknown_forgery_is_refused(graph: Graph) -> None:
    with pytest.raises(UsageError, match=r"^unknown forgery 'stale'; known: wrong-audience, expired, "):
        graph.forge("stale")


@pytest.mark.parametrize("times", [0, -1, 1.5, "2", True])
def test_forging_no_number_of_times_is_refused(graph: Graph, times: Any) -> None:
    with pytest.raises(UsageError) as refused:
        graph.forge("expired", times)

    assert str(refused.value) == f"graph.forge: expected times as a whole number, 1 or more, got {times!r}"


def test_each_bot_is_told_of_its_own_calls(graph: Graph) -> None:
    one, other = MyBot(), MyBot()
    first = graph.bot(one.app, app_id="11111111-0000-4000-8000-000000000000")
    second = graph.bot(other.app, name="other", callback="https://other.example/api/calls")
    call = graph.call(bot=second)

    graph.person("bob").joins(call)
    graph.drain()

    assert (len(first.received), len(second.received)) == (0, 1)
    assert second.app_id != first.app_id
    assert second in call.roster


def test_bot_has_received_what_went_to_it_alone(graph: Graph) -> None:
    """A callback that begins as another's does is another."""
    first = graph.bot(lambda told: None, name="first", callback="https://bots.example/api/calls")
    second = graph.bot(lambda told: None, name="second", callback="https://bots.example/api/calls-2")
    call = graph.call(bot=second)

    graph.person("adele").joins(call)
    graph.drain()

    assert [str(told) for told in second.received] == ["updated roster of 2"]
    assert first.received == []


def test_bot_is_whoever_signs_in(graph: Graph, my_bot: MyBot) -> None:
    """No id need be told: calls that were put in before are found by whichever application the bot signs in as."""
    bot = graph.bot(my_bot.app)
    call = graph.call()

    my_bot.bring_in(call.id, graph.person("adele").id, token=my_bot.sign_in())

    assert bot.app_id == my_bot.client_id
    assert bot in call.roster


def test_bot_that_signed_in_is_known_by_its_application_when_another_comes(graph: Graph, my_bot: MyBot) -> None:
    """Its calls may have any callback: by that alone it would not be found any more."""
    first = graph.bot(my_bot.app)
    call = graph.call(callbackUri="https://public.example/api/calls")
    my_bot.bring_in(call.id, graph.person("adele").id, token=my_bot.sign_in())

    second = graph.bot(MyBot().app, name="other")
    graph.drain()

    assert [str(told) for told in first.received] == ["deleted operation completed", "updated roster of 2"]
    assert second.received == []


def test_bot_of_which_nobody_can_see_what_it_is_says_so(graph: Graph) -> None:
    listening = Mock(return_value=202)
    with pytest.raises(UsageError, match=r"its arguments do not tell what it is.*or say so, kind= one of wsgi, asgi, "):
        graph.bot(listening)

    graph.bot(listening, kind="callable")
    graph.person("adele").joins(graph.call())
    graph.drain()

    listening.assert_called_once()


def test_wait_for_a_bot_that_works_after_its_answer(graph: Graph, my_bot: MyBot) -> None:
    adele = graph.person("adele")

    def work(call_id: str) -> None:
        time.sleep(0.03)
        my_bot.bring_in(call_id, adele.id)

    def bot(told: Any) -> None:
        if len(told.value[0]["resourceData"]) == 2:
            threading.Thread(target=work, args=(call.id,)).start()

    graph.bot(bot)
    call = graph.call()
    graph.person("bob").joins(call)

    assert graph.wait_for(lambda: adele in call.roster)


def test_waiting_in_vain_says_what_was_seen(graph: Graph, my_bot: MyBot) -> None:
    graph.bot(my_bot.app)
    call = graph.call()
    graph.person("bob").joins(call)

    with pytest.raises(WaitedInVain) as caught:
        graph.wait_for(lambda: call.state == "terminated", timeout=0.2)

    assert str(caught.value).splitlines() == [
        'waited 0.2 s for `graph.wait_for(lambda: call.state == "terminated", timeout=0.2)`, '
        "which was False at last; seen:",
        "   +0.0 s  ← updated /communications/calls/<call:1>/participants · 2 in the roster",
    ]


def test_waiting_in_vain_ends_where_a_test_has_clocks_stand_still(
    graph: Graph, my_bot: MyBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As freezegun does."""
    graph.bot(my_bot.app)
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)

    with pytest.raises(WaitedInVain):
        graph.wait_for(lambda: False, timeout=0.05)


def test_call_needs_a_bot(graph: Graph) -> None:
    with pytest.raises(UsageError, match=r"^a call belongs to a bot: add one with graph\.bot\(…\) first$"):
        graph.call()


@pytest.mark.parametrize("number", ["4255550100", "+1 425 555-0100", "(425) 555-0100", "+", "++1", "+0"])
def test_number_that_is_none_is_not_taken_for_a_name(graph: Graph, number: str) -> None:
    with pytest.raises(UsageError) as caught:
        graph.phone(number)
    assert str(caught.value) == f"phone {number!r}: expected a number in E.164 form, as '+14255550100', or a name"


def test_each_phone_has_a_number_of_its_own(graph: Graph) -> None:
    numbers = {graph.phone(f"phone {n}").number for n in range(1000)}

    assert len(numbers) == 1000
    with pytest.raises(UsageError) as caught:
        graph.phone("one more")
    assert str(caught.value) == "phone 'one more': all 1000 numbers of nobody's are taken: give it one of its own, '+…'"


def test_unknown_kind_of_call_is_refused(graph: Graph, my_bot: MyBot) -> None:
    graph.bot(my_bot.app)

    with pytest.raises(UsageError, match=r"^unknown kind of call 'gruop'; known: group, meeting, peer-to-peer$"):
        graph.call(kind="gruop")


def test_same_name_is_the_same_person(graph: Graph) -> None:
    assert graph.person("adele") is graph.person("adele")
    with pytest.raises(UsageError, match=r"^'adele' is known as 'Adele' with id '.*': use another name$"):
        graph.person("adele", id="other")


def test_what_goes_wrong_unnoticed_is_raised_at_the_end(app: FakeApp) -> None:
    with pytest.raises(Failed) as caught, open_fake(app=app) as graph:  # noqa: PT012
        graph.bot(lambda told: 400)
        graph.person("bob").joins(graph.call())

    assert str(caught.value).splitlines()[0] == (
        "the bot answered 400 to 'updated /communications/calls/<call:1>/participants'"
    )


def test_requests_only_tests_need_no_interception(app: FakeApp, my_bot: MyBot) -> None:
    import responses

    with responses.RequestsMock() as mock, open_fake(intercept=False, app=app) as graph:
        graph.register(mock)
        graph.bot(my_bot.app)
        call = graph.call()

        my_bot.bring_in(call.id, graph.person("adele").id)
        graph.drain()

        assert graph.person("adele") in call.roster
        with pytest.raises(requests.ConnectionError):
            requests.get("https://elsewhere.example/", timeout=1)
        graph.reset_connection("get-call")
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{GRAPH}/calls/{call}", headers={"Authorization": "Bearer any"}, timeout=1)


def test_control_routes_are_not_of_graph(graph: Graph) -> None:
    assert requests.get("https://graph.microsoft.com/__admin/health", timeout=5).status_code == 400


def test_what_is_given_of_application_and_people_holds(app: FakeApp, my_bot: MyBot) -> None:
    given = {
        "application": {"id": my_bot.client_id, "hasNumber": True},
        "people": [{"user": {"id": "a1", "displayName": "Adele Vance"}, "ignores": True}],
    }

    with open_fake(app=app, config={"given": given}) as graph:
        bot = graph.bot(my_bot.app)
        adele, desk, call = graph.person("adele", id="a1"), graph.phone(), graph.call()
        my_bot.bring_in(call.id, adele.id)
        my_bot.bring_in(call.id, "", **desk.identity)
        graph.advance(1)

        assert bot.app_id == my_bot.client_id
        assert desk in call.roster
        assert [operation.status for operation in call.operations] == ["running", "completed"]


def test_bot_without_permissions_is_refused(graph: Graph, my_bot: MyBot) -> None:
    graph.bot(my_bot.app, permissions=["Calls.Initiate.All"])
    call = graph.call()

    with pytest.raises(requests.HTTPError) as caught:
        my_bot.bring_in(call.id, graph.person("adele").id)

    assert caught.value.response.status_code == 403
