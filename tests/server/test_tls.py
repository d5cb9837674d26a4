"""A fake served over TLS: real clients, slow and broken ones, many at a time, and nothing left behind."""

from __future__ import annotations

import http.client
import json
import logging
import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import requests

from harness.server import Served, Settings, certified, serve
from tests.server.test_serving import served

HEALTHY = {"status": "ok"}


@dataclass(frozen=True, slots=True)
class Safe:
    """A fake over TLS, and what clients trust it by."""

    fake: Served
    ca_file: Path
    context: ssl.SSLContext

    @property
    def url(self) -> str:
        return self.fake.url

    def connect(self) -> ssl.SSLSocket:
        raw = socket.create_connection(("127.0.0.1", self.fake.port), timeout=10)
        return self.context.wrap_socket(raw, server_hostname="localhost")

    def session(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection("127.0.0.1", self.fake.port, timeout=10, context=self.context)


@pytest.fixture
def safe(monkeypatch: pytest.MonkeyPatch) -> Iterator[Safe]:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    with certified() as given, served(tls=given.context) as fake:
        yield Safe(fake, given.ca_file, ssl.create_default_context(cafile=str(given.ca_file)))


def healthy(connection: http.client.HTTPSConnection) -> bool:
    connection.request("GET", "/__admin/health")
    return bool(json.loads(connection.getresponse().read()) == HEALTHY)


def test_url_is_https(safe: Safe) -> None:
    assert safe.url == f"https://127.0.0.1:{safe.fake.port}"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_requests_is_served(host: str, safe: Safe) -> None:
    url = f"https://{host}:{safe.fake.port}/__admin/health"

    assert requests.get(url, verify=str(safe.ca_file), timeout=10).json() == HEALTHY


def test_httpx_is_served(safe: Safe) -> None:
    with httpx.Client(verify=safe.context) as client:
        assert client.get(f"{safe.url}/__admin/health").json() == HEALTHY


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_is_served_under_microsofts_name(safe: Safe) -> None:
    at = f"graph.microsoft.com:{safe.fake.port}"
    command = ["curl", "--silent", "--show-error", "--cacert", str(safe.ca_file), "--resolve", f"{at}:127.0.0.1"]

    command += ["--header", "Authorization: Bearer any", f"https://{at}/v1.0/communications/calls/nothing"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["error"]["code"] == "8522"


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_node_is_served(safe: Safe) -> None:
    script = f"fetch('{safe.url}/__admin/health').then(async (answer) => console.log(await answer.text()))"
    environment = {**os.environ, "NODE_EXTRA_CA_CERTS": str(safe.ca_file)}

    done = subprocess.run(
        ["node", "-e", script], env=environment, capture_output=True, text=True, timeout=30, check=False
    )

    assert (done.returncode, done.stderr, json.loads(done.stdout)) == (0, "", HEALTHY)


def test_client_that_does_not_trust_it_is_told_of(safe: Safe, caplog: pytest.LogCaptureFixture) -> None:
    with (
        socket.create_connection(("127.0.0.1", safe.fake.port)) as raw,
        pytest.raises(ssl.SSLCertVerificationError),
        ssl.create_default_context().wrap_socket(raw, server_hostname="localhost"),
    ):
        pass

    session = safe.session()
    assert healthy(session)
    session.close()
    assert caplog.record_tuples == [
        ("harness.server", logging.WARNING, "no TLS with a client on 127.0.0.1: tlsv1 alert unknown ca")
    ]


def test_client_that_speaks_no_tls_is_told_of_and_let_go(safe: Safe, caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_connection(("127.0.0.1", safe.fake.port), timeout=10) as plain:
        plain.sendall(b"GET /__admin/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        try:
            said = plain.recv(4096)
        except ConnectionResetError:
            said = b""

    assert b"HTTP" not in said
    assert caplog.messages == ["no TLS with a client on 127.0.0.1: http request"]


def test_tls_1_1_is_refused(safe: Safe) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.load_verify_locations(safe.ca_file)
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSVersion.TLSv1_1 is deprecated"):
        old.minimum_version = ssl.TLSVersion.TLSv1_1
    with pytest.warns(DeprecationWarning, match="TLSVersion.TLSv1_1 is deprecated"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1

    with (
        socket.create_connection(("127.0.0.1", safe.fake.port), timeout=10) as raw,
        pytest.raises(OSError, match=r"(?i)alert protocol version"),
        old.wrap_socket(raw, server_hostname="localhost"),
    ):
        pass


def test_thirty_two_clients_keep_their_connections(safe: Safe) -> None:
    def many(_: int) -> int:
        connection = safe.session()
        connection.connect()
        first = connection.sock
        count = sum(healthy(connection) for _ in range(20))
        assert connection.sock is first
        connection.close()
        return count

    with ThreadPoolExecutor(32) as clients:
        assert list(clients.map(many, range(32))) == [20] * 32


def test_clients_that_say_nothing_hold_nobody_up(safe: Safe) -> None:
    silent = [socket.create_connection(("127.0.0.1", safe.fake.port)) for _ in range(20)]
    silent[0].sendall(b"\x16\x03\x01\x02\x00")  # a handshake that stops short

    session = safe.session()

    assert all(healthy(session) for _ in range(5))
    session.close()
    for connection in silent:
        connection.close()


def test_request_may_come_byte_by_byte(safe: Safe) -> None:
    with safe.connect() as client:
        for byte in b"GET /__admin/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n":
            client.send(bytes([byte]))
        said = b"".join(iter(lambda: client.recv(4096), b""))

    assert said.endswith(b'{"status":"ok"}')


def test_two_requests_in_one_record_are_both_answered(safe: Safe) -> None:
    one = b"GET /__admin/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    last = one.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with safe.connect() as client:
        client.sendall(one + last)
        said = b"".join(iter(lambda: client.recv(4096), b""))

    assert said.count(b'{"status":"ok"}') == 2


def test_large_bodies_go_both_ways_also_to_a_slow_reader(safe: Safe) -> None:
    """More than sockets and records hold: what cannot be written at once is written later."""
    session = safe.session()
    for _ in range(100):
        session.request("POST", "/v1.0/nothing", b"x" * 200_000, {"Authorization": "Bearer any"})
        session.getresponse().read()
    session.close()

    with socket.socket() as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.connect(("127.0.0.1", safe.fake.port))
        with safe.context.wrap_socket(raw, server_hostname="localhost") as client:
            client.sendall(b"GET /__admin/requests HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            said = b"".join(iter(lambda: client.recv(1000), b""))

    asked = json.loads(said.partition(b"\r\n\r\n")[2])["requests"]
    assert [len(a["body"]) for a in asked] == [16 * 2**10] * 100


def test_client_that_has_said_all_still_gets_its_answer(safe: Safe) -> None:
    """A connection that is closed one way: the client's end is announced before the answer is read."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = safe.context.wrap_bio(to_client, to_server, server_hostname="localhost")
    with socket.create_connection(("127.0.0.1", safe.fake.port), timeout=10) as raw:
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                raw.sendall(to_server.read())
                to_client.write(raw.recv(65536))
        tls.write(b"GET /__admin/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with pytest.raises(ssl.SSLWantReadError):
            tls.unwrap()
        raw.sendall(to_server.read())
        raw.shutdown(socket.SHUT_WR)
        while received := raw.recv(65536):
            to_client.write(received)
        said = b""
        with suppress(ssl.SSLZeroReturnError):  # the server's own end
            while True:
                said += tls.read(65536)

    assert said.endswith(b'{"status":"ok"}')


def test_end_of_a_connection_is_announced(safe: Safe) -> None:
    raw = socket.create_connection(("127.0.0.1", safe.fake.port), timeout=10)
    with safe.context.wrap_socket(raw, server_hostname="localhost", suppress_ragged_eofs=False) as client:
        client.sendall(b"GET /__admin/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        said = b"".join(iter(lambda: client.recv(4096), b""))  # an end that was not announced would be an error

    assert said.endswith(b'{"status":"ok"}')


def test_what_answers_name_is_on_https(safe: Safe) -> None:
    found = requests.get(f"{safe.url}/v1/.well-known/OpenIdConfiguration", verify=str(safe.ca_file), timeout=10).json()

    assert found["jwks_uri"] == f"{safe.url}/v1/.well-known/keys"


def test_nothing_is_left_running_also_with_clients_connected() -> None:
    before = threading.active_count()
    with certified() as given, serve(Settings(), tls=given.context) as fake:
        thread = threading.Thread(target=fake.run)
        thread.start()
        trusting = ssl.create_default_context(cafile=str(given.ca_file))
        client = trusting.wrap_socket(socket.create_connection(("127.0.0.1", fake.port)), server_hostname="localhost")
        silent = socket.create_connection(("127.0.0.1", fake.port))
        fake.stop()
        thread.join()

    assert threading.active_count() == before
    with client, silent, suppress(ConnectionResetError):  # where the server had not read all of the handshake
        assert client.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", urlsplit(fake.url).port or 0))
