"""A project that uses the plugin, as its authors would: a bot and its tests, in a folder of their own, offline."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent / "project"
QUIET = ("-p", "no:cacheprovider", "-p", "no:asyncio", "--strict-markers", "--strict-config")


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_project_passes(workers: tuple[str, ...], tmp_path: Path) -> None:
    project = shutil.copytree(PROJECT, tmp_path / "project")
    # A proxy that nobody listens on: what is not answered in process does not get out.
    environment = os.environ | {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}

    run = subprocess.run(
        [sys.executable, "-m", "pytest", *QUIET, *workers],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert (run.returncode, run.stderr) == (0, ""), run.stdout + run.stderr
    assert "12 passed in" in run.stdout
    left = {p.name for p in project.rglob("*") if p.is_file() and p.suffix != ".pyc"}
    assert left == {"reception.py", "test_reception.py", "test_agent_joins.yaml", "pytest.ini"}
