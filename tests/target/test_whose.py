"""Whose a call is whose answer was lost."""

from __future__ import annotations

from typing import Any

import pytest

from harness.cassette.format import Request, Response
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
