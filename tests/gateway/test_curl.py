"""curl goes through `serve --target record` and `--target replay`, and a bot on loopback is told."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from harness.cassette.format import load
from harness.cassette.scenario import load_scenario
from tests.gateway.running import free_port, recording, serving
from tests.server.listening import listening
from tests.standin import StandIn, planted

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


def curl(*arguments: str) -> tuple[int, Any]:
    """Status and body."""
    command = ["curl", "-sS", "--noproxy", "*", "--max-time", "20", "-w", "\n%{http_code}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    body, _, status = done.stdout.rpartition("\n")
    return int(status), json.loads(body) if body else None


def sign_in(url: str) -> str:
    form = {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"}
    form |= {"client_id": planted.CLIENT_ID, "client_secret": planted.CLIENT_SECRET}
    pairs = [part for name, value in form.items() for part in ("--data-urlencode", f"{name}={value}")]
    status, body = curl(f"{url}/{planted.TENANT_ID}/oauth2/v2.0/token", *pairs)
    assert status == 200
    return str(body["access_token"])


def created(url: str, token: str, callback: str, user: str = planted.ADELE.id) -> tuple[int, Any]:
    call = {
        "callbackUri": callback,
        "targets": [{"identity": {"user": {"id": user}}}],
        "requestedModalities": ["audio"],
    }
    headers = ("-H", f"Authorization: Bearer {token}", "-H", "Content-Type: application/json")
    return curl(f"{url}/v1.0/communications/calls", *headers, "-d", json.dumps(call))


def recorded(standin: StandIn, cassette: Path) -> None:
    standin.set(undeclared=False)  # for the listener is strict
    with listening() as bot, recording(standin, cassette, free_port(), int(urlsplit(bot.url).port or 0)) as gate:
        status, _ = created(gate.url, sign_in(gate.url), bot.url)
        assert status == 201
        bot.wait_for(3)
        gate.stop(signal.SIGINT)
    assert gate.out.startswith(f"recorded {cassette}: 1 request, 3 notifications\n")


def test_who_asks_twice_to_stop_has_the_cassette_all_the_same(standin: StandIn, tmp_path: Path) -> None:
    """The second SIGTERM comes while the first one is obeyed, and was the end of it, with 0."""
    cassette = tmp_path / "call.yaml"
    standin.set(undeclared=False)  # for the listener is strict
    with listening() as bot, recording(standin, cassette, free_port(), urlsplit(bot.url).port or 0) as gate:
        sign_in(gate.url)
        created(gate.url, sign_in(gate.url), bot.url)
        bot.wait_for(3)
        gate.process.send_signal(signal.SIGTERM)
        wait_for(cassette)
        gate.stop(signal.SIGTERM)

    assert f"recorded {cassette}: 1 request, 3 notifications\n" in gate.out
    assert gate.code == 1  # the stand-in is not Graph


def wait_for(path: Path) -> None:
    until = time.monotonic() + 20
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.005)


def test_curl_is_recorded_and_replayed(standin: StandIn, tmp_path: Path) -> None:
    cassette = tmp_path / "call.yaml"
    recorded(standin, cassette)

    with listening() as bot, serving("--target", "replay", "--cassette", str(cassette)) as replayed:
        answer = created(replayed.url, sign_in(replayed.url), bot.url)
        told = bot.wait_for(3)
        _, progress = curl(f"{replayed.url}/__admin/cassette")
        _, deliveries = curl(f"{replayed.url}/__admin/deliveries")
        _, requests = curl(f"{replayed.url}/__admin/requests")
        replayed.stop(signal.SIGINT)

    assert (answer[0], answer[1]["callbackUri"]) == (201, bot.url)
    assert told[0]["resourceUrl"] == f"/communications/calls/{answer[1]['id']}"
    assert progress["unplayed"] == []
    assert [one["callbackUri"] for one in deliveries["deliveries"]][:2] == [bot.url, bot.url]
    assert [(one["method"], one["status"]) for one in requests["requests"]][-1] == ("POST", 201)
    assert replayed.code == 0
    assert planted.CLIENT_SECRET not in json.dumps(requests)


def test_what_is_not_recorded_is_answered_and_printed(standin: StandIn, tmp_path: Path) -> None:
    cassette = tmp_path / "call.yaml"
    recorded(standin, cassette)

    with serving("--target", "replay", "--cassette", str(cassette)) as replayed:
        status, body = curl(f"{replayed.url}/v1.0/communications/calls/x", "-X", "DELETE")
        replayed.stop()

    assert (status, body["error"]["code"]) == (502, "nothingRecorded")
    message = body["error"]["message"]
    assert message.startswith(f"{cassette}: nothing recorded for DELETE /v1.0/communications/calls/")
    assert message.endswith("record again with `graph-harness serve --target record`, or mend the request")
    assert replayed.out.splitlines() == [
        *message.splitlines(),
        f"{cassette}: 1 request was never made and 3 notifications were never due",
        "  not made  seq 2, POST /v1.0/communications/calls",
        *replayed.out.splitlines()[-5:-2],
        "  to do     make the requests, or record again with `graph-harness serve --target record`",
        f"{cassette}: 1 request got no answer from it, see above",
    ]
    assert replayed.code == 1


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_recording_of_nothing_is_no_cassette(standin: StandIn, tmp_path: Path, how: signal.Signals) -> None:
    cassette = tmp_path / "call.yaml"

    with recording(standin, cassette, free_port(), free_port()) as gate:
        sign_in(gate.url)
        gate.stop(how)

    said = f"graph-harness serve: {cassette}: is not recorded: nothing passed that is kept\n"
    assert (gate.code, gate.out, gate.err) == (2, "", said)
    assert list(tmp_path.iterdir()) == []


def test_recording_again_keeps_what_was_given(standin: StandIn, tmp_path: Path) -> None:
    cassette, beside = tmp_path / "call.yaml", tmp_path / "call.scenario.yaml"
    recorded(standin, cassette)
    first = cassette.read_text()
    beside.write_text(beside.read_text() + "given: {rules: {severalNeedChat: false}}\n")

    recorded(standin, cassette)

    assert load_scenario(beside).given == {"rules": {"severalNeedChat": False}}
    assert len(load(cassette).interactions) == 4
    assert cassette.read_text() != first  # times differ
