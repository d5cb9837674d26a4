"""The Flask app of one fake: Graph's routes, its headers and errors, and the control routes.

The one place that turns a refusal into Graph's error body and that writes Graph's headers. Routes live in
`communications` (Graph), `login` (sign-in, which answers in its own form) and `control` (`/__admin/`).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, cast

from flask import Flask, Request, Response, current_app, g, request
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    MethodNotAllowed,
    NotFound,
    RequestEntityTooLarge,
)

from harness.delivery.clock import Clock, VirtualClock
from harness.delivery.outbox import Post
from harness.errors import GraphError, UsageError
from harness.graph import wire
from harness.graph.paths import FAMILIES, VERSIONS
from harness.graph.refusals import REFUSALS, refuse
from harness.graph.types import Application
from harness.server import communications, control, login, recordings, striking, tokens
from harness.server.fake import EXTENSION, Asked, Fake, Settings, asked_now, fake_of
from harness.server.lean import CanonicalPath, LeanFlask, LeanResponse
from harness.server.login_refusals import LoginRefused
from harness.server.world import World

CONTENT_TYPE: Final = (
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
)
_KEPT_BYTES: Final = 16 * 2**10
_DIAGNOSTIC: Final = json.dumps(
    {
        "ServerInfo": {
            "DataCenter": "Fake",
            "Slice": "E",
            "Ring": "2",
            "ScaleUnit": "000",
            "RoleInstance": "FAKE0000000000",
        }
    },
    separators=(",", ":"),
)


@dataclass(frozen=True, slots=True)
class _Ids:
    """What one request is called: by the service, and by its client."""

    request: str
    client_request: str


def create_app(
    settings: Settings = Settings(),
    *,
    post: Post,
    clock: Clock | None = None,
    submit: Callable[[Callable[[], None]], None] | None = None,
) -> Flask:
    """A fake of its own, as a WSGI app. `fake_of` gives what it holds.

    post: how a notification reaches the bot; `harness.delivery.HttpPost` for a served fake. clock: virtual unless
    given: then nothing is delivered until somebody advances it.
    """
    app = LeanFlask("harness.fake", finish=_finish)
    renew(app, settings, post=post, clock=clock, submit=submit)
    app.wsgi_app = striking.Cutting(CanonicalPath(app.wsgi_app))  # type: ignore[method-assign]
    app.url_map.strict_slashes = False
    app.url_map.redirect_defaults = False
    for version in VERSIONS:
        for family in FAMILIES:
            app.register_blueprint(
                communications.blueprint,
                name=f"{family} {version}".replace(".", "_"),
                url_prefix=f"/{version}/{family}",
                url_defaults={"version": version, "family": family},
            )
    app.register_blueprint(login.blueprint)
    app.register_blueprint(recordings.blueprint)
    app.register_blueprint(control.blueprint)
    app.before_request(_name_request)
    app.register_error_handler(GraphError, _refused)
    app.register_error_handler(LoginRefused, login.refused)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _crashed)
    return app


def renew(
    app: Flask,
    settings: Settings = Settings(),
    *,
    post: Post,
    clock: Clock | None = None,
    submit: Callable[[Callable[[], None]], None] | None = None,
) -> Fake:
    """Put a fake of its own behind the routes of an app, which take a hundred times as long to make."""
    unknown = sorted(set(settings.refusals) - set(REFUSALS))
    if unknown:
        raise UsageError(f"unknown refusals: {', '.join(unknown)}; known: {', '.join(sorted(REFUSALS))}")
    world = World(settings.world, clock=clock or VirtualClock(), post=post, submit=submit)
    fake = Fake(world, settings)
    app.extensions[EXTENSION] = fake
    return fake


def _name_request() -> Response | None:
    """`client-request-id` is the client's own, or equal to `request-id` (observed, msteams-docs 9170).

    Then comes the token, then the fault that the request meets, if there is one: its answer.
    OPTIONS, which Flask would answer by itself, is a method like any other that is not allowed.
    """
    asked, known, fake = _here()
    asked.max_content_length = fake.settings.body_limit
    path = asked.path
    known.is_login = login.is_login(path)
    # How often a bot signs in does not move the ids that a seed makes repeatable.
    request_id = str(uuid.uuid4()) if known.is_login else fake.world.new_id()
    known.ids = _Ids(request_id, asked.environ.get("HTTP_CLIENT_REQUEST_ID") or request_id)
    known.fault = None
    if control.is_control(path):
        return None
    if path.split("/", 2)[1] in VERSIONS:
        known.application = _authenticated(asked, fake)
    met = striking.meet(asked, known, fake)
    if met is not None:
        return met
    if asked.method == "OPTIONS":
        raise MethodNotAllowed
    return None


def _here() -> tuple[Request, Any, Fake]:
    """The request, Flask's `g` and the fake: at the proxies for them, each look costs nearly a microsecond."""
    return asked_now(), g._get_current_object(), fake_of(current_app)


def _authenticated(asked: Request, fake: Fake) -> Application:
    """A token comes before everything else below a version, also before a path that leads nowhere (assumed)."""
    return tokens.application(
        asked.environ.get("HTTP_AUTHORIZATION"),
        fake.world.application,
        refuse_opaque=fake.settings.refuse_opaque_tokens,
    )


def _finish(response: Response) -> Response:
    """Graph's headers on Graph's routes, and the journal of requests."""
    asked, known, fake = _here()
    path = asked.path
    if control.is_control(path) or recordings.is_recording(path):
        return response
    response = cast(LeanResponse, striking.late(response, known.fault))
    if known.is_login:
        login.finish(response)
    else:
        response.as_graph = _graphs_headers(response, asked, known.ids)
    fake.count += 1
    body = login.kept_body() if known.is_login else _kept_body(asked)
    status = 0 if striking.is_cut(asked) else response.status_code
    fake.asked.append(Asked(fake.count, asked.method, path, status, known.ids.request, body, known.fault))
    return response


def _graphs_headers(response: Response, asked: Request, ids: _Ids) -> list[tuple[str, str]]:
    headers = [
        ("Strict-Transport-Security", "max-age=31536000"),
        ("request-id", ids.request),
        ("client-request-id", ids.client_request),
        ("x-ms-ags-diagnostic", _DIAGNOSTIC),
    ]
    scenario = asked.environ.get("HTTP_SCENARIO_ID")
    if scenario:
        headers.append(("scenario-id", scenario))
    if response.get_data():
        headers += [("Content-Type", CONTENT_TYPE), ("OData-Version", "4.0")]
    headers += [(n, v) for n, v in response.headers if n in ("Location", "Allow", "Retry-After")]
    return headers


def _kept_body(asked: Request) -> bytes:
    """The request's body as the journal keeps it: its beginning."""
    try:
        return asked.get_data()[:_KEPT_BYTES]
    except RequestEntityTooLarge:
        return b""


def _refused(refused: GraphError) -> tuple[dict[str, Any], int]:
    fake = fake_of(current_app)
    other = fake.settings.refusals.get(refused.rule)
    if other is not None:
        refused = GraphError(refused.rule, other.status, other.code, other.message)
    date = fake.world.clock.now().strftime("%Y-%m-%dT%H:%M:%S")
    ids: _Ids = g.ids
    body = wire.error(refused, date=date, request_id=ids.request, client_request_id=ids.client_request)
    return body, refused.status


def _http_error(error: HTTPException) -> Any:
    """What routing and reading refuse, in Graph's words; control routes answer in their own."""
    if control.is_control(request.path):
        return control.problem(error.code or 500, error.description or error.name)
    if isinstance(error, InternalServerError):
        return _crashed(error.original_exception or error)
    if login.is_login(request.path):
        return login.http_error(error)
    if isinstance(error, RequestEntityTooLarge):
        return _refused(refuse("too-large", limit=fake_of(current_app).settings.body_limit))
    if isinstance(error, MethodNotAllowed):
        body, status = _refused(refuse("wrong-method"))
        return body, status, {"Allow": ", ".join(sorted(set(error.valid_methods or ()) - {"OPTIONS"}))}
    if isinstance(error, NotFound):
        return _refused(_unknown_path(request.path))
    return _refused(refuse("invalid-body", place="request", problem=error.description or error.name))


def _unknown_path(path: str) -> GraphError:
    """The gateway's answer for what no route knows: it names the segment that it did not expect."""
    segments = [s for s in path.split("/") if s]
    if not segments or segments[0] not in VERSIONS:
        return refuse("unknown-version", version=segments[0] if segments else "")
    if len(segments) == 1:
        return refuse("not-built", what=f"service document at '/{segments[0]}'")
    if segments[1] not in FAMILIES:
        return refuse("not-built", what=f"'/{segments[1]}', only '/communications' and '/app'")
    return refuse("unknown-path", segment=communications.unknown_segment(segments))


def _crashed(error: BaseException) -> Any:
    """A bug in the fake is said as such, in the log with its trace, never as an empty success."""
    current_app.logger.exception("the fake crashed on %s %s", request.method, request.path)
    if control.is_control(request.path):
        return control.problem(500, f"the fake crashed: {error!r}")
    if login.is_login(request.path):
        return login.crashed(error)
    crashed = refuse("internal-error")
    return _refused(GraphError(crashed.rule, crashed.status, crashed.code, f"the fake crashed: {error!r}"))
