"""Tokens of notifications: signed as Graph signs them, or forged so that a bot can be seen to refuse them.

Needs the extra `signing`. Times are those of the wall clock, never of a fake's virtual one: whoever checks a token goes
by the wall clock.

Source: documented, call-notifications of msteams-docs: RS256, issuer, audience, tenant, `exp` 3,900 s after `iat`. The
page prints the header as `Authentication`; it is `Authorization`. Assumed: `serviceurl`, which botframework-connector
can ask for.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from harness.delivery.outbox import Notification, Post
from harness.errors import UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

ISSUER: Final = "https://api.botframework.com"
LIFETIME: Final = 3900
_RENEWED_AFTER: Final = LIFETIME - 600
"""Seconds. A bot may look at a token a while after it was posted."""
_SERVICE_URL: Final = "https://smba.trafficmanager.net/teams/"
_SOMEBODY_ELSE: Final = "00000000-0000-4000-8000-0000000f0e0d"
"""The application, or tenant, that a forged token names."""
_MOST_TOKENS: Final = 1000


class Forgery(StrEnum):
    """What is wrong with a token. MISSING: there is none."""

    WRONG_AUDIENCE = "wrong-audience"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    WRONG_ISSUER = "wrong-issuer"
    WRONG_KEY = "wrong-key"
    TAMPERED = "tampered"
    UNSIGNED = "unsigned"
    MISSING = "missing"


_FORGED_CLAIMS: Final[Mapping[Forgery, Mapping[str, Any]]] = {
    Forgery.WRONG_AUDIENCE: {"aud": _SOMEBODY_ELSE},
    Forgery.WRONG_ISSUER: {"iss": "https://issuer.example"},
    Forgery.TAMPERED: {"tid": _SOMEBODY_ELSE},
}
_FORGED_SHIFT: Final[Mapping[Forgery, int]] = {Forgery.EXPIRED: -2 * LIFETIME, Forgery.NOT_YET_VALID: 2 * LIFETIME}
"""Seconds by which all times are moved: beyond what a token's age in the cache and a validator's tolerance make up."""


def can_sign() -> bool:
    """Whether the extra `signing` is installed."""
    return importlib.util.find_spec("cryptography") is not None


class Signer:
    """Signs with the one key of this process; needs the extra `signing`, else every method raises UsageError.

    One key, because validators keep the keys that they fetched for as long as a day; made when it is first needed, and
    never written. Tokens of notifications are signed once per application, tenant and forgery, and anew in good time
    before they expire. Safe to use from several threads. now: seconds since the epoch.
    """

    def __init__(self, now: Callable[[], float] | None = None) -> None:
        self._now = now or _wall_clock
        self._lock = threading.Lock()
        self._tokens: dict[tuple[str, str, Forgery | None], tuple[float, str]] = {}

    def token(self, app_id: str, tenant_id: str, forgery: Forgery | None = None) -> str:
        """The token of a notification for an application. Raises: UsageError, also for `Forgery.MISSING`."""
        if forgery is Forgery.MISSING:
            raise UsageError("Forgery.MISSING is no token: leave the Authorization header out")
        about = (app_id, tenant_id, forgery)
        with self._lock:
            now = self._now()
            made, token = self._tokens.get(about, (now + 1, ""))
            if not 0 <= now - made < _RENEWED_AFTER:
                if len(self._tokens) >= _MOST_TOKENS:
                    self._tokens.clear()
                token = _notification_token(_claims(app_id, tenant_id, int(now)), forgery)
                self._tokens[about] = now, token
            return token

    def signed(self, claims: Mapping[str, Any]) -> str:
        """Any claims as a signed token."""
        return _key().signed(claims)

    def keys(self) -> dict[str, Any]:
        """The set of keys (RFC 7517) by which tokens are checked."""
        return {"keys": [_key().public]}


def none(_: Notification) -> Forgery | None:
    """No notification is forged."""
    return None


def signed(post: Post, signer: Signer, forgery: Callable[[Notification], Forgery | None] = none) -> Post:
    """A post that sends a token along, as `Authorization: Bearer …`; without the extra `signing`, none.

    forgery: what shall be wrong with the token of a notification. Raises, when posting: UsageError when a forged token
    is asked for that cannot be signed.
    """
    is_able = can_sign()

    def post_signed(notification: Notification) -> int:
        forged = forgery(notification)
        if forged is Forgery.MISSING or (forged is None and not is_able):
            return post(notification)
        token = signer.token(notification.app_id, notification.tenant_id, forged)
        headers = {**notification.headers, "Authorization": f"Bearer {token}"}
        return post(replace(notification, headers=headers))

    return post_signed


def unsigned(claims: Mapping[str, Any], *, kid: str | None = None) -> str:
    """Claims as a token that can be read and proves nothing: `alg` is `none` (RFC 7519, section 6)."""
    header = {"typ": "JWT", "alg": "none"} | ({"kid": kid} if kid else {})
    return f"{_part(header)}.{_part(claims)}."


@dataclass(frozen=True, slots=True)
class _Key:
    private: RSAPrivateKey
    public: Mapping[str, Any]

    def signed(self, claims: Mapping[str, Any], *, kid: str | None = None) -> str:
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        header = {"typ": "JWT", "alg": "RS256", "kid": kid or self.public["kid"]}
        text = f"{_part(header)}.{_part(claims)}"
        return f"{text}.{_base64(self.private.sign(text.encode(), PKCS1v15(), SHA256()))}"


_making: Final = threading.Lock()


def _key(*, is_published: bool = True) -> _Key:
    """The key of this process, or the other one, whose signatures no published key fits."""
    with _making:
        return _made_key(is_published)


@cache
def _made_key(_: bool) -> _Key:
    try:
        from cryptography.hazmat.primitives.asymmetric import rsa
    except ImportError:
        raise UsageError(
            "signing tokens needs the package cryptography: pip install 'graph-call-harness[signing]'"
        ) from None
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    numbers = private.public_key().public_numbers()
    thumbed = {"e": _number(numbers.e), "kty": "RSA", "n": _number(numbers.n)}
    kid = _base64(hashlib.sha256(_json(thumbed)).digest())  # RFC 7638
    return _Key(private, {**thumbed, "kid": kid, "use": "sig", "alg": "RS256", "endorsements": ["msteams"]})


def _claims(app_id: str, tenant_id: str, now: int) -> dict[str, Any]:
    return {
        "aud": app_id,
        "iss": ISSUER,
        "iat": now,
        "nbf": now,
        "exp": now + LIFETIME,
        "tid": tenant_id,
        "serviceurl": _SERVICE_URL,
    }


def _notification_token(claims: dict[str, Any], forgery: Forgery | None) -> str:
    if forgery is None:
        return _key().signed(claims)
    forged = {**claims, **_FORGED_CLAIMS.get(forgery, {})}
    for name in ("iat", "nbf", "exp"):
        forged[name] += _FORGED_SHIFT.get(forgery, 0)
    kid = _key().public["kid"]
    if forgery is Forgery.UNSIGNED:
        return unsigned(forged, kid=kid)
    if forgery is Forgery.WRONG_KEY:  # it says that it is the published one
        return _key(is_published=False).signed(forged, kid=kid)
    if forgery is Forgery.TAMPERED:  # the signature is the genuine token's
        header, _, signature = _key().signed(claims).split(".")
        return f"{header}.{_part(forged)}.{signature}"
    return _key().signed(forged)


def _wall_clock() -> float:
    """Looked up when asked, so that a bot and its tokens have one time also where a test stops the process's clock."""
    return time.time()


def _part(value: Mapping[str, Any]) -> str:
    return _base64(_json(value))


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _number(number: int) -> str:
    return _base64(number.to_bytes((number.bit_length() + 7) // 8, "big"))
