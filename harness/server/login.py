"""Sign-in, beside Graph: where bots get their tokens, and where they find the keys by which tokens are checked.

The fake trusts: any secret, any certificate's assertion and any tenant is taken. It answers for every host, of the
public and of the national clouds; what it names in its answers is on the host that was asked.

Source, if nothing else is said: documented, the Microsoft identity platform's pages on the client credentials flow and
on OpenID Connect; for the keys of notifications, call-notifications of msteams-docs and Bot Framework's page on
authentication.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import unquote_plus, urlencode, urlsplit

from flask import Blueprint, Response, current_app, request
from werkzeug.datastructures import Authorization
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from harness.delivery.signing import ISSUER, can_sign, unsigned
from harness.errors import UsageError
from harness.graph.hosts import LOGIN_HOSTS
from harness.graph.paths import VERSIONS
from harness.graph.types import Application
from harness.server.fake import fake_of
from harness.server.login_refusals import LoginRefused, refuse_login

EXPIRES_IN: Final = 3599
"""Seconds that an access token lives, as the documented answer has it."""

blueprint = Blueprint("login", __name__)

Answer = tuple[dict[str, Any], int, dict[str, str]]

_PATH: Final = re.compile(
    rf"/(?!(?:{'|'.join(map(re.escape, VERSIONS))}|__admin)/)[^/]+/"
    r"(?:oauth2/.+|discovery/.+|v2\.0/\.well-known/.+|\.well-known/.+)"
)
_SHOWN: Final = ("grant_type", "client_id", "scope", "client_assertion_type")
_SECRET: Final = ("client_secret", "client_assertion")
"""What the journal keeps of a form, of the latter the names only. In all else, even in names, there may be a secret."""
_NOT_CACHED: Final = {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"}
_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DEFAULT_SCOPE: Final = "/.default"


def is_login(path: str) -> bool:
    """Whether a path is one of sign-in and not Graph's, whatever is answered there."""
    return _PATH.fullmatch(path) is not None


def kept_body() -> bytes:
    """A request's form as the journal keeps it: without secrets."""
    try:
        form = request.form.items(multi=True)
    except RequestEntityTooLarge:
        return b""
    kept = ((name, value if name in _SHOWN else "REDACTED") for name, value in form if name in (*_SHOWN, *_SECRET))
    return urlencode(list(kept)).encode()


@blueprint.before_request
def _refuse_versions() -> None:
    """A version of Graph is no tenant."""
    if not is_login(request.path):
        raise NotFound


@blueprint.post("/<tenant>/oauth2/v2.0/token")
def token(tenant: str) -> Answer:
    """An access token for whoever asks, by client credentials: a secret or an assertion, in the form or as HTTP Basic.

    `tid` is the tenant that was asked, where it is a GUID, else the default application's (assumed). `roles` are the
    permissions of the default application, which are every application's that names none, if they are limited.
    """
    asked = _client_credentials()
    world = fake_of(current_app).world
    now = int(datetime.now(UTC).timestamp())
    claims = {
        **_about(asked["client_id"], tenant, world.application),
        "aud": asked["scope"].removesuffix(_DEFAULT_SCOPE),
        "iat": now,
        "nbf": now,
        "exp": now + EXPIRES_IN,
        "ver": "1.0",
    }
    answer = {
        "token_type": "Bearer",
        "expires_in": EXPIRES_IN,
        "ext_expires_in": EXPIRES_IN,
        "access_token": _access_token(claims),
    }
    return answer, 200, _NOT_CACHED


def _client_credentials() -> Mapping[str, str]:
    """The form, with what came as HTTP Basic (RFC 6749, section 2.3.1). Raises: LoginRefused."""
    form = {**_basic(request.authorization), **request.form.to_dict()}
    for name in ("grant_type", "client_id"):
        if not form.get(name):
            raise refuse_login("missing-parameter", parameter=name)
    if form["grant_type"] != "client_credentials":
        raise refuse_login("grant-type", grant_type=form["grant_type"])
    scope = form.get("scope", "")
    if not scope:
        raise refuse_login("missing-scope")
    if not scope.endswith(_DEFAULT_SCOPE) or " " in scope:
        raise refuse_login("scope", scope=scope)
    if not form.get("client_secret") and not form.get("client_assertion"):
        raise refuse_login("no-secret")
    return form


def _basic(given: Authorization | None) -> dict[str, str]:
    if given is None or given.type != "basic":
        return {}
    pairs = {"client_id": given.username, "client_secret": given.password}
    return {name: unquote_plus(value) for name, value in pairs.items() if value}


def _about(app_id: str, tenant: str, default: Application) -> dict[str, Any]:
    """For whom a token speaks, in the words that `harness.server.tokens` reads."""
    tenant_id = tenant if _GUID.fullmatch(tenant) else default.tenant_id
    about: dict[str, Any] = {"iss": f"https://sts.windows.net/{tenant_id}/", "tid": tenant_id}
    about |= {"appid": app_id, "azp": app_id, "idtyp": "app"}
    if app_id == default.id and default.display_name is not None:
        about["app_displayname"] = default.display_name
    if default.permissions is not None:
        about["roles"] = sorted(default.permissions)
    return about


def _access_token(claims: Mapping[str, Any]) -> str:
    """Signed where that is possible; else it can be read all the same, and Graph's side of the fake does no more."""
    return fake_of(current_app).signer.signed(claims) if can_sign() else unsigned(claims)


@blueprint.get("/<tenant>/discovery/instance")
def instances(tenant: str) -> dict[str, Any]:
    """Which hosts are of one cloud. A host that is asked about, and is none of Microsoft's, is known as well."""
    asked = urlsplit(request.args.get("authorization_endpoint", ""))
    host = asked.netloc or request.host
    of_tenant = asked.path.split("/")[1] if asked.path.count("/") > 1 else tenant
    known = [[name] for name in dict.fromkeys((*LOGIN_HOSTS, host))]
    return {
        "tenant_discovery_endpoint": f"https://{host}/{of_tenant}/v2.0/.well-known/openid-configuration",
        "api-version": request.args.get("api-version", "1.1"),
        "metadata": [{"preferred_network": a[0], "preferred_cache": a[0], "aliases": a} for a in known],
    }


@blueprint.get("/<tenant>/v2.0/.well-known/openid-configuration")
def tenant_configuration(tenant: str) -> dict[str, Any]:
    here = f"{request.host_url}{tenant}"
    return {
        "token_endpoint": f"{here}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": f"{here}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": f"{here}/v2.0",
        "authorization_endpoint": f"{here}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{here}/oauth2/v2.0/devicecode",
    }


@blueprint.get("/<tenant>/discovery/v2.0/keys")
def tenant_keys(tenant: str) -> dict[str, Any]:
    issuer = f"{request.host_url}{tenant}/v2.0"
    keys = [{k: v for k, v in key.items() if k != "endorsements"} for key in _keys()["keys"]]
    return {"keys": [{**key, "issuer": issuer} for key in keys]}


@blueprint.get("/v1/.well-known/OpenIdConfiguration")
@blueprint.get("/v1/.well-known/openidconfiguration")
def notification_configuration() -> dict[str, Any]:
    """What the tokens of notifications go by; one spelling is documented, botframework-connector has the other."""
    return {
        "issuer": ISSUER,
        "authorization_endpoint": "https://invalid.botframework.com",
        "jwks_uri": f"{request.host_url}v1/.well-known/keys",
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
    }


@blueprint.get("/v1/.well-known/keys")
def notification_keys() -> dict[str, Any]:
    return _keys()


def _keys() -> dict[str, Any]:
    try:
        return fake_of(current_app).signer.keys()
    except UsageError as error:
        raise refuse_login("no-keys", problem=str(error)) from None


@blueprint.route("/<tenant>/oauth2/<path:rest>", methods=["GET", "POST"])
@blueprint.route("/<tenant>/discovery/<path:rest>")
def not_built(tenant: str, rest: str) -> Answer:
    if rest == "v2.0/token":
        raise MethodNotAllowed(["POST"])
    raise refuse_login("not-built", path=request.path)


def refused(error: LoginRefused) -> Answer:
    """The documented form of an error, with the client's own correlation id where it sent one."""
    trace_id, correlation_id = str(uuid.uuid4()), request.headers.get("client-request-id") or str(uuid.uuid4())
    timestamp = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    description = (
        f"{error}\r\nTrace ID: {trace_id}\r\nCorrelation ID: {correlation_id}\r\nTimestamp: {timestamp}"
        if error.number
        else str(error)
    )
    answer = {
        "error": error.error,
        "error_description": description,
        "error_codes": [error.number] if error.number else [],
        "timestamp": timestamp,
        "trace_id": trace_id,
        "correlation_id": correlation_id,
    }
    if error.number:
        answer["error_uri"] = f"{request.host_url}error?code={error.number}"
    return answer, error.status, _NOT_CACHED


def http_error(error: HTTPException) -> Answer:
    """What routing and reading refuse, as sign-in says it."""
    if isinstance(error, MethodNotAllowed):
        valid = ", ".join(sorted(set(error.valid_methods or ()) - {"OPTIONS", "HEAD"}))
        answer, status, headers = refused(refuse_login("wrong-method", valid=valid, given=request.method))
        return answer, status, {**headers, "Allow": valid}
    if isinstance(error, NotFound):
        return refused(refuse_login("not-built", path=request.path))
    return refused(refuse_login("unreadable", problem=error.description or error.name))


def crashed(error: BaseException) -> Answer:
    return refused(refuse_login("crashed", problem=repr(error)))


def finish(response: Response) -> None:
    """Sign-in's answers carry none of Graph's headers."""
    if response.mimetype == "application/json":
        response.headers["Content-Type"] = "application/json; charset=utf-8"
