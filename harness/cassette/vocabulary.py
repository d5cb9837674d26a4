"""What a recording may hold as it stands: names and words of Graph. Everything else is somebody's, and is replaced.

Derived from the schema, the paths, the refusals and the nouns of `harness.graph` wherever it can be; what is beside
them stands here, each row with where it was seen. A word is known at its member only: `active` is one at
`mediaState.audio`, not as somebody's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Final

from harness.graph import paths, refusals, schema, types, wire
from harness.graph.hosts import GRAPH_HOSTS, KEY_HOSTS, LOGIN_HOSTS
from harness.graph.permissions import NEEDED

_BESIDE: Final = (
    "resource resourceData "  # of a notification (documented)
    "isIdentityAnonymized endpointId clientVersion replacementLink "  # of rosters (observed, CS 599)
    "activeModalities answeredBy meetingCapability ringingTimeoutInSeconds routingPolicies terminationReason "
    "participant exclusive ducking rampActive rampInactive lowerLevel upperLevel sourceLevels level duckOthers "
    # of mixers (documented, participant-configuremixer)
    "meetingId joinWebUrl conversationId "  # of calls and meetings (documented)
    "terminationSender identityProvider "  # (observed, Microsoft Q&A 704763)
    "allowConversationWithoutHost createdDateTime lastActionDateTime "  # (documented)
    "error innerError code message date request-id client-request-id target details "  # of refusals (observed)
    "errorCode instanceAnnotations "  # JSON in the message of one (observed, CS 432)
    "value $id $values $type "  # of clients (observed, CS 546, 700)
    "Tid Oid MessageId "  # of the context of a join URL (documented, application-post-calls)
    "ServerInfo DataCenter Slice Ring ScaleUnit RoleInstance Host ADSiteName"  # x-ms-ags-diagnostic (observed)
)
_ANNOTATIONS: Final = (
    "odata.type odata.context odata.id odata.etag odata.count odata.nextLink odata.bind odata.editLink"
)

GIVEN: Final = (
    "application rules notifications people meetings calls participants kind media modalities hasNumber permissions "
    "displayName answers declines busy ignores fails after order delay jitter drop duplicate retries backoff "
    "isOnHold hearsTones incoming happens call expires joins leaves hangsUp mutes unmutes enters presses ends hidden "
    "participantId"
)
"""Names in `given` of a scenario file, beside those of Graph (`harness.server.given`, `harness.server.outside`)."""

_WORDS_BESIDE: Final[Mapping[str, str]] = {
    "activeModalities": " ".join(schema.ENUMS["modality"]),  # documented
    "identityProvider": "AAD None",  # documented, observed
    "label": "main-audio main-video data applicationsharing-video",  # documented
    "terminationReason": "AppInitiated",  # documented
    "routingPolicies": "none noMissedCall disableForwardingExceptPhone disableForwarding",  # documented
    "completionReason": "operationCanceled",  # documented, call-cancelmediaprocessing
    "kind": " ".join(types.CallKind),
    "media": " ".join(types.MediaHosting),
    "modalities": " ".join(schema.ENUMS["modality"]),
    "order": "documented roster-first reversed",
    "drop": "call roster operation",
    "duplicate": "call roster operation",
    "permissions": " ".join(sorted(set().union(*NEEDED.values()))),
}
_CODES_BESIDE: Final = "7503 UnknownError"  # observed, CS 432
_CODES_OF_GRAPH: Final = (
    "accessDenied activityLimitReached generalException invalidRequest itemNotFound notAllowed notSupported "
    "resourceModified serviceNotAvailable unauthenticated Forbidden NotFound TooManyRequests "
    "Authorization_RequestDenied ErrorAccessDenied InternalServerError ServiceUnavailable"
)  # documented, https://learn.microsoft.com/graph/errors

SUBCODES: Final = frozenset({1203002})  # observed, CS 864
"""Numbers of the service that are as long as a phone number."""

NUMBERED: Final = frozenset(
    {"code", "errorcode", "subcode", "sourceid", "messageid", "replychainmessageid", "sequenceid", "$id"}
)
"""Members whose text may be a number, in lower case."""

SECRETS: Final = frozenset(
    (
        *("token", "access_token", "refresh_token", "id_token", "recordingaccesstoken", "authorization", "cookie"),
        *("passcode", "password", "pwd", "secret", "client_secret", "client_assertion", "assertion", "code_verifier"),
        *("blob", "sig", "signature", "apikey", "api-key", "api_key"),
    )
)
"""Members, and parameters of URLs and forms, whose whole value is a secret, in lower case."""

SECRET_PARAMETERS: Final = SECRETS | {"code", "state", "key", "p", "se", "sv", "nonce"}
"""As `SECRETS`; in URLs only. `p` is the passcode of a join URL."""

PARAMETERS: Final = frozenset(
    (
        *("$select", "$expand", "$filter", "$top", "$skip", "$count", "$orderby", "$search", "$format", "$skiptoken"),
        *("api-version", "context", "tenantid", "anon", "deeplinkid"),
    )
)
"""Of URLs: names beside those of members, in lower case."""

TIMES: Final = frozenset({"after", "delay", "jitter", "backoff"})

METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})

HOSTS: Final = frozenset((*GRAPH_HOSTS, *LOGIN_HOSTS, *KEY_HOSTS, "teams.microsoft.com", "api.botframework.com"))

KEPT_GUIDS: Final = frozenset({"0" * 32, "0000000300000000c000000000000000"})
"""No id at all, and Graph itself."""

_PATHS_BESIDE: Final = (
    "$metadata $entity $count $value me users applications chats groups "
    "l meetup-join meet 0 "  # of join URLs (documented)
    "recordings "  # the fake's own
    "api calls callback calling notification notifications messages"  # of the documented callbacks
)


def _own_members() -> Iterator[str]:
    for kind in schema.TYPES:
        yield from schema.properties_of(kind)
    for action, bound_to in (*schema.ACTIONS, *schema.BETA_ACTIONS):
        yield from schema.parameters_of(action, bound_to)
    yield from (*_BESIDE.split(), *GIVEN.split(), *PARAMETERS)
    yield from (wire.camel(rule.name) for rule in fields(types.Rules))


def _words() -> dict[str, frozenset[str]]:
    """Member in lower case -> its words in lower case: those of every enum that a member of this name has."""
    found: dict[str, set[str]] = {}
    tables = [schema.properties_of(kind) for kind in schema.TYPES]
    tables += [schema.parameters_of(*key) for key in schema.ACTIONS]
    for table in tables:
        for name, prop in table.items():
            found.setdefault(name.lower(), set()).update(schema.ENUMS.get(prop.type, ()))
    for name, words in _WORDS_BESIDE.items():
        found.setdefault(name.lower(), set()).update(words.split())
    codes = {row.code for row in refusals.REFUSALS.values()} | {*_CODES_BESIDE.split(), *_CODES_OF_GRAPH.split()}
    for name in ("code", "errorcode"):
        found.setdefault(name, set()).update(codes)
    return {name: frozenset(word.lower() for word in words) for name, words in found.items() if words}


def _segments() -> Iterator[str]:
    yield from (*paths.VERSIONS, *paths.FAMILIES, *paths.OTHER_RESOURCES, *paths.ROSTER_ACTIONS)
    yield from (*paths.CALL_ACTIONS, *paths.PARTICIPANT_ACTIONS, "logTeleconferenceDeviceQuality")
    for kind in schema.TYPES.values():
        yield from kind.navigation
    yield from (name for name, _ in schema.ACTIONS)
    yield from (*schema.TYPES, *_PATHS_BESIDE.split())


_REASONS_BESIDE: Final = (
    "Server Internal Error",  # observed, CS 632, 664, 742, 750, 772, 864
    "MediaControllerConversationAddParticipantFailed",  # observed, CS 126
    "Call does not contain the metadata required for making this PSTN dial out.",  # observed, CS 410
)
_MESSAGES_BESIDE: Final = (
    "Application is not registered in our store.",  # observed, CS 432
    "addParticipants failed for participant {id}. Underlying reason: {reason}. DiagCode: {diag}",  # observed, CS 410
    "{reason}. DiagCode: {diag}",  # observed, CS 864
)


def _messages() -> Iterator[str]:
    rows = refusals.REFUSALS.values()
    yield from (row.message for row in rows if row.evidence is not refusals.Evidence.ASSUMED)
    ends = (refusals.ENDED_BY_BOT, refusals.REPLACED, refusals.ALL_LEFT)
    yield from (end.message for end in ends if end.message is not None)
    yield from _MESSAGES_BESIDE


MESSAGES: Final = tuple(dict.fromkeys(_messages()))
"""Templates of what the service says. To keep a new one, add it to `_MESSAGES_BESIDE` with where it was seen."""

REASONS: Final = (*_REASONS_BESIDE, *(row.reason for row in refusals.FAILURES.values()))
"""What may stand for `{reason}` in a template."""

MEMBERS: Final = frozenset(name.lower() for name in _own_members())
"""Names of members, in lower case."""

ANNOTATIONS: Final = frozenset(name.lower() for name in _ANNOTATIONS.split())
"""What stands behind the `@` of an annotation, in lower case."""

WORDS: Final = _words()
"""Member -> what it may say, all in lower case."""

TYPES: Final = frozenset((*schema.TYPES, "meetingCapability", "participantLeftNotification"))
"""Names of types. `meetingCapability` is observed (CS 700)."""

SEGMENTS: Final = frozenset(name.lower() for name in _segments())
"""Segments of paths that are no ids, in lower case."""


def is_member(name: str) -> bool:
    """Whether a member's name is one of Graph's, in any letter case, or an annotation of one."""
    before, at, annotation = name.partition("@")
    if at:
        return annotation.lower() in ANNOTATIONS and (before == "" or before.lower() in MEMBERS)
    return name.lower() in MEMBERS


def is_word(text: str, member: str) -> bool:
    """Whether a text is what Graph says at a member: a word of its enum, a code, a type, or a short number."""
    low = member.lower()
    if text.lower() in WORDS.get(low, ()):
        return True
    if low.endswith("@odata.type"):
        return _is_type(text)
    return low in NUMBERED and text.isascii() and text.isdigit() and is_number(int(text))


def _is_type(text: str) -> bool:
    """With or without `#`."""
    return text.removeprefix("#").removeprefix("microsoft.graph.") in TYPES and "microsoft.graph." in text


def is_number(number: float) -> bool:
    """Whether a number is too short to be somebody's, or one of the service."""
    return abs(number) < 10**6 or number in SUBCODES
