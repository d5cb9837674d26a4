"""The command line: exit codes, output, and `serve` as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from harness.cli import main
from harness.graph.refusals import Evidence

CASSETTES = Path(__file__).parent.parent / "cassettes"
INVITE = CASSETTES / "documented" / "participant-invite.1-one-participant.yaml"


def test_verify_says_same_and_counts(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["verify", str(INVITE)])

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert lines[-1].startswith("1 cassette · 1 interaction · 2 notifications · 0 drifts · ")


def test_verify_prints_json_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["verify", "--output", "json", str(INVITE)])

    body = json.loads(capsys.readouterr().out)
    assert (code, body["verdict"], body["cassettes"][0]["path"]) == (0, "same", str(INVITE))


def test_verify_counts_what_the_fake_can_emit_after_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["verify", "--parity", str(INVITE)])

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert lines[-2].startswith("1 cassette · ")
    rows, *evidence = lines[-1].split(" · ")
    assert rows.startswith("parity: 9 routes, ")
    assert [name.split()[0] for name in evidence] == [*Evidence, "unsupported"]


def test_counts_stand_beside_json_not_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    main(["verify", "--parity", "--output", "json", str(INVITE)])

    printed = capsys.readouterr()
    assert json.loads(printed.out)["verdict"] == "same"
    assert printed.err.startswith("parity: 9 routes, ")


def test_drift_exits_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario = INVITE.with_name(INVITE.stem + ".scenario.yaml")
    (tmp_path / INVITE.name).write_text(INVITE.read_text().replace('"Running"', '"running"'))
    (tmp_path / scenario.name).write_text(scenario.read_text())

    code = main(["verify", str(tmp_path)])

    assert code == 1
    assert "requests/1/response/body/status: letter case only" in capsys.readouterr().out


def test_path_that_does_not_exist_exits_two(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["verify", "nowhere"])

    assert code == 2
    assert capsys.readouterr().err == (
        "graph-harness verify: nowhere: no such file or folder; name a cassette or a folder of cassettes\n"
    )


def test_nothing_compared_exits_three(tmp_path: Path) -> None:
    assert main(["verify", str(tmp_path)]) == 3


def test_unreadable_cassette_exits_three(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.yaml").write_text("version: 2\ninteractions: []\n")

    assert main(["verify", str(tmp_path)]) == 3
    assert "version 2 is newer than 1: upgrade graph-call-harness" in capsys.readouterr().out


def test_show_prints_the_timeline(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(INVITE)]) == 0
    assert "← updated /communications/calls/<call:1>/participants" in capsys.readouterr().out


def test_unknown_command_exits_two() -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["vreify"])

    assert stopped.value.code == 2


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


def test_help_is_quick_since_nothing_heavy_is_imported() -> None:
    """The command imports Flask and deepdiff only for what needs them."""
    script = "import sys, harness.cli; print([m for m in ('flask', 'deepdiff', 'vcr', 'waitress') if m in sys.modules])"

    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=os.environ)

    assert out.stdout == "[]\n"
