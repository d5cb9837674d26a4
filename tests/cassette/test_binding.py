"""What is an identifier, how two traces' identifiers are bound one to one, and how they are written as roles."""

from __future__ import annotations

from typing import Any

import pytest

from harness.cassette.binding import Binding, Side, is_id_member, slots
from harness.cassette.walking import identity_of, is_roster, matched, walk

A = "ab6233a5-20b7-4c5e-bea2-ce56c9776429"
B = "2e1a0b00-2db4-4022-9570-243709c565ab"
C = "5810cede-f3cc-42eb-b2c1-e9bd5d53ec96"
BARE_A = A.replace("-", "")


def bound(recorded: Any, fake: Any) -> Binding:
    binding = Binding()
    walk(binding, recorded, fake, ("here",))
    return binding


@pytest.mark.parametrize(
    ("text", "member", "expected"),
    [
        (A, "", [(BARE_A, "dashed")]),
        (A.upper(), "", [(BARE_A, "DASHED")]),
        (A[:20] + A[20:].upper(), "", [(BARE_A, "Dashed")]),
        (BARE_A.upper(), "", [(BARE_A, "BARE")]),
        (f"{{{A}}}", "", [(BARE_A, "braced")]),
        (f"19:{A}_{B}@unq.gbl.spaces", "", [(BARE_A, "dashed"), (B.replace("-", ""), "dashed")]),
        (f"8:orgid:{A}", "", [(BARE_A, "dashed")]),
        ("4:+12345678901", "", [("+12345678901", "phone")]),
        ("/app/calls/x-1/participants/7", "", [("x-1", "text"), ("7", "text")]),
        ("$metadata#calls('x-1')/participants", "", [("x-1", "text")]),
        ("clientContext-value", "clientContext", [("clientContext-value", "text")]),
        ("19:meeting_abc@thread.v2", "threadId", [("19:meeting_abc@thread.v2", "text")]),
        ("00000000-0000-4000-8000-000000000001", "", [("00000000000040008000000000000001", "dashed")]),
    ],
    ids=[
        *("guid", "upper case", "mixed case", "without dashes", "braces", "two in one text", "MRI of a user"),
        *("MRI of a phone", "path segments", "OData context", "client context", "thread", "digits only"),
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


def test_a_pair_is_bound_with_the_place_where_it_was_first_seen() -> None:
    binding = bound({"url": f"/calls/{A}", "id": A}, {"url": f"/calls/{B}", "id": B})

    assert [(pair.recorded, pair.fake, pair.place) for pair in binding.pairs()] == [
        (BARE_A, B.replace("-", ""), ("here", "url"))
    ]


@pytest.mark.parametrize(
    ("recorded", "fake", "partners"),
    [
        ([A, A], [B, C], [(A, B)]),
        ([A, B], [C, C], [(A, C)]),
        ([A], [f"{B} {C}"], []),
        ([A], [None], []),
    ],
    ids=["one of two", "two of one", "more than here", "no text"],
)
def test_the_first_pair_stays(recorded: list[Any], fake: list[Any], partners: list[tuple[str, str]]) -> None:
    binding = bound(recorded, fake)

    assert [(p.recorded, p.fake) for p in binding.pairs()] == [
        (a.replace("-", ""), b.replace("-", "")) for a, b in partners
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"/calls/{A}/x", f"/calls/{B}/x"),
        (A.upper(), B.upper()),
        (BARE_A, B.replace("-", "")),
        (f"{{{A}}}", f"{{{B}}}"),
        (C, C),
        ('{"a":"one","b":"two","one":1}', '{"a":"two","b":"one","one":1}'),
        ("one", "one"),
    ],
    ids=[
        "in a path",
        "upper case",
        "without dashes",
        "braces",
        "unknown",
        "whole strings, members left",
        "no string",
    ],
)
def test_recorded_texts_are_translated_in_their_own_spelling(text: str, expected: str) -> None:
    binding = bound(
        {"id": A, "clientContext": "one", "threadId": "two"},
        {"id": B, "clientContext": "two", "threadId": "one"},
    )

    assert binding.translate(text) == expected


def test_the_fake_is_addressed_as_it_spells_its_own() -> None:
    binding = bound({"id": BARE_A.upper()}, {"id": B})

    assert binding.translate(f"/calls/{BARE_A.upper()}") == f"/calls/{B}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (A, "<call:1>"),
        (A.upper(), "<CALL:1>"),
        (A[:20] + A[20:].upper(), "<Call:1>"),
        (BARE_A, "<call:1, bare>"),
        (BARE_A.upper(), "<CALL:1, bare>"),
        (f"{{{A}}}", "<call:1, braced>"),
        (f"19:{A}@x", "19:<call:1>@x"),
        ("running", "running"),
    ],
    ids=["plain", "upper case", "mixed case", "bare", "bare upper", "braced", "in a text", "none"],
)
def test_identifiers_are_written_as_roles_with_their_spelling(text: str, expected: str) -> None:
    binding = bound({"url": f"/calls/{A}"}, {"url": f"/calls/{B}"})

    assert binding.render(text) == expected


def test_an_identifier_of_the_fake_alone_is_new() -> None:
    binding = bound({"url": f"/calls/{A}"}, {"url": f"/calls/{B}"})

    rendered = [binding.render(text, side=Side.FAKE) for text in (f"/calls/{B}", f"/calls/{C}")]

    assert rendered == ["/calls/<call:1>", "/calls/<new call:1>"]


@pytest.mark.parametrize(
    ("recorded", "role"),
    [
        ({"url": f"/operations/{A}"}, "operation:1"),
        ({"tenantId": A}, "tenant:1"),
        ({"user": {"id": A}}, "user:1"),
        ({"@odata.type": "#microsoft.graph.call", "id": A}, "call:1"),
        ({"@odata.type": "#microsoft.graph.inviteParticipantsOperation", "id": A}, "operation:1"),
        ({"replacesCallId": A}, "call:1"),
        ({"request-id": A}, "request:1"),
        ({"x": f"see {A}"}, "id:1"),
    ],
    ids=["segment", "member", "identity", "type", "operation", "another call", "header", "nothing told"],
)
def test_roles_are_named_after_segment_member_or_object(recorded: dict[str, Any], role: str) -> None:
    assert bound(recorded, None).render(A) == f"<{role}>"


def test_roles_are_numbered_by_first_appearance_whatever_the_fake_does() -> None:
    recorded = [_entry(A), _entry(B), _entry(C)]
    fakes: list[Any] = [None, recorded, recorded[::-1], [_entry(B)]]

    roles = [[bound(recorded, fake).render(text) for text in (A, B, C)] for fake in fakes]

    assert roles == [["<user:1>", "<user:2>", "<user:3>"]] * 4


def test_digits_alone_tell_no_letter_case() -> None:
    digits = "00000000-0000-4000-8000-000000000001"
    binding = bound({"id": digits}, {"id": A.upper()})

    assert (binding.render(digits), binding.render(A.upper(), side=Side.FAKE)) == ("<id:1>", "<id:1>")


def test_another_letter_case_is_no_renaming() -> None:
    binding = bound({"threadId": "19:abc"}, {"threadId": "19:ABC"})

    rendered = binding.render("19:abc", "threadId"), binding.render("19:ABC", "threadId", side=Side.FAKE)

    assert rendered == ("<thread:1, text>", "<THREAD:1, text>")


def test_first_places_name_what_roles_were_bound() -> None:
    binding = bound({"id": A, "tenantId": B}, {"id": B, "tenantId": C})

    assert binding.first_places("<id:1>", "<TENANT:1, bare>") == "id:1 at here/id, tenant:1 at here/tenantId"


def test_first_places_of_an_unbound_role_are_nowhere() -> None:
    assert bound({"id": A}, None).first_places("<id:1>") == "nowhere"


def _entry(who: str, kind: str = "user", **members: Any) -> dict[str, Any]:
    return {"info": {"identity": {kind: {"id": who}}}, **members}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (_entry(A), ("user", A)),
        ({"info": {"identity": {"user": {"id": A}, "application": {"id": B}}}}, ("application", B)),
        ({"info": {"identity": {"application": {"id": B}, "user": {"id": A}}}}, ("application", B)),
        ({"info": {"identity": {"user": None, "phone": {"id": "+1"}}}}, ("phone", "+1")),
        ({"info": {"identity": {"user": None}}}, None),
        ({"identity": {"user": {"id": A}}}, None),
        ("text", None),
    ],
    ids=["user", "two", "two, the other way round", "null beside", "null", "invitee", "text"],
)
def test_the_identity_of_a_roster_entry(value: Any, expected: tuple[str, str] | None) -> None:
    assert identity_of(value) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([_entry(A)], True),
        ([_entry(A), {"id": B}], True),
        ([{"@odata.type": "#microsoft.graph.participant"}], True),
        ([{"identity": {"user": {"id": A}}}], False),
        ([_entry(A), "text"], False),
        ([], False),
    ],
    ids=[
        "participants",
        "one without identity",
        "by type",
        "invitees: order counts",
        "not only objects",
        "empty",
    ],
)
def test_a_roster_is_told_by_what_is_in_it(values: list[Any], expected: bool) -> None:
    assert is_roster(values) is expected


@pytest.mark.parametrize(
    ("recorded", "fake", "expected"),
    [
        ([_entry(A), _entry(B)], [_entry(B), _entry(A)], [1, 0]),
        ([_entry(A, x=1), _entry(A, x=2)], [_entry(A, x=2), _entry(A, x=1)], [1, 0]),
        ([_entry(A, x=1), _entry(B, x=2)], [_entry(C, x=2), _entry(BARE_A[::-1], x=1)], [1, 0]),
        ([_entry(A)], [_entry("+12345678", kind="phone")], [None]),
        ([_entry(A), _entry(B)], [_entry(A)], [0, None]),
        ([1, 2], [2], [0, None]),
    ],
    ids=["by identity", "one there twice", "unknown, by what is told", "another kind", "missing", "by place"],
)
def test_entries_that_belong_together(recorded: list[Any], fake: list[Any], expected: list[int | None]) -> None:
    pairs = matched(Binding(), recorded, fake)

    assert pairs == [(entry, None if n is None else fake[n]) for entry, n in zip(recorded, expected, strict=True)]
