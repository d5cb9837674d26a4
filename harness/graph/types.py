"""Graph's nouns as values: calls, participants, operations, and the people behind them.

Enum members carry Graph's spelling. Everything is frozen: a command makes new values (`dataclasses.replace`).
No JSON here (`harness.graph.wire`) and no rules (`harness.graph.calls`, `harness.graph.invitations`).
Source of names and enum values: schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

JsonObject = Mapping[str, Any]


class CallState(StrEnum):
    INCOMING = "incoming"
    ESTABLISHING = "establishing"
    ESTABLISHED = "established"
    HOLD = "hold"
    TRANSFERRING = "transferring"
    TRANSFER_ACCEPTED = "transferAccepted"
    REDIRECTING = "redirecting"
    TERMINATING = "terminating"
    TERMINATED = "terminated"


class CallKind(StrEnum):
    """What Graph calls a call in prose; no member of the resource says it."""

    PEER_TO_PEER = "peerToPeer"
    GROUP = "group"
    MEETING = "meeting"


class CallDirection(StrEnum):
    INCOMING = "incoming"
    OUTGOING = "outgoing"


class OperationStatus(StrEnum):
    """As the schema spells it and answers print it; notifications print it in lower case (`harness.graph.wire`)."""

    NOT_STARTED = "NotStarted"
    RUNNING = "Running"
    COMPLETED = "Completed"
    FAILED = "Failed"


class InvitationState(StrEnum):
    """How far an invitation is; ours: Graph shows only the operation and the roster."""

    RINGING = "ringing"
    JOINED = "joined"
    FAILED = "failed"


class ChangeType(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"


class IdentityKind(StrEnum):
    """Members of `identitySet` and `communicationsIdentitySet` that name somebody."""

    USER = "user"
    APPLICATION = "application"
    DEVICE = "device"
    PHONE = "phone"
    GUEST = "guest"
    ENCRYPTED = "encrypted"
    ON_PREMISES = "onPremises"
    APPLICATION_INSTANCE = "applicationInstance"
    AZURE_COMMUNICATION_SERVICES_USER = "azureCommunicationServicesUser"


class MediaHosting(StrEnum):
    SERVICE = "service"
    APPLICATION = "application"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is: one member of an identity set.

    members: everything beside `id` as it was sent or seeded (`displayName`, `tenantId`, `identityProvider`,
    `@odata.type`, …); the type is open.
    """

    kind: IdentityKind
    id: str
    members: JsonObject = field(default_factory=dict)

    @property
    def key(self) -> tuple[IdentityKind, str]:
        """What makes two identities the same: kind and id, in any letter case."""
        return self.kind, self.id.lower()


@dataclass(frozen=True, slots=True)
class ResultInfo:
    """How a call or an operation ended. Source: documented, resultInfo; numbers are Int32."""

    code: int
    subcode: int
    message: str | None = None


class ReactionKind(StrEnum):
    ANSWERS = "answers"
    DECLINES = "declines"
    BUSY = "busy"
    IGNORES = "ignores"
    FAILS = "fails"


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a person does when a call rings: `after` so many seconds. `result`: of a failure, as scripted."""

    kind: ReactionKind = ReactionKind.ANSWERS
    after: float = 0.0
    result: ResultInfo | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Who an identity turns out to be: the identity completed, and how they react.

    info: further members of their `participantInfo` in a roster (`languageId`, `endpointId`, …), which a real
    client brings along.
    """

    identity: Identity
    reaction: Reaction = Reaction()
    info: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Application:
    """For whom a token speaks: the bot.

    has_number: an application instance of it has a phone number. permissions: application permissions that were
    consented; None: every one.
    """

    id: str
    tenant_id: str
    display_name: str | None = None
    has_number: bool = False
    permissions: frozenset[str] | None = None

    @property
    def identity(self) -> Identity:
        """Who the bot is in a call."""
        named = {} if self.display_name is None else {"displayName": self.display_name}
        return Identity(IdentityKind.APPLICATION, self.id, named)


@dataclass(frozen=True, slots=True)
class MediaStream:
    media_type: str = "audio"
    source_id: str = "1"
    direction: str = "sendReceive"
    server_muted: bool = False


@dataclass(frozen=True, slots=True)
class Participant:
    """One party of a call. `hidden`: not in rosters (documented, invitationParticipantInfo)."""

    id: str
    person: Person
    media_streams: tuple[MediaStream, ...] = ()
    is_muted: bool = False
    is_in_lobby: bool = False
    hidden: bool = False
    endpoint_type: str | None = "default"

    @property
    def identity(self) -> Identity:
        return self.person.identity


@dataclass(frozen=True, slots=True)
class Invitee:
    """Whom an invite or a create request names, as it was sent (`invitationParticipantInfo`)."""

    identity: Identity
    replaces_call_id: str | None = None
    participant_id: str | None = None
    hidden: bool | None = None
    remove_from_default_audio_routing_group: bool | None = None
    endpoint_type: str | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitee who is wanted in a call: who they are, and how far it is.

    participant_id: given by the service; revokes the invitation and is the roster id afterwards (assumed).
    operation_id: None for the targets of a created group call, which no operation tells about.
    """

    participant_id: str
    invitee: Invitee
    person: Person
    operation_id: str | None = None
    state: InvitationState = InvitationState.RINGING
    result: ResultInfo | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """An `inviteParticipantsOperation`. `replaces`: id of the call that ends, or is left, on success."""

    id: str
    status: OperationStatus
    client_context: str
    invitations: tuple[Invitation, ...]
    result_info: ResultInfo | None = None
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class ChatInfo:
    thread_id: str | None
    message_id: str | None = "0"
    reply_chain_message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call of one application, with who is in it and its operations.

    media_config, meeting_info, call_options: JSON as it was sent, checked against the schema.
    source: the originator.
    ringing: targets of a created call that have not answered yet.
    """

    id: str
    application: Application
    kind: CallKind
    state: CallState
    callback_uri: str
    call_chain_id: str
    my_participant_id: str
    source: Identity
    direction: CallDirection = CallDirection.OUTGOING
    targets: tuple[Invitee, ...] = ()
    requested_modalities: tuple[str, ...] = ()
    media_config: JsonObject | None = None
    chat_info: ChatInfo | None = None
    meeting_info: JsonObject | None = None
    call_options: JsonObject | None = None
    subject: str | None = None
    tenant_id: str | None = None
    has_number: bool = False
    result_info: ResultInfo | None = None
    termination_sender: Identity | None = None
    participants: tuple[Participant, ...] = ()
    ringing: tuple[Invitation, ...] = ()
    operations: tuple[Operation, ...] = ()

    @property
    def media_hosting(self) -> MediaHosting | None:
        kind = (self.media_config or {}).get("@odata.type")
        return {
            "#microsoft.graph.serviceHostedMediaConfig": MediaHosting.SERVICE,
            "#microsoft.graph.appHostedMediaConfig": MediaHosting.APPLICATION,
        }.get(str(kind))

    @property
    def roster(self) -> tuple[Participant, ...]:
        """Who is shown: nobody in a peer-to-peer call (observed, CS 102), else all but the hidden ones."""
        if self.kind is CallKind.PEER_TO_PEER:
            return ()
        return tuple(p for p in self.participants if not p.hidden)

    @property
    def pending(self) -> tuple[Invitation, ...]:
        """Everybody who is being rung: invitees of running operations and targets of the call itself."""
        invited = (i for o in self.operations if o.status is OperationStatus.RUNNING for i in o.invitations)
        return tuple(i for i in (*invited, *self.ringing) if i.state is InvitationState.RINGING)


@dataclass(frozen=True, slots=True)
class CallChanged:
    """The call itself changed; `call` is how it stood then. `escalated`: a peer-to-peer call became a group."""

    change_type: ChangeType
    call: Call
    escalated: bool = False


@dataclass(frozen=True, slots=True)
class RosterChanged:
    """Who is in the call changed; `call` is how it stood then."""

    call: Call
    change_type: ChangeType = ChangeType.UPDATED


@dataclass(frozen=True, slots=True)
class OperationEnded:
    """An operation of the call completed or failed. Graph tells it as `deleted` (documented, observed)."""

    call: Call
    operation: Operation
    change_type: ChangeType = ChangeType.DELETED


Change = CallChanged | RosterChanged | OperationEnded


class Happening(StrEnum):
    """What the outside world does to a call."""

    ESTABLISHES = "establishes"
    ANSWERS = "answers"
    DECLINES = "declines"
    BUSY = "busy"
    EXPIRES = "expires"
    FAILS = "fails"


@dataclass(frozen=True, slots=True)
class Due:
    """Something that will happen to a call `after` so many seconds, unless it has become pointless by then."""

    after: float
    call_id: str
    happening: Happening
    participant_id: str | None = None
    result: ResultInfo | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did: the calls as they are now, what changed, in order, and what is due later.

    A call in state `terminated` is over: whoever keeps calls may forget it.
    """

    calls: tuple[Call, ...]
    changes: tuple[Change, ...] = ()
    due: tuple[Due, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of the service that a user may loosen or change, with their evidence.

    most_invitees: documented. several_need_chat: documented; a call that the bot created has no chat, so several
    invitees are refused there (assumed). one_invited_bot: documented. unique_identities: documented.
    ring_timeout: seconds; observed (CS 408). media_failure_after: seconds; observed (CS 700).
    roster_while_ringing: a roster is told before an invitee has answered (observed, techcommunity 3257482).
    ended_operations_readable: until the call ends (assumed).
    """

    most_invitees: int = 5
    most_targets: int = 5
    several_need_chat: bool = True
    one_invited_bot: bool = True
    unique_identities: bool = True
    ring_timeout: float = 60.0
    media_failure_after: float = 23.0
    roster_while_ringing: bool = False
    ended_operations_readable: bool = True


@dataclass(frozen=True, slots=True)
class NewCall:
    """What a bot asks for with `POST /communications/calls`, read from its JSON (`harness.graph.parsing`)."""

    callback_uri: str
    targets: tuple[Invitee, ...] = ()
    source: Identity | None = None
    requested_modalities: tuple[str, ...] = ()
    media_config: JsonObject | None = None
    chat_info: ChatInfo | None = None
    meeting_info: JsonObject | None = None
    call_options: JsonObject | None = None
    subject: str | None = None
    tenant_id: str | None = None


@dataclass(frozen=True, slots=True)
class InviteRequest:
    """What a bot asks for with `POST …/participants/invite`. `client_context` None: the service makes one."""

    invitees: tuple[Invitee, ...]
    client_context: str | None = None
