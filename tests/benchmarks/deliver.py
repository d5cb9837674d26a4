"""How fast notifications are posted from one thread, beside a raw socket and the usual clients.

    python -m tests.benchmarks.deliver [--quick] [--seconds 3]

All post the same to one sink in a process of its own, each over one kept-alive connection; they take turns, so that a
busy moment of the machine hits all. Ratios count.
"""

from __future__ import annotations

import argparse
import http.client
import importlib.util
import multiprocessing
import socket
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from typing import Any, Final

import requests

from harness.delivery.http import HttpPost
from harness.delivery.outbox import Notification
from harness.delivery.settings import Kind

HOST: Final = "127.0.0.1"
OURS: Final = "this harness"
RAW: Final = "raw socket"
AIM: Final = 4000
ROUNDS: Final = 7
BODY: Final = b'{"value":["' + b"x" * 900 + b'"]}'
HEADERS: Final = {
    "X-Microsoft-Skype-Chain-ID": "8d1fc2b2-7a3b-4bd6-a8b3-0ad6d8a7d0ba",
    "Scenario-Id": "8d1fc2b2-7a3b-4bd6-a8b3-0ad6d8a7d0ba",
    "X-Microsoft-Skype-Message-ID": "c6a2d1a4-18c3-4e0c-8a3f-9e5e0a0c4f11",
    "Accept": "application/json",
    "User-Agent": "Microsoft-Skype/3.0,(Calling/1.0)",
    "Content-Type": "application/json",
}
ANSWER: Final = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"

Post = Callable[[], int]


def run_sink(pipe: Connection) -> None:
    """Reads requests that end in `"]}` and answers 202."""
    listening = socket.create_server((HOST, 0))
    pipe.send(listening.getsockname()[1])

    def take(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection:
            while got := connection.recv(65536):
                while not got.endswith(b'"]}'):
                    got += connection.recv(65536)
                connection.sendall(ANSWER)

    while True:
        connection, _ = listening.accept()
        threading.Thread(target=take, args=(connection,), daemon=True).start()


@contextmanager
def sink() -> Iterator[int]:
    mine, theirs = multiprocessing.Pipe()
    child = multiprocessing.get_context("spawn").Process(target=run_sink, args=(theirs,), daemon=True)
    child.start()
    try:
        yield int(mine.recv())
    finally:
        child.terminate()
        child.join()


# ---- who is measured


def raw(port: int, stack: ExitStack) -> Post:
    connection = stack.enter_context(socket.create_connection((HOST, port)))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    head = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
    message = f"POST /calls HTTP/1.1\r\nHost: {HOST}\r\n{head}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY

    def post() -> int:
        connection.sendall(message)
        got = b""
        while not got.endswith(b"\r\n\r\n"):
            got += connection.recv(65536)
        return int(got[9:12])

    return post


def ours(port: int, stack: ExitStack) -> Post:
    posting = HttpPost()
    stack.callback(posting.close)
    url = f"http://{HOST}:{port}/calls"
    notification = Notification("call", Kind.ROSTER, "updated roster", url, HEADERS, BODY, "app", "tenant")
    return lambda: posting(notification)


def plain(port: int, stack: ExitStack) -> Post:
    connection = http.client.HTTPConnection(HOST, port)
    stack.callback(connection.close)

    def post() -> int:
        connection.request("POST", "/calls", BODY, HEADERS)
        answer = connection.getresponse()
        answer.read()
        return answer.status

    return post


def by_requests(port: int, stack: ExitStack) -> Post:
    session = stack.enter_context(requests.Session())
    session.trust_env = False
    return lambda: session.post(f"http://{HOST}:{port}/calls", data=BODY, headers=HEADERS, timeout=10).status_code


def by_httpx(port: int, stack: ExitStack) -> Post:
    import httpx

    client: Any = stack.enter_context(httpx.Client(trust_env=False))
    return lambda: int(client.post(f"http://{HOST}:{port}/calls", content=BODY, headers=HEADERS).status_code)


CONTESTANTS: Final[dict[str, Callable[[int, ExitStack], Post]]] = {
    OURS: ours,
    RAW: raw,
    "http.client": plain,
    "requests": by_requests,
    **({"httpx": by_httpx} if importlib.util.find_spec("httpx") else {}),
}


# ---- measuring


def rate(post: Post, seconds: float) -> float:
    """Notifications a second; at least one is posted."""
    count = 0
    began = time.perf_counter()
    while count == 0 or time.perf_counter() - began < seconds:
        if post() != 202:
            raise RuntimeError("the sink did not answer 202")
        count += 1
    return count / (time.perf_counter() - began)


def measured(seconds: float, rounds: int) -> dict[str, list[float]]:
    with sink() as port, ExitStack() as stack:
        posts = {name: make(port, stack) for name, make in CONTESTANTS.items()}
        rates: dict[str, list[float]] = {name: [] for name in posts}
        for _ in range(rounds):
            for name, post in posts.items():
                rates[name].append(rate(post, seconds / rounds))
    return rates


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each is measured")
    parser.add_argument("--quick", action="store_true", help="next to nothing, to see that it runs")
    options = parser.parse_args(arguments)
    rounds = 2 if options.quick else ROUNDS
    rates = measured(0.02 if options.quick else options.seconds, rounds)
    print(f"notifications of {len(BODY)} bytes from one thread over one connection; medians of {rounds} rounds")
    print(f"{'':<14}{'a second':>10}{'ratio':>8}")
    for name, found in rates.items():
        ratio = statistics.median(a / b for a, b in zip(found, rates[RAW], strict=True))
        print(f"{name:<14}{statistics.median(found):>10.0f}{ratio:>8.2f}")
    print(f"→ {OURS}, a second: {statistics.median(rates[OURS]):.0f} (aim: at least {AIM})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
