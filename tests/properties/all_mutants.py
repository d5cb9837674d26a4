"""Every mutant of every shipped cassette, each also renamed and shuffled; the suite itself takes a part of them.

    python -m tests.properties.all_mutants

Prints how many were caught by each rule, those that a one-to-one renaming undoes, and those that were missed; fails if
there are any of these. Some minutes on one core.
"""

from __future__ import annotations

import sys
from collections import Counter

from harness.cassette.format import load
from harness.compare import trace_of
from tests.properties.test_compare_properties import SHIPPED, survivors


def main() -> int:
    caught: Counter[str] = Counter()
    undone: Counter[str] = Counter()
    missed: list[str] = []
    for path in SHIPPED:
        by_rule, equivalent, survived = survivors(trace_of(load(path).interactions), every=1)
        caught += by_rule
        undone += Counter(name.split(" ")[0] for name in equivalent)
        missed += [f"{path.stem}: {name}" for name in survived]
    for rule, count in sorted(caught.items()):
        print(f"{count:>7} caught by rule '{rule}'")
    print(f"{undone.total():>7} undone by renaming an identifier that occurs once: {dict(undone)}")
    for name in missed:
        print(f"missed: {name}")
    print(f"{caught.total()} of {caught.total() + len(missed)} mutants of {len(SHIPPED)} cassettes caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
