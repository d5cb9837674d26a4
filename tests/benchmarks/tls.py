"""What TLS costs: the served fake asked over kept-alive connections, plain and encrypted, in one run.

    python tests/benchmarks/tls.py [--seconds 3]

The load runs in this process, the servers in processes of their own; the two are measured by turns.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import multiprocessing
import ssl
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Final

from harness.server import Settings, certified, serve

CONNECTIONS: Final = (1, 8, 32)
SLICES: Final = 5

Connect = Callable[[], http.client.HTTPConnection]


def run_fake(pipe: Connection, is_encrypted: bool) -> None:
    with contextlib.ExitStack() as stack:
        given = stack.enter_context(certified()) if is_encrypted else None
        fake = stack.enter_context(serve(Settings(), tls=given.context if given else None))

        def wait_for_the_end() -> None:
            pipe.recv()
            fake.stop()

        threading.Thread(target=wait_for_the_end).start()
        pipe.send((fake.port, given.ca_file.read_text() if given else None))
        fake.run()


@contextmanager
def fake(is_encrypted: bool) -> Iterator[Connect]:
    """A fake in a process of its own, as a way to connect to it."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=run_fake, args=(theirs, is_encrypted))
    process.start()
    port, pem = ours.recv()
    try:
        if pem is None:
            yield lambda: http.client.HTTPConnection("127.0.0.1", port)
        else:
            context = ssl.create_default_context(cadata=pem)
            yield lambda: http.client.HTTPSConnection("127.0.0.1", port, context=context)
    finally:
        ours.send("stop")
        process.join()


def rate(connect: Connect, connections: int, seconds: float) -> float:
    """Requests a second over so many connections, once all of them are open; each asks at least once."""
    counts = [0] * connections
    ready = threading.Barrier(connections + 1)
    until = [0.0]

    def ask(number: int) -> None:
        with contextlib.closing(connect()) as connection:
            connection.connect()
            ready.wait()
            while not counts[number] or time.perf_counter() < until[0]:
                connection.request("GET", "/__admin/health")
                connection.getresponse().read()
                counts[number] += 1

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    until[0] = time.perf_counter() + seconds
    ready.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - began)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each rate is measured")
    options = parser.parse_args(arguments)
    print(f"{'connections':>12}{'http /s':>12}{'https /s':>12}{'ratio':>8}")
    with fake(False) as plain, fake(True) as encrypted:
        for connections in CONNECTIONS:
            pairs = [
                tuple(rate(connect, connections, options.seconds / SLICES) for connect in (plain, encrypted))
                for _ in range(SLICES)
            ]
            one, two = (statistics.median(column) for column in zip(*pairs, strict=True))
            ratio = statistics.median(e / p for p, e in pairs)
            print(f"{connections:>12}{one:>12.0f}{two:>12.0f}{ratio:>8.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
