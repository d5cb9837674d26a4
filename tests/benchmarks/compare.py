"""How fast the comparer is beside plain `==` after dropping the ids, and beside DeepDiff, on the same data.

    python -m tests.benchmarks.compare [--quick]

Everything is measured in one run and in turn, so that a ratio means something on any machine. An interaction is an
entry of a cassette, of either direction. The comparer gets traces with other ids throughout and, in rosters, another
order; DeepDiff, which cannot bind ids, gets the easier task: the same ids, in the same order.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from harness.compare import Trace, trace_of
from tests.benchmarks.contestants import (
    DEEPDIFF,
    KEYED,
    MATCHED,
    OURS,
    STRIP,
    UNORDERED,
    by_identity,
    deepdiff,
    keyed,
    ours,
    ours_parsing,
    plain,
    strip_and_equal,
    strip_parsing,
)
from tests.benchmarks.measuring import (
    Contestant,
    Times,
    Work,
    capped,
    in_turn,
    interleaved,
    memory,
    print_aim,
    print_table,
    spread,
)
from tests.benchmarks.sessions import LENGTH, Session, joined, renamed, roster, sessions


@dataclass(frozen=True, slots=True)
class Sizes:
    """interactions: in one cassette; up to the largest, to see how time grows. sample: so many of them for DeepDiff.

    unordered: sizes of rosters for DeepDiff's `ignore_order`, as far as it gets in `cap` seconds each.
    """

    interactions: tuple[int, ...] = (100, 1_000, 10_000)
    cassettes: int = 1_000
    sample: int = 400
    rosters: tuple[int, ...] = (10, 100, 1_000)
    unordered: tuple[int, ...] = (50, 100, 200, 400)
    cap: float = 120
    rounds: int = 5


QUICK: Final = Sizes((20, 40), 4, 20, (4, 8), (4, 8), 60, 2)


# ---- equal traces


def cassette(size: int, seed: int = 0) -> tuple[Session, Session]:
    """One cassette of so many interactions, and the same with other ids."""
    session = joined(sessions(size // LENGTH, seed))
    return session, renamed(session, seed + 1)


def traces(size: int, seed: int = 0) -> tuple[Trace, Trace]:
    mine, theirs = cassette(size, seed)
    return trace_of(mine.interactions), trace_of(theirs.interactions)


def print_one_cassette(sizes: Sizes) -> None:
    size, part = sizes.interactions[-1], sizes.sample
    mine, theirs = cassette(size)
    recorded, fake = trace_of(mine.interactions), trace_of(theirs.interactions)
    sample = trace_of(mine.interactions[:part])
    a, b = plain(sample), plain(sample)
    contestants = {
        OURS: Contestant(ours(recorded, fake), size),
        STRIP: Contestant(strip_and_equal(plain(recorded), plain(fake)), size),
        f"{OURS}, JSON read as well": Contestant(ours_parsing(mine.interactions, theirs.interactions), size),
        f"{STRIP}, JSON read as well": Contestant(strip_parsing(mine.interactions, theirs.interactions), size),
        DEEPDIFF: Contestant(deepdiff(a, b), part),
        UNORDERED: Contestant(deepdiff(a, b, ignore_order=True), part),
        MATCHED: Contestant(deepdiff(a, b, iterable_compare_func=by_identity), part),
    }
    times = interleaved(contestants, sizes.rounds)
    notes = dict.fromkeys((DEEPDIFF, UNORDERED, MATCHED), f"on {part:,} of them")
    print_table(f"equal traces of one cassette with {size:,} interactions", "interaction", times, notes)
    _print_aims(times)


def print_many_cassettes(sizes: Sizes) -> None:
    pairs = [
        (trace_of(session.interactions), trace_of(renamed(session, seed).interactions))
        for seed, session in enumerate(sessions(sizes.cassettes), 1)
    ]
    sample = [(plain(mine), plain(mine)) for mine, _ in pairs[: sizes.sample // LENGTH]]
    size, part = sizes.cassettes * LENGTH, len(sample) * LENGTH
    contestants = {
        OURS: Contestant(in_turn(ours(mine, theirs) for mine, theirs in pairs), size),
        STRIP: Contestant(in_turn(strip_and_equal(plain(mine), plain(theirs)) for mine, theirs in pairs), size),
        DEEPDIFF: Contestant(in_turn(deepdiff(a, b) for a, b in sample), part),
        UNORDERED: Contestant(in_turn(deepdiff(a, b, ignore_order=True) for a, b in sample), part),
    }
    times = interleaved(contestants, sizes.rounds)
    notes = dict.fromkeys((DEEPDIFF, UNORDERED), f"on {len(sample):,} of them")
    title = f"equal traces of {sizes.cassettes:,} cassettes with {LENGTH} interactions each"
    print_table(title, "interaction", times, notes)
    _print_aims(times)


def _print_aims(times: Times) -> None:
    print_aim(f"{OURS} ÷ {STRIP}", times.ratio(OURS, STRIP), "aim: at most 10")
    print_aim(f"{DEEPDIFF} ÷ {OURS}", times.ratio(DEEPDIFF, OURS), "aim: at least 100")
    print_aim(f"{DEEPDIFF} ÷ {STRIP}", times.ratio(DEEPDIFF, STRIP), "for comparison")


# ---- a roster half of which changed


@dataclass(frozen=True, slots=True)
class Rosters:
    """One look at a roster, and another. changes: how many differ, by being muted in the second.

    fake has other ids and another order than recorded; after has the ids and the order of before: DeepDiff's easier
    task.
    """

    recorded: Trace
    fake: Trace
    before: list[Any]
    after: list[Any]
    changes: int

    def ours(self) -> Work:
        return ours(self.recorded, self.fake, self.changes)


def rosters(size: int, seed: int = 1, *, is_changed: bool = True) -> Rosters:
    """Every second participant differs, or nobody."""
    session = roster(size)
    other = renamed(session, seed)
    recorded, fake = trace_of(session.interactions), trace_of(other.interactions)
    before, after = _entries(recorded), _muted(_entries(recorded), is_changed)
    entries = _muted(_entries(fake), is_changed)
    random.Random(seed).shuffle(entries)
    exchange = fake.exchanges[0]
    shuffled = replace(exchange, answer={**exchange.answer, "value": entries})
    return Rosters(recorded, Trace((shuffled,)), before, after, (size + 1) // 2 if is_changed else 0)


def _entries(trace: Trace) -> list[Any]:
    entries: list[Any] = plain(trace)[0]["answer"]["value"]
    return entries


def _muted(entries: list[Any], is_changed: bool) -> list[Any]:
    return [{**e, "isMuted": True} if is_changed and n % 2 == 0 else e for n, e in enumerate(entries)]


def print_roster(sizes: Sizes) -> None:
    size = sizes.rosters[-1]
    data = rosters(size)
    sides = data.before, data.after
    contestants = {
        OURS: Contestant(data.ours(), size),
        DEEPDIFF: Contestant(deepdiff(*sides, data.changes), size),
        KEYED: Contestant(keyed(*sides, data.changes), size),
        MATCHED: Contestant(deepdiff(*sides, data.changes, iterable_compare_func=by_identity), size),
    }
    times = interleaved(contestants, sizes.rounds)
    print_table(f"a roster of {size:,}, every second entry changed in one member", "participant", times)
    _print_unordered(sizes)


def _print_unordered(sizes: Sizes) -> None:
    """DeepDiff compares everybody who changed with everybody who changed: only smaller rosters come to an end."""
    print(f"  {UNORDERED}:")
    known = None
    for size in sizes.unordered:
        found = capped(sizes.cap, unordered_beside_ours, size)
        if found is None:
            print(f"    roster of {size:>5,}: stopped after {sizes.cap:.0f} s")
            break
        theirs, mine = found
        known = size, theirs / mine
        print(f"    roster of {size:>5,}: {theirs:>10,.0f} µs per participant, {theirs / mine:>8,.1f} times {OURS}")
    if known:
        print_aim(f"{UNORDERED} ÷ {OURS}, roster of {known[0]:,}", known[1], "aim: at least 50")


def unordered_beside_ours(size: int) -> tuple[float, float]:
    """Microseconds per participant at one size: DeepDiff with `ignore_order`, and the comparer."""
    data = rosters(size)
    contestants = {
        OURS: Contestant(data.ours(), size),
        UNORDERED: Contestant(deepdiff(data.before, data.after, data.changes, ignore_order=True), size),
    }
    times = interleaved(contestants, 1)
    return times.median(UNORDERED), times.median(OURS)


# ---- growth, and memory


def print_growth(sizes: Sizes) -> None:
    """Of small sizes there are several, so that all are measured for about as long."""
    cassettes = {
        size: [ours(*traces(size, 2 * n)) for n in range(_copies(size, sizes.interactions))]
        for size in sizes.interactions
    }
    _print_growth("equal traces of one cassette", "interaction", cassettes, sizes.rounds)
    for title, is_changed in (("an equal roster", False), ("a roster, every second entry changed", True)):
        looks = {
            size: [rosters(size, seed, is_changed=is_changed).ours() for seed in range(_copies(size, sizes.rosters))]
            for size in sizes.rosters
        }
        _print_growth(title, "participant", looks, sizes.rounds)


def _copies(size: int, sizes: Sequence[int]) -> int:
    return max(1, max(sizes) // size // 2)


def _print_growth(title: str, item: str, works: Mapping[int, Sequence[Work]], rounds: int) -> None:
    contestants = {f"{size:,}": Contestant(in_turn(same), size * len(same)) for size, same in works.items()}
    times = interleaved(contestants, rounds)
    print(f"{title}: µs per {item} {', '.join(f'{times.median(name):,.1f} at {name}' for name in times.rounds)}")
    print_aim("largest ÷ smallest", spread(map(times.median, times.rounds)), "aim: at most 1.3")


def print_memory(sizes: Sizes) -> None:
    size = sizes.interactions[-1]
    found = memory(ours, *traces(size))
    print(
        f"memory of comparing one cassette of {size:,} interactions: {found.resident:,.1f} MiB beside "
        f"{found.before:,.1f} of both traces and the program; {found.traced:,.1f} MiB of Python objects at the peak, "
        f"{found.traced * 2**10 / size:,.1f} KiB per interaction"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see that it runs")
    options = parser.parse_args(arguments)
    sizes = QUICK if options.quick else Sizes()
    for part in (print_one_cassette, print_many_cassettes, print_roster, print_growth, print_memory):
        part(sizes)
        print(flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
