"""`graph-harness doctor`: what it prints, as text and JSON, and its exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from harness.cli import main
from tests.standin import StandIn
from tests.tenant.test_doctor import free_port


@pytest.fixture
def port(led: StandIn) -> int:
    found = free_port()
    led.set(tunnel=found)
    return found


def test_ready_exits_zero_on_one_screen(port: int, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["doctor", "--callback-port", str(port)])

    lines = capsys.readouterr().out.splitlines()
    assert (code, lines[-1]) == (0, "ready to record. Nothing was changed in the tenant.")
    assert len(lines) <= 24
    assert lines[:6] == [
        "variables",
        "  ok       AZURE_TENANT_ID",
        "  ok       AZURE_CLIENT_ID",
        "  ok       AZURE_CLIENT_SECRET",
        "  ok       GRAPH_CALLBACK_URL",
        "  ok       GRAPH_USERS                   3 people",
    ]


def test_missing_exits_one(port: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("GRAPH_USERS")

    code = main(["doctor", "--callback-port", str(port)])

    lines = capsys.readouterr().out.splitlines()
    assert code == 1
    assert lines[-1] == "not ready to record: see what is missing or wrong. Nothing was changed in the tenant."
    assert (
        "  missing  GRAPH_USERS                   object ids of people who will answer, with commas between them"
        in lines
    )


@pytest.mark.usefixtures("led")
def test_not_all_looked_at_exits_three(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["doctor"])

    last = capsys.readouterr().out.splitlines()[-1]
    assert code == 3
    assert last == ("nothing is wrong, but not everything could be looked at. Nothing was changed in the tenant.")


def test_json_says_the_same(port: int, capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", "--callback-port", str(port), "--output", "json"])

    said = json.loads(capsys.readouterr().out)
    assert said["readiness"] == "ready"
    assert said["findings"][-1] == {
        "group": "callback",
        "name": "bot-calls.fabrikam-pflege.de",
        "state": "ok",
        "text": f"a request to it came out at port {port}",
    }


def test_nothing_that_is_printed_shows_the_tenant(port: int, led: StandIn) -> None:
    """But for the host of the callback. In a process of its own, where nothing but the environment leads there."""
    hidden = {value for value in led.planted if value != "bot-calls.fabrikam-pflege.de"}
    command = [sys.executable, "-m", "harness.cli", "doctor", "--callback-port", str(port)]
    environment = {**os.environ, **led.environment}

    for wrong in ({}, {"AZURE_CLIENT_SECRET": "n0"}, {"GRAPH_USERS": environment["AZURE_CLIENT_SECRET"]}):
        done = subprocess.run(command, env={**environment, **wrong}, capture_output=True, text=True, check=False)

        assert (done.returncode, done.stderr) == (1 if wrong else 0, "")
        assert [
            value for value in hidden | set(led.planted) - {"bot-calls.fabrikam-pflege.de"} if value in done.stdout
        ] == []


def test_port_that_is_none_exits_two(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["doctor", "--callback-port", "tunnel"])

    assert stopped.value.code == 2
    assert "argument --callback-port: expected a port from 1 to 65535, got 'tunnel'" in capsys.readouterr().err
