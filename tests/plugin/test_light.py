"""Whoever does not use the plugin pays nothing for it."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("flask", "werkzeug", "vcr", "responses", "requests", "deepdiff", "yaml", "jwt", "cryptography", "asyncio")


def test_importing_the_plugin_loads_no_heavy_module() -> None:
    program = (
        "import pytest, sys; before = set(sys.modules); import harness.pytest_plugin; "
        "print(*sorted({name.split('.')[0] for name in set(sys.modules) - before}))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert set(done.stdout.split()) - {"harness"} & set(HEAVY) == set()
    assert set(done.stdout.split()) <= {"harness"} | sys.stdlib_module_names
