"""`python -m harness.cli`: the command where its script is not installed."""

import sys

from harness.cli import main

if __name__ == "__main__":
    sys.exit(main())
