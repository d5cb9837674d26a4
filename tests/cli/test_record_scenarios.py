"""`graph-harness record SCENARIO…` against the stand-in tenant: what is kept, said, and left standing."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from unittest.mock import Mock

import pytest

from harness.cassette.format import load
from harness.cassette.unclean import unclean
from harness.cli import main
from harness.cli.scenarios import Ended, stop
from harness.cli.stopping import stopping
from harness.compare import Drift
from harness.scenarios import STORIES, play
from harness.target import open_replay
from harness.target.live import Recorded
from harness.target.problems import LeaveCalls
from tests.standin import StandIn
from tests.standin.planted import CARLA
from tests.tenant.test_doctor import free_port

NAMES = {
    "decline": {CARLA.id: "declines"},
    "no-answer": {CARLA.id: "ignores"},
    "remove-while-ringing": {CARLA.id: "ignores"},
}
"""What people do in whose stories not everybody answers."""


@pytest.fixture
def port(led: StandIn, monkeypatch: pytest.MonkeyPatch) -> int:
    for name in ("CI", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT"):
        monkeypatch.delenv(name, raising=False)
    found = free_port()
    led.set(tunnel=found)
    return found


def record(port: int, folder: Path, *names: str, patience: str = "10") -> int:
    places = ["--callback-port", str(port), "--cassette-dir", str(folder), "--patience", patience]
    return main(["record", *names, *places])


def planted_below(folder: Path, led: StandIn) -> list[str]:
    written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    return [value for value in led.planted if value.encode() in written]


@pytest.mark.parametrize("name", STORIES)
def test_every_story_is_recorded_and_can_be_replayed(
    name: str, port: int, led: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The stand-in is not Graph: that the fake differs from it, which makes the exit code, is right."""
    led.set(people=NAMES.get(name, {}), patience=0.5)

    code = record(port, tmp_path, name)

    said = capsys.readouterr().out
    path = tmp_path / f"{name}.yaml"
    assert (code, said.splitlines()[-1]) == (1, "1 of 1 scenarios recorded"), said
    assert unclean(load(path)) == []
    assert planted_below(tmp_path, led) == []
    assert led.calls == []
    with open_replay(path, intercept=False) as graph:
        play(STORIES[name], graph)


def test_summary_of_several_says_what_was_recorded_and_what_not(
    port: int, led: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    led.set(people={CARLA.id: "declines"})

    code = record(port, tmp_path, "invite-one", "decline")

    lines = capsys.readouterr().out.splitlines()
    assert lines[-3].startswith(
        "invite-one  not recorded: the operation ended 'failed' with 403/9999, where 'completed'"
    )
    assert lines[-2].startswith("decline     3 requests, 6 notifications, clean, ")
    assert lines[-1] == "1 of 2 scenarios recorded"
    assert code in (1, 3)
    assert not (tmp_path / "invite-one.yaml").exists()
    assert led.calls == []


def test_steps_and_what_people_are_to_do_are_said_in_order(
    port: int, led: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    led.set(people={CARLA.id: "declines"})

    record(port, tmp_path, "decline")

    assert capsys.readouterr().out.splitlines()[:9] == [
        "decline (1 of 1): whoever is invited declines",
        "  'person 1' (user 1 of GRAPH_USERS): when it rings, answer",
        "  'person 2' (user 2 of GRAPH_USERS): when it rings, answer",
        "  call person 1 and person 2",
        "  the call is established",
        "  'person 3' (user 3 of GRAPH_USERS): when it rings, decline",
        "  invite person 3",
        "  the operation failed",
        "  hang up",
    ]


def test_callback_never_called_is_no_verdict(
    port: int, led: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    led.set(is_silent=True)

    code = record(port, tmp_path, "invite-one", patience="0.5")

    assert code == 3
    assert (
        "invite-one  not recorded: waited 0.5 s for the call to be established, and Graph told nothing: "
        "it does not reach the bot at GRAPH_CALLBACK_URL; `graph-harness doctor --callback-port P` tries it\n"
        "0 of 1 scenarios recorded\n"
    ) in capsys.readouterr().out
    assert not (tmp_path / "invite-one.yaml").exists()
    assert led.calls == []


def test_retry_after_is_obeyed(port: int, led: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    led.set(throttle=1, retry_after="1")

    record(port, tmp_path, "invite-one")

    said = capsys.readouterr().out
    assert "  Graph asks to come again after 1 s\n" in said
    assert said.endswith("1 of 1 scenarios recorded\n")
    assert [i.response.status for i in load(tmp_path / "invite-one.yaml").interactions][:2] == [429, 201]


def recording_process(led: StandIn, port: int, folder: Path, name: str, **environment: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "harness.cli", "record", name, "--callback-port", str(port)]
    return subprocess.Popen(
        [*command, "--cassette-dir", str(folder)],
        env={**os.environ, **led.environment, "PYTHONUNBUFFERED": "1", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_recording_ends_its_calls(sent: signal.Signals, port: int, led: StandIn, tmp_path: Path) -> None:
    led.set(people={CARLA.id: "ignores"}, patience=60)
    with recording_process(led, port, tmp_path, "no-answer") as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if line == "  invite person 3\n":
                time.sleep(0.2)
                process.send_signal(sent)
        process.wait(20)
        assert process.stderr is not None
        problem = process.stderr.read()

    assert (process.returncode, problem) == (130, "graph-harness record: interrupted\n")
    assert "  ended 1 call\n" in said
    assert led.calls == []
    assert planted_below(tmp_path, led) == []
    assert [path.name for path in tmp_path.iterdir()] == ["no-answer.yaml.partial"]


def test_network_that_is_cut_leaves_no_call_standing(
    port: int, led: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The answer to the new call breaks off: only what is told says that there is one."""
    led.set(cut=1)

    assert record(port, tmp_path, "decline") == 3

    said = capsys.readouterr().out
    assert "  ended 1 call\n" in said
    assert "\ndecline  not recorded: Graph cannot be reached: " in said
    assert not (tmp_path / "decline.yaml").exists()
    assert led.calls == []


def test_missing_permission_is_told_by_graphs_code(
    port: int, led: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    led.set(roles=["Calls.Initiate.All"])

    assert record(port, tmp_path, "decline") == 3

    assert capsys.readouterr().out.endswith(
        "decline  not recorded: POST /calls is answered 403 7504; "
        "`graph-harness doctor` says which permission is missing\n"
        "0 of 1 scenarios recorded\n"
    )


def test_wrong_secret_is_told_and_leaves_nothing(
    port: int, led: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "wrong")

    assert record(port, tmp_path, "decline") == 2

    out, err = capsys.readouterr()
    assert out == ""  # nobody is told to wait for a call that is never made
    assert err.startswith(
        "graph-harness record: login.microsoftonline.com gives no token: AADSTS7000215, AZURE_CLIENT_SECRET is wrong"
    )
    assert list(tmp_path.iterdir()) == []


def test_what_was_cut_off_is_in_the_way_before_anybody_is_called(
    port: int, led: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("decline", "no-answer"):
        (tmp_path / f"{name}.yaml.partial").touch()

    assert record(port, tmp_path, "invite-one", "decline", "no-answer") == 2

    first, second = tmp_path / "decline.yaml", tmp_path / "no-answer.yaml"
    cut_off = "an earlier recording of it was cut off. What was kept until then: graph-harness record --recover"
    assert capsys.readouterr() == (
        "",
        f"graph-harness record: {first}: {cut_off} {first}.partial; or remove it: rm {first}.partial\n"
        f"  {second}: {cut_off} {second}.partial; or remove it: rm {second}.partial\n",
    )
    assert led.seen == []


def result(verdict: str, unclean: tuple[str, ...] = ()) -> Recorded:
    drifts = (Drift("requests/1/response/status", "value", 200, 202),) if verdict == "drift" else ()
    return Recorded(Path("a.yaml"), 3, 6, 0, unclean, Mock(verdict=verdict, drifts=drifts))


@pytest.mark.parametrize(
    ("ended", "code", "said"),
    [
        (Ended("a", result("same")), 0, "3 requests, 6 notifications, clean, verdict same"),
        (Ended("a", result("drift")), 1, "3 requests, 6 notifications, clean, 1 drift"),
        (Ended("a", result("same", ("seq 1",))), 1, "3 requests, 6 notifications, unclean, verdict same"),
        (Ended("a", result("none")), 3, "3 requests, 6 notifications, clean, verdict none"),
        (Ended("a", None, "why"), 3, "not recorded: why"),
        (
            Ended("a", result("same"), "a call may go on"),
            3,
            "3 requests, 6 notifications, clean, verdict same\na call may go on",
        ),
    ],
)
def test_what_came_of_it_makes_line_and_exit_code(ended: Ended, code: int, said: str) -> None:
    assert (ended.code, str(ended)) == (code, said)


def test_scenario_that_lacks_variables_is_refused_before_anybody_is_called(
    port: int, led: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GRAPH_MEETING")
    monkeypatch.delenv("GRAPH_PHONE")

    assert record(port, tmp_path, "invite-one", "invite-several", "invite-pstn") == 2

    assert capsys.readouterr().err == (
        "graph-harness record: set what is missing, or leave these scenarios out:\n"
        "  invite-several lacks GRAPH_MEETING\n"
        "  invite-pstn lacks GRAPH_PHONE\n"
    )
    assert led.seen == []


def test_who_cannot_wait_until_calls_are_ended_asks_twice_more(capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGINT)
    with stopping(stop):
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)
        assert capsys.readouterr().out == "  calls are being ended; once more, and they are left as they are\n"
        with pytest.raises(LeaveCalls):
            signal.raise_signal(signal.SIGHUP)

    assert signal.getsignal(signal.SIGINT) is before


def test_closed_terminal_means_nothing_under_nohup_and_sigint_always_stops() -> None:
    numbers = (signal.SIGHUP, signal.SIGINT)
    before = [signal.signal(number, signal.SIG_IGN) for number in numbers]
    try:
        with stopping(stop):
            signal.raise_signal(signal.SIGHUP)
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def test_who_cannot_wait_leaves_the_call_and_is_told_which(port: int, led: StandIn, tmp_path: Path) -> None:
    """The network hangs: without a third signal the end of the call would be waited for."""
    led.set(people={CARLA.id: "ignores"}, patience=60)

    with (
        frozen_way(led.proxy) as (way, freeze),
        recording_process(led, port, tmp_path, "no-answer", HTTPS_PROXY=f"http://127.0.0.1:{way}") as process,
    ):
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if line == "  invite person 3\n":
                time.sleep(0.2)
                freeze()
                process.send_signal(signal.SIGINT)
            if line == "  end the calls that were made\n":
                time.sleep(0.2)
                process.send_signal(signal.SIGTERM)
            if line.startswith("  calls are being ended; once more"):
                time.sleep(0.5)  # as people do: CPython sees no signal that comes while it handles another in a recv
                began = time.monotonic()
                process.send_signal(signal.SIGINT)
        process.wait(20)

    assert process.returncode == 130
    assert time.monotonic() - began < 10
    left = "a call may still stand, the one to 'call person 1 and person 2'. It ends when everybody in it hangs up"
    assert f"  {left}\n" in said
    assert len(led.calls) == 1


@contextmanager
def frozen_way(to: int) -> Iterator[tuple[int, Callable[[], None]]]:
    """A port that leads to another one, until it is frozen: then nothing comes through, and nothing breaks."""
    is_frozen = threading.Event()
    sockets: list[socket.socket] = []

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while (data := source.recv(65536)) and not is_frozen.is_set():
                sink.sendall(data)

    def accept() -> None:
        with suppress(OSError):
            while True:
                client = listening.accept()[0]
                there = socket.create_connection(("127.0.0.1", to))
                sockets.extend((client, there))
                for pair in ((client, there), (there, client)):
                    threading.Thread(target=pump, args=pair, daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield int(listening.getsockname()[1]), is_frozen.set
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
    for one in sockets:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_cut_off_recording_in_the_way_is_said_before_anybody_is_called(
    port: int, led: StandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "decline.yaml.partial").touch()

    assert record(port, tmp_path, "invite-one", "decline") == 2

    said = capsys.readouterr()
    assert said.err.startswith(
        f"graph-harness record: {tmp_path / 'decline.yaml'}: an earlier recording of it was cut off. "
    )
    assert (said.out, led.seen) == ("", [])


def test_at_a_terminal_people_are_waited_for(
    port: int, led: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", _Terminal("\n"))  # and then it is closed

    assert record(port, tmp_path, "invite-pstn", "decline") == 130

    said = capsys.readouterr().out
    assert "  wanted are 1 person of GRAPH_USERS and the phone: press Enter when they are there\n" in said
    assert "  wanted are 3 people of GRAPH_USERS: press Enter when they are there\ninvite-pstn  3 requests" in said
    assert said.endswith("1 of 2 scenarios recorded\n")


def test_list_says_what_each_scenario_lacks(
    led: StandIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GRAPH_APP_INSTANCE")

    assert main(["record", "--list"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 * len(STORIES)
    assert lines[:2] == [
        "invite-one            invite one person into a group call",
        "                      has what it needs",
    ]
    assert "                      lacks GRAPH_APP_INSTANCE" in lines
    assert led.seen == []


def test_list_says_what_all_of_them_lack(
    led: StandIn, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AZURE_CLIENT_SECRET")
    monkeypatch.setenv("GRAPH_CALLBACK_URL", "http://bot.example")

    assert main(["record", "--list"]) == 0

    assert capsys.readouterr().out.splitlines()[-1] == (
        "missing or wrong for all of them: AZURE_CLIENT_SECRET, GRAPH_CALLBACK_URL; "
        "`graph-harness doctor` says what is right"
    )


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "name scenarios to record, or give --list or --recover PARTIAL, one of the three"),
        (["decline", "--list"], "name scenarios to record, or give --list or --recover PARTIAL, one of the three"),
        (["decline", "--into", "a.yaml"], "--into: says where to recover to, and there is no --recover"),
        (
            ["decline"],
            "--callback-port P is missing: the port of this machine to which GRAPH_CALLBACK_URL leads; "
            "GRAPH_CALLBACK_PORT in the environment will do",
        ),
        (
            ["invite", "--callback-port", "8445"],
            f"unknown scenario 'invite'; known: {', '.join(STORIES)}",
        ),
    ],
)
def test_asked_wrongly(
    arguments: list[str], problem: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GRAPH_CALLBACK_PORT", raising=False)

    assert main(["record", *arguments]) == 2

    assert capsys.readouterr().err == f"graph-harness record: {problem}\n"


def test_port_may_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("GRAPH_CALLBACK_PORT", "tunnel")

    assert main(["record", "decline"]) == 2

    said = capsys.readouterr().err
    assert said == "graph-harness record: GRAPH_CALLBACK_PORT: expected a port from 1 to 65535, got 'tunnel'\n"


@pytest.mark.parametrize(("option", "value"), [("--callback-port", "0"), ("--patience", "never"), ("--patience", "0")])
def test_numbers_that_are_none(option: str, value: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["record", "decline", option, value])

    assert stopped.value.code == 2


def test_nothing_is_recorded_in_ci(
    port: int, led: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CI", "true")

    assert record(port, tmp_path, "decline") == 2

    out, err = capsys.readouterr()
    assert "CI" in err
    assert (out, led.seen) == ("", [])
