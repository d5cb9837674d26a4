"""How identifiers are written as roles."""

from __future__ import annotations

from typing import Any

import pytest

from harness.cassette.binding import Binding, Side
from harness.cassette.roles import Roles
from harness.cassette.walking import texts_of, walk

A = "ab6233a5-20b7-4c5e-bea2-ce56c9776429"
B = "2e1a0b00-2db4-4022-9570-243709c565ab"
C = "5810cede-f3cc-42eb-b2c1-e9bd5d53ec96"
BARE_A = A.replace("-", "")


def roles_of(recorded: Any, fake: Any) -> Roles:
    binding = Binding()
    walk(binding, recorded, fake, (None, "here"))
    roles = Roles(binding)
    for text in texts_of(recorded):
        roles.see(*text)
    return roles


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (A, "<call:1>"),
        (A.upper(), "<CALL:1>"),
        (A[:20] + A[20:].upper(), "<Call:1>"),
        (BARE_A, "<call:1, bare>"),
        (BARE_A.upper(), "<CALL:1, bare>"),
        (f"{{{A}}}", "{<call:1>}"),
        (f"19:{A}@x", "19:<call:1>@x"),
        ("running", "running"),
    ],
    ids=["plain", "upper case", "mixed case", "bare", "bare upper", "braced", "in a text", "none"],
)
def test_identifiers_are_written_as_roles_with_their_spelling(text: str, expected: str) -> None:
    roles = roles_of({"url": f"/calls/{A}"}, {"url": f"/calls/{B}"})

    assert roles.render(text) == expected


def test_an_identifier_of_the_fake_alone_is_new() -> None:
    roles = roles_of({"url": f"/calls/{A}"}, {"url": f"/calls/{B}"})

    rendered = [roles.render(text, side=Side.FAKE) for text in (f"/calls/{B}", f"/calls/{C}")]

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
    assert roles_of(recorded, None).render(A) == f"<{role}>"


def test_roles_are_numbered_by_first_appearance_whatever_the_fake_does() -> None:
    recorded = [_entry(A), _entry(B), _entry(C)]
    fakes: list[Any] = [None, recorded, recorded[::-1], [_entry(B)]]

    rendered = [[roles_of(recorded, fake).render(text) for text in (A, B, C)] for fake in fakes]

    assert rendered == [["<user:1>", "<user:2>", "<user:3>"]] * 4


def test_digits_alone_tell_no_letter_case() -> None:
    digits = "00000000-0000-4000-8000-000000000001"
    roles = roles_of({"id": digits}, {"id": A.upper()})

    assert (roles.render(digits), roles.render(A.upper(), side=Side.FAKE)) == ("<id:1>", "<id:1>")


def test_another_letter_case_is_no_renaming() -> None:
    roles = roles_of({"threadId": "19:abc"}, {"threadId": "19:ABC"})

    rendered = roles.render("19:abc", "threadId"), roles.render("19:ABC", "threadId", side=Side.FAKE)

    assert rendered == ("<thread:1, text>", "<THREAD:1, text>")


def test_first_places_name_what_roles_were_roles_of() -> None:
    roles = roles_of({"id": A, "tenantId": B}, {"id": B, "tenantId": C})

    assert roles.first_places("<id:1>", "<TENANT:1, bare>") == "id:1 at here/id, tenant:1 at here/tenantId"


def test_what_was_never_bound_is_nowhere_before() -> None:
    roles = roles_of({"id": A}, {"id": B})

    assert roles.first_places("<id:1>", "<new id:1>") == "id:1 at here/id, new id:1 nowhere before"


def test_text_that_looks_like_a_role_is_told_from_one() -> None:
    roles = roles_of({"url": f"/calls/{A}"}, {"url": f"/calls/{B}"})

    assert roles.render("<call:1>", side=Side.FAKE) == "\\<call:1>"


def test_the_legend_names_each_bound_pair_once() -> None:
    roles = roles_of({"url": f"/calls/{A}", "id": A, "user": {"id": C}}, {"url": f"/calls/{B}", "id": B})

    assert [(role, pair.recorded_text, pair.fake_text) for role, pair in roles.legend()] == [("call:1", A, B)]


def _entry(who: str) -> dict[str, Any]:
    return {"info": {"identity": {"user": {"id": who}}}}
