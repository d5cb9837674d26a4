"""The two tables of refusals and failures: complete rows, evidence, and the grammar of messages."""

from __future__ import annotations

import re
from string import Formatter
from typing import Any, Final

import pytest

from harness.errors import GraphError
from harness.graph.outcomes import Happening
from harness.graph.refusals import FAILURES, REFUSALS, Evidence, Failure, failure, reason, refuse, target_failure
from harness.graph.types import Identity, IdentityKind, ResultInfo
from tests.graph.build import bot, phone, user

FACTS: Final[dict[str, dict[str, Any]]] = {
    "unknown-path": {"segment": "callz"},
    "unknown-version": {"version": "v2.0"},
    "too-large": {"limit": 1000},
    "not-built": {"what": "mute"},
    "invalid-body": {"place": "participants[0]", "problem": "expected an identity set"},
    "callback-uri": {"uri": "ftp://bot"},
    "too-many-targets": {"limit": 5, "count": 6},
    "call-not-established": {"state": "establishing"},
    "wrong-state": {"state": "establishing", "action": "mute", "wanted": "established"},
    "somebody-on-hold": {"id": "p-1"},
    "not-on-hold": {"id": "p-2"},
    "too-many-invitees": {"limit": 5, "count": 6},
    "client-context": {"length": 257},
    "already-invited": {"position": 0, "kind": "user", "id": "bob"},
    "phone-number": {"position": 0, "id": "123"},
    "not-in-replaced-call": {"id": "p-1"},
}

# What traffic or pages show: status, code and message of an answer. All else is assumed.
OBSERVED: Final = [
    ("no-token", 401, "InvalidAuthenticationToken", "Access token is empty."),
    (
        "bad-token",
        401,
        "InvalidAuthenticationToken",
        "CompactToken parsing failed with error code: 80049217",
    ),
    (
        "unreadable-json",
        400,
        "BadRequest",
        "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON "
        "format.",
    ),
    ("unknown-path", 400, "BadRequest", "Resource not found for the segment 'callz'."),
    (
        "wrong-method",
        405,
        "Request_BadRequest",
        "Specified HTTP method is not allowed for the request target.",
    ),
    ("identity-as-text", 500, "9999", "Unknown internal server error."),
    ("internal-error", 500, "9999", "Unknown internal server error."),
    ("permission", 403, "7504", "Insufficient enterprise tenant permissions, cannot access this API."),
    ("tenant-mismatch", 403, "7505", "Request authorization tenant mismatch."),
    ("unknown-call", 404, "8522", "Call not found."),
]


@pytest.mark.parametrize("rule", REFUSALS)
def test_refusal_fills_in_its_facts(rule: str) -> None:
    facts = FACTS.get(rule, {})

    refused = refuse(rule, **facts)

    row = REFUSALS[rule]
    assert (refused.rule, refused.status, refused.code) == (rule, row.status, row.code)
    assert str(refused) == f"{row.status} {row.code}: {refused.message}"
    assert isinstance(refused, GraphError)
    assert not re.search(r"[{}]", refused.message)
    assert all(str(fact) in refused.message for fact in facts.values())


def test_facts_are_those_that_the_messages_name() -> None:
    named = {
        rule: {name for _, name, *_ in Formatter().parse(row.message) if name is not None}
        for rule, row in REFUSALS.items()
    }

    assert {rule: names for rule, names in named.items() if names} == {r: set(f) for r, f in FACTS.items()}


@pytest.mark.parametrize(("rule", "status", "code", "message"), OBSERVED, ids=[row[0] for row in OBSERVED])
def test_observed_refusal_is_worded_as_observed(rule: str, status: int, code: str, message: str) -> None:
    refused = refuse(rule, **FACTS.get(rule, {}))

    assert (refused.status, refused.code, refused.message) == (status, code, message)
    assert REFUSALS[rule].evidence is Evidence.OBSERVED


def test_every_other_refusal_is_marked_assumed() -> None:
    observed = {rule for rule, *_ in OBSERVED}

    assert {r for r, row in REFUSALS.items() if row.evidence is not Evidence.ASSUMED} == observed


@pytest.mark.parametrize("table", [REFUSALS, FAILURES], ids=["refusals", "failures"])
def test_what_is_not_assumed_names_its_source(table: dict[str, Any]) -> None:
    without = [n for n, row in table.items() if row.evidence is not Evidence.ASSUMED and not row.source]

    assert without == []


def test_refusals_of_documented_rules_name_the_page() -> None:
    """The rule is documented, only its answer is assumed: the row says where."""
    documented = ["too-many-invitees", "several-in-peer-to-peer", "several-without-chat", "client-context"]
    documented += ["second-bot", "already-invited"]

    assert [r for r in documented if "https://learn.microsoft.com/graph/" not in REFUSALS[r].source] == []


@pytest.mark.parametrize("rule", REFUSALS)
def test_refusal_is_an_http_error(rule: str) -> None:
    assert 400 <= REFUSALS[rule].status < 600
    assert REFUSALS[rule].code


# ---- failures


ALICE = user("74cec167-87e2-479b-8381-7279bda6e573")
NUMBER = phone("+99900000001")
ADD_FAILED = "addParticipants failed for participant"
TESTED: Final = (
    *("media", "no-number", "unanswered", "declined", "cancelled"),
    *("busy", "phone-declined", "phone-busy", "phone-unanswered"),
)


@pytest.mark.parametrize(
    ("name", "who", "expected"),
    [
        (
            "media",
            ALICE,
            ResultInfo(
                410,
                301004,
                f"{ADD_FAILED} 8:orgid:74cec167-87e2-479b-8381-7279bda6e573. Underlying reason: Client Media Error. "
                "DiagCode: 410#301004.@",
            ),
        ),
        (
            "no-number",
            NUMBER,
            ResultInfo(
                412,
                9999,
                f"{ADD_FAILED} 4:+99900000001. Underlying reason: Could not find the PSTN content for the sponsor of "
                "this PSTN leg.. DiagCode: 412#10073",
            ),
        ),
        (
            "unanswered",
            ALICE,
            ResultInfo(
                408,
                10057,
                f"{ADD_FAILED} 8:orgid:74cec167-87e2-479b-8381-7279bda6e573. Underlying reason: Request Timeout. "
                "DiagCode: 408#10057.@",
            ),
        ),
        (
            "declined",
            ALICE,
            ResultInfo(
                603,
                0,
                f"{ADD_FAILED} 8:orgid:74cec167-87e2-479b-8381-7279bda6e573. Underlying reason: Decline. "
                "DiagCode: 603#0.@",
            ),
        ),
        (
            "cancelled",
            ALICE,
            ResultInfo(
                400,
                8508,
                f"{ADD_FAILED} 8:orgid:74cec167-87e2-479b-8381-7279bda6e573. Underlying reason: "
                "Action failed, the operation was cancelled. DiagCode: 400#8508.@",
            ),
        ),
        (
            "busy",
            ALICE,
            ResultInfo(
                486,
                0,
                f"{ADD_FAILED} 8:orgid:74cec167-87e2-479b-8381-7279bda6e573. Underlying reason: Busy Here. "
                "DiagCode: 486#0.@",
            ),
        ),
        (
            "phone-declined",
            NUMBER,
            ResultInfo(603, 560603, f"{ADD_FAILED} 4:+99900000001. Underlying reason: Decline. DiagCode: 603#560603"),
        ),
        (
            "phone-busy",
            NUMBER,
            ResultInfo(486, 560486, f"{ADD_FAILED} 4:+99900000001. Underlying reason: Busy Here. DiagCode: 486#560486"),
        ),
        (
            "phone-unanswered",
            NUMBER,
            ResultInfo(
                480,
                560480,
                f"{ADD_FAILED} 4:+99900000001. Underlying reason: Temporarily Unavailable. DiagCode: 480#560480",
            ),
        ),
    ],
    ids=TESTED,
)
def test_failure_of_an_invite(name: str, who: Identity, expected: ResultInfo) -> None:
    assert failure(name, who) == expected


def test_failures_are_those_that_are_tested() -> None:
    assert set(FAILURES) == set(TESTED)


@pytest.mark.parametrize("name", ["media", "no-number"])
def test_failure_with_observed_numbers_is_marked_observed(name: str) -> None:
    assert FAILURES[name].evidence is Evidence.OBSERVED


@pytest.mark.parametrize(
    ("happening", "user_row", "phone_row"),
    [
        (Happening.DECLINES, "declined", "phone-declined"),
        (Happening.BUSY, "busy", "phone-busy"),
        (Happening.EXPIRES, "unanswered", "phone-unanswered"),
        (Happening.FAILS, "unanswered", "phone-unanswered"),
    ],
    ids=["declines", "busy", "expires", "fails"],
)
def test_phone_fails_in_its_own_words(happening: Happening, user_row: str, phone_row: str) -> None:
    assert (reason(happening, ALICE), reason(happening, NUMBER)) == (user_row, phone_row)


@pytest.mark.parametrize(
    ("happening", "who", "code", "subcode"),
    [
        (Happening.DECLINES, ALICE, 603, 0),
        (Happening.BUSY, ALICE, 486, 0),
        (Happening.EXPIRES, ALICE, 480, 10037),
        (Happening.FAILS, ALICE, 500, 0),
        (Happening.DECLINES, NUMBER, 603, 560603),
        (Happening.BUSY, NUMBER, 486, 560486),
        (Happening.EXPIRES, NUMBER, 480, 560480),
        (Happening.FAILS, NUMBER, 500, 0),
    ],
)
def test_end_of_a_call_whose_target_does_not_come(happening: Happening, who: Identity, code: int, subcode: int) -> None:
    assert target_failure(happening, who) == ResultInfo(code, subcode)


GRAMMAR: Final = re.compile(
    r"addParticipants failed for participant (8:orgid:|4:|28:|8:)[^ ]+\. "
    r"Underlying reason: .+\. DiagCode: \d+#\d+(\.@)?"
)
WORDED: Final = {name: row for name, row in FAILURES.items() if row.reason is not None}


@pytest.mark.parametrize("kind", IdentityKind)
@pytest.mark.parametrize("row", WORDED.values(), ids=WORDED.keys())
def test_message_follows_the_observed_grammar(row: Failure, kind: IdentityKind) -> None:
    name = next(n for n, r in WORDED.items() if r is row)

    message = failure(name, Identity(kind, "somebody")).message

    assert message is not None
    assert GRAMMAR.fullmatch(message)
    assert message.endswith(".@") is (kind is not IdentityKind.PHONE)


@pytest.mark.parametrize(
    ("who", "named"),
    [(user("u-1"), "8:orgid:u-1"), (phone("+99900000001"), "4:+99900000001"), (bot("b-1"), "28:b-1")],
    ids=["user", "phone", "bot"],
)
def test_message_names_the_participant_as_the_service_does(who: Identity, named: str) -> None:
    message = failure("unanswered", who).message or ""

    assert message.startswith(f"addParticipants failed for participant {named}. ")
