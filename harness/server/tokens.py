"""Which application a bearer token stands for. Tokens are read, not verified: the fake trusts its callers."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from typing import Any

from harness.graph.refusals import refuse
from harness.graph.types import Application
from harness.server.bodies import parsed


def application(authorization: str | None, default: Application, *, refuse_opaque: bool = False) -> Application:
    """The application that an `Authorization` header speaks for.

    A JWT: its `appid` or `azp`, `tid` and `roles` (documented, auth-v2-service); what it does not name comes from
    `default`.
    Any other token: `default` itself, unless `refuse_opaque`.
    Raises: GraphError `no-token`, `bad-token`.
    """
    scheme, _, token = (authorization or "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise refuse("no-token")
    if token.count(".") != 2:
        if refuse_opaque:
            raise refuse("bad-token")
        return default
    claims = _claims(token)
    roles = claims.get("roles")
    app_id = str(claims.get("appid") or claims.get("azp") or default.id)
    return replace(
        default if app_id == default.id else Application(app_id, default.tenant_id, _name(claims)),
        tenant_id=str(claims.get("tid") or default.tenant_id),
        permissions=frozenset(map(str, roles)) if isinstance(roles, list) else default.permissions,
    )


def _claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    try:
        claims = parsed(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        raise refuse("bad-token") from None
    if not isinstance(claims, dict):
        raise refuse("bad-token")
    return claims


def _name(claims: dict[str, Any]) -> str | None:
    name = claims.get("app_displayname")
    return name if isinstance(name, str) else None
