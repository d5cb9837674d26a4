"""Microsoft's schema of the calls surface as tables: enums, types, actions.

Cut from `schemas/v1.0-Prod.csdl` of microsoftgraph/msgraph-metadata, commit
f54f11b60956ea7b185ca0447b2b80805836ec7b (2026-08-20), Copyright (c) 2018 Microsoft Graph, MIT licence (text
beside the schema's copy, tests/contract/schema/README.md). The types of `logTeleconferenceDeviceQuality` are
left out. What clients send beside the schema is in `EXTRA_MEMBERS` and `EXTRA_PARAMETERS`, each with its
source. How a body is read does not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

_ENUMS: Final = {
    "callDirection": "incoming outgoing",
    "callState": (
        "incoming establishing established hold transferring transferAccepted redirecting "
        "terminating terminated unknownFutureValue"
    ),
    "callTranscriptionState": "notStarted active inactive unknownFutureValue",
    "changeType": "created updated deleted",
    "endpointType": "default voicemail skypeForBusiness skypeForBusinessVoipPhone unknownFutureValue",
    "mediaDirection": "inactive sendOnly receiveOnly sendReceive",
    "mediaState": "active inactive unknownFutureValue",
    "modality": "audio video videoBasedScreenSharing data unknownFutureValue",
    "onlineMeetingContentSharingDisabledReason": "watermarkProtection unknownFutureValue",
    "onlineMeetingVideoDisabledReason": "watermarkProtection unknownFutureValue",
    "operationStatus": "NotStarted Running Completed Failed",
    "recordingStatus": "unknown notRecording recording failed unknownFutureValue",
    "rejectReason": "none busy forbidden unknownFutureValue",
    "routingMode": "oneToOne multicast unknownFutureValue",
    "routingType": "forwarded lookup selfFork unknownFutureValue",
    "screenSharingRole": "viewer sharer",
    "sendDtmfCompletionReason": "unknown completedSuccessfully mediaOperationCanceled unknownFutureValue",
    "tone": "tone0 tone1 tone2 tone3 tone4 tone5 tone6 tone7 tone8 tone9 star pound a b c d flash",
}

# name: (base, how it is, properties, navigation properties); `!` is not nullable, `[]` a collection.
_TYPES: Final = {
    "appHostedMediaConfig": ("mediaConfig", "", "blob:String", ""),
    "azureCommunicationServicesUserIdentity": (
        "identity",
        "open",
        "azureCommunicationServicesResourceId:String",
        "",
    ),
    "callMediaState": ("", "", "audio:mediaState", ""),
    "callOptions": (
        "",
        "abstract",
        (
            "hideBotAfterEscalation:Boolean "
            "isContentSharingNotificationEnabled:Boolean "
            "isDeltaRosterEnabled:Boolean isInteractiveRosterEnabled:Boolean"
        ),
        "",
    ),
    "callRoute": ("", "", "final:identitySet! original:identitySet! routingType:routingType!", ""),
    "callTranscriptionInfo": (
        "",
        "",
        "lastModifiedDateTime:DateTimeOffset state:callTranscriptionState!",
        "",
    ),
    "chatInfo": ("", "", "messageId:String replyChainMessageId:String threadId:String", ""),
    "commsNotification": ("", "open", "changeType:changeType! resourceUrl:String!", ""),
    "commsNotifications": ("", "", "value:commsNotification[]", ""),
    "communicationsApplicationIdentity": ("identity", "open", "applicationType:String hidden:Boolean", ""),
    "communicationsApplicationInstanceIdentity": ("identity", "open", "hidden:Boolean tenantId:String", ""),
    "communicationsEncryptedIdentity": ("identity", "open", "", ""),
    "communicationsGuestIdentity": ("identity", "open", "email:String", ""),
    "communicationsIdentitySet": (
        "identitySet",
        "open",
        (
            "applicationInstance:identity "
            "assertedIdentity:identity "
            "azureCommunicationServicesUser:identity "
            "encrypted:identity endpointType:endpointType "
            "guest:identity onPremises:identity phone:identity"
        ),
        "",
    ),
    "communicationsPhoneIdentity": ("identity", "open", "", ""),
    "communicationsUserIdentity": ("identity", "open", "tenantId:String", ""),
    "identity": ("", "open", "displayName:String id:String", ""),
    "identitySet": ("", "open", "application:identity device:identity user:identity", ""),
    "incomingCallOptions": ("callOptions", "", "", ""),
    "incomingContext": (
        "",
        "",
        """observedParticipantId:String onBehalfOf:identitySet
        sourceParticipantId:String transferor:identitySet""",
        "",
    ),
    "invitationParticipantInfo": (
        "",
        "open",
        (
            "hidden:Boolean identity:identitySet! "
            "participantId:String "
            "removeFromDefaultAudioRoutingGroup:Boolean "
            "replacesCallId:String"
        ),
        "",
    ),
    "joinMeetingIdMeetingInfo": ("meetingInfo", "open", "joinMeetingId:String! passcode:String", ""),
    "mediaConfig": ("", "abstract", "", ""),
    "mediaInfo": ("", "", "resourceId:String uri:String!", ""),
    "mediaPrompt": ("prompt", "", "mediaInfo:mediaInfo!", ""),
    "mediaStream": (
        "",
        "",
        ("direction:mediaDirection! label:String mediaType:modality! serverMuted:Boolean! sourceId:String!"),
        "",
    ),
    "meetingInfo": ("", "abstract", "", ""),
    "onlineMeetingRestricted": (
        "",
        "",
        (
            "contentSharingDisabled:onlineMeetingContentSharingDisabledReason "
            "videoDisabled:onlineMeetingVideoDisabledReason"
        ),
        "",
    ),
    "organizerMeetingInfo": ("meetingInfo", "open", "organizer:identitySet!", ""),
    "outgoingCallOptions": ("callOptions", "", "", ""),
    "participantInfo": (
        "",
        "",
        (
            "countryCode:String endpointType:endpointType "
            "identity:identitySet! languageId:String participantId:String "
            "region:String"
        ),
        "",
    ),
    "prompt": ("", "abstract", "", ""),
    "recordingInfo": ("", "", "initiator:identitySet recordingStatus:recordingStatus!", ""),
    "removedState": ("", "", "reason:String", ""),
    "resultInfo": ("", "", "code:Int32! message:String subcode:Int32!", ""),
    "serviceHostedMediaConfig": ("mediaConfig", "", "preFetchMedia:mediaInfo[]", ""),
    "tokenMeetingInfo": ("meetingInfo", "", "token:String!", ""),
    "toneInfo": ("", "", "sequenceId:Int64! tone:tone!", ""),
    "addLargeGalleryViewOperation": ("commsOperation", "open", "", ""),
    "audioRoutingGroup": ("entity", "", "receivers:String[] routingMode:routingMode! sources:String[]", ""),
    "call": (
        "entity",
        "open",
        (
            "callbackUri:String! callChainId:String callOptions:callOptions "
            "callRoutes:callRoute[] chatInfo:chatInfo direction:callDirection "
            "incomingContext:incomingContext mediaConfig:mediaConfig "
            "mediaState:callMediaState meetingInfo:meetingInfo myParticipantId:String "
            "requestedModalities:modality[] resultInfo:resultInfo "
            "source:participantInfo state:callState subject:String "
            "targets:invitationParticipantInfo[] tenantId:String toneInfo:toneInfo "
            "transcription:callTranscriptionInfo"
        ),
        "audioRoutingGroups:audioRoutingGroup[] contentSharingSessions:contentSharingSession[] "
        "operations:commsOperation[] participants:participant[]",
    ),
    "cancelMediaProcessingOperation": ("commsOperation", "open", "", ""),
    "cloudCommunications": ("", "", "", "calls:call[]"),
    "commsOperation": (
        "entity",
        "open",
        "clientContext:String resultInfo:resultInfo status:operationStatus!",
        "",
    ),
    "contentSharingSession": ("entity", "open", "", ""),
    "entity": ("", "abstract", "id:String!", ""),
    "inviteParticipantsOperation": (
        "commsOperation",
        "open",
        "participants:invitationParticipantInfo[]!",
        "",
    ),
    "muteParticipantOperation": ("commsOperation", "open", "", ""),
    "participant": (
        "entity",
        "",
        (
            "info:participantInfo! isInLobby:Boolean! isMuted:Boolean! "
            "mediaStreams:mediaStream[] metadata:String "
            "recordingInfo:recordingInfo removedState:removedState "
            "restrictedExperience:onlineMeetingRestricted "
            "rosterSequenceNumber:Int64"
        ),
        "",
    ),
    "playPromptOperation": ("commsOperation", "open", "", ""),
    "recordOperation": ("commsOperation", "open", "recordingAccessToken:String recordingLocation:String", ""),
    "sendDtmfTonesOperation": ("commsOperation", "open", "completionReason:sendDtmfCompletionReason", ""),
    "startHoldMusicOperation": ("commsOperation", "open", "", ""),
    "stopHoldMusicOperation": ("commsOperation", "open", "", ""),
    "subscribeToToneOperation": ("commsOperation", "open", "", ""),
    "unmuteParticipantOperation": ("commsOperation", "open", "", ""),
    "updateRecordingStatusOperation": ("commsOperation", "open", "", ""),
}

# (name, what it is bound to): parameters.
_ACTIONS: Final = {
    ("addLargeGalleryView", "call"): "clientContext:String",
    ("answer", "call"): (
        "callbackUri:String! mediaConfig:mediaConfig! acceptedModalities:modality[] "
        "participantCapacity:Int32 callOptions:incomingCallOptions"
    ),
    ("cancelMediaProcessing", "call"): "clientContext:String",
    ("changeScreenSharingRole", "call"): "role:screenSharingRole!",
    ("invite", "participant[]"): "participants:invitationParticipantInfo[]! clientContext:String",
    ("keepAlive", "call"): "",
    ("mute", "call"): "clientContext:String",
    ("mute", "participant"): "clientContext:String",
    ("playPrompt", "call"): "prompts:prompt[]! clientContext:String",
    ("recordResponse", "call"): (
        "prompts:prompt[] bargeInAllowed:Boolean "
        "initialSilenceTimeoutInSeconds:Int32 maxSilenceTimeoutInSeconds:Int32 "
        "maxRecordDurationInSeconds:Int32 playBeep:Boolean stopTones:String[] "
        "clientContext:String"
    ),
    ("redirect", "call"): "targets:invitationParticipantInfo[]! timeout:Int32 callbackUri:String",
    ("reject", "call"): "reason:rejectReason callbackUri:String",
    ("sendDtmfTones", "call"): "tones:tone[]! delayBetweenTonesMs:Int32 clientContext:String",
    ("startHoldMusic", "participant"): "customPrompt:prompt clientContext:String",
    ("stopHoldMusic", "participant"): "clientContext:String",
    ("subscribeToTone", "call"): "clientContext:String",
    ("transfer", "call"): "transferTarget:invitationParticipantInfo! transferee:participantInfo",
    ("unmute", "call"): "clientContext:String",
    ("updateRecordingStatus", "call"): "status:recordingStatus! clientContext:String",
}

_BETA_ACTIONS: Final = {
    ("configureMixer", "participant[]"): "participantMixerLevels:Anything[]! clientContext:String",
    ("muteAll", "participant[]"): "participants:String[]! clientContext:String",
}
"""What only beta has (documented, participant-muteall and participant-configuremixer); inner types are not checked."""

EXTRA_MEMBERS: Final[Mapping[str, str]] = {
    "mediaConfig": "removeFromDefaultAudioGroup:Boolean",  # documented, application-post-calls 3 and 4
    "callOptions": "allowGuestToBypassLobby:Boolean",  # observed, CS 632
    "mediaPrompt": "loop:Int32",  # observed, CS 58 (2019, beta)
}
"""Members that clients send in closed types that do not declare them: type -> members."""

KNOWN_MEMBERS: Final[Mapping[str, str]] = {
    # documented and observed; declared on communicationsIdentitySet or on derived identities
    "identity": "tenantId:String identityProvider:String",
    "identitySet": "phone:identity guest:identity encrypted:identity onPremises:identity "
    "applicationInstance:identity azureCommunicationServicesUser:identity",
    "invitationParticipantInfo": "endpointType:endpointType",  # documented, participant-invite
}
"""Undeclared members of open types whose type is known all the same: type -> members."""

EXTRA_PARAMETERS: Final[Mapping[tuple[str, str], str]] = {
    # documented, participant-invite of 2019-07, beta
    ("answer", "call"): "callback:String acceptModalities:modality[]",
    ("redirect", "call"): "routingPolicies:String[]",  # documented, call-redirect example 2
    ("transfer", "call"): "clientContext:String",  # documented, call-transfer examples 3 and 4
}
"""Parameters that clients send and the schema does not declare: (action, bound to) -> parameters."""


@dataclass(frozen=True, slots=True)
class Property:
    """A property, or a parameter of an action. `type`: a primitive, an enum, or a type of this schema."""

    type: str
    is_collection: bool
    is_nullable: bool


@dataclass(frozen=True, slots=True)
class Type:
    base: str | None
    is_open: bool
    is_abstract: bool
    properties: Mapping[str, Property]
    navigation: Mapping[str, Property]


def _property(text: str) -> tuple[str, Property]:
    name, _, kind = text.partition(":")
    bare = kind.rstrip("!")
    return name, Property(bare.removesuffix("[]"), bare.endswith("[]"), not kind.endswith("!"))


def _properties(text: str) -> dict[str, Property]:
    return dict(_property(part) for part in text.split())


ENUMS: Final[Mapping[str, tuple[str, ...]]] = {name: tuple(text.split()) for name, text in _ENUMS.items()}

TYPES: Final[Mapping[str, Type]] = {
    name: Type(
        base=base or None,
        is_open="open" in how.split(),
        is_abstract="abstract" in how.split(),
        properties=_properties(text),
        navigation=_properties(links),
    )
    for name, (base, how, text, links) in _TYPES.items()
}

ACTIONS: Final[Mapping[tuple[str, str], Mapping[str, Property]]] = {
    key: _properties(text) for key, text in _ACTIONS.items()
}

BETA_ACTIONS: Final[Mapping[tuple[str, str], Mapping[str, Property]]] = {
    key: _properties(text) for key, text in _BETA_ACTIONS.items()
}


def lineage(type_name: str) -> list[str]:
    """The type and the types it derives from, nearest first."""
    names = []
    name: str | None = type_name
    while name is not None:
        names.append(name)
        name = TYPES[name].base
    return names


def is_a(type_name: str, base: str) -> bool:
    return type_name in TYPES and base in lineage(type_name)


@cache
def is_open(type_name: str) -> bool:
    """Whether undeclared members are allowed; so they are where they are in a base type."""
    return any(TYPES[name].is_open for name in lineage(type_name))


@cache
def properties_of(type_name: str) -> Mapping[str, Property]:
    """What a request may hold: own and inherited properties, navigation properties and `EXTRA_MEMBERS`."""
    found: dict[str, Property] = {}
    for name in reversed(lineage(type_name)):
        found |= {
            **TYPES[name].properties,
            **TYPES[name].navigation,
            **_properties(EXTRA_MEMBERS.get(name, "")),
            **_properties(KNOWN_MEMBERS.get(name, "")),
        }
    return found


@cache
def parameters_of(action: str, bound_to: str) -> Mapping[str, Property]:
    """What a request may hold: the parameters of an action and `EXTRA_PARAMETERS`."""
    key = action, bound_to
    return {
        **(ACTIONS[key] if key in ACTIONS else BETA_ACTIONS[key]),
        **_properties(EXTRA_PARAMETERS.get((action, bound_to), "")),
    }
