"""Every mutant of every shipped cassette and of every trace made by hand, as it is and as a copy.

    python -m tests.properties.all_mutants [--sample N] [--seed N] [--jobs N] [NAME…]

Prints how many were caught by each rule, how many are equal by construction and why, which ones were missed, and which
equal ones raised a false alarm; fails if there are any of these two. The suite itself takes a sample.
"""

from __future__ import annotations

import argparse
import sys
from multiprocessing import Pool

from tests.properties.oracle import REASONS
from tests.properties.proving import Proof, documents, prove
from tests.properties.rules import RULES


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.properties.all_mutants")
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="one of N mutants of each rule")
    parser.add_argument("--seed", type=int, default=0, help="which ones, and how copies differ")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes")
    parser.add_argument("names", nargs="*", metavar="NAME", help="parts of the names of traces; default: all")
    options = parser.parse_args(arguments)
    names = [name for name in documents() if not options.names or any(part in name for part in options.names)]
    work = [(name, options.sample, options.seed) for name in names]
    proof = Proof()
    with Pool(options.jobs) as pool:
        for part in pool.imap_unordered(_proved, work):
            proof += part
    print("\n".join(lines(proof, len(work))))
    return 1 if proof.survived or proof.alarms else 0


def _proved(work: tuple[str, int, int]) -> Proof:
    name, sample, seed = work
    return prove(name, documents()[name], lambda rule: 1 / sample, seed)


def lines(proof: Proof, number: int) -> list[str]:
    """A table by rule, then equal mutants by reason and rule, then what is wrong."""
    missed = [name.split(": ")[1] for name in proof.survived]
    rows = [_row(rule, proof, sum(m.startswith(f"{rule} ") for m in missed)) for rule in RULES]
    return [
        f"{'rule':<32}{'caught':>8}{'of':>8}{'equal':>8}",
        *rows,
        f"{'all':<32}{proof.caught.total():>8}{proof.total:>8}{proof.equal.total():>8}",
        *(line for reason in REASONS for line in _equal(reason, proof)),
        *(f"missed: {name}" for name in sorted(proof.survived)),
        *(f"false alarm: {name}" for name in sorted(proof.alarms)),
        f"{proof.caught.total()} of {proof.total} mutants of {number} traces caught, "
        f"{len(proof.alarms)} false alarms in {proof.equal.total()} equal ones",
    ]


def _row(rule: str, proof: Proof, missed: int) -> str:
    equal = sum(count for (of, _), count in proof.equal.items() if of == rule)
    return f"{rule:<32}{proof.caught[rule]:>8}{proof.caught[rule] + missed:>8}{equal:>8}"


def _equal(reason: str, proof: Proof) -> list[str]:
    by_rule = {rule: proof.equal[rule, reason] for rule in RULES if proof.equal[rule, reason]}
    if not by_rule:
        return []
    counts = ", ".join(f"{rule} {count}" for rule, count in by_rule.items())
    return [f"equal, {sum(by_rule.values())}: {reason} ({counts})"]


if __name__ == "__main__":
    sys.exit(main())
