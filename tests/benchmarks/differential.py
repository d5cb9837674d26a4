"""What plain deepdiff sees of the mutants that the comparer is proved on, and what it takes for differences in copies.

    python -m tests.benchmarks.differential [--sample N] [--seed N] [--copies N]

Prints a row for each approach: how many of the mutants that differ it sees, and how many of the equal mutants and of
the copies it takes for different. The comparer itself is the last row.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from deepdiff import DeepDiff

from harness.compare import Trace, compare
from tests.properties.copies import copied
from tests.properties.documents import Document, trace
from tests.properties.mutants import mutants
from tests.properties.oracle import Oracle
from tests.properties.proving import documents

_GUID: Final = re.compile(r"\{?[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\}?")
_ID_MEMBERS: Final = re.compile(r"\['(?:id|clientContext|[^']*(?:Id|-[Ii][Dd]))'\]$")
_ADDRESSES: Final = re.compile(r"\['(?:url|resource|resourceUrl|Location)'\]$")

Approach = Callable[[Trace, Trace], bool]
"""Whether it sees a difference."""


def _json(traced: Trace) -> Any:
    """What passed, as plain JSON; where it was and when is left out, as the comparer does."""
    text = json.dumps(asdict(traced), default=str)
    return json.loads(
        text, object_hook=lambda members: {n: v for n, v in members.items() if n not in ("at", "started")}
    )


def _masked(traced: Trace) -> Any:
    return _with_masks(_json(traced))


def _with_masks(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _with_masks(v) for name, v in value.items()}
    if isinstance(value, list):
        return [_with_masks(v) for v in value]
    return _GUID.sub("<guid>", value) if isinstance(value, str) else value


def _as_is(mine: Trace, theirs: Trace) -> bool:
    return bool(DeepDiff(_json(mine), _json(theirs)))


def _without(*excluded: re.Pattern[str]) -> Approach:
    """Some members are not looked at, and order does not count."""

    def sees(mine: Trace, theirs: Trace) -> bool:
        return bool(DeepDiff(_json(mine), _json(theirs), ignore_order=True, exclude_regex_paths=list(excluded)))

    return sees


def _with_guids_masked(mine: Trace, theirs: Trace) -> bool:
    return bool(DeepDiff(_masked(mine), _masked(theirs)))


def _with_guids_masked_in_any_order(mine: Trace, theirs: Trace) -> bool:
    return bool(DeepDiff(_masked(mine), _masked(theirs), ignore_order=True))


def _equal_once_masked(mine: Trace, theirs: Trace) -> bool:
    return bool(_masked(mine) != _masked(theirs))


def _comparer(mine: Trace, theirs: Trace) -> bool:
    return bool(compare(mine, theirs).drifts)


APPROACHES: Final[Mapping[str, Approach]] = {
    "DeepDiff as it is": _as_is,
    "DeepDiff `ignore_order=True`, members named like ids excluded": _without(_ID_MEMBERS),
    "the same, and addresses excluded": _without(_ID_MEMBERS, _ADDRESSES),
    "DeepDiff, GUIDs masked": _with_guids_masked,
    "DeepDiff `ignore_order=True`, GUIDs masked": _with_guids_masked_in_any_order,
    "`==`, GUIDs masked": _equal_once_masked,
    "`harness.compare.compare`": _comparer,
}


@dataclass(slots=True)
class Row:
    """caught, mutants: of those that differ. alarms, equal: of equal ones and copies."""

    caught: int = 0
    mutants: int = 0
    alarms: int = 0
    equal: int = 0


def measured(sample: int, seed: int, copies: int) -> dict[str, Row]:
    rows = {name: Row() for name in APPROACHES}
    for number, document in enumerate(documents().values()):
        recorded = trace(document)
        for other, differs in _others(document, sample, seed + number, copies):
            for name, sees in APPROACHES.items():
                _count(rows[name], sees(recorded, other), differs)
    return rows


def _count(row: Row, seen: bool, differs: bool) -> None:
    if differs:
        row.mutants += 1
        row.caught += seen
    else:
        row.equal += 1
        row.alarms += seen


def _others(document: Document, sample: int, seed: int, copies: int) -> Iterator[tuple[Trace, bool]]:
    """Traces, each with whether it differs: one of so many mutants, and copies."""
    oracle = Oracle(document)
    for mutant in mutants(document, lambda rule: 1 / sample, seed):
        yield trace(mutant.document), oracle.why_equal(mutant.document, patient=True) is None
    for number in range(copies):
        yield trace(copied(document, random.Random(seed + number))), False


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.differential")
    parser.add_argument("--sample", type=int, default=25, metavar="N", help="one of N mutants")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--copies", type=int, default=7, metavar="N", help="equal copies of each trace")
    options = parser.parse_args(arguments)
    print("| approach | differences seen | false alarms |\n|---|---|---|")
    for name, row in measured(options.sample, options.seed, options.copies).items():
        print(f"| {name} | {_part(row.caught, row.mutants)} | {_part(row.alarms, row.equal)} |")
    return 0


def _part(some: int, all_: int) -> str:
    return f"{some} of {all_} ({some / all_:.1%})" if all_ else "none made"


if __name__ == "__main__":
    sys.exit(main())
