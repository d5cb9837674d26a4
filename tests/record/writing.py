"""A recording that somebody is going to kill: `python -m tests.record.writing CASSETTE SEED WRITERS PIECE`.

Says the number of each interaction on standard output once `keep` has returned for it, and never ends on its own. Files
are written in pieces of so many bytes, so that there is a moment to be killed in between.
"""

from __future__ import annotations

import json
import os
import random
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness.cassette.format import Direction, Interaction, Request, Response
from harness.cassette.sanitise import Sanitiser
from harness.record import Recorder
from harness.record.sweep import Sweep
from tests.record.build import CALLBACK, CALLS, JSON, NAME, PHONE, USER


def participant() -> dict[str, Any]:
    identity = {"user": {"id": USER, "displayName": NAME}, "phone": {"id": PHONE}}
    return {"id": USER, "info": {"identity": identity}, "isMuted": False, "metadata": f"of {NAME}, {PHONE}"}


def planted(seq: int, direction: Direction, people: int) -> Interaction:
    """With what must not be found in every place that there is, and as large as a roster of so many people."""
    value = json.dumps({"value": [participant() for _ in range(people)], "text": NAME}).encode()
    if direction is Direction.GRAPH_TO_BOT:
        return Interaction(
            direction, seq, Request("POST", f"{CALLBACK}/{USER}", JSON, value), Response(202, "", JSON, NAME.encode())
        )
    uri = f"{CALLS}/{USER}/participants?a={NAME.replace(' ', '%20')}"
    return Interaction(direction, seq, Request("POST", uri, JSON, value), Response(200, NAME, JSON, value))


def write(recorder: Recorder, chance: random.Random) -> None:
    while True:
        people = chance.choice((0, 1, 1, 2, 5, 5, 40))
        seq = recorder.begin()
        recorder.keep(planted(seq, chance.choice(list(Direction)), people))
        os.write(1, b"%d\n" % seq)


def in_pieces(size: int) -> Callable[[int, Any], int]:
    """Instead of `os.write`, which may write less than it is given."""
    write_whole = os.write

    def write(file: int, data: Any) -> int:
        if len(data) > size:
            time.sleep(0.00001)
        return write_whole(file, memoryview(data)[:size])

    return write


def main() -> None:
    path, seed, writers, piece = Path(sys.argv[1]), *map(int, sys.argv[2:])
    os.write = in_pieces(piece)
    recorder = Recorder(path, sanitiser=Sanitiser(), sweep=Sweep(), environ={})
    for number in range(writers):
        threading.Thread(target=write, args=(recorder, random.Random(seed * writers + number))).start()


if __name__ == "__main__":
    main()
