"""What is an identifier in a text, and which texts are the same but for theirs."""

from __future__ import annotations

import pytest

from harness.cassette.identifiers import form_of, is_id_member, slots

A = "ab6233a5-20b7-4c5e-bea2-ce56c9776429"
B = "2e1a0b00-2db4-4022-9570-243709c565ab"
C = "5810cede-f3cc-42eb-b2c1-e9bd5d53ec96"
BARE_A = A.replace("-", "")


@pytest.mark.parametrize(
    ("text", "member", "expected"),
    [
        (A, "", [(BARE_A, "dashed")]),
        (A.upper(), "", [(BARE_A, "DASHED")]),
        (A[:20] + A[20:].upper(), "", [(BARE_A, "Dashed")]),
        (BARE_A.upper(), "", [(BARE_A, "BARE")]),
        (f"{{{A}}}", "", [(BARE_A, "dashed")]),
        (f"19:{A}_{B}@unq.gbl.spaces", "", [(BARE_A, "dashed"), (B.replace("-", ""), "dashed")]),
        (f"8:orgid:{A}", "", [(BARE_A, "dashed")]),
        ("4:+12345678901", "", [("+12345678901", "phone")]),
        ("/app/calls/x-1/participants/7", "", [("x-1", "text"), ("7", "text")]),
        ("$metadata#calls('x-1')/participants", "", [("x-1", "text")]),
        ("clientContext-value", "clientContext", [("clientContext-value", "text")]),
        ("19:meeting_abc@thread.v2", "threadId", [("abc", "thread")]),
        ("19:meeting_(base64)@thread.v2", "", [("(base64)", "thread")]),
        ("/chats/19:abc@thread.tacv2/messages", "", [("abc", "thread")]),
        ("https://teams.microsoft.com/l/meetup-join/19%3ameeting_aB0-@x", "", []),
        ("https://teams.microsoft.com/l/meetup-join/19%3ameeting_aB0%40thread.v2/0", "", [("aB0", "thread")]),
        (f"?context=%7b%22Tid%22%3a%22{A}%22", "", [(BARE_A, "dashed")]),
        (f"?context=%22{BARE_A}%22", "", [(BARE_A, "bare")]),
        ("This is 8:live:adele.vance.", "", [("adele.vance", "text")]),
        ("see 8:live:adele.vance, gone", "", [("adele.vance", "text")]),
        ("Adele.Vance@contoso.example", "", [("Adele.Vance@contoso.example", "mail")]),
        ("https://bot.example:8443/api/calls", "callbackUri", [("bot.example:8443", "host")]),
        ("https://bot.example/api/calls", "joinWebUrl", []),
        ("REDACTED", "id", []),
        ("00000000-0000-4000-8000-000000000001", "", [("00000000000040008000000000000001", "dashed")]),
    ],
    ids=[
        *("guid", "upper case", "mixed case", "without dashes", "braces", "two in one text", "MRI of a user"),
        *("MRI of a phone", "path segments", "OData context", "client context", "thread", "odd thread"),
        *("thread in a path", "no thread in a URL", "thread in a URL", "escaped", "escaped, bare"),
        *("Teams address at an end", "Teams address", "mail", "callback", "other URL", "redacted", "digits only"),
    ],
)
def test_identifiers_are_found_in_every_form(text: str, member: str, expected: list[tuple[str, str]]) -> None:
    found = slots(text, member)

    assert [(slot.normal, slot.spelling) for slot in found] == expected


@pytest.mark.parametrize(
    ("text", "member"),
    [
        ("running", "status"),
        ("0", "messageId"),
        ("1", "sourceId"),
        ("en-US", "languageId"),
        ("", "id"),
        (A + "0", ""),
        ("10 calls/minute at most", ""),
        ("1+12345678901", ""),
        ("+123456", ""),
        ("/calls/", ""),
        ("/app/participants/invite", ""),
        ("/app/participants/muteAll", ""),
        ("/app/calls/$count", ""),
        ("/app/calls/microsoft.graph.logTeleconferenceDeviceQuality", ""),
    ],
    ids=[
        *(
            "value",
            "message id",
            "source id",
            "language",
            "empty",
            "too many digits",
            "no path",
            "digit before a plus",
            "short number",
        ),
        *("no segment", "invite", "mute all", "count", "bound action"),
    ],
)
def test_other_texts_hold_no_identifier(text: str, member: str) -> None:
    assert slots(text, member) == ()


@pytest.mark.parametrize("name", ["id", "threadId", "clientContext", "request-id", "X-Microsoft-Skype-Chain-ID"])
def test_members_named_like_an_identifier_hold_one(name: str) -> None:
    assert is_id_member(name)


@pytest.mark.parametrize("name", ["sourceId", "languageId", "messageId", "valid", "identity", "state"])
def test_other_members_hold_none(name: str) -> None:
    assert not is_id_member(name)


@pytest.mark.parametrize(
    ("one", "other", "are_alike"),
    [
        (f"/calls/{A}", f"/calls/{B}", True),
        (f"/calls/{A}", f"/calls/{B.upper()}", False),
        (f"/calls/{A}", f"/call/{B}", False),
        (f"{A} {B}", f"{A}", False),
        ("2026-01-02T03:04:05.123Z", "2025-01-02T03:04:05.999Z", True),
        ("2026-01-02T03:04:05.123Z", "2025-01-02T03:04:05.99Z", False),
        ("2026-01-02T03:04:05Z", "2025-01-02T03:04:05+00:00", False),
        ("Fri, 02 Jan 2026 03:04:05 GMT", "Sat, 03 Jan 2026 03:04:05 GMT", True),
        ("running", "Running", False),
        ("\u0662\u0660\u0662\u0666-01-02T03:04:05Z", "2026-01-02T03:04:05Z", False),
        (A, "\0dashed\0", False),
    ],
    ids=[
        *("other id", "other spelling", "other text", "fewer", "times", "digits of a time", "zones", "HTTP dates"),
        *("values", "other digits", "what stands for an identifier inside"),
    ],
)
def test_texts_are_alike_but_for_their_identifiers(one: str, other: str, are_alike: bool) -> None:
    mine, theirs = form_of(one), form_of(other)

    assert ((mine.template, len(mine.normals)) == (theirs.template, len(theirs.normals))) is are_alike
