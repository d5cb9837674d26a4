"""Who is in a call: compared by identity, whoever names them."""

from __future__ import annotations

from typing import Any

import pytest

from harness.target import Party, Roster
from harness.target.parties import party_of

ADELE = Party(id="p1", kind="user", identity_id="A1", display_name="Adele")
DESK = Party(id="p2", kind="phone", identity_id="+14255550100")


class Somebody:
    key = ("user", "a1")


@pytest.mark.parametrize("who", [Somebody(), ADELE, "a1", "adele", "P1"], ids=["handle", "party", "id", "name", "part"])
def test_somebody_is_found_by_whatever_names_them(who: object) -> None:
    assert who in Roster([DESK, ADELE])
    assert Roster([DESK, ADELE]).find(who) == ADELE


@pytest.mark.parametrize("who", [DESK, "bob", 7, None], ids=repr)
def test_who_is_not_there_is_not_found(who: object) -> None:
    assert who not in Roster([ADELE])


def test_roster_reads_as_the_names_in_it() -> None:
    assert repr(Roster([ADELE, DESK])) == "<roster: Adele, phone +14255550100>"
    assert repr(Roster([])) == "<roster: nobody>"


def test_roster_is_like_a_sequence() -> None:
    roster = Roster([ADELE, DESK])

    assert (len(roster), roster[0], list(roster), roster[1:]) == (2, ADELE, [ADELE, DESK], Roster([DESK]))
    assert roster != [ADELE, DESK]


@pytest.mark.parametrize(
    ("identity", "kind", "id"),
    [
        ({"user": {"id": "a"}, "phone": None}, "user", "a"),
        ({"phone": {"id": "+1"}}, "phone", "+1"),
        ({}, "unknown", ""),
    ],
    ids=["nulls beside", "phone", "nobody"],
)
def test_party_is_read_as_graph_writes_it(identity: dict[str, Any], kind: str, id: str) -> None:
    read = party_of({"id": "p", "isMuted": True, "info": {"identity": identity}})

    assert (read.id, read.kind, read.identity_id, read.is_muted, read.is_in_lobby) == ("p", kind, id, True, False)
