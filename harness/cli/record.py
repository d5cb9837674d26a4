"""`graph-harness record`: stories played in a tenant and kept, or what a recording that was cut off kept."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping
from pathlib import Path

from harness.cli.codes import EXIT_SAME
from harness.cli.saying import say
from harness.errors import UsageError, counted


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    record = commands.add_parser("record", help="record scenarios in a tenant, or recover a recording that was cut off")
    record.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="what to record; --list shows them")
    record.add_argument("--list", action="store_true", help="show the scenarios, and which variables each lacks")
    record.add_argument(
        "--cassette-dir",
        type=Path,
        default=Path("cassettes/recorded"),
        metavar="D",
        help="where to put the cassettes (default: cassettes/recorded)",
    )
    record.add_argument(
        "--callback-port",
        type=_port,
        metavar="P",
        help="port of this machine to which GRAPH_CALLBACK_URL leads (default: GRAPH_CALLBACK_PORT)",
    )
    record.add_argument(
        "--patience", type=_seconds, metavar="SECONDS", help="how long to wait for what Graph is to tell (default: 120)"
    )
    record.add_argument("--in-ci", action="store_true", help="record although the variable CI is set")
    record.add_argument(
        "--recover", type=Path, metavar="PARTIAL", help="make a cassette of what was left: NAME.yaml.partial"
    )
    record.add_argument("--into", type=Path, metavar="CASSETTE", help="where to recover it to (default: NAME.yaml)")
    record.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    wanted = [bool(options.scenarios), options.list, options.recover is not None]
    if sum(wanted) != 1:
        raise UsageError("name scenarios to record, or give --list or --recover PARTIAL, one of the three")
    if options.into is not None and options.recover is None:
        raise UsageError("--into: says where to recover to, and there is no --recover")
    if options.recover is not None:
        return _recover(options.recover, options.into)
    from harness.cli.scenarios import listing, record

    if options.list:
        say(listing(os.environ))
        return EXIT_SAME
    return record(
        options.scenarios,
        folder=options.cassette_dir,
        port=options.callback_port or _port_of(os.environ),
        patience=options.patience,
        in_ci=options.in_ci,
        environ=os.environ,
    )


def _recover(partial: Path, into: Path | None) -> int:
    from harness.cassette.scenario import scenario_path
    from harness.cassette.unclean import unclean
    from harness.record import recover

    recovered = recover(partial, lint=unclean, into=into)
    count = counted(recovered.count, "interaction")
    dropped = f"; {recovered.dropped} bytes of one that was cut off are dropped" if recovered.dropped else ""
    beside = scenario_path(recovered.path)
    source = f"source: {{kind: recorded, link: {json.dumps(recovered.path.stem)}}}"
    say(
        f"{recovered.path}: {count}, clean{dropped}\n"
        "It is linted, and not searched for what passed: that needs the originals, which are gone\n"
        f"To verify it, write {beside.name} beside it: `{source}`, and what existed before as `given`"
    )
    return EXIT_SAME


def _port_of(environ: Mapping[str, str]) -> int:
    """Raises: UsageError."""
    said = environ.get("GRAPH_CALLBACK_PORT")
    if not said:
        raise UsageError(
            "--callback-port P is missing: the port of this machine to which GRAPH_CALLBACK_URL leads; "
            "GRAPH_CALLBACK_PORT in the environment will do"
        )
    try:
        return _port(said)
    except argparse.ArgumentTypeError as error:
        raise UsageError(f"GRAPH_CALLBACK_PORT: {error}") from None


def _port(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"expected a port from 1 to 65535, got {text!r}")
    return number


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 3600:
        raise argparse.ArgumentTypeError(f"expected seconds, up to 3600, got {text!r}")
    return seconds
