"""What existed before the first request, as it is written: JSON of a control request, or `given` of a scenario file.

    application: {id, tenantId, displayName, hasNumber, permissions: [Calls.Initiate.All, …]}
    rules: {rosterWhileRinging: true, …}                    members of `harness.graph.types.Rules`
    notifications: {order, delay, jitter, drop, duplicate, retries, backoff}
    people: [{user: {id, displayName, tenantId}, answers: {after: 3}}]     or declines, busy, ignores, fails
    meetings: [{threadId, participants: [PARTICIPANT]}]     who is there when the bot joins
    calls: [{id, kind, state, callbackUri, participants: [PARTICIPANT], people, notifications, …}]
    incoming: [{after: 0, source: {user: {id}}, callbackUri, …}]     calls that come in, each as in `calls`
    happens: [{after: 1, call: ID, presses: {tone: tone1}}]     what goes on outside (`harness.server.outside`)

PARTICIPANT is `{user: {id, …}, id, hidden, isMuted, isInLobby, isOnHold, mediaStreams, info}`; any kind of identity
will do in place of `user`. Every wrong name or type is a `UsageError` that says where and what would be right.
`harness.server.seeding` puts it into a world.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

from harness.delivery.settings import DeliverySettings, settings_from_json
from harness.errors import UsageError
from harness.graph import wire
from harness.graph.calls import is_acceptable_callback
from harness.graph.parsing import normal_id
from harness.graph.types import (
    Application,
    Call,
    CallDirection,
    CallKind,
    CallState,
    ChatInfo,
    End,
    Identity,
    IdentityKind,
    Invitee,
    MediaHosting,
    MediaStream,
    OperationStatus,
    Participant,
    Person,
    Reaction,
    ReactionKind,
    ResultInfo,
    Rules,
)
from harness.server.members import each, flag, mapping, object_of, one_of, text, texts

NewId = Callable[[], str]

_MOST: Final = {bool: 1, int: 1000, float: 86_400}
_WANTED: Final = {
    bool: "true or false",
    int: "a whole number, from 0 to 1000",
    float: "seconds, from 0 to 86400",
}

_KINDS: Final = {str(kind): kind for kind in IdentityKind}
_REACTIONS: Final = tuple(str(kind) for kind in ReactionKind)
_MEDIA_TYPES: Final = {
    MediaHosting.SERVICE: "#microsoft.graph.serviceHostedMediaConfig",
    MediaHosting.APPLICATION: "#microsoft.graph.appHostedMediaConfig",
}


@dataclass(frozen=True, slots=True)
class SeededCall:
    call: Call
    people: tuple[Person, ...] = ()
    delivery: DeliverySettings | None = None


@dataclass(frozen=True, slots=True)
class Seed:
    """Everything a world is given, read and checked."""

    application: Application | None = None
    rules: Rules | None = None
    delivery: DeliverySettings | None = None
    people: tuple[Person, ...] = ()
    meetings: Mapping[str, tuple[Participant, ...]] = field(default_factory=dict)
    calls: tuple[SeededCall, ...] = ()


def read_seed(given: Any, *, default: Application, new_id: NewId, rules: Rules) -> Seed:
    place = "given"
    members = object_of(
        given, place, ("application", "rules", "notifications", "people", "meetings", "calls", "incoming", "happens")
    )
    application = default
    if "application" in members:
        application = read_application(members["application"], f"{place}.application", default)
    people = each(members, "people", place, read_person)
    _refuse_twice((f"{place}.people[{n}]", p.identity.id, p.identity.key) for n, p in enumerate(people))
    meetings = each(members, "meetings", place, lambda v, p: _meeting(v, p, new_id))
    _refuse_twice((f"{place}.meetings[{n}].threadId", m[0], m[0]) for n, m in enumerate(meetings))
    calls = each(members, "calls", place, lambda v, p: read_call(v, p, application, new_id))
    ids = [seeded.call.id for seeded in calls]
    _refuse_twice((f"{place}.calls[{n}].id", call_id, normal_id(call_id)) for n, call_id in enumerate(ids))
    return Seed(
        application=application,
        rules=read_rules(members["rules"], f"{place}.rules", rules) if "rules" in members else None,
        delivery=_delivery(members, place),
        people=people,
        meetings=dict(meetings),
        calls=calls,
    )


def read_application(value: Any, place: str, default: Application) -> Application:
    members = object_of(value, place, ("id", "tenantId", "displayName", "hasNumber", "permissions"))
    permissions = frozenset(texts(members, "permissions", place, ())) if "permissions" in members else None
    return Application(
        id=text(members, "id", place) or default.id,
        tenant_id=text(members, "tenantId", place) or default.tenant_id,
        display_name=text(members, "displayName", place) if "displayName" in members else default.display_name,
        has_number=flag(members, "hasNumber", place, default.has_number),
        permissions=permissions,
    )


def read_rules(value: Any, place: str, default: Rules) -> Rules:
    names = {wire.camel(f.name): f.name for f in fields(Rules)}
    members = object_of(value, place, tuple(names))
    changes: dict[str, Any] = {}
    for wire_name, given in members.items():
        name = names[wire_name]
        kind = type(getattr(default, name))
        right = {bool: (bool,), int: (int,), float: (int, float)}[kind]
        if type(given) not in right or not 0 <= given <= _MOST[kind]:
            raise UsageError(f"{place}.{wire_name}: expected {_WANTED[kind]}, got {given!r}")
        changes[name] = kind(given)
    return replace(default, **changes)


def rules_to_json(rules: Rules) -> dict[str, Any]:
    return {wire.camel(f.name): getattr(rules, f.name) for f in fields(Rules)}


def read_person(value: Any, place: str) -> Person:
    """`{user: {id, …}, answers: {after: 3}, info: {…}}`: who it is, how they react, what their client tells."""
    members = object_of(value, place, (*_KINDS, *_REACTIONS, "info"))
    named = [name for name in _REACTIONS if name in members]
    if len(named) > 1:
        raise UsageError(f"{place}: a person reacts in one way, got {', '.join(named)}")
    reaction = _reaction(named[0], members[named[0]], f"{place}.{named[0]}") if named else Reaction()
    return Person(_identity(members, place), reaction, mapping(members, "info", place))


def read_call(value: Any, place: str, application: Application, new_id: NewId) -> SeededCall:
    """A call in any state. Left out: `kind` group, `state` established, ids drawn, the bot alone in it.

    isMuted: of the bot. hearsTones: it has subscribed to tones.
    """
    known = (
        *("id", "kind", "state", "direction", "callbackUri", "callChainId", "myParticipantId", "source", "targets"),
        *("chatInfo", "meetingInfo", "media", "modalities", "mediaConfig", "callOptions", "subject", "tenantId"),
        *("hasNumber", "isMuted", "hearsTones", "incomingContext", "participants", "people", "notifications"),
    )
    members = object_of(value, place, known)
    source = (
        _identity(object_of(members["source"], f"{place}.source", tuple(_KINDS)), f"{place}.source")
        if "source" in members
        else application.identity
    )
    modalities = texts(members, "modalities", place, ("audio",))
    me = Participant(
        id=text(members, "myParticipantId", place) or new_id(),
        person=Person(application.identity),
        media_streams=(MediaStream(),) if "audio" in modalities else (),
        is_muted=flag(members, "isMuted", place, False),
        endpoint_type=None,
    )
    others = _participants(members, place, new_id, me.id)
    state = one_of(members, "state", place, CallState.ESTABLISHED)
    if state is CallState.TERMINATED:
        raise UsageError(f"{place}.state: a terminated call is not found by anybody; leave it out instead")
    call = Call(
        id=text(members, "id", place) or new_id(),
        application=application,
        kind=one_of(members, "kind", place, CallKind.GROUP),
        state=state,
        direction=one_of(members, "direction", place, CallDirection.OUTGOING),
        callback_uri=_callback(members, place),
        call_chain_id=text(members, "callChainId", place) or new_id(),
        my_participant_id=me.id,
        source=source,
        targets=each(members, "targets", place, _target),
        requested_modalities=modalities,
        media_config=_media_config(members, place),
        chat_info=_chat_info(members, place),
        meeting_info=mapping(members, "meetingInfo", place) if "meetingInfo" in members else None,
        call_options=mapping(members, "callOptions", place) if "callOptions" in members else None,
        subject=text(members, "subject", place),
        incoming_context=mapping(members, "incomingContext", place) if "incomingContext" in members else None,
        tenant_id=text(members, "tenantId", place),
        has_number=flag(
            members,
            "hasNumber",
            place,
            application.has_number or source.kind is IdentityKind.APPLICATION_INSTANCE,
        ),
        participants=(me, *others),
        on_hold=_on_hold(members.get("participants", ()), others),
        tones=0 if flag(members, "hearsTones", place, False) else None,
    )
    return SeededCall(call, each(members, "people", place, read_person), _delivery(members, place))


def read_incoming(value: Any, place: str, application: Application, new_id: NewId) -> SeededCall:
    """A call that comes in, as `read_call`. Left out: `kind` peerToPeer; who calls is the only other one in it."""
    if not isinstance(value, Mapping) or not isinstance(value.get("source"), Mapping):
        raise UsageError(f"{place}.source: expected who calls, {{user: {{id: …}}}}, got nothing")
    for name in ("state", "direction"):
        if name in value:
            raise UsageError(f"{place}.{name}: leave it out, the call is incoming")
    usual = {"kind": CallKind.PEER_TO_PEER, "participants": [value["source"]]}
    coming = {"state": CallState.INCOMING, "direction": CallDirection.INCOMING}
    return read_call({**usual, **value, **coming}, place, application, new_id)


def read_participant(value: Any, place: str, new_id: NewId) -> Participant:
    known = (*_KINDS, "id", "hidden", "isMuted", "isInLobby", "isOnHold", "mediaStreams", "endpointType", "info")
    members = object_of(value, place, known)
    streams = each(members, "mediaStreams", place, _stream) if "mediaStreams" in members else (MediaStream(),)
    return Participant(
        id=text(members, "id", place) or new_id(),
        person=Person(_identity(members, place), info=mapping(members, "info", place)),
        media_streams=streams,
        is_muted=flag(members, "isMuted", place, False),
        is_in_lobby=flag(members, "isInLobby", place, False),
        hidden=flag(members, "hidden", place, False),
        endpoint_type=text(members, "endpointType", place) if "endpointType" in members else "default",
    )


def read_result(value: Any, place: str, *also: str) -> ResultInfo:
    """`{code, subcode, message}`, as a resultInfo tells it; 500 and 0 where they are left out."""
    members = object_of(value, place, ("code", "subcode", "message", *also))
    numbers = []
    for name, default in (("code", 500), ("subcode", 0)):
        number = members.get(name, default)
        if type(number) is not int:
            raise UsageError(f"{place}.{name}: expected a whole number, got {number!r}")
        numbers.append(number)
    return ResultInfo(numbers[0], numbers[1], text(members, "message", place))


def read_end(value: Any, place: str, status: OperationStatus) -> End | None:
    """How an operation ends, `{code, subcode, message, members}`; None where a completed one is to end as planned."""
    if not value and status is OperationStatus.COMPLETED:
        return None
    known = object_of(value, place, ("code", "subcode", "message", "members"))
    result = {name: member for name, member in known.items() if name != "members"}
    members = mapping(known, "members", place)
    return End(status, read_result(result, place) if result or status is OperationStatus.FAILED else None, members)


# ---- parts


def _reaction(name: str, value: Any, place: str) -> Reaction:
    kind = ReactionKind(name)
    if kind is ReactionKind.FAILS:
        result = read_result(value, place, "after")
        return Reaction(kind, seconds(value, place), result)
    if value is True or value is None:
        return Reaction(kind)
    object_of(value, place, ("after",))
    return Reaction(kind, seconds(value, place))


def seconds(value: Mapping[str, Any], place: str) -> float:
    after = value.get("after", 0)
    if type(after) not in (int, float) or not 0 <= after <= _MOST[float]:
        raise UsageError(f"{place}.after: expected {_WANTED[float]}, got {after!r}")
    return float(after)


def _meeting(value: Any, place: str, new_id: NewId) -> tuple[str, tuple[Participant, ...]]:
    members = object_of(value, place, ("threadId", "participants"))
    thread_id = text(members, "threadId", place)
    if not thread_id:
        raise UsageError(f"{place}.threadId: expected the id of the meeting's chat thread, got nothing")
    return thread_id, _participants(members, place, new_id)


def _participants(
    members: Mapping[str, Any], place: str, new_id: NewId, my_id: str | None = None
) -> tuple[Participant, ...]:
    """Who is there, each under an id of their own; `my_id` is the bot's."""
    read = each(members, "participants", place, lambda v, p: read_participant(v, p, new_id))
    mine = [(f"{place}.myParticipantId", my_id, my_id)] if my_id else []
    _refuse_twice([*mine, *((f"{place}.participants[{n}].id", p.id, p.id) for n, p in enumerate(read))])
    return read


def _on_hold(written: Iterable[Mapping[str, Any]], read: Iterable[Participant]) -> str | None:
    """Who hears music: the first that is said to."""
    held = (p.id for value, p in zip(written, read, strict=True) if value.get("isOnHold") is True)
    return next(held, None)


def _refuse_twice(given: Iterable[tuple[str, str, Hashable]]) -> None:
    """Look at places with the id that stands there, as it is written and as it counts. Raises: UsageError."""
    first: dict[Hashable, str] = {}
    for place, written, counts in given:
        if counts in first:
            raise UsageError(f"{place}: {written!r} stands in {first[counts]} as well: give each its own id")
        first[counts] = place


def _stream(value: Any, place: str) -> MediaStream:
    members = object_of(value, place, ("mediaType", "sourceId", "direction", "serverMuted"))
    return MediaStream(
        media_type=text(members, "mediaType", place) or "audio",
        source_id=text(members, "sourceId", place) or "1",
        direction=text(members, "direction", place) or "sendReceive",
        server_muted=flag(members, "serverMuted", place, False),
    )


def _target(value: Any, place: str) -> Invitee:
    return Invitee(_identity(object_of(value, place, tuple(_KINDS)), place))


def _identity(members: Mapping[str, Any], place: str) -> Identity:
    named = [kind for kind in _KINDS if kind in members]
    if len(named) != 1:
        raise UsageError(f"{place}: expected one of {', '.join(_KINDS)}, got {', '.join(named) or 'none'}")
    kind = named[0]
    value = members[kind]
    if not isinstance(value, Mapping) or not isinstance(value.get("id"), str):
        raise UsageError(f"{place}.{kind}: expected {{id: …}}, got {value!r}")
    return Identity(_KINDS[kind], value["id"], {k: v for k, v in value.items() if k != "id"})


def _callback(members: Mapping[str, Any], place: str) -> str:
    uri = text(members, "callbackUri", place)
    if uri is None or not is_acceptable_callback(uri):
        raise UsageError(f"{place}.callbackUri: expected an https address, or an http address on loopback, got {uri!r}")
    return uri


def _media_config(members: Mapping[str, Any], place: str) -> Mapping[str, Any] | None:
    if "mediaConfig" in members:
        return mapping(members, "mediaConfig", place)
    return {"@odata.type": _MEDIA_TYPES[one_of(members, "media", place, MediaHosting.SERVICE)]}


def _chat_info(members: Mapping[str, Any], place: str) -> ChatInfo | None:
    if "chatInfo" not in members:
        return None
    place = f"{place}.chatInfo"
    chat = object_of(members["chatInfo"], place, ("threadId", "messageId", "replyChainMessageId"))
    return ChatInfo(
        text(chat, "threadId", place),
        text(chat, "messageId", place) or "0",
        text(chat, "replyChainMessageId", place),
    )


def _delivery(members: Mapping[str, Any], place: str) -> DeliverySettings | None:
    if "notifications" not in members:
        return None
    return settings_from_json(members["notifications"], f"{place}.notifications")
