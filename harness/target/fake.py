"""The fake as a target: one Flask app for all tests of a process, and a world of its own for each."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Flask

from harness.cassette.format import Request, Response
from harness.delivery.clock import VirtualClock
from harness.delivery.outbox import Notification, Outbox
from harness.delivery.signing import Signer
from harness.errors import GraphError, UsageError
from harness.graph import wire
from harness.graph.calls import HAPPENINGS
from harness.graph.hosts import SIGN_IN_HOSTS
from harness.graph.outcomes import Happening
from harness.graph.types import Application, Call, Identity, Person
from harness.intercept import from_wsgi
from harness.server import Settings, World, WorldSettings, create_app, login, renew, seed, tokens
from harness.server.faults import Fault
from harness.server.given import read_call
from harness.server.seeding import put
from harness.target.bots import Bot
from harness.target.journal import Journal
from harness.target.notifying import Notifying
from harness.target.parties import party_of
from harness.target.problems import Problem
from harness.target.seen import SeenCall, operation_seen
from harness.target.targets import InProcess
from harness.target.verbs import TargetName

KEPT: Final = 100_000
_BASE: Final = "https://graph.microsoft.com"


class FakeApp:
    """What is made once a process, because it takes a hundred times as long as a world: the routes, and the key."""

    def __init__(self) -> None:
        self.signer = Signer()
        self.app: Flask = create_app(post=_nobody)


def _nobody(notification: Notification) -> int:
    raise AssertionError(f"no test runs, and there is a notification for {notification.callback_uri}")


class FakeTarget(InProcess):
    """A fresh world behind the routes of an app."""

    name = TargetName.FAKE
    public_callback: str | None = None
    patience = 5.0

    def __init__(self, app: FakeApp, seed_number: int, given: Mapping[str, Any]) -> None:
        self.clock = VirtualClock()
        self.journal = Journal(self.clock.now)
        self.notifying = Notifying(self.journal, app.signer)
        settings = Settings(world=WorldSettings(seed=seed_number, journal=KEPT))
        self.fake = renew(app.app, settings, post=self.notifying.post, clock=self.clock)
        self.fake.signer = app.signer
        self.world: World = self.fake.world
        self.world.outbox.log_failed = logging.INFO
        seed(self.world, given)
        self._app = from_wsgi(app.app)
        self._adopting: Bot | None = None
        self._adopted: tuple[str | None, Application] | None = None
        self._bots = 0
        self.answer = self.journal.answering(self._answered, lambda: self.fake.faults.may_be_late)

    @property
    def outbox(self) -> Outbox:
        return self.world.outbox

    @property
    def application(self) -> Application:
        return self.world.application

    def fault(self, members: Mapping[str, Any]) -> None:
        self.fake.faults.add(Fault(**members))

    def add_bot(self, bot: Bot, *, is_known: bool) -> None:
        self._bots += 1
        self._adopting = bot if self._bots == 1 and not is_known else None
        if self._bots == 1:
            self.world.application = bot.application

    def _answered(self, request: Request) -> Response:
        if self._adopting is not None:
            self._adopt(self._adopting, request)
        return self._app(request)

    def _adopt(self, bot: Bot, request: Request) -> None:
        """The only bot is whoever signs in: its token says under which id. One that was read says nothing new."""
        token = _authorization(request)
        if self._adopted == (token, bot.application):
            return
        signed_in = application_of(request, bot.application)
        if signed_in is None:
            return
        if signed_in != bot.application:
            bot.application = self.world.rename_application(signed_in.id, signed_in.tenant_id)
            self.notifying.bots.signs_in(bot.name, bot.app_id)
        self._adopted = token, bot.application

    def meet(self, identity: Identity) -> None:
        self.world.add_person(self.world.person_of(identity))

    def script(self, person: Person) -> None:
        """Also for those who are being rung: they react anew, as from now."""
        self.world.add_person(person)
        happening = HAPPENINGS.get(person.reaction.kind)
        if happening is None:
            return
        for call_id, participant_id in self.world.ringing(person.identity):
            react = partial(self._react, call_id, participant_id, happening, person)
            self.clock.schedule(person.reaction.after, react)

    def _react(self, call_id: str, participant_id: str, happening: Happening, person: Person) -> None:
        """What was scripted, unless it has happened, or become pointless, meanwhile."""
        if (call_id, participant_id) in self.world.ringing(person.identity):
            self.world.react(call_id, participant_id, happening, person.reaction.result)

    def happen(self, verb: str, call_id: str, person: Person) -> None:
        try:
            call = self._call(call_id)
            if verb == "joins":
                self.world.join(call_id, self.world.person_of(person.identity))
                return
            participant_id = self._participant(call, person)
            acts = {
                "leaves": self.world.leave,
                "hangs_up": self.world.hang_up_by,
                "mutes": self.world.mute,
                "unmutes": self.world.unmute,
            }
            acts[verb](call_id, participant_id)
        except GraphError as refused:
            raise UsageError(f"{_named(person.identity)} {verb}: {refused.message}") from None

    def _participant(self, call: Call, person: Person) -> str:
        found = [p.id for p in self.world.participants(call.id, person.identity)]
        if not found:
            there = ", ".join(_named(p.identity) for p in call.participants)
            raise UsageError(f"call {call.id!r}: {_named(person.identity)} is not in it; in it: {there}")
        return found[0]

    def _call(self, call_id: str) -> Call:
        """Raises: UsageError when no such call is alive."""
        try:
            return self.world.call(call_id)
        except GraphError:
            known = ", ".join(f"{c.id!r} ({c.state})" for c in self.world.calls()) or "none"
            raise UsageError(f"no call {call_id!r} is alive; alive: {known}") from None

    def put_call(self, call_id: str, given: Mapping[str, Any], bot: Bot) -> str:
        put(self.world, read_call({"id": call_id, **given}, "call", bot.application, self.world.new_id))
        return call_id

    def seen(self, call_id: str) -> SeenCall:
        """The truth, whatever has been told of it."""
        call = self.world.last(call_id)
        shown = call if call.state != "terminated" else replace(call, participants=())
        listed = wire.listed_participants(shown, base=_BASE, version="v1.0", family="communications")
        operations = wire.listed_operations(call, base=_BASE, version="v1.0", family="communications")
        result = None if call.result_info is None else asdict(call.result_info)
        return SeenCall(
            id=call.id,
            state=str(call.state),
            kind=str(call.kind),
            result=result,
            roster=tuple(party_of(p) for p in listed["value"]),
            operations=tuple(operation_seen(o) for o in operations["value"]),
        )

    def problems(self) -> Sequence[Problem]:
        return ()


def is_sign_in(request: Request) -> bool:
    """Whether a request is for whoever signs bots in, or publishes keys, and not for Graph.

    On other hosts only what the fake answers for them: what a cassette takes for sign-in (`harness.cassette.sign_in`)
    is more, and would be missed by Graph.
    """
    parts = urlsplit(request.uri)
    return (parts.hostname or "").lower() in SIGN_IN_HOSTS or login.is_login(parts.path)


def application_of(request: Request, default: Application) -> Application | None:
    """As whom the token of a request speaks, permissions aside; None where it speaks for nobody."""
    if is_sign_in(request):
        return None
    try:
        read = tokens.application(_authorization(request), default)
    except GraphError:
        return None
    return replace(default, id=read.id, tenant_id=read.tenant_id)


def _authorization(request: Request) -> str | None:
    for name, values in request.headers.items():
        if values and name.lower() == "authorization":
            return values[0]
    return None


def _named(identity: Identity) -> str:
    """As the test calls them: ids are drawn."""
    return repr(identity.members.get("displayName") or identity.id)
