"""What Graph tells bots: nulls are left out (documented, observed)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from harness.graph.outcomes import CallChanged, Change, OperationEnded, RosterChanged
from harness.graph.types import (
    Call,
    CallDirection,
    CallKind,
    CallState,
    Identity,
    Invitation,
    Operation,
    OperationKind,
    Participant,
)
from harness.graph.wire.parts import (
    NS,
    TYPE,
    Json,
    chat_info,
    identity_set,
    media_stream,
    result_info_of,
    without_nulls,
)


def notifications(changes: Iterable[Change]) -> Json:
    """The envelope that is posted to the bot. Graph may put several in one (schema); only single ones were seen."""
    return {TYPE: NS + "commsNotifications", "value": [_notification(c) for c in changes]}


def resource_path(change: Change) -> str:
    """Path of what changed below `/communications` or `/app`."""
    match change:
        case CallChanged(call=call):
            return f"calls/{call.id}"
        case RosterChanged(call=call):
            return f"calls/{call.id}/participants"
        case OperationEnded(call=call, operation=operation):
            return f"calls/{call.id}/operations/{operation.id}"


def _notification(change: Change) -> Json:
    """`resource` with `/app` before `resourceUrl` with `/communications` (observed since November 2019)."""
    path = resource_path(change)
    return {
        TYPE: NS + "commsNotification",
        "changeType": change.change_type,
        "resource": f"/app/{path}",
        "resourceUrl": f"/communications/{path}",
        "resourceData": _resource_data(change),
    }


def _resource_data(change: Change) -> Json | list[Json]:
    match change:
        case CallChanged():
            return _told_call(change)
        case RosterChanged(call=call):
            return [_told_participant(p, call) for p in call.roster]
        case OperationEnded(call=call, operation=operation):
            return _told_operation(operation, call)


def _told_call(change: CallChanged) -> Json:
    """What a call notification holds: the state, and what belongs to it; no `id` (observed, CS 126, 772).

    A joined meeting repeats chatInfo, meetingInfo and callChainId (observed, CS 772); an outgoing call that is
    established its direction (documented); a call that became a group what CS 700 shows; an end its reason
    (documented), callChainId and a phone as `terminationSender` (observed, Microsoft Q&A 704763).
    """
    call = change.call
    if change.is_bare:
        return {TYPE: NS + "call"}
    body: Json = {TYPE: NS + "call", "state": call.state}
    if change.as_incoming:
        return body | _told_incoming(call)
    if change.escalated:
        return body | {
            "callChainId": call.call_chain_id,
            "chatInfo": without_nulls(chat_info(call) or {}),
            "mediaState": {TYPE: NS + "callMediaState", "audio": "active"},
            "tenantId": call.tenant_id or call.application.tenant_id,
            "meetingCapability": {TYPE: NS + "meetingCapability"},
        }
    if change.tone is not None:
        tone = {TYPE: NS + "toneInfo", "sequenceId": call.tones, "tone": change.tone}
        return body | {"toneInfo": tone}
    if call.state is CallState.TERMINATED:
        return body | _told_end(call)
    if call.state in _BARE_STATES:
        return body
    if call.result_info is not None:
        return body | {"resultInfo": without_nulls(result_info_of(call.result_info))}
    if call.kind is CallKind.MEETING:
        return body | without_nulls(
            {"chatInfo": chat_info(call), "meetingInfo": call.meeting_info, "callChainId": call.call_chain_id}
        )
    if call.state is CallState.ESTABLISHED and call.direction is CallDirection.OUTGOING:
        body["direction"] = call.direction
    return body


_BARE_STATES: Final = (CallState.TERMINATING, CallState.TRANSFERRING, CallState.TRANSFER_ACCEPTED)
"""Of which nothing but the state is told (documented, call-delete, call-transfer)."""


def _told_incoming(call: Call) -> Json:
    """Who calls whom, and where. Order of members as observed (CS 596) and documented (call-answer example 3)."""
    return without_nulls(
        {
            "direction": call.direction,
            "callbackUri": call.callback_uri,
            "source": _party("participantInfo", call.source, _tenant(call)),
            "targets": [_called(call)],
            "requestedModalities": list(call.requested_modalities) or None,
            "chatInfo": chat_info(call),
            "meetingInfo": call.meeting_info,
            "tenantId": call.tenant_id or call.application.tenant_id,
            "resultInfo": None if call.result_info is None else result_info_of(call.result_info),
            "myParticipantId": call.my_participant_id,
            "callChainId": call.call_chain_id,
            "incomingContext": call.incoming_context,
            "id": call.id,
        }
    )


def _called(call: Call) -> Json:
    """Who was called: the bot; or an application instance of it, with the bot's id in the roster (documented)."""
    if not call.targets:
        return _party("invitationParticipantInfo", call.application.identity, None)
    return _party("invitationParticipantInfo", call.targets[0].identity, None) | {"id": call.my_participant_id}


def _party(kind: str, identity: Identity, tenant_id: str | None) -> Json:
    return {TYPE: NS + kind, "identity": identity_set(identity, tenant_id=tenant_id), "endpointType": "default"}


def _told_end(call: Call) -> Json:
    body: Json = {}
    if call.result_info is not None:
        body["resultInfo"] = without_nulls(result_info_of(call.result_info))
    if call.termination_reason is not None:
        body["terminationReason"] = call.termination_reason
    body["callChainId"] = call.call_chain_id
    if call.termination_sender is not None:
        body["terminationSender"] = identity_set(call.termination_sender)
    return body


def _told_operation(operation: Operation, call: Call) -> Json:
    """Order of members as observed (CS 511, 599, 410); status in lower case (documented, observed)."""
    body: Json = {TYPE: NS + operation.kind}
    if operation.kind is OperationKind.INVITE:
        body["participants"] = [
            {
                TYPE: NS + "invitationParticipantInfo",
                "identity": identity_set(_as_sent(i), tenant_id=_tenant(call)),
            }
            for i in operation.invitations
        ]
    body |= {"status": operation.status.lower(), "clientContext": operation.client_context}
    if operation.result_info is not None:
        body["resultInfo"] = without_nulls(result_info_of(operation.result_info))
    return body | without_nulls(operation.members) | {"id": operation.id}


def _as_sent(invitation: Invitation) -> Identity:
    """The identity as it was sent, with the tenant that the person is known by (documented, invite example 5)."""
    sent = invitation.invitee.identity
    tenant = invitation.person.identity.members.get("tenantId")
    return Identity(sent.kind, sent.id, {**sent.members, **({"tenantId": tenant} if tenant else {})})


def _told_participant(participant: Participant, call: Call) -> Json:
    """A roster entry. Source: documented, participant-invite; `isIdentityAnonymized` observed, CS 599."""
    info: Json = {
        TYPE: NS + "participantInfo",
        "identity": identity_set(participant.identity, tenant_id=_tenant(call)),
    }
    if participant.endpoint_type is not None:
        info["endpointType"] = participant.endpoint_type
    return {
        TYPE: NS + "participant",
        "info": info | dict(participant.person.info),
        "mediaStreams": [media_stream(s) for s in participant.media_streams],
        "isMuted": participant.is_muted,
        "isInLobby": participant.is_in_lobby,
        "isIdentityAnonymized": False,
        "id": participant.id,
    } | _recording(participant)


def _recording(participant: Participant) -> Json:
    """Who has told that they record (schema: recordingInfo; that the initiator is themselves is assumed)."""
    if participant.recording_status is None:
        return {}
    initiator = identity_set(participant.identity)
    info = {TYPE: NS + "recordingInfo", "recordingStatus": participant.recording_status, "initiator": initiator}
    return {"recordingInfo": info}


def _tenant(call: Call) -> str:
    return call.application.tenant_id
