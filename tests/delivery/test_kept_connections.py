"""Rules of kept-alive connections: when one is used again, when not, and that no notification goes twice unseen."""

from __future__ import annotations

import importlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
import trustme

from harness.delivery.http import HttpPost
from harness.delivery.outbox import Notification
from harness.delivery.pool import Pool
from harness.delivery.settings import Kind

OK = b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok"

Behaviour = Callable[[socket.socket, int], bool]


class Sink:
    """A bot that answers one request after the other: `behave(connection, number of the request on it)` does so."""

    def __init__(self, behave: Behaviour, context: ssl.SSLContext | None = None) -> None:
        self.requests: list[int] = []  # the connection that each came on
        self._behave = behave
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept)]
        self.closed_by_us = threading.Semaphore(0)
        self.port = int(self._listener.getsockname()[1])
        self._threads[0].start()

    def _accept(self) -> None:
        number = 0
        while True:
            plain, _ = self._listener.accept()
            if not self._threads:
                plain.close()
                return
            connection = self._context.wrap_socket(plain, server_side=True) if self._context else plain
            thread = threading.Thread(target=self._serve, args=(connection, number))
            self._threads.append(thread)
            thread.start()
            number += 1

    def _serve(self, connection: socket.socket, number: int) -> None:
        asked = 0
        with connection:
            while self._is_asked(connection):
                self.requests.append(number)
                if not self._behave(connection, asked):
                    break
                asked += 1
        self.closed_by_us.release()

    def _is_asked(self, connection: socket.socket) -> bool:
        got = b""
        with suppress(ConnectionResetError):
            while more := connection.recv(65536):
                got += more
                if got.endswith(b"\r\n\r\n{}"):
                    return True
        return False

    def close(self) -> None:
        threads, self._threads = self._threads, []
        socket.create_connection(("127.0.0.1", self.port)).close()
        for thread in threads:
            thread.join(10)
        self._listener.close()


@contextmanager
def sink(behave: Behaviour, context: ssl.SSLContext | None = None) -> Iterator[tuple[Sink, HttpPost]]:
    with closing(Sink(behave, context)) as bot, closing(HttpPost(timeout=10)) as post:
        yield bot, post


def notice(port: int, scheme: str = "http") -> Notification:
    return Notification("a", Kind.CALL, "label", f"{scheme}://localhost:{port}/", {}, b"{}", "bot", "tenant")


def answering(answer: bytes, *, then_closing: bool = False) -> Behaviour:
    def behave(connection: socket.socket, _: int) -> bool:
        connection.sendall(answer)
        return not then_closing

    return behave


@pytest.mark.parametrize(
    "answer",
    [
        OK,
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    ],
    ids=["body", "204", "empty body", "chunked"],
)
def test_connection_is_kept_for_the_next_notification(answer: bytes) -> None:
    with sink(answering(answer)) as (bot, post):
        for _ in range(3):
            post(notice(bot.port))

        assert bot.requests == [0, 0, 0]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
        b"HTTP/1.0 202 Accepted\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 202 Accepted\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100000,
    ],
    ids=["close", "HTTP/1.0", "longer than is read"],
)
def test_connection_is_not_kept_behind_an_answer_that_ends_it(answer: bytes) -> None:
    with sink(answering(answer)) as (bot, post):
        assert [post(notice(bot.port)) for _ in range(2)] == [202, 202]

        assert bot.requests == [0, 1]


def test_connection_that_the_bot_closed_is_replaced_before_anything_is_sent() -> None:
    with sink(answering(OK, then_closing=True)) as (bot, post):
        for _ in range(3):
            assert post(notice(bot.port)) == 202
            assert bot.closed_by_us.acquire(timeout=10)

        assert bot.requests == [0, 1, 2]


def test_connection_on_which_more_came_than_was_asked_for_is_replaced() -> None:
    said = threading.Event()

    def behave(connection: socket.socket, _: int) -> bool:
        connection.sendall(OK)
        said.wait(10)
        connection.sendall(b"HTTP/1.1 408 Request Timeout\r\n\r\n")
        return False

    with sink(behave) as (bot, post):
        post(notice(bot.port))
        said.set()
        assert bot.closed_by_us.acquire(timeout=10)

        assert post(notice(bot.port)) == 202
        assert bot.requests == [0, 1]


def test_notification_that_was_sent_is_not_sent_again() -> None:
    """The bot takes the second one on a kept connection and hangs up without an answer: nobody knows what it did."""

    def behave(connection: socket.socket, number: int) -> bool:
        if number == 0:
            connection.sendall(OK)
        return number == 0

    with sink(behave) as (bot, post):
        post(notice(bot.port))

        with pytest.raises(ConnectionError):
            post(notice(bot.port))

        assert bot.requests == [0, 0]
        assert post(notice(bot.port)) == 202
        assert bot.requests == [0, 0, 1]


def test_notifications_at_the_same_time_have_connections_of_their_own() -> None:
    both = threading.Barrier(2)

    def behave(connection: socket.socket, _: int) -> bool:
        both.wait(10)
        connection.sendall(OK)
        return True

    with sink(behave) as (bot, post):
        threads = [threading.Thread(target=post, args=(notice(bot.port),)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)

        assert sorted(bot.requests) == [0, 1]


def test_closing_closes_what_is_kept_and_keeps_nothing_more() -> None:
    with sink(answering(OK)) as (bot, post):
        post(notice(bot.port))

        post.close()

        assert bot.closed_by_us.acquire(timeout=10)
        assert [post(notice(bot.port)) for _ in range(2)] == [202, 202]
        assert bot.requests == [0, 1, 2]


def test_cassette_of_vcrpy_sees_no_delivery(tmp_path: Path) -> None:
    """With nothing recorded and nothing allowed, vcrpy refuses whatever passes through it."""
    vcr = importlib.import_module("vcr")  # which has no types
    ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(context)
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with (
        sink(answering(OK)) as (plain, post),
        closing(Sink(answering(OK), context)) as encrypted,
        closing(HttpPost(ca=tmp_path / "ca.pem")) as trusting,
        vcr.use_cassette(str(tmp_path / "none.yaml"), record_mode="none") as cassette,
    ):
        assert [post(notice(plain.port)) for _ in range(2)] == [202, 202]
        assert [trusting(notice(encrypted.port, "https")) for _ in range(2)] == [202, 202]

        assert (plain.requests, encrypted.requests, len(cassette)) == ([0, 0], [0, 0], 0)


# ---- what is kept


def pool(closed: list[str], **sizes: int) -> Pool[str]:
    return Pool(close=closed.append, is_usable=lambda thing: not thing.startswith("stale"), **sizes)


def test_pool_gives_the_latest_of_the_key_and_each_once() -> None:
    kept = pool([])
    for thing in ("one", "two"):
        kept.put("a", thing)

    assert [kept.take("b"), kept.take("a"), kept.take("a"), kept.take("a")] == [None, "two", "one", None]


def test_pool_closes_what_is_of_no_use_any_more() -> None:
    closed: list[str] = []
    kept = pool(closed)
    for thing in ("good", "stale 1", "stale 2"):
        kept.put("a", thing)

    assert (kept.take("a"), closed) == ("good", ["stale 2", "stale 1"])


def test_pool_closes_what_it_has_no_room_for() -> None:
    closed: list[str] = []
    kept = pool(closed, most_of_one=1, most=2)
    for key, thing in (("a", "a1"), ("a", "a2"), ("b", "b1"), ("c", "c1")):
        kept.put(key, thing)

    assert closed == ["a2", "c1"]
    kept.take("a")
    kept.put("c", "c2")
    assert closed == ["a2", "c1"]
