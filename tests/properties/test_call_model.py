"""Any sequence of commands on a few calls keeps what has to be true of them, and refusals change nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from harness.errors import GraphError
from harness.graph import acting, calls, invitations, participants, reactions
from harness.graph.actions import ACTIONS, Action
from harness.graph.outcomes import CallChanged, ChangeType, Happening, OperationEnded, Outcome, RosterChanged
from harness.graph.states import CallStep
from harness.graph.types import (
    Call,
    CallKind,
    CallState,
    ChatInfo,
    Identity,
    Invitee,
    InviteRequest,
    NewCall,
    Operation,
    OperationStatus,
    Person,
    ResultInfo,
)
from tests.graph.build import APPLICATION_HOSTED, SERVICE_HOSTED, application, bot, new_id, people, phone, user

MOST_CALLS = 4
SOMEBODY = st.sampled_from(
    [
        *(user(name) for name in "abcdefgh"),
        user("A"),
        bot("bot-1"),
        bot("x"),
        bot("y"),
        phone("+99900000001"),
        phone("1"),
    ]
)
REACTIONS = st.sampled_from(
    [Happening.ANSWERS, Happening.ANSWERS, Happening.DECLINES, Happening.BUSY, Happening.EXPIRES]
)
COMMANDS = (participants.leave, participants.remove, participants.hang_up, participants.mute)
CONTEXTS = st.sampled_from([None, *"abcdef", "x" * 256, "x" * 257])
INVITEES = st.sampled_from([1, 1, 1, 2, 2, 3, 6]).flatmap(lambda n: st.lists(SOMEBODY, min_size=n, max_size=n))
ANY = st.integers(min_value=0, max_value=99)
BODIES: dict[str, Any] = {
    "playPrompt": {"prompts": [{}]},
    "sendDtmfTones": {"tones": ["tone1"]},
    "changeScreenSharingRole": {"role": "sharer"},
    "updateRecordingStatus": {"status": "recording"},
    "muteAll": {"participants": [""]},
    "configureMixer": {"participantMixerLevels": [{}]},
    "redirect": {"targets": [{"identity": {"user": {"id": "z"}}}]},
}
MEETING: dict[str, Any] = {"chat_info": ChatInfo("19:chat-1"), "meeting_info": {"joinMeetingId": "1"}}


def _different(count: int) -> st.SearchStrategy[list[Identity]]:
    """So many people, the calling bot not among them."""
    others = SOMEBODY.filter(lambda who: who != bot("bot-1"))
    return st.lists(others, min_size=count, max_size=count, unique_by=lambda who: who.key)


def _waits(call: Call) -> bool:
    """A group call or meeting is established by the service, a peer-to-peer call by its target."""
    return call.state is CallState.ESTABLISHING and call.kind is not CallKind.PEER_TO_PEER


def _planned(call: Call) -> list[Operation]:
    return [o for o in call.operations if o.plan is not None and o.status is OperationStatus.RUNNING]


def _is_told(operation: Operation) -> bool:
    """Whether its end is told: it is not over when it is answered."""
    return operation.plan is not None or bool(operation.invitations)


class Calls(RuleBasedStateMachine):
    """What a fake does with the core: it keeps the calls, and looks a call up before it runs a command on it."""

    def __init__(self) -> None:
        super().__init__()
        self.ids = new_id()
        self.calls: dict[str, Call] = {}
        self.deleted: set[str] = set()
        self.ended: Counter[str] = Counter()
        self.started: set[str] = set()

    @initialize(hosting=st.sampled_from([SERVICE_HOSTED, APPLICATION_HOSTED]), has_number=st.booleans())
    def begin(self, hosting: dict[str, str], has_number: bool) -> None:
        """One call of each kind, established."""
        self.create([user("a")], False, hosting, has_number)
        self.react(0, Happening.ANSWERS)
        for is_meeting in (False, True):
            self.create([], is_meeting, hosting, has_number)
            self.establish(0)

    # ---- commands

    @precondition(lambda self: len(self.calls) < MOST_CALLS)
    @rule(
        wanted=st.sampled_from([0, 1, 1, 3]).flatmap(_different),
        is_meeting=st.booleans(),
        hosting=st.sampled_from([SERVICE_HOSTED, APPLICATION_HOSTED]),
        has_number=st.booleans(),
    )
    def create(self, wanted: list[Identity], is_meeting: bool, hosting: dict[str, str], has_number: bool) -> None:
        asked = NewCall(
            "https://bot.contoso.com/callback",
            targets=tuple(Invitee(w) for w in wanted),
            media_config=hosting,
            **(MEETING if is_meeting and not wanted else {}),
        )
        app = application(has_number=has_number)
        self.run(lambda: calls.create(asked, app, new_id=self.ids, person_of=people()))

    @precondition(lambda self: any(_waits(call) for call in self.calls.values()))
    @rule(which=ANY)
    def establish(self, which: int) -> None:
        waiting = [call for call in self.calls.values() if _waits(call)]
        self.run(lambda: calls.establish(waiting[which % len(waiting)]))

    @precondition(lambda self: self.calls)
    @rule(
        which=ANY,
        who=INVITEES,
        context=CONTEXTS,
        hidden=st.sampled_from([None, True]),
        replaces=st.none() | ANY,
        moves=st.sampled_from([None, None, 0, 1]),
    )
    def invite(
        self,
        which: int,
        who: list[Identity],
        context: str | None,
        hidden: bool | None,
        replaces: int | None,
        moves: int | None,
    ) -> None:
        call = self.pick(which)
        others = [other for other in self.calls.values() if other is not call]
        replaced = others[replaces % len(others)] if replaces is not None and others else None
        moved = None
        if replaced is not None and moves is not None:
            moved = replaced.participants[-1 - moves % len(replaced.participants)].id
        named = "gone" if replaced is None else replaced.id
        asked = tuple(Invitee(w, replaces_call_id=named, participant_id=moved, hidden=hidden) for w in who)
        self.run(
            lambda: invitations.invite(
                call, InviteRequest(asked, context), new_id=self.ids, person_of=people(), replaced=replaced
            )
        )

    @precondition(lambda self: any(call.pending for call in self.calls.values()))
    @rule(which=ANY, happening=REACTIONS)
    def react(self, which: int, happening: Happening) -> None:
        ringing = [(call, i) for call in self.calls.values() for i in call.pending]
        call, invitation = ringing[which % len(ringing)]
        self.run(lambda: reactions.react(call, invitation, happening, call_of=self.calls.get))

    @precondition(lambda self: self.calls)
    @rule(which=ANY, who=SOMEBODY, hidden=st.booleans())
    def join(self, which: int, who: Identity, hidden: bool) -> None:
        call = self.pick(which)
        self.run(lambda: participants.join(call, Person(who), participant_id=self.ids(), hidden=hidden))

    @precondition(lambda self: self.calls)
    @rule(which=ANY, who=ANY, command=st.sampled_from(COMMANDS))
    def go(self, which: int, who: int, command: Callable[[Call, str], Outcome]) -> None:
        call = self.pick(which)
        known = [*(i.participant_id for i in call.pending), *(p.id for p in call.participants), "nobody"]
        self.run(lambda: command(call, known[who % len(known)]))

    @precondition(lambda self: self.calls)
    @rule(which=ANY, who=ANY, action=st.sampled_from([a for a in ACTIONS if a.step is not CallStep.ANSWER]))
    def act(self, which: int, who: int, action: Action) -> None:
        call = self.pick(which)
        named = call.participants[who % len(call.participants)].id
        asked = BODIES.get(action.name, {})
        if action.name == "transfer":
            to = {"identity": {"user": {"id": "z"}}, "replacesCallId": self.pick(who).id}
            asked = {"transferTarget": to, "transferee": {"participantId": named}}
        self.run(
            lambda: acting.perform(
                call,
                action,
                asked,
                participant_id=named,
                new_id=self.ids,
                person_of=people(),
                named_call=self.calls.get,
            )
        )

    @precondition(lambda self: any(_planned(call) for call in self.calls.values()))
    @rule(which=ANY)
    def complete(self, which: int) -> None:
        running = [(call, o) for call in self.calls.values() for o in _planned(call)]
        call, operation = running[which % len(running)]
        self.run(lambda: acting.complete(call, operation.id, new_id=self.ids))

    @precondition(lambda self: len(self.calls) > 1)
    @rule(which=ANY, is_by_bot=st.booleans())
    def end(self, which: int, is_by_bot: bool) -> None:
        call = self.pick(which)
        self.run(lambda: calls.hang_up(call) if is_by_bot else calls.end(call, ResultInfo(200, 5003)))

    # ---- running them

    def pick(self, which: int) -> Call:
        return list(self.calls.values())[which % len(self.calls)]

    def run(self, command: Callable[[], Outcome]) -> None:
        """Run a command and keep what it made, or see that its refusal has changed nothing."""
        before = deepcopy(self.calls)
        try:
            outcome = command()
        except GraphError:
            assert self.calls == before
            return
        assert self.calls == before
        self.check_told(outcome)
        self.check_ends(outcome)
        self.check_due(outcome)
        for call in outcome.calls:
            self.started |= {o.id for o in call.operations if _is_told(o)}
            if call.state is CallState.TERMINATED:
                del self.calls[call.id]
            else:
                self.calls[call.id] = call

    def check_told(self, outcome: Outcome) -> None:
        """Nothing is told of a call after its deletion; a success has its roster; a peer-to-peer call has none."""
        for position, change in enumerate(outcome.changes):
            assert change.call.id not in self.deleted
            if isinstance(change, CallChanged) and change.change_type is ChangeType.DELETED:
                self.deleted.add(change.call.id)
            if isinstance(change, RosterChanged):
                assert change.call.kind is not CallKind.PEER_TO_PEER
            if isinstance(change, OperationEnded) and change.operation.is_over:
                if change.operation.status is OperationStatus.FAILED or not change.operation.invitations:
                    continue
                rosters = [c.call.id for c in outcome.changes[position + 1 :] if isinstance(c, RosterChanged)]
                assert rosters.count(change.call.id) == 1

    def check_ends(self, outcome: Outcome) -> None:
        """Who stops running is told once, with the status and the result that the call keeps."""
        told = {c.operation.id: c.operation for c in outcome.changes if isinstance(c, OperationEnded)}
        self.ended.update(c.operation.id for c in outcome.changes if isinstance(c, OperationEnded))
        for call in outcome.calls:
            earlier = self.calls[call.id].operations if call.id in self.calls else ()
            was_open = {o.id for o in earlier if not o.is_over}
            for operation in call.operations:
                stopped = operation.id in was_open and operation.is_over
                assert (operation.id in told) == stopped
                if stopped:
                    assert told[operation.id] == operation
            if call.state is CallState.TERMINATED:
                assert call.id in self.deleted
                assert call.pending == ()
                assert all(o.is_over for o in call.operations)

    @staticmethod
    def check_due(outcome: Outcome) -> None:
        """What is due belongs to the call, and to somebody who is being rung, or to an operation that runs."""
        ringing = {(call.id, i.participant_id) for call in outcome.calls for i in call.pending}
        running = {(call.id, o.id) for call in outcome.calls for o in _planned(call)}
        leases = {(call.id, call.lease) for call in outcome.calls}
        for due in outcome.due:
            assert due.after >= 0
            if due.happening is Happening.COMPLETES:
                assert (due.call_id, due.operation_id) in running
            elif due.happening is Happening.LAPSES:
                assert (due.call_id, due.lease) in leases
            elif due.happening is not Happening.ESTABLISHES:
                assert (due.call_id, due.participant_id) in ringing

    # ---- what is true at any time

    @invariant()
    def ids_are_unique(self) -> None:
        assert all(call_id == call.id for call_id, call in self.calls.items())
        operation_ids = [o.id for call in self.calls.values() for o in call.operations]
        assert len(operation_ids) == len(set(operation_ids))
        for call in self.calls.values():
            in_call = [*(p.id for p in call.participants), *(i.participant_id for i in call.pending)]
            assert len(in_call) == len(set(in_call))
            assert call.my_participant_id in in_call

    @invariant()
    def nobody_is_in_a_call_twice(self) -> None:
        for call in self.calls.values():
            keys = [*(p.identity.key for p in call.participants), *(i.person.identity.key for i in call.pending)]
            assert len(keys) == len(set(keys))

    @invariant()
    def peer_to_peer_call_has_at_most_two_parties(self) -> None:
        for call in self.calls.values():
            if call.kind is CallKind.PEER_TO_PEER:
                assert len(call.participants) <= 2

    @invariant()
    def operation_runs_while_somebody_rings_and_ends_once(self) -> None:
        for call in self.calls.values():
            for operation in call.operations:
                if operation.invitations:
                    is_ringing = any(i.operation_id == operation.id for i in call.pending)
                    assert is_ringing == (not operation.is_over)
                assert self.ended[operation.id] == (operation.is_over and _is_told(operation))

    @invariant()
    def one_of_what_is_queued_runs(self) -> None:
        for call in self.calls.values():
            queued = [o for o in call.operations if o.plan is not None and o.plan.is_queued and not o.is_over]
            assert [o.status for o in queued] == [
                OperationStatus.NOT_STARTED if n else OperationStatus.RUNNING for n in range(len(queued))
            ]

    @invariant()
    def who_is_on_hold_is_there(self) -> None:
        for call in self.calls.values():
            assert call.on_hold is None or call.on_hold in {p.id for p in call.roster}

    def teardown(self) -> None:
        """At the latest with its call, every operation that was started has ended once."""
        for call in list(self.calls.values()):
            self.run(lambda call=call: calls.end(call, ResultInfo(200, 5003)))  # type: ignore[misc]
        assert self.started == set(self.ended)
        assert set(self.ended.values()) <= {1}


TestCalls = Calls.TestCase
TestCalls.settings = settings(max_examples=120, stateful_step_count=40, deadline=None, derandomize=True)
