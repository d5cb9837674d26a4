"""What is said when nothing on the cassette agrees with a request."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from harness.replay import NothingRecorded, Replay
from harness.replay.mismatch import Explaining
from harness.replay.reading import Asked
from tests.replay.build import ADELE, BOB, CALL, CONTEXT, INVITE, OPERATION, OTHER, USER, asked, invite, replay, request

MINE = "/calls/mine/participants/invite"
CALLS = "/v1.0/communications/calls"
RECORDED = [
    asked("POST", INVITE, invite(), answer={"id": OPERATION}),
    asked("POST", INVITE, {**invite(OTHER, BOB, hidden=None), "subject": "text-1"}, answer={"id": OPERATION}),
    asked("GET", f"/calls/{CALL}/participants?$select=id"),
    asked("DELETE", f"/calls/{CALL}"),
]
NEXT = f"seq 2, POST {CALLS}/<call:1>/participants/invite (played 0 of 1 times)"
FOURTH = f"seq 4, DELETE {CALLS}/<call:1> (played 0 of 1 times)"
THIRD = f"seq 3, GET {CALLS}/<call:1>/participants (played 0 of 1 times)"
GOOD = {**invite(BOB, "second", hidden=None), "subject": "Hello"}


def first_invited() -> Replay:
    machine = replay(RECORDED)
    machine.answer(request("POST", MINE, invite(ADELE, "first")))
    return machine


def explained(machine: Replay, method: str, path: str, body: Any = None) -> str:
    with pytest.raises(NothingRecorded) as error:
        machine.answer(request(method, path, body))
    return str(error.value)


def without(body: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != name}


@pytest.mark.parametrize(
    ("method", "path", "body", "asked_for", "sent", "nearest", "differs"),
    [
        (
            "PATCH",
            "/calls/mine",
            None,
            f"PATCH {CALLS}/<call:1, text>",
            "no body",
            FOURTH,
            ["method: recorded DELETE, sent PATCH"],
        ),
        (
            "DELETE",
            "/calls/mine/participants/one",
            None,
            f"DELETE {CALLS}/<call:1, text>/participants/<new participant:1, text>",
            "no body",
            FOURTH,
            [
                'path: recorded "/v1.0/communications/calls/<call:1>", '
                'sent "/v1.0/communications/calls/<call:1, text>/participants/<new participant:1, text>"'
            ],
        ),
        (
            "GET",
            "/calls/mine/participants?$select=id,info",
            None,
            f"GET {CALLS}/<call:1, text>/participants",
            "no body",
            THIRD,
            ['query/$select: recorded "id", sent "id,info"'],
        ),
        (
            "GET",
            "/calls/mine/participants?$top=1",
            None,
            f"GET {CALLS}/<call:1, text>/participants",
            "no body",
            THIRD,
            ['query/$select: recorded "id", not sent', 'query/$top: not recorded, sent "1"'],
        ),
        (
            "POST",
            MINE,
            {**GOOD, "participants": [{"identity": {"user": {"id": BOB}}}]},
            f"POST {CALLS}/<call:1, text>/participants/invite",
            f'{{"participants": [{{"identity": {{"user": {{"id": "{BOB}"}}}}}}], "clientContext": "second", '
            '"subject": "Hello"}',
            NEXT,
            ["body/participants/1/hidden: recorded null, not sent"],
        ),
        (
            "POST",
            MINE,
            {**GOOD, "participants": [{"identity": {"user": {"id": BOB}}, "hidden": True}]},
            f"POST {CALLS}/<call:1, text>/participants/invite",
            f'{{"participants": [{{"identity": {{"user": {{"id": "{BOB}"}}}}, "hidden": true}}], '
            '"clientContext": "second", "subject": "Hello"}',
            NEXT,
            ["body/participants/1/hidden: recorded null, sent true"],
        ),
        (
            "POST",
            MINE,
            {**GOOD, "subject": ""},
            f"POST {CALLS}/<call:1, text>/participants/invite",
            f'{{"participants": [{{"identity": {{"user": {{"id": "{BOB}"}}}}, "hidden": null}}], '
            '"clientContext": "second", "subject": ""}',
            NEXT,
            ['body/subject: recorded "text-1", sent ""'],
        ),
        (
            "POST",
            MINE,
            {**GOOD, "clientContext": "first"},
            f"POST {CALLS}/<call:1, text>/participants/invite",
            f'{{"participants": [{{"identity": {{"user": {{"id": "{BOB}"}}}}, "hidden": null}}], '
            '"clientContext": "first", "subject": "Hello"}',
            NEXT,
            [
                'body/clientContext: recorded <context:2>, sent "first": '
                "that stands for <context:1> since seq 1/request/body/clientContext"
            ],
        ),
        (
            "POST",
            "/calls/other/participants/invite",
            GOOD,
            f"POST {CALLS}/<new call:1, text>/participants/invite",
            f'{{"participants": [{{"identity": {{"user": {{"id": "{BOB}"}}}}, "hidden": null}}], '
            '"clientContext": "second", "subject": "Hello"}',
            NEXT,
            ['path: recorded <call:1>, sent "other": for <call:1> stands "mine" since seq 1/request/path'],
        ),
        (
            "POST",
            MINE,
            {
                **GOOD,
                "clientContext": "the same",
                "participants": [{"identity": {"user": {"id": "the same"}}, "hidden": None}],
            },
            f"POST {CALLS}/<call:1, text>/participants/invite",
            '{"participants": [{"identity": {"user": {"id": "the same"}}, "hidden": null}], '
            '"clientContext": "the same", "subject": "Hello"}',
            NEXT,
            [
                'body/participants/1/identity/user/id: recorded <user:2>, sent "the same": '
                "two identifiers of this request are one and the same on one side only"
            ],
        ),
        (
            "POST",
            MINE,
            None,
            f"POST {CALLS}/<call:1, text>/participants/invite",
            "no body",
            f"seq 1, POST {CALLS}/<call:1>/participants/invite (played 1 of 1 times)",
            [
                'body/clientContext: recorded "<context:1>", not sent',
                'body/participants/1/identity/user/id: recorded "<user:1>", not sent',
            ],
        ),
        (
            "POST",
            MINE,
            invite(ADELE, "first"),
            f"POST {CALLS}/<call:1, text>/participants/invite",
            f'{{"participants": [{{"identity": {{"user": {{"id": "{ADELE}"}}}}}}], "clientContext": "first"}}',
            f"seq 1, POST {CALLS}/<call:1>/participants/invite (played 1 of 1 times)",
            ["in nothing: it has been made as often as it was recorded"],
        ),
    ],
    ids=[
        "method",
        "path",
        "query option",
        "other query option",
        "absent and null",
        "value",
        "placeholder",
        "bound elsewhere",
        "stands for another",
        "equal on one side",
        "no body",
        "played",
    ],
)
def test_nearest_is_shown_with_what_differs(
    method: str, path: str, body: Any, asked_for: str, sent: str, nearest: str, differs: list[str]
) -> None:
    told = explained(first_invited(), method, path, body)

    assert told.splitlines() == [
        f"cassettes/small.yaml: nothing recorded for {asked_for}",
        f"  sent      {sent}",
        f"  nearest   {nearest}",
        *(f"  differs   {difference}" for difference in differs),
        "  to do     record again with `pytest --graph-target=record`, or mend the request",
    ]


def test_others_are_answered_while_words_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = first_invited()
    told = Explaining.nothing_for
    answers: list[int | None] = []

    def slowly(explaining: Explaining, asked: Asked, body: bytes | None) -> NothingRecorded:
        other = threading.Thread(target=lambda: answers.append(machine.answer(request("POST", MINE, GOOD)).status))
        other.start()
        other.join(10)
        assert answers == [200]
        return told(explaining, asked, body)

    monkeypatch.setattr(Explaining, "nothing_for", slowly)

    lines = explained(machine, "POST", MINE, {**GOOD, "clientContext": "first"}).splitlines()
    assert lines[2:4] == [
        f"  nearest   {NEXT}",
        '  differs   body/clientContext: recorded <context:2>, sent "first": '
        "that stands for <context:1> since seq 1/request/body/clientContext",
    ]


def test_facts_are_attributes() -> None:
    with pytest.raises(NothingRecorded) as error:
        first_invited().answer(request("PATCH", "/calls/mine"))

    nearest = error.value.nearest
    assert nearest is not None
    assert (nearest.seq, nearest.played, nearest.times) == (4, 0, 1)
    assert (error.value.cassette.name, error.value.request) == ("small.yaml", f"PATCH {CALLS}/<call:1, text>")


def test_cassette_without_requests_has_no_nearest() -> None:
    assert explained(replay([]), "GET", "/calls") == (
        "cassettes/small.yaml: nothing recorded for GET /v1.0/communications/calls\n"
        "  sent      no body\n"
        "  nearest   none: the cassette holds no request\n"
        "  to do     record again with `pytest --graph-target=record`"
    )


def test_long_bodies_and_many_differences_are_abridged() -> None:
    machine = replay([asked("POST", "/calls", {f"m{n}": n for n in range(9)})])

    lines = explained(machine, "POST", "/calls", {f"m{n}": "x" * 150 for n in range(11)}).splitlines()

    assert lines[1] == '  sent      {"m0": "' + "x" * 150 + '", "m1": "' + "x" * 72 + "…"
    assert lines[3] == '  differs   body/m0: recorded 0, sent "' + "x" * 99 + "…"
    assert lines[-2] == "            … and 3 more"


def test_body_that_is_no_json_is_shown_in_one_line() -> None:
    lines = explained(replay([asked("POST", "/calls", {})]), "POST", "/calls", b"a\n  b").splitlines()

    assert lines[1] == "  sent      a b"
    assert lines[3] == '  differs   body: recorded {}, sent "(no JSON) a\\n  b"'


def test_unused_context_is_no_difference() -> None:
    machine = first_invited()

    assert machine.answer(request("POST", MINE, GOOD)).status == 200
    assert (machine.ids.recorded("context:1")[0], machine.ids.recorded("user:1")[0]) == (CONTEXT, USER)
