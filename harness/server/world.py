"""The state of one running fake: its calls, its people, what is due, what is told. One lock around all of it.

The world keeps values and lets `harness.graph` decide: it looks calls up, runs a command, keeps the calls it returns,
hands the changes to delivery and puts what is due on the clock. Refusals (`GraphError`) pass through untouched.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

from harness.delivery.clock import Clock
from harness.delivery.notifications import notification
from harness.delivery.outbox import Outbox, Post
from harness.delivery.settings import DeliverySettings
from harness.errors import UsageError
from harness.graph import acting, calls, incoming, invitations, operations, participants, reactions
from harness.graph.actions import Action
from harness.graph.outcomes import Due, Happening, OperationEnded, Outcome
from harness.graph.parsing import normal_id
from harness.graph.refusals import refuse
from harness.graph.states import CALL_STEPS, CallStep, can
from harness.graph.types import (
    Application,
    Call,
    CallState,
    End,
    Identity,
    IdentityKind,
    Invitation,
    InviteRequest,
    NewCall,
    Operation,
    OperationStatus,
    Participant,
    Person,
    ResultInfo,
    Rules,
)

DEFAULT_APPLICATION = Application(
    id="00000000-0000-4000-8000-00000000a001",
    tenant_id="00000000-0000-4000-8000-00000000b001",
    display_name="Calling Bot",
)

_NAMED: Final = 5
"""Calls that a message names, the latest ones."""


@dataclass(frozen=True, slots=True)
class WorldSettings:
    """How a fake starts, and what `reset` goes back to.

    seed: makes ids repeatable; None draws them at random. journal: how many deliveries, and ended calls, are kept.
    application: for whom a token speaks that is no JWT, or names no application.
    """

    rules: Rules = field(default_factory=Rules)
    delivery: DeliverySettings = field(default_factory=DeliverySettings)
    application: Application = DEFAULT_APPLICATION
    seed: int | None = None
    journal: int = 1000


class World:
    """Calls, people and deliveries of one fake. Every public method takes the lock; commands return what they made.

    post: how a notification reaches the bot. submit: where posting runs (an executor's), None: on the clock's thread.
    """

    def __init__(
        self,
        settings: WorldSettings,
        *,
        clock: Clock,
        post: Post,
        submit: Callable[[Callable[[], None]], None] | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self._lock = threading.RLock()
        self._random = random.Random(settings.seed)  # noqa: S311 - ids of a fake, repeatable on purpose
        self.outbox = Outbox(
            clock, post, settings=settings.delivery, journal=settings.journal, rng=self._random, submit=submit
        )
        self._forget()

    def reset(self, seed: int | None = None) -> None:
        """Forget calls, people, what is due and what was delivered; ids start again from `seed`, if there is one."""
        with self._lock:
            self.clock.clear()
            self.outbox.reset()
            self.outbox.settings = self.settings.delivery
            self._random.seed(self.settings.seed if seed is None else seed)
            self._forget()

    def _forget(self) -> None:
        self.rules = self.settings.rules
        self.application = self.settings.application
        self._calls: dict[str, Call] = {}
        self._ended: dict[str, Call] = {}
        self._people: dict[tuple[IdentityKind, str], Person] = {}
        self._meetings: dict[str, tuple[Participant, ...]] = {}
        self._delivery: dict[str, DeliverySettings] = {}
        self._recordings: dict[str, str] = {}

    def new_id(self) -> str:
        """A GUID in Graph's spelling."""
        with self._lock:
            bits = self._random.getrandbits(122)
        digits = f"{bits % (1 << 120):030x}"
        variant = "89ab"[bits >> 120]
        return f"{digits[:8]}-{digits[8:12]}-4{digits[12:15]}-{variant}{digits[15:18]}-{digits[18:30]}"

    def chance(self, probability: float) -> bool:
        """Whether something as likely as this happens, by the random that ids come from."""
        with self._lock:
            return self._random.random() < probability

    # ---- what a bot asks for

    def create(self, asked: NewCall, application: Application) -> Call:
        with self._lock:
            thread = asked.chat_info.thread_id if asked.chat_info else None
            outcome = calls.create(
                asked,
                application,
                new_id=self.new_id,
                person_of=self.person_of,
                present=self._meetings.get(thread or "", ()),
                rules=self.rules,
            )
            self._keep(outcome)
            return outcome.calls[0]

    def call(self, call_id: str, application: Application | None = None) -> Call:
        """A call that is alive; of this application, if one is given (another's is not found: assumed).

        Ids in paths count letter by letter (documented, call-api). Raises: GraphError `unknown-call`.
        """
        with self._lock:
            call = self._calls.get(normal_id(call_id))
            if call is None or call.id != call_id:
                raise refuse("unknown-call")
            if application is not None and call.application.id != application.id:
                raise refuse("unknown-call")
            return call

    def named_call(self, named: str, application: Application) -> Call | None:
        """The application's call that a `replacesCallId` names: an id in any spelling, a path, or a URL."""
        with self._lock:
            call = self._calls.get(normal_id(named))
            return call if call is not None and call.application.id == application.id else None

    def calls(self) -> list[Call]:
        with self._lock:
            return list(self._calls.values())

    def last(self, call_id: str) -> Call:
        """A call as it is, or as it was when it ended; of ended calls the latest are kept (`settings.journal`).

        Raises: UsageError when there was none of this id.
        """
        with self._lock:
            key = normal_id(call_id)
            call = self._calls.get(key) or self._ended.get(key)
            if call is None:
                raise UsageError(f"no call {call_id!r}; {self._known_calls()}")
            return call

    def participants(self, call_id: str, identity: Identity | None = None) -> tuple[Participant, ...]:
        """Who is in a call, shown or not, or was when it ended; of one identity, if one is given.

        Raises: UsageError as `last`.
        """
        everybody = self.last(call_id).participants
        return tuple(p for p in everybody if identity is None or p.identity.key == identity.key)

    def ringing(self, identity: Identity) -> list[tuple[str, str]]:
        """Where somebody is being rung: ids of call and participant, by which `react` answers for them."""
        with self._lock:
            return [
                (call.id, invitation.participant_id)
                for call in self._calls.values()
                for invitation in call.pending
                if invitation.person.identity.key == identity.key
            ]

    def hang_up(self, call_id: str, application: Application) -> None:
        with self._lock:
            self._keep(calls.hang_up(self.call(call_id, application)))

    def invite(self, call_id: str, asked: InviteRequest, application: Application) -> Operation:
        with self._lock:
            outcome = invitations.invite(
                self.call(call_id, application),
                asked,
                new_id=self.new_id,
                person_of=self.person_of,
                replaced=self._replaced(asked, application),
                rules=self.rules,
            )
            self._keep(outcome)
            return outcome.calls[0].operations[-1]

    def operation(self, call_id: str, operation_id: str, application: Application) -> Operation:
        """Raises: GraphError `unknown-call`, `unknown-operation`."""
        for operation in self.call(call_id, application).operations:
            if operation.id == operation_id and self._is_readable(operation):
                return operation
        raise refuse("unknown-operation")

    def operations(self, call_id: str, application: Application) -> Call:
        """The call with those of its operations that can be read."""
        call = self.call(call_id, application)
        return replace(call, operations=tuple(o for o in call.operations if self._is_readable(o)))

    def perform(
        self,
        call_id: str,
        action: Action,
        asked: Mapping[str, Any],
        application: Application,
        *,
        participant_id: str | None = None,
        recordings: str,
    ) -> Operation | None:
        """What a bot does in a call; the operation that it started, as it is now. recordings: where those will be."""
        with self._lock:
            outcome = acting.perform(
                self.call(call_id, application),
                action,
                asked,
                participant_id=participant_id,
                new_id=self.new_id,
                person_of=self.person_of,
                named_call=lambda named: self.named_call(named, application),
                rules=self.rules,
                recordings=recordings,
            )
            self._keep(outcome)
            return outcome.calls[0].operations[-1] if action.kind is not None else None

    def remove(self, call_id: str, participant_id: str, application: Application) -> None:
        with self._lock:
            self._keep(participants.remove(self.call(call_id, application), participant_id))

    # ---- what happens outside

    def person_of(self, identity: Identity) -> Person:
        """Who an identity is: what was sent, completed by what is known; unknown people answer at once."""
        with self._lock:
            known = self._people.get(identity.key)
            if known is None:
                return Person(identity)
            members = {**known.identity.members, **identity.members}
            return replace(known, identity=replace(identity, members=members))

    def react(self, call_id: str, participant_id: str, happening: Happening, result: ResultInfo | None = None) -> None:
        """Somebody who is being rung answers, declines, does not answer, or cannot be reached.

        Raises: GraphError `unknown-call`; UsageError when nobody is rung under that id.
        """
        with self._lock:
            call = self.call(call_id)
            invitation = operations.pending(call, participant_id)
            if invitation is None:
                ringing = ", ".join(repr(i.participant_id) for i in call.pending) or "nobody"
                raise UsageError(f"call {call_id!r}: nobody is rung as {participant_id!r}; being rung: {ringing}")
            if not can(CALL_STEPS, call.state, CallStep.ADMIT) and invitation.operation_id is not None:
                raise UsageError(f"call {call_id!r} is {str(call.state)!r}: invitees react while it is 'established'")
            self._keep(self._reaction(call, invitation, happening, result))

    def opens_recording(self, location: str, token: str) -> bool:
        """Whether a token opens the recording at a location; an empty one is never there."""
        with self._lock:
            return bool(token) and self._recordings.get(location) == token

    def ring(self, call: Call, delivery: DeliverySettings | None = None) -> None:
        """A call comes in, from its source; it is told to the bot. Raises: UsageError when its id is taken."""
        with self._lock:
            self.add_call(call, delivery)
            self._keep(incoming.ring(call, self.rules))

    def finish(self, call_id: str, operation_id: str, end: End | None = None) -> None:
        """An operation ends now, as scripted or as it was planned.

        Raises: GraphError `unknown-call`; UsageError when no such operation runs, or it is an invite: people end that.
        """
        with self._lock:
            call = self.call(call_id)
            running = [o.id for o in call.operations if o.plan is not None and not o.is_over]
            if operation_id not in running:
                names = ", ".join(map(repr, running)) or "none"
                raise UsageError(f"call {call_id!r}: no operation {operation_id!r} runs by itself; running: {names}")
            self._keep(acting.complete(call, operation_id, end, new_id=self.new_id))

    def press(self, call_id: str, tone: str) -> None:
        """Somebody presses a key. Raises: UsageError when the bot has not subscribed to tones."""
        with self._lock:
            call = self.call(call_id)
            if call.tones is None:
                raise UsageError(f"call {call_id!r}: the bot has not subscribed to tones: it asks for subscribeToTone")
            self._keep(acting.press(call, tone))

    def join(self, call_id: str, person: Person, *, participant_id: str | None = None, hidden: bool = False) -> str:
        """Somebody joins; returns their participant id. Raises: UsageError when the id is taken."""
        with self._lock:
            new_id = participant_id or self.new_id()
            if any(p.id == new_id for p in self.call(call_id).participants):
                raise UsageError(f"participant {new_id!r} is in the call already: give the newcomer another id")
            self._keep(participants.join(self.call(call_id), person, participant_id=new_id, hidden=hidden))
            return new_id

    def leave(self, call_id: str, participant_id: str) -> None:
        with self._lock:
            self._keep(participants.leave(self.call(call_id), participant_id))

    def hang_up_by(self, call_id: str, participant_id: str) -> None:
        """Somebody hangs up; the last one ends a group call."""
        with self._lock:
            self._keep(participants.hang_up(self.call(call_id), participant_id))

    def mute(self, call_id: str, participant_id: str) -> None:
        """Somebody mutes themselves."""
        with self._lock:
            self._keep(participants.mute(self.call(call_id), participant_id))

    def unmute(self, call_id: str, participant_id: str) -> None:
        with self._lock:
            self._keep(participants.mute(self.call(call_id), participant_id, is_muted=False))

    def enter(self, call_id: str, participant_id: str) -> None:
        """Somebody who waits in the lobby is let in."""
        with self._lock:
            self._keep(participants.enter(self.call(call_id), participant_id))

    def end(self, call_id: str, result: ResultInfo, *, sender: Identity | None = None) -> None:
        with self._lock:
            self._keep(calls.end(self.call(call_id), result, sender=sender))

    # ---- seeding

    def add_person(self, person: Person) -> None:
        with self._lock:
            self._people[person.identity.key] = person

    def rename_application(self, app_id: str, tenant_id: str) -> Application:
        """The application that a token stands for is known by another id, in the calls that it has as well."""
        with self._lock:
            before = self.application
            self.application = replace(before, id=app_id, tenant_id=tenant_id)
            for key, call in self._calls.items():
                if call.application.id == before.id:
                    self._calls[key] = calls.renamed(call, self.application)
            return self.application

    def add_meeting(self, thread_id: str, present: Iterable[Participant]) -> None:
        with self._lock:
            self._meetings[thread_id] = tuple(present)

    def add_call(self, call: Call, delivery: DeliverySettings | None = None) -> None:
        """Put a call in as it is; nothing is told. Raises: UsageError when its id is taken."""
        with self._lock:
            self.refuse_taken(call.id)
            self._hold(call)
            if delivery is not None:
                self._delivery[call.id] = delivery

    def refuse_taken(self, call_id: str) -> None:
        """Raises: UsageError when there is a call of this id, in whatever spelling."""
        with self._lock:
            if normal_id(call_id) in self._calls:
                raise UsageError(f"call {call_id!r} exists already: give it another id, or reset first")

    # ---- inside

    def _known_calls(self) -> str:
        latest = (list(of.values())[-_NAMED:] for of in (self._calls, self._ended))
        alive, ended = (", ".join(repr(call.id) for call in of) or "none" for of in latest)
        return f"alive: {alive}; ended: {ended}"

    def _replaced(self, asked: InviteRequest, application: Application) -> Call | None:
        """The application's call that the first invitee's `replacesCallId` names, in any spelling of its id."""
        named = asked.invitees[0].replaces_call_id if asked.invitees else None
        return self.named_call(named, application) if named else None

    def _is_readable(self, operation: Operation) -> bool:
        return self.rules.ended_operations_readable or operation.status is OperationStatus.RUNNING

    def _reaction(self, call: Call, invitation: Invitation, happening: Happening, result: ResultInfo | None) -> Outcome:
        return reactions.react(
            call, invitation, happening, call_of=lambda call_id: self._calls.get(normal_id(call_id)), result=result
        )

    def _keep(self, outcome: Outcome) -> None:
        """Make an outcome true: keep its calls, forget ended ones, tell what changed, wait for what is due."""
        told = [notification(change, new_id=self.new_id) for change in outcome.changes]
        for change in outcome.changes:
            if isinstance(change, OperationEnded) and change.operation.members.get("recordingAccessToken"):
                members = change.operation.members
                self._recordings[members["recordingLocation"]] = members["recordingAccessToken"]
        own = {call.id: self._delivery[call.id] for call in outcome.calls if call.id in self._delivery}
        for call in outcome.calls:
            if call.state is not CallState.TERMINATED:
                self._hold(call)
            else:
                self._calls.pop(normal_id(call.id), None)
                self._remember(call)
                self._delivery.pop(call.id, None)
        self.outbox.put(told, own=own)
        for due in outcome.due:
            self._await(due)

    def _hold(self, call: Call) -> None:
        """A call as it is now; one that is new has to be kept alive from now on."""
        key = normal_id(call.id)
        if key not in self._calls:
            self._await(calls.lapse_due(call, self.rules))
        self._calls[key] = call

    def _await(self, due: Due) -> None:
        self.clock.schedule(due.after, partial(self._happen, due), in_background=due.in_background)

    def _remember(self, call: Call) -> None:
        self._ended.pop(normal_id(call.id), None)
        self._ended[normal_id(call.id)] = call
        while len(self._ended) > self.settings.journal:
            del self._ended[next(iter(self._ended))]

    def _happen(self, due: Due) -> None:
        """What was due happens, unless the call is over or the invitation settled by now."""
        with self._lock:
            call = self._calls.get(normal_id(due.call_id))
            if call is None or call.id != due.call_id:
                return
            if due.happening is Happening.ESTABLISHES:
                if can(CALL_STEPS, call.state, CallStep.ESTABLISH):
                    self._keep(calls.establish(call))
                return
            if due.happening is Happening.MISSES:
                if call.state is CallState.INCOMING:
                    self._keep(incoming.miss(call))
                return
            if due.happening is Happening.LAPSES:
                if due.lease == call.lease:
                    self._keep(calls.lapse(call))
                return
            if due.operation_id is not None:
                if any(o.id == due.operation_id and not o.is_over for o in call.operations):
                    self._keep(acting.complete(call, due.operation_id, new_id=self.new_id))
                return
            invitation = operations.pending(call, due.participant_id or "")
            if invitation is not None:
                self._keep(self._reaction(call, invitation, due.happening, due.result))
