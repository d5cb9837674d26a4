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
from harness.cli.serve import finished
from tests.tenant.test_doctor import free_port


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


def test_port_file_that_cannot_be_written_is_a_usage_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(signal, "signal", Mock())
    path = tmp_path / "none" / "port"

    code = main(["serve", "--port-file", str(path)])

    said = f"graph-harness serve: --port-file {path}: cannot be written: No such file or directory\n"
    assert (code, capsys.readouterr().err) == (2, said)


def test_tls_without_its_extra_is_a_usage_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal, "signal", Mock())
    monkeypatch.setitem(sys.modules, "trustme", None)

    code = main(["serve", "--tls"])

    said = "graph-harness serve: TLS needs the package trustme: pip install 'graph-call-harness[tls]'\n"
    assert (code, capsys.readouterr().err) == (2, said)


SHIPPED = str(next((Path(__file__).parent.parent.parent / "cassettes").rglob("*invite*.scenario.yaml"))).replace(
    ".scenario", ""
)
RECORD = ("--target", "record", "--cassette", "c.yaml", "--callback-port", "3979", "--bot-url", "http://127.0.0.1:3978")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--cassette", "c.yaml"), "--cassette is for --target replay or --target record, and this is --target fake"),
        (("--bot-url", "x"), "--bot-url is for --target replay or --target record, and this is --target fake"),
        (("--in-ci",), "--in-ci is for --target record, and this is --target fake"),
        (("--callback-port", "1"), "--callback-port is for --target record, and this is --target fake"),
        (("--target", "replay"), "--target replay needs --cassette: the cassette that answers"),
        (
            ("--target", "replay", "--cassette", "none.yaml"),
            "--cassette none.yaml: there is no such file; record it with --target record",
        ),
        (
            ("--target", "replay", "--cassette", "none.yaml", "--seed", "1"),
            "--seed is for --target fake, and this is --target replay",
        ),
        (
            ("--target", "replay", "--cassette", SHIPPED, "--bot-url", "http://bot.example:1/api"),
            "--bot-url: callback host 'bot.example' is neither loopback nor allowed: allow it with --allow-callback "
            "bot.example",
        ),
        (
            ("--target", "replay", "--cassette", SHIPPED, "--bot-url", "127.0.0.1"),
            "--bot-url: callback '127.0.0.1' is not posted to: expected http(s)://HOST[:PORT]/PATH",
        ),
        (("--target", "record"), "--target record needs --cassette: the cassette that is made"),
        (RECORD[:4], "--target record needs --callback-port: the port of this machine to which your tunnel leads"),
        (RECORD[:6], "--target record needs --bot-url: the bot on this machine, such as http://127.0.0.1:3978"),
        (
            (*RECORD, "--allow-callback", "x"),
            "--allow-callback is for --target fake or --target replay, and this is --target record",
        ),
        ((*RECORD, "--callback-port", "70000"), "--callback-port: expected a port from 0 to 65535, got 70000"),
        (
            (*RECORD, "--cassette", "c.yml"),
            "--cassette c.yml: a cassette is called NAME.yaml, else no command takes it for one",
        ),
        (
            (*RECORD, "--bot-url", "http://bot.example:80"),
            "--bot-url: 'http://bot.example:80' leads away from this machine, in clear text: let the bot listen on "
            "loopback, http://127.0.0.1:80",
        ),
    ],
)
def test_wrong_options_are_usage_errors(
    arguments: tuple[str, ...],
    problem: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(signal, "signal", Mock())
    monkeypatch.setenv("GRAPH_CALLBACK_URL", "https://bot.example/api")
    monkeypatch.delenv("GRAPH_BASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)

    code = main(["serve", *arguments])

    assert (code, capsys.readouterr().err) == (2, f"graph-harness serve: {problem}\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ({}, "GRAPH_CALLBACK_URL is not set: the public https address of the bot, as its tunnel gives it"),
        (
            {"GRAPH_CALLBACK_URL": "http://bot.example"},
            "GRAPH_CALLBACK_URL: expected an https address: Graph talks https only",
        ),
        (
            {"GRAPH_CALLBACK_URL": "https://bot.example", "GRAPH_BASE_URL": "https://bot.example"},
            "GRAPH_BASE_URL: is no Graph: expected one of https://graph.microsoft.com, https://graph.microsoft.us, "
            "https://dod-graph.microsoft.us, https://microsoftgraph.chinacloudapi.cn",
        ),
    ],
)
def test_recording_needs_the_public_address(
    variables: dict[str, str],
    problem: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(signal, "signal", Mock())
    monkeypatch.chdir(tmp_path)
    for name in ("GRAPH_CALLBACK_URL", "GRAPH_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    code = main(["serve", *RECORD])

    assert (code, capsys.readouterr().err) == (2, f"graph-harness serve: {problem}\n")


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (
            (),
            "c.yaml: is not recorded where the variable CI is set, for a recording makes real calls in a tenant: unset "
            "CI, or say that it is meant: --in-ci, with pytest --graph-record-in-ci, in Python in_ci=True",
        ),
        (
            ("--in-ci",),
            "--bot-url: http://127.0.0.1:{port} is where this listens itself: give the bot a port of its own",
        ),
    ],
    ids=["not said", "said"],
)
def test_nothing_is_recorded_in_ci_unless_that_is_said(
    more: tuple[str, ...],
    problem: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Where it is said, the next thing that is wrong is found: the bot's port is that of the callback."""
    monkeypatch.setattr(signal, "signal", Mock())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRAPH_CALLBACK_URL", "https://bot.example")
    monkeypatch.setenv("CI", "true")
    for name in ("GRAPH_BASE_URL", "PYTEST_XDIST_WORKER"):
        monkeypatch.delenv(name, raising=False)
    port = free_port()

    code = main(["serve", *RECORD[:5], str(port), "--bot-url", f"http://127.0.0.1:{port}", *more])

    assert (code, capsys.readouterr().err) == (2, f"graph-harness serve: {problem.format(port=port)}\n")
    assert list(tmp_path.iterdir()) == []


def test_who_cannot_wait_for_the_cassette_asks_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = Mock()
    kept.recorder.partial = tmp_path / "c.yaml.partial"
    kept.recorder.partial.touch()
    said = "the cassette is being looked through; once more, and it is left as it is\n"

    def finish(*_: object) -> None:
        signal.raise_signal(signal.SIGTERM)
        assert capsys.readouterr().out == said
        signal.raise_signal(signal.SIGINT)

    kept.finish = finish
    with pytest.raises(KeyboardInterrupt):
        finished(kept, {})

    recover = f"graph-harness record --recover {kept.recorder.partial}"
    assert capsys.readouterr().out == f"not recorded: what was kept until then: {recover}\n"
