"""Recordings that are killed at any moment, with several writers each.

    python -m tests.record.all_kills [--rounds N] [--writers N] [--seed N]

Prints how many interactions were acknowledged, how many of them were lost, and whether anything that was planted was
ever seen on the disk; fails if anything was lost or seen. The suite itself takes a few rounds.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.record.killing import Round, killed


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.record.all_kills")
    parser.add_argument("--rounds", type=int, default=25, metavar="N")
    parser.add_argument("--writers", type=int, default=4, metavar="N", help="threads of each recording")
    parser.add_argument("--seed", type=int, default=0, help="when each is killed, and what it writes")
    options = parser.parse_args(arguments)
    total = Round()
    for number in range(options.rounds):
        with tempfile.TemporaryDirectory() as folder:
            total += killed(Path(folder), options.seed + number, options.writers)
    print(said(total, options.rounds, options.writers))
    return 1 if total.lost or total.leaks else 0


def said(total: Round, rounds: int, writers: int) -> str:
    return (
        f"{rounds} recordings of {writers} writers killed, {total.cut} in the middle of an item: "
        f"{total.acknowledged} interactions acknowledged, {total.recovered} recovered, "
        f"{total.lost} acknowledged ones lost; {total.leaks} planted values seen in {total.looks} looks at the disk"
    )


if __name__ == "__main__":
    sys.exit(main())
