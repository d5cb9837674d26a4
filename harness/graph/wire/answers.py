"""What Graph answers: calls, participants, operations and errors, with explicit nulls (documented).

`base` is scheme and host as the request named them; `family` is `app` or `communications`, `version` is `v1.0` or
`beta`.
"""

from __future__ import annotations

from typing import Final

from harness.errors import GraphError
from harness.graph.types import Call, Identity, IdentityKind, Invitation, Invitee, Operation, OperationKind, Participant
from harness.graph.wire.parts import (
    CONTEXT,
    NS,
    TYPE,
    Json,
    chat_info,
    identity_of,
    identity_set,
    media_stream,
    result_info_of,
)


def call_url(base: str, version: str, family: str, call_id: str) -> str:
    return f"{base}/{version}/{family}/calls/{call_id}"


def operation_url(base: str, version: str, family: str, call_id: str, operation_id: str) -> str:
    return f"{call_url(base, version, family, call_id)}/operations/{operation_id}"


def context(base: str, version: str, fragment: str) -> str:
    return f"{base}/{version}/$metadata#{fragment}"


def created_call(call: Call, *, base: str, version: str) -> Json:
    """Answer to create. Its context says `app` whatever path was asked (documented, application-post-calls)."""
    return _call(call, context(base, version, "app/calls/$entity"))


def got_call(call: Call, *, base: str, version: str, family: str) -> Json:
    return _call(call, context(base, version, f"{family}/calls/$entity"))


def _call(call: Call, odata_context: str) -> Json:
    """Members of a call. Source: documented, application-post-calls (2025) examples 1 and 6, (2021) example 7.

    Six members are printed where the request names its tenant, and nowhere else.
    """
    body: Json = {
        CONTEXT: odata_context,
        TYPE: NS + "call",
        "state": call.state,
        "direction": call.direction,
        "callbackUri": call.callback_uri,
        "callChainId": call.call_chain_id,
    }
    if call.tenant_id is not None:
        body |= {"tenantId": call.tenant_id, "callRoutes": [], "activeModalities": [], "routingPolicies": []}
        body |= {"terminationReason": None, "meetingCapability": None}
    if call.call_options is not None:
        body["callOptions"] = dict(call.call_options)
    return body | {
        "source": _source(call),
        "targets": [_target(t) for t in call.targets],
        "requestedModalities": list(call.requested_modalities),
        "mediaConfig": None if call.media_config is None else dict(call.media_config),
        "chatInfo": chat_info(call),
        "meetingInfo": None if call.meeting_info is None else dict(call.meeting_info),
        "myParticipantId": call.my_participant_id,
        "id": call.id,
        "subject": call.subject,
        "ringingTimeoutInSeconds": None,
        "mediaState": None,
        "resultInfo": None,
        "answeredBy": None,
        "transcription": None,
        "toneInfo": None,
    }


def _source(call: Call) -> Json:
    members = {"countryCode": None, "endpointType": None, "region": None, "languageId": None}
    return {TYPE: NS + "participantInfo", "identity": identity_set(call.source)} | members


def _target(invitee: Invitee) -> Json:
    members = {"endpointType": None, "replacesCallId": invitee.replaces_call_id}
    return {TYPE: NS + "invitationParticipantInfo", "identity": identity_set(invitee.identity)} | members


def invited(operation: Operation, *, base: str, version: str) -> Json:
    """Answer to invite, in the order of the wire (observed, techcommunity 3257482)."""
    return {CONTEXT: context(base, version, operation.kind)} | _operation(operation)


def acted(operation: Operation, *, base: str, version: str) -> Json:
    """Answer to any other action: its status in lower case and camel case, as all of their pages print it."""
    status = operation.status[0].lower() + operation.status[1:]
    return {CONTEXT: context(base, version, operation.kind)} | _operation(operation) | {"status": status}


def got_operation(operation: Operation, *, call_id: str, base: str, version: str, family: str) -> Json:
    """Answer to GET operation: the same members as the invite's answer (assumed; no page exists)."""
    fragment = f"{family}/calls('{call_id}')/operations/$entity"
    return {CONTEXT: context(base, version, fragment)} | _operation(operation)


def listed_operations(call: Call, *, base: str, version: str, family: str) -> Json:
    fragment = f"{family}/calls('{call.id}')/operations"
    return {CONTEXT: context(base, version, fragment), "value": [_operation(o) for o in call.operations]}


def _operation(operation: Operation) -> Json:
    body: Json = {
        TYPE: NS + operation.kind,
        "id": operation.id,
        "status": operation.status,
        "clientContext": operation.client_context,
        "resultInfo": None if operation.result_info is None else result_info_of(operation.result_info),
    }
    if operation.kind is OperationKind.INVITE:
        body["participants"] = [_invited(i) for i in operation.invitations]
    return body | dict(operation.members)


def _invited(invitation: Invitation) -> Json:
    """An invitee in the answer: five members as observed, then the identity as documented."""
    invitee = invitation.invitee
    return {
        "endpointType": invitee.endpoint_type,
        "replacesCallId": invitee.replaces_call_id,
        "hidden": invitee.hidden,
        "removeFromDefaultAudioRoutingGroup": invitee.remove_from_default_audio_routing_group,
        "participantId": invitation.participant_id,
        "identity": _null_siblings(_completed(invitation)),
    }


def _completed(invitation: Invitation) -> Identity:
    """The identity as it was sent, with name and tenant of a person who is known (documented, invite example 5)."""
    sent, known = invitation.invitee.identity, invitation.person.identity.members
    added = {name: known[name] for name in ("displayName", "tenantId") if name in known}
    return Identity(sent.kind, sent.id, {**added, **sent.members})


_SIBLINGS: Final = (IdentityKind.USER, IdentityKind.APPLICATION, IdentityKind.DEVICE, IdentityKind.PHONE)
_PHONE_SIBLINGS: Final = (
    IdentityKind.USER,
    IdentityKind.GUEST,
    IdentityKind.ENCRYPTED,
    IdentityKind.ON_PREMISES,
    IdentityKind.APPLICATION_INSTANCE,
    IdentityKind.APPLICATION,
    IdentityKind.DEVICE,
)


def _null_siblings(identity: Identity) -> Json:
    """An identity set as answers print it: `@odata.type` only where it was sent, the other kinds null."""
    siblings = _PHONE_SIBLINGS if identity.kind is IdentityKind.PHONE else _SIBLINGS
    others: Json = {kind: None for kind in siblings if kind is not identity.kind}
    return {identity.kind: {"id": identity.id, **identity.members}} | others


def got_participant(participant: Participant, *, call_id: str, base: str, version: str, family: str) -> Json:
    fragment = f"{family}/calls('{call_id}')/participants/$entity"
    return {CONTEXT: context(base, version, fragment)} | _got_participant(participant)


def listed_participants(call: Call, *, base: str, version: str, family: str) -> Json:
    fragment = f"{family}/calls('{call.id}')/participants"
    return {
        CONTEXT: context(base, version, fragment),
        "value": [_got_participant(p) for p in call.roster],
    }


def _got_participant(participant: Participant) -> Json:
    """Members of a participant in answers. Source: documented, participant-get and call-list-participants."""
    identity = participant.identity
    siblings: Json = {kind: None for kind in _SIBLINGS if kind is not identity.kind}
    who = {"displayName": None} | identity_of(identity)
    return {
        TYPE: NS + "participant",
        "info": {
            TYPE: NS + "participantInfo",
            "identity": {TYPE: NS + "identitySet", identity.kind: who} | siblings,
            "id": None,
        },
        "mediaStreams": [media_stream(s) | {"label": s.label} for s in participant.media_streams],
        "isMuted": participant.is_muted,
        "isInLobby": participant.is_in_lobby,
        "id": participant.id,
        "metadata": None,
    }


def error(refused: GraphError, *, date: str, request_id: str, client_request_id: str) -> Json:
    """Graph's error body. `date` has seconds and no zone; order of members as observed since 2020."""
    return {
        "error": {
            "code": refused.code,
            "message": refused.message,
            "innerError": {
                "date": date,
                "request-id": request_id,
                "client-request-id": client_request_id,
            },
        }
    }
