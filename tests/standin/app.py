"""One Flask app for all that is beyond the network: Graph, sign-in, the team's tunnel; its knobs beside it."""

from __future__ import annotations

import http.client
from email.utils import formatdate
from typing import Any, Final

import flask

from tests.standin import graph, identity
from tests.standin.calls import Calls
from tests.standin.identity import Key
from tests.standin.knobs import Standing
from tests.standin.planted import CALLER_ADDRESS, PLANTED, TUNNEL_HOST
from tests.standin.telling import Telling

HOSTS: Final = (graph.HOST, identity.HOST, TUNNEL_HOST)
"""Whom the certificate is for, and where the proxy leads."""


def world() -> tuple[flask.Flask, flask.Flask, Standing]:
    """What is served to clients over TLS, what to tests on loopback, and what both share."""
    standing = Standing()
    key = Key()
    telling = Telling(standing, key)
    calls = Calls(standing, telling)
    beyond = flask.Flask("standin", static_folder=None)
    beyond.json.sort_keys = False  # type: ignore[attr-defined]
    beyond.json.ensure_ascii = False  # type: ignore[attr-defined]
    beyond.before_request(lambda: _arrived(standing))
    beyond.after_request(lambda answer: _dated(answer, standing))
    beyond.register_blueprint(graph.graph(standing, calls))
    beyond.register_blueprint(identity.identity(standing, key))
    return beyond, _control(standing, calls, telling), standing


def _arrived(standing: Standing) -> Any:
    request = flask.request
    host = request.host.split(":")[0]
    protocol = request.environ["SERVER_PROTOCOL"]
    standing.seen.append(f"{protocol} {request.method} {host}{request.path}")
    flask.g.request_id = standing.drawn.id()
    if host == TUNNEL_HOST:
        return _tunnelled(standing)
    belongs = request.path.startswith(("/v1.0/", "/beta/")) == (host == graph.HOST)
    return None if belongs and host in HOSTS else ("", 404)


def _dated(answer: flask.Response, standing: Standing) -> flask.Response:
    answer.headers["Date"] = formatdate(standing.now(), usegmt=True)
    return answer


def _tunnelled(standing: Standing) -> Any:
    """As tunnels do: what comes to the public address goes to a port of the machine at the other end."""
    if standing.knobs.tunnel_asks_for_sign_in:
        return "", 302, {"Location": f"https://{identity.HOST}/common/oauth2/authorize"}
    request = flask.request
    headers = {name: value for name, value in request.headers if name not in ("Connection", "Transfer-Encoding")}
    try:
        connection = http.client.HTTPConnection("127.0.0.1", standing.knobs.tunnel or 1, timeout=10)
        headers |= {"X-Forwarded-For": CALLER_ADDRESS, "X-Forwarded-Host": TUNNEL_HOST}
        connection.request(request.method, request.full_path.rstrip("?"), request.get_data(), headers)
        answer = connection.getresponse()
        given = answer.read(), answer.status, {"Content-Type": answer.getheader("Content-Type", "text/plain")}
        connection.close()
    except OSError:
        return "Bad Gateway: nothing listens behind this tunnel", 502
    return given


def _control(standing: Standing, calls: Calls, telling: Telling) -> flask.Flask:
    control = flask.Flask("standin.control", static_folder=None)

    @control.put("/knobs")
    def turn() -> Any:
        standing.set(flask.request.get_json())
        return "", 204

    @control.post("/reset")
    def reset() -> Any:
        telling.forget()
        calls.forget()
        standing.reset()
        return "", 204

    @control.get("/seen")
    def seen() -> Any:
        return standing.seen

    @control.get("/planted")
    def planted() -> Any:
        return [*PLANTED, *standing.drawn.values]

    @control.get("/calls")
    def standing_ones() -> Any:
        return calls.standing_ones

    return control
