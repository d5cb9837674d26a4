"""`graph-harness record`: what a recording that was cut off kept, made a cassette."""

from __future__ import annotations

import argparse
from pathlib import Path

from harness.cli.codes import EXIT_SAME
from harness.cli.saying import say


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    record = commands.add_parser("record", help="make a cassette of a recording that was cut off")
    record.add_argument(
        "--recover", type=Path, required=True, metavar="PARTIAL", help="what was left of it: NAME.yaml.partial"
    )
    record.add_argument("--into", type=Path, metavar="CASSETTE", help="where to put it (default: NAME.yaml)")
    record.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from harness.cassette.unclean import unclean
    from harness.record import recover

    recovered = recover(options.recover, lint=unclean, into=options.into)
    count = f"{recovered.count} interaction{'' if recovered.count == 1 else 's'}"
    dropped = f"; {recovered.dropped} bytes of one that was cut off are dropped" if recovered.dropped else ""
    say(
        f"{recovered.path}: {count}, clean{dropped}\n"
        "It is linted, and not searched for what passed: that needs the originals, which are gone"
    )
    return EXIT_SAME
