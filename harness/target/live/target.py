"""The tenant as a target: what bots ask goes to Graph, what Graph tells goes to the bots, both by their own ways."""

from __future__ import annotations

import logging
import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from harness.cassette.format import Headers, Interaction, Request, Response
from harness.delivery.signing import Signer
from harness.errors import HarnessError, UsageError
from harness.graph.types import Application, Identity, IdentityKind, Person
from harness.record import Forward, Inbound, recording
from harness.record.credentials import has_bearer
from harness.target.bots import Bot
from harness.target.journal import Journal
from harness.target.live.asking import Asking
from harness.target.live.calls import Ending, Made, is_meeting
from harness.target.live.deliveries import Deliveries
from harness.target.live.listening import TOO_LARGE, for_bot, gated, listening, towards
from harness.target.live.looking import Looking
from harness.target.live.masking import Masking, secrets_of
from harness.target.live.people import People
from harness.target.live.real_time import RealTime
from harness.target.live.recording import Recorded, Recording
from harness.target.live.way_in import WayIn
from harness.target.live.whose import Whose
from harness.target.notifying import Notifying
from harness.target.parties import Party
from harness.target.problems import Problem, ProblemKind
from harness.target.seen import SeenCall, calls_seen
from harness.target.verbs import TargetName
from harness.target.waiting import WaitedInVain
from harness.tenant.environment import Tenant

QUIET: Final = 2.0
MOST: Final = 90.0
_LOOK: Final = 0.5
_LAST_ANSWERS: Final = 10.0
"""Seconds in which a bot has its answer to a new call, when the test is over: before, nobody knows which to end."""

_OWED: Final = ("establishing", "ringing", "redirecting", "transferring", "terminating")

_log: Final = logging.getLogger("harness.live")


class LiveTarget:
    """One test's time in a tenant. Begins with listening, ends with `release` and `conclude`.

    quiet: seconds of silence after which nothing more is expected, 2. most: seconds that anything is waited for, 90.
    tell: takes, in a line, what somebody is to do, and what became of the recording. port: 0 is a free one.
    folders: whose files may be named in what is shown.
    Raises: UsageError, when the port is taken, and where nothing is recorded.
    """

    def __init__(
        self,
        tenant: Tenant,
        *,
        port: int,
        tell: Callable[[str], None],
        recording: Callable[[Masking], Recording] | None = None,
        folders: Sequence[Path] = (),
        on_recorded: Callable[[Recorded], None] = lambda _: None,
        quiet: float | None = None,
        most: float | None = None,
    ) -> None:
        quiet, most = QUIET if quiet is None else quiet, MOST if most is None else most
        self.name = TargetName.LIVE if recording is None else TargetName.RECORD
        self.public_callback: str | None = tenant.callback_url
        self.clock = RealTime(quiet=quiet, most=most, owed=self._owed)
        self.journal = Journal(self.clock.now)
        self.outbox = Deliveries(self.clock.now)
        self._way_in = WayIn(tenant.credentials, self.journal, self.outbox, self.clock.passing)
        self.notifying = Notifying(self.journal, Signer(), on_told=self._way_in.told)
        self._tenant = tenant
        self._tell = tell
        self._most = self.patience = most
        self._masking = Masking(secrets_of(tenant), folders)
        self._on_recorded = on_recorded
        self._bot: Bot | None = None
        self._is_over = False
        self._notes: list[str] = []
        self._left: list[str] = []
        self._unheard: list[str] = []
        self._ended: set[str] = set()
        self._way_in.post = self.journal.posting(self.notifying.bots)
        self._people = People(tenant, tell)
        self._forward = Forward()
        self._recording = recording(self._masking) if recording is not None else None
        self._ask = Asking(tenant.credentials, self._forward, self._learn)
        self._whose = Whose()
        self._made = Made(tenant, self._ask, quiet=quiet, most=most, on_lost=self._whose.lose)
        self._ending = Ending(self._ask, self._left.append)
        self._look = Looking(self.journal, self._ask)
        self.answer = self.journal.answering(self._answering(), lambda: True)
        self._stack = ExitStack()
        self._stack.callback(self._forward.close)
        try:
            self.port = self._stack.enter_context(listening(port, self._listener()))
        except BaseException:
            self._abandon("nobody can listen")
            raise

    # ---- who is there

    @property
    def application(self) -> Application:
        credentials = self._tenant.credentials
        has_number = self._tenant.app_instance is not None
        return Application(credentials.client_id, credentials.tenant_id, None, has_number)

    def add_bot(self, bot: Bot, *, is_known: bool) -> None:
        if self._bot is not None:
            raise UsageError("a tenant's application is one bot: mark the test with targets=['fake', 'replay']")
        mine = self._tenant.credentials.client_id
        if bot.app_id.lower() != mine.lower():
            raise UsageError(f"bot {bot.name!r}: leave app_id out: in the tenant it is that of AZURE_CLIENT_ID")
        asked, public = urlsplit(bot.callback_uri), urlsplit(self._tenant.callback_url)
        if (asked.scheme, asked.netloc.lower()) != (public.scheme, public.netloc.lower()):
            raise UsageError(
                f"bot {bot.name!r} listens elsewhere than at GRAPH_CALLBACK_URL, where Graph reaches it: "
                "leave callback out, or give its path only, callback='/PATH'"
            )
        self._bot = bot

    def known_as(self, name: str, wanted: Identity, *, is_given: bool) -> Identity:
        return self._people.known_as(name, wanted, is_given)

    def meet(self, identity: Identity) -> None:
        """They are there: in the tenant."""

    def script(self, person: Person) -> None:
        self._people.script(person)

    def happen(self, verb: str, call_id: str, person: Person) -> None:
        """Whoever holds the device is told, and it is waited until it shows. Raises: WaitedInVain."""
        self._people.happens(verb, person)
        self._notes.append(f"On their own, somebody {verb.replace('_', ' ')}; no scenario file can say that.")
        until = time.monotonic() + self._most
        while not self._has_happened(verb, call_id, person):
            if time.monotonic() > until:
                whose = self._people.whose(person.identity)
                raise WaitedInVain(self._most, f"{whose} {verb}", False, self.shown(repr(self._look(call_id).state)))
            time.sleep(_LOOK)

    def _has_happened(self, verb: str, call_id: str, person: Person) -> bool:
        seen = self._look(call_id)
        key = str(person.identity.kind), person.identity.id.lower()
        party = next((p for p in seen.roster if p.key == key), None)
        if verb in ("leaves", "hangs_up"):
            return party is None
        if party is None:
            return False
        return verb == "joins" or party.is_muted == (verb == "mutes")

    def fault(self, members: Mapping[str, Any]) -> None:
        """Refused before it comes here."""
        raise AssertionError(f"Graph has no faults on demand, and is asked for {members}")

    def put_call(self, call_id: str, given: Mapping[str, Any], bot: Bot) -> str:
        known = ("kind", "callbackUri", "participants", "chatInfo")
        more = [name for name in given if name not in known]
        if more:
            raise UsageError(f"a real call is as Graph makes it, and takes no {', '.join(more)}: leave it out")
        people = given.get("participants") or ()
        has_chat = "chatInfo" in given
        kind = str(given["kind"])
        if is_meeting(kind, people, has_chat):
            kind = "meeting"
        if people:
            whose = [self._people.whose(_identity(who)) for who in people]
            self._tell(f"{', '.join(whose)}: it rings now, answer")
        call = self._made.make(kind, people, has_chat, bot.callback_uri)
        self._whose.add(call)
        return call

    # ---- what is seen

    def seen(self, call_id: str) -> SeenCall:
        return self._look(call_id)

    def shown(self, text: str) -> str:
        """Without secrets, identifiers and names of the tenant."""
        return self._masking.shown(text, self.journal.interactions)

    def problems(self) -> Sequence[Problem]:
        """What is still to come is waited for first."""
        try:
            self.clock.drain()
        except HarnessError as error:
            return [Problem(ProblemKind.UNDELIVERED, str(error))]
        return [Problem(ProblemKind.UNDELIVERED, what) for what in self._unheard]

    # ---- the ways

    def _answering(self) -> Callable[[Request], Response]:
        out = self._forward if self._recording is None else recording(self._forward, self._recording.recorder)

        def answered(request: Request) -> Response:
            with self.clock.passing("a request of the bot is not answered yet"):
                return out(towards(request, self._tenant.credentials))

        return self._whose.watching(answered)

    def _listener(self) -> Any:
        bots = for_bot(self._tenant.callback_url, self._way_in.hand)
        if self._recording is not None:
            bots = Inbound(self._recording.recorder, public_url=self._tenant.callback_url).wsgi(bots)
        return gated(bots, self._is_for_bots, self._on_too_large)

    def _on_too_large(self, headers: Headers) -> None:
        """Whoever knows the public address may ask anything; Graph shows a token."""
        if not has_bearer(headers):
            _log.warning("%s", TOO_LARGE)
            return
        self._unheard.append(f"{TOO_LARGE}, which may be a notification: no bot was told")
        if self._recording is not None:
            self._recording.recorder.fail(self._unheard[-1])

    def _is_for_bots(self, items: list[dict[str, Any]]) -> bool:
        """Not what is told of calls that are not the test's yet, or no more."""
        if self._made.is_of_new(items):
            return False
        if self._is_over:
            self._ending.told(items)
            return False
        return self._whose.is_of_test(items)

    def _learn(self, interaction: Interaction) -> None:
        self._masking.learn(interaction)
        if self._recording is not None:
            self._recording.learn(interaction)

    def _owed(self) -> str:
        """What Graph has yet to tell of."""
        for call in calls_seen(self.journal.interactions).values():
            if call.state == "terminated":
                continue
            if call.state in _OWED:
                return f"a call is still {call.state}: {self._hint()}"
            if any(operation.status in ("notstarted", "running") for operation in call.operations):
                return f"an operation is still running: {self._hint()}"
        return ""

    def _hint(self) -> str:
        if self.journal.told_entries:
            return "nothing more was told of it"
        return "nothing has come here, does the tunnel of GRAPH_CALLBACK_URL lead to the callback's port?"

    # ---- the end

    def leave(self) -> None:
        """Calls that go on are not ended: somebody stops, and cannot wait."""
        self._ending.leave()

    def release(self) -> None:
        """From here on nobody hears what Graph tells. Calls that go on are ended, whatever came before."""
        if self._is_over:
            return
        self._is_over = True
        self._whose.wait_answered(_LAST_ANSWERS)
        self._end_calls()

    def _end_calls(self) -> None:
        """Those that are not ended yet: Ctrl-C may have cut in."""
        seen = calls_seen(self.journal.interactions)
        over = {call.id.lower() for call in seen.values() if call.state == "terminated"} | self._ended
        mine = [call for call in (*self._made.ids, *self._whose.created) if call.lower() not in over]
        self._ending.end(mine)
        self._ended |= {call.lower() for call in mine}

    def conclude(self, *, is_whole: bool) -> Sequence[Problem]:
        """Nobody listens any more. is_whole: the test passed, so that what was recorded becomes a cassette."""
        try:
            self._end_calls()  # also what a bot asked for until it was shut down
            return self._concluded(is_whole)
        except BaseException:
            self._stack.close()
            self._abandon("it was interrupted")
            raise

    def _concluded(self, is_whole: bool) -> Sequence[Problem]:
        left = [Problem(ProblemKind.LEFT, self.shown(what)) for what in self._left]
        if self._recording is None or not is_whole:
            self._stack.close()
            self._abandon("not all went well")
            return left
        try:
            given = self._given()
            self._stack.close()
            recorded = self._recording.finish(given, self._notes)
        except HarnessError as error:
            self._stack.close()
            partial = self._recording.abandon()
            to_do = _to_do(partial) if partial is not None else None
            return [*left, Problem(ProblemKind.NOT_RECORDED, self.shown(str(error)), (), to_do)]
        self._tell(str(recorded))
        self._on_recorded(recorded)
        if recorded.unclean:
            left.append(Problem(ProblemKind.NOT_RECORDED, f"{recorded.path} is not clean", recorded.unclean))
        return left

    def _abandon(self, why: str) -> None:
        """What was kept of a recording that becomes none is told of."""
        if self._recording is None:
            return
        self._recording.abandon()
        partial = self._recording.recorder.partial
        if partial.exists():
            self._tell(f"not recorded: {self._recording.path}, for {why}. What was kept until then: {_to_do(partial)}")

    def _met(self) -> list[Party]:
        return [party for call in calls_seen(self.journal.interactions).values() for party in call.roster]

    def _given(self) -> dict[str, Any]:
        mine = self.application
        application: dict[str, Any] = {"id": mine.id, "tenantId": mine.tenant_id}
        if mine.has_number:
            application["hasNumber"] = True
        permissions = self._ask.token.permissions
        if permissions is not None:
            application["permissions"] = sorted(permissions)
        names = {p.identity_id.lower(): p.display_name for p in self._met() if p.display_name}
        people, calls = self._people.given(names), self._made.given
        return {
            "application": application,
            **({"people": people} if people else {}),
            **({"calls": calls} if calls else {}),
        }


def _to_do(partial: Path) -> str:
    return f"graph-harness record --recover {shlex.quote(str(partial))}; or remove it: rm {shlex.quote(str(partial))}"


def _identity(seeded: Mapping[str, Any]) -> Identity:
    kind, members = next(iter(seeded.items()))
    return Identity(IdentityKind(kind), str(members["id"]))
