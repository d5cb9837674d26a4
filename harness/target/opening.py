"""A test's Graph from start to end: opened on a target, with or without interception, checked, closed.

`open_fake` and `open_replay` are for tests without pytest; its plugin does the same by fixtures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from harness.errors import UsageError
from harness.intercept import Interception, Violation, intercepting
from harness.replay import found
from harness.target.config import Config, config_of
from harness.target.ending import notification_problems
from harness.target.fake import FakeApp, FakeTarget
from harness.target.graph import Graph
from harness.target.problems import Failed, LeaveCalls, Problem, ProblemKind, as_text
from harness.target.replaying import ReplayTarget
from harness.target.story import rendering
from harness.target.targets import Target
from harness.target.verbs import TargetName

if TYPE_CHECKING:
    from harness.tenant.environment import Tenant


def opened(
    target: str,
    *,
    app: FakeApp,
    seed: int,
    test: str,
    config: Sequence[Mapping[str, Any]] = (),
    cassette: Path | None = None,
    on_unplayed: str = "fail",
    max_age: float | None = None,
) -> Session:
    """A test's Graph on the fake or on a cassette. test: its name, by which its ids differ from those of others.

    Raises: UsageError, CassetteError.
    """
    read, number = config_of(*config), seed_of(seed, test)
    if target == TargetName.FAKE:
        return Session(FakeTarget(app, number, read.given), read, number)
    if target == TargetName.REPLAY and cassette is not None:
        path = found(cassette, test)
        return Session(ReplayTarget(app, path, on_unplayed=on_unplayed, max_age=max_age), read, number)
    raise UsageError(f"target {target!r} is not opened here: open_live and open_recording do, with a tenant")


class Session:
    """One test's Graph while it is open."""

    def __init__(self, target: Target, config: Config, seed: int) -> None:
        self.graph = Graph(target, config, seed, refused=lambda: self._violations)
        self.target = target
        self._interception: Interception | None = None
        self._stack = ExitStack()
        self._known: list[Problem] = []
        self._is_whole = False

    def intercept(self) -> None:
        """Have requests of this process to Graph answered, and refuse all others but to loopback and named hosts."""
        config = self.graph.config
        routes = dict.fromkeys(config.routed, self.target.answer)
        opened = intercepting(routes, allow=config.allow_hosts, remedy=_ALLOW.format(host="{host!r}"))
        self._interception = self._stack.enter_context(opened)

    def problems(self) -> list[Problem]:
        """What went wrong, after everything that was due has happened."""
        if self.target.clock.pending:
            self.graph.drain()
        of_target = self.target.problems()
        self.overlook()
        self._is_whole = not self._known and not of_target
        return [*self._known, *map(self._shown, of_target)]

    def overlook(self) -> None:
        """What went wrong so far is told, or the test fails of something else: closing tells what comes later."""
        self._known = self._gone_wrong()

    def close(self, *, leave: bool = False) -> list[Problem]:
        """Shut the bots down, then let requests go where they go. Returns what else went wrong by then.

        leave: calls that go on are left as they are.
        """
        if leave:
            self.target.leave()
        try:
            with ExitStack() as stack:
                stack.callback(self._stack.close)
                stack.callback(self.target.notifying.close)
                self.target.release()
            late = [problem for problem in self._gone_wrong() if problem not in self._known]
        except BaseException:
            self.target.conclude(is_whole=False)
            raise
        return [*late, *self.target.conclude(is_whole=self._is_whole and not late)]

    @property
    def _violations(self) -> Sequence[Violation]:
        return self._interception.violations if self._interception is not None else ()

    def _gone_wrong(self) -> list[Problem]:
        """Whatever a bot may have swallowed."""
        render = rendering(lambda: self.target.journal.interactions)
        wrong = [
            *(Problem(ProblemKind.VIOLATION, f"a request was refused: {v}", (), _TO_DO) for v in self._violations),
            *notification_problems(self.target, render, may_reject=self.graph.may_reject),
        ]
        return [self._shown(problem) for problem in wrong]

    def _shown(self, problem: Problem) -> Problem:
        shown = self.target.shown
        details, to_do = tuple(map(shown, problem.details)), problem.to_do and shown(problem.to_do)
        return replace(problem, what=shown(problem.what), details=details, to_do=to_do)


_ALLOW: Final = "say allow_hosts=[{host}] in the marker or in graph_config"
_TO_DO: Final = "if that is meant, " + _ALLOW.format(host="'HOST'")


def seed_of(number: int, name: str) -> int:
    """A seed that is the same for the same number and test, on every machine and in every process."""
    return int.from_bytes(hashlib.sha256(f"{number}\0{name}".encode()).digest()[:8])


@contextmanager
def open_fake(
    *,
    seed: int = 0,
    intercept: bool = True,
    config: Mapping[str, Any] = MappingProxyType({}),
    app: FakeApp | None = None,
) -> Iterator[Graph]:
    """A fake of one's own for a `with` block. `config` is what `graph_config` returns in tests.

    At the end everything that is due happens. Raises: Failed, when something went wrong that the block did not notice.
    """
    read = config_of(config)
    session = Session(FakeTarget(app or FakeApp(), seed, read.given), read, seed)
    with session_open(session, intercept=intercept):
        yield session.graph


def open_live(tenant: Tenant, *, callback_port: int, **more: Any) -> AbstractContextManager[Graph]:
    """Graph itself, in a tenant: `harness.target.live.open_live`."""
    from harness.target.live import open_live

    return open_live(tenant, callback_port=callback_port, **more)


def open_recording(
    cassette: Path | str, tenant: Tenant, *, callback_port: int, **more: Any
) -> AbstractContextManager[Graph]:
    """The same, recorded: `harness.target.live.open_recording`."""
    from harness.target.live import open_recording

    return open_recording(cassette, tenant, callback_port=callback_port, **more)


@contextmanager
def session_open(session: Session, *, intercept: bool) -> Iterator[None]:
    """Raises: Failed."""
    try:
        if intercept:
            session.intercept()
        yield
        problems = session.problems()
    except BaseException as error:
        for problem in session.close(leave=isinstance(error, LeaveCalls)):
            if problem.kind is ProblemKind.LEFT:
                error.add_note(problem.what)
        raise
    problems += session.close()
    if problems:
        raise Failed(f"{as_text(problems)}\n\n{session.graph.timeline()}")


@contextmanager
def open_replay(
    cassette: Path | str,
    *,
    intercept: bool = True,
    on_unplayed: str = "fail",
    config: Mapping[str, Any] = MappingProxyType({}),
    app: FakeApp | None = None,
) -> Iterator[Graph]:
    """The same on a cassette."""
    session = opened(
        TargetName.REPLAY,
        app=app or FakeApp(),
        seed=0,
        test=str(cassette),
        config=[config],
        cassette=Path(cassette),
        on_unplayed=on_unplayed,
    )
    with session_open(session, intercept=intercept):
        yield session.graph
