"""`graph-harness serve`, as a process of its own."""

from __future__ import annotations

import json
import re
import signal
import ssl
import subprocess
import sys
import urllib.request
from pathlib import Path
from unittest.mock import Mock

import pytest

from harness.cli import main


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


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_serve_over_tls_says_by_what_it_is_trusted_and_removes_it(stop: signal.Signals) -> None:
    arguments = [sys.executable, "-m", "harness.cli", "serve", "--tls"]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    first, second = process.stdout.readline(), process.stdout.readline()
    served = re.fullmatch(r"Graph is faked on (https://127\.0\.0\.1:\d+)/v1\.0, control is on \1/__admin/\n", first)
    trusted = re.fullmatch(r"Clients trust it by the CA certificate in (/.+/ca\.pem)\n", second)
    assert served is not None
    assert trusted is not None
    ca_file = Path(trusted[1])

    context = ssl.create_default_context(cafile=str(ca_file))
    with urllib.request.urlopen(f"{served[1]}/__admin/health", timeout=10, context=context) as answer:
        body = json.loads(answer.read())
    process.send_signal(stop)
    rest, error = process.communicate(timeout=20)

    assert body == {"status": "ok"}
    assert (process.returncode, rest, error) == (0, "", "")
    assert not ca_file.parent.exists()


def test_ca_file_without_tls_is_a_usage_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal, "signal", Mock())

    code = main(["serve", "--ca-file", "ca.pem"])

    assert (code, capsys.readouterr().err) == (2, "graph-harness serve: --ca-file: there is a CA only with --tls\n")


def test_tls_without_its_extra_is_a_usage_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal, "signal", Mock())
    monkeypatch.setitem(sys.modules, "trustme", None)

    code = main(["serve", "--tls"])

    said = "graph-harness serve: TLS needs the package trustme: pip install 'graph-call-harness[tls]'\n"
    assert (code, capsys.readouterr().err) == (2, said)
