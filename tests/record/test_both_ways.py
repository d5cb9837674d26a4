"""A bot that signs in, asks Graph and is told by it, over TLS: one clean cassette of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import flask
import pytest
import requests

from harness.cassette.format import Direction, load
from harness.cassette.sanitise import Sanitiser
from harness.cassette.unclean import unclean
from harness.intercept import intercepting
from harness.record import Forward, Inbound, Recorder, recording
from harness.record.sweep import Sweep
from tests.record.build import NAME, PHONE, TOKEN, USER, found_in
from tests.record.far import HOST, Asked, Far, answer, far, lead_to

LOGIN = "login.microsoftonline.com"
SECRET = "q~8Qsecret-of-the-application"
CALL = "2f1a1100-b174-40a0-aba7-0b405e01ed92"


@pytest.fixture
def tenant(monkeypatch: pytest.MonkeyPatch) -> Iterator[Far]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with far() as found:
        found.behave = behave
        lead_to(monkeypatch, found.port)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(found.ca_file))
        yield found


def behave(asked: Asked) -> bytes:
    if asked.target.endswith("/token"):
        return answer(json.dumps({"token_type": "Bearer", "access_token": TOKEN}).encode())
    call = {
        "@odata.type": "#microsoft.graph.call",
        "id": CALL,
        "state": "establishing",
        "callbackUri": "https://tunnel-of-adele.example/api/calls",
        "targets": [{"identity": {"user": {"id": USER, "displayName": NAME}}}],
    }
    return answer(json.dumps(call).encode(), "Content-Type: application/json", "request-id: " + USER)


def bot() -> flask.Flask:
    app = flask.Flask("bot")

    @app.post("/api/calls")
    def told() -> tuple[str, int]:
        return "", 202

    return app


def test_both_ways_are_one_clean_cassette(tenant: Far, tmp_path: Path) -> None:
    path = tmp_path / "call.yaml"
    app = bot()
    told = {"changeType": "updated", "resourceUrl": f"/communications/calls/{CALL}", "resourceData": {"id": CALL}}
    told["resourceData"] |= {"state": "established", "subject": f"{NAME}, {PHONE}"}  # type: ignore[operator]

    with (
        Recorder(path, sanitiser=Sanitiser(), sweep=Sweep(), environ={}) as recorder,
        closing(Forward()) as forward,
        intercepting({HOST: recording(forward, recorder), LOGIN: recording(forward, recorder)}),
    ):
        app.wsgi_app = Inbound(recorder, public_url="https://tunnel-of-adele.example").wsgi(  # type: ignore[assignment]
            app.wsgi_app
        )
        token = requests.post(
            f"https://{LOGIN}/{USER}/oauth2/v2.0/token", data={"client_secret": SECRET}, timeout=5
        ).json()["access_token"]
        asked = requests.post(
            f"https://{HOST}/v1.0/communications/calls",
            json={"targets": [{"identity": {"user": {"id": USER}}}]},
            headers={"Authorization": f"Bearer {token}"},
            timeout=5,
        )
        app.test_client().post("/api/calls", json={"value": [told]}, headers={"Authorization": f"Bearer {TOKEN}"})

    assert asked.json()["id"] == CALL
    assert [one.header("Authorization") for one in tenant.asked] == [[], [f"Bearer {TOKEN}"]]
    cassette = load(path)
    assert [i.direction for i in cassette.interactions] == [Direction.CLIENT_TO_GRAPH, Direction.GRAPH_TO_BOT]
    assert unclean(cassette) == []
    raw = path.read_bytes()
    assert found_in(raw) == []
    assert re.search(rb"adele|secret-of|2f1a1100", raw, re.IGNORECASE) is None
