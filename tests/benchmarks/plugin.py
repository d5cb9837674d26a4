"""What the plugin costs: importing it over pytest, the first interception, entering and leaving the fixture `graph`.

    python tests/benchmarks/plugin.py [--quick]

Imports are timed in processes of their own, in turn with the empty program; the median of the differences counts. The
first interception, which asks once through every client that is there whether it is answered, has a process of its own
each time as well. Counted is the time that a process was given: the machine may be busy.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from tempfile import TemporaryDirectory
from typing import Any, Final

from harness.target import FakeApp, opened

AIM_MS: Final = 2.0
FIRST_AIM_MS: Final = 5.0
_IMPORT: Final = "import harness.pytest_plugin"
_INTERCEPT: Final = "harness.intercept.intercepting({}).__enter__()"
_CLIENTS: Final = "requests, httpx, aiohttp, harness.intercept"
_PROGRAM: Final = """
import time, {imported}
began = time.process_time()
{what}
print(time.process_time() - began)
"""


def import_cost(rounds: int) -> float:
    """Milliseconds that importing the plugin takes when pytest is there already."""
    with TemporaryDirectory() as cache:
        _timed(_IMPORT, cache)  # compiles it
        return statistics.median(_timed(_IMPORT, cache) - _timed("pass", cache) for _ in range(rounds)) * 1e3


def _timed(what: str, cache: str, imported: str = "pytest") -> float:
    command = [sys.executable, "-X", f"pycache_prefix={cache}", "-c", _PROGRAM.format(what=what, imported=imported)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return float(done.stdout)


def first_interception_cost(rounds: int) -> float:
    """Milliseconds for the first interception of a process, everything being imported."""
    with TemporaryDirectory() as cache:
        _timed(_INTERCEPT, cache, _CLIENTS)
        return statistics.median(_timed(_INTERCEPT, cache, _CLIENTS) for _ in range(rounds)) * 1e3


def fixture_cost(tests: int, *, intercept: bool) -> float:
    """Milliseconds for entering and leaving `graph`, once everything is imported."""
    app = FakeApp()
    times = []
    for number in range(tests):
        began = time.process_time()
        _enter_and_exit(app, number, intercept)
        times.append(time.process_time() - began)
    return statistics.median(times) * 1e3


def _enter_and_exit(app: Any, number: int, intercept: bool) -> None:
    session = opened("fake", app=app, seed=0, test=f"test_{number}")
    if intercept:
        session.intercept()
    session.problems()
    session.close()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="once each: figures that say nothing, for the tests")
    rounds, tests = (1, 2) if parser.parse_args(arguments).quick else (31, 500)
    print(f"import over pytest            {import_cost(rounds):6.2f} ms   (aim: at most {AIM_MS:g} ms)")
    first = first_interception_cost(rounds)
    print(f"first interception            {first:6.2f} ms   (aim: less than {FIRST_AIM_MS:g} ms)")
    print(f"fixture enter and exit        {fixture_cost(tests, intercept=True):6.2f} ms")
    print(f"  without interception        {fixture_cost(tests, intercept=False):6.2f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
