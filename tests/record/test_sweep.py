"""The byte sweep: finds originals in every form, and nothing where they are gone."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from harness.cassette.format import Direction, Interaction, Request, Response, dumps, load
from harness.cassette.sanitise import Sanitiser
from harness.cassette.scenario import find_cassettes
from harness.record.sweep import Sweep

CASSETTES = find_cassettes([Path(__file__).parent.parent.parent / "cassettes"])
GUID = "550FAE72-d251-43ec-868c-373732c2704f"
CALLS = "https://graph.microsoft.com/v1.0/communications/calls"


def passed(body: object, **headers: str) -> Interaction:
    sent = {name.replace("_", "-"): (value,) for name, value in headers.items()}
    request = Request("POST", CALLS, sent, json.dumps(body).encode())
    return Interaction(Direction.CLIENT_TO_GRAPH, 1, request, Response(200, "OK", {}, None))


def learned(value: object, **headers: str) -> Sweep:
    sweep = Sweep()
    sweep.learn(passed({"id": value}, **headers))
    return sweep


@pytest.mark.parametrize(
    ("written", "form"),
    [
        (str, "as it is"),
        (str.upper, "as it is"),
        (lambda t: quote(t, safe=""), "escaped in a URL"),
        (lambda t: quote(quote(t, safe=""), safe="").lower(), "escaped in a URL twice"),
        (lambda t: t.replace(" ", "+").replace("é", "%C3%A9"), "escaped in a form"),
        (lambda t: json.dumps(t)[1:-1], "escaped in JSON"),
        (lambda t: base64.b64encode(t.encode()).decode(), "in base64 at alignment 0"),
        (lambda t: base64.b64encode(b"x" + t.encode() + b"z").decode(), "in base64 at alignment 1"),
        (lambda t: base64.b64encode(b"xy" + t.encode() + b"zz").decode(), "in base64 at alignment 2"),
    ],
)
def test_a_name_is_found_in_every_form(written: Callable[[str], str], form: str) -> None:
    sweep = learned("Adéle Vance")

    hits = sweep.hits(f"subject: {written('Adéle Vance')}\n".encode())

    assert ("text", form) in [(hit.kind, hit.form) for hit in hits]


@pytest.mark.parametrize("written", [GUID, GUID.lower(), GUID.replace("-", ""), GUID.replace("-", "").lower()])
@pytest.mark.parametrize("seen", [GUID, GUID.replace("-", ""), f"8:orgid:{GUID}", f"https://bot.contoso.com/{GUID}/x"])
def test_an_id_is_found_in_every_spelling(seen: str, written: str) -> None:
    assert "id" in [hit.kind for hit in learned(seen).hits(f"x_{written}_y".encode())]


@pytest.mark.parametrize(
    ("seen", "left"),
    [
        ("https://teams.microsoft.com/l/meetup-join/19%3ameeting_Zq81xw%40thread.v2/0", "meeting_zq81xw@thread.v2"),
        (base64.b64encode(b"1*x*0**19:meeting_" + GUID.encode()).decode(), GUID),
        ("https://bot.contoso.com:8445/api/calls", "bot.contoso.com"),
        ("of adele@contoso.com", "adele@contoso.com"),
        ("call +49 30 1234567 now", "1234567"),
        ('{"user": {"displayName": "Adele Vance"}}', "Adele Vance"),
        (4930123456, "4930123456"),
        (-4930123456, "4930123456"),
    ],
)
def test_parts_of_a_value_are_found_by_themselves(seen: object, left: str) -> None:
    sweep = learned(json.loads(seen) if isinstance(seen, str) and seen.startswith("{") else seen)

    assert sweep.hits(f"- {left}\n".encode())


def test_headers_that_are_not_kept_are_learned_too() -> None:
    sweep = learned("x", Authorization="Bearer abc123def456ghi", Cookie="session=zq81xwvk")

    assert sweep.hits(b"a: abc123def456ghi")
    assert sweep.hits(b"b: zq81xwvk")


def test_a_secret_can_be_named() -> None:
    sweep = Sweep()
    sweep.learn_secret("s3cr3t~value")

    assert [str(hit) for hit in sweep.hits(b"x=s3cr3t~value")] == ["byte 2: a secret of what was recorded, as it is"]


def test_a_body_that_is_no_json_is_learned_as_text() -> None:
    request = Request("POST", CALLS, {}, b"client_secret=Zq81xwvkab&x=\xff")
    sweep = Sweep()
    sweep.learn(Interaction(Direction.CLIENT_TO_GRAPH, 1, request, Response(200, None, {}, None)))

    assert sweep.hits(b"Zq81xwvkab")


def test_a_word_inside_another_is_no_hit() -> None:
    sweep = learned("Anne")

    assert (sweep.hits(b"Hannes annex"), len(sweep.hits(b"for Anne."))) == ([], 1)


def test_graphs_own_words_are_nobodys() -> None:
    body = {
        "@odata.type": "#microsoft.graph.call",
        "state": "established",
        "resource": "/app/calls/00000000-0000-0000-0000-000000000000/participants",
        "message": "Server Internal Error. DiagCode: 500#560500.@",
        "createdDateTime": "2026-01-05T09:00:00.1234567Z",
    }
    sweep = Sweep()
    sweep.learn(passed(body))

    assert sweep.hits(json.dumps(body).encode()) == []


@pytest.mark.parametrize("name", ["People", "recorded", "Date"])
def test_what_scenario_files_are_made_of_is_nobodys(name: str) -> None:
    sweep = Sweep()
    sweep.learn(passed({"displayName": name}))

    assert sweep.hits(b"source:\n  kind: recorded\n  date: '2026-01-05'\ngiven:\n  people:\n") == []


def test_what_graphs_own_headers_say_is_nobodys() -> None:
    kind = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
    headers = {"Content-Type": kind, "Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
    sweep = Sweep()
    sweep.learn(passed({}, **headers))

    assert sweep.hits(json.dumps(headers).encode()) == []


@pytest.mark.parametrize("path", CASSETTES, ids=[path.stem for path in CASSETTES])
def test_a_shipped_cassette_is_found_as_it_is_and_not_once_it_is_sanitised(path: Path) -> None:
    sanitiser, sweep = Sanitiser(), Sweep()
    interactions = load(path).interactions
    for interaction in interactions:
        sweep.learn(interaction)

    clean = dumps(filter(None, map(sanitiser.interaction, interactions)))

    assert len(sweep) > 0
    assert sweep.hits(dumps(interactions).encode())
    assert sweep.hits(clean.encode()) == []
