"""The command `graph-harness`: arguments in, exit code out. A file per command; what they do lives in other rooms."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from harness.cli import doctor, lint, record, serve, show, verify
from harness.cli.codes import EXIT_INTERRUPTED, EXIT_USAGE
from harness.errors import HarnessError

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. 0 same, clean or ready, 1 not so, 2 asked wrongly, 3 nothing to say, 130 interrupted."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except HarnessError as error:
        print(f"graph-harness {options.command}: {error}", file=sys.stderr)
        return EXIT_USAGE
    except KeyboardInterrupt:
        print(f"graph-harness {options.command}: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="graph-harness",
        description="A verified fake of Microsoft Graph's cloud-communications calls.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in (verify, serve, show, lint, record, doctor):
        command.add_to(commands)
    return parser
