"""What a test left over of its cassette."""

from __future__ import annotations

import warnings

import pytest

from harness.replay import OnUnplayed, Replay, Unplayed, UnplayedWarning, complain, leftover
from tests.replay.build import CALL, OPERATION, asked, replay, request, told

TO_DO = (
    "  to do     make the requests, record again with `pytest --graph-target=record`, "
    "or allow it with `--graph-on-unplayed=ignore`"
)
ALL = "\n".join(
    (
        "cassettes/small.yaml: 2 requests were never made and 2 notifications were never due",
        "  not made  seq 2, GET /v1.0/communications/calls/<call:1>",
        "  not made  seq 4, DELETE /v1.0/communications/calls/<call:1>",
        "  not due   seq 3, updated /communications/calls/<call:1>/operations/<operation:1>",
        "  not due   seq 5, POST https://bot.example/odd",
        TO_DO,
    )
)


def begun() -> Replay:
    odd = told("/x", uri="https://bot.example/odd")
    odd = type(odd)(odd.direction, 0, type(odd.request)("POST", odd.request.uri, {}, b"[]"), odd.response)
    machine = replay(
        [
            asked("POST", "/calls", {}, answer={"id": CALL}),
            asked("GET", f"/calls/{CALL}"),
            told(f"/calls/{CALL}/operations/{OPERATION}"),
            asked("DELETE", f"/calls/{CALL}"),
            odd,
        ]
    )
    machine.answer(request("POST", "/calls", {}))
    return machine


def test_requests_and_notifications_are_told_in_roles() -> None:
    assert leftover(begun()) == ALL


def test_one_is_told_as_one() -> None:
    machine = begun()
    machine.answer(request("GET", f"/calls/{CALL}"))

    assert leftover(machine) == "\n".join(
        (
            "cassettes/small.yaml: 1 request was never made and 1 notification was never due",
            "  not made  seq 4, DELETE /v1.0/communications/calls/<call:1>",
            "  not due   seq 5, POST https://bot.example/odd",
            TO_DO,
        )
    )


def test_what_was_told_before_a_request_is_not_due_without_start() -> None:
    text = leftover(replay([told("/calls")]))

    assert text is not None
    assert text.splitlines()[0] == "cassettes/small.yaml: 1 notification was never due"


def test_nothing_left_is_no_complaint() -> None:
    machine = replay([asked("GET", "/calls"), told("/calls")])
    machine.answer(request("GET", "/calls"))

    assert leftover(machine) is None
    complain(machine)


def test_fail_raises() -> None:
    with pytest.raises(Unplayed) as error:
        complain(begun(), OnUnplayed("fail"))

    assert str(error.value) == ALL


def test_warn_warns() -> None:
    with pytest.warns(UnplayedWarning) as found:
        complain(begun(), OnUnplayed("warn"))

    assert [str(warning.message) for warning in found] == [ALL]


def test_ignore_says_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        complain(begun(), OnUnplayed("ignore"))
