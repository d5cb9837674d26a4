"""Writes the ledger as a page: `python -m harness.parity [PATH…]`, of the cassettes under the paths."""

import sys
from pathlib import Path

from harness.parity import ledger, page
from harness.verifying import verify_all

if __name__ == "__main__":
    paths = [Path(path) for path in sys.argv[1:] or ["cassettes"]]
    sys.stdout.write(page(ledger(verify_all(paths, with_moments=True))))
