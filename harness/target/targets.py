"""What a target is to the facade: who answers as Graph, and tells as Graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from harness.cassette.format import Request, Response
from harness.delivery.clock import VirtualClock
from harness.delivery.outbox import Delivery
from harness.delivery.settings import DeliverySettings
from harness.graph.types import Application, Identity, Person
from harness.target.bots import Bot
from harness.target.journal import Journal
from harness.target.notifying import Notifying
from harness.target.problems import Problem
from harness.target.seen import SeenCall
from harness.target.verbs import TargetName


class Deliveries(Protocol):
    """Attempts to deliver, as they are looked back on; and how the next are made, where that is to be had."""

    settings: DeliverySettings

    @property
    def pending(self) -> int: ...
    def deliveries(self) -> list[Delivery]: ...


class Target(Protocol):
    """Answers the requests of bots and tells them what happens, on a clock of its own."""

    @property
    def name(self) -> TargetName: ...
    @property
    def clock(self) -> VirtualClock: ...
    @property
    def outbox(self) -> Deliveries: ...
    @property
    def public_callback(self) -> str | None:
        """Where Graph reaches the bot, if that is not for the test to say."""

    @property
    def patience(self) -> float:
        """Seconds for which a condition is waited for, unless the test says how many."""

    @property
    def journal(self) -> Journal: ...
    @property
    def notifying(self) -> Notifying: ...

    def answer(self, request: Request) -> Response:
        """As Graph, sign-in or the publisher of keys answers, whichever is asked."""

    def add_bot(self, bot: Bot, *, is_known: bool) -> None:
        """is_known: its application's id is given; else it is the one that it signs in with."""

    @property
    def application(self) -> Application:
        """The first bot's, as far as it is known before there is a bot."""

    def known_as(self, name: str, wanted: Identity, *, is_given: bool) -> Identity:
        """Who stands for a person, or a phone, of a test. is_given: the test says by which id or number."""

    def meet(self, identity: Identity) -> None:
        """Somebody is there; how they react is as it was."""

    def script(self, person: Person) -> None:
        """How somebody reacts from now on."""

    def happen(self, verb: str, call_id: str, person: Person) -> None:
        """Somebody does something on their own."""

    def put_call(self, call_id: str, given: Mapping[str, Any], bot: Bot) -> str:
        """A call that exists before the bot does anything: under which id."""

    def fault(self, members: Mapping[str, Any]) -> None:
        """Something that goes wrong with requests: members of `harness.server.faults.Fault`. Raises: UsageError."""

    def seen(self, call_id: str) -> SeenCall: ...

    def shown(self, text: str) -> str:
        """A text about what passed, as it may leave the process."""

    def problems(self) -> Sequence[Problem]:
        """What is wrong with this target at the end of a test, beside what became of notifications."""

    def leave(self) -> None:
        """Calls that go on are not to be ended: somebody stops, and cannot wait."""

    def release(self) -> None:
        """The test is over: what it made is ended, and nothing more is told."""

    def conclude(self, *, is_whole: bool) -> Sequence[Problem]:
        """The last of all: what is wrong yet. is_whole: nothing went wrong before."""


class InProcess:
    """What a target does that has nothing outside of this process: nothing there to be ended, and no secret."""

    def known_as(self, name: str, wanted: Identity, *, is_given: bool) -> Identity:
        """Whoever the test wants."""
        return wanted

    def shown(self, text: str) -> str:
        return text

    def leave(self) -> None:
        """There is nothing to end."""

    def release(self) -> None:
        """There is nothing to end."""

    def conclude(self, *, is_whole: bool) -> Sequence[Problem]:
        return ()
