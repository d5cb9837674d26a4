"""Calls as a whole, and who comes and goes.

Source: documented, application-post-calls, call-delete and participant-delete.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from harness.errors import GraphError, HarnessError, UsageError
from harness.graph import calls, participants
from harness.graph.outcomes import Due, Happening, Outcome
from harness.graph.refusals import target_failure
from harness.graph.states import IllegalStep
from harness.graph.types import (
    Call,
    CallDirection,
    CallKind,
    CallState,
    ChatInfo,
    Identity,
    IdentityKind,
    Invitation,
    MediaStream,
    NewCall,
    Participant,
    Person,
    Reaction,
    ReactionKind,
    ResultInfo,
    Rules,
)
from tests.graph.build import (
    APPLICATION_HOSTED,
    CALLBACK,
    SERVICE_HOSTED,
    TENANT,
    answer,
    application,
    bot,
    group_call,
    invite,
    invitee,
    invitees,
    meeting,
    names,
    new_id,
    participant,
    peer_to_peer_call,
    people,
    phone,
    reacting,
    ringing,
    shown,
    told,
    user,
)

ORGANIZER = {"@odata.type": "#microsoft.graph.organizerMeetingInfo"}
CHAT = ChatInfo("19:meeting_1@thread.v2")


def create(
    *targets: str | Identity,
    known: tuple[Person, ...] = (),
    present: tuple[Participant, ...] = (),
    rules: Rules = Rules(),
    app: dict[str, Any] | None = None,
    **asked: Any,
) -> Outcome:
    return calls.create(
        NewCall(**{"callback_uri": CALLBACK, "targets": tuple(invitee(t) for t in targets), **asked}),
        application(**(app or {})),
        new_id=new_id(),
        person_of=people(*known),
        present=present,
        rules=rules,
    )


def refusal_of(command: Callable[..., Outcome], *given: Any, **facts: Any) -> GraphError:
    """Run a command, which has to be refused and to change nothing."""
    before = deepcopy((given, facts))
    with pytest.raises(GraphError) as caught:
        command(*given, **facts)
    assert (given, facts) == before
    return caught.value


def target(call: Call) -> Invitation:
    return call.ringing[0]


def establishing(call: Call) -> Call:
    return replace(call, state=CallState.ESTABLISHING)


# ---- create


@pytest.mark.parametrize(
    ("targets", "asked", "kind"),
    [
        pytest.param(("alice",), {}, CallKind.PEER_TO_PEER, id="one-target"),
        pytest.param((), {}, CallKind.GROUP, id="no-target"),
        pytest.param(("alice", "bob"), {}, CallKind.GROUP, id="two-targets"),
        pytest.param(("a", "b", "c", "d", "e"), {}, CallKind.GROUP, id="five-targets"),
        pytest.param((), {"chat_info": CHAT, "meeting_info": ORGANIZER}, CallKind.MEETING, id="meeting"),
        pytest.param((), {"meeting_info": {"joinMeetingId": "1"}}, CallKind.MEETING, id="meeting-id"),
    ],
)
def test_created_call_is_of_the_kind_that_its_request_says(
    targets: tuple[str, ...], asked: dict[str, Any], kind: CallKind
) -> None:
    (call,) = create(*targets, **asked).calls

    assert call.kind is kind


def test_created_call_is_establishing_and_told_so() -> None:
    outcome = create("alice")

    (call,) = outcome.calls
    assert (call.state, call.direction) == (CallState.ESTABLISHING, CallDirection.OUTGOING)
    assert told(outcome) == [(call.id, "updated", "establishing")]


def test_created_call_keeps_what_was_asked() -> None:
    asked: dict[str, Any] = {
        "requested_modalities": ("audio", "video"),
        "media_config": SERVICE_HOSTED,
        "chat_info": CHAT,
        "meeting_info": ORGANIZER,
        "call_options": {"isDeltaRosterEnabled": False},
        "subject": "A subject",
        "tenant_id": TENANT,
    }

    (call,) = create(**asked).calls

    assert {name: getattr(call, name) for name in asked} == asked
    assert (call.callback_uri, call.result_info, call.operations) == (CALLBACK, None, ())


def test_call_without_source_comes_from_the_bot() -> None:
    (call,) = create("alice").calls

    assert call.source == Identity(IdentityKind.APPLICATION, "bot-1", {"displayName": "Calling Bot"})


def test_call_with_source_keeps_it() -> None:
    source = Identity(IdentityKind.APPLICATION_INSTANCE, "instance-1")

    (call,) = create(phone("+99900000001"), source=source).calls

    assert call.source == source


def test_bot_is_in_its_call_under_its_own_participant_id() -> None:
    (call,) = create().calls

    (me,) = call.participants
    assert (me.id, me.identity.key) == (call.my_participant_id, bot("bot-1").key)


def test_ids_of_a_created_call_are_all_different() -> None:
    (call,) = create("alice", "bob").calls

    ids = [call.id, call.call_chain_id, call.my_participant_id, *(i.participant_id for i in call.ringing)]
    assert len(set(ids)) == 5


@pytest.mark.parametrize(
    ("source", "has_number", "expected"),
    [
        pytest.param(None, False, False, id="neither"),
        pytest.param(Identity(IdentityKind.APPLICATION_INSTANCE, "instance-1"), False, True, id="instance"),
        pytest.param(None, True, True, id="application-with-number"),
    ],
)
def test_call_has_a_number_by_its_source_or_its_application(
    source: Identity | None, has_number: bool, expected: bool
) -> None:
    (call,) = create("alice", source=source, app={"has_number": has_number}).calls

    assert call.has_number is expected


@pytest.mark.parametrize("asked", [{}, {"meeting_info": ORGANIZER, "chat_info": CHAT}], ids=["group", "meeting"])
def test_group_call_and_meeting_establish_at_once(asked: dict[str, Any]) -> None:
    outcome = create(**asked)

    assert outcome.due == (Due(0.0, outcome.calls[0].id, Happening.ESTABLISHES),)


def test_peer_to_peer_call_waits_for_its_target() -> None:
    outcome = create("alice", known=(reacting("alice", Reaction(ReactionKind.ANSWERS, 4.0)),))

    (call,) = outcome.calls
    assert outcome.due == (Due(4.0, call.id, Happening.ANSWERS, target(call).participant_id),)


def test_target_that_ignores_the_call_is_waited_for_60_seconds() -> None:
    (due,) = create("alice", known=(reacting("alice", Reaction(ReactionKind.IGNORES)),)).due

    assert (due.after, due.happening) == (60.0, Happening.EXPIRES)


def test_sixth_target_is_refused() -> None:
    refused = refusal_of(create, "a", "b", "c", "d", "e", "f")

    assert (refused.rule, str(refused)) == (
        "too-many-targets",
        "400 BadRequest: A call takes at most 5 targets, got 6.",
    )


def test_number_of_targets_can_be_set() -> None:
    (call,) = create("a", "b", "c", "d", "e", "f", rules=Rules(most_targets=6)).calls

    assert len(call.ringing) == 6


def test_same_target_twice_is_refused() -> None:
    """Documented, resources/call: the same identity can't be invited multiple times."""
    refused = refusal_of(create, "alice", "bob", "alice")

    assert (refused.rule, refused.status) == ("already-invited", 400)


def test_who_is_in_the_meeting_already_is_in_the_call() -> None:
    present = (participant("alice"), participant("lurker", hidden=True))

    (call,) = create(meeting_info=ORGANIZER, chat_info=CHAT, present=present).calls

    assert names(call) == ["alice", "lurker", "bot-1"]
    assert shown(call) == ["alice", "bot-1"]


# ---- create: callback


@pytest.mark.parametrize(
    "uri",
    [
        "https://bot.contoso.com/callback",
        "HTTPS://bot.contoso.com",
        "https://bot.contoso.com:8445/api/calls?x=1",
        "https://10.0.0.1/callback",
        "http://localhost:3978/callback",
        "http://LOCALHOST/callback",
        "http://127.0.0.1:3978/callback",
        "http://127.0.0.2:3978/callback",
        "http://[::1]:3978/callback",
    ],
)
def test_callback_is_https_or_http_on_loopback(uri: str) -> None:
    (call,) = create("alice", callback_uri=uri).calls

    assert call.callback_uri == uri


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "bot.contoso.com/callback",
        "/callback",
        "https://",
        "https:///callback",
        "http://bot.contoso.com/callback",
        "http://10.0.0.1/callback",
        "http://localhost.contoso.com/callback",
        "http://127.0.0.1.contoso.com/callback",
        "ftp://localhost/callback",
        "https://[::1",
    ],
)
def test_other_callback_is_refused(uri: str) -> None:
    refused = refusal_of(create, "alice", callback_uri=uri)

    assert (refused.rule, str(refused)) == (
        "callback-uri",
        f"400 BadRequest: callbackUri {uri!r} is not an https address, nor an http address on loopback.",
    )


# ---- create: permissions and tenants


@pytest.mark.parametrize(
    ("targets", "asked", "permissions"),
    [
        pytest.param(("alice",), {}, {"Calls.Initiate.All"}, id="one"),
        pytest.param(("alice", "bob"), {}, {"Calls.InitiateGroupCall.All"}, id="group"),
        pytest.param((), {"meeting_info": ORGANIZER}, {"Calls.JoinGroupCall.All"}, id="join"),
        pytest.param((), {"meeting_info": ORGANIZER}, {"Calls.JoinGroupCallAsGuest.All"}, id="join-as-guest"),
        pytest.param((), {"meeting_info": ORGANIZER}, {"Calls.JoinGroupCalls.Chat"}, id="join-by-consent"),
        pytest.param(
            ("alice",),
            {"media_config": APPLICATION_HOSTED},
            {"Calls.Initiate.All", "Calls.AccessMedia.All"},
            id="application-hosted-media",
        ),
    ],
)
def test_call_needs_the_permissions_of_its_kind(
    targets: tuple[str, ...], asked: dict[str, Any], permissions: set[str]
) -> None:
    assert create(*targets, app={"permissions": frozenset(permissions)}, **asked).calls

    for permission in permissions:
        refused = refusal_of(create, *targets, app={"permissions": frozenset(permissions - {permission})}, **asked)
        assert (refused.rule, str(refused)) == (
            "permission",
            "403 7504: Insufficient enterprise tenant permissions, cannot access this API.",
        )


@pytest.mark.parametrize("plural", ["Calls.InitiateGroupCalls.All", "Calls.JoinGroupCalls.All"])
def test_plural_of_a_permission_is_none(plural: str) -> None:
    app = {"permissions": frozenset({plural})}

    assert refusal_of(create, "alice", "bob", app=app).rule == "permission"
    assert refusal_of(create, meeting_info=ORGANIZER, app=app).rule == "permission"


def test_peer_to_peer_call_to_another_tenant_is_refused() -> None:
    refused = refusal_of(create, "alice", known=(Person(user("alice", tenantId="tenant-2")),))

    assert (refused.rule, str(refused)) == (
        "tenant-mismatch",
        "403 7505: Request authorization tenant mismatch.",
    )


# ---- establish, and what targets do


@pytest.mark.parametrize("call", [group_call("alice"), meeting("alice")], ids=["group", "meeting"])
def test_established_group_call_tells_its_state_then_its_roster(call: Call) -> None:
    (ready,) = calls.establish(establishing(call)).calls

    outcome = calls.establish(establishing(call))

    assert ready.state is CallState.ESTABLISHED
    assert told(outcome) == [(call.id, "updated", "established"), (call.id, "updated", "roster")]
    assert shown(outcome.changes[-1].call) == ["bot-1", "alice"]


def test_call_is_established_once() -> None:
    with pytest.raises(IllegalStep) as caught:
        calls.establish(group_call())

    assert str(caught.value) == "state is 'established': 'establish' is possible only in 'establishing'"


def test_answered_peer_to_peer_call_is_established_and_tells_no_roster() -> None:
    (call,) = create("alice").calls

    outcome = calls.target_answers(call, target(call))

    (ready,) = outcome.calls
    assert told(outcome) == [(call.id, "updated", "established")]
    assert (names(ready), ready.roster, ready.pending) == (["bot-1", "alice"], (), ())


@pytest.mark.parametrize(
    ("happening", "code", "subcode"),
    [(Happening.DECLINES, 603, 0), (Happening.EXPIRES, 480, 10037)],
    ids=["declined", "unanswered"],
)
def test_peer_to_peer_call_whose_target_does_not_come_ends(happening: Happening, code: int, subcode: int) -> None:
    (call,) = create("alice").calls

    outcome = calls.target_fails(call, target(call), target_failure(happening, target(call).person.identity))

    (ended,) = outcome.calls
    assert told(outcome) == [(call.id, "deleted", "terminated")]
    assert ended.result_info is not None
    assert (ended.result_info.code, ended.result_info.subcode) == (code, subcode)
    assert ended.pending == ()


def test_target_of_a_group_call_who_answers_is_shown() -> None:
    (call,) = create("alice", "bob").calls
    (call,) = calls.establish(call).calls

    outcome = calls.target_answers(call, target(call))

    assert told(outcome) == [(call.id, "updated", "roster")]
    assert shown(outcome.calls[0]) == ["bot-1", "alice"]
    assert [i.person.identity.id for i in outcome.calls[0].pending] == ["bob"]


def test_group_call_goes_on_without_a_target_who_does_not_come() -> None:
    (call,) = create("alice", "bob").calls
    (call,) = calls.establish(call).calls

    outcome = calls.target_fails(call, target(call), ResultInfo(603, 0))

    assert outcome.changes == ()
    assert outcome.calls[0].state is CallState.ESTABLISHED
    assert [i.person.identity.id for i in outcome.calls[0].pending] == ["bob"]


def test_target_of_a_group_call_cannot_answer_twice() -> None:
    (call,) = create("alice", "bob").calls
    (call,) = calls.establish(call).calls
    alice = target(call)
    (call,) = calls.target_answers(call, alice).calls

    with pytest.raises(HarnessError):
        calls.target_answers(call, alice)


# ---- hang up and end


def test_hang_up_is_told_as_terminating_then_deleted() -> None:
    outcome = calls.hang_up(group_call("alice"))

    (call,) = outcome.calls
    assert told(outcome) == [("group-1", "updated", "terminating"), ("group-1", "deleted", "terminated")]
    assert call.result_info == ResultInfo(200, 5001, "The conversation has ended.")


@pytest.mark.parametrize(
    "state", [s for s in CallState if s not in {CallState.TERMINATING, CallState.TERMINATED}], ids=str
)
def test_call_can_be_hung_up_in_every_state_before_its_end(state: CallState) -> None:
    outcome = calls.hang_up(group_call(state=state))

    assert [what for *_, what in told(outcome)] == ["terminating", "terminated"]


def test_targets_ring_no_more_after_hang_up() -> None:
    (call,) = create("alice").calls

    (ended,) = calls.hang_up(call).calls

    assert ended.pending == ()


def test_end_by_the_service_is_told_as_deleted_with_its_result() -> None:
    result = ResultInfo(500, 1203002, "Server Internal Error. DiagCode: 500#1203002.@")

    outcome = calls.end(meeting("alice"), result)

    assert told(outcome) == [("meeting-1", "deleted", "terminated")]
    assert outcome.calls[0].result_info == result


def test_ended_call_cannot_end_again() -> None:
    with pytest.raises(IllegalStep):
        calls.end(group_call(state=CallState.TERMINATED), ResultInfo(200, 5003))


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        pytest.param(phone("+99900000001"), phone("+99900000001"), id="phone"),
        pytest.param(user("alice"), None, id="user"),
        pytest.param(None, None, id="nobody"),
    ],
)
def test_only_a_phone_is_told_as_who_ended_the_call(sender: Identity | None, expected: Identity | None) -> None:
    (call,) = calls.end(peer_to_peer_call(), ResultInfo(200, 4521), sender=sender).calls

    assert call.termination_sender == expected


# ---- join


def test_joining_a_group_call_tells_the_roster() -> None:
    outcome = participants.join(group_call("alice"), Person(user("bob")), participant_id="p-bob")

    assert told(outcome) == [("group-1", "updated", "roster")]
    assert shown(outcome.changes[0].call) == ["bot-1", "alice", "bob"]
    assert outcome.calls[0].participants[-1].id == "p-bob"


def test_hidden_participant_joins_unseen() -> None:
    (call,) = participants.join(meeting(), Person(user("bob")), participant_id="p-bob", hidden=True).calls

    assert (names(call), shown(call)) == (["bot-1", "bob"], ["bot-1"])


def test_nobody_joins_twice() -> None:
    refused = refusal_of(participants.join, group_call("bob"), Person(user("bob")), participant_id="p-2")

    assert (refused.rule, str(refused)) == (
        "already-invited",
        "400 BadRequest: participants[0]: user 'bob' is in the call, or invited, already.",
    )


@pytest.mark.parametrize("state", [s for s in CallState if s is not CallState.ESTABLISHED], ids=str)
def test_nobody_joins_a_call_that_is_not_established(state: CallState) -> None:
    refused = refusal_of(participants.join, group_call(state=state), Person(user("bob")), participant_id="p-2")

    assert (refused.rule, refused.status) == ("call-not-established", 400)


def test_nobody_joins_a_peer_to_peer_call_on_their_own() -> None:
    """It has two parties: a third makes it a group call, and no roster of a peer-to-peer call is ever told."""
    refused = refusal_of(participants.join, peer_to_peer_call(), Person(user("bob")), participant_id="p-2")

    assert refused.status == 400


# ---- leave


@pytest.mark.parametrize("call", [group_call("alice", "bob"), meeting("alice", "bob")], ids=["group", "meeting"])
def test_leaving_a_group_call_tells_the_roster(call: Call) -> None:
    outcome = participants.leave(call, "p-alice")

    assert told(outcome) == [(call.id, "updated", "roster")]
    assert shown(outcome.changes[0].call) == ["bot-1", "bob"]


def test_peer_who_hangs_up_ends_a_peer_to_peer_call() -> None:
    outcome = participants.leave(peer_to_peer_call("alice"), "p-alice")

    (call,) = outcome.calls
    assert told(outcome) == [("peer-1", "deleted", "terminated")]
    assert call.result_info is not None
    assert (call.result_info.code, call.result_info.subcode) == (200, 4521)


def test_phone_that_hangs_up_ends_a_peer_to_peer_call_as_a_pstn_user() -> None:
    """Documented, call-delete: 540000 and 560000 are "ended by PSTN user"."""
    (call,) = participants.leave(peer_to_peer_call(phone("+99900000001")), "p-+99900000001").calls

    assert call.termination_sender == phone("+99900000001")
    assert call.result_info is not None
    assert call.result_info.code == 200
    assert call.result_info.subcode in {540000, 560000}


# ---- hang up


def test_group_call_goes_on_while_others_are_in_it() -> None:
    outcome = participants.hang_up(group_call("alice", "bob"), "p-alice")

    assert told(outcome) == [("group-1", "updated", "roster")]


def test_group_call_ends_when_the_last_one_hangs_up() -> None:
    """5002 is documented, call-delete: all others have left."""
    outcome = participants.hang_up(group_call("alice"), "p-alice")

    (call,) = outcome.calls
    assert told(outcome) == [("group-1", "updated", "roster"), ("group-1", "deleted", "terminated")]
    assert call.result_info == ResultInfo(200, 5002)
    assert names(call) == ["bot-1"]


def test_group_call_goes_on_while_somebody_is_rung() -> None:
    (call,) = invite(group_call("alice"), invitee("bob")).calls

    outcome = participants.hang_up(call, "p-alice")

    assert told(outcome) == [("group-1", "updated", "roster")]


def test_meeting_goes_on_without_people() -> None:
    assert told(participants.hang_up(meeting("alice"), "p-alice")) == [("meeting-1", "updated", "roster")]


def test_peer_to_peer_call_ends_once_when_the_peer_hangs_up() -> None:
    assert participants.hang_up(peer_to_peer_call("alice"), "p-alice") == participants.leave(
        peer_to_peer_call("alice"), "p-alice"
    )


# ---- mute, lobby


def test_who_mutes_themselves_is_shown_so_in_the_roster() -> None:
    (muted,) = participants.mute(group_call("alice", "bob"), "p-alice").calls

    outcome = participants.mute(muted, "p-alice", is_muted=False)

    assert [(p.id, p.is_muted) for p in muted.roster] == [("p-bot-1", False), ("p-alice", True), ("p-bob", False)]
    assert told(outcome) == [("group-1", "updated", "roster")]
    assert outcome.calls == (group_call("alice", "bob"),)


def test_mute_leaves_the_streams_as_they_are() -> None:
    """`serverMuted` tells what the service mutes."""
    call = group_call(participants=(*group_call().participants, participant("alice", media_streams=(MediaStream(),))))

    (muted,) = participants.mute(call, "p-alice").calls

    assert muted.participants[-1].media_streams == (MediaStream(),)


@pytest.mark.parametrize(
    "call",
    [
        peer_to_peer_call("alice"),
        group_call(participants=(*group_call().participants, participant("alice", hidden=True))),
        group_call(participants=(*group_call().participants, participant("alice", is_muted=True))),
    ],
    ids=["peer-to-peer", "hidden", "muted-already"],
)
def test_mute_that_no_roster_shows_is_not_told(call: Call) -> None:
    outcome = participants.mute(call, "p-alice")

    assert outcome.changes == ()
    assert outcome.calls[0].participants[-1].is_muted


def test_bot_is_not_muted_from_outside() -> None:
    refused = refusal_of(participants.mute, group_call("alice"), "p-bot-1")

    assert str(refused) == (
        "501 notSupported: The fake has no muting of the bot itself yet: this is not Graph's answer."
    )


def test_who_waits_in_the_lobby_is_let_in() -> None:
    call = group_call(participants=(*group_call().participants, participant("alice", is_in_lobby=True)))

    outcome = participants.enter(call, "p-alice")

    assert [p.is_in_lobby for p in call.roster] == [False, True]
    assert [p.is_in_lobby for p in outcome.calls[0].roster] == [False, False]
    assert told(outcome) == [("group-1", "updated", "roster")]


def test_who_is_in_the_call_is_not_let_in_again() -> None:
    with pytest.raises(UsageError, match=r"^participant 'p-alice' is in the call, not in its lobby$"):
        participants.enter(group_call("alice"), "p-alice")


def test_unknown_participant_cannot_leave() -> None:
    refused = refusal_of(participants.leave, group_call(), "p-nobody")

    assert (refused.rule, str(refused)) == ("unknown-participant", "404 itemNotFound: Participant not found.")


@pytest.mark.parametrize(
    "command", [participants.leave, participants.remove, participants.hang_up], ids=["leave", "remove", "hang-up"]
)
def test_bot_itself_hangs_up_instead_of_leaving(command: Callable[..., Outcome]) -> None:
    refused = refusal_of(command, group_call("alice"), "p-bot-1")

    assert (refused.rule, str(refused)) == (
        "own-participant",
        "400 BadRequest: The participant is the caller itself: delete the call instead.",
    )


# ---- remove


def test_removed_participant_is_gone_from_the_roster_that_is_told() -> None:
    outcome = participants.remove(group_call("alice", "bob"), "p-alice")

    assert told(outcome) == [("group-1", "updated", "roster")]
    assert shown(outcome.changes[0].call) == ["bot-1", "bob"]


def test_unknown_participant_cannot_be_removed() -> None:
    refused = refusal_of(participants.remove, group_call("alice"), "p-nobody")

    assert (refused.rule, str(refused)) == ("unknown-participant", "404 itemNotFound: Participant not found.")


def test_peer_of_a_peer_to_peer_call_cannot_be_removed() -> None:
    assert refusal_of(participants.remove, peer_to_peer_call("alice"), "p-alice").rule == "unknown-participant"


# ---- media streams


def test_streams_are_numbered_as_text_in_order_of_arrival() -> None:
    (call,) = invite(meeting(), *invitees("bob", "carol")).calls
    (call,) = answer(call, "carol").calls
    (call,) = answer(call, "bob").calls

    assert [(p.identity.id, s.source_id) for p in call.participants for s in p.media_streams] == [
        ("bot-1", "1"),
        ("carol", "2"),
        ("bob", "3"),
    ]


def test_streams_have_different_source_ids_after_somebody_has_left() -> None:
    (call,) = invite(meeting(), *invitees("bob", "carol")).calls
    first = ringing(call, "bob").participant_id
    (call,) = answer(call, "bob").calls
    (call,) = answer(call, "carol").calls
    (call,) = participants.leave(call, first).calls

    (call,) = participants.join(call, Person(user("dave")), participant_id="p-dave").calls

    sources = [s.source_id for p in call.participants for s in p.media_streams]
    assert len(set(sources)) == len(sources)


def test_application_known_by_another_id_is_so_in_its_call() -> None:
    renamed = calls.renamed(group_call("adele"), application(id="bot-2"))

    assert renamed.application.id == "bot-2"
    assert [p.identity.id for p in renamed.participants] == ["bot-2", "adele"]
    assert renamed.source.id == "bot-2"
