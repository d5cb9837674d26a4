"""`graph-harness lint`: whether cassettes hold anything that a recording must not.

A recorded cassette is clean when sanitising changes nothing in it. A documented or observed one holds what its public
source shows, ids and names included; of it only what no cassette may hold counts. Without a scenario file a cassette
counts as recorded.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from harness.cli.codes import EXIT_DRIFT, EXIT_NONE, EXIT_SAME
from harness.cli.saying import say
from harness.errors import CassetteError, counted

if TYPE_CHECKING:
    from harness.cassette.scenario import Scenario
    from harness.cassette.unclean import Unclean

_STATES: Final = ("clean", "public", "unclean", "unread")


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    lint = commands.add_parser("lint", help="say whether cassettes hold secrets or personal data")
    lint.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="cassettes or folders of them")
    lint.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from harness.cassette.scenario import find_cassettes

    states: Counter[str] = Counter()
    for path in find_cassettes(options.paths):
        state, lines = _linted(path)
        states[state] += 1
        say("\n".join((f"{state:<7}  {lines[0]}", *(f"         {line}" for line in lines[1:]))))
    total = sum(states.values())
    counts = " · ".join(f"{states[state]} {state}" for state in _STATES)
    say(f"{counted(total, 'cassette')} · {counts}")
    if states["unclean"]:
        return EXIT_DRIFT
    return EXIT_NONE if states["unread"] or not total else EXIT_SAME


def _linted(path: Path) -> tuple[str, list[str]]:
    """The state of a cassette, and what is said of it."""
    from harness.cassette.format import load
    from harness.cassette.scenario import SourceKind, scenario_beside
    from harness.cassette.unclean import NEVER, unclean

    try:
        cassette, scenario = load(path), scenario_beside(path)
    except CassetteError as error:
        return "unread", [str(error)]
    found = unclean(cassette, scenario)
    if scenario is None or scenario.source.kind is SourceKind.RECORDED:
        return ("unclean" if found else "clean"), [str(path), *map(str, found)]
    bad = [entry for entry in found if entry.rule in NEVER]
    return ("unclean" if bad else "public"), [f"{path}  ({_public(scenario, found)})", *map(str, bad)]


def _public(scenario: Scenario, found: list[Unclean]) -> str:
    count = counted(len(found), "value")
    return f"{scenario.source.kind}, not recorded: {count} of its public source that a recording would not keep"
