"""How a trace is written so that what is left can be compared exactly."""

from __future__ import annotations

from typing import Any

import pytest

from harness.cassette.binding import Binding, Side
from harness.cassette.roles import Roles
from harness.cassette.scenario import ABSENT
from harness.compare import Exchange, Told
from harness.compare.rendering import Renderer
from tests.properties.traces import CALL, OTHER_USER, USER


def rendered(value: Any, member: str = "") -> Any:
    return Renderer(Roles(Binding()), Side.RECORDED).value(value, member)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2018-09-06T15:58:41Z", "<time, 0 digits, zone Z>"),
        ("2018-09-06T15:58:41.1234567Z", "<time, 7 digits, zone Z>"),
        ("2018-09-06T15:58:41.123+02:00", "<time, 3 digits, zone +02:00>"),
        ("2018-09-06T15:58:41", "<time, 0 digits, zone none>"),
        ("Thu, 06 Sep 2018 15:58:41 GMT", "<http date>"),
        ("2018-09-06", "2018-09-06"),
        ("at 2018-09-06T15:58:41Z", "at 2018-09-06T15:58:41Z"),
    ],
    ids=["seconds", "seven digits", "offset", "no zone", "HTTP", "date alone", "in a text"],
)
def test_times_are_written_by_form(text: str, expected: str) -> None:
    assert rendered(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '{"ServerInfo":{"DataCenter":"X","Ring":3}}',
            {"ServerInfo": {"DataCenter": "<str>", "Ring": "<int>"}},
        ),
        ("no JSON", "<text>"),
    ],
    ids=["JSON", "text"],
)
def test_diagnostics_are_written_by_shape(text: str, expected: Any) -> None:
    assert rendered(text, "x-ms-ags-diagnostic") == expected


def _entry(who: str | None, **members: Any) -> dict[str, Any]:
    return {"info": {"identity": {"user": {"id": who} if who else None}}, **members}


def test_a_roster_is_keyed_by_identity() -> None:
    roster = rendered([_entry(USER), _entry(OTHER_USER), _entry(None)])

    assert list(roster) == ["user <user:1>", "user <user:2>", "nobody"]


def test_repetitions_in_a_roster_are_numbered_whatever_their_order() -> None:
    one, two = _entry(USER, isMuted=False), _entry(USER, isMuted=True)

    rosters = [rendered([one, two]), rendered([two, one])]

    assert rosters[0] == rosters[1]
    assert list(rosters[0]) == ["user <user:1>", "user <user:1> (2)"]


def test_invitees_stay_in_the_order_in_which_they_were_asked_for() -> None:
    invitees = [{"identity": {"user": {"id": USER}}}, {"identity": {"user": {"id": OTHER_USER}}}]

    assert rendered(invitees) == [{"identity": {"user": {"id": f"<user:{n}>"}}} for n in (1, 2)]


def test_what_an_exchange_does_not_show_has_no_branch() -> None:
    tree = Renderer(Roles(Binding()), Side.RECORDED).exchange(
        Exchange("GET", f"/calls/{CALL}", ABSENT, None, {}, ABSENT)
    )

    assert tree == {"method": "GET", "url": "/calls/<call:1>", "response": {"headers": {}}}


def test_a_notifications_own_members_hide_nothing_around_it() -> None:
    told = Told(
        "https://bot.example",
        {"Accept": "x"},
        {"a": 1},
        {"changeType": "updated", "headers": 1, "callback": 2, ".headers": 3, "body": 4},
    )

    assert Renderer(Roles(Binding()), Side.RECORDED).told(told) == {
        "changeType": "updated",
        ".headers": 1,
        ".callback": 2,
        "..headers": 3,
        ".body": 4,
        "callback": "https://<host:1>",
        "headers": {"Accept": "x"},
        "envelope": {"a": 1},
    }


def test_a_notification_that_is_no_envelope_is_a_body() -> None:
    told = Told("https://bot.example", {}, ABSENT, "text")

    assert Renderer(Roles(Binding()), Side.RECORDED).told(told) == {
        "body": "text",
        "callback": "https://<host:1>",
        "headers": {},
    }
