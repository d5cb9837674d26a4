"""How fast the whole of `verify` is: cassettes loaded, driven into the fake, both traces compared; on one core.

    python -m tests.benchmarks.verify [--most 10000] [--profile] [--quick]

An interaction is an entry of a cassette, of either direction. The shipped cassettes are measured, and generated ones
that the fake reproduces, written to a folder that is deleted afterwards: one large one, and many of ten interactions.
Load, drive and compare are measured apart; the whole is `verify_all`, as the command runs it.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from harness.cassette.format import Cassette, dumps, load
from harness.cassette.scenario import Scenario, find_cassettes, load_scenario, scenario_path
from harness.compare import Trace, Verdict, compare, judge, trace_of
from harness.verifying import Driver, verify_all
from tests.benchmarks.measuring import Contestant, Work, in_turn, interleaved, memory, print_aim, spread
from tests.benchmarks.sessions import LENGTH, Session, joined, sessions

SHIPPED: Final = Path(__file__).parents[2] / "cassettes"
SIZES: Final = (100, 1_000, 10_000)
PARTS: Final = ("load", "drive", "compare")


# ---- files


def write(folder: Path, name: str, session: Session) -> None:
    path = folder / f"{name}.yaml"
    path.write_text(dumps(session.interactions))
    source = {"kind": "observed", "link": "https://example.org/generated", "notes": ["Generated to measure with."]}
    scenario_path(path).write_text(yaml.safe_dump({"source": source, "given": dict(session.given)}))


def one_cassette(folder: Path, size: int) -> Path:
    write(made := _made(folder / f"one-{size}"), "large", joined(sessions(size // LENGTH)))
    return made


def many_cassettes(folder: Path, size: int) -> Path:
    made = _made(folder / f"many-{size}")
    for number, session in enumerate(sessions(size // LENGTH), 1):
        write(made, f"session-{number:05}", session)
    return made


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


# ---- the work, whole and in parts


@dataclass(frozen=True, slots=True)
class Loaded:
    """A cassette with what the fake made of it."""

    cassette: Cassette
    scenario: Scenario
    recorded: Trace
    fake: Trace


def loaded(path: Path, driver: Driver) -> Loaded:
    cassette, scenario = load(path), load_scenario(scenario_path(path))
    fake = trace_of(driver.drive(cassette.interactions, scenario.given))
    return Loaded(cassette, scenario, trace_of(cassette.interactions), fake)


def loading(path: Path) -> Work:
    return lambda: (load(path), load_scenario(scenario_path(path)))


def driving(one: Loaded, driver: Driver) -> Work:
    return lambda: driver.drive(one.cassette.interactions, one.scenario.given)


def comparing(one: Loaded) -> Work:
    def work() -> None:
        trace_of(one.cassette.interactions)
        scenario = one.scenario
        found = compare(one.recorded, one.fake, unseen=scenario.unseen, order=scenario.order, given=scenario.given)
        assert judge(found.drifts, one.scenario.known).open == ()

    return work


def verifying(paths: Sequence[Path]) -> Work:
    def work() -> None:
        verification = verify_all(paths)
        assert verification.verdict is Verdict.SAME, [r for r in verification.results if r.verdict != Verdict.SAME][:1]

    return work


def parts(paths: Sequence[Path]) -> tuple[dict[str, Work], int]:
    """The whole and its parts, and how many interactions they are about."""
    driver = Driver()
    all_loaded = [loaded(path, driver) for path in paths]
    works = {
        "whole": verifying(paths),
        "load": in_turn(map(loading, paths)),
        "drive": in_turn(driving(one, driver) for one in all_loaded),
        "compare": in_turn(map(comparing, all_loaded)),
    }
    return works, sum(len(one.cassette.interactions) for one in all_loaded)


# ---- what is printed


def print_speeds(title: str, runs: Mapping[str, Sequence[Path]], rounds: int, start: float) -> None:
    """One line for each of several runs, which take turns. Growth is that of the whole, without a run's start (µs)."""
    contestants: dict[str, Contestant] = {}
    sizes: dict[str, int] = {}
    for run, paths in runs.items():
        works, sizes[run] = parts(paths)
        contestants |= {f"{run} {name}": Contestant(work, sizes[run]) for name, work in works.items()}
    times = interleaved(contestants, rounds)
    each = {run: [times.median(f"{run} {part}") for part in PARTS] for run in runs}
    net: list[float] = []
    for run, size in sizes.items():
        whole = times.median(f"{run} whole")  # the last one is the largest
        net.append(max(whole - start / size, 1.0))  # of tiny ones the start is all
        shares = "".join(f"{share:>12,.0f}" for share in each[run])
        print(f"  {run:<42}{size:>8,}{1e6 / whole:>10,.0f}{whole:>10,.0f}{shares}", flush=True)
    if len(runs) > 1:
        print_aim(f"{title}, interactions a second in the largest", 1e6 / whole, "aim: at least 1,000")
        print_aim(f"{title}, largest ÷ smallest", spread(net), "aim: at most 1.3")


def print_all_speeds(folder: Path, shipped: Sequence[Path], sizes: Sequence[int], rounds: int) -> None:
    start = interleaved({"start": Contestant(Driver, 1)}, rounds).median("start")
    print(f"whole verify on one core, medians of {rounds} rounds; {start / 1000:,.0f} ms of each run are its start")
    heads = "".join(f"{f'{part} µs':>12}" for part in PARTS)
    print(f"  {'':<42}{'inter.':>8}{'a second':>10}{'µs each':>10}{heads}")
    print_speeds("shipped", {"shipped cassettes": shipped}, rounds, start)
    for title, make in (("one cassette", one_cassette), (f"cassettes of {LENGTH}", many_cassettes)):
        runs = {f"{title}, {size:,} interactions": find_cassettes([make(folder, size)]) for size in sizes}
        print_speeds(title, runs, rounds, start)


def print_memory(folder: Path, size: int) -> None:
    for title, make in (("one cassette", one_cassette), (f"cassettes of {LENGTH}", many_cassettes)):
        found = memory(verifying, [make(folder, size)])
        print(
            f"memory of {title}, {size:,} interactions: {found.resident:,.1f} MiB beside {found.before:,.1f} of the "
            f"program; {found.traced:,.1f} MiB of Python objects at the peak"
        )


def print_profile(folder: Path, size: int) -> None:
    """Where the time goes, part by part."""
    for make in (one_cassette, many_cassettes):
        works, _ = parts(find_cassettes([make(folder, size)]))
        for part in PARTS:
            print(f"---- {part}, {make.__name__}, {size:,} interactions")
            profile = cProfile.Profile()
            profile.runcall(works[part])
            for order in ("cumulative", "tottime"):
                pstats.Stats(profile).sort_stats(order).print_stats(15)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=SIZES[-1], help="no more interactions than this")
    parser.add_argument("--profile", action="store_true", help="print where the time goes instead")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see that it runs")
    options = parser.parse_args(arguments)
    sizes = (10, 20) if options.quick else tuple(size for size in SIZES if size <= options.most)
    shipped = find_cassettes([SHIPPED])[: 2 if options.quick else None]
    rounds = 1 if options.quick else 3
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.profile:
            print_profile(folder, sizes[-1])
            return 0
        print_all_speeds(_made(folder / "speed"), shipped, sizes, rounds)
        print_memory(_made(folder / "memory"), sizes[-1])
    return 0


if __name__ == "__main__":
    sys.exit(main())
