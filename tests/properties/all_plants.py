"""Many documents with planted values, sanitised.

    python -m tests.properties.all_plants [--documents N] [--random]

Prints how many documents and values there were, and what leaked, was not idempotent, was not clean to the lint, or was
found by the sweep; fails if there is any of these. The suite itself takes a sample.
"""

from __future__ import annotations

import argparse
import sys

from tests.properties.proving_clean import prove


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.properties.all_plants")
    parser.add_argument("--documents", type=int, default=5000, metavar="N", help="how many (default: 5000)")
    parser.add_argument("--random", action="store_true", help="other ones each time")
    options = parser.parse_args(arguments)
    proof = prove(options.documents, is_random=options.random)
    print("\n".join(proof.lines()))
    return 0 if proof.holds else 1


if __name__ == "__main__":
    sys.exit(main())
