"""The stand-in itself: that clients reach it as they would reach Microsoft, and that it does what its knobs say."""

from __future__ import annotations

import base64
import gzip
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
import requests

from tests.contract import strict
from tests.standin import StandIn
from tests.standin.planted import (
    ADELE,
    BENNO,
    CALLBACK_URL,
    CARLA,
    CLIENT_ID,
    CLIENT_SECRET,
    EXPIRED_SECRET,
    PLANTED,
    TENANT_ID,
    TENANT_NAME,
)

CALLS = "https://graph.microsoft.com/v1.0/communications/calls"
SIGN_IN = f"https://login.microsoftonline.com/{TENANT_ID}/oauth2/v2.0/token"


@contextmanager
def bot() -> Iterator[tuple[int, list[tuple[dict[str, str], dict[str, Any]]]]]:
    """A port behind the tunnel, and what came to it: headers and body."""
    told: list[tuple[dict[str, str], dict[str, Any]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.append((dict(self.headers), json.loads(body)))
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1], told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def asked_for_token(secret: str = CLIENT_SECRET, tenant: str = TENANT_ID, client: str = CLIENT_ID) -> Any:
    form = {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"}
    form |= {"client_id": client, "client_secret": secret}
    return requests.post(SIGN_IN.replace(TENANT_ID, tenant), form, timeout=10)


def bearer() -> dict[str, str]:
    return {"Authorization": f"Bearer {asked_for_token().json()['access_token']}"}


def targets(*parties: str) -> list[dict[str, Any]]:
    return [{"identity": {"phone" if party[0] == "+" else "user": {"id": party}}} for party in parties]


def until(is_so: Any) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def kinds(told: list[tuple[dict[str, str], dict[str, Any]]]) -> list[str]:
    """`updated established`, `updated roster of 3`, `deleted completed`, …"""
    found = []
    for item in (item for _, body in told for item in body["value"]):
        data = item["resourceData"]
        is_roster = isinstance(data, list)
        what = f"roster of {len(data)}" if is_roster else data.get("state") or data["status"]
        found.append(f"{item['changeType']} {what}")
    return found


def test_every_client_gets_there_by_proxy_and_ca_of_the_environment(led: StandIn) -> None:
    headers = bearer()

    with httpx.Client(http2=True, headers=headers) as client:
        over_2 = client.get(f"{CALLS}/nothing")
    over_1 = requests.get(f"{CALLS}/nothing", headers=headers, timeout=10)

    assert (over_2.http_version, over_2.status_code, over_1.status_code) == ("HTTP/2", 404, 404)
    assert led.seen[-2:] == [
        f"{protocol} GET graph.microsoft.com/v1.0/communications/calls/nothing" for protocol in ("HTTP/2", "HTTP/1.1")
    ]


def test_who_does_not_trust_its_ca_does_not_get_there(led: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in set(led.way) - {"HTTPS_PROXY"}:
        monkeypatch.delenv(name)

    with pytest.raises(requests.exceptions.SSLError):
        requests.get(CALLS, timeout=10)

    assert led.seen == []


def test_another_host_is_not_there(led: StandIn) -> None:
    with pytest.raises(requests.exceptions.ProxyError):
        requests.get("https://example.com", timeout=10)


@pytest.mark.parametrize(
    ("asked", "number", "status"),
    [
        ({"secret": "wrong"}, 7000215, 401),
        ({"secret": EXPIRED_SECRET}, 7000222, 401),
        ({"tenant": "elsewhere.onmicrosoft.com"}, 90002, 400),
        ({"client": ADELE.id}, 700016, 400),
    ],
)
@pytest.mark.usefixtures("led")
def test_sign_in_is_refused_as_the_platform_does(asked: dict[str, str], number: int, status: int) -> None:
    answer = asked_for_token(**asked)

    assert (answer.status_code, answer.json()["error_codes"]) == (status, [number])
    assert answer.json()["error_description"].startswith(f"AADSTS{number}: ")


def test_tenant_may_be_named_by_its_domain(led: StandIn) -> None:
    assert asked_for_token(tenant=TENANT_NAME).status_code == 200


def test_call_goes_its_course(led: StandIn) -> None:
    led.set(undeclared=False)
    with bot() as (port, told):
        led.set(tunnel=port)
        headers = bearer()
        made = requests.post(
            CALLS,
            json={"callbackUri": CALLBACK_URL, "targets": targets(ADELE.id, BENNO.id)},
            headers=headers,
            timeout=10,
        )
        call = f"{CALLS}/{made.json()['id']}"
        until(lambda: len(told) == 3)
        invited = requests.post(
            f"{call}/participants/invite", json={"participants": targets(CARLA.id)}, headers=headers, timeout=10
        )
        until(lambda: len(told) == 5)
        roster = requests.get(f"{call}/participants", headers=headers, timeout=10)
        gone = requests.delete(call, headers=headers, timeout=10)
        until(lambda: len(told) == 7)

    answers = (made, invited, roster, gone)
    assert [answer.status_code for answer in answers] == [201, 200, 200, 204]
    assert [person["info"]["identity"].get("user", {}).get("displayName") for person in roster.json()["value"]] == [
        None,
        ADELE.name,
        BENNO.name,
        CARLA.name,
    ]
    assert kinds(told) == [
        "updated establishing",
        "updated established",
        "updated roster of 3",
        "deleted completed",
        "updated roster of 4",
        "updated terminating",
        "deleted terminated",
    ]
    assert [strict.check_notifications(body) for _, body in told] == [[]] * 7
    token = told[0][0]["Authorization"].removeprefix("Bearer ")
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert (claims["iss"], claims["aud"], claims["tid"]) == ("https://api.botframework.com", CLIENT_ID, TENANT_ID)
    assert {token, made.json()["id"], invited.json()["id"], *PLANTED} <= set(led.planted)


@pytest.mark.parametrize(
    ("how", "ends"), [("answers", "completed"), ("declines", "failed"), ("ignores", "failed"), ("removed", "failed")]
)
def test_invited_person_does_as_set(how: str, ends: str, led: StandIn) -> None:
    with bot() as (port, told):
        led.set(tunnel=port, people={CARLA.id: "ignores" if how == "removed" else how})
        headers = bearer()
        body = {"callbackUri": CALLBACK_URL, "targets": targets(ADELE.id, BENNO.id)}
        call = f"{CALLS}/{requests.post(CALLS, json=body, headers=headers, timeout=10).json()['id']}"
        until(lambda: len(told) == 3)
        answer = requests.post(
            f"{call}/participants/invite", json={"participants": targets(CARLA.id)}, headers=headers, timeout=10
        ).json()
        if how == "removed":
            member = answer["participants"][0]["participantId"]
            assert requests.delete(f"{call}/participants/{member}", headers=headers, timeout=10).status_code == 204
        until(lambda: f"deleted {ends}" in kinds(told))
        shown = requests.get(f"{call}/operations/{answer['id']}", headers=headers, timeout=10).json()

    assert shown["status"] == ends


def test_trouble_comes_as_set(led: StandIn) -> None:
    headers = bearer()
    nothing = f"{CALLS}/nothing"

    led.set(throttle=1, retry_after="7")
    throttled = requests.get(nothing, headers=headers, timeout=10)
    led.set(refuse="7503")
    refused = requests.get(nothing, headers=headers, timeout=10)
    led.set(refuse="", cut=1)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        requests.get(nothing, headers=headers, timeout=10)
    led.set(roles=[])
    unpermitted = requests.post(CALLS, json={"callbackUri": CALLBACK_URL}, headers=headers, timeout=10)

    assert (throttled.status_code, throttled.headers["Retry-After"]) == (429, "7")
    assert throttled.json()["error"]["code"] == "TooManyRequests"
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "UnknownError")
    assert (unpermitted.status_code, unpermitted.json()["error"]["code"]) == (403, "7504")


def test_silent_tenant_never_calls_back(led: StandIn) -> None:
    with bot() as (port, told):
        led.set(tunnel=port, is_silent=True)
        headers = bearer()
        body = {"callbackUri": CALLBACK_URL, "targets": targets(ADELE.id, BENNO.id)}
        call = f"{CALLS}/{requests.post(CALLS, json=body, headers=headers, timeout=10).json()['id']}"
        until(lambda: requests.get(call, headers=headers, timeout=10).json()["state"] == "established")

    assert told == []


def test_bodies_are_compressed_for_those_who_accept_it(led: StandIn) -> None:
    headers = {**bearer(), "Accept-Encoding": "gzip"}

    raw = requests.get(f"{CALLS}/nothing", headers=headers, stream=True, timeout=10).raw.read(decode_content=False)

    assert json.loads(gzip.decompress(raw))["error"]["code"] == "8522"
