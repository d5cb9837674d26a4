"""What Graph writes: calls, participants, operations, errors and notifications as JSON, member for member.

The only place, with `harness.graph.parsing` (what clients write), that knows camelCase and `@odata`. Where sources
disagree the order is recorded, observed, documented, schema, assumed. Answers print explicit nulls, notifications
leave nulls out (documented, observed). `base` is scheme and host as the request named them; `family` is `app` or
`communications`, `version` is `v1.0` or `beta`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from harness.errors import GraphError
from harness.graph.types import (
    Call,
    CallChanged,
    CallKind,
    CallState,
    Change,
    Identity,
    IdentityKind,
    Invitation,
    Invitee,
    MediaStream,
    Operation,
    OperationEnded,
    Participant,
    ResultInfo,
    RosterChanged,
)

Json = dict[str, Any]

_NS: Final = "#microsoft.graph."
TYPE: Final = "@odata.type"
CONTEXT: Final = "@odata.context"

# ---- URLs and contexts


def call_url(base: str, version: str, family: str, call_id: str) -> str:
    return f"{base}/{version}/{family}/calls/{call_id}"


def operation_url(base: str, version: str, family: str, call_id: str, operation_id: str) -> str:
    return f"{call_url(base, version, family, call_id)}/operations/{operation_id}"


def context(base: str, version: str, fragment: str) -> str:
    return f"{base}/{version}/$metadata#{fragment}"


# ---- answers


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
        TYPE: _NS + "call",
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
        "chatInfo": _chat_info(call),
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
    return {TYPE: _NS + "participantInfo", "identity": identity_set(call.source)} | members


def _target(invitee: Invitee) -> Json:
    members = {"endpointType": None, "replacesCallId": invitee.replaces_call_id}
    return {TYPE: _NS + "invitationParticipantInfo", "identity": identity_set(invitee.identity)} | members


def _chat_info(call: Call) -> Json | None:
    chat = call.chat_info
    if chat is None:
        return None
    return {
        TYPE: _NS + "chatInfo",
        "threadId": chat.thread_id,
        "messageId": chat.message_id,
        "replyChainMessageId": chat.reply_chain_message_id,
    }


def invited(operation: Operation, *, base: str, version: str) -> Json:
    """Answer to invite, in the order of the wire (observed, techcommunity 3257482)."""
    return {CONTEXT: context(base, version, "inviteParticipantsOperation")} | _operation(operation)


def got_operation(operation: Operation, *, call_id: str, base: str, version: str, family: str) -> Json:
    """Answer to GET operation: the same members as the invite's answer (assumed; no page exists)."""
    fragment = f"{family}/calls('{call_id}')/operations/$entity"
    return {CONTEXT: context(base, version, fragment)} | _operation(operation)


def listed_operations(call: Call, *, base: str, version: str, family: str) -> Json:
    fragment = f"{family}/calls('{call.id}')/operations"
    return {CONTEXT: context(base, version, fragment), "value": [_operation(o) for o in call.operations]}


def _operation(operation: Operation) -> Json:
    return {
        TYPE: _NS + "inviteParticipantsOperation",
        "id": operation.id,
        "status": operation.status,
        "clientContext": operation.client_context,
        "resultInfo": None if operation.result_info is None else _result_info(operation.result_info),
        "participants": [_invited(i) for i in operation.invitations],
    }


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
    who = {"displayName": None} | _identity(identity)
    return {
        TYPE: _NS + "participant",
        "info": {
            TYPE: _NS + "participantInfo",
            "identity": {TYPE: _NS + "identitySet", identity.kind: who} | siblings,
            "id": None,
        },
        "mediaStreams": [_media_stream(s) | {"label": None} for s in participant.media_streams],
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


# ---- notifications


def notifications(changes: Iterable[Change]) -> Json:
    """The envelope that is posted to the bot. Graph may put several in one (schema); only single ones were seen."""
    return {TYPE: _NS + "commsNotifications", "value": [_notification(c) for c in changes]}


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
        TYPE: _NS + "commsNotification",
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
    body: Json = {TYPE: _NS + "call", "state": call.state}
    if change.escalated:
        return body | {
            "callChainId": call.call_chain_id,
            "chatInfo": _without_nulls(_chat_info(call) or {}),
            "mediaState": {TYPE: _NS + "callMediaState", "audio": "active"},
            "tenantId": call.tenant_id or call.application.tenant_id,
            "meetingCapability": {TYPE: _NS + "meetingCapability"},
        }
    if call.state is CallState.TERMINATED:
        return body | _told_end(call)
    if call.state is CallState.TERMINATING:
        return body
    if call.kind is CallKind.MEETING:
        return body | _without_nulls(
            {"chatInfo": _chat_info(call), "meetingInfo": call.meeting_info, "callChainId": call.call_chain_id}
        )
    if call.state is CallState.ESTABLISHED:
        body["direction"] = call.direction
    return body


def _told_end(call: Call) -> Json:
    body: Json = {}
    if call.result_info is not None:
        body["resultInfo"] = _without_nulls(_result_info(call.result_info))
    body["callChainId"] = call.call_chain_id
    if call.termination_sender is not None:
        body["terminationSender"] = identity_set(call.termination_sender)
    return body


def _told_operation(operation: Operation, call: Call) -> Json:
    """Order of members as observed (CS 511, 599, 410); status in lower case (documented, observed)."""
    body: Json = {
        TYPE: _NS + "inviteParticipantsOperation",
        "participants": [
            {
                TYPE: _NS + "invitationParticipantInfo",
                "identity": identity_set(_as_sent(i), tenant_id=_tenant(call)),
            }
            for i in operation.invitations
        ],
        "status": operation.status.lower(),
        "clientContext": operation.client_context,
    }
    if operation.result_info is not None:
        body["resultInfo"] = _without_nulls(_result_info(operation.result_info))
    return body | {"id": operation.id}


def _as_sent(invitation: Invitation) -> Identity:
    """The identity as it was sent, with the tenant that the person is known by (documented, invite example 5)."""
    sent = invitation.invitee.identity
    tenant = invitation.person.identity.members.get("tenantId")
    return Identity(sent.kind, sent.id, {**sent.members, **({"tenantId": tenant} if tenant else {})})


def _told_participant(participant: Participant, call: Call) -> Json:
    """A roster entry. Source: documented, participant-invite; `isIdentityAnonymized` observed, CS 599."""
    info: Json = {
        TYPE: _NS + "participantInfo",
        "identity": identity_set(participant.identity, tenant_id=_tenant(call)),
    }
    if participant.endpoint_type is not None:
        info["endpointType"] = participant.endpoint_type
    return {
        TYPE: _NS + "participant",
        "info": info | dict(participant.person.info),
        "mediaStreams": [_media_stream(s) for s in participant.media_streams],
        "isMuted": participant.is_muted,
        "isInLobby": participant.is_in_lobby,
        "isIdentityAnonymized": False,
        "id": participant.id,
    }


# ---- parts of both


def identity_set(identity: Identity, *, tenant_id: str | None = None) -> Json:
    """An identity set that holds one identity, types written out.

    tenant_id: for users that carry none of their own; real traffic always names it (observed, CS 599).
    """
    return {TYPE: _NS + "identitySet", identity.kind: _identity(identity, tenant_id=tenant_id)}


def _identity(identity: Identity, *, tenant_id: str | None = None) -> Json:
    body: Json = {TYPE: _NS + "identity", "id": identity.id, **identity.members}
    if tenant_id is not None and identity.kind is IdentityKind.USER:
        body.setdefault("tenantId", tenant_id)
    return body


def _tenant(call: Call) -> str:
    return call.application.tenant_id


def _media_stream(stream: MediaStream) -> Json:
    return {
        TYPE: _NS + "mediaStream",
        "mediaType": stream.media_type,
        "sourceId": stream.source_id,
        "direction": stream.direction,
        "serverMuted": stream.server_muted,
    }


def _result_info(result: ResultInfo) -> Json:
    """Numbers as numbers, in this order (observed, CS 410; schema: Int32), where the pages print text."""
    return {
        TYPE: _NS + "resultInfo",
        "code": result.code,
        "subcode": result.subcode,
        "message": result.message,
    }


def _without_nulls(members: Mapping[str, Any]) -> Json:
    """The members that are not null, at every depth."""
    return {
        name: _without_nulls(value) if isinstance(value, Mapping) else value
        for name, value in members.items()
        if value is not None
    }
