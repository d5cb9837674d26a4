"""What clients write: request bodies, checked by `harness.graph.reading`, made into Graph's nouns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from harness.graph.reading import Invalid, read_action, read_entity
from harness.graph.refusals import refuse
from harness.graph.types import ChatInfo, Identity, IdentityKind, Invitee, InviteRequest, NewCall

_KINDS: Final = {str(kind): kind for kind in IdentityKind}


def new_call(body: Any) -> NewCall:
    """The create request. `callback` is an old spelling of `callbackUri` (documented, 2019 beta).

    Raises: GraphError `no-callback-uri`, `invalid-body`, `identity-as-text`.
    """
    _refuse_identity_as_text(body)
    members = _checked(lambda: read_entity("call", body))
    callback = members.get("callbackUri") or members.get("callback")
    if not isinstance(callback, str):
        raise refuse("no-callback-uri")
    source = members.get("source")
    return NewCall(
        callback_uri=callback,
        targets=invitees(members.get("targets") or [], "targets"),
        source=identity(source["identity"], "source.identity") if source and source.get("identity") else None,
        requested_modalities=tuple(members.get("requestedModalities") or ()),
        media_config=members.get("mediaConfig"),
        chat_info=_chat_info(members.get("chatInfo")),
        meeting_info=members.get("meetingInfo"),
        call_options=members.get("callOptions"),
        subject=members.get("subject"),
        tenant_id=members.get("tenantId"),
    )


def invite_request(body: Any, *, names_a_call: Callable[[str], bool] = lambda _: False) -> InviteRequest:
    """The invite request.

    names_a_call: whether a `replacesCallId` names an existing call of the application; where the first invitee's does,
    the others are not read (documented, participant-invite).
    Raises: GraphError `invalid-body`, `identity-as-text`.
    """
    _refuse_identity_as_text(body)
    members = _checked(lambda: read_action("invite", body, bound_to="participant[]"))
    entries = members.get("participants") or []
    named = entries[0].get("replacesCallId") if entries else None
    if named and names_a_call(named):
        entries = entries[:1]
    return InviteRequest(invitees=invitees(entries, "participants"), client_context=members.get("clientContext"))


def parameters(action: str, body: Any, *, bound_to: str) -> dict[str, Any]:
    """The parameters of an action, in Graph's spelling. Raises: GraphError `invalid-body`."""
    return _checked(lambda: read_action(action, body, bound_to=bound_to))


def identity(members: Mapping[str, Any], place: str) -> Identity:
    """The one identity that an identity set names.

    Raises: GraphError `invalid-body` when it names nobody, several (assumed), or somebody without id.
    """
    named = {kind: value for kind, value in members.items() if kind in _KINDS and value is not None}
    if len(named) != 1:
        wanted = ", ".join(_KINDS)
        problem = f"expected one identity ({wanted}), got {', '.join(named) or 'none'}"
        raise refuse("invalid-body", place=place, problem=problem)
    ((kind, value),) = named.items()
    if not isinstance(value, dict) or not isinstance(value.get("id"), str) or not value["id"]:
        raise refuse("invalid-body", place=f"{place}.{kind}.id", problem="expected a non-empty string")
    rest = {name: member for name, member in value.items() if name != "id" and member is not None}
    return Identity(_KINDS[kind], value["id"], rest)


def normal_id(text: str) -> str:
    """An id as it is compared: last segment of a path or URL, without braces and dashes, in lower case.

    Source: documented, participant-invite of 2019, which sends `/app/calls/{id}` as `replacesCallId`.
    """
    last = text.rstrip("/").rpartition("/")[2]
    return last.replace("-", "").replace("{", "").replace("}", "").lower()


def invitees(values: list[Any], place: str) -> tuple[Invitee, ...]:
    return tuple(invitee(value, f"{place}[{n}]") for n, value in enumerate(values))


def invitee(value: Any, place: str) -> Invitee:
    if not isinstance(value, dict) or not isinstance(value.get("identity"), dict):
        raise refuse("invalid-body", place=f"{place}.identity", problem="expected an identity set")
    return Invitee(
        identity=identity(value["identity"], f"{place}.identity"),
        replaces_call_id=value.get("replacesCallId"),
        participant_id=value.get("participantId"),
        hidden=value.get("hidden"),
        remove_from_default_audio_routing_group=value.get("removeFromDefaultAudioRoutingGroup"),
        endpoint_type=value.get("endpointType"),
    )


def _chat_info(value: Mapping[str, Any] | None) -> ChatInfo | None:
    if value is None:
        return None
    return ChatInfo(value.get("threadId"), value.get("messageId"), value.get("replyChainMessageId"))


def _checked(read: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return read()
    except Invalid as invalid:
        raise refuse("invalid-body", place=invalid.place or "body", problem=invalid.problem) from invalid


def _refuse_identity_as_text(body: Any) -> None:
    """An identity written as text that holds JSON is answered 500, not 400 (observed, microsoft-graph-docs 16084)."""
    for value in _identity_sets(body):
        for kind, member in value.items():
            if kind in _KINDS and isinstance(member, str):
                raise refuse("identity-as-text")


def _identity_sets(body: Any) -> list[Mapping[str, Any]]:
    if not isinstance(body, dict):
        return []
    lists = [body.get("targets"), body.get("participants")]
    infos = [body.get("source"), *(i for values in lists if isinstance(values, list) for i in values)]
    found = [i.get("identity") for i in infos if isinstance(i, dict)]
    return [i for i in found if isinstance(i, dict)]
