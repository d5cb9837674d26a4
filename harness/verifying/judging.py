"""Judging: the verdict on a cassette, from its trace and the fake's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from harness.cassette.format import Cassette, load
from harness.cassette.scenario import Scenario, Unseen, find_cassettes, load_scenario, scenario_path
from harness.compare import Drift, compare, judge, moments, path_matches, trace_of
from harness.compare.verdict import Result, Verification, identified
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
        unseen=_with_entries(comparison.unseen, scenario.unseen),
        by_form=comparison.by_form,
        moments=moments(comparison.bound) if with_moments else (),
        ids=identified(comparison.bound.roles) if with_moments else (),
    )


def _with_entries(drifts: Sequence[Drift], entries: Sequence[Unseen]) -> tuple[tuple[Drift, Unseen], ...]:
    """Each difference with the first entry that fits, by which it was put aside."""
    return tuple((d, next(e for e in entries if path_matches(e.path, d.path))) for d in drifts)
