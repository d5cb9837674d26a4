"""Whose a call is whose answer was lost."""

from __future__ import annotations

from typing import Any

import pytest

from harness.cassette.format import Request, Response
from harness.errors import UsageError
from harness.target.live import whose as whose_room
from harness.target.live.whose import Whose

CREATE = Request("POST", "https://graph.microsoft.com/v1.0/communications/calls", {}, b"{}")


def told(call: str, state: str) -> list[dict[str, Any]]:
    return [{"changeType": "updated", "resourceUrl": f"/communications/calls/{call}", "resourceData": {"state": state}}]


def cut(request: Request) -> Response:
    raise ConnectionResetError


def test_next_call_that_is_being_established_is_the_one_whose_answer_was_lost() -> None:
    whose = Whose()
    assert not whose.is_of_test(told("before", "establishing"))
    with pytest.raises(ConnectionResetError):
        whose.watching(cut)(CREATE)

    assert not whose.is_of_test(told("older", "established"))
    assert whose.is_of_test(told("lost", "establishing"))
    assert whose.is_of_test(told("lost", "established"))
    assert not whose.is_of_test(told("another", "establishing"))
    assert whose.passed_over == 3


def test_call_that_was_told_of_before_its_answer_was_lost_is_known_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer took longer than anybody waits who hands over what is told."""
    monkeypatch.setattr(whose_room, "_PATIENCE", 0.01)
    whose = Whose()

    def slow_and_cut(request: Request) -> Response:
        assert not whose.is_of_test(told("lost", "establishing"))
        raise TimeoutError

    with pytest.raises(TimeoutError):
        whose.watching(slow_and_cut)(CREATE)

    assert whose.created == ["lost"]
    assert whose.is_of_test(told("lost", "established"))
    assert not whose.is_of_test(told("another", "establishing"))


def test_what_came_while_an_answer_took_long_is_nobodys_when_that_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whose_room, "_PATIENCE", 0.01)
    whose = Whose()

    def slow(request: Request) -> Response:
        assert not whose.is_of_test(told("other", "establishing"))
        return Response(201, None, {}, b'{"id": "mine"}')

    whose.watching(slow)(CREATE)
    with pytest.raises(ConnectionResetError):
        whose.watching(cut)(CREATE)

    assert whose.is_of_test(told("lost", "establishing"))
    assert whose.created == ["mine", "lost"]


@pytest.mark.parametrize(("status", "is_lost"), [(504, True), (403, False)])
def test_answer_of_a_gateway_leaves_open_whether_there_is_a_call(status: int, is_lost: bool) -> None:
    whose = Whose()

    whose.watching(lambda _: Response(status, None, {}, b"{}"))(CREATE)

    assert whose.is_of_test(told("lost", "establishing")) == is_lost


def test_call_that_was_not_asked_for_is_not_waited_for() -> None:
    def refuse(request: Request) -> Response:
        raise UsageError("http is not asked")

    whose = Whose()
    with pytest.raises(UsageError):
        whose.watching(refuse)(CREATE)

    assert not whose.is_of_test(told("another", "establishing"))
