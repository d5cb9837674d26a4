"""Judging: the verdict on a cassette, from its trace and the fake's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from harness.cassette.binding import path_of
from harness.cassette.format import Cassette, load
from harness.cassette.roles import Roles
from harness.cassette.scenario import Scenario, find_cassettes, load_scenario, scenario_path
from harness.compare import compare, judge, moments, trace_of
from harness.compare.verdict import Identified, Result, Verification
from harness.errors import HarnessError
from harness.verifying.driving import Driver

OnResult = Callable[[Result, int], None]


def verify_all(
    paths: Sequence[Path], *, with_moments: bool = False, on_result: OnResult = lambda result, total: None
) -> Verification:
    """The verdict on every cassette under the paths. Raises: UsageError when a path does not exist.

    on_result: told each result as soon as it is there, and how many there will be.
    """
    found = find_cassettes(paths)
    driver = Driver()
    results = []
    for path in found:
        results.append(verify(path, with_moments=with_moments, driver=driver))
        on_result(results[-1], len(found))
    return Verification(tuple(results))


def verify(path: Path, *, with_moments: bool = False, driver: Driver | None = None) -> Result:
    """The verdict on one cassette; whatever goes wrong with it is its `problem`, and no verdict.

    with_moments: keep both traces as well, for whoever shows them. driver: one for many cassettes; else one is made.
    """
    try:
        cassette = load(path)
        scenario = load_scenario(scenario_path(path))
    except HarnessError as error:
        return Result(path, problem=str(error))
    try:
        return _judged(cassette, scenario, driver or Driver(), with_moments)
    except HarnessError as error:
        return Result(path, scenario.source, problem=str(error))
    except Exception as error:  # a crash over one cassette is that cassette's problem, and the rest goes on
        return Result(path, scenario.source, problem=f"comparing crashed: {error!r}")


def _judged(cassette: Cassette, scenario: Scenario, driver: Driver, with_moments: bool) -> Result:
    recorded = trace_of(cassette.interactions)
    fake = trace_of(driver.drive(cassette.interactions, scenario.given))
    comparison = compare(recorded, fake, unseen=scenario.unseen, order=scenario.order)
    judgement = judge(comparison.drifts, scenario.known)
    return Result(
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
        ids=_ids(comparison.bound.roles) if with_moments else (),
    )


def _ids(roles: Roles) -> tuple[Identified, ...]:
    return tuple(Identified(role, b.recorded_text, b.fake_text, path_of(b.place)) for role, b in roles.legend())
