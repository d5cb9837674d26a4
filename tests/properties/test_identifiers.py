"""What the tests take for an identifier, form by form."""

from __future__ import annotations

import random

import pytest

from tests.properties.identifiers import fresh, identifiers, renamed_in, written

GUID = "ab6233a5-20b7-4c5e-bea2-ce56c9776429"
BARE = GUID.replace("-", "")


@pytest.mark.parametrize(
    ("text", "member", "found"),
    [
        (f"/calls/{GUID}/participants", "", [("guid", BARE)]),
        (f"{{{GUID.upper()}}}", "", [("guid", BARE)]),
        (BARE.upper(), "", [("guid", BARE)]),
        (f"0{BARE}", "", []),
        (f"context=%7b%22Tid%22%3a%22{GUID}%22", "", [("guid", BARE)]),
        ("/calls/c1/participants/p.1?a=b", "", [("text", "c1"), ("text", "p.1")]),
        ("/calls/c1/participants/invite", "", [("text", "c1")]),
        ("communications/calls('c1')", "", [("text", "c1")]),
        ("a", "clientContext", [("text", "a")]),
        ("a", "messageId", []),
        ("a", "request-id", [("text", "a")]),
        ("", "id", []),
        ("a", "state", []),
        ("19:meeting_Win@thread.v2", "threadId", [("thread", "Win")]),
        ("meetup-join/19%3ameeting_Win%40thread.v2/0", "", [("thread", "Win")]),
        (f"19:{GUID}_{GUID}@unq.gbl.spaces", "", [("guid", BARE), ("guid", BARE)]),
        ("4:+12345678901", "", [("phone", "+12345678901")]),
        ("2018-09-06T15:58:41+00:00", "", []),
        (f"participant 8:orgid:{GUID}.", "", [("guid", BARE)]),
        (f"28:{GUID}", "", [("guid", BARE)]),
        ("is 8:live:alice.smith.", "", [("mri", "alice.smith")]),
        ("8:bob", "id", [("text", "8:bob")]),
        ("/users/adele@contoso.example/calls", "", [("mail", "adele@contoso.example")]),
    ],
)
def test_identifiers_in_a_text(text: str, member: str, found: list[tuple[str, str]]) -> None:
    assert [(i.kind, i.normal) for i in identifiers(text, member)] == found


@pytest.mark.parametrize("like", [GUID, GUID.upper(), BARE, BARE.upper()])
def test_a_guid_is_written_like_another(like: str) -> None:
    assert written(BARE, like, "guid") == like


@pytest.mark.parametrize("kind", ["guid", "phone", "mail", "text", "thread", "mri"])
def test_a_new_name_is_of_its_kind_wherever_such_names_stand(kind: str) -> None:
    around = {"thread": "19:meeting_{}@thread.v2", "mri": "8:live:{}", "text": "/calls/{}"}.get(kind, "{}")
    text = around.format(fresh(kind, random.Random(0)))

    assert [i.kind for i in identifiers(text)] == [kind]


def test_renaming_leaves_everything_else_alone() -> None:
    value = {"id": GUID, "text": f"see /calls/{GUID.upper()}", "n": [1, None, True, "id"]}

    renamed = renamed_in(value, lambda kind, normal: "0" * 32)

    zero = "00000000-0000-0000-0000-000000000000"
    assert renamed == {"id": zero, "text": f"see /calls/{zero}", "n": [1, None, True, "id"]}
