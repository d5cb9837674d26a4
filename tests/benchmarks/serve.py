"""How fast the served fake is beside a bare Flask view on the same server, and what 100,000 invites leave behind.

    python tests/benchmarks/serve.py [--invites 100000] [--seconds 3]

Everything is measured in one run, so that figures can be compared; a ratio is what counts. Servers, sink and load are
processes of their own on loopback.
"""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import socket
import statistics
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import repeat
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from flask import Flask, request
from waitress.server import create_server

from harness.server import Settings, WorldSettings, serve

HOST: Final = "127.0.0.1"
CONNECTIONS: Final = (1, 8, 32)
INVITES_PER_CALL: Final = 5
SLICES: Final = 7
OPEN_CALLS: Final = 20


# ---- processes


def run_fake(pipe: Connection) -> None:
    with serve(Settings(world=WorldSettings(seed=1))) as fake:
        pipe.send(fake.port)
        fake.run()


def run_bare(pipe: Connection) -> None:
    """A view that reads the same body and writes an answer of the same size, on the same server."""
    app = Flask("bare")
    answer: dict[str, Any] = {"text": "x" * 560}

    @app.post("/<path:_>")
    def view(_: str) -> dict[str, Any]:
        request.get_json()
        return answer

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    listening = socket.create_server((HOST, 0), backlog=1024)
    pipe.send(listening.getsockname()[1])
    create_server(app, sockets=[listening], threads=8, connection_limit=1000, ident=None).run()


def run_sink(pipe: Connection) -> None:
    """Reads notifications and answers 202; counts them."""
    listening = socket.create_server((HOST, 0), backlog=1024)
    pipe.send(listening.getsockname()[1])
    count = 0
    lock = threading.Lock()

    def take(connection: socket.socket) -> None:
        nonlocal count
        with connection:
            read_message(connection, b"")
            connection.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        with lock:
            count += 1

    def accept() -> None:
        while True:
            connection, _ = listening.accept()
            take(connection)

    for _ in range(8):
        threading.Thread(target=accept, daemon=True).start()
    while True:
        pipe.recv()
        pipe.send(count)


@contextmanager
def process(target: Any) -> Iterator[tuple[int, int, Connection]]:
    """(port, process id, pipe) of a server that runs until the block ends."""
    mine, theirs = multiprocessing.Pipe()
    child = multiprocessing.get_context("spawn").Process(target=target, args=(theirs,), daemon=True)
    child.start()
    try:
        yield int(mine.recv()), int(child.pid or 0), mine
    finally:
        child.terminate()
        child.join()


# ---- a client with next to no cost of its own


def read_message(connection: socket.socket, rest: bytes) -> tuple[bytes, bytes]:
    """One HTTP message with Content-Length: its body, and what came behind it."""
    while b"\r\n\r\n" not in rest:
        rest += connection.recv(65536)
    head, _, body = rest.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length:
        body += connection.recv(65536)
    return body[:length], body[length:]


class Client:
    """One kept-alive connection; opened again behind an answer without body, after which the server closes it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open()

    def _open(self) -> None:
        self._socket = socket.create_connection((HOST, self._port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = b""

    def send(self, method: str, path: str, body: Any = None) -> bytes:
        data = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer x\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        self._socket.sendall(head.encode() + data)
        answer, self._rest = read_message(self._socket, self._rest)
        if not answer:
            self.close()
            self._open()
        return answer

    def close(self) -> None:
        self._socket.close()


def new_call(client: Client, callback: str, **more: Any) -> str:
    body = {"callbackUri": callback, "chatInfo": {"threadId": "19:x@thread.v2"}, **more}
    return str(json.loads(client.send("POST", "/__admin/calls", body))["id"])


def invitation(number: int) -> dict[str, Any]:
    return {"participants": [{"identity": {"user": {"id": f"user-{number}"}}}], "clientContext": f"context-{number}"}


# ---- throughput


def rate(port: int, connections: int, seconds: float, paths: Iterable[str]) -> float:
    """Invites a second over so many kept-alive connections: five into each path, then the next one.

    Raises: RuntimeError when the paths do not last.
    """
    waiting = iter(paths)
    problems: list[str] = []
    done = [0] * connections
    began = time.perf_counter()
    stop = began + seconds

    def load(worker: int) -> None:
        client = Client(port)
        while time.perf_counter() < stop:
            path = next(waiting, None)
            if path is None:
                problems.append("the seeded calls were used up before the time")
                break
            for number in range(INVITES_PER_CALL):
                answer = client.send("POST", path, invitation(number))
                if answer.startswith(b'{"error'):
                    problems.append(answer.decode())
                done[worker] += 1
        client.close()

    threads = [threading.Thread(target=load, args=(worker,)) for worker in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise RuntimeError(problems[0])
    return sum(done) / (time.perf_counter() - began)


def seeded_paths(port: int, count: int, callback: str, **more: Any) -> list[str]:
    client = Client(port)
    calls = [new_call(client, callback, **more) for _ in range(count)]
    client.close()
    return [f"/v1.0/communications/calls/{call}/participants/invite" for call in calls]


def print_throughput(seconds: float) -> None:
    """Invites with their notifications dropped, and with both of them delivered to a sink, beside the bare view.

    Each is measured in slices that take turns, so that a busy moment of the machine hits all; medians are printed.
    """
    print("requests a second, medians of slices that take turns")
    print(f"{'connections':>12}{'bare view':>12}{'invite':>10}{'ratio':>8}{'and told':>12}{'ratio':>8}")
    with process(run_bare) as (bare, _, _), process(run_fake) as (fake, _, _), process(run_sink) as (sink, _, pipe):
        callback = f"http://{HOST}:{sink}/"
        quiet = {"notifications": {"drop": ["operation", "roster"]}}
        slice_ = seconds / SLICES
        for connections in CONNECTIONS:
            count = int(slice_ * 600) + 2 * connections
            rates: list[tuple[float, float, float]] = []
            for _ in range(SLICES):
                plain = rate(bare, connections, slice_, repeat("/invite"))
                silent = rate(fake, connections, slice_, seeded_paths(fake, count, callback, **quiet))
                wait_until_told(fake)
                told = rate(fake, connections, slice_, seeded_paths(fake, count, callback))
                wait_until_told(fake)
                rates.append((plain, silent, told))
            plain, silent, told = (statistics.median(column) for column in zip(*rates, strict=True))
            one = statistics.median(s / p for p, s, _ in rates)
            two = statistics.median(t / p for p, _, t in rates)
            print(f"{connections:>12}{plain:>12.0f}{silent:>10.0f}{one:>8.2f}{told:>12.0f}{two:>8.2f}")
        pipe.send("count")
        print(f"{pipe.recv()} notifications were delivered")


def wait_until_told(port: int) -> None:
    client = Client(port)
    while (
        json.loads(client.send("GET", "/__admin/clock"))["pending"]
        or json.loads(client.send("GET", "/__admin/deliveries"))["pending"]
    ):
        time.sleep(0.05)
    client.close()


# ---- endurance


def memory(pid: int) -> float:
    """Resident memory of a process, MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no memory is told of process {pid}")


def print_endurance(invites: int) -> None:
    """Group calls with five invites each, all of it told to a sink, each call deleted once everybody is in it."""
    times: list[float] = []
    open_calls: deque[str] = deque()
    calls = invites // INVITES_PER_CALL
    with process(run_fake) as (fake, pid, _), process(run_sink) as (sink, _, pipe):
        client = Client(fake)
        before = early = memory(pid)
        for number in range(calls):
            began = time.perf_counter()
            call = new_call(client, f"http://{HOST}:{sink}/")
            open_calls.append(f"/v1.0/communications/calls/{call}")
            for invitee in range(INVITES_PER_CALL):
                client.send("POST", f"{open_calls[-1]}/participants/invite", invitation(invitee))
            if len(open_calls) > OPEN_CALLS:
                delete_full(client, open_calls.popleft())
            times.append(time.perf_counter() - began)
            if number == calls // 10:
                early = memory(pid)
        while open_calls:
            delete_full(client, open_calls.popleft())
        wait_until_told(fake)
        pipe.send("count")
        delivered = pipe.recv()
        after = memory(pid)
    thousand = 1000 // INVITES_PER_CALL
    first, last = sum(times[:thousand]), sum(times[-thousand:])
    print(f"{calls * INVITES_PER_CALL} invites in {calls} calls, {delivered} notifications delivered")
    print(f"memory of the server: {before:.1f} MiB at first, {early:.1f} after a tenth, {after:.1f} at the end")
    print(f"first thousand invites {first:.2f} s, last thousand {last:.2f} s, ratio {last / first:.2f}")


def delete_full(client: Client, path: str) -> None:
    while len(json.loads(client.send("GET", f"{path}/participants"))["value"]) <= INVITES_PER_CALL:
        time.sleep(0.001)
    client.send("DELETE", path)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--invites", type=int, default=100_000, help="how many invites the endurance run sends")
    parser.add_argument("--skip-endurance", action="store_true", help="measure rates only")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each rate is measured")
    options = parser.parse_args()
    print_throughput(options.seconds)
    if not options.skip_endurance:
        print_endurance(options.invites)
    return 0


if __name__ == "__main__":
    sys.exit(main())
