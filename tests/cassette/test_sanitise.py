"""A recording without secrets and personal data: each shape of a value, and what becomes of it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from harness.cassette.format import Direction, Interaction, Request, Response
from harness.cassette.sanitise import Sanitiser, Unsanitisable
from harness.graph import schema
from harness.parity.emitted import ANSWERED, NOTIFIED

GUID = "550fae72-d251-43ec-868c-373732c2704f"
ONE = "00000000-0000-4000-8000-ab0000000001"
TWO = "00000000-0000-4000-8000-ab0000000002"


FAILED = "addParticipants failed for participant"
WHY = "Underlying reason: Client Media Error. DiagCode: 410#301004.@"
MINIMAL = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
OF_SERVICE = '{"errorCode":"7503","message":"Application is not registered in our store.","instanceAnnotations":[]}'
CALLS = "https://graph.microsoft.com/v1.0/communications/calls"


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def answered(body: bytes | None = None, **headers: str) -> Response:
    return Response(200, "OK", {name.replace("_", "-"): (value,) for name, value in headers.items()}, body)


def asked(
    body: bytes | None = None, uri: str = "https://graph.microsoft.com/v1.0/communications/calls", **headers: str
) -> Request:
    return Request("POST", uri, {name.replace("_", "-"): (value,) for name, value in headers.items()}, body)


def passed(request: Request | None = None, response: Response | None = None, *, told: bool = False) -> Interaction:
    direction = Direction.GRAPH_TO_BOT if told else Direction.CLIENT_TO_GRAPH
    return Interaction(direction, 1, request or asked(), response or answered())


def kept(interaction: Interaction) -> Interaction:
    found = Sanitiser().interaction(interaction)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GUID, ONE),
        (GUID.upper(), ONE.upper()),
        (GUID.replace("-", ""), ONE.replace("-", "")),
        (f"{{{GUID}}}", f"{{{ONE}}}"),
        (GUID.replace("fae", "fAe"), ONE.replace("ab", "Ab")),
        ("00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000"),
        ("+4930123456", "+999000000001"),
        ("Adele Vance", "text-1"),
        ("adele@contoso.com", "user-1@example.com"),
        ("ADELE@CONTOSO.COM", "USER-1@EXAMPLE.COM"),
        (f"8:orgid:{GUID}", f"8:orgid:{ONE}"),
        (f"28:{GUID}", f"28:{ONE}"),
        ("4:+4930123456", "4:+999000000001"),
        ("8:live:adele.vance", "8:live:text-1"),
        ("tel:+4930123456", "tel:+999000000001"),
        ("sip:adele@contoso.com", "sip:user-1@example.com"),
        ("19:meeting_Zq1x@thread.v2", "19:meeting_text-1@thread.v2"),
        (f"19:meeting_{coded(GUID).rstrip('=')}@thread.v2", f"19:meeting_{coded(ONE).rstrip('=')}@thread.v2"),
        (f"19:{GUID}_{GUID.upper()}@unq.gbl.spaces", f"19:{ONE}_{ONE.upper()}@unq.gbl.spaces"),
        (coded(f"1*{GUID}*0**19:meeting_x@thread.v2"), coded(f"1*{ONE}*0**19:meeting_text-1@thread.v2")),
        (f"/app/calls/{GUID}/participants", f"/app/calls/{ONE}/participants"),
        (f"communications/calls/{GUID}", f"communications/calls/{ONE}"),
        (
            f"https://graph.microsoft.com/v1.0/$metadata#app/calls('{GUID}')/participants/$entity",
            f"https://graph.microsoft.com/v1.0/$metadata#app/calls('{ONE}')/participants/$entity",
        ),
        ("https://Bot.contoso.com:8445/api/calls", "https://Host-1.test:8445/api/calls"),
        ("http://127.0.0.1:8445/adele", "http://127.0.0.1:8445/text-1"),
        ("https://adele:pw@contoso.com/", "https://REDACTED@host-1.test/"),
        ("https://contoso.com/?code=x&$select=id,displayName,shoeSize", "https://host-1.test/?code=REDACTED&$select=id,displayName,text-1"),
        (
            f"https://teams.microsoft.com/l/meetup-join/19%3ameeting_x%40thread.v2/0?context=%7b%22Tid%22%3a%22{GUID}%22%7d",
            f"https://teams.microsoft.com/l/meetup-join/19%3ameeting_text-1%40thread.v2/0?context=%7b%22Tid%22%3a%22{ONE}%22%7d",
        ),
        (f'{{"id":"{GUID}"}}', f'{{"id":"{ONE}"}}'),
        (f"%7B%22id%22%3A%22{GUID}%22%7D", f"%7B%22id%22%3A%22{ONE}%22%7D"),
        (f"calls%252F{GUID}", f"calls%252F{ONE}"),
        ("Bearer abc", "REDACTED"),
        ("eyJ0eXAiOiJKV1Q.eyJhdWQi.c2ln", "REDACTED"),
        ("2026-01-05T09:00:00.123Z", "2026-01-05T09:00:00.123Z"),
        ("2026-01-05T09:00:00.4930123456Z", "text-1"),
        (f"call of {GUID}", "text-1"),
        ("string", "text-1"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_text_keeps_its_form_and_nothing_else(text: str, expected: str) -> None:
    sanitiser = Sanitiser()

    assert sanitiser.data(text) == expected
    assert sanitiser.data(expected) == expected
    assert Sanitiser().data(expected) == expected


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("state", "established"),
        ("state", "Established"),
        ("status", "Running"),
        ("audio", "active"),
        ("requestedModalities", ["audio", "videoBasedScreenSharing"]),
        ("@odata.type", "#microsoft.graph.call"),
        ("@odata.type", "microsoft.graph.commsNotification"),
        ("@odata.etag", 'W/"5445"'),
        ("identityProvider", "AAD"),
        ("code", "7504"),
        ("code", "BadRequest"),
        ("code", 412),
        ("subcode", 1203002),
        ("sourceId", "10"),
        ("messageId", "0"),
        ("message", "Request authorization tenant mismatch."),
        ("message", "request authorization tenant mismatch"),
        ("message", "Server Internal Error. DiagCode: 500#1203002.@"),
        ("message", "Resource not found for the segment 'calls'."),
        ("isMuted", False),
        ("metadata", None),
    ],
)
def test_what_is_graphs_own_stays(member: str, value: Any) -> None:
    sanitiser = Sanitiser()

    assert sanitiser.data({member: value}) == {member: value}
    assert sanitiser.allocated == 0


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"displayName": "established"}, {"displayName": "text-1"}),
        ({"state": "Adele"}, {"state": "text-1"}),
        ({"@odata.type": "#microsoft.graph.adele"}, {"@odata.type": "text-1"}),
        ({"shoeSize": "x"}, {"text-1": "text-2"}),
        ({GUID: {"id": GUID}}, {ONE: {"id": ONE}}),
        ({GUID: 1, GUID.upper(): 2}, {ONE: 0, ONE.upper(): 0}),
        ({"sourceId": "4930123456"}, {"sourceId": "text-1"}),
        ({"code": 4930123456}, {"code": 0}),
        ({"code": 52.52}, {"code": 0}),
        ({"shoeSize": 43}, {"text-1": 0}),
        ({"passcode": 1234}, {"passcode": 0}),
        ({"passcode": "psw123", "blob": "<x>"}, {"passcode": "REDACTED", "blob": "REDACTED"}),
        ({"token": {"id": ["a", 5, None, True, ""]}}, {"token": {"id": ["REDACTED", 0, None, True, ""]}}),
    ],
)  # fmt: skip
def test_what_is_somebodys_is_replaced(value: Any, expected: Any) -> None:
    assert Sanitiser().data(value) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Adele has left.", "text-1"),
        ("Resource not found for the segment 'adele'.", "Resource not found for the segment 'text-1'."),
        ("Server Internal Error. DiagCode: 500#4930123.", "Server Internal Error. DiagCode: 500#0."),
        ("Adele left. DiagCode: 500#1.", "text-1"),
        (f"{FAILED} 8:orgid:{GUID}. {WHY}", f"{FAILED} 8:orgid:{ONE}. {WHY}"),
        (f"{FAILED} 4:+4930123456. {WHY}", f"{FAILED} 4:+999000000001. {WHY}"),
        (f"{FAILED} Adele. {WHY}", f"{FAILED} text-1. {WHY}"),
        (OF_SERVICE, OF_SERVICE),
    ],
)
def test_of_a_message_what_it_names_is_replaced(text: str, expected: str) -> None:
    assert Sanitiser().data({"message": text}) == {"message": expected}


def test_a_value_has_one_placeholder_wherever_it_stands() -> None:
    body = {
        "id": GUID,
        "resource": f"/app/calls/{GUID.upper()}",
        "callbackUri": f"https://bot.contoso.com/{GUID}",
        "chatInfo": {"threadId": f"19:meeting_{coded(GUID)}@thread.v2"},
        "subject": json.dumps({"id": GUID.replace("-", "")}),
        "clientContext": f"{GUID}",
    }
    found = kept(passed(asked(json.dumps(body).encode(), f"{CALLS}/{GUID}")))

    assert found.request.uri == f"{CALLS}/{ONE}"
    assert json.loads(found.request.body or b"") == {
        "id": ONE,
        "resource": f"/app/calls/{ONE.upper()}",
        "callbackUri": f"https://host-1.test/{ONE}",
        "chatInfo": {"threadId": f"19:meeting_{coded(ONE)}@thread.v2"},
        "subject": json.dumps({"id": ONE.replace("-", "")}),
        "clientContext": ONE,
    }


def test_placeholders_are_drawn_in_the_order_of_first_sight_and_never_one_that_was_met() -> None:
    sanitiser = Sanitiser()

    assert sanitiser.data(["text-1", "Adele", "Bob", "Adele"]) == ["text-1", "text-2", "text-3", "text-2"]
    assert sanitiser.data([ONE, GUID]) == [ONE, TWO]
    assert sanitiser.allocated == 3


def test_ways_to_mix_upper_and_lower_case_stay_apart() -> None:
    ways = ["adele@x.org", "ADELE@X.ORG", "Adele@x.org", "aDele@x.org"]

    written = Sanitiser().data(ways)

    assert len({*written}) == 4
    assert {way.lower() for way in written} == {"user-1@example.com"}


def test_only_headers_on_the_list_are_kept() -> None:
    found = kept(
        passed(
            asked(Content_Type="application/json; charset=utf-8", Authorization="Bearer abc", Cookie="a=b"),
            answered(
                Location=f"{CALLS}/{GUID}",
                request_id=GUID.upper(),
                Retry_After="5",
                Set_Cookie="a=b",
                Strict_Transport_Security="max-age=31536000",
                OData_Version="4.0",
            ),
        )
    )  # fmt: skip

    assert found.request.headers == {
        "Content-Type": ("application/json; charset=utf-8",),
        "Authorization": ("Bearer REDACTED",),
    }
    assert found.response.headers == {
        "Location": (f"{CALLS}/{ONE}",),
        "request-id": (ONE.upper(),),
        "Retry-After": ("5",),
        "Strict-Transport-Security": ("max-age=31536000",),
        "OData-Version": ("4.0",),
    }


def test_the_token_of_a_notification_is_not_kept_at_all() -> None:
    request = asked(b"{}", "https://bot.contoso.com/api/calls", Authorization="Bearer abc", Scenario_Id=GUID)

    found = kept(passed(request, told=True))

    assert (found.request.uri, found.request.headers) == ("https://host-1.test/api/calls", {"Scenario-Id": (ONE,)})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Bearer eyJ0", "Bearer REDACTED"),
        ("bearer  x y", "bearer REDACTED"),
        ("Bearer ", "Bearer"),
        ("Bearer", "Bearer"),
        ("Basic YTpi", "REDACTED"),
        ("", ""),
    ],
)
def test_of_a_token_only_that_there_is_one_is_kept(given: str, expected: str) -> None:
    assert kept(passed(asked(Authorization=given))).request.headers == {"Authorization": (expected,)}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Content-Type", MINIMAL, MINIMAL),
        ("Content-Type", "multipart/form-data; boundary=adele", "text-1"),
        ("Retry-After", "Mon, 05 Jan 2026 09:00:00 GMT", "Mon, 05 Jan 2026 09:00:00 GMT"),
        ("Retry-After", "4930123456", "text-1"),
        ("OData-Version", "adele", "text-1"),
        ("x-ms-ags-diagnostic", '{"ServerInfo":{"Ring":"5"}}', '{"ServerInfo":{"Ring":"text-1"}}'),
    ],
)  # fmt: skip
def test_a_header_has_its_own_form(name: str, value: str, expected: str) -> None:
    assert kept(passed(response=Response(200, None, {name: (value,)}, None))).response.headers == {name: (expected,)}


@pytest.mark.parametrize(
    "uri",
    [
        f"https://login.microsoftonline.com/{GUID}/oauth2/v2.0/token",
        "https://LOGIN.microsoftonline.us/common/discovery/instance",
        "https://login.botframework.com/v1/.well-known/keys",
        "http://169.254.169.254/metadata/identity/oauth2/token?resource=x",
        f"https://sign-in.contoso.com/{GUID}/v2.0/.well-known/openid-configuration",
    ],
)
def test_signing_in_is_never_kept(uri: str) -> None:
    sanitiser = Sanitiser()

    assert sanitiser.interaction(passed(asked(b"client_secret=x", uri))) is None
    assert sanitiser.allocated == 0


def test_a_body_that_is_no_utf_8_is_refused() -> None:
    with pytest.raises(Unsanitisable) as refused:
        Sanitiser().interaction(passed(response=answered(b"\x1f\x8badele")))

    assert str(refused.value) == "response body: is no UTF-8, so that nobody can say what it holds"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"<html>Adele</html>", b"text-1"),
        (b"{not json", b"text-1"),
        (b'{"id": 1, "id": 2}', b"text-1"),
        (b'{"id": NaN}', b"text-1"),
        (b'"Adele"', b'"text-1"'),
        (b"4930", b"0"),
        (b"null", b"null"),
        (b'{ "state" : "hold" }', b'{ "state" : "hold" }'),
        (b'{ "state" : "h\\u00f6ld" }', b'{"state": "text-1"}'),
        (b"[" * 5000 + b"]" * 5000, b"text-1"),
        (b"", b""),
        (None, None),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_body_is_written_anew_where_it_has_to_be(body: bytes | None, expected: bytes | None) -> None:
    assert kept(passed(response=answered(body))).response.body == expected


def test_a_form_is_written_anew_part_by_part() -> None:
    request = asked(
        b"clientContext=Adele&client_secret=s3cr3t&shoe=43", Content_Type="application/x-www-form-urlencoded"
    )

    assert kept(passed(request)).request.body == b"clientContext=text-1&client_secret=REDACTED&text-2=text-3"


@pytest.mark.parametrize(
    ("status", "reason", "expected"),
    [
        *((200, "OK", "OK"), (404, "Adele", "Not Found"), (200, "", ""), (200, None, None)),
        *((None, "Adele", "REDACTED"), (599, "Adele", "REDACTED")),
    ],
)
def test_a_reason_is_that_of_its_status(status: int | None, reason: str | None, expected: str | None) -> None:
    assert kept(passed(response=Response(status, reason, {}, None))).response.reason == expected


def test_what_else_an_interaction_has_is_of_its_form() -> None:
    interaction = Interaction(
        Direction.CLIENT_TO_GRAPH,
        7,
        Request("ADELE", "https://graph.microsoft.com/v1.0/me", {}, None),
        Response(204, None, {}, None),
        started="2026-01-05T09:00:00Z",
        ended="when Adele came",
    )

    found = kept(interaction)

    assert (found.seq, found.request.method, found.started, found.ended) == (
        7,
        "REDACTED",
        "2026-01-05T09:00:00Z",
        None,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("waited 2.0 s for <call:1>; seen: establishing", "waited 2.0 s for <call:1>; seen: establishing"),
        ("Adele Vance declined", "text-1 declined"),
        ("Adele%20Vance", "text-1"),
        (f"participant 8:orgid:{GUID}.", f"participant 8:orgid:{ONE}."),
        ("4:+4930123456 was called", "4:+999000000001 was called"),
        ("told adele@contoso.com", "told user-1@example.com"),
        ("POST https://bot.contoso.com/api/calls answered 500", "POST https://host-1.test/api/calls answered 500"),
        ("Authorization: Bearer eyJ0.x", "Authorization: Bearer REDACTED"),
        ("order 4930123456 of 12", "order 0 of 12"),
        ("has 12582912 bytes", "has 12582912 bytes"),
        (f"got {coded(GUID)}", f"got {coded(ONE)}"),
        ('f"{GRAPH}/calls/{call.id}/participants/{me}"', 'f"{GRAPH}/calls/{call.id}/participants/{me}"'),
        (f"calls/{{{GUID}}}", f"calls/{{{ONE}}}"),
    ],
)
def test_sentences_of_ours_keep_our_words(text: str, expected: str) -> None:
    sanitiser = Sanitiser()
    sanitiser.data({"displayName": "Adele Vance"})

    assert sanitiser.text(text) == expected
    assert sanitiser.text(expected) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("assert '...e Vänskä' == 'Adele V...'", "assert '...' == '...'"),
        ("<roster: Adele V... Okonkwo>", "<roster: ... Okonkwo>"),
        ("cut to 'Adele…", "cut to '…"),
        ("so… and ...so on", "so… and ...so on"),
        ("E    'name': 'Adele '\nE    'Vänskä',", "E    'name': 'text-1',"),
        ("+  b'Adele V\\xc3\\xa4n'\n+  b'sk\\xc3\\xa4'", "+  b'text-1'"),
        ("x = 'of'\n    'ours'", "x = 'of'\n    'ours'"),
        ("'Adele V\\\\u00e4nsk\\\\u00e4'", "'text-1'"),
        ("client_secret=q~1+2%2F3.&x", "client_secret=REDACTED&x"),
        ("xq~1 2/3.x", "xREDACTEDx"),
        ("Authorization: Basic YjgxZjZjNTI6bkU0OFE=", "Authorization: Basic REDACTED"),
        ("E  basic authentication", "E  basic authentication"),
    ],
)
def test_what_python_and_pytest_make_of_values_is_found(text: str, expected: str) -> None:
    """Cut in the middle, broken into literals, as bytes, as JSON that is text; and a secret that was only sent."""
    sanitiser = Sanitiser()
    sanitiser.data({"displayName": "Adele Vänskä", "slice": "E"})
    sanitiser.secret("q~1 2/3.")

    assert sanitiser.text(text) == expected


_COMPOSED = {
    "displayName": "Carla d'Ambrosio",
    "threadId": f"19:{coded('somebody and 17')}@thread.v2",
    "id": coded(f"8:orgid:{GUID}"),
    "token": "s3cr.et~value",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("""'{"displayName": "Carla d\\'Ambrosio"}'""", """'{"displayName": "text-1"}'"""),
        ("'s3cr....t~value'", "'....'"),
        (f"'a...{coded('somebody and 17')[-9:]}@thread.v2'", "'a...@thread.v2'"),
        (f"'19:{coded('somebody and 17')[:9]}...'", "'19:...'"),
        (f"'a...{coded(f'8:orgid:{GUID}')[-12:]}'", "'a...'"),
        (f"'{coded(f'8:orgid:{GUID}')[:12]}...'", "'...'"),
    ],
)
def test_of_values_with_several_parts_nothing_is_left_either(text: str, expected: str) -> None:
    sanitiser = Sanitiser()
    sanitiser.data(_COMPOSED)

    assert sanitiser.text(text) == expected


def test_secrets_of_signing_in_are_not_shown() -> None:
    signing_in = Interaction(
        Direction.CLIENT_TO_GRAPH,
        1,
        Request(
            "POST", "https://login.microsoftonline.com/t/oauth2/v2.0/token", {}, b"client_secret=s.e~c%2Fret&scope=x"
        ),
        Response(200, "OK", {}, b'{"access_token": "opaque-0123456789", "expires_in": 3599}'),
    )
    sanitiser = Sanitiser()

    assert sanitiser.interaction(signing_in) is None
    assert sanitiser.text("s.e~c/ret gave opaque-0123456789 for x") == "REDACTED gave REDACTED for x"
    assert sanitiser.allocated == 0


def test_times_statuses_and_versions_in_sentences_are_nobodys() -> None:
    """Also where a recording holds the like: part of an address, the number of a message."""
    sanitiser = Sanitiser()
    sanitiser.data({"languageId": "0", "region": "v1", "displayName": "202", "countryCode": "Bo"})
    text = "+0.5 s  → GET https://graph.microsoft.com/v1.0/communications/calls 202"

    assert sanitiser.text(text) == text
    assert sanitiser.text("Bo declined") == "text-4 declined"


def test_a_word_of_a_path_that_was_shown_is_replaced_there_and_nowhere_else() -> None:
    """The way to sign in is shown, and has passed through no cassette."""
    sanitiser = Sanitiser()
    shown = "GET https://login.microsoftonline.com/acme/oauth2/token"

    assert sanitiser.text(shown) == "GET https://login.microsoftonline.com/text-1/text-2/text-3"
    assert sanitiser.text("the token of oauth2 at acme") == "the token of oauth2 at acme"
    assert sanitiser.text(shown) == "GET https://login.microsoftonline.com/text-1/text-2/text-3"


@pytest.mark.parametrize("way", ["oauth2/v2.0/token", "v2.0/.well-known/openid-configuration", "discovery/v2.0/keys"])
def test_signing_in_is_shown_without_its_tenant(way: str) -> None:
    host = "https://login.microsoftonline.com"

    assert Sanitiser().text(f"→ POST {host}/{GUID}/{way}") == f"→ POST {host}/{ONE}/{way}"
    assert Sanitiser().text(f"→ POST {host}/contoso.com/{way}") == f"→ POST {host}/text-1/{way}"
    assert Sanitiser().text(f"→ POST {host}/<id:1>/{way}") == f"→ POST {host}/<id:1>/{way}"


def test_every_name_and_word_of_graph_is_vocabulary() -> None:
    """What the schema declares and what the fake can emit."""
    sanitiser = Sanitiser()
    names = {name for of in schema.TYPES for name in schema.properties_of(of)}
    names |= {name for tables in (ANSWERED, NOTIFIED) for members in tables.values() for name in members.split()}
    words = {name: prop for of in schema.TYPES for name, prop in schema.properties_of(of).items()}

    assert sanitiser.data(dict.fromkeys(names)) == dict.fromkeys(names)
    for name, prop in words.items():
        for word in schema.ENUMS.get(prop.type, ()):
            assert sanitiser.data({name: word}) == {name: word}
    for kind in schema.TYPES:
        assert sanitiser.data({"@odata.type": f"#microsoft.graph.{kind}"}) == {
            "@odata.type": f"#microsoft.graph.{kind}"
        }
