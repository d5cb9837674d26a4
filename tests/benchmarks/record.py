"""What it costs to keep an interaction: sanitised, written, synced; and what each of these is of it.

python -m tests.benchmarks.record [--quick]
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from harness.cassette.format import Direction, Interaction
from harness.cassette.sanitise import Sanitiser
from harness.record import Recorder
from harness.record.sweep import Sweep
from tests.record.writing import planted

PEOPLE: Final = (1, 5, 50)


class Spent:
    """Wraps a function and adds up the seconds in it."""

    def __init__(self, function: Any) -> None:
        self.seconds = 0.0
        self._function = function

    def __call__(self, *arguments: Any) -> Any:
        began = time.perf_counter()
        try:
            return self._function(*arguments)
        finally:
            self.seconds += time.perf_counter() - began


class Timed(Sanitiser):
    def __init__(self) -> None:
        super().__init__()
        self.spent = Spent(super().interaction)

    def interaction(self, interaction: Interaction) -> Interaction | None:
        kept: Interaction | None = self.spent(interaction)
        return kept


def kept(folder: Path, people: int, count: int) -> list[tuple[float, float, float]]:
    """Milliseconds of each `keep`, and of sanitising and syncing in it."""
    sanitiser = Timed()
    sync = Spent(os.fsync)
    found = []
    recorder = Recorder(folder / "call.yaml", sanitiser=sanitiser, sweep=Sweep(), environ={})
    fsync, syncing = os.fsync, sync  # type: Any, Any
    os.fsync = syncing
    try:
        for number in range(count):
            interaction = planted(recorder.begin(), list(Direction)[number % 2], people)
            sanitiser.spent.seconds = sync.seconds = 0.0
            began = time.perf_counter()
            recorder.keep(interaction)
            whole = time.perf_counter() - began
            found.append((whole * 1000, sanitiser.spent.seconds * 1000, sync.seconds * 1000))
    finally:
        os.fsync = fsync
        recorder.abandon()
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few interactions, to see that it runs")
    parser.add_argument("--folder", type=Path, help="where to write (default: the system's temporary folder)")
    options = parser.parse_args(arguments)
    count = 4 if options.quick else 200
    print(f"one interaction kept, medians of {count}")
    print(f"{'people in it':>16}{'ms':>10}{'sanitise':>12}{'fsync':>10}")
    for people in PEOPLE:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            whole, sanitise, sync = map(statistics.median, zip(*kept(Path(folder), people, count), strict=True))
        print(f"{people:>16}{whole:>10.2f}{sanitise:>12.2f}{sync:>10.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
