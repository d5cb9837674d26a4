"""What the fake can emit, as tables; what emits anything else fails the suite, and so does a row that nothing emits.

How we know of each is derived in `harness.parity.evidence` or told in `harness.parity.claims`. What a client sent in an
identity, a media configuration, a meeting or call options comes back as it was sent, and so does a seeded person's
`info`: of that only what is known of Graph is here. Headers of HTTP itself (`Content-Length`, `Date`, `Host`,
`Connection`) are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from harness.parity.routes import PREFIXES, ROUTES
from harness.parity.seen import Item, Kind

_OPERATION: Final = "@odata.context @odata.type clientContext id resultInfo status"
_ENDED: Final = "@odata.type clientContext id resultInfo status"

# Type -> members, in alphabetical order.
ANSWERED: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            *("addLargeGalleryViewOperation", "cancelMediaProcessingOperation", "commsOperation"),
            *("muteParticipantOperation", "playPromptOperation", "startHoldMusicOperation", "stopHoldMusicOperation"),
            *("subscribeToToneOperation", "unmuteParticipantOperation", "updateRecordingStatusOperation"),
        ),
        _OPERATION,
    ),
    "recordOperation": f"{_OPERATION} completionReason recordingAccessToken recordingLocation",
    "sendDtmfTonesOperation": f"{_OPERATION} completionReason",
    "InnerError": "client-request-id code date message request-id status",
    "MainError": "code innerError message",
    "ODataError": "error",
    "appHostedMediaConfig": "@odata.type blob removeFromDefaultAudioGroup",
    "call": (
        "@odata.context @odata.type activeModalities answeredBy callChainId callOptions callRoutes callbackUri "
        "chatInfo direction id mediaConfig mediaState meetingCapability meetingInfo myParticipantId "
        "requestedModalities resultInfo ringingTimeoutInSeconds routingPolicies source state subject targets tenantId "
        "terminationReason toneInfo transcription"
    ),
    "chatInfo": "@odata.type messageId replyChainMessageId threadId",
    "commsOperationCollectionResponse": "@odata.context value",
    "identity": "@odata.type displayName id identityProvider tenantId",
    "identitySet": (
        "@odata.type application applicationInstance azureCommunicationServicesUser device encrypted guest onPremises "
        "phone user"
    ),
    "invitationParticipantInfo": (
        "@odata.type endpointType hidden identity participantId removeFromDefaultAudioRoutingGroup replacesCallId"
    ),
    "inviteParticipantsOperation": "@odata.context @odata.type clientContext id participants resultInfo status",
    "joinMeetingIdMeetingInfo": "@odata.type joinMeetingId passcode",
    "mediaInfo": "resourceId uri",
    "mediaStream": "@odata.type direction label mediaType serverMuted sourceId",
    "organizerMeetingInfo": "@odata.type allowConversationWithoutHost organizer",
    "outgoingCallOptions": (
        "@odata.type allowGuestToBypassLobby hideBotAfterEscalation isContentSharingNotificationEnabled "
        "isDeltaRosterEnabled isInteractiveRosterEnabled"
    ),
    "participant": "@odata.context @odata.type id info isInLobby isMuted mediaStreams metadata",
    "participantCollectionResponse": "@odata.context value",
    "participantInfo": "@odata.type countryCode endpointType id identity languageId region",
    "resultInfo": "@odata.type code message subcode",
    "serviceHostedMediaConfig": "@odata.type preFetchMedia removeFromDefaultAudioGroup",
    "tokenMeetingInfo": "@odata.type token",
}

NOTIFIED: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            *("addLargeGalleryViewOperation", "commsOperation", "playPromptOperation"),
            *("startHoldMusicOperation", "stopHoldMusicOperation"),
        ),
        _ENDED,
    ),
    "recordOperation": f"{_ENDED} completionReason recordingAccessToken recordingLocation",
    "recordingInfo": "@odata.type initiator recordingStatus",
    "sendDtmfTonesOperation": "@odata.type clientContext completionReason id status",
    "toneInfo": "@odata.type sequenceId tone",
    "call": (
        "@odata.type callChainId callbackUri chatInfo direction id incomingContext mediaState meetingCapability "
        "meetingInfo myParticipantId requestedModalities resultInfo source state targets tenantId terminationReason "
        "terminationSender toneInfo"
    ),
    "incomingContext": "@odata.type observedParticipantId sourceParticipantId",
    "callMediaState": "@odata.type audio",
    "chatInfo": "@odata.type messageId replyChainMessageId threadId",
    "commsNotification": "@odata.type changeType resource resourceData resourceUrl",
    "commsNotifications": "@odata.type value",
    "identity": "@odata.type displayName id identityProvider tenantId",
    "identitySet": (
        "@odata.type application applicationInstance azureCommunicationServicesUser device encrypted guest onPremises "
        "phone user"
    ),
    "invitationParticipantInfo": "@odata.type endpointType id identity",
    "inviteParticipantsOperation": "@odata.type clientContext id participants resultInfo status",
    "joinMeetingIdMeetingInfo": "@odata.type joinMeetingId passcode",
    "mediaStream": "@odata.type direction label mediaType serverMuted sourceId",
    "meetingCapability": "@odata.type",
    "organizerMeetingInfo": "@odata.type allowConversationWithoutHost organizer",
    "participant": "@odata.type id info isIdentityAnonymized isInLobby isMuted mediaStreams recordingInfo",
    "participantInfo": (
        "@odata.type clientVersion endpointId endpointType identity languageId participantId region replacementLink"
    ),
    "resultInfo": "@odata.type code message subcode",
    "tokenMeetingInfo": "@odata.type token",
}

NOTIFICATIONS: Final = (
    "created call incoming",
    "updated call establishing",
    "updated call established",
    "updated call transferring",
    "updated call transferAccepted",
    "updated call terminating",
    "deleted call",
    "deleted call terminated",
    "deleted operation completed",
    "deleted operation failed",
    "updated roster",
)

ANSWER_HEADERS: Final = (
    "Allow",
    "Content-Type",
    "Location",
    "OData-Version",
    "Retry-After",
    "Strict-Transport-Security",
    "client-request-id",
    "request-id",
    "scenario-id",
    "x-ms-ags-diagnostic",
)

NOTIFICATION_HEADERS: Final = (
    "Accept",
    "Content-Type",
    "Scenario-Id",
    "User-Agent",
    "X-Microsoft-Skype-Chain-ID",
    "X-Microsoft-Skype-Message-ID",
)

TABLES: Final[Mapping[Kind, str]] = {
    Kind.PREFIX: "PREFIXES in harness/parity/routes.py",
    Kind.ROUTE: "ROUTES in harness/parity/routes.py",
    Kind.ANSWERED: "ANSWERED in harness/parity/emitted.py",
    Kind.NOTIFIED: "NOTIFIED in harness/parity/emitted.py",
    Kind.NOTIFICATION: "NOTIFICATIONS in harness/parity/emitted.py",
    Kind.ANSWER_HEADER: "ANSWER_HEADERS in harness/parity/emitted.py",
    Kind.NOTIFICATION_HEADER: "NOTIFICATION_HEADERS in harness/parity/emitted.py",
}
"""Where a row of each kind is written."""


def _items() -> Iterator[Item]:
    names: Mapping[Kind, tuple[str, ...]] = {
        Kind.PREFIX: PREFIXES,
        Kind.ROUTE: tuple(route.name for route in ROUTES),
        Kind.NOTIFICATION: NOTIFICATIONS,
        Kind.ANSWERED: tuple(f"{name}.{m}" for name, members in ANSWERED.items() for m in members.split()),
        Kind.NOTIFIED: tuple(f"{name}.{m}" for name, members in NOTIFIED.items() for m in members.split()),
        Kind.ANSWER_HEADER: ANSWER_HEADERS,
        Kind.NOTIFICATION_HEADER: NOTIFICATION_HEADERS,
    }
    for kind, of_kind in names.items():
        yield from (Item(kind, name) for name in of_kind)


ITEMS: Final = tuple(_items())
"""Everything that the fake can emit, in the order of the page."""
