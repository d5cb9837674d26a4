"""Rules of posting: to whom, what is sent, what counts as the answer."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from harness.delivery.http import HttpPost, TlsFailed
from harness.delivery.outbox import CallbackRefused, Notification
from harness.delivery.settings import Kind
from harness.errors import UsageError


class Bot(ThreadingHTTPServer):
    """A callback URL on a loopback port; keeps what it got."""

    daemon_threads = False  # closing waits for the handlers
    missing = 0  # bytes that an answer announces beyond those it sends

    def __init__(self, status: int = 202) -> None:
        self.status = status
        self.got: list[tuple[str, str, list[tuple[str, str]], bytes]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, *_: Any) -> None:
        """A client that hangs up in the handshake is what a test asked for."""


class _Handler(BaseHTTPRequestHandler):
    server: Bot

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.command, self.path, self.headers.items(), body))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(2 + self.server.missing))
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def running(bot: Bot) -> Iterator[Bot]:
    thread = threading.Thread(target=bot.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield bot
    finally:
        bot.shutdown()
        thread.join()
        bot.server_close()


@pytest.fixture
def bot() -> Iterator[Bot]:
    with running(Bot()) as bot:
        yield bot


def notice(uri: str, headers: dict[str, str] | None = None, body: bytes = b"{}") -> Notification:
    return Notification("a", Kind.CALL, "updated /communications/calls/a", uri, headers or {}, body, "bot", "tenant")


def resolving_to(*addresses: str) -> Callable[..., list[Any]]:
    return lambda *_args, **_kwargs: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 0)) for a in addresses]


def test_notification_is_posted_as_it_is(bot: Bot) -> None:
    headers = {"Accept": "application/json", "Scenario-Id": "1", "Content-Type": "application/json"}

    status = HttpPost()(notice(f"http://127.0.0.1:{bot.port}/callback?tenant=1", headers, b'{"value":[]}'))

    assert status == 202
    ((method, path, got, body),) = bot.got
    assert (method, path, body) == ("POST", "/callback?tenant=1", b'{"value":[]}')
    assert got == [
        ("Host", f"127.0.0.1:{bot.port}"),
        *headers.items(),
        ("Content-Length", "12"),
    ]


def test_headers_of_another_connection_are_left_out(bot: Bot) -> None:
    foreign = {
        "host": "bot.example",
        "content-length": "999",
        "Transfer-Encoding": "chunked",
        "connection": "keep-alive",
    }

    HttpPost()(notice(f"http://127.0.0.1:{bot.port}/", foreign))

    ((_, _, got, _),) = bot.got
    assert got == [("Host", f"127.0.0.1:{bot.port}"), ("Content-Length", "2")]


def test_uri_without_path_goes_to_the_root(bot: Bot) -> None:
    HttpPost()(notice(f"http://127.0.0.1:{bot.port}"))

    assert [path for _, path, _, _ in bot.got] == ["/"]


def test_localhost_is_loopback(bot: Bot) -> None:
    assert HttpPost()(notice(f"http://LOCALHOST:{bot.port}/")) == 202


@pytest.mark.parametrize("status", [200, 302, 307, 404, 503])
def test_answer_is_its_status_and_no_redirect_is_followed(status: int) -> None:
    with running(Bot(status)) as bot:
        assert HttpPost()(notice(f"http://127.0.0.1:{bot.port}/")) == status

        assert [path for _, path, _, _ in bot.got] == ["/"]


def test_body_that_breaks_off_leaves_the_answer_an_answer(bot: Bot) -> None:
    bot.missing = 10

    assert HttpPost()(notice(f"http://127.0.0.1:{bot.port}/")) == 202


def test_body_that_does_not_come_leaves_the_answer_an_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, running_once(listener):
        port = listener.getsockname()[1]

        assert HttpPost(timeout=0.05)(notice(f"http://127.0.0.1:{port}/")) == 202


def test_body_that_goes_on_and_on_leaves_the_answer_an_answer() -> None:
    """As a stream of heartbeats does: no read of it takes too long, and all of them would take for ever."""
    with socket.create_server(("127.0.0.1", 0)) as listener, running_once(listener, beats=0.01):
        port = listener.getsockname()[1]
        began = time.monotonic()

        assert HttpPost(timeout=0.1)(notice(f"http://127.0.0.1:{port}/")) == 202

        assert time.monotonic() - began < 5


@contextmanager
def running_once(listener: socket.socket, beats: float | None = None) -> Iterator[None]:
    """Answers one request with headers that promise a body, and keeps quiet until the end.

    beats: seconds between the bytes of a body that never ends.
    """
    over = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            length = 5 if beats is None else 10**6
            connection.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: %d\r\n\r\n" % length)
            with suppress(OSError):
                while not over.wait(10 if beats is None else beats) and beats is not None:
                    connection.sendall(b".")

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_nobody_there_is_a_connection_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(ConnectionRefusedError):
        HttpPost()(notice(f"http://127.0.0.1:{port}/"))


def test_silent_bot_runs_into_the_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        with pytest.raises(TimeoutError):
            HttpPost(timeout=0.05)(notice(f"http://127.0.0.1:{port}/"))


@pytest.mark.parametrize(
    ("uri", "host"),
    [
        ("https://bot.example/callback", "bot.example"),
        ("http://192.0.2.1/", "192.0.2.1"),
        ("http://0.0.0.0/", "0.0.0.0"),
        ("http://[2001:db8::1]/", "2001:db8::1"),
        ("http://localhost.bot.example/", "localhost.bot.example"),
        ("http://127.0.0.1.bot.example/", "127.0.0.1.bot.example"),
        ("http://localhost@bot.example/", "bot.example"),
        ("http://sub.allowed.example/", "sub.allowed.example"),
    ],
)
def test_other_hosts_are_refused_with_the_remedy(uri: str, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.create_connection", _no_connection)

    with pytest.raises(CallbackRefused) as refused:
        HttpPost(allow=["allowed.example"])(notice(uri))

    assert refused.value.host == host
    assert str(refused.value) == (
        f"callback host {host!r} is neither loopback nor allowed: allow it with --allow-callback {host}"
    )


def test_localhost_that_leads_elsewhere_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.getaddrinfo", resolving_to("127.0.0.1", "192.0.2.1"))
    monkeypatch.setattr("socket.create_connection", _no_connection)

    with pytest.raises(CallbackRefused) as refused:
        HttpPost()(notice("http://localhost/"))

    assert refused.value.host == "localhost"


def test_allowed_host_is_posted_to_in_any_letter_case(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.getaddrinfo", _to_loopback(bot.port))

    status = HttpPost(allow=["Bot.Example"])(notice(f"http://bOT.example:{bot.port}/"))

    assert (status, len(bot.got)) == (202, 1)


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("ftp://localhost/", "callback 'ftp://localhost/' is not posted to: expected http(s)://HOST[:PORT]/PATH"),
        ("/callback", "callback '/callback' is not posted to: expected http(s)://HOST[:PORT]/PATH"),
        ("http:///callback", "callback 'http:///callback' is not posted to: expected http(s)://HOST[:PORT]/PATH"),
        ("http://[::1/", "callback 'http://[::1/' is no URI: Invalid IPv6 URL"),
        (
            "http://localhost:99999/",
            "callback 'http://localhost:99999/' is no URI: Port out of range 0-65535",
        ),
    ],
    ids=["scheme", "no host", "empty host", "brackets", "port"],
)
def test_callback_that_is_no_http_uri_is_refused(uri: str, message: str) -> None:
    with pytest.raises(CallbackRefused) as refused:
        HttpPost()(notice(uri))

    assert str(refused.value) == message


def test_proxies_are_not_used(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")

    assert HttpPost()(notice(f"http://127.0.0.1:{bot.port}/")) == 202


def test_later_patches_of_http_client_do_not_reach_deliveries(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http.client, "HTTPConnection", _no_connection)

    assert HttpPost()(notice(f"http://127.0.0.1:{bot.port}/")) == 202


def test_https_certificate_is_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bot is refused as a stranger, and posted to once its certificate is trusted."""
    certificate, key = _self_signed(tmp_path)
    bot = Bot()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    bot.socket = context.wrap_socket(bot.socket, server_side=True, do_handshake_on_connect=False)

    with running(bot):
        uri = f"https://localhost:{bot.port}/"
        with pytest.raises(TlsFailed) as failed:
            HttpPost()(notice(uri))
        assert bot.got == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert HttpPost()(notice(uri)) == 202
        assert HttpPost(ca=certificate)(notice(uri)) == 202
        assert HttpPost(ca=ssl.create_default_context(cafile=certificate))(notice(uri)) == 202

    assert str(failed.value) == (
        f"the certificate of localhost:{bot.port} is not trusted: self-signed certificate: "
        "name the CA that signed it, ca='ca.pem'"
    )


def test_certificate_of_another_host_is_not_trusted(tmp_path: Path) -> None:
    certificate, key = _self_signed(tmp_path)
    bot = Bot()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    bot.socket = context.wrap_socket(bot.socket, server_side=True, do_handshake_on_connect=False)

    with running(bot), pytest.raises(TlsFailed) as failed:
        HttpPost(ca=certificate)(notice(f"https://127.0.0.1:{bot.port}/"))

    assert str(failed.value) == (
        f"the certificate of 127.0.0.1:{bot.port} is not trusted: IP address mismatch, "
        "certificate is not valid for '127.0.0.1'"
    )


def test_https_to_a_bot_that_speaks_plain_http_is_said_as_such(bot: Bot) -> None:
    with pytest.raises(TlsFailed, match=rf"^no TLS with 127\.0\.0\.1:{bot.port}: [A-Z_]+$"):
        HttpPost()(notice(f"https://127.0.0.1:{bot.port}/"))


@pytest.mark.parametrize(
    ("content", "problem"), [(None, "No such file or directory"), (b"no PEM", "expected certificates in PEM")]
)
def test_ca_of_no_use_is_refused(tmp_path: Path, content: bytes | None, problem: str) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(UsageError) as refused:
        HttpPost(ca=path)

    assert str(refused.value) == f"ca {str(path)!r}: {problem}"


def _no_connection(*_args: Any, **_kwargs: Any) -> Any:
    raise AssertionError("a connection was made")


def _to_loopback(port: int) -> Callable[..., list[Any]]:
    return lambda *_args, **_kwargs: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


def _self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost and its key, made for this run, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "certificate.pem", folder / "key.pem"
