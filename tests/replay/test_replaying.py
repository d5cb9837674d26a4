"""What a bot is answered: matching and rewriting up to the binding."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from harness.cassette.format import Interaction, Response
from harness.errors import CassetteError, UsageError
from harness.replay import NothingRecorded, Replay
from tests.replay.build import (
    ADELE,
    BOB,
    CALL,
    CALLBACK,
    CONTEXT,
    GRAPH,
    INVITE,
    OPERATION,
    OTHER,
    TENANT,
    USER,
    Put,
    asked,
    invite,
    replay,
    request,
    said,
    scenario,
    told,
)

INVITED = asked("POST", INVITE, invite(), answer={"id": OPERATION, "clientContext": CONTEXT, "status": "running"})
CREATE = {"callbackUri": CALLBACK, "tenantId": TENANT, "targets": [{"identity": {"user": {"id": USER}}}]}
CREATED = asked("POST", "/calls", CREATE, status=201, answer={**CREATE, "id": CALL, "state": "establishing"})
MINE = {**CREATE, "callbackUri": "https://me.example/hook?x=1", "tenantId": BOB}


def is_answered(recorded: Any, sent: Any) -> bool:
    """Whether a request with one body is answered from a cassette with the other."""
    machine = replay([asked("POST", "/calls", recorded, answer={})])
    try:
        machine.answer(request("POST", "/calls", sent))
    except NothingRecorded:
        return False
    return True


def test_answer_is_in_the_identifiers_of_the_bot() -> None:
    machine = replay([INVITED])

    answer = said(machine, "POST", "/calls/my-call/participants/invite", invite(ADELE, "my first invite"))

    assert answer == {"id": OPERATION, "clientContext": "my first invite", "status": "running"}


def test_what_graph_gave_is_asked_for_by_its_name() -> None:
    machine = replay([CREATED, asked("GET", f"/calls/{CALL}", answer={"id": CALL, "state": "established"})])

    made = said(machine, "POST", "/calls", MINE)
    got = said(machine, "GET", f"/calls/{made['id']}")

    assert made == {**MINE, "id": CALL, "state": "establishing"}
    assert got == {"id": CALL, "state": "established"}


@pytest.mark.parametrize(
    "uri",
    [
        f"{GRAPH}/calls/{ADELE}?$select=id&$expand=x",
        f"https://graph.microsoft.com/v1.0//communications/calls/{ADELE}?$expand=x&$select=id",
        f"https://graph.microsoft.us/v1.0/Communications/Calls/{ADELE}/?$select=id&%24expand=x",
        f"http://127.0.0.1:8445/v1.0/communications/calls('{ADELE}')?$select=id&$expand=x",
        f"{GRAPH}/calls/{ADELE.upper()}?$select=id&$expand=x",
    ],
    ids=["as recorded", "doubled slash", "other cloud and letter case", "loopback and key", "upper case id"],
)
def test_address_is_read_as_graph_reads_it(uri: str) -> None:
    machine = replay([asked("GET", f"/calls/{CALL}?$select=id&$expand=x", answer={"id": CALL})])

    assert said(machine, "GET", uri)["id"] in (ADELE, ADELE.upper())


@pytest.mark.parametrize(
    ("recorded", "sent", "expected"),
    [
        ({"a": None}, {"a": None}, True),
        ({"a": None}, {}, False),
        ({}, {"a": None}, False),
        ({"a": 1}, {"a": True}, False),
        ({"a": 1}, {"a": 1.0}, False),
        ({"a": 1}, {"a": "1"}, False),
        ({"a": []}, {"a": {}}, False),
        ({"a": [1, 2]}, {"a": [2, 1]}, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"subject": "Hello"}, {"subject": "hello"}, False),
        (None, None, True),
        (None, {}, False),
        ({"id": USER, "userId": USER}, {"id": ADELE, "userId": ADELE}, True),
        ({"id": USER, "userId": USER}, {"id": ADELE, "userId": BOB}, False),
        ({"id": USER, "userId": OTHER}, {"id": ADELE, "userId": ADELE}, False),
        ({"id": USER}, {"id": ADELE.upper()}, True),
        ({"id": USER}, {"id": "adele"}, True),
        ({"id": USER}, {"id": ""}, False),
        ({"id": "+99900000001"}, {"id": "+4930901820"}, True),
        ({"id": "+99900000001"}, {"id": ADELE}, False),
        ({"clientContext": CONTEXT}, {"clientContext": "call +4930901820 now"}, True),
        ({"clientContext": "mine"}, {"clientContext": ADELE}, True),
        ({"threadId": "19:a@thread.v2"}, {"threadId": "19:b@thread.v2"}, True),
        ({"threadId": "19:a@thread.v2"}, {"threadId": "19:meeting_b@thread.v2"}, False),
        ({"callbackUri": CALLBACK}, {"callbackUri": "http://localhost:9/of/one/call?id=7"}, True),
        ({"at": "2026-01-01T00:00:00Z"}, {"at": "2027-03-04T05:06:07Z"}, True),
        ({"displayName": "text-1"}, {"displayName": "Adele Vance"}, True),
        ({"displayName": "text-1"}, {"displayName": ""}, False),
        ({"displayName": "text-1"}, {"displayName": ADELE}, False),
        ({"displayName": "text-1", "subject": "text-1"}, {"displayName": "A", "subject": "A"}, True),
        ({"displayName": "text-1", "subject": "text-1"}, {"displayName": "A", "subject": "B"}, False),
        ({"displayName": "text-1", "subject": "text-2"}, {"displayName": "A", "subject": "A"}, False),
        ({"token": "REDACTED"}, {"token": "anything"}, True),
        ({"token": "REDACTED"}, {"token": ""}, False),
        ({"number": 0}, {"number": 4930901820}, True),
        ({"number": 0}, {"number": 0}, True),
        ({"number": 0}, {"number": 7}, False),
        (b"plain text", b"plain text", True),
        (b"plain text", b"other text", False),
    ],
)
def test_bodies_agree_up_to_identifiers_and_placeholders(recorded: Any, sent: Any, expected: bool) -> None:
    assert is_answered(recorded, sent) is expected


@pytest.mark.parametrize(
    "path", ["/calls", f"/calls/{CALL}/participants", f"/calls/{CALL}?$select=id", f"/calls/{CALL}/operations/{CALL}"]
)
def test_other_path_or_query_does_not_agree(path: str) -> None:
    with pytest.raises(NothingRecorded):
        replay([asked("GET", f"/calls/{CALL}")]).answer(request("GET", path))


def test_identifiers_bind_across_requests() -> None:
    machine = replay([INVITED, asked("GET", f"/calls/{CALL}"), asked("DELETE", f"/calls/{CALL}")])
    machine.answer(request("POST", "/calls/mine/participants/invite", invite(ADELE)))

    with pytest.raises(NothingRecorded):
        machine.answer(request("GET", "/calls/other"))

    assert machine.answer(request("GET", "/calls/mine")).status == 200


def test_refused_request_binds_nothing() -> None:
    machine = replay([INVITED])
    with pytest.raises(NothingRecorded):
        machine.answer(request("POST", f"/calls/{ADELE}/participants/invite", invite(BOB, hidden=True)))

    assert len(machine.binding) == 0
    assert said(machine, "POST", f"/calls/{BOB}/participants/invite", invite(ADELE))["id"] == OPERATION


def test_each_is_played_once_in_recorded_order() -> None:
    states = ["establishing", "established"]
    machine = replay([asked("GET", f"/calls/{CALL}", answer={"state": state}) for state in states])

    assert [said(machine, "GET", "/calls/mine")["state"] for _ in states] == states
    with pytest.raises(NothingRecorded, match=re.escape("(played 2 of 2 times)")):
        machine.answer(request("GET", "/calls/mine"))


def test_request_out_of_order_finds_its_own_answer() -> None:
    answers = [
        asked("GET", f"/calls/{CALL}", answer={"id": CALL}),
        asked("POST", INVITE, invite(USER), answer={"of": USER}),
        asked("POST", INVITE, invite(OTHER, BOB), answer={"of": OTHER}),
        asked("GET", f"/users/{OTHER}", answer={"id": OTHER}),
    ]
    machine = replay(answers)

    machine.answer(request("GET", f"/users/{ADELE}"))

    assert said(machine, "POST", "/calls/mine/participants/invite", invite(ADELE, "x"))["of"] == ADELE


def test_placeholder_in_an_answer_is_the_text_of_the_bot() -> None:
    recorded = invite(displayName="text-3")
    machine = replay([asked("POST", INVITE, recorded, answer={"said": "text-3", "other": "text-4"})])

    answer = said(machine, "POST", INVITE, invite(ADELE, displayName="Adele Vance"))

    assert answer == {"said": "Adele Vance", "other": "text-4"}


def test_identifier_of_graph_that_the_bot_has_used_for_another_is_a_fresh_one() -> None:
    machine = replay([CREATED, asked("GET", f"/calls/{CALL}", answer={"id": CALL})])

    made = said(machine, "POST", "/calls", {**MINE, "tenantId": CALL})
    got = said(machine, "GET", f"/calls/{made['id']}")

    assert made["tenantId"] == CALL
    assert made["id"] == got["id"] == "00000000-0000-4002-8000-000000000001"


@pytest.mark.parametrize(
    ("asked_for", "given", "fresh"),
    [
        ("+99900000009", "+99900000001", "+99900000003"),
        (CALL, "a@example.com", "other-2.a@example.com"),
        (CALL, "name", "name-2"),
    ],
)
def test_fresh_identifier_is_of_the_same_kind(asked_for: str, given: str, fresh: str) -> None:
    machine = replay([asked("POST", "/x", {"id": asked_for}, answer={"newId": given})])

    assert said(machine, "POST", "/x", {"id": given}) == {"newId": fresh}


def test_address_of_graph_is_the_one_that_the_bot_called() -> None:
    location = f"https://graph.microsoft.com/v1.0/communications/calls/{CALL}"
    context = "https://graph.microsoft.com/v1.0/$metadata#calls/$entity"
    others = "https://graph.microsoft.com.example/x"
    answer = {"@odata.context": context, "id": CALL, "help": others}
    machine = replay([asked("POST", "/calls", {}, status=201, headers={"Location": (location,)}, answer=answer)])

    got = machine.answer(request("POST", "http://127.0.0.1:8445/v1.0/communications/calls", {}))

    assert got.headers["Location"] == (f"http://127.0.0.1:8445/v1.0/communications/calls/{CALL}",)
    assert json.loads(got.body or b"") == {
        "@odata.context": "http://127.0.0.1:8445/v1.0/$metadata#calls/$entity",
        "id": CALL,
        "help": others,
    }


def test_headers_fit_the_answer() -> None:
    headers = {"Content-Length": ("999",), "Transfer-Encoding": ("chunked",), "request-id": (OTHER,)}
    machine = replay([asked("POST", INVITE, invite(), headers=headers, answer={"clientContext": CONTEXT})])

    answer = machine.answer(request("POST", INVITE, invite(context="mine")))

    assert answer == Response(
        200,
        None,
        {"Content-Type": ("application/json",), "Content-Length": ("25",), "request-id": (OTHER,)},
        b'{"clientContext": "mine"}',
    )


def test_body_in_which_nothing_is_the_bots_stays_byte_for_byte() -> None:
    machine = replay([asked("GET", "/calls", answer=b'{ "state" :"established"}')])

    assert machine.answer(request("GET", "/calls")).body == b'{ "state" :"established"}'


def test_answer_that_the_source_does_not_show_is_refused() -> None:
    put = Put()
    machine = replay([asked("GET", "/calls", status=None), told(f"/calls/{CALL}")], put)

    with pytest.raises(CassetteError) as error:
        machine.answer(request("GET", "/calls"))

    assert str(error.value) == (
        "cassettes/small.yaml, seq 1, response.status: "
        "the source does not show how Graph answered: a bot cannot be answered from it"
    )
    assert (machine.unplayed, put.labels) == ([], [f"updated /communications/calls/{CALL}"])


def test_sign_in_says_who_the_application_is() -> None:
    answer = {"source": {"identity": {"application": {"id": OTHER}}}, "tenantId": TENANT}
    given = scenario(application={"id": OTHER, "tenantId": TENANT})
    machine = replay([asked("GET", "/calls", answer=answer)], scenario=given)

    machine.signs_in(ADELE, BOB)

    assert said(machine, "GET", "/calls") == {"source": {"identity": {"application": {"id": ADELE}}}, "tenantId": BOB}


def test_role_may_be_bound_before_it_shows() -> None:
    machine = replay([asked("GET", "/calls", answer={"value": [{"user": {"id": USER}}, {"user": {"id": OTHER}}]})])

    machine.bind("user:2", BOB)

    assert said(machine, "GET", "/calls") == {"value": [{"user": {"id": USER}}, {"user": {"id": BOB}}]}


@pytest.mark.parametrize(
    ("role", "theirs", "problem"),
    [
        ("user:1", BOB, f"'user:1' cannot be '{BOB}': it is '{ADELE}' already"),
        ("user:2", ADELE, f"'user:2' cannot be '{ADELE}': another role has that identifier"),
        ("user:3", BOB, "no identifier has the role 'user:3' on this cassette; there are: user:1, user:2"),
    ],
)
def test_binding_a_role_otherwise_is_refused(role: str, theirs: str, problem: str) -> None:
    machine = replay([asked("GET", "/calls", answer={"value": [{"user": {"id": USER}}, {"user": {"id": OTHER}}]})])
    machine.bind("user:1", ADELE)

    with pytest.raises(UsageError) as error:
        machine.bind(role, theirs)

    assert str(error.value) == problem


def many(number: int) -> tuple[Sequence[Interaction], list[str]]:
    """Invites into one call, each followed by what is told of it; and the contexts of a bot."""
    recorded = [
        each
        for n in range(number)
        for each in (
            asked("POST", INVITE, invite(f"user-{n}", f"context-{n}"), answer={"clientContext": f"context-{n}"}),
            told(f"/calls/{CALL}/operations/{n}", {"clientContext": f"context-{n}"}),
        )
    ]
    return recorded, [f"mine {n}" for n in range(number)]


def test_many_threads_get_an_answer_of_their_own_each() -> None:
    put = Put()
    recorded, contexts = many(400)
    machine = replay(recorded, put)
    barrier = threading.Barrier(16)

    def bot(share: list[str]) -> list[str]:
        barrier.wait()
        return [said(machine, "POST", INVITE, invite(f"user of {c}", c))["clientContext"] for c in share]

    with ThreadPoolExecutor(16) as threads:
        got = [answer for answers in threads.map(bot, [contexts[n::16] for n in range(16)]) for answer in answers]

    assert got == [c for n in range(16) for c in contexts[n::16]]
    assert sorted(item["resourceData"]["clientContext"] for item in put.items) == sorted(contexts)
    assert [item["resourceUrl"].split("/")[-1] for item in put.items] == [str(n) for n in range(400)]
    assert (machine.unplayed, machine.undelivered) == ([], [])


def test_taker_of_notifications_may_ask_for_more() -> None:
    recorded, contexts = many(3)
    taken: list[str] = []

    def put(notification: Any, delay: float) -> None:
        taken.append(notification.label.split("/")[-1])
        if contexts:
            machine.answer(request("POST", INVITE, invite("one more user", contexts.pop())))

    machine = Replay(replay(recorded).cassette, put=put)
    contexts.clear()
    machine.answer(request("POST", INVITE, invite("user", "first")))
    contexts.append("second")
    machine.answer(request("POST", INVITE, invite("other user", "third")))

    assert taken == ["0", "1", "2"]
