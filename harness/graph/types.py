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


class OperationKind(StrEnum):
    """Type of an operation. COMMS: what only beta has carries no type of its own (documented, participant-muteall)."""

    INVITE = "inviteParticipantsOperation"
    MUTE = "muteParticipantOperation"
    UNMUTE = "unmuteParticipantOperation"
    PLAY_PROMPT = "playPromptOperation"
    RECORD = "recordOperation"
    SUBSCRIBE_TO_TONE = "subscribeToToneOperation"
    CANCEL_MEDIA = "cancelMediaProcessingOperation"
    UPDATE_RECORDING_STATUS = "updateRecordingStatusOperation"
    ADD_LARGE_GALLERY_VIEW = "addLargeGalleryViewOperation"
    SEND_DTMF_TONES = "sendDtmfTonesOperation"
    START_HOLD_MUSIC = "startHoldMusicOperation"
    STOP_HOLD_MUSIC = "stopHoldMusicOperation"
    COMMS = "commsOperation"


class InvitationState(StrEnum):
    """How far an invitation is; ours: Graph shows only the operation and the roster."""

    RINGING = "ringing"
    JOINED = "joined"
    FAILED = "failed"


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
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Participant:
    """One party of a call.

    hidden: not in rosters (documented, invitationParticipantInfo). recording_status: as its bot has told it.
    """

    id: str
    person: Person
    media_streams: tuple[MediaStream, ...] = ()
    is_muted: bool = False
    is_in_lobby: bool = False
    hidden: bool = False
    endpoint_type: str | None = "default"
    recording_status: str | None = None

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
class End:
    """How an operation ends: status, `resultInfo`, and members of its type beside the common ones.

    is_recorded: there is a recording then, for whoever has its token.
    """

    status: OperationStatus = OperationStatus.COMPLETED
    result: ResultInfo | None = None
    members: JsonObject = field(default_factory=dict)
    is_recorded: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What will become of an operation that nobody has to answer.

    lasts: seconds, once it runs. is_media: it ends when media processing is cancelled. is_queued: it begins when those
    before it have ended. recordings: address below which a recording is put, if there is one in the end.
    """

    lasts: float
    completed: End
    cancelled: End
    is_media: bool = False
    is_queued: bool = False
    recordings: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """What an action has started, and how far it is.

    invitations, replaces: of an invite; `replaces` is the id of the call that ends, or is left, on success.
    plan: of all others that run. members: what its type has beside the common ones (`recordingLocation`).
    """

    id: str
    status: OperationStatus
    client_context: str
    invitations: tuple[Invitation, ...] = ()
    result_info: ResultInfo | None = None
    replaces: str | None = None
    kind: OperationKind = OperationKind.INVITE
    plan: Plan | None = None
    members: JsonObject = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        return self.status in (OperationStatus.COMPLETED, OperationStatus.FAILED)


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
    incoming_context: JSON of an incoming call. transfer_replaces: id of the call that a consultative transfer, while it
    is under way, takes the place of.
    on_hold: id of the participant who hears music. tones: how many have arrived; None: nobody subscribed to them.
    lease: how often the call was kept alive.
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
    on_hold: str | None = None
    tones: int | None = None
    lease: int = 0
    incoming_context: JsonObject | None = None
    transfer_replaces: str | None = None
    termination_reason: str | None = None

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

    def operation(self, operation_id: str) -> Operation:
        """Raises: KeyError."""
        for operation in self.operations:
            if operation.id == operation_id:
                return operation
        raise KeyError(operation_id)

    @property
    def pending(self) -> tuple[Invitation, ...]:
        """Everybody who is being rung: invitees of running operations and targets of the call itself."""
        invited = (i for o in self.operations if o.status is OperationStatus.RUNNING for i in o.invitations)
        return tuple(i for i in (*invited, *self.ringing) if i.state is InvitationState.RINGING)


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of the service that a user may loosen or change, with their evidence.

    most_invitees: documented. several_need_chat: documented; a call that the bot created has no chat, so several
    invitees are refused there (assumed). one_invited_bot: documented. unique_identities: documented.
    ring_timeout: seconds; observed (CS 408). media_failure_after: seconds; observed (CS 700).
    roster_while_ringing: a roster is told before an invitee has answered (observed, techcommunity 3257482).
    ended_operations_readable: until the call ends (assumed).
    seconds_per_prompt: the fake hears no prompt, so each takes as long (assumed). keep_alive_within: seconds; a call
    that is not kept alive for so long ends (documented, call-keepalive). answer_within, answer_recording_within:
    seconds, the latter for policy-based recording (documented, call-answer).
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
    seconds_per_prompt: float = 1.0
    keep_alive_within: float = 2700.0
    answer_within: float = 15.0
    answer_recording_within: float = 5.0


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
