"""What answers and notifications are both made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from harness.graph.types import Call, Identity, IdentityKind, MediaStream, ResultInfo

Json = dict[str, Any]

NS: Final = "#microsoft.graph."
TYPE: Final = "@odata.type"
CONTEXT: Final = "@odata.context"


def camel(name: str) -> str:
    """`several_need_chat` as JSON spells it: `severalNeedChat`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def identity_set(identity: Identity, *, tenant_id: str | None = None) -> Json:
    """An identity set that holds one identity, types written out.

    tenant_id: for users that carry none of their own; real traffic always names it (observed, CS 599).
    """
    return {TYPE: NS + "identitySet", identity.kind: identity_of(identity, tenant_id=tenant_id)}


def identity_of(identity: Identity, *, tenant_id: str | None = None) -> Json:
    body: Json = {TYPE: NS + "identity", "id": identity.id, **identity.members}
    if tenant_id is not None and identity.kind is IdentityKind.USER:
        body.setdefault("tenantId", tenant_id)
    return body


def media_stream(stream: MediaStream) -> Json:
    return {
        TYPE: NS + "mediaStream",
        "mediaType": stream.media_type,
        "sourceId": stream.source_id,
        "direction": stream.direction,
        "serverMuted": stream.server_muted,
    } | ({} if stream.label is None else {"label": stream.label})


def result_info_of(result: ResultInfo) -> Json:
    """Numbers as numbers, in this order (observed, CS 410; schema: Int32), where the pages print text."""
    return {
        TYPE: NS + "resultInfo",
        "code": result.code,
        "subcode": result.subcode,
        "message": result.message,
    }


def without_nulls(members: Mapping[str, Any]) -> Json:
    """The members that are not null, at every depth."""
    return {
        name: without_nulls(value) if isinstance(value, Mapping) else value
        for name, value in members.items()
        if value is not None
    }


def chat_info(call: Call) -> Json | None:
    chat = call.chat_info
    if chat is None:
        return None
    return {
        TYPE: NS + "chatInfo",
        "threadId": chat.thread_id,
        "messageId": chat.message_id,
        "replyChainMessageId": chat.reply_chain_message_id,
    }
