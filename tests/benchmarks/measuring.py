"""Measuring on a machine that others use as well: contestants take turns, and what counts is how they compare."""

from __future__ import annotations

import gc
import multiprocessing
import re
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

_START: Final = multiprocessing.get_context("spawn")
_CACHE: Final = type(lru_cache(lambda: None))

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Contestant:
    """`work` is about so many `items` (interactions, participants)."""

    work: Work
    items: int

    def ready(self) -> AbstractContextManager[Work]:
        return nullcontext(self.work)


@dataclass(frozen=True, slots=True)
class Staged:
    """A contestant whose work is made anew for each round, and tidied up after it; neither is timed."""

    stage: Callable[[], AbstractContextManager[Work]]
    items: int

    def ready(self) -> AbstractContextManager[Work]:
        return self.stage()


def in_turn(works: Iterable[Work]) -> Work:
    works = tuple(works)

    def work() -> None:
        for each in works:
            each()

    return work


@dataclass(frozen=True, slots=True)
class Times:
    """Microseconds per item, of each contestant, round by round."""

    rounds: Mapping[str, Sequence[float]]

    def median(self, name: str) -> float:
        return statistics.median(self.rounds[name])

    def ratio(self, one: str, other: str) -> float:
        """How much longer the one takes than the other: each round is a pair, the median of them counts."""
        return statistics.median(a / b for a, b in zip(self.rounds[one], self.rounds[other], strict=True))


def interleaved(contestants: Mapping[str, Contestant | Staged], rounds: int) -> Times:
    """Everybody once in each round, so that a busy moment of the machine hits all; counted is the time it was given.

    What was made before is no work for the garbage collector; what a contestant makes is, as it is for its users. What
    the harness remembers from one round to the next is forgotten: traffic is compared once.
    """
    times: dict[str, list[float]] = {name: [] for name in contestants}
    gc.collect()
    remembered = [o for o in gc.get_objects() if isinstance(o, _CACHE) and str(o.__module__).startswith("harness.")]
    gc.freeze()
    try:
        for _ in range(rounds):
            for name, contestant in contestants.items():
                for cache in remembered:
                    cache.cache_clear()
                with contestant.ready() as work:
                    times[name].append(_timed(work) / contestant.items * 1e6)
    finally:
        gc.unfreeze()
    return Times(times)


def _timed(work: Work) -> float:
    gc.collect()
    began = time.process_time()
    work()
    return time.process_time() - began


def print_table(title: str, item: str, times: Times, notes: Mapping[str, str] | None = None) -> None:
    """All contestants; how many times the first of them each takes."""
    first = next(iter(times.rounds))
    print(f"{title}; medians of {len(times.rounds[first])} rounds")
    print(f"{'':>48}{f'µs per {item}':>20}{'ratio':>10}")
    for name in times.rounds:
        line = f"  {name:<46}{times.median(name):>20,.1f}{times.ratio(name, first):>10,.2f}"
        print(f"{line}  {(notes or {}).get(name, '')}".rstrip())


def print_aim(what: str, figure: float, aim: str) -> None:
    print(f"  → {what}: {figure:,.2f} ({aim})")


def spread(figures: Iterable[float]) -> float:
    """The largest beside the smallest."""
    known = tuple(figures)
    return max(known) / min(known)


# ---- processes of their own


def _answer(pipe: Connection, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    pipe.send(function(*arguments))


def capped(seconds: float, function: Callable[..., Any], *arguments: Any) -> Any:
    """What a function returns in a process of its own; None when that takes longer.

    Raises: EOFError when it fails; why stands on standard error.
    """
    mine, theirs = _START.Pipe()
    child = _START.Process(target=_answer, args=(theirs, function, arguments), daemon=True)
    child.start()
    theirs.close()
    try:
        return mine.recv() if mine.poll(seconds) else None
    finally:
        child.kill()
        child.join()


@dataclass(frozen=True, slots=True)
class Memory:
    """MiB. before: program and what the work is given. resident: how far the high-water mark rose above it. traced:
    the peak of what Python allocated in the work.
    """

    before: float
    resident: float
    traced: float


def memory(prepare: Callable[..., Work], *arguments: Any) -> Memory:
    """What prepared work takes beyond what it is given, in a process of its own, untimed."""
    found = capped(3600, _memory, prepare, arguments)
    assert isinstance(found, Memory)
    return found


def _memory(prepare: Callable[..., Work], arguments: tuple[Any, ...]) -> Memory:
    work = prepare(*arguments)
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the high-water mark begins anew
    before = _status("VmRSS")
    work()
    resident = _status("VmHWM") - before
    tracemalloc.start()
    work()
    return Memory(before, resident, tracemalloc.get_traced_memory()[1] / 2**20)


def _status(name: str) -> float:
    found = re.search(rf"^{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) / 1024
