"""A cassette as a target: it answers, tells what was told, and stands for whoever a test names."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Final

from harness.cassette.format import Request, Response, load
from harness.cassette.scenario import scenario_beside
from harness.delivery.clock import VirtualClock
from harness.delivery.outbox import Notification, Outbox
from harness.graph.types import Application, Identity, Person
from harness.intercept import from_wsgi
from harness.replay import NothingRecorded, OnUnplayed, Replay, Unplayed, complain, refuse_older
from harness.server import Settings, WorldSettings, renew
from harness.target.bots import Bot
from harness.target.fake import KEPT, FakeApp, application_of, is_sign_in
from harness.target.journal import Journal
from harness.target.notifying import Notifying
from harness.target.problems import Problem, ProblemKind
from harness.target.seen import SeenCall, calls_seen
from harness.target.targets import InProcess
from harness.target.verbs import TargetName

_SEED: Final = 0


class ReplayTarget(InProcess):
    """One cassette, replayed for one test. Sign-in, which is on no cassette, is the fake's.

    Raises: CassetteError for a cassette that cannot be read, or is older than `max_age` days.
    """

    name = TargetName.REPLAY
    public_callback: str | None = None
    patience = 5.0

    def __init__(self, app: FakeApp, path: Path, *, on_unplayed: str = "fail", max_age: float | None = None) -> None:
        self.clock = VirtualClock()
        self.journal = Journal(self.clock.now)
        self.notifying = Notifying(self.journal, app.signer)
        self.outbox = Outbox(self.clock, self.notifying.post, rng=Random(_SEED), journal=KEPT)  # noqa: S311
        self.outbox.log_failed = logging.INFO
        self.answer = self.journal.answering(self._answered)
        self._world = renew(app.app, Settings(world=WorldSettings(seed=_SEED)), post=_nobody, clock=self.clock).world
        self._sign_in = from_wsgi(app.app)
        self._on_unplayed = OnUnplayed(on_unplayed)
        self._nothing: list[str] = []
        self._bots: dict[str, Bot] = {}
        self._adopting: Bot | None = None
        self._replay: Replay | None = None
        self._cassette, self._scenario = load(path), scenario_beside(path)
        if max_age is not None:
            refuse_older(self._cassette, self._scenario, max_age, datetime.now(UTC))

    @property
    def replay(self) -> Replay:
        """Begun with the first bot, or with the first request, as whom it will be."""
        if self._replay is None:
            bot = next(iter(self._bots.values()), None)
            self._replay = Replay(
                self._cassette,
                self._scenario,
                put=self._put,
                now=self.clock.now,
                app_id=bot.app_id if bot is not None else None,
                tenant_id=bot.tenant_id if bot is not None else None,
                callback=bot.callback_uri if bot is not None else None,
            )
            self._replay.start()
        return self._replay

    def add_bot(self, bot: Bot, *, is_known: bool) -> None:
        """The first bot is the application on the cassette."""
        self._adopting = None if self._bots or is_known else bot
        if not self._bots:
            self._world.application = bot.application
            self.clock.schedule(0.0, self._begin)
        self._bots[bot.name] = bot

    def _begin(self) -> None:
        """What was told before the first request is told without one."""
        _ = self.replay

    @property
    def application(self) -> Application:
        return self._world.application

    def meet(self, identity: Identity) -> None:
        """The cassette holds who they are."""

    def script(self, person: Person) -> None:
        """The cassette holds what they did."""

    def happen(self, verb: str, call_id: str, person: Person) -> None:
        """The cassette holds what they did."""

    def fault(self, members: Mapping[str, Any]) -> None:
        """Refused before it comes here: the cassette holds what Graph answered."""
        raise AssertionError(f"replay has no faults, and is asked for {members}")

    def put_call(self, call_id: str, given: Mapping[str, Any], bot: Bot) -> str:
        """Whichever call the bot names first by this id is the recorded one."""
        return call_id

    def seen(self, call_id: str) -> SeenCall:
        """As far as answers and notifications have told."""
        return calls_seen(self.journal.interactions).get(call_id, SeenCall(call_id))

    def problems(self) -> Sequence[Problem]:
        problems = [Problem(ProblemKind.UNPLAYED, "the cassette does not answer", (text,)) for text in self._nothing]
        try:
            complain(self.replay, self._on_unplayed)
        except Unplayed as left:
            what = "the cassette holds more than the test asked for"
            problems.append(Problem(ProblemKind.UNDELIVERED, what, (str(left),)))
        return problems

    def _answered(self, request: Request) -> Response:
        if is_sign_in(request):
            return self._sign_in(request)
        self._adopt(request)
        try:
            return self.replay.answer(request)
        except NothingRecorded as nothing:
            self._nothing.append(str(nothing))
            raise

    def _adopt(self, request: Request) -> None:
        """The only bot is whoever signs in, unless the test says who it is."""
        bot = self._adopting
        if bot is None:
            return
        signed_in = application_of(request, bot.application)
        if signed_in is not None and signed_in != bot.application:
            bot.application = signed_in
            self.notifying.bots.signs_in(bot.name, bot.app_id)
            self.replay.signs_in(signed_in.id, signed_in.tenant_id)

    def _put(self, notification: Notification, delay: float) -> None:
        self.clock.schedule(delay, partial(self.outbox.put, [self._to_its_bot(notification)]))

    def _to_its_bot(self, notification: Notification) -> Notification:
        """For the application of the bot that listens there: a cassette names but one."""
        name = self.notifying.bots.name_for(notification.callback_uri, notification.app_id)
        bot = self._bots.get(name or "")
        return notification if bot is None else replace(notification, app_id=bot.app_id, tenant_id=bot.tenant_id)


def _nobody(notification: Notification) -> int:
    raise AssertionError(f"the fake tells nothing on replay, and there is {notification.label}")
