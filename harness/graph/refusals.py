"""How Graph refuses a request and how it says that an invitation or a call has failed: two tables with evidence.

`REFUSALS` are answers to a request (`GraphError`); `FAILURES` are told later, in a `resultInfo`. What is marked
`assumed` is nowhere documented or observed: the message then says what is wrong, and the answer can be set
(`harness.server.create_app`, `refusals`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from harness.errors import GraphError
from harness.graph.outcomes import Happening
from harness.graph.types import Identity, IdentityKind, ResultInfo


class Evidence(StrEnum):
    """Where a fact about Graph comes from, strongest first."""

    RECORDED = "recorded"
    OBSERVED = "observed"
    DOCUMENTED = "documented"
    SCHEMA = "schema"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer to a request: HTTP status, `error.code`, `error.message` with `{facts}` to be filled in."""

    status: int
    code: str
    message: str
    evidence: Evidence
    source: str = ""


_COMMS = "https://github.com/microsoftgraph/microsoft-graph-comms-samples/issues"
_INVITE = "https://learn.microsoft.com/graph/api/participant-invite"
_UNREADABLE = (
    "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format."
)

REFUSALS: Final[Mapping[str, Refusal]] = {
    # The gateway, whatever the resource.
    "no-token": Refusal(
        401,
        "InvalidAuthenticationToken",
        "Access token is empty.",
        Evidence.OBSERVED,
        "https://github.com/microsoftgraph/msgraph-sample-reactspa/issues/54",
    ),
    "bad-token": Refusal(
        401,
        "InvalidAuthenticationToken",
        "CompactToken parsing failed with error code: 80049217",
        Evidence.OBSERVED,
        "https://github.com/microsoftgraph/msgraph-training-dotnet/issues/31",
    ),
    "unreadable-json": Refusal(
        400,
        "BadRequest",
        _UNREADABLE,
        Evidence.OBSERVED,
        "https://github.com/microsoftgraph/msgraph-sdk-php/issues/632",
    ),
    "unknown-path": Refusal(
        400,
        "BadRequest",
        "Resource not found for the segment '{segment}'.",
        Evidence.OBSERVED,
        "https://techcommunity.microsoft.com/t5/teams-developer/calling-a-bot-endpoint-and-answer/td-p/905483",
    ),
    "unknown-version": Refusal(400, "BadRequest", "Invalid version: {version}", Evidence.ASSUMED),
    "wrong-method": Refusal(
        405,
        "Request_BadRequest",
        "Specified HTTP method is not allowed for the request target.",
        Evidence.OBSERVED,
        "https://github.com/microsoftgraph/microsoft-graph-docs/issues/119 (another resource; status assumed)",
    ),
    "too-large": Refusal(413, "BadRequest", "The request body is larger than {limit} bytes.", Evidence.ASSUMED),
    "not-built": Refusal(
        501, "notSupported", "The fake has no {what} yet: this is not Graph's answer.", Evidence.ASSUMED
    ),
    "internal-error": Refusal(500, "9999", "Unknown internal server error.", Evidence.OBSERVED, f"{_COMMS}/808"),
    "identity-as-text": Refusal(
        500,
        "9999",
        "Unknown internal server error.",
        Evidence.OBSERVED,
        "https://github.com/microsoftgraph/microsoft-graph-docs/issues/16084 (message: CS 808)",
    ),
    "invalid-body": Refusal(400, "BadRequest", "{place}: {problem}.", Evidence.ASSUMED),
    # The calling service's checks of a token.
    "permission": Refusal(
        403,
        "7504",
        "Insufficient enterprise tenant permissions, cannot access this API.",
        Evidence.OBSERVED,
        f"{_COMMS}/276",
    ),
    "tenant-mismatch": Refusal(
        403, "7505", "Request authorization tenant mismatch.", Evidence.OBSERVED, f"{_COMMS}/720 (status: CS 66)"
    ),
    # Calls.
    "unknown-call": Refusal(404, "8522", "Call not found.", Evidence.OBSERVED, f"{_COMMS}/330"),
    "callback-uri": Refusal(
        400,
        "BadRequest",
        "callbackUri {uri!r} is not an https address, nor an http address on loopback.",
        Evidence.ASSUMED,
    ),
    "no-callback-uri": Refusal(400, "BadRequest", "callbackUri is missing.", Evidence.ASSUMED),
    "too-many-targets": Refusal(
        400, "BadRequest", "A call takes at most {limit} targets, got {count}.", Evidence.ASSUMED
    ),
    "call-not-established": Refusal(
        400,
        "BadRequest",
        "The call is '{state}': participants can be invited once it is 'established'.",
        Evidence.ASSUMED,
    ),
    "wrong-state": Refusal(
        400, "BadRequest", "The call is '{state}': '{action}' is possible while it is '{wanted}'.", Evidence.ASSUMED
    ),
    "no-transferee": Refusal(
        400,
        "BadRequest",
        "transferee.participantId is missing: a group call is not transferred, somebody of it is.",
        Evidence.ASSUMED,
        "https://learn.microsoft.com/graph/api/call-transfer (the rule is documented, the answer is not)",
    ),
    "media-hosted-by-bot": Refusal(
        400,
        "BadRequest",
        "Prompts and recordings are possible only in calls whose media the service hosts.",
        Evidence.ASSUMED,
        "https://learn.microsoft.com/graph/api/call-playprompt (the rule is documented, the answer is not)",
    ),
    "somebody-on-hold": Refusal(
        400,
        "BadRequest",
        "Only one participant can be placed on hold at any given time: '{id}' is.",
        Evidence.ASSUMED,
        "https://learn.microsoft.com/graph/api/participant-startholdmusic (the rule is documented, the answer is not)",
    ),
    "not-on-hold": Refusal(400, "BadRequest", "Participant '{id}' is not on hold.", Evidence.ASSUMED),
    "no-joining": Refusal(
        400, "BadRequest", "A peer-to-peer call has two parties: invite others into it.", Evidence.ASSUMED
    ),
    # Participants and operations.
    "unknown-participant": Refusal(404, "itemNotFound", "Participant not found.", Evidence.ASSUMED),
    "own-participant": Refusal(
        400, "BadRequest", "The participant is the caller itself: delete the call instead.", Evidence.ASSUMED
    ),
    "unknown-operation": Refusal(404, "8522", "Call not found.", Evidence.ASSUMED),
    # Invite.
    "no-invitees": Refusal(400, "BadRequest", "participants is missing or empty.", Evidence.ASSUMED),
    "too-many-invitees": Refusal(
        400,
        "BadRequest",
        "At most {limit} participants can be invited in one request, got {count}.",
        Evidence.ASSUMED,
        f"{_INVITE} (the limit is documented, the answer is not)",
    ),
    "several-in-peer-to-peer": Refusal(
        400,
        "BadRequest",
        "Several participants can be invited in one request only into a group call.",
        Evidence.ASSUMED,
        f"{_INVITE} (the rule is documented, the answer is not)",
    ),
    "several-without-chat": Refusal(
        400,
        "BadRequest",
        "Several participants can be invited in one request only into a call with a valid chatInfo.",
        Evidence.ASSUMED,
        f"{_INVITE} (the rule is documented, the answer is not)",
    ),
    "client-context": Refusal(
        400,
        "BadRequest",
        "clientContext has {length} characters, at most 256 are allowed.",
        Evidence.ASSUMED,
        f"{_INVITE} (the limit is documented, the answer is not)",
    ),
    "second-bot": Refusal(
        400,
        "BadRequest",
        "Inviting more than one bot to a meeting or group call is not allowed.",
        Evidence.ASSUMED,
        f"{_INVITE} (the rule is documented, the answer is not)",
    ),
    "already-invited": Refusal(
        400,
        "BadRequest",
        "participants[{position}]: {kind} '{id}' is in the call, or invited, already.",
        Evidence.ASSUMED,
        "https://learn.microsoft.com/graph/api/resources/call (the rule is documented, the answer is not)",
    ),
    "phone-number": Refusal(
        400,
        "BadRequest",
        "participants[{position}].identity.phone.id: {id!r} is not a phone number in E.164 form (+, 7 to 15 digits).",
        Evidence.ASSUMED,
    ),
    "replaces-itself": Refusal(400, "BadRequest", "replacesCallId names the call itself.", Evidence.ASSUMED),
    "not-in-replaced-call": Refusal(
        400,
        "BadRequest",
        "participants[0].participantId: '{id}' is not the invitee in the call that replacesCallId names.",
        Evidence.ASSUMED,
    ),
}


def refuse(rule: str, **facts: Any) -> GraphError:
    """The error to raise for a row of `REFUSALS`."""
    row = REFUSALS[rule]
    return GraphError(rule, row.status, row.code, row.message.format(**facts))


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an invitation failed: `resultInfo` numbers, and reason and DiagCode of its message."""

    code: int
    subcode: int
    reason: str
    diag_code: str
    evidence: Evidence
    source: str = ""


_PHONE_SOURCE: Final = (
    "https://learn.microsoft.com/azure/communication-services/concepts/troubleshooting-codes "
    "(of the sister service; of this one 500 and 560500 were seen, Microsoft Q&A 704763)"
)

FAILURES: Final[Mapping[str, Failure]] = {
    "no-number": Failure(
        412,
        9999,
        "Could not find the PSTN content for the sponsor of this PSTN leg.",
        "412#10073",
        Evidence.OBSERVED,
        f"{_COMMS}/410",
    ),
    "media": Failure(410, 301004, "Client Media Error", "410#301004", Evidence.OBSERVED, f"{_COMMS}/700"),
    "unanswered": Failure(
        408,
        10057,
        "Request Timeout",
        "408#10057",
        Evidence.ASSUMED,
        f"{_COMMS}/408 (after 60 s, observed; the numbers are those of the sister service)",
    ),
    "declined": Failure(603, 0, "Decline", "603#0", Evidence.ASSUMED),
    "busy": Failure(486, 0, "Busy Here", "486#0", Evidence.ASSUMED),
    "phone-declined": Failure(603, 560603, "Decline", "603#560603", Evidence.ASSUMED, _PHONE_SOURCE),
    "phone-busy": Failure(486, 560486, "Busy Here", "486#560486", Evidence.ASSUMED, _PHONE_SOURCE),
    "phone-unanswered": Failure(480, 560480, "Temporarily Unavailable", "480#560480", Evidence.ASSUMED, _PHONE_SOURCE),
    "cancelled": Failure(
        400,
        8508,
        "Action failed, the operation was cancelled",
        "400#8508",
        Evidence.ASSUMED,
        "https://learn.microsoft.com/graph/api/call-record (documented for a cancelled recording)",
    ),
}


_REASONS: Final[Mapping[Happening, str]] = {
    Happening.DECLINES: "declined",
    Happening.BUSY: "busy",
    Happening.EXPIRES: "unanswered",
    Happening.FAILS: "unanswered",
}
"""What somebody does who does not come -> name of the failure; a phone's has `phone-` before it."""


def reason(happening: Happening, identity: Identity) -> str:
    """The row of `FAILURES` for somebody who does not come."""
    name = _REASONS[happening]
    return f"phone-{name}" if identity.kind is IdentityKind.PHONE else name


def failure(name: str, identity: Identity) -> ResultInfo:
    """The `resultInfo` of a failed invitation, in the grammar of observed messages.

    `addParticipants failed for participant {id}. Underlying reason: {reason}. DiagCode: {n}#{m}`, with `.@` behind it
    for everybody but phones. Source: observed, CS 410, CS 700.
    """
    row = FAILURES[name]
    tail = "" if identity.kind is IdentityKind.PHONE else ".@"
    message = (
        f"addParticipants failed for participant {_mri(identity)}. "
        f"Underlying reason: {row.reason}. DiagCode: {row.diag_code}{tail}"
    )
    return ResultInfo(row.code, row.subcode, message)


_MRI_PREFIXES: Final[Mapping[IdentityKind, str]] = {
    IdentityKind.PHONE: "4:",
    IdentityKind.APPLICATION: "28:",
    IdentityKind.APPLICATION_INSTANCE: "8:orgid:",
    IdentityKind.USER: "8:orgid:",
}


def _mri(identity: Identity) -> str:
    """The identity as the service names it: `8:orgid:…` and `4:+…` are observed (CS 700, 410), the rest assumed."""
    return _MRI_PREFIXES.get(identity.kind, "8:") + identity.id


ENDED_BY_BOT: Final = ResultInfo(200, 5001, "The conversation has ended.")
"""End of a call that its bot deletes. Source: documented, call-delete (printed there as text)."""

REPLACED: Final = ResultInfo(200, 5001, "The conversation has ended.")
"""End of a peer-to-peer call that an invite has replaced; that it ends is documented, how is assumed."""

PEER_LEFT: Final = ResultInfo(200, 4521, None)
"""End of a peer-to-peer call whose other party hangs up. Numbers: documented, call-delete; no message is known."""

PHONE_LEFT: Final = ResultInfo(200, 560000, None)
"""End of a peer-to-peer call whose phone hangs up. Numbers: documented, call-delete; no message is known."""

TARGET_UNANSWERED: Final = ResultInfo(480, 10037, None)
"""End of a peer-to-peer call that nobody answers. Numbers: documented, call-delete; that they fit is assumed."""

TRANSFERRED: Final = ResultInfo(200, 7015, "GracefulTransferCompleted")
"""End of a call that is handed over. Source: documented, call-transfer; the code that of call-delete."""

NOT_KEPT_ALIVE: Final = ResultInfo(408, 8537, None)
"""End of a call that nobody keeps alive. Numbers: documented, call-delete; no message is known."""

ALL_LEFT: Final = ResultInfo(200, 5002, None)
"""End of a group call that everybody else has left. Numbers: documented, call-delete; that it ends is assumed."""


def target_failure(happening: Happening, identity: Identity) -> ResultInfo:
    """End of a peer-to-peer call whose target does not come: as an invitation fails, but for what is known better."""
    if happening is Happening.FAILS:
        return ResultInfo(500, 0)
    name = reason(happening, identity)
    return TARGET_UNANSWERED if name == "unanswered" else ResultInfo(FAILURES[name].code, FAILURES[name].subcode)
