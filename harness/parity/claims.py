"""How we know of what no cassette shows: the source by hand, or the reason why it is assumed.

A claim that a cassette or the schema has overtaken fails the suite: take it out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from harness.graph.refusals import Evidence
from harness.parity.evidence import METADATA, Claim
from harness.parity.seen import Item, Kind

_OPENAPI: Final = (
    "https://github.com/microsoftgraph/msgraph-metadata/blob/"
    "bdb49f7a4dad99d9209824083ce6c31bdcbecdfd/openapi/v1.0/openapi.yaml"
)
_CREATE: Final = "https://learn.microsoft.com/graph/api/application-post-calls"
_SAMPLE: Final = "https://learn.microsoft.com/graph/auth-v2-service"
_ANSWERED_CALL: Final = "https://github.com/MicrosoftDocs/msteams-docs/issues/9170"
_JOINED: Final = "https://github.com/microsoftgraph/microsoft-graph-comms-samples/issues/632"

_THROTTLING: Final = "https://learn.microsoft.com/graph/throttling"

_ECHOED: Final = "Comes back as it was sent; the source shows it in a request only."
_SET: Final = Claim(Evidence.SCHEMA, METADATA, "Declared on communicationsIdentitySet.")
_DERIVED: Final = Claim(Evidence.SCHEMA, METADATA, "Its base type is abstract, so that OData wants the type named.")

_THROTTLED: Final = Claim(Evidence.DOCUMENTED, _THROTTLING, "Of a 429 only, which a fault asks for.")

_CONTEXT: Final = Claim(Evidence.ASSUMED, reason="Muting prints it, and the wire has it for an invite.")
_CANCELLED: Final = "https://learn.microsoft.com/graph/api/call-cancelmediaprocessing"
_MIXER: Final = "https://learn.microsoft.com/graph/api/participant-configuremixer?view=graph-rest-beta"

_ANSWERED: Final[Mapping[str, Claim]] = {
    **{
        f"{kind}.@odata.context": _CONTEXT
        for kind in (
            *("addLargeGalleryViewOperation", "cancelMediaProcessingOperation", "commsOperation"),
            *("playPromptOperation", "recordOperation", "sendDtmfTonesOperation", "startHoldMusicOperation"),
            *("stopHoldMusicOperation", "subscribeToToneOperation", "updateRecordingStatusOperation"),
        )
    },
    "recordOperation.completionReason": Claim(
        Evidence.ASSUMED, _CANCELLED, "Its notification has it; no page shows that such an operation is read."
    ),
    "InnerError.code": _THROTTLED,
    "InnerError.message": _THROTTLED,
    "InnerError.status": _THROTTLED,
    "appHostedMediaConfig.removeFromDefaultAudioGroup": Claim(Evidence.ASSUMED, _CREATE, _ECHOED),
    "serviceHostedMediaConfig.removeFromDefaultAudioGroup": Claim(Evidence.ASSUMED, _CREATE, _ECHOED),
    "outgoingCallOptions.allowGuestToBypassLobby": Claim(Evidence.ASSUMED, _JOINED, _ECHOED),
    "commsOperationCollectionResponse.@odata.context": Claim(
        Evidence.ASSUMED, reason="As the list of participants has it; no page shows a list of operations."
    ),
    "commsOperationCollectionResponse.value": Claim(Evidence.SCHEMA, _OPENAPI),
    "resultInfo.@odata.type": Claim(
        Evidence.ASSUMED, reason="As notifications have it; nobody published an answer with a resultInfo."
    ),
    "identitySet.azureCommunicationServicesUser": _SET,
    "joinMeetingIdMeetingInfo.@odata.type": _DERIVED,
    "tokenMeetingInfo.@odata.type": _DERIVED,
}

_NOTIFIED: Final[Mapping[str, Claim]] = {
    "recordOperation.completionReason": Claim(Evidence.DOCUMENTED, _CANCELLED),
    "incomingContext.@odata.type": Claim(Evidence.DOCUMENTED, "https://learn.microsoft.com/graph/api/call-answer"),
    "recordingInfo.@odata.type": Claim(Evidence.ASSUMED, reason="Everything else in a roster has its type."),
    "identitySet.azureCommunicationServicesUser": _SET,
    "identitySet.encrypted": _SET,
    "identitySet.guest": _SET,
    "identitySet.onPremises": _SET,
    "joinMeetingIdMeetingInfo.@odata.type": _DERIVED,
    "tokenMeetingInfo.@odata.type": _DERIVED,
}

_ANSWER_HEADERS: Final[Mapping[str, Claim]] = {
    "Allow": Claim(Evidence.ASSUMED, reason="HTTP wants it beside a 405; nobody published one of Graph's."),
    "Content-Type": Claim(Evidence.DOCUMENTED, _SAMPLE),
    "OData-Version": Claim(Evidence.DOCUMENTED, _SAMPLE),
    "Retry-After": Claim(Evidence.DOCUMENTED, _THROTTLING, "Where a fault asks for it."),
    "Strict-Transport-Security": Claim(Evidence.OBSERVED, _ANSWERED_CALL),
    "scenario-id": Claim(Evidence.OBSERVED, _ANSWERED_CALL),
}

_ROUTES: Final[Mapping[str, Claim]] = {
    "POST /calls/{call}/participants/configureMixer": Claim(Evidence.DOCUMENTED, _MIXER),
}

_PREFIXES: Final[Mapping[str, Claim]] = {
    "/v1.0/app": Claim(
        Evidence.ASSUMED, reason="Both families are served on both versions; `/app` was seen and documented on beta."
    ),
}


def _claims() -> Iterator[tuple[Item, Claim]]:
    claims = {
        Kind.ANSWERED: _ANSWERED,
        Kind.NOTIFIED: _NOTIFIED,
        Kind.ANSWER_HEADER: _ANSWER_HEADERS,
        Kind.PREFIX: _PREFIXES,
        Kind.ROUTE: _ROUTES,
    }
    for kind, named in claims.items():
        yield from ((Item(kind, name), claim) for name, claim in named.items())


CLAIMS: Final[Mapping[Item, Claim]] = dict(_claims())
