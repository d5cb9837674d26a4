"""A cassette answers the bot, up to the binding of identifiers, and tells what was told then."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from harness.cassette.binding import Binding, Side
from harness.cassette.format import Cassette, Direction, Interaction, Request, Response
from harness.cassette.identifiers import Slot
from harness.cassette.scenario import Scenario
from harness.delivery import Notification
from harness.errors import CassetteError, UsageError
from harness.replay.ids import Ids
from harness.replay.index import Found, Index
from harness.replay.mismatch import RECORD_AGAIN, Explaining, name_of
from harness.replay.naming import Naming
from harness.replay.nearest import Recorded
from harness.replay.reading import asked
from harness.replay.telling import Due, notification
from harness.replay.translating import Translating

Put = Callable[[Notification, float], None]
"""Hands a notification over, due in so many seconds. Is called in order, and must not wait for the bot."""


def _wall_clock() -> datetime:
    return datetime.now(UTC)


class Replay:
    """One test's replay of one cassette. May be used from several threads.

    ids: the bot's identifiers, by role. naming: writes roles in place of identifiers, recorded ones and the bot's.
    put: gets notifications, in recorded order, once all that was asked before them then has been asked now. now: of the
    clock by which `put` delivers; with it a notification is due no sooner than those before it.
    app_id, tenant_id: as whom the bot signs in, if that is known (see `signs_in`). callback: where the bot is, for
    calls of which it does not say so itself. again: what to say of how the cassette is recorded again.
    """

    def __init__(
        self,
        cassette: Cassette,
        scenario: Scenario | None = None,
        *,
        put: Put,
        now: Callable[[], datetime] = _wall_clock,
        app_id: str | None = None,
        tenant_id: str | None = None,
        callback: str | None = None,
        again: str = RECORD_AGAIN,
    ) -> None:
        self.cassette = cassette
        self.again = again
        self.binding = Binding()
        self._put = put
        self._now = now
        self._lock = threading.RLock()
        self._handing_over = threading.RLock()
        self._outgoing: deque[tuple[Notification, float]] = deque()
        self._latest: datetime | None = None
        self._given = _application(scenario)
        self._told: dict[str, str] = {}
        requests = [i for i in cassette.interactions if i.direction is Direction.CLIENT_TO_GRAPH]
        self._unplayed = {i.seq: i for i in requests}
        self._requests = {i.seq: asked(i.request) for i in requests}
        self._index = Index(self._requests, self.binding)
        self._translating = Translating(self.binding, self._index.rebound, callback)
        self._due = Due(cassette.interactions)
        self.naming = Naming(cassette.interactions, self.binding)
        self.ids = Ids(self.naming, self.binding, self._hand_over_id)
        self.signs_in(app_id, tenant_id)

    def start(self) -> None:
        """Hand over what was told before the first request."""
        with self._lock:
            self._tell()
        self._hand_over()

    def answer(self, request: Request) -> Response:
        """What was answered to the first recorded request that is left and agrees with this one, in the bot's values.

        Raises: NothingRecorded; CassetteError where the source does not show how Graph answered.
        """
        theirs = asked(request)
        with self._lock:
            found = self._index.find(theirs)
            if found is None:
                explaining = self._explaining()
            else:
                response = self._play(found, request)
                self._tell()
        if found is None:
            raise explaining.nothing_for(theirs, request.body)
        self._hand_over()
        if response.status is None:
            problem = "the source does not show how Graph answered: a bot cannot be answered from it"
            raise CassetteError(self.cassette.path, problem, place=f"seq {found.number}, response.status")
        return response

    def signs_in(self, app_id: str | None, tenant_id: str | None) -> None:
        """Say as which application, of which tenant, the bot signs in: notifications name them."""
        with self._lock:
            for name, theirs in (("id", app_id), ("tenantId", tenant_id)):
                if theirs is not None:
                    self._told[name] = theirs
                    if name in self._given:
                        self._translating.bind(self._given[name], theirs, (None, "sign-in"))

    def bind(self, role: str, theirs: str) -> None:
        """Say which of the bot's identifiers has a role, before that shows.

        Raises: UsageError where there is no such role, or one of the two is bound otherwise already.
        """
        with self._lock:
            recorded, slot = self.ids.recorded(role)
            self._translating.bind(recorded, theirs, (None, "bind"))
            bound = self.binding.of(slot.normal, Side.RECORDED)
            if bound is None or bound.fake_text != theirs:
                there = "another role has that identifier" if bound is None else f"it is {bound.fake_text!r} already"
                raise UsageError(f"{role!r} cannot be {theirs!r}: {there}")

    @property
    def unplayed(self) -> list[Interaction]:
        """Recorded requests that nobody has made."""
        with self._lock:
            return list(self._unplayed.values())

    @property
    def undelivered(self) -> list[Interaction]:
        """Recorded notifications that are not due yet."""
        with self._lock:
            return list(self._due.waiting)

    def named(self, interaction: Interaction) -> str:
        """Method and path of a recorded request, identifiers as roles."""
        return name_of(self._requests[interaction.seq], self.naming)

    def _explaining(self) -> Explaining:
        """As things stand now: explaining takes its time, and other requests need not wait for it."""
        recorded = Recorded(self._requests, self._index.groups, self._index.readings)
        unplayed = frozenset(self._unplayed)
        return Explaining(self.cassette.path, recorded, self.binding.copy(), self.naming, unplayed, self.again)

    def _play(self, found: Found, request: Request) -> Response:
        """Take a recorded request, bind what it and the bot's hold, and put its answer in the bot's values."""
        interaction = self._unplayed.pop(found.number)
        self._index.play(found.number)
        self._due.play(found.number)
        place = (None, f"seq {found.number}")
        new: list[str] = []
        for (mine, form), (theirs, other) in zip(found.recorded.forms, found.theirs.forms, strict=True):
            at = ((place, "request"), "/".join(mine.place))
            new += self._translating.unify(mine.value, form, theirs.value, other, at)
        self._index.rebound(new)
        self._translating.goes_to(interaction.request.uri, request.uri)
        return self._translating.response(interaction.response, (place, "response"))

    def _tell(self) -> None:
        """Put what has become due into the bot's values, in order."""
        for told, delay in self._due.take():
            app_id, tenant_id = (self._of_application(name) for name in ("id", "tenantId"))
            made = notification(told, self._translating, app_id, tenant_id)
            self._outgoing.append((made, self._no_sooner(delay)))

    def _no_sooner(self, delay: float) -> float:
        """A delay that keeps a notification behind those before it."""
        now = self._now()
        at = max(now + timedelta(seconds=delay), self._latest or now)
        self._latest = at
        return max((at - now).total_seconds(), 0.0)

    def _hand_over(self) -> None:
        """Outside of the lock: whoever takes notifications may ask for more."""
        with self._handing_over:
            while self._outgoing:
                self._put(*self._outgoing.popleft())

    def _of_application(self, name: str) -> str:
        if name in self._told:
            return self._told[name]
        recorded = self._given.get(name)
        return "" if recorded is None else self._translating.text(recorded, "id", (None, "given/application"))

    def _hand_over_id(self, recorded: str, slot: Slot) -> str:
        with self._lock:
            return self._translating.identifier(recorded, slot, (None, "what a test asked for"))


def _application(scenario: Scenario | None) -> dict[str, str]:
    """`id` and `tenantId` of the application that was recorded, as far as the scenario file tells."""
    given: Any = {} if scenario is None else scenario.given.get("application")
    members = given.items() if isinstance(given, dict) else ()
    return {name: value for name, value in members if name in ("id", "tenantId") and isinstance(value, str)}
