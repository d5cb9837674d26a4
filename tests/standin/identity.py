"""`login.microsoftonline.com`: client credentials, as the Microsoft identity platform takes and refuses them.

Codes and texts are those that people published; the status of each is that of its OAuth error.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from typing import Any, Final

import flask
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import load_pem_x509_certificate

from tests.standin.knobs import Standing
from tests.standin.planted import (
    CLIENT_ID,
    CLIENT_SECRET,
    EXPIRED_SECRET,
    SERVICE_PRINCIPAL_ID,
    TENANT_ID,
    TENANT_NAME,
)

HOST: Final = "login.microsoftonline.com"
_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_PORTAL: Final = "https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: "

REFUSALS: Final[Mapping[int, tuple[int, str, str]]] = {
    7000215: (
        401,
        "invalid_client",
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
        "not the client secret ID, for a secret added to app '{client}'.",
    ),
    7000222: (
        401,
        "invalid_client",
        "The provided client secret keys for app '{client}' are expired. Visit the Azure portal to create new keys for "
        f"your app: {_PORTAL}https://aka.ms/certCreds.",
    ),
    700016: (
        400,
        "unauthorized_client",
        "Application with identifier '{client}' was not found in the directory 'Fabrikam Pflege'. This can happen if "
        "the application has not been installed by the administrator of the tenant or consented to by any user in the "
        "tenant. You may have sent your authentication request to the wrong tenant.",
    ),
    700027: (
        401,
        "invalid_client",
        "The certificate with identifier used to sign the client assertion is not registered on application. "
        "[Reason - The key was not found., Thumbprint of key used by client: '{thumbprint}', Please visit the Azure "
        "Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '{client}'.]",
    ),
    90002: (
        400,
        "invalid_tenant",
        "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the "
        "correct cloud. Check with your subscription administrator, this may happen if there are no active "
        "subscriptions for the tenant.",
    ),
    70011: (400, "invalid_scope", "The provided request must include a 'scope' input parameter."),
}


class Key:
    """Signs tokens: of sign-in, and of notifications. Made anew with every stand-in."""

    def __init__(self) -> None:
        self._private = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def token(self, claims: Mapping[str, Any], life: float, now: float) -> str:
        times = {"iat": int(now), "nbf": int(now) - 300, "exp": int(now + life)}
        return jwt.encode({**claims, **times}, self._private, "RS256", headers={"kid": "standin", "x5t": "standin"})


class Refused(Exception):
    def __init__(self, number: int, **facts: str) -> None:
        self.number = number
        self.facts = facts


def identity(standing: Standing, key: Key) -> flask.Blueprint:
    room = flask.Blueprint("identity", __name__)

    @room.get("/<tenant>/v2.0/.well-known/openid-configuration")
    def discovery(tenant: str) -> Any:
        _refuse_unknown(tenant)
        return {
            "token_endpoint": f"https://{HOST}/{TENANT_ID}/oauth2/v2.0/token",
            "authorization_endpoint": f"https://{HOST}/{TENANT_ID}/oauth2/v2.0/authorize",
            "issuer": f"https://{HOST}/{TENANT_ID}/v2.0",
            "jwks_uri": f"https://{HOST}/{TENANT_ID}/discovery/v2.0/keys",
            "tenant_region_scope": "EU",
            "msgraph_host": "graph.microsoft.com",
        }

    @room.get("/common/discovery/instance")
    def instances() -> Any:
        alias = {"preferred_network": HOST, "preferred_cache": "login.windows.net", "aliases": [HOST]}
        place = f"https://{HOST}/{TENANT_ID}/v2.0/.well-known/openid-configuration"
        return {"tenant_discovery_endpoint": place, "api-version": "1.1", "metadata": [alias]}

    @room.post("/<tenant>/oauth2/v2.0/token")
    def token(tenant: str) -> Any:
        _refuse_unknown(tenant)
        _check(flask.request.form, standing)
        life = standing.knobs.token_life
        given = standing.drawn.keep(key.token(_claims(standing), life, standing.now()))
        return {"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": given}

    @room.errorhandler(Refused)
    def refused(error: Refused) -> Any:
        return _said(error, standing.now())

    return room


def _refuse_unknown(tenant: str) -> None:
    if tenant.lower() not in (TENANT_ID, TENANT_NAME):
        raise Refused(90002, tenant=tenant)


def _check(form: Mapping[str, str], standing: Standing) -> None:
    client = form.get("client_id", "")
    if client.lower() != CLIENT_ID:
        raise Refused(700016, client=client)
    if not form.get("scope", "").endswith("/.default"):
        raise Refused(70011)
    if form.get("client_assertion_type") == _ASSERTION:
        _check_assertion(form.get("client_assertion", ""), standing.knobs.certificate)
    elif form.get("client_secret") == EXPIRED_SECRET:
        raise Refused(7000222, client=client)
    elif form.get("client_secret") != CLIENT_SECRET:
        raise Refused(7000215, client=client)


def _check_assertion(assertion: str, certificate: str) -> None:
    header = jwt.get_unverified_header(assertion)
    try:
        registered = load_pem_x509_certificate(certificate.encode()).public_key()
        assert isinstance(registered, rsa.RSAPublicKey)
        place = f"https://{HOST}/{TENANT_ID}/oauth2/v2.0/token"
        jwt.decode(assertion, registered, algorithms=["RS256", "PS256"], audience=place, issuer=CLIENT_ID)
    except (ValueError, jwt.InvalidTokenError):
        named = header.get("x5t#S256") or header.get("x5t") or ""
        raise Refused(700027, client=CLIENT_ID, thumbprint=named) from None


def _claims(standing: Standing) -> dict[str, Any]:
    claims = {
        "aud": "https://graph.microsoft.com",
        "iss": f"https://sts.windows.net/{TENANT_ID}/",
        "app_displayname": "Calling bot",
        "appid": CLIENT_ID,
        "idtyp": "app",
        "oid": SERVICE_PRINCIPAL_ID,
        "tid": TENANT_ID,
        "uti": standing.drawn.keep(uuid.uuid4().hex[:22]),
        "ver": "1.0",
    }
    return {**claims, "roles": list(standing.knobs.roles)} if standing.knobs.roles else claims


def _said(error: Refused, now: float) -> tuple[dict[str, Any], int]:
    status, name, text = REFUSALS[error.number]
    at = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(now))
    trace, correlation = str(uuid.uuid4()), flask.request.headers.get("client-request-id") or str(uuid.uuid4())
    lines = (
        f"AADSTS{error.number}: {text.format(**error.facts)} Trace ID: {trace}",
        f"Correlation ID: {correlation}",
        f"Timestamp: {at}",
    )
    return {
        "error": name,
        "error_description": " ".join(lines),
        "error_codes": [error.number],
        "timestamp": at,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://{HOST}/error?code={error.number}",
    }, status
