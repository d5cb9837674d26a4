"""`graph-harness serve` as a process of its own, and the bot in Node that goes through it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.standin import StandIn, planted

CLIENT: Final = Path(__file__).parent / "client.mjs"
_OF_HERE: Final = ("CI", "PYTEST_XDIST_WORKER", "GRAPH_BASE_URL", "https_proxy", "HTTPS_PROXY", "GRAPH_CALLBACK_URL")


@dataclass(slots=True)
class Serving:
    """Where it is, what it said first; code, out and err once it has ended."""

    url: str
    said: list[str]
    process: subprocess.Popen[str]
    code: int | None = None
    out: str = ""
    err: str = ""

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.out, self.err = self.process.communicate(timeout=30)
        self.code = self.process.returncode


@contextmanager
def serving(*arguments: str, lines: int = 1, environment: Mapping[str, str] = {}) -> Iterator[Serving]:
    """lines: how many it says before it serves."""
    known = {name: value for name, value in os.environ.items() if name not in _OF_HERE}
    process = subprocess.Popen(
        [sys.executable, "-m", "harness.cli", "serve", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**known, **environment},
    )
    assert process.stdout is not None
    try:
        said = [process.stdout.readline() for _ in range(lines)]
        assert said[0], process.stderr.read() if process.stderr else ""
        found = re.search(r"(https?://127\.0\.0\.1:\d+)/v1\.0", said[0])
        assert found is not None, said
        yield Serving(found[1], said, process)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def node(graph: str, port: int, callback: str, **more: str) -> dict[str, Any]:
    """What the bot in Node saw. Skips where there is no Node."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("node is not installed")
    who = {"TENANT": planted.TENANT_ID, "APP": planted.CLIENT_ID, "SECRET": planted.CLIENT_SECRET}
    users = ",".join(person.id for person in planted.PEOPLE)
    environment = {"PATH": os.environ["PATH"], "GRAPH": graph, "PORT": str(port), "CALLBACK": callback, "USERS": users}
    done = subprocess.run(
        [program, str(CLIENT)], env={**environment, **who, **more}, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def recording(standin: StandIn, cassette: Path, callback_port: int, bot_port: int, *more: str) -> Any:
    """`serve --target record` against the stand-in, whose tunnel leads to it."""
    standin.set(tunnel=callback_port)
    arguments = ("--target", "record", "--cassette", str(cassette), "--callback-port", str(callback_port))
    bot = ("--bot-url", f"http://127.0.0.1:{bot_port}")
    return serving(*arguments, *bot, *more, lines=3 if "--tls" in more else 2, environment=standin.environment)
