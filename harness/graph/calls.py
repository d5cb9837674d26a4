"""Commands on a call as a whole: create, establish, a target's reaction, hang up, end.

Each takes values and returns an `Outcome`; a refusal (`GraphError`) is raised before anything changes. Ids come from
`new_id`, people from `person_of`; time is in the outcome's `due`, as seconds from now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from harness.graph import operations, roster
from harness.graph.outcomes import CallChanged, Change, ChangeType, Due, Happening, Outcome, RosterChanged
from harness.graph.permissions import require_create
from harness.graph.refusals import (
    ENDED_BY_BOT,
    NOT_KEPT_ALIVE,
    refuse,
)
from harness.graph.states import CALL_STEPS, CallStep, InvitationStep, after
from harness.graph.types import (
    Application,
    Call,
    CallKind,
    CallState,
    Identity,
    IdentityKind,
    Invitation,
    MediaStream,
    NewCall,
    Participant,
    Person,
    ReactionKind,
    ResultInfo,
    Rules,
)

NewId = Callable[[], str]
PersonOf = Callable[[Identity], Person]

HAPPENINGS: Final = {
    ReactionKind.ANSWERS: Happening.ANSWERS,
    ReactionKind.DECLINES: Happening.DECLINES,
    ReactionKind.BUSY: Happening.BUSY,
    ReactionKind.FAILS: Happening.FAILS,
}
"""What becomes of an invitation by how a person reacts to it; of whom nothing stands here, they never do."""


def create(
    asked: NewCall,
    application: Application,
    *,
    new_id: NewId,
    person_of: PersonOf,
    present: Sequence[Participant] = (),
    rules: Rules = Rules(),
) -> Outcome:
    """Start an outgoing call: peer-to-peer (one target), group (none or several), or a joined meeting (meetingInfo).

    present: who is in the meeting already. The call is `establishing`; a peer-to-peer call is established when its
    target answers, the others at once (assumed).
    Raises: GraphError `callback-uri`, `too-many-targets`, `permission`, `tenant-mismatch`, `already-invited`.
    Source: documented, application-post-calls.
    """
    _check(asked, rules)
    source = asked.source or application.identity
    streams = (MediaStream(),) if "audio" in asked.requested_modalities else ()
    me = Participant(new_id(), Person(application.identity), media_streams=streams, endpoint_type=None)
    call = Call(
        id=new_id(),
        application=application,
        kind=_kind(asked),
        state=CallState.ESTABLISHING,
        callback_uri=asked.callback_uri,
        call_chain_id=new_id(),
        my_participant_id=me.id,
        source=source,
        targets=asked.targets,
        requested_modalities=asked.requested_modalities,
        media_config=asked.media_config,
        chat_info=asked.chat_info,
        meeting_info=asked.meeting_info,
        call_options=asked.call_options,
        subject=asked.subject,
        tenant_id=asked.tenant_id,
        has_number=application.has_number or source.kind is IdentityKind.APPLICATION_INSTANCE,
        participants=(*present, me),
        ringing=tuple(Invitation(new_id(), t, person_of(t.identity)) for t in asked.targets),
    )
    require_create(call)
    _refuse_other_tenant(call)
    roster.refuse_known(replace(call, ringing=()), [t.identity for t in asked.targets])
    at_once = () if call.kind is CallKind.PEER_TO_PEER else (Due(0.0, call.id, Happening.ESTABLISHES),)
    due = (*at_once, *(reaction_due(call.id, i, rules) for i in call.ringing))
    return Outcome((call,), (CallChanged(ChangeType.UPDATED, call),), due)


def reaction_due(call_id: str, invitation: Invitation, rules: Rules) -> Due:
    """When the person rung by an invitation reacts, and how; later than the ringing time-out means never."""
    reaction = invitation.person.reaction
    happening = HAPPENINGS.get(reaction.kind)
    if happening is None or reaction.after >= rules.ring_timeout:
        return Due(rules.ring_timeout, call_id, Happening.EXPIRES, invitation.participant_id)
    return Due(reaction.after, call_id, happening, invitation.participant_id, reaction.result)


def lapse_due(call: Call, rules: Rules) -> Due:
    """When the call ends unless it is kept alive before. Source: documented, call-keepalive."""
    return Due(rules.keep_alive_within, call.id, Happening.LAPSES, lease=call.lease)


def lapse(call: Call) -> Outcome:
    """Nobody kept the call alive: it ends. Source: documented, call-delete."""
    return end(call, NOT_KEPT_ALIVE)


def establish(call: Call) -> Outcome:
    """The call is established; a group call or meeting then tells its roster. Raises IllegalStep."""
    call = replace(call, state=after(CALL_STEPS, call.state, CallStep.ESTABLISH))
    told: tuple[Change, ...] = (CallChanged(ChangeType.UPDATED, call),)
    if call.kind is not CallKind.PEER_TO_PEER:
        told = (*told, RosterChanged(call))
    return Outcome((call,), told)


def target_answers(call: Call, target: Invitation) -> Outcome:
    """A target of the create request answers: a peer-to-peer call is established, a group call grows."""
    call, told = operations.settle(operations.admit(call, target), target, InvitationStep.JOIN)
    if call.kind is CallKind.PEER_TO_PEER:
        return establish(call)
    return Outcome((call,), told)


def target_fails(call: Call, target: Invitation, result: ResultInfo) -> Outcome:
    """A target of the create request does not come: a peer-to-peer call ends, a group call goes on (assumed)."""
    if call.kind is CallKind.PEER_TO_PEER:
        return end(call, result, sender=target.person.identity)
    call, told = operations.settle(call, target, InvitationStep.FAIL, result)
    return Outcome((call,), told)


def hang_up(call: Call, result: ResultInfo = ENDED_BY_BOT) -> Outcome:
    """The bot leaves: told as `terminating`, then as deleted and `terminated`. Source: documented, call-delete.

    Of a call that is terminating already only the end is told (assumed).
    """
    if call.state is CallState.TERMINATING:
        return end(call, result)
    call = replace(call, state=after(CALL_STEPS, call.state, CallStep.HANG_UP))
    terminating = CallChanged(ChangeType.UPDATED, call)
    rest = end(call, result)
    return replace(rest, changes=(terminating, *rest.changes))


def end(call: Call, result: ResultInfo | None, *, sender: Identity | None = None) -> Outcome:
    """The call is over: pending invitations are cancelled first, then the call is told as deleted and `terminated`.

    sender: who ended it, told where it is a phone (observed, Microsoft Q&A 704763).
    """
    call, cancelled = operations.cancel_running(call)
    by_phone = sender if sender is not None and sender.kind is IdentityKind.PHONE else None
    call = replace(
        call,
        state=after(CALL_STEPS, call.state, CallStep.END),
        result_info=result,
        termination_sender=by_phone,
    )
    return Outcome((call,), (*cancelled, CallChanged(ChangeType.DELETED, call)))


def renamed(call: Call, application: Application) -> Call:
    """The call as that of an application which is known by another id than so far."""

    def now(identity: Identity) -> Identity:
        is_bot = identity.key == call.application.identity.key
        return replace(identity, id=application.id) if is_bot else identity

    participants = tuple(replace(p, person=replace(p.person, identity=now(p.identity))) for p in call.participants)
    return replace(call, application=application, source=now(call.source), participants=participants)


def is_acceptable_callback(uri: str) -> bool:
    """https anywhere, http on loopback only (https is documented; the exception and the refusal are assumed)."""
    try:
        parts = urlsplit(uri)
        host = parts.hostname
    except ValueError:
        return False
    if not host:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check(asked: NewCall, rules: Rules) -> None:
    if not is_acceptable_callback(asked.callback_uri):
        raise refuse("callback-uri", uri=asked.callback_uri)
    if len(asked.targets) > rules.most_targets:
        raise refuse("too-many-targets", limit=rules.most_targets, count=len(asked.targets))


def _refuse_other_tenant(call: Call) -> None:
    """A peer-to-peer call to somebody who is known to belong to another tenant (observed, CS 720)."""
    tenants = {i.person.identity.members.get("tenantId") for i in call.ringing} - {None}
    if call.kind is CallKind.PEER_TO_PEER and tenants - {call.application.tenant_id}:
        raise refuse("tenant-mismatch")


def _kind(asked: NewCall) -> CallKind:
    if asked.meeting_info is not None or asked.chat_info is not None:
        return CallKind.MEETING
    return CallKind.PEER_TO_PEER if len(asked.targets) == 1 else CallKind.GROUP
