"""A fake on a loopback port: a bot is carried through a call, over real HTTP and in real time."""

from __future__ import annotations

import http.client
import json
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest

from harness.errors import UsageError
from harness.server import Served, Settings, WorldSettings, serve
from harness.server.serving import bind, bound_to
from tests.server.listening import listening


@contextmanager
def served(**more: Any) -> Iterator[Served]:
    with serve(Settings(world=WorldSettings(seed=1)), **more) as fake:
        thread = threading.Thread(target=fake.run)
        thread.start()
        try:
            yield fake
        finally:
            fake.stop()
            thread.join()


def ask(fake: Served, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    parts = urlsplit(fake.url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
    try:
        headers = {"Authorization": "Bearer x", "Content-Type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        data = answer.read()
        return answer.status, json.loads(data) if data else None
    finally:
        connection.close()


@pytest.mark.parametrize("length", [{}, {"Content-Length": "5"}], ids=["no length", "length"])
def test_head_is_answered_without_the_body_of_any_app(length: dict[str, str]) -> None:
    closed = []

    class Body(list[bytes]):
        def close(self) -> None:
            closed.append(True)

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", list(length.items()))
        return Body([b"he", b"llo"])

    with bound_to(listening_socket := bind("127.0.0.1", 0), app) as loop:
        thread = threading.Thread(target=loop.run)
        thread.start()
        with socket.create_connection(listening_socket.getsockname(), timeout=10) as sock:
            sock.sendall(b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            with sock.makefile("rb") as file:
                said = file.read()
        loop.stop()
        thread.join()

    assert said.endswith(b"\r\n\r\n")
    assert b"\r\nContent-Length: 5\r\n" in said
    assert closed == [True]


def test_bot_is_carried_from_create_to_roster_without_any_script() -> None:
    with listening() as bot, served() as fake:
        targets = [{"identity": {"user": {"id": name}}} for name in ("adele", "bob")]
        _, call = ask(fake, "POST", "/v1.0/communications/calls", {"callbackUri": bot.url, "targets": targets})
        bot.wait_for(4)
        path = f"/v1.0/communications/calls/{call['id']}"

        invitation = {"participants": [{"identity": {"user": {"id": "carol"}}}], "clientContext": "context"}
        status, operation = ask(fake, "POST", f"{path}/participants/invite", invitation)
        items = bot.wait_for(7)

        done = [item["resourceData"] for item in items if "operations" in item["resource"]]
        assert status == 200
        assert [(d["id"], d["status"], d["clientContext"]) for d in done] == [(operation["id"], "completed", "context")]
        assert len(items[-1]["resourceData"]) == 4
        assert ask(fake, "DELETE", path)[0] == 204
        assert bot.wait_for(9)[-1]["resourceData"]["state"] == "terminated"


def test_bot_is_told_with_tokens_that_fit_the_fakes_keys() -> None:
    with listening() as bot, served() as fake:
        ask(fake, "POST", "/v1.0/communications/calls", {"callbackUri": bot.url})
        bot.wait_for(1)
        _, token = bot.headers[0]["Authorization"].split(" ")
        configuration = ask(fake, "GET", "/v1/.well-known/OpenIdConfiguration")[1]
        key = jwt.PyJWKClient(configuration["jwks_uri"]).get_signing_key_from_jwt(token)

    about = WorldSettings().application
    read = jwt.decode(token, key, algorithms=["RS256"], audience=about.id, issuer=configuration["issuer"])
    assert read["tid"] == about.tenant_id


def test_callback_to_a_host_that_nobody_named_is_refused_and_visible(caplog: pytest.LogCaptureFixture) -> None:
    with served() as fake:
        status, _ = ask(fake, "POST", "/v1.0/communications/calls", {"callbackUri": "https://bot.example/x"})
        deadline = time.monotonic() + 10
        deliveries: list[Any] = []
        while not deliveries and time.monotonic() < deadline:
            deliveries = ask(fake, "GET", "/__admin/deliveries")[1]["deliveries"]

    assert status == 201
    assert deliveries[0]["result"] == "refused"
    assert deliveries[0]["problem"] == (
        "callback host 'bot.example' is neither loopback nor allowed: allow it with --allow-callback bot.example"
    )
    assert "refused" in caplog.text


def test_real_time_is_moved_by_control() -> None:
    with listening() as bot, served() as fake:
        seeded = {
            "callbackUri": bot.url,
            "people": [{"user": {"id": "adele"}, "ignores": True}],
        }
        _, call = ask(fake, "POST", "/__admin/calls", seeded)
        invitation = {"participants": [{"identity": {"user": {"id": "adele"}}}]}
        ask(fake, "POST", f"/v1.0/communications/calls/{call['id']}/participants/invite", invitation)

        ask(fake, "POST", "/__admin/clock", {"advance": 61})

        assert bot.wait_for(1)[0]["resourceData"]["status"] == "failed"


@pytest.mark.parametrize("after_effect", [False, True], ids=["before", "after"])
def test_reset_cuts_the_connection_without_an_answer(after_effect: bool, caplog: pytest.LogCaptureFixture) -> None:
    with served() as fake:
        ask(fake, "POST", "/__admin/calls", {"id": "c", "callbackUri": "http://127.0.0.1:1/"})
        ask(fake, "POST", "/__admin/faults", {"verb": "hang-up", "reset": True, "afterEffect": after_effect})

        with pytest.raises(http.client.RemoteDisconnected):
            ask(fake, "DELETE", "/v1.0/communications/calls/c")

        left = [call["id"] for call in ask(fake, "GET", "/__admin/calls")[1]["calls"]]
        assert left == ([] if after_effect else ["c"])
    assert "Exception" not in caplog.text


def test_latency_lets_a_client_run_into_its_time_out() -> None:
    with served() as fake:
        ask(fake, "POST", "/__admin/faults", {"verb": "get-call", "latency": 0.5})
        parts = urlsplit(fake.url)
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=0.05)
        connection.request("GET", "/v1.0/communications/calls/c", headers={"Authorization": "Bearer x"})

        with pytest.raises(TimeoutError):
            connection.getresponse()

        connection.close()
        assert ask(fake, "GET", "/v1.0/communications/calls/c")[0] == 404


def test_kept_alive_connection_does_not_stall() -> None:
    """Servers that write head and body apart wait for a delayed acknowledgement, 40 ms a request."""
    with served() as fake:
        parts = urlsplit(fake.url)
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
        times = []
        for _ in range(30):
            before = time.perf_counter()
            connection.request("GET", "/__admin/health")
            connection.getresponse().read()
            times.append(time.perf_counter() - before)
        connection.close()

    assert statistics.median(times) < 0.03


def test_nothing_is_left_running() -> None:
    before = threading.active_count()

    with served():
        pass

    assert threading.active_count() == before


def test_port_that_does_not_exist_is_a_usage_error() -> None:
    with (
        pytest.raises(UsageError, match=r"^cannot listen on port 99999: expected one from 0 to 65535$"),
        serve(Settings(), port=99999),
    ):
        pass


def test_many_slow_bots_hold_up_their_own_calls_only() -> None:
    release = threading.Event()
    with listening(wait_for=release) as slow, listening() as quick, served() as fake:
        for _ in range(12):
            ask(fake, "POST", "/v1.0/communications/calls", {"callbackUri": slow.url})

        ask(fake, "POST", "/v1.0/communications/calls", {"callbackUri": quick.url})

        told = len(quick.wait_for(3))
        release.set()
        slow.wait_for(36)

    assert told == 3


def test_address_in_use_is_a_usage_error() -> None:
    with (
        served() as fake,
        pytest.raises(UsageError, match=rf"^cannot listen on 127\.0\.0\.1:{fake.port}: "),
        serve(Settings(), port=fake.port),
    ):
        pass
