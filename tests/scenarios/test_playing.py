"""What goes wrong while a story is played: what is said, and that no call is left standing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.cassette.format import Response
from harness.errors import UsageError
from harness.scenarios import STORIES, NothingTold, Props, Refused, Stage, Story, StoryFailed, play
from harness.target import FakeTarget, Graph, open_fake
from harness.target.seen import calls_seen

INVITE = STORIES["invite-one"]


def states(graph: Graph) -> set[str | None]:
    """Of all calls, by the truth."""
    graph.drain()
    return {graph._call(call).state for call in calls_seen(graph.interactions)}


def quick(say: Callable[[str], None] = lambda _: None) -> Props:
    return Props(say=say, patience=0.2)


def test_it_says_what_happens() -> None:
    said: list[str] = []

    with open_fake(intercept=False) as graph:
        play(INVITE, graph, Props(say=said.append))

    assert said == [
        "call person 1 and person 2",
        "the call is established",
        "invite person 3",
        "the operation completed",
        "hang up",
        "the call ended",
    ]


def test_props_show_nobody() -> None:
    shown = repr(Props(users=("8b2d7f53-7c1b-4c3f-9c1e-5d0c7a2f4e10",), app_instance="6a5b"))

    assert "8b2d7f53" not in shown
    assert "6a5b" not in shown


def test_429_is_obeyed() -> None:
    said: list[str] = []

    with open_fake(intercept=False) as graph:
        graph.throttle("invite", retry_after=7, times=2)
        play(INVITE, graph, Props(say=said.append))
        assert isinstance(graph._target, FakeTarget)
        assert graph._target.fake.impatient == []

    assert said.count("Graph asks to come again after 7 s") == 2


def test_429_that_does_not_end_is_told() -> None:
    with open_fake(intercept=False) as graph:
        graph.throttle("invite", retry_after=1, times=5)
        with pytest.raises(Refused) as refused:
            play(INVITE, graph)

        assert str(refused.value) == "POST /calls/{id}/participants/invite is answered 429 TooManyRequests"
        assert states(graph) == {"terminated"}


def test_wait_that_is_too_long_is_not_begun() -> None:
    with open_fake(intercept=False) as graph:
        graph.throttle("create-call", retry_after=301)
        with pytest.raises(Refused):
            play(INVITE, graph)


def test_missing_permission_is_told_with_its_code_and_calls_are_ended() -> None:
    with open_fake(intercept=False) as graph:
        graph.fail("invite", 403, code="7504", message="Insufficient enterprise tenant permissions")
        with pytest.raises(Refused) as refused:
            play(INVITE, graph)

        assert states(graph) == {"terminated"}

    assert str(refused.value) == (
        "POST /calls/{id}/participants/invite is answered 403 7504; "
        "`graph-harness doctor` says which permission is missing"
    )


def test_interrupted_story_ends_its_calls() -> None:
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        if text == "invite person 3":
            raise KeyboardInterrupt

    with open_fake(intercept=False) as graph:
        with pytest.raises(KeyboardInterrupt):
            play(INVITE, graph, Props(say=say))

        assert states(graph) == {"terminated"}

    assert said[-2:] == ["end the calls that were made", "ended 1 call"]


def test_call_whose_answer_was_lost_is_ended() -> None:
    with open_fake(intercept=False) as graph:
        graph.reset_connection("create-call", after_effect=True)
        with pytest.raises(ConnectionResetError):
            play(INVITE, graph)

        assert [request.method for request in graph.requests] == ["POST", "DELETE"]
        assert states(graph) == {"terminated"}


def test_call_that_cannot_be_ended_is_told() -> None:
    with open_fake(intercept=False) as graph:
        graph.fail("invite", 400, code="BadRequest")
        graph.fail("hang-up", 503, code="ServiceUnavailable", times=None)
        with pytest.raises(Refused) as refused:
            play(INVITE, graph)

    assert refused.value.__notes__ == [
        "a call may still stand, the one to 'call person 1 and person 2': DELETE /calls/{id} is answered 503 "
        "ServiceUnavailable. It ends when everybody in it hangs up",
    ]


def test_meeting_that_cannot_be_left_says_who_can_end_it() -> None:
    with open_fake(intercept=False) as graph:
        graph.fail("invite", 400, code="BadRequest")
        graph.fail("hang-up", 503, code="ServiceUnavailable", times=None)
        with pytest.raises(Refused) as refused:
            play(STORIES["invite-several"], graph)

    assert refused.value.__notes__ == [
        "a call may still stand, the one to 'join the meeting': DELETE /calls/{id} is answered 503 "
        "ServiceUnavailable. It ends when whoever organizes the meeting removes the bot",
    ]


def test_call_that_was_over_already_is_not_left() -> None:
    with open_fake(intercept=False) as graph:
        graph.fail("invite", 400, code="BadRequest")
        graph.fail("hang-up", 404, code="8522", times=None)
        with pytest.raises(Refused) as refused:
            play(INVITE, graph)

    assert not hasattr(refused.value, "__notes__")


def test_who_stops_ending_calls_is_told_which_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(_: Stage) -> None:
        raise KeyboardInterrupt

    with open_fake(intercept=False) as graph:
        graph.fail("invite", 400, code="BadRequest")
        monkeypatch.setattr(Stage, "_await_lost_answer", stopped)
        with pytest.raises(KeyboardInterrupt) as interrupted:
            play(INVITE, graph)

    assert interrupted.value.__notes__ == [
        "a call may still stand, the one to 'call person 1 and person 2'. It ends when everybody in it hangs up",
    ]


def test_calls_are_ended_although_nothing_more_can_be_said() -> None:
    def say(text: str) -> None:
        if text.startswith("end"):
            raise UsageError("nothing more can be printed")

    with open_fake(intercept=False) as graph:
        graph.fail("invite", 400, code="BadRequest")
        with pytest.raises(Refused):
            play(INVITE, graph, Props(say=say))

        assert states(graph) == {"terminated"}


def test_answer_that_is_not_graphs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Response(200, "OK", {}, b"<html>Welcome to our WLAN")

    with open_fake(intercept=False) as graph:
        monkeypatch.setattr(graph._target, "answer", lambda _: answer)
        with pytest.raises(StoryFailed) as failed:
            play(INVITE, graph, Props(token=lambda: "x", patience=0.1))

    assert str(failed.value) == (
        "the answer to the new call has no id: does something on the way answer in Graph's place?"
    )


def test_callback_never_called_is_no_success() -> None:
    with open_fake(intercept=False) as graph:
        graph.deliver(drop=["call", "roster", "operation"])
        with pytest.raises(NothingTold) as nothing:
            play(INVITE, graph, quick())

        assert states(graph) == {"terminated"}

    assert str(nothing.value) == (
        "waited 0.2 s for the call to be established, and Graph told nothing: it does not reach the bot at "
        "GRAPH_CALLBACK_URL; `graph-harness doctor --callback-port P` tries it"
    )


def test_other_course_than_told_fails() -> None:
    def declined(stage: Stage) -> None:
        (first,) = stage.people(1)
        call = stage.call(first)
        operation, _ = stage.invite(call, stage.people(2)[1])
        stage.ends(call, operation, "failed")

    with open_fake(intercept=False) as graph:
        with pytest.raises(StoryFailed, match=r"^the operation ended 'completed', where 'failed' was to be seen$"):
            play(Story("declined", "", declined, 2, ()), graph, quick())

        assert states(graph) == {"terminated"}


def test_call_that_is_declined_fails() -> None:
    def declining(stage: Stage) -> None:
        stage.will = lambda *_: None  # type: ignore[method-assign]
        (first,) = stage.people(1)
        first.declines()
        stage.call(first)

    with open_fake(intercept=False) as graph:
        expected = r"^the call ended, with 603/0, where it was to be established$"
        with pytest.raises(StoryFailed, match=expected):
            play(Story("declining", "", declining, 1, ()), graph, quick())


def test_what_was_told_is_told_where_something_else_is_missing() -> None:
    def waiting(stage: Stage) -> None:
        first, second = stage.people(2)
        stage.has(stage.call(first), second)

    with open_fake(intercept=False) as graph, pytest.raises(StoryFailed) as failed:
        play(Story("waiting", "", waiting, 2, ()), graph, quick())

    assert str(failed.value) == (
        "waited 0.2 s for person 2 to be in the call; told: updated call establishing, updated call established"
    )
