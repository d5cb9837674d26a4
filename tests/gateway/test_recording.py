"""The way to the stand-in and back: what goes wrong on it, and what is told of it."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from harness.cassette.format import Request, Response, load
from harness.cassette.sanitise import Sanitiser
from harness.errors import UsageError
from harness.gateway import Addresses, Gate, gate
from harness.record import Forward, Recorder
from harness.record.sweep import Sweep
from tests.server.listening import Listener, listening
from tests.standin import StandIn, planted

LOGIN = "https://login.microsoftonline.com"


@contextmanager
def opened(standin: StandIn, path: Path, bot: str) -> Iterator[tuple[Gate, Recorder]]:
    host = f"http://{urlsplit(bot).netloc}"
    addresses = Addresses("https://graph.microsoft.com", LOGIN, f"https://{planted.TUNNEL_HOST}", host)
    recorder = Recorder(path, sanitiser=Sanitiser(), sweep=Sweep(), environ={})
    with gate(recorder, addresses) as found:
        standin.set(tunnel=found.callback_port, undeclared=False)
        thread = threading.Thread(target=found.run)
        thread.start()
        try:
            yield found, recorder
        finally:
            found.stop()
            thread.join()
    recorder.abandon()


@pytest.fixture
def bot() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


def sign_in(url: str, secret: str = planted.CLIENT_SECRET) -> Any:
    form = {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"}
    form |= {"client_id": planted.CLIENT_ID, "client_secret": secret}
    return requests.post(f"{url}/{planted.TENANT_ID}/oauth2/v2.0/token", form, timeout=10)


def create(url: str, callback: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {sign_in(url).json()['access_token']}"}
    call = {"callbackUri": callback, "targets": [{"identity": {"user": {"id": planted.ADELE.id}}}]}
    return requests.post(f"{url}/v1.0/communications/calls", json=call, headers=headers, timeout=10)


def all_kept(url: str, count: int) -> dict[str, Any]:
    """The counts, once so many are kept: what the bot was told is kept when it has answered."""
    until = time.monotonic() + 10
    while True:
        counts: dict[str, Any] = requests.get(f"{url}/__admin/cassette", timeout=10).json()
        if counts["kept"] >= count or time.monotonic() > until:
            return counts


def test_both_ways_are_counted_while_they_are_kept(led: StandIn, tmp_path: Path, bot: Listener) -> None:
    with opened(led, tmp_path / "call.yaml", bot.url) as (found, recorder):
        assert create(found.url, bot.url).status_code == 201
        bot.wait_for(3)
        told = requests.get(f"http://127.0.0.1:{found.callback_port}/", timeout=10)
        health = requests.get(f"{found.url}/__admin/health", timeout=10)
        counts = all_kept(found.url, 4)
        missing = requests.post(f"{found.url}/__admin/people", timeout=10)
        recorder.close()

    assert told.status_code == 501  # the bot's own answer
    assert health.json() == {"status": "ok"}
    assert counts == {
        "cassette": str(tmp_path / "call.yaml"),
        "kept": 4,
        "unanswered": 0,
        "passedBy": 1,
        "unsigned": 0,
        "problem": None,
    }
    problem = "there is no POST /__admin/people while recording: what happens, happens in the tenant"
    assert (missing.status_code, missing.json()) == (404, {"problem": problem})
    assert len(load(tmp_path / "call.yaml").interactions) == 4


def test_web_page_cannot_see_what_is_recorded(led: StandIn, tmp_path: Path, bot: Listener) -> None:
    with opened(led, tmp_path / "call.yaml", bot.url) as (found, _):
        answers = [
            requests.get(f"{found.url}/__admin/cassette", headers={"Host": host}, timeout=10)
            for host in ("evil.example:80", "[x", "localhost:80")
        ]

    problem = "control is called 'evil.example': call it by its address, or as localhost"
    assert [answer.status_code for answer in answers] == [400, 400, 200]
    assert answers[0].json() == {"problem": problem}


def test_head_has_no_body_and_the_connection_goes_on(led: StandIn, tmp_path: Path, bot: Listener) -> None:
    with opened(led, tmp_path / "call.yaml", bot.url) as (found, _), requests.Session() as session:
        sock = socket.create_connection(("127.0.0.1", found.port), timeout=10)
        sock.sendall(b"HEAD /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n")
        sock.sendall(b"GET /__admin/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        with sock, sock.makefile("rb") as file:
            head, health = file.read().split(b"\r\n\r\n", 1)
        lost = session.get(f"{found.url}/nowhere", timeout=10)

    assert head.startswith(b"HTTP/1.1 404 ")
    assert f"Content-Length: {lost.headers['Content-Length']}\r\n".encode() in head
    assert health.startswith(b"HTTP/1.1 200 ")


def test_refusals_of_sign_in_come_through_and_are_not_kept(led: StandIn, tmp_path: Path, bot: Listener) -> None:
    with opened(led, tmp_path / "call.yaml", bot.url) as (found, recorder):
        answer = sign_in(found.url, "wrong")
        discovery = requests.get(f"{found.url}/{planted.TENANT_ID}/v2.0/.well-known/openid-configuration", timeout=10)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert discovery.json()["token_endpoint"] == f"{LOGIN}/{planted.TENANT_ID}/oauth2/v2.0/token"  # as it was
    assert recorder.kept == 0
    assert list(tmp_path.iterdir()) == []


def test_path_that_leads_nowhere_and_strange_callback_are_refused(
    led: StandIn, tmp_path: Path, bot: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(led, tmp_path / "call.yaml", bot.url) as (found, recorder):
        lost = requests.get(f"{found.url}/users/{planted.ADELE.id}", timeout=10)
        strange = create(found.url, "http://127.0.0.1:1/api")

    assert (lost.status_code, lost.json()["error"]["code"]) == (404, "notForwarded")
    assert strange.status_code == 400
    said = strange.json()["error"]["message"]
    assert said.startswith("callbackUri 'http://127.0.0.1:1/api' is on this machine, where Graph reaches nobody")
    assert said in caplog.messages
    assert "a path leads nowhere; its answer says which do" in caplog.messages
    assert planted.ADELE.id not in caplog.text
    assert recorder.kept == 0
    assert not [one for one in led.seen if "calls" in one]


def test_network_that_is_cut_is_said_and_counted(
    led: StandIn, tmp_path: Path, bot: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(led, tmp_path / "call.yaml", bot.url) as (found, recorder):
        led.set(cut=1)
        answer = create(found.url, bot.url)

    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "notAnswered")
    assert recorder.unanswered == 1
    assert next(r.message for r in caplog.records if r.levelno == logging.WARNING).startswith("not recorded, for ")


def test_throttling_is_the_bots_to_obey_and_is_kept(led: StandIn, tmp_path: Path, bot: Listener) -> None:
    with opened(led, tmp_path / "call.yaml", bot.url) as (found, recorder):
        led.set(throttle=1, retry_after="7")
        answer = create(found.url, bot.url)
        recorder.close()

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    (kept,) = load(tmp_path / "call.yaml").interactions
    assert kept.response.status == 429


def test_ports_in_use_are_said(led: StandIn, tmp_path: Path, bot: Listener) -> None:
    taken = int(urlsplit(bot.url).port or 0)
    addresses = Addresses("https://graph.microsoft.com", LOGIN, "https://bot.example", "http://127.0.0.1:1")
    recorder = Recorder(tmp_path / "call.yaml", sanitiser=Sanitiser(), sweep=Sweep(), environ={})

    for port, callback_port in ((taken, 0), (0, taken)):
        with (
            pytest.raises(UsageError) as raised,
            gate(recorder, addresses, port=port, callback_port=callback_port),
        ):
            raise AssertionError("it is taken")
        assert str(raised.value) == f"cannot listen on 127.0.0.1:{taken}: Address already in use"
    recorder.abandon()


def test_callback_goes_to_graph_in_public(led: StandIn, tmp_path: Path, bot: Listener) -> None:
    with opened(led, tmp_path / "call.yaml", bot.url) as (found, _):
        answer = create(found.url, bot.url)

    assert answer.json()["callbackUri"] == f"https://{planted.TUNNEL_HOST}{urlsplit(bot.url).path}"
    assert answer.headers["Location"].startswith(f"{found.url}/v1.0/communications/calls/")
    assert json.loads(answer.text)["id"] in answer.headers["Location"]


def test_request_that_waits_for_graph_at_the_end_is_counted(
    led: StandIn, tmp_path: Path, bot: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server waits five seconds for it, and not for ever."""
    is_asked, may_answer = threading.Event(), threading.Event()

    def slow(_: Forward, request: Request) -> Response:
        is_asked.set()
        may_answer.wait(30)
        return Response(204, None, {}, None)

    monkeypatch.setattr(Forward, "__call__", slow)
    with opened(led, tmp_path / "call.yaml", bot.url) as (found, recorder):
        asking = threading.Thread(target=lambda: call_of(found.url))
        asking.start()
        assert is_asked.wait(10)

    assert (recorder.kept, recorder.unanswered) == (0, 1)
    may_answer.set()
    asking.join()


def call_of(url: str) -> None:
    with suppress(requests.ConnectionError):  # the server is gone
        requests.get(f"{url}/v1.0/communications/calls/1", timeout=30)
