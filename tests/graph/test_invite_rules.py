"""The rules of inviting, one test each. Source: documented, participant-invite and the pages beside it; observed."""

from __future__ import annotations

import pytest

from harness.errors import GraphError
from harness.graph import calls, invitations, operations, participants
from harness.graph.outcomes import CallChanged, Due, Happening
from harness.graph.states import IllegalStep
from harness.graph.types import (
    CallKind,
    CallState,
    ChatInfo,
    InvitationState,
    Invitee,
    OperationStatus,
    Person,
    Reaction,
    ReactionKind,
    ResultInfo,
    Rules,
)
from tests.graph.build import (
    APPLICATION_HOSTED,
    SERVICE_HOSTED,
    answer,
    application,
    bot,
    fail,
    group_call,
    invite,
    invite_refusal,
    invitee,
    invitees,
    meeting,
    names,
    operation_of,
    participant,
    peer_to_peer_call,
    phone,
    reacting,
    ringing,
    shown,
    told,
)


def cancelled(name: str) -> ResultInfo:
    return ResultInfo(
        400,
        8508,
        f"addParticipants failed for participant 8:orgid:{name}. Underlying reason: "
        "Action failed, the operation was cancelled. DiagCode: 400#8508.@",
    )


DECLINED = ResultInfo(
    603, 0, "addParticipants failed for participant 8:orgid:bob. Underlying reason: Decline. DiagCode: 603#0.@"
)


# ---- one invitee


def test_one_can_be_invited_into_a_group_call() -> None:
    outcome = invite(group_call("alice"), invitee("bob"))

    (call,) = outcome.calls
    (operation,) = call.operations
    assert operation.status is OperationStatus.RUNNING
    assert [i.invitee.identity.id for i in operation.invitations] == ["bob"]
    assert outcome.changes == ()
    assert names(call) == ["bot-1", "alice"]


def test_one_can_be_invited_into_a_group_call_without_chat() -> None:
    call = group_call("alice")

    (invited,) = invite(call, invitee("bob")).calls

    assert invited.chat_info is None
    assert [i.person.identity.id for i in invited.pending] == ["bob"]


def test_success_tells_the_operation_then_the_roster() -> None:
    (call,) = invite(group_call("alice"), invitee("bob")).calls

    outcome = answer(call, "bob")

    assert told(outcome) == [("group-1", "deleted", "Completed"), ("group-1", "updated", "roster")]
    assert shown(outcome.changes[-1].call) == ["bot-1", "alice", "bob"]


def test_success_has_no_result() -> None:
    (call,) = invite(group_call(), invitee("bob")).calls

    (joined,) = answer(call, "bob").calls

    assert joined.operations[0].status is OperationStatus.COMPLETED
    assert joined.operations[0].result_info is None


def test_participant_id_of_the_answer_is_the_roster_id_afterwards() -> None:
    (call,) = invite(group_call(), invitee("bob")).calls
    given = ringing(call, "bob").participant_id

    (joined,) = answer(call, "bob").calls

    assert joined.participants[-1].id == given


def test_stranger_answers_at_once() -> None:
    (due,) = invite(group_call(), invitee("bob")).due

    assert (due.after, due.happening) == (0.0, Happening.ANSWERS)


@pytest.mark.parametrize(
    ("reaction", "after", "happening"),
    [
        pytest.param(Reaction(ReactionKind.ANSWERS, 3.0), 3.0, Happening.ANSWERS, id="answers"),
        pytest.param(Reaction(ReactionKind.DECLINES, 5.0), 5.0, Happening.DECLINES, id="declines"),
        pytest.param(Reaction(ReactionKind.BUSY, 1.0), 1.0, Happening.BUSY, id="busy"),
        pytest.param(Reaction(ReactionKind.FAILS, 2.0), 2.0, Happening.FAILS, id="fails"),
        pytest.param(Reaction(ReactionKind.IGNORES), 60.0, Happening.EXPIRES, id="ignores"),
        pytest.param(Reaction(ReactionKind.ANSWERS, 61.0), 60.0, Happening.EXPIRES, id="answers-too-late"),
        pytest.param(Reaction(ReactionKind.DECLINES, 61.0), 60.0, Happening.EXPIRES, id="declines-too-late"),
    ],
)
def test_person_reacts_as_scripted_within_60_seconds(reaction: Reaction, after: float, happening: Happening) -> None:
    outcome = invite(group_call(), invitee("bob"), known=(reacting("bob", reaction),))

    given = ringing(outcome.calls[0], "bob").participant_id
    assert outcome.due == (Due(after, "group-1", happening, given, reaction.result),)


def test_scripted_failure_keeps_its_result() -> None:
    scripted = ResultInfo(500, 1203002, "Server Internal Error. DiagCode: 500#1203002.@")
    known = (reacting("bob", Reaction(ReactionKind.FAILS, 1.0, scripted)),)

    (due,) = invite(group_call(), invitee("bob"), known=known).due

    assert due.result == scripted


# ---- several invitees


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_several_can_be_invited_into_a_group_call_with_chat(count: int) -> None:
    wanted = [f"user-{n}" for n in range(count)]

    outcome = invite(group_call(chat_info=ChatInfo("19:chat-1")), *invitees(*wanted))

    (call,) = outcome.calls
    assert [i.person.identity.id for i in call.operations[0].invitations] == wanted
    assert len({i.participant_id for i in call.pending}) == count
    assert len(outcome.due) == count


def test_several_can_be_invited_into_a_joined_meeting() -> None:
    (call,) = invite(meeting(), *invitees("bob", "carol")).calls

    assert [i.person.identity.id for i in call.pending] == ["bob", "carol"]


def test_sixth_invitee_is_refused() -> None:
    refused = invite_refusal(meeting(), *invitees("a", "b", "c", "d", "e", "f"))

    assert (refused.rule, str(refused)) == (
        "too-many-invitees",
        "400 BadRequest: At most 5 participants can be invited in one request, got 6.",
    )


def test_number_of_invitees_can_be_set() -> None:
    rules = Rules(most_invitees=6)

    (call,) = invite(meeting(), *invitees("a", "b", "c", "d", "e", "f"), rules=rules).calls

    assert len(call.pending) == 6


def test_several_into_a_peer_to_peer_call_are_refused() -> None:
    refused = invite_refusal(peer_to_peer_call(), *invitees("bob", "carol"))

    assert (refused.rule, str(refused)) == (
        "several-in-peer-to-peer",
        "400 BadRequest: Several participants can be invited in one request only into a group call.",
    )


def test_several_without_chat_are_refused() -> None:
    refused = invite_refusal(group_call(), *invitees("bob", "carol"))

    assert (refused.rule, str(refused)) == (
        "several-without-chat",
        "400 BadRequest: Several participants can be invited in one request only into a call with a valid chatInfo.",
    )


def test_several_without_chat_can_be_allowed() -> None:
    (call,) = invite(group_call(), *invitees("bob", "carol"), rules=Rules(several_need_chat=False)).calls

    assert len(call.pending) == 2


def test_nobody_invited_is_refused() -> None:
    refused = invite_refusal(group_call())

    assert (refused.rule, str(refused)) == ("no-invitees", "400 BadRequest: participants is missing or empty.")


def test_operation_of_several_runs_until_the_last_has_reacted() -> None:
    (call,) = invite(meeting(), *invitees("bob", "carol")).calls

    outcome = answer(call, "bob")

    assert outcome.changes == ()
    assert outcome.calls[0].operations[0].status is OperationStatus.RUNNING
    assert names(outcome.calls[0]) == ["bot-1", "bob"]


def test_one_roster_is_told_after_the_end_of_an_operation_of_several() -> None:
    (call,) = invite(meeting(), *invitees("bob", "carol")).calls
    (call,) = answer(call, "bob").calls

    outcome = answer(call, "carol")

    assert told(outcome) == [("meeting-1", "deleted", "Completed"), ("meeting-1", "updated", "roster")]
    assert shown(outcome.changes[-1].call) == ["bot-1", "bob", "carol"]


@pytest.mark.parametrize("first", ["joins", "fails"])
def test_several_are_completed_when_one_joins(first: str) -> None:
    (call,) = invite(meeting(), *invitees("bob", "carol")).calls

    (call,) = (answer(call, "bob") if first == "joins" else fail(call, "bob")).calls
    outcome = fail(call, "carol") if first == "joins" else answer(call, "carol")

    (operation,) = outcome.calls[0].operations
    joined = "bob" if first == "joins" else "carol"
    assert (operation.status, operation.result_info) == (OperationStatus.COMPLETED, None)
    assert told(outcome) == [("meeting-1", "deleted", "Completed"), ("meeting-1", "updated", "roster")]
    assert shown(outcome.changes[-1].call) == ["bot-1", joined]


def test_several_are_failed_when_none_joins() -> None:
    (call,) = invite(meeting(), *invitees("bob", "carol")).calls
    (call,) = fail(call, "bob", "declined").calls

    outcome = fail(call, "carol", "unanswered")

    (operation,) = outcome.calls[0].operations
    assert (operation.status, operation.result_info) == (OperationStatus.FAILED, DECLINED)
    assert told(outcome) == [("meeting-1", "deleted", "Failed")]


def test_settled_invitation_of_a_running_operation_cannot_be_answered_again() -> None:
    (call,) = invite(meeting(), *invitees("bob", "carol")).calls
    invitation = ringing(call, "bob")
    (call,) = invitations.answer(call, invitation).calls

    with pytest.raises(IllegalStep, match=r"^state is 'joined': 'join' is possible only in 'ringing'$"):
        invitations.answer(call, invitation)


def test_settled_invitation_is_no_longer_pending() -> None:
    (call,) = invite(meeting(), *invitees("bob", "carol")).calls
    given = ringing(call, "bob").participant_id

    (call,) = answer(call, "bob").calls

    assert operations.pending(call, given) is None


# ---- into a peer-to-peer call


def test_one_invited_into_a_peer_to_peer_call_makes_it_a_group_call() -> None:
    (call,) = invite(peer_to_peer_call("alice"), invitee("bob")).calls

    (joined,) = answer(call, "bob").calls

    assert joined.kind is CallKind.GROUP
    assert shown(joined) == ["bot-1", "alice", "bob"]


def test_peer_to_peer_call_that_becomes_a_group_is_told_first_with_its_chat() -> None:
    outcome = invite(peer_to_peer_call("alice"), invitee("bob"))

    (change,) = outcome.changes
    assert told(outcome) == [("peer-1", "updated", "established")]
    assert isinstance(change, CallChanged)
    assert change.escalated
    assert change.call.chat_info is not None
    assert (change.call.chat_info.message_id, change.call.chat_info.reply_chain_message_id) == ("0", None)
    assert str(change.call.chat_info.thread_id).startswith("19:")


def test_peer_to_peer_call_that_became_a_group_tells_operation_and_roster() -> None:
    (call,) = invite(peer_to_peer_call("alice"), invitee("bob")).calls

    outcome = answer(call, "bob")

    assert told(outcome) == [("peer-1", "deleted", "Completed"), ("peer-1", "updated", "roster")]
    assert shown(outcome.changes[-1].call) == ["bot-1", "alice", "bob"]


def test_call_that_became_a_group_takes_several() -> None:
    (call,) = invite(peer_to_peer_call("alice"), invitee("bob")).calls
    (call,) = answer(call, "bob").calls

    (call,) = invite(call, *invitees("carol", "dave")).calls

    assert len(call.pending) == 2


def test_peer_to_peer_call_with_application_hosted_media_fails_after_23_seconds() -> None:
    outcome = invite(peer_to_peer_call(media_config=APPLICATION_HOSTED), invitee("bob"))

    (due,) = outcome.due
    assert (due.after, due.happening) == (23.0, Happening.FAILS)
    assert due.result == ResultInfo(
        410,
        301004,
        "addParticipants failed for participant 8:orgid:bob. Underlying reason: Client Media Error. "
        "DiagCode: 410#301004.@",
    )


def test_second_try_into_a_call_that_application_hosted_media_kept_peer_to_peer_fails_too() -> None:
    """Two parties and no meeting coordinates: still no group call (documented, cloud-communications-calls)."""
    (call,) = invite(peer_to_peer_call(media_config=APPLICATION_HOSTED), invitee("bob")).calls
    (call,) = fail(call, "bob", "media").calls

    (due,) = invite(call, invitee("bob")).due

    assert (due.after, due.happening) == (23.0, Happening.FAILS)


def test_peer_to_peer_call_with_service_hosted_media_takes_an_invitee() -> None:
    (due,) = invite(peer_to_peer_call(media_config=SERVICE_HOSTED), invitee("bob")).due

    assert (due.after, due.happening) == (0.0, Happening.ANSWERS)


def test_group_call_with_application_hosted_media_takes_an_invitee() -> None:
    (due,) = invite(group_call(media_config=APPLICATION_HOSTED), invitee("bob")).due

    assert (due.after, due.happening) == (0.0, Happening.ANSWERS)


# ---- replacing a call


def test_one_with_an_existing_replaced_call_leaves_it_alone_until_success() -> None:
    outcome = invite(group_call(), invitee("bob", replaces_call_id="peer-1"), replaced=peer_to_peer_call("bob"))

    assert [c.id for c in outcome.calls] == ["group-1"]
    assert outcome.changes == ()


def test_only_the_first_is_read_when_an_existing_call_is_replaced() -> None:
    asked = tuple(invitee(name, replaces_call_id="peer-1") for name in ("bob", "carol"))

    (call,) = invite(group_call(), *asked, replaced=peer_to_peer_call("bob")).calls

    (operation,) = call.operations
    assert [i.invitee for i in operation.invitations] == [asked[0]]


@pytest.mark.parametrize(
    "others",
    [
        pytest.param(invitees("a", "b", "c", "d", "e"), id="a-sixth"),
        pytest.param((invitee("bob"),), id="the-same-again"),
        pytest.param((invitee("alice"),), id="somebody-in-the-call"),
        pytest.param((invitee(phone("no number")),), id="no-phone-number"),
        pytest.param((invitee(bot("bot-2")), invitee(bot("bot-3"))), id="two-bots"),
    ],
)
def test_others_are_ignored_without_error_when_an_existing_call_is_replaced(others: tuple[Invitee, ...]) -> None:
    first = invitee("bob", replaces_call_id="peer-1")

    (call,) = invite(group_call("alice"), first, *others, replaced=peer_to_peer_call("bob")).calls

    assert [i.person.identity.id for i in call.pending] == ["bob"]


def test_several_that_replace_an_existing_call_count_as_one_in_a_peer_to_peer_call() -> None:
    first = invitee("bob", replaces_call_id="peer-2")
    replaced = peer_to_peer_call("bob", call_id="peer-2")

    (call,) = invite(peer_to_peer_call("alice"), first, invitee("carol"), replaced=replaced).calls

    assert [i.person.identity.id for i in call.pending] == ["bob"]


def test_replaced_call_id_is_echoed() -> None:
    asked = invitee("bob", replaces_call_id="/app/calls/PEER-1")

    (call,) = invite(group_call(), asked, replaced=peer_to_peer_call("bob")).calls

    assert ringing(call, "bob").invitee.replaces_call_id == "/app/calls/PEER-1"


def test_unknown_replaced_call_of_one_is_a_plain_invite_with_echo() -> None:
    (call,) = invite(group_call(), invitee("bob", replaces_call_id="gone")).calls

    assert ringing(call, "bob").invitee.replaces_call_id == "gone"
    assert told(answer(call, "bob")) == [("group-1", "deleted", "Completed"), ("group-1", "updated", "roster")]


def test_unknown_replaced_call_of_several_is_a_plain_invite_with_null_echo() -> None:
    asked = tuple(invitee(name, replaces_call_id="gone") for name in ("bob", "carol"))

    (call,) = invite(meeting(), *asked).calls

    assert [i.person.identity.id for i in call.pending] == ["bob", "carol"]
    assert [i.invitee.replaces_call_id for i in call.pending] == [None, None]


def test_replaced_peer_to_peer_call_is_terminated_then_deleted_after_success() -> None:
    replaced = peer_to_peer_call("bob")
    (call,) = invite(group_call("alice"), invitee("bob", replaces_call_id="peer-1"), replaced=replaced).calls

    outcome = answer(call, "bob", replaced=replaced)

    assert told(outcome) == [
        ("group-1", "deleted", "Completed"),
        ("group-1", "updated", "roster"),
        ("peer-1", "updated", "terminating"),
        ("peer-1", "deleted", "terminated"),
    ]
    assert [(c.id, c.state) for c in outcome.calls] == [
        ("group-1", CallState.ESTABLISHED),
        ("peer-1", CallState.TERMINATED),
    ]
    assert shown(outcome.calls[0]) == ["bot-1", "alice", "bob"]


@pytest.mark.parametrize("reason", ["declined", "unanswered", "media", "cancelled"])
def test_replaced_call_stays_when_the_invite_fails(reason: str) -> None:
    replaced = peer_to_peer_call("bob")
    (call,) = invite(group_call(), invitee("bob", replaces_call_id="peer-1"), replaced=replaced).calls

    outcome = fail(call, "bob", reason)

    assert told(outcome) == [("group-1", "deleted", "Failed")]
    assert [c.id for c in outcome.calls] == ["group-1"]


def test_replaced_call_that_has_ended_meanwhile_is_not_told_again() -> None:
    replaced = peer_to_peer_call("bob")
    (call,) = invite(group_call(), invitee("bob", replaces_call_id="peer-1"), replaced=replaced).calls
    (ended,) = calls.hang_up(replaced).calls

    outcome = answer(call, "bob", replaced=ended)

    assert told(outcome) == [("group-1", "deleted", "Completed"), ("group-1", "updated", "roster")]


def test_replaced_call_that_is_ending_already_does_not_hinder_success() -> None:
    replaced = peer_to_peer_call("bob", state=CallState.TERMINATING)
    (call,) = invite(group_call(), invitee("bob", replaces_call_id="peer-1"), replaced=replaced).calls

    outcome = answer(call, "bob", replaced=replaced)

    assert told(outcome)[:2] == [("group-1", "deleted", "Completed"), ("group-1", "updated", "roster")]


def test_pending_invitations_of_a_replaced_call_fail_before_its_deletion() -> None:
    (replaced,) = invite(peer_to_peer_call("bob"), invitee("carol")).calls
    (call,) = invite(group_call(), invitee("bob", replaces_call_id="peer-1"), replaced=replaced).calls

    outcome = answer(call, "bob", replaced=replaced)

    of_replaced = [what for call_id, _, what in told(outcome) if call_id == "peer-1"]
    assert of_replaced == ["terminating", "Failed", "terminated"]


def test_only_a_peer_to_peer_call_is_dropped_by_replacing_it() -> None:
    """The page's words on replacesCallId: dropped "for peer-to-peer case … once the participant is added"."""
    replaced = meeting("bob", "carol", call_id="meeting-2")
    (call,) = invite(meeting(), invitee("bob", replaces_call_id="meeting-2"), replaced=replaced).calls

    outcome = answer(call, "bob", replaced=replaced)

    assert ("meeting-2", "deleted", "terminated") not in told(outcome)


def test_call_that_is_invited_into_cannot_be_replaced() -> None:
    call = group_call("alice")

    refused = invite_refusal(call, invitee("bob", replaces_call_id="group-1"), replaced=call)

    assert (refused.rule, str(refused)) == (
        "replaces-itself",
        "400 BadRequest: replacesCallId names the call itself.",
    )


# ---- moving between meetings


def test_moved_participant_keeps_the_id_that_the_request_names() -> None:
    old = meeting("bob", call_id="meeting-2")
    asked = invitee("bob", replaces_call_id="meeting-2", participant_id="p-bob")

    (call,) = invite(meeting(), asked, replaced=old).calls

    invitation = ringing(call, "bob")
    assert (invitation.participant_id, invitation.invitee.replaces_call_id) == ("p-bob", "meeting-2")


def test_moved_participant_leaves_the_old_meeting_whose_roster_is_told() -> None:
    old = meeting("bob", "carol", call_id="meeting-2")
    asked = invitee("bob", replaces_call_id="meeting-2", participant_id="p-bob")
    (call,) = invite(meeting("alice"), asked, replaced=old).calls

    outcome = answer(call, "bob", replaced=old)

    assert told(outcome) == [
        ("meeting-1", "deleted", "Completed"),
        ("meeting-1", "updated", "roster"),
        ("meeting-2", "updated", "roster"),
    ]
    assert [shown(c) for c in outcome.calls] == [["bot-1", "alice", "bob"], ["bot-1", "carol"]]
    assert shown(outcome.changes[-1].call) == ["bot-1", "carol"]


def test_only_the_first_moves() -> None:
    old = meeting("bob", "carol", call_id="meeting-2")
    asked = [invitee(name, replaces_call_id="meeting-2", participant_id=f"p-{name}") for name in ("bob", "carol")]

    (call,) = invite(meeting(), *asked, replaced=old).calls

    assert [i.person.identity.id for i in call.pending] == ["bob"]


def test_participant_who_does_not_move_stays_in_the_old_meeting() -> None:
    old = meeting("bob", call_id="meeting-2")
    asked = invitee("bob", replaces_call_id="meeting-2", participant_id="p-bob")
    (call,) = invite(meeting(), asked, replaced=old).calls

    outcome = fail(call, "bob")

    assert told(outcome) == [("meeting-1", "deleted", "Failed")]
    assert [c.id for c in outcome.calls] == ["meeting-1"]


def test_participant_who_has_left_the_old_meeting_meanwhile_moves_without_telling_it() -> None:
    old = meeting("bob", call_id="meeting-2")
    asked = invitee("bob", replaces_call_id="meeting-2", participant_id="p-bob")
    (call,) = invite(meeting(), asked, replaced=old).calls
    (old,) = participants.leave(old, "p-bob").calls

    outcome = answer(call, "bob", replaced=old)

    assert told(outcome) == [("meeting-1", "deleted", "Completed"), ("meeting-1", "updated", "roster")]


@pytest.mark.parametrize("participant_id", ["p-nobody", "p-bot-1"], ids=["a-stranger", "the-bot-itself"])
def test_only_participants_of_the_old_meeting_can_move(participant_id: str) -> None:
    old = meeting("bob", call_id="meeting-2")
    asked = invitee("bob", replaces_call_id="meeting-2", participant_id=participant_id)

    refused = invite_refusal(meeting(), asked, replaced=old)

    assert (refused.rule, str(refused)) == (
        "not-in-replaced-call",
        f"400 BadRequest: participants[0].participantId: '{participant_id}' is not the invitee in the call "
        "that replacesCallId names.",
    )


def test_participant_who_is_moving_already_cannot_move_under_another_name() -> None:
    """Two invitations, and then two participants, of one call would have one id."""
    old = meeting("bob", call_id="meeting-2")
    first, second = (invitee(n, replaces_call_id="meeting-2", participant_id="p-bob") for n in ("bob", "carol"))
    (call,) = invite(meeting(), first, replaced=old).calls

    refused = invite_refusal(call, second, replaced=old)

    assert refused.status == 400


# ---- phones


def test_phone_without_number_of_the_application_is_accepted_then_fails() -> None:
    outcome = invite(group_call(), invitee(phone("+99900000001")))

    (due,) = outcome.due
    assert outcome.calls[0].operations[0].status is OperationStatus.RUNNING
    assert (due.after, due.happening) == (0.0, Happening.FAILS)
    assert due.result == ResultInfo(
        412,
        9999,
        "addParticipants failed for participant 4:+99900000001. Underlying reason: Could not find the PSTN content "
        "for the sponsor of this PSTN leg.. DiagCode: 412#10073",
    )


def test_phone_fails_without_number_whatever_its_owner_would_do() -> None:
    known = (Person(phone("+99900000001"), Reaction(ReactionKind.IGNORES)),)

    (due,) = invite(group_call(), invitee(phone("+99900000001")), known=known).due

    assert (due.after, due.happening) == (0.0, Happening.FAILS)


def test_phone_with_number_of_the_application_is_rung() -> None:
    (due,) = invite(group_call(has_number=True), invitee(phone("+99900000001"))).due

    assert (due.after, due.happening, due.result) == (0.0, Happening.ANSWERS, None)


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("99900000001", id="no-plus"),
        pytest.param("+999 0000 0001", id="spaces"),
        pytest.param("+123456", id="six-digits"),
        pytest.param("+1234567890123456", id="sixteen-digits"),
        pytest.param("+9990000000a", id="a-letter"),
        pytest.param("tel:+99900000001", id="a-scheme"),
        pytest.param("+99900000001\n", id="a-line-end"),
        pytest.param("+٩٩٩٠٠٠٠٠٠٠١", id="other-digits"),
        pytest.param("", id="empty"),
    ],
)
def test_phone_number_that_is_not_e164_is_refused(number: str) -> None:
    refused = invite_refusal(group_call(has_number=True), invitee(phone(number)))

    assert (refused.rule, str(refused)) == (
        "phone-number",
        f"400 BadRequest: participants[0].identity.phone.id: {number!r} is not a phone number in E.164 form "
        "(+, 7 to 15 digits).",
    )


def test_refused_phone_number_is_named_by_its_position() -> None:
    refused = invite_refusal(meeting(has_number=True), invitee("bob"), invitee(phone("123")))

    assert refused.message.startswith("participants[1].identity.phone.id: '123' ")


# ---- hidden


def test_hidden_invitee_joins_without_being_shown() -> None:
    (call,) = invite(group_call("alice"), invitee("bob", hidden=True)).calls

    outcome = answer(call, "bob")

    assert told(outcome) == [("group-1", "deleted", "Completed"), ("group-1", "updated", "roster")]
    assert names(outcome.calls[0]) == ["bot-1", "alice", "bob"]
    assert shown(outcome.changes[-1].call) == ["bot-1", "alice"]


@pytest.mark.parametrize("hidden", [None, False])
def test_invitee_who_is_not_hidden_is_shown(hidden: bool | None) -> None:
    (call,) = invite(group_call(), invitee("bob", hidden=hidden)).calls

    assert shown(answer(call, "bob").calls[0]) == ["bot-1", "bob"]


# ---- bots


def test_one_more_bot_can_be_invited() -> None:
    (call,) = invite(meeting(), invitee(bot("bot-2"))).calls

    assert shown(answer(call, "bot-2").calls[0]) == ["bot-1", "bot-2"]


SECOND_BOT = "400 BadRequest: Inviting more than one bot to a meeting or group call is not allowed."


def test_two_bots_in_one_request_are_refused() -> None:
    refused = invite_refusal(meeting(), invitee(bot("bot-2")), invitee(bot("bot-3")))

    assert (refused.rule, str(refused)) == ("second-bot", SECOND_BOT)


def test_second_bot_is_refused_while_the_first_rings() -> None:
    (call,) = invite(meeting(), invitee(bot("bot-2"))).calls

    refused = invite_refusal(call, invitee(bot("bot-3")))

    assert (refused.rule, str(refused)) == ("second-bot", SECOND_BOT)


def test_second_bot_is_refused_while_the_first_is_in_the_call() -> None:
    (call,) = invite(meeting(), invitee(bot("bot-2"))).calls
    (call,) = answer(call, "bot-2").calls

    refused = invite_refusal(call, invitee(bot("bot-3")))

    assert (refused.rule, str(refused)) == ("second-bot", SECOND_BOT)


def test_another_bot_can_be_invited_after_the_first_has_failed() -> None:
    (call,) = invite(meeting(), invitee(bot("bot-2"))).calls
    (call,) = fail(call, "bot-2").calls

    (call,) = invite(call, invitee(bot("bot-3"))).calls

    assert [i.person.identity.id for i in call.pending] == ["bot-3"]


def test_second_bot_can_be_allowed() -> None:
    asked = (invitee(bot("bot-2")), invitee(bot("bot-3")))

    (call,) = invite(meeting(), *asked, rules=Rules(one_invited_bot=False)).calls

    assert len(call.pending) == 2


def test_user_can_be_invited_where_a_second_bot_is() -> None:
    (call,) = invite(meeting(), invitee(bot("bot-2"))).calls

    (call,) = invite(call, invitee("bob")).calls

    assert [i.person.identity.id for i in call.pending] == ["bot-2", "bob"]


# ---- nobody twice


def test_same_identity_twice_in_a_request_is_refused() -> None:
    refused = invite_refusal(meeting(), *invitees("bob", "carol", "bob"))

    assert (refused.rule, str(refused)) == (
        "already-invited",
        "400 BadRequest: participants[2]: user 'bob' is in the call, or invited, already.",
    )


def test_identity_that_is_in_the_call_is_refused() -> None:
    refused = invite_refusal(group_call("bob"), invitee("bob"))

    assert (refused.rule, str(refused)) == (
        "already-invited",
        "400 BadRequest: participants[0]: user 'bob' is in the call, or invited, already.",
    )


def test_identity_that_is_hidden_in_the_call_is_refused() -> None:
    call = group_call(participants=(participant("bob", hidden=True),))

    assert invite_refusal(call, invitee("bob")).rule == "already-invited"


def test_identity_that_still_rings_is_refused() -> None:
    (call,) = invite(group_call(), invitee("bob")).calls

    refused = invite_refusal(call, invitee("bob"))

    assert (refused.rule, str(refused)) == (
        "already-invited",
        "400 BadRequest: participants[0]: user 'bob' is in the call, or invited, already.",
    )


def test_target_of_the_call_that_still_rings_is_refused() -> None:
    (call,) = invite(group_call(), invitee("bob")).calls
    target = ringing(call, "bob")

    refused = invite_refusal(group_call(ringing=(target,)), invitee("bob"))

    assert refused.rule == "already-invited"


def test_peer_of_a_peer_to_peer_call_is_refused() -> None:
    assert invite_refusal(peer_to_peer_call("alice"), invitee("alice")).rule == "already-invited"


def test_calling_bot_itself_is_refused() -> None:
    assert invite_refusal(group_call(), invitee(bot("bot-1"))).rule == "already-invited"


def test_identity_in_another_letter_case_is_the_same() -> None:
    assert invite_refusal(group_call("bob"), invitee("BOB")).rule == "already-invited"


def test_same_id_of_another_kind_is_somebody_else() -> None:
    (call,) = invite(meeting("bob"), invitee(bot("bob"))).calls

    assert len(call.pending) == 1


def test_same_identity_twice_can_be_allowed() -> None:
    (call,) = invite(meeting(), *invitees("bob", "bob"), rules=Rules(unique_identities=False)).calls

    assert len(call.pending) == 2


def test_somebody_who_has_left_can_be_invited_again() -> None:
    (call,) = invite(group_call(), invitee("bob")).calls
    (call,) = answer(call, "bob").calls
    (call,) = participants.leave(call, call.participants[-1].id).calls

    (call,) = invite(call, invitee("bob")).calls

    assert shown(answer(call, "bob").calls[0]) == ["bot-1", "bob"]


@pytest.mark.parametrize("reason", ["declined", "unanswered", "cancelled"])
def test_somebody_who_did_not_come_can_be_invited_again(reason: str) -> None:
    (call,) = invite(group_call(), invitee("bob")).calls
    (call,) = fail(call, "bob", reason).calls

    (call,) = invite(call, invitee("bob")).calls

    assert [o.status for o in call.operations] == [OperationStatus.FAILED, OperationStatus.RUNNING]


# ---- client context


@pytest.mark.parametrize("context", ["", "x", "x" * 256, "é" * 256], ids=["empty", "one", "256", "256-non-ascii"])
def test_client_context_of_at_most_256_characters_is_kept(context: str) -> None:
    (call,) = invite(group_call(), invitee("bob"), context=context).calls

    assert operation_of(call, "bob").client_context == context


def test_client_context_of_257_characters_is_refused() -> None:
    refused = invite_refusal(group_call(), invitee("bob"), context="x" * 257)

    assert (refused.rule, str(refused)) == (
        "client-context",
        "400 BadRequest: clientContext has 257 characters, at most 256 are allowed.",
    )


def test_missing_client_context_is_made_by_the_service() -> None:
    (call,) = invite(group_call(), invitee("bob"), context=None).calls

    outcome = answer(call, "bob")

    made = operation_of(call, "bob").client_context
    assert made
    assert made != operation_of(call, "bob").id
    assert outcome.calls[0].operations[0].client_context == made


def test_repeated_client_context_is_accepted() -> None:
    (call,) = invite(group_call(), invitee("bob"), context="again").calls

    (call,) = invite(call, invitee("carol"), context="again").calls

    assert [o.client_context for o in call.operations] == ["again", "again"]


# ---- failures


def test_nobody_answering_fails_with_408_after_60_seconds() -> None:
    known = (reacting("bob", Reaction(ReactionKind.IGNORES)),)
    invited = invite(group_call(), invitee("bob"), known=known)

    outcome = fail(invited.calls[0], "bob", "unanswered")

    assert [(d.after, d.happening) for d in invited.due] == [(60.0, Happening.EXPIRES)]
    assert told(outcome) == [("group-1", "deleted", "Failed")]
    assert outcome.calls[0].operations[0].result_info == ResultInfo(
        408,
        10057,
        "addParticipants failed for participant 8:orgid:bob. Underlying reason: Request Timeout. DiagCode: 408#10057.@",
    )


def test_ringing_time_can_be_set() -> None:
    known = (reacting("bob", Reaction(ReactionKind.ANSWERS, 20.0)),)

    (due,) = invite(group_call(), invitee("bob"), known=known, rules=Rules(ring_timeout=15.0)).due

    assert (due.after, due.happening) == (15.0, Happening.EXPIRES)


def test_declined_invite_fails_with_603() -> None:
    (call,) = invite(group_call(), invitee("bob")).calls

    outcome = fail(call, "bob", "declined")

    assert told(outcome) == [("group-1", "deleted", "Failed")]
    assert outcome.calls[0].operations[0].result_info == DECLINED
    assert names(outcome.calls[0]) == ["bot-1"]


def test_removing_a_ringing_invitee_cancels_the_invitation() -> None:
    (call,) = invite(group_call("alice"), invitee("bob")).calls

    outcome = participants.remove(call, ringing(call, "bob").participant_id)

    (operation,) = outcome.calls[0].operations
    assert told(outcome) == [("group-1", "deleted", "Failed")]
    assert (operation.status, operation.result_info) == (OperationStatus.FAILED, cancelled("bob"))
    assert outcome.calls[0].pending == ()
    assert names(outcome.calls[0]) == ["bot-1", "alice"]


def test_removing_one_of_several_ringing_lets_the_others_ring() -> None:
    (call,) = invite(meeting(), *invitees("bob", "carol")).calls

    outcome = participants.remove(call, ringing(call, "bob").participant_id)

    assert outcome.changes == ()
    assert [i.person.identity.id for i in outcome.calls[0].pending] == ["carol"]


def test_removing_the_last_ringing_completes_the_operation_if_another_joined() -> None:
    (call,) = invite(meeting(), *invitees("bob", "carol")).calls
    (call,) = answer(call, "bob").calls

    outcome = participants.remove(call, ringing(call, "carol").participant_id)

    assert told(outcome) == [("meeting-1", "deleted", "Completed"), ("meeting-1", "updated", "roster")]


def test_cancelled_invitation_cannot_be_removed_again() -> None:
    (call,) = invite(group_call(), invitee("bob")).calls
    given = ringing(call, "bob").participant_id
    (call,) = participants.remove(call, given).calls

    with pytest.raises(GraphError, match=r"^404 itemNotFound: Participant not found\.$"):
        participants.remove(call, given)


def test_pending_invitations_fail_when_their_call_is_hung_up_before_its_deletion_is_told() -> None:
    (call,) = invite(group_call(), invitee("bob")).calls
    (call,) = invite(call, invitee("carol")).calls

    outcome = calls.hang_up(call)

    assert told(outcome) == [
        ("group-1", "updated", "terminating"),
        ("group-1", "deleted", "Failed"),
        ("group-1", "deleted", "Failed"),
        ("group-1", "deleted", "terminated"),
    ]
    assert [o.result_info for o in outcome.calls[0].operations] == [cancelled("bob"), cancelled("carol")]


def test_pending_invitations_fail_when_their_call_ends_before_its_deletion_is_told() -> None:
    (call,) = invite(meeting(), *invitees("bob", "carol")).calls

    outcome = calls.end(call, ResultInfo(200, 5003))

    assert told(outcome) == [("meeting-1", "deleted", "Failed"), ("meeting-1", "deleted", "terminated")]
    assert [i.state for i in outcome.calls[0].operations[0].invitations] == [InvitationState.FAILED] * 2


def test_operation_of_several_is_completed_at_the_end_of_the_call_if_one_had_joined() -> None:
    (call,) = invite(meeting(), *invitees("bob", "carol")).calls
    (call,) = answer(call, "bob").calls

    outcome = calls.end(call, ResultInfo(200, 5003))

    assert told(outcome) == [
        ("meeting-1", "deleted", "Completed"),
        ("meeting-1", "updated", "roster"),
        ("meeting-1", "deleted", "terminated"),
    ]


def test_failed_invite_tells_no_roster() -> None:
    (call,) = invite(group_call("alice"), invitee("bob")).calls

    outcome = fail(call, "bob", "unanswered")

    assert [what for *_, what in told(outcome)] == ["Failed"]


# ---- roster while ringing


def test_no_roster_is_told_while_an_invitee_rings_by_default() -> None:
    assert invite(group_call("alice"), invitee("bob")).changes == ()


def test_roster_while_an_invitee_rings_can_be_told() -> None:
    outcome = invite(group_call("alice"), invitee("bob"), rules=Rules(roster_while_ringing=True))

    assert told(outcome) == [("group-1", "updated", "roster")]
    assert shown(outcome.changes[0].call) == ["bot-1", "alice"]


# ---- who may invite, and when


@pytest.mark.parametrize("state", [s for s in CallState if s is not CallState.ESTABLISHED])
def test_call_that_is_not_established_takes_no_invite(state: CallState) -> None:
    refused = invite_refusal(group_call(state=state), invitee("bob"))

    assert (refused.rule, str(refused)) == (
        "call-not-established",
        f"400 BadRequest: The call is '{state}': participants can be invited once it is 'established'.",
    )


@pytest.mark.parametrize(
    "permission",
    ["Calls.Initiate.All", "Calls.JoinGroupCall.All", "Calls.InitiateGroupCalls.All"],
    ids=["one", "join", "plural"],
)
def test_invite_without_its_permission_is_refused(permission: str) -> None:
    call = group_call(application=application(permissions=frozenset({permission})))

    refused = invite_refusal(call, invitee("bob"))

    assert (refused.rule, str(refused)) == (
        "permission",
        "403 7504: Insufficient enterprise tenant permissions, cannot access this API.",
    )


@pytest.mark.parametrize(
    "permissions", [None, frozenset({"Calls.InitiateGroupCall.All"})], ids=["every-one", "the-one"]
)
def test_invite_with_its_permission_is_accepted(permissions: frozenset[str] | None) -> None:
    call = group_call(application=application(permissions=permissions))

    assert len(invite(call, invitee("bob")).calls[0].pending) == 1


def test_invite_leaves_the_given_call_as_it_was() -> None:
    call = peer_to_peer_call("alice")

    invite(call, invitee("bob"))

    assert call == peer_to_peer_call("alice")
