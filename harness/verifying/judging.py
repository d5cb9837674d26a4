"""Judging: the verdict on a cassette, from its trace and the fake's."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from harness.cassette.format import Cassette, load
from harness.cassette.scenario import (
    Scenario,
    cassette_path,
    find_cassettes,
    is_scenario_path,
    load_scenario,
    scenario_path,
    standing_for,
)
from harness.compare import Result, Trace, Verdict, Verification, compare, judge, moments, trace_of
from harness.compare.comparing import HiddenValue
from harness.compare.verdict import identified
from harness.errors import CassetteError, HarnessError, UsageError
from harness.verifying.checking import refuse_undrivable
from harness.verifying.driving import Driver
from harness.verifying.workers import Work, described, results

_COLLECTED_AT: Final = 200_000
"""After how many new objects; Python's own 700 cost a third of the time of a cassette of 10,000 interactions."""

OnResult = Callable[[Result, int], None]


def verify_all(
    paths: Sequence[Path],
    *,
    with_moments: bool = False,
    jobs: int = 1,
    on_result: OnResult = lambda result, total: None,
) -> Verification:
    """The verdict on every cassette under the paths, in path order.

    jobs: how many processes compare; 1 is this one. on_result: told each result as soon as it is there, and how many
    there will be. Raises: UsageError when a path does not exist.
    """
    if jobs < 1:
        raise UsageError(f"expected 1 job or more, got {jobs}")
    found = find_cassettes(paths)
    done: dict[int, Result] = {}
    with closing(results(_Verifying(with_moments), found, jobs)) as coming:
        for position, result in coming:
            done[position] = result
            on_result(result, len(found))
    return Verification(tuple(done[position] for position in range(len(found))))


@dataclass(frozen=True, slots=True)
class _Verifying:
    """Makes a `verify` with a driver of its own; the same in every process."""

    with_moments: bool

    def __call__(self) -> Work:
        return partial(verify, with_moments=self.with_moments, driver=Driver())


def verify(path: Path, *, with_moments: bool = False, driver: Driver | None = None) -> Result:
    """The verdict on one cassette; whatever goes wrong with it is its `problem`, and no verdict.

    A scenario file stands for its cassette. with_moments: keep both traces as well, for whoever shows them.
    driver: one for many cassettes; else one is made.
    """
    path = standing_for(path)
    source = None
    try:
        with _seldom_collected():
            cassette, scenario = _read(path)
            source = scenario.source
            return judged(cassette, scenario, driver or Driver(), with_moments)
    except HarnessError as error:
        problem = str(error)
    except Exception as error:  # a crash over one cassette is that cassette's problem, and the rest goes on
        problem = f"{path}: comparing crashed: {described(error)}"
    return Result(path, source, problem=problem)


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """A time in which Python seldom looks for garbage: it would walk both traces each time, which live to the end."""
    before = gc.get_threshold()
    gc.set_threshold(_COLLECTED_AT, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _read(path: Path) -> tuple[Cassette, Scenario]:
    if is_scenario_path(path):
        raise CassetteError(path, f"has no cassette beside it: expected {cassette_path(path).name}")
    return load(path), load_scenario(scenario_path(path))


def judged(cassette: Cassette, scenario: Scenario, driver: Driver, with_moments: bool = False) -> Result:
    """The verdict on a cassette that is read. Raises: CassetteError where there is none."""
    recorded = trace_of(cassette.interactions)
    refuse_undrivable(cassette, recorded)
    try:
        return _compared(cassette, recorded, scenario, driver, with_moments)
    except (UsageError, HiddenValue) as error:  # what was given, or an `unseen` path
        raise CassetteError(scenario.path, str(error)) from None


def _compared(cassette: Cassette, recorded: Trace, scenario: Scenario, driver: Driver, with_moments: bool) -> Result:
    fake = trace_of(driver.drive(cassette.interactions, scenario.given))
    comparison = compare(recorded, fake, unseen=scenario.unseen, order=scenario.order, given=scenario.given)
    judgement = judge(comparison.drifts, scenario.known)
    result = Result(
        path=cassette.path,
        source=scenario.source,
        interactions=len(recorded.exchanges),
        notifications=len(recorded.notifications),
        ids_bound=comparison.ids_bound,
        drifts=judgement.open,
        known=judgement.accepted,
        stale=(*judgement.stale, *comparison.unseen_unused),
        unseen=comparison.unseen,
        by_form=comparison.by_form,
        moments=moments(comparison.bound) if with_moments else (),
        ids=identified(comparison.bound.roles) if with_moments else (),
    )
    if result.verdict is Verdict.NONE:
        raise CassetteError(cassette.path, "holds no request to Graph, so nothing was compared")
    return result
