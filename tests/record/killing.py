"""A recording in a process of its own, killed at some moment; what was acknowledged, and what the disk held."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.cassette.format import Direction, load
from harness.cassette.unclean import unclean
from harness.errors import CassetteError
from harness.record import recover
from harness.record.sweep import Sweep
from tests.record.build import found_in
from tests.record.writing import planted

PIECES: Final = (2**20, 8)
ROOT: Final = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Round:
    """Counts. `looks`: at all files, while they were written to and afterwards; `leaks`: planted values seen then."""

    acknowledged: int = 0
    recovered: int = 0
    lost: int = 0
    cut: int = 0
    looks: int = 0
    leaks: int = 0

    def __add__(self, other: Round) -> Round:
        return Round(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def killed(folder: Path, seed: int, writers: int = 4) -> Round:
    """One round. `cut`: 1 where the writer was killed in the middle of an item."""
    cassette = folder / "call.yaml"
    command = [
        sys.executable,
        "-m",
        "tests.record.writing",
        str(cassette),
        str(seed),
        str(writers),
        str(PIECES[seed % 2]),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, bufsize=0) as writer:
        assert writer.stdout is not None
        acknowledged = {int(writer.stdout.readline())}
        watch = _Watch(folder)
        watch.over.wait(random.Random(seed).uniform(0, 1))
        writer.kill()
        acknowledged |= set(map(int, writer.stdout.read().split()))
        watch.stop()
    raw = b"".join(path.read_bytes() for path in folder.iterdir())
    leaks = watch.leaks + len(found_in(raw)) + len(_sweep().hits(raw))
    try:
        recovered = recover(cassette.with_name("call.yaml.partial"), lint=unclean)
    except CassetteError:
        return Round(len(acknowledged), 0, len(acknowledged), 0, watch.looks + 1, leaks)
    found = {interaction.seq for interaction in load(cassette).interactions}
    lost = len(acknowledged - found)
    return Round(len(acknowledged), len(found), lost, recovered.dropped > 0, watch.looks + 1, leaks)


def _sweep() -> Sweep:
    sweep = Sweep()
    for direction in Direction:
        sweep.learn(planted(1, direction, 1))
    return sweep


class _Watch:
    """Looks for planted values in all files of a folder, again and again."""

    def __init__(self, folder: Path) -> None:
        self.looks = 0
        self.leaks = 0
        self.over = threading.Event()
        self._folder = folder
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def stop(self) -> None:
        self.over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self.over.is_set():
            for path in self._folder.iterdir():
                self.leaks += len(found_in(path.read_bytes()))
            self.looks += 1
            self.over.wait(0.001)
