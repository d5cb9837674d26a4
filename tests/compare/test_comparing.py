"""What a comparison says of two traces."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.cassette.scenario import ABSENT, Unseen
from harness.compare import Comparison, Drift, Told, Trace, compare
from harness.compare.comparing import HiddenValue
from tests.properties.traces import (
    BOT,
    CALL,
    OTHER_CALL,
    OTHER_USER,
    USER,
    call_told,
    create,
    entry,
    exchange,
    guid,
    refusal,
    roster_told,
)


def asked(answer: Any, **more: Any) -> Trace:
    return Trace((exchange("GET", f"/calls/{CALL}", 200, answer=answer, **more),))


def said(*notifications: Told) -> Trace:
    return Trace((), notifications)


def test_equal_traces_have_no_drift_and_count_their_identifiers() -> None:
    comparison = compare(asked({"id": CALL, "tenantId": USER}), asked({"id": CALL, "tenantId": USER}))

    assert (comparison.drifts, comparison.ids_bound) == ((), 2)


@pytest.mark.parametrize(
    ("recorded", "fake", "expected"),
    [
        (asked({"a": None}), asked({}), Drift("requests/1/response/body/a", "missing", None, ABSENT)),
        (asked({"a": True}), asked({"a": 1}), Drift("requests/1/response/body/a", "type", True, 1)),
        (
            asked(1, headers={"Location": f"/calls/{CALL}"}),
            asked(1),
            Drift("requests/1/response/headers/Location", "missing", "/calls/<call:1>", ABSENT),
        ),
        (
            asked({"status": "Running"}),
            asked({"status": "running"}),
            Drift("requests/1/response/body/status", "letter-case", "Running", "running"),
        ),
        (asked(1), asked(ABSENT), Drift("requests/1/response/body", "missing", 1, ABSENT)),
        (
            asked({"threadId": "19:abc@thread.v2"}),
            asked({"threadId": "19:ABC@thread.v2"}),
            Drift(
                "requests/1/response/body/threadId", "letter-case", "19:<thread:1>@thread.v2", "19:<THREAD:1>@thread.v2"
            ),
        ),
        (
            Trace(),
            asked(1),
            Drift(
                "requests/1",
                "extra",
                ABSENT,
                "GET https://graph.microsoft.com/v1.0/communications/calls/<new call:1>",
            ),
        ),
    ],
    ids=["null", "type", "header", "letter case", "body", "case of a text that is an id", "exchange"],
)
def test_what_differs_in_an_exchange(recorded: Trace, fake: Trace, expected: Drift) -> None:
    assert compare(recorded, fake).drifts == (expected,)


def test_a_request_that_the_fake_was_not_sent_is_missing() -> None:
    drifts = compare(create(), replace(create(), exchanges=create().exchanges[:2])).drifts

    line = "DELETE https://graph.microsoft.com/v1.0/communications/calls/<call:1>"
    assert drifts == (Drift("requests/3", "missing", line, ABSENT),)


def test_an_identifier_used_inconsistently_is_told_with_the_places_where_both_were_bound() -> None:
    recorded = asked({"tenantId": USER, "callChainId": BOT, "id": USER})
    fake = asked({"tenantId": USER, "callChainId": BOT, "id": BOT})

    assert compare(recorded, fake).drifts == (
        Drift(
            "requests/1/response/body/id",
            "identifier",
            "<tenant:1>",
            "<chain:1>",
            "first bound: tenant:1 at requests/1/response/body/tenantId, "
            "chain:1 at requests/1/response/body/callChainId",
        ),
    )


@pytest.mark.parametrize(
    ("fake", "expected"),
    [
        (
            said(call_told(CALL, "established")),
            Drift("notifications/2", "missing", "updated /communications/calls/<call:1> terminating", ABSENT),
        ),
        (
            said(
                call_told(CALL, "established"),
                call_told(CALL, "terminating"),
                call_told(CALL, "terminated", change_type="deleted"),
            ),
            Drift(
                "notifications/extra/deleted call terminated",
                "extra",
                ABSENT,
                "deleted /communications/calls/<call:1> terminated",
            ),
        ),
        (
            said(call_told(CALL, "established"), call_told(CALL, "established"), call_told(CALL, "terminating")),
            Drift(
                "notifications/extra/updated call established",
                "duplicate",
                ABSENT,
                "updated /communications/calls/<call:1> established",
            ),
        ),
        (
            said(call_told(CALL, "terminating"), call_told(CALL, "established")),
            Drift(
                "notifications/2",
                "order",
                "updated /communications/calls/<call:1> established, "
                "then updated /communications/calls/<call:1> terminating",
                "updated /communications/calls/<call:1> terminating, "
                "then updated /communications/calls/<call:1> established",
            ),
        ),
    ],
    ids=["missing", "extra", "duplicate", "order"],
)
def test_what_differs_in_notifications(fake: Trace, expected: Drift) -> None:
    recorded = said(call_told(CALL, "established"), call_told(CALL, "terminating"))

    assert compare(recorded, fake).drifts == (expected,)


def test_a_copy_under_another_message_id_is_a_duplicate() -> None:
    one, two = (
        replace(call_told(CALL, "established"), headers={"X-Microsoft-Skype-Message-ID": guid(n)}) for n in (1, 2)
    )

    assert [drift.kind for drift in compare(said(one), said(one, two)).drifts] == ["duplicate"]


def test_identifiers_in_an_envelope_are_bound_too() -> None:
    one = replace(call_told(CALL, "established"), envelope={"@odata.context": f"#calls('{OTHER_CALL}')"})
    two = replace(one, envelope={"@odata.context": f"#calls('{guid(1)}')"})

    assert compare(said(one), said(two)).drifts == ()


def test_a_roster_entry_more_and_one_less_are_told_as_a_whole() -> None:
    recorded = said(roster_told(CALL, entry(1, "user", USER)))
    fake = said(roster_told(CALL, entry(1, "user", USER), entry(2, "phone", "+12345678901")))

    comparison = compare(fake, recorded), compare(recorded, fake)

    assert [[(d.path, d.kind) for d in c.drifts] for c in comparison] == [
        [("notifications/1/resourceData/phone <phone:1>", "missing")],
        [("notifications/1/resourceData/phone <new phone:1>", "extra")],
    ]


def test_somebody_twice_in_a_roster_is_a_duplicate() -> None:
    recorded = said(roster_told(CALL, entry(1, "user", USER)))
    fake = said(roster_told(CALL, entry(1, "user", USER), entry(1, "user", USER)))

    drifts = compare(recorded, fake).drifts

    assert [(d.path, d.kind) for d in drifts] == [("notifications/1/resourceData/user <user:1> (2)", "duplicate")]


def test_an_entry_that_lost_its_identity_is_nobody() -> None:
    recorded = said(roster_told(CALL, entry(1, "user", USER)))
    lost = entry(1, "user", USER)
    lost["info"]["identity"]["user"] = None

    drifts = compare(recorded, said(roster_told(CALL, lost))).drifts

    assert [(d.path, d.kind) for d in drifts] == [
        ("notifications/1/resourceData/nobody", "extra"),
        ("notifications/1/resourceData/user <user:1>", "missing"),
    ]


def test_order_of_a_roster_does_not_count() -> None:
    entries = [entry(1, "user", USER), entry(2, "user", OTHER_USER), entry(3, "application", BOT)]

    assert compare(said(roster_told(CALL, *entries)), said(roster_told(CALL, *entries[::-1]))).drifts == ()


def test_unseen_differences_are_counted_apart() -> None:
    unseen = Unseen("requests/1/response/headers/Location", "not printed")

    comparison = compare(asked(1), asked(1, headers={"Location": "/x"}), unseen=[unseen])

    assert comparison == Comparison(
        drifts=(),
        unseen=((Drift("requests/1/response/headers/Location", "extra", ABSENT, "/x"), unseen),),
        unseen_unused=(),
        by_form=(),
        bound=comparison.bound,
    )


def test_unseen_path_at_which_nothing_differs_is_told() -> None:
    unseen = Unseen("requests/1/response/headers/Location", "not printed")

    assert compare(asked(1), asked(1), unseen=[unseen]).unseen_unused == (unseen,)


def test_unseen_path_must_not_hide_a_recorded_value() -> None:
    unseen = Unseen("requests/*/response/body/error/**", "not printed")

    with pytest.raises(HiddenValue) as raised:
        compare(refusal(), refusal(), unseen=[unseen])

    assert str(raised.value) == (
        "unseen 'requests/*/response/body/error/**' hides a value that the cassette holds at "
        "'requests/1/response/body/error': name only paths that the source did not show"
    )


def test_total_order_is_checked_when_asked_for() -> None:
    one, two = call_told(CALL, "established"), call_told(OTHER_CALL, "established")

    drifts = [compare(said(one, two), said(two, one), order=order).drifts for order in ("resource", "total")]

    assert [[d.kind for d in found] for found in drifts] == [[], ["order"]]


@pytest.mark.parametrize(
    ("recorded", "fake"),
    [
        ("alice@contoso.example", USER),
        (USER, "+12345678901"),
        ("+12345678901", "alice@contoso.example"),
        ("19:abc@thread.v2", USER),
    ],
    ids=["mail and GUID", "GUID and phone", "phone and mail", "thread and GUID"],
)
def test_an_identifier_of_another_kind_is_another_value(recorded: str, fake: str) -> None:
    drifts = compare(asked({"id": recorded}), asked({"id": fake})).drifts

    assert [drift.path for drift in drifts] == ["requests/1/response/body/id"]


def test_a_placeholder_that_stands_for_two_texts_is_told() -> None:
    recorded = asked({"a": "text-1", "b": "text-1", "c": "text-1"})

    drifts = compare(recorded, asked({"a": "Adele", "b": "Bob", "c": "text-1"})).drifts

    assert drifts == (
        Drift("requests/1/response/body/b", "value", "text-1", "Bob", "stood for 'Adele' before"),
        Drift("requests/1/response/body/c", "value", "text-1", "text-1", "stood for 'Adele' before"),
    )


def test_what_is_compared_by_form_is_named() -> None:
    comparison = compare(asked({"a": "text-1", "b": ["REDACTED", 0]}), asked({"a": "x", "b": ["y", 10**9]}))

    assert comparison.drifts == ()
    assert comparison.by_form == tuple(f"requests/1/response/body/{at}" for at in ("a", "b/1", "b/2"))


def test_what_was_given_stays_what_it_is() -> None:
    recorded, fake = asked({"tenantId": USER}), asked({"tenantId": OTHER_USER})

    drifts = [compare(recorded, fake, given=given).drifts for given in (None, {"application": {"tenantId": USER}})]

    assert [[d.kind for d in found] for found in drifts] == [[], ["identifier"]]
