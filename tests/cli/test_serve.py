"""`graph-harness serve`, as a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_serve_writes_its_port_answers_and_stops(tmp_path: Path, stop: signal.Signals) -> None:
    port_file = tmp_path / "port"
    arguments = [sys.executable, "-m", "harness.cli", "serve", "--seed", "1", "--port-file", str(port_file)]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.readline()
    port = int(port_file.read_text())

    with urllib.request.urlopen(f"http://127.0.0.1:{port}/__admin/health", timeout=10) as answer:
        body = json.loads(answer.read())
    process.send_signal(stop)
    _, error = process.communicate(timeout=20)

    assert body == {"status": "ok"}
    assert said == f"Graph is faked on http://127.0.0.1:{port}/v1.0, control is on http://127.0.0.1:{port}/__admin/\n"
    assert (process.returncode, error) == (0, "")
