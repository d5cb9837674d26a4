"""What a test holds: Graph, with the people, phones, bots and calls in it, on whatever target."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from harness.cassette.format import Direction, Interaction, Request, Response
from harness.delivery.outbox import Delivery
from harness.delivery.settings import settings_from_json, settings_to_json
from harness.errors import UsageError, counted
from harness.graph.paths import VERSIONS
from harness.graph.types import Application, CallKind
from harness.intercept import Violation
from harness.server.faults import VERBS
from harness.target.asked import Asked
from harness.target.bots import Bot
from harness.target.calls import Call
from harness.target.config import Config
from harness.target.journal import Entry
from harness.target.parties import Roster
from harness.target.people import Person, identity_of, phone_identity, stable_id
from harness.target.registering import register
from harness.target.seen import SeenOperation, calls_seen
from harness.target.story import ids_by_role, story
from harness.target.targets import Target
from harness.target.verbs import TargetName, refuse_where_not_had
from harness.target.waiting import due, wait

T = TypeVar("T")

_KINDS: Final = {
    "group": CallKind.GROUP,
    "meeting": CallKind.MEETING,
    "peer-to-peer": CallKind.PEER_TO_PEER,
    "peerToPeer": CallKind.PEER_TO_PEER,
}


class Graph:
    """Graph as a test commands it: who is there, what they do, how time passes, and what was seen.

    The same test runs on every target; docs/testing.md says what each verb does where.
    """

    def __init__(
        self, target: Target, config: Config, seed: int, *, refused: Callable[[], Sequence[Violation]] = tuple
    ) -> None:
        self._target = target
        self._refused = refused
        self._seed = seed
        self._began = target.clock.now()
        self._people: dict[str, Person] = {}
        self._calls: dict[str, Call] = {}
        self._bots: list[Bot] = []
        self._count = 0
        self.config = config
        self.may_reject = False

    # ---- who is there

    def bot(
        self,
        where: Any,
        *,
        name: str | None = None,
        callback: str | None = None,
        app_id: str | None = None,
        tenant_id: str | None = None,
        display_name: str | None = None,
        has_number: bool = False,
        permissions: Sequence[str] | None = None,
        ca: Any = None,
        kind: str | None = None,
    ) -> Bot:
        """A bot, to which the notifications of its calls go.

        where: a WSGI or ASGI app, a callable, an async callable, a URL, or a `responses.RequestsMock`. callback: the
        address at which it listens, so that it is told nothing that goes elsewhere; or the path. has_number: it may
        call phones. permissions: all, unless some are named, and then these. ca: the authority of a bot on https.
        kind: what it is, where that cannot be seen: `wsgi`, `asgi`, `callable`, `async-callable`, `url`, `responses`.
        """
        refuse_where_not_had("bot", self.target)
        number = len(self._bots) + 1
        name = name or ("bot" if number == 1 else f"bot-{number}")
        if any(bot.name == name for bot in self._bots):
            raise UsageError(f"there is a bot {name!r} already: give each a name of its own")
        if isinstance(permissions, str):
            raise UsageError(f"permissions: expected a list of names, got {permissions!r}")
        known = app_id or (self.config.known_app_id if number == 1 else None)
        usual = self._target.application
        if number > 1:
            usual = Application(stable_id(self._seed, "application", name), usual.tenant_id, name)
        application = Application(
            id=known or usual.id,
            tenant_id=tenant_id or self.config.tenant_id or usual.tenant_id,
            display_name=display_name or usual.display_name,
            has_number=has_number or usual.has_number,
            permissions=usual.permissions if permissions is None else frozenset(permissions),
        )
        uri = self._callback(where, callback, name, number)
        bot = Bot(name, application, uri, self.config.client_secret, self._told_to)
        is_only_there = callback is not None and "://" in callback
        listens = {"callback" if is_only_there else "usual_callback": uri}
        self._target.notifying.bots.add(where, name=name, app_id=application.id, ca=ca, kind=kind, **listens)
        self._target.add_bot(bot, is_known=known is not None)
        self._bots.append(bot)
        return bot

    def person(self, name: str, *, id: str | None = None, display_name: str | None = None) -> Person:
        """Somebody by a name of your choice; the same name is the same person."""
        refuse_where_not_had("person", self.target)
        wanted = identity_of(self._seed, name, id=id, display_name=display_name)
        known = self._people.get(name)
        if known is None:
            identity = self._target.known_as(name, wanted, is_given=id is not None)
            return self._meet(Person(self._target, name, identity))
        if id not in (None, known.id) or display_name not in (None, known.display_name):
            raise UsageError(f"{name!r} is known as {known.display_name!r} with id {known.id!r}: use another name")
        return known

    def phone(self, number: str = "phone") -> Person:
        """A phone by its number, or by a name; then its number is one that nobody has."""
        refuse_where_not_had("phone", self.target)
        key = f"phone {number}"
        known = self._people.get(key)
        if known is not None:
            return known
        taken = [person.id for person in self._people.values()]
        wanted = phone_identity(self._seed, number, taken)
        identity = self._target.known_as(number, wanted, is_given=False)
        return self._meet(Person(self._target, number, identity), key)

    def call(
        self,
        *,
        kind: str = "group",
        chat: bool = False,
        people: Sequence[Person] = (),
        bot: Bot | None = None,
        **given: Any,
    ) -> Call:
        """A call of a bot's that exists already; nothing is told of it.

        kind: group, meeting or peer-to-peer. people: who is in it, beside the bot. bot: the first, unless named.
        given: what else is known of it, as in `calls` of a scenario file (`state`, `direction`, `hasNumber`, …).
        """
        refuse_where_not_had("call", self.target)
        if kind not in _KINDS:
            raise UsageError(f"unknown kind of call {kind!r}; known: group, meeting, peer-to-peer")
        if bot is not None and not isinstance(bot, Bot):
            raise UsageError(f"bot: expected what graph.bot(…) returns, got {bot!r}")
        for each in people:
            if not isinstance(each, Person):
                raise UsageError(f"people: expected what graph.person(…) and graph.phone(…) return, got {each!r}")
        owner = bot or (self._bots[0] if self._bots else None)
        if owner is None:
            raise UsageError("a call belongs to a bot: add one with graph.bot(…) first")
        self._count += 1
        call_id = str(given.pop("id", None) or stable_id(self._seed, "call", str(self._count)))
        thread = {"threadId": f"19:{stable_id(self._seed, 'thread', str(self._count))}@thread.v2"}
        members = {
            "kind": str(_KINDS[kind]),
            "callbackUri": owner.callback_uri,
            "participants": [person.seeded for person in people],
            **({"chatInfo": thread} if chat else {}),
            **given,
        }
        call_id = self._target.put_call(call_id, members, owner)
        return self._calls.setdefault(call_id, Call(self._target, call_id, str(_KINDS[kind])))

    # ---- what is seen

    @property
    def target(self) -> TargetName:
        return self._target.name

    @property
    def calls(self) -> list[Call]:
        """The calls that bots created, oldest first."""
        created = [seen.id for seen in calls_seen(self._target.journal.interactions).values() if seen.is_created]
        return [self._calls.setdefault(call_id, Call(self._target, call_id)) for call_id in created]

    def roster(self, call: Call | str) -> Roster:
        """Who is in a call, but for the hidden ones."""
        return self._call(call).roster

    def operations(self, call: Call | str) -> tuple[SeenOperation, ...]:
        return self._call(call).operations

    @property
    def requests(self) -> list[Asked]:
        """What bots asked Graph, in order. Sign-in is in the timeline only."""
        return [Asked(e.interaction, e.problem) for e in self._target.journal.asked if self._is_graphs(e.interaction)]

    @property
    def interactions(self) -> list[Interaction]:
        """What passed between bots and Graph, both directions, as on a cassette: without sign-in."""
        interactions = self._target.journal.interactions
        return [i for i in interactions if i.direction is Direction.GRAPH_TO_BOT or self._is_graphs(i)]

    @property
    def deliveries(self) -> list[Delivery]:
        """Every attempt to deliver a notification, and what became of it."""
        return self._target.outbox.deliveries()

    @property
    def ids(self) -> Mapping[str, str]:
        """Identifiers by role, `{"call:1": …}`, as the timeline numbers them."""
        return ids_by_role(self._target.journal.interactions)

    def timeline(self, failed: str | None = None) -> str:
        """What passed so far, a line each. failed: what to say at the end of it."""
        pending = self._target.outbox.pending
        waiting = [f"not delivered yet: {counted(pending, 'notification')}"] if pending else []
        if failed is not None and self._target.clock.pending:
            waiting.append(due(self._target.clock.until_next))
        refused = [str(violation) for violation in self._refused()]
        told = story(self._target.journal.entries, self._began, refused=refused, pending=waiting, failed=failed)
        return self._target.shown(told)

    # ---- how time passes

    def drain(self) -> None:
        """Let everything happen that is due, however late it is, and deliver what is told of it."""
        self._may_wait()
        self._target.clock.drain()

    async def adrain(self) -> None:
        """As `drain`, while the event loop goes on."""
        await asyncio.to_thread(self.drain)

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass, at once."""
        refuse_where_not_had("advance", self.target)
        self._may_wait()
        self._target.clock.advance(seconds)

    async def aadvance(self, seconds: float) -> None:
        await asyncio.to_thread(self.advance, seconds)

    def wait_for(self, condition: Callable[[], T], timeout: float | None = None) -> T:
        """Go on delivering until a condition holds, and return what it returned.

        timeout: seconds of real time; 5 unless it is given; in a tenant, where somebody has to pick up, 90.
        Raises: WaitedInVain, with what was seen.
        """
        self._may_wait()
        return wait(
            condition,
            self._target.patience if timeout is None else timeout,
            clock=self._target.clock,
            progress=lambda: len(self._target.journal),
            seen=self.timeline,
        )

    async def await_for(self, condition: Callable[[], T], timeout: float | None = None) -> T:
        """As `wait_for`, while the event loop goes on. The condition runs on another thread."""
        return await asyncio.to_thread(self.wait_for, condition, timeout)

    # ---- what goes wrong

    def fail(
        self,
        what: str = "any",
        status: int = 503,
        *,
        code: str | None = None,
        message: str | None = None,
        retry_after: float | None = None,
        times: int | None = 1,
        call: Call | str | None = None,
        after_effect: bool = False,
        skip: int = 0,
        probability: float = 1.0,
    ) -> None:
        """Answer the next `times` requests of a kind with an error; None: all of them.

        what: `create-call`, `get-call`, `hang-up`, `invite`, `list-participants`, `get-participant`,
        `remove-participant`, `list-operations`, `get-operation`, `token`, or `any`. after_effect: what was asked is
        done, and only its answer is lost. skip: so many go through first. probability: of each, repeatable by the seed.
        """
        of_answer = {"status": status, "code": code, "message": message, "retry_after": retry_after}
        which = {"after_effect": after_effect, "skip": skip, "probability": probability}
        self._fault("fail", what, times, call, **which, **of_answer)

    def throttle(
        self, what: str = "any", *, retry_after: float = 1, times: int | None = 1, call: Call | str | None = None
    ) -> None:
        """Answer 429, with Retry-After."""
        self._fault("throttle", what, times, call, status=429, retry_after=retry_after)

    def slow(
        self, what: str = "any", seconds: float = 1.0, *, times: int | None = 1, call: Call | str | None = None
    ) -> None:
        """Let so many seconds of real time pass before the answer."""
        self._fault("slow", what, times, call, latency=seconds)

    def reset_connection(
        self,
        what: str = "any",
        *,
        times: int | None = 1,
        call: Call | str | None = None,
        after_effect: bool = False,
    ) -> None:
        """Cut the connection in place of an answer."""
        self._fault("reset_connection", what, times, call, reset=True, after_effect=after_effect)

    def _fault(self, verb: str, what: str, times: int | None, call: Call | str | None, **members: Any) -> None:
        refuse_where_not_had(verb, self.target)
        if what not in VERBS:
            raise UsageError(f"graph.{verb}: unknown kind of request {what!r}; known: {', '.join(VERBS)}")
        call_id = None if call is None else str(call)
        self._target.fault({"verb": what, "times": times, "call_id": call_id, **members})

    def deliver(self, **settings: Any) -> None:
        """How notifications are delivered from now on: order, delay, jitter, drop, duplicate, retries, backoff."""
        refuse_where_not_had("deliver", self.target)
        outbox = self._target.outbox
        named = {n: list(v) if isinstance(v, set | frozenset | tuple) else v for n, v in settings.items()}
        outbox.settings = settings_from_json({**settings_to_json(outbox.settings), **named}, "graph.deliver")

    def forge(self, kind: str = "wrong-key", times: int = 1) -> None:
        """The next `times` notifications carry a token that the bot must refuse; that it does fails no test."""
        refuse_where_not_had("forge", self.target)
        self._target.notifying.forge(kind, times)

    def expect_rejections(self) -> None:
        """From now on it is no failure that the bot rejects notifications, or answers them with errors."""
        self.may_reject = True

    # ---- the ways in

    def answer(self, request: Request) -> Response:
        """What Graph, sign-in, or the publisher of keys answers to a request; it is kept like any other."""
        return self._target.answer(request)

    def register(self, mock: Any) -> None:
        """Answer requests to Graph on a `responses.RequestsMock`: for tests of bots that use requests only."""
        refuse_where_not_had("register", self.target)
        register(mock, self.config.routed, self._target.answer)

    # ---- inside

    def _is_graphs(self, interaction: Interaction) -> bool:
        asked = Asked(interaction)
        return asked.host in self.config.graph_hosts or asked.version in VERSIONS

    def _call(self, call: Call | str) -> Call:
        return call if isinstance(call, Call) else self._calls.setdefault(call, Call(self._target, call))

    def _meet(self, person: Person, key: str | None = None) -> Person:
        self._people[key or person.name] = person
        self._target.meet(person.as_identity)
        return person

    def _may_wait(self) -> None:
        """Raises: UsageError where a bot lives on the event loop that this would hold up."""
        self._target.notifying.bots.refuse_on_own_loop()

    def _told_to(self, bot: Bot) -> list[Entry]:
        """The notifications that went to a bot."""
        bots = self._target.notifying.bots
        told = self._target.journal.told_entries
        return [e for e in told if bots.name_for(e.interaction.request.uri, e.app_id or "") == bot.name]

    def _callback(self, where: Any, callback: str | None, name: str, number: int) -> str:
        public = self._target.public_callback
        base = self.config.callback if number == 1 else f"https://{name}.example/api/calls"
        base = public or (where if isinstance(where, str) else base)
        if callback is None:
            return base
        if callback.startswith("/"):
            scheme, _, rest = base.partition("://")
            return f"{scheme}://{rest.partition('/')[0]}{callback}"
        return callback
