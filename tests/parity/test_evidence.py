"""What cassettes show, and what they do not: made-up ones, and the shipped ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.cassette.scenario import ABSENT
from harness.compare import Moment, Result, Verification
from harness.compare.known import held_at
from harness.graph.refusals import Evidence
from harness.parity.evidence import METADATA, Claim, declared, showings, strongest
from harness.parity.seen import Item, Kind
from tests.parity.build import LINK, asked, drift, result, told, unseen
from tests.parity.watching import Watch

CALL = {"@odata.type": "#microsoft.graph.call", "state": "incoming", "chatInfo": {"threadId": "t"}}
ANSWER = asked({"status": 200, "body": CALL})
BODY = "requests/1/response/body"
STATE = Item(Kind.ANSWERED, "call.state")
CHAT = Item(Kind.ANSWERED, "call.chatInfo")
THREAD = Item(Kind.ANSWERED, "chatInfo.threadId")


def shown(*results: Result) -> set[Item]:
    return set(showings(results))


def test_cassette_shows_what_its_source_holds_and_the_fake_emits() -> None:
    assert {STATE, CHAT, THREAD, Item(Kind.ROUTE, "GET /calls/{call}")} <= shown(result(ANSWER))


def test_what_only_the_fake_emits_is_not_shown() -> None:
    fake = {"status": 200, "body": {**CALL, "subject": None}}

    assert Item(Kind.ANSWERED, "call.subject") not in shown(result(asked({"status": 200, "body": CALL}, fake)))


def test_what_only_the_source_holds_is_not_shown() -> None:
    recorded = {"status": 200, "body": {**CALL, "subject": None}}

    assert Item(Kind.ANSWERED, "call.subject") not in shown(result(asked(recorded, {"status": 200, "body": CALL})))


def test_known_drift_takes_away_what_lies_at_it_and_below() -> None:
    lost = shown(result(ANSWER)) - shown(result(ANSWER, known=(drift(f"{BODY}/chatInfo"),)))

    assert lost == {CHAT, THREAD}


def test_known_drift_takes_nothing_away_above_it() -> None:
    lost = shown(result(ANSWER)) - shown(result(ANSWER, known=(drift(f"{BODY}/chatInfo/threadId"),)))

    assert lost == {THREAD}


def test_open_drift_is_no_evidence_either() -> None:
    assert STATE not in shown(result(ANSWER, drifts=(drift(f"{BODY}/state")[0],)))


def test_path_that_the_source_did_not_show_is_no_evidence() -> None:
    assert STATE not in shown(result(ANSWER, unseen=(unseen(f"{BODY}/state"),)))


def test_what_the_conversion_filled_in_is_no_evidence() -> None:
    lost = shown(result(ANSWER)) - shown(result(ANSWER, filled=(f"{BODY}/chatInfo",)))

    assert lost == {CHAT}


def test_request_whose_answer_was_not_shown_is_no_evidence_for_its_route() -> None:
    moment = asked({}, {"status": 200, "body": CALL})

    assert shown(result(moment)) == set()


def test_moment_of_one_side_only_shows_nothing() -> None:
    assert shown(result(replace(ANSWER, recorded=ABSENT)), result(replace(ANSWER, fake=ABSENT))) == set()


def test_notification_is_shown_where_change_and_state_agree() -> None:
    item = {"changeType": "updated", "resourceData": CALL}
    name = Item(Kind.NOTIFICATION, "updated call incoming")

    assert name in shown(result(told(item)))
    assert name not in shown(result(told(item), known=(drift("notifications/1/resourceData/state"),)))
    assert name not in shown(result(told(item), known=(drift("notifications/1/changeType"),)))


def test_notification_told_in_another_order_is_shown_all_the_same() -> None:
    moment: Moment = told({"changeType": "updated", "resourceData": CALL})

    assert shown(result(moment, known=(drift("notifications/1", "order"),))) == shown(result(moment))


def test_cassettes_with_the_strongest_evidence_come_first() -> None:
    kinds = {"a": "documented", "d": "observed", "b": "recorded", "c": "observed"}

    found = showings([result(ANSWER, name=name, kind=kind) for name, kind in kinds.items()])[STATE]

    assert [showing.cassette for showing in found] == ["b", "c", "d", "a"]
    assert found[0].claim == Claim(Evidence.RECORDED, f"{LINK}b")


DECLARED: dict[str, tuple[Item, Claim | None]] = {
    "field": (STATE, Claim(Evidence.SCHEMA, METADATA)),
    "field of a base type": (Item(Kind.NOTIFIED, "call.id"), Claim(Evidence.SCHEMA, METADATA)),
    "member that only evidence knows": (Item(Kind.ANSWERED, "identitySet.phone"), None),
    "annotation": (Item(Kind.ANSWERED, "call.@odata.type"), None),
    "unknown type": (Item(Kind.ANSWERED, "MainError.code"), None),
    "route that reads": (
        Item(Kind.ROUTE, "GET /calls/{call}/operations/{operation}"),
        Claim(Evidence.SCHEMA, METADATA),
    ),
    "route that writes": (Item(Kind.ROUTE, "DELETE /calls/{call}"), None),
    "header": (Item(Kind.ANSWER_HEADER, "state"), None),
}


@pytest.mark.parametrize(("item", "claim"), DECLARED.values(), ids=DECLARED)
def test_schema_declares_fields_and_what_can_be_read(item: Item, claim: Claim | None) -> None:
    assert declared(item) == claim


def test_strongest_claim_is_the_first_of_the_strongest() -> None:
    claims = [Claim(Evidence.SCHEMA), Claim(Evidence.OBSERVED, "a"), Claim(Evidence.OBSERVED, "b")]

    assert strongest(claims) == Claim(Evidence.OBSERVED, "a")
    assert strongest([]) is None


def test_filled_paths_of_shipped_cassettes_name_what_they_hold(watched: tuple[Verification, Watch]) -> None:
    def holds(result: Result, path: str) -> bool:
        below = [(m.recorded, path.removeprefix(f"{m.path}/")) for m in result.moments if path.startswith(f"{m.path}/")]
        return any(held_at(rest, recorded) is not None for recorded, rest in below)

    filled = [(r, path) for r in watched[0].results if r.source for path in r.source.filled]

    assert len(filled) > 0
    assert [(r.path.stem, path) for r, path in filled if not holds(r, path)] == []
