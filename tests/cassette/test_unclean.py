"""What the lint says of a cassette: place, rule, what would be right; never what stands there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from harness.cassette.format import Cassette, Direction, Interaction, Request, Response
from harness.cassette.sanitise import Sanitiser
from harness.cassette.scenario import Known, Omitted, Scenario, Source, SourceKind
from harness.cassette.unclean import SAID, Rule, unclean

GUID = "550fae72-d251-43ec-868c-373732c2704f"
ONE = "00000000-0000-4000-8000-ab0000000001"
IDENTIFIES = "holds what identifies somebody: an id, a number, an address or a host"
CALLS = "https://graph.microsoft.com/v1.0/communications/calls"


def cassette(
    body: Any = None,
    *,
    uri: str = CALLS,
    headers: dict[str, tuple[str, ...]] | None = None,
    answer: bytes | None = None,
) -> Cassette:
    sent = None if body is None else json.dumps(body).encode()
    request, response = Request("POST", uri, headers or {}, sent), Response(200, "OK", {}, answer)
    return Cassette(Path("a.yaml"), (Interaction(Direction.CLIENT_TO_GRAPH, 1, request, response),))


def said(of: Cassette, scenario: Scenario | None = None) -> list[str]:
    return [str(entry) for entry in unclean(of, scenario)]


def test_nothing_is_said_of_a_clean_cassette() -> None:
    body = {"state": "established", "id": ONE, "source": {"identity": {"user": {"displayName": "text-1"}}}}

    assert said(cassette(body, headers={"Authorization": ("Bearer REDACTED",)})) == []


def test_every_place_is_named_with_its_rule_and_what_is_right() -> None:
    body = {
        "targets": [{"identity": {"user": {"displayName": "Adele", "id": GUID}}}],
        "callbackUri": "https://bot.contoso.com/api/calls",
        "shoeSize": 43,
        "subject": "eyJ0eXAiOiJKV1Q.eyJhdWQi.c2ln",
        "mediaConfig": {"blob": "<x>"},
        "sequenceId": 4930123456,
    }

    found = said(
        cassette(body, headers={"Authorization": ("Bearer abc",), "Cookie": ("a=b",), "Content-Type": ("x/y",)})
    )

    place = "interaction 1, request"
    assert found == [
        f"{place}/headers/Authorization: holds a token; right would be 'Bearer REDACTED' (rule token)",
        f"{place}/headers/Cookie: is none of the headers that are kept: take it out (rule header)",
        f"{place}/headers/Content-Type: holds text that is not Graph's own; right would be 'text-1' (rule text)",
        f"{place}/body/targets/1/identity/user/displayName: "
        "holds text that is not Graph's own; right would be 'text-2' (rule text)",
        f"{place}/body/targets/1/identity/user/id: {IDENTIFIES}; right would be '{ONE}' (rule identifier)",
        f"{place}/body/callbackUri: {IDENTIFIES}; right would be 'https://host-1.test/api/calls' (rule identifier)",
        f"{place}/body/text-3: is a name that is not Graph's own; right would be 'text-3' (rule name)",
        f"{place}/body/text-3: holds a number that may identify somebody; right would be 0 (rule number)",
        f"{place}/body/subject: holds a token; right would be 'REDACTED' (rule token)",
        f"{place}/body/mediaConfig/blob: is a secret by its name; right would be 'REDACTED' (rule secret)",
        f"{place}/body/sequenceId: holds a number that may identify somebody; right would be 0 (rule number)",
    ]


def test_what_is_never_kept_has_nothing_that_would_be_right() -> None:
    login = cassette(uri=f"https://login.microsoftonline.com/{GUID}/oauth2/v2.0/token")

    assert said(login) == [
        "interaction 1: signs in, or fetches keys: take the whole interaction out (rule sign-in)",
    ]
    assert said(cassette(answer=b"\xff")) == [
        "interaction 1, response/body: is no UTF-8, so that nobody can say what it holds: take the interaction out "
        "(rule encoding)",
    ]


def test_frame_is_held_against_http() -> None:
    request, response = Request("ADELE", CALLS, {}, None), Response(404, "Adele", {}, b"Adele")
    interaction = Interaction(Direction.CLIENT_TO_GRAPH, 1, request, response, started="Adele", ended=None)

    assert said(Cassette(Path("a.yaml"), (interaction,))) == [
        "interaction 1, request/method: is not what HTTP has here (rule frame)",
        "interaction 1, response/status/message: is not what HTTP has here; right would be 'Not Found' (rule frame)",
        "interaction 1, response/body: holds text that is not Graph's own; right would be 'text-1' (rule text)",
        "interaction 1, started: is not what HTTP has here (rule frame)",
    ]


def test_a_scenario_file_is_held_against_the_same_rules() -> None:
    scenario = Scenario(
        Path("a.scenario.yaml"),
        Source(SourceKind.RECORDED, "https://example.org", notes=(f"recorded in {GUID}", "by the team")),
        given={"people": [{"user": {"id": GUID, "displayName": "text-1"}, "answers": {"after": 3}}]},
        known=(
            Known("requests/1/response/body/subject", "value", "Adele", "text-1", "as +4930123456 said"),
            Known(
                "requests/1/response/headers/Content-Type", "value", "application/json", "application/json;q=1", "yes"
            ),
            Known("notifications/1/callbackUri", "missing", "https://<host:1>/callback", None, "yes"),
        ),
        omitted=(Omitted("a call to adele@contoso.com", "left out"),),
    )

    kind = f"{IDENTIFIES}; right would be"
    assert said(cassette(), scenario) == [
        f"scenario, given/people/1/user/id: {kind} '{ONE}' (rule identifier)",
        "scenario, known 1, recorded: holds text that is not Graph's own; right would be 'text-1' (rule text)",
        f"scenario, source.notes 1: {kind} 'recorded in {ONE}' (rule identifier)",
        f"scenario, known 1, reason: {kind} 'as +999000000001 said' (rule identifier)",
        f"scenario, omitted 1, what: {kind} 'a call to user-1@example.com' (rule identifier)",
    ]


def test_what_a_sanitiser_writes_is_clean_with_its_scenario_file() -> None:
    dirty = cassette({"id": GUID, "displayName": "Adele", "shoeSize": 43})
    given = {"people": [{"user": {"id": GUID, "displayName": "Adele"}}], "calls": [{"id": GUID, "kind": "group"}]}
    scenario = Scenario(Path("a.scenario.yaml"), Source(SourceKind.RECORDED, "https://example.org"), given=given)
    sanitiser = Sanitiser()

    interactions = tuple(filter(None, map(sanitiser.interaction, dirty.interactions)))
    clean = sanitiser.scenario(scenario)

    assert clean.given == {
        "people": [{"user": {"id": ONE, "displayName": "text-1"}}],
        "calls": [{"id": ONE, "kind": "group"}],
    }
    assert unclean(Cassette(dirty.path, interactions), clean) == []


def test_every_rule_says_what_is_wrong() -> None:
    assert set(SAID) == set(Rule)
