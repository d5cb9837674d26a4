"""The Flask app of one fake: Graph's routes, its headers and errors, and the control routes.

The one place that turns a refusal into Graph's error body and that writes Graph's headers. Routes live in
`communications` (Graph), `login` (sign-in, which answers in its own form) and `control` (`/__admin/`).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any, Final, cast

from flask import Flask, Request, Response, current_app, g, request
from flask.json.provider import JSONProvider
from flask.sessions import NullSession, SessionInterface
from werkzeug.exceptions import (
    ClientDisconnected,
    HTTPException,
    InternalServerError,
    MethodNotAllowed,
    NotFound,
    RequestEntityTooLarge,
)
from werkzeug.routing import MapAdapter
from werkzeug.utils import cached_property

from harness.delivery.clock import Clock, VirtualClock
from harness.delivery.outbox import Post
from harness.errors import GraphError, UsageError
from harness.graph import wire
from harness.graph.paths import FAMILIES, VERSIONS, canonical
from harness.graph.refusals import REFUSALS, refuse
from harness.graph.types import Application
from harness.server import communications, control, login, striking, tokens
from harness.server.fake import EXTENSION, Asked, Fake, Settings, asked_now, fake_of
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
    app = _App("harness.fake", static_folder=None)
    app.request_class = _Request
    app.response_class = _Response
    app.session_interface = _NoSessions()
    app.json = _Json(app)
    renew(app, settings, post=post, clock=clock, submit=submit)
    app.wsgi_app = striking.Cutting(_CanonicalPath(app.wsgi_app))  # type: ignore[method-assign]
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


class _App(Flask):
    """A Flask app that spares every request what no route of the fake needs."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Views are as they are: none is asynchronous."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """By method and path: no route asks for a host or a query, and none redirects, which would want both."""
        if request is None:
            return None
        return self.url_map.bind("graph", default_method=request.method, path_info=request.path)

    def process_response(self, response: Response) -> Response:
        """The fake's own hook is last; there is no session to be saved, and as a rule no other hook."""
        return _finish(super().process_response(response) if self.after_request_funcs else response)


class _NoSessions(SessionInterface):
    """No route keeps anything of its clients."""

    _NONE: Final = NullSession()

    def open_session(self, app: Flask, request: Request) -> NullSession:
        return self._NONE


class _Json(JSONProvider):
    """Compact JSON in the order in which it was made."""

    _encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False).encode

    def dumps(self, obj: Any, **_: Any) -> str:
        return self._encode(obj)

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return json.loads(s)


class _Request(Request):
    """A request whose body is read at one go where its length is known: streams of a length are slow.

    max_content_length: in bytes, known from `_name_request` on.
    """

    max_content_length: int | None = None

    @cached_property
    def stream(self) -> IO[bytes]:
        """Raises: RequestEntityTooLarge, ClientDisconnected."""
        length, limit = self.content_length, self.max_content_length
        if length is None or "wsgi.input_terminated" in self.environ:
            return super().stream
        if limit is not None and length > limit:
            raise RequestEntityTooLarge
        body = self.environ["wsgi.input"].read(length)
        if len(body) < length:
            raise ClientDisconnected
        return BytesIO(body)


class _Response(Response):
    """An answer whose headers go out as they are: Location is absolute, and nothing is left to be worked out.

    as_graph: Graph's headers, which go out in place of all others.
    """

    as_graph: list[tuple[str, str]] | None = None
    automatically_set_content_length = False

    def get_wsgi_response(self, environ: Any) -> tuple[Iterable[bytes], str, list[tuple[str, str]]]:
        headers = self.headers.to_wsgi_list() if self.as_graph is None else self.as_graph
        if self.status_code == 204:
            return [], self.status, headers
        body = self.get_data()
        headers.append(("Content-Length", str(len(body))))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body], self.status, headers


class _CanonicalPath:
    """WSGI middleware: Graph's reading of a path comes before routing, which is exact."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["PATH_INFO"] = canonical(environ.get("PATH_INFO", "/"))
        return self._app(environ, start_response)


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
    if control.is_control(path):
        return response
    response = cast(_Response, striking.late(response, known.fault))
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
    if response.status_code not in (202, 204):
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
