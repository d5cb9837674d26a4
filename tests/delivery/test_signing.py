"""Tokens of notifications, checked by those who check them for bots: botframework-connector and PyJWT."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import jwt
import pytest
from botframework.connector.auth import (  # type: ignore[import-untyped]
    AuthenticationConfiguration,
    ChannelValidation,
    JwtTokenExtractor,
    SimpleCredentialProvider,
)

from harness.delivery import Forgery, Notification, Signer, VirtualClock, can_sign, signed, signing
from harness.delivery.settings import Kind
from harness.errors import UsageError
from harness.server import create_app, fake_of
from tests.conftest import Bot, rig
from tests.server.routing import routed
from tests.server.test_serving import served

APP = "1e126418-44a0-4a94-a6f8-0efe1ad71acb"
TENANT = "7531d31f-d10d-44de-802f-c569dbca451c"
SOMEBODY_ELSE = "00000000-0000-4000-8000-0000000f0e0d"
SERVICE_URL = "https://smba.trafficmanager.net/teams/"
FORGED = [forgery for forgery in Forgery if forgery is not Forgery.MISSING]

Check = Callable[[str], Any]


@pytest.fixture
def connector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Check]:
    """What botframework-connector finds in a token, with the keys that it fetches from the fake."""
    monkeypatch.setattr(JwtTokenExtractor, "metadataCache", {})

    def check(token: str) -> dict[str, Any]:
        of_app = SimpleCredentialProvider(APP, "")
        checking = ChannelValidation.authenticate_channel_token_with_service_url(
            f"Bearer {token}", of_app, SERVICE_URL, "msteams", AuthenticationConfiguration()
        )
        return dict(asyncio.run(checking).claims)

    with routed(create_app(post=Bot())):
        yield check


@pytest.fixture(scope="module")
def pyjwt() -> Iterator[Check]:
    """What PyJWT finds in a token, with the keys that PyJWKClient fetches from a served fake."""
    with served() as fake:
        client = jwt.PyJWKClient(f"{fake.url}/v1/.well-known/keys")

        def check(token: str) -> dict[str, Any]:
            key = client.get_signing_key_from_jwt(token)
            issuer = "https://api.botframework.com"
            return jwt.decode(token, key, algorithms=["RS256"], audience=APP, issuer=issuer)

        yield check


def notification(app_id: str = APP) -> Notification:
    return Notification("c", Kind.CALL, "updated", "https://bot.example/", {"Accept": "any"}, b"{}", app_id, TENANT)


def test_token_is_accepted_by_botframework_connector(connector: Check) -> None:
    claims = connector(Signer().token(APP, TENANT))

    assert (claims["aud"], claims["tid"]) == (APP, TENANT)


def test_token_is_accepted_by_pyjwt(pyjwt: Check) -> None:
    assert pyjwt(Signer().token(APP, TENANT))["tid"] == TENANT


_REFUSED = {
    Forgery.WRONG_AUDIENCE: f"[Errno Unauthorized. Invalid AppId passed on token: ] {SOMEBODY_ELSE}",
    Forgery.EXPIRED: "Signature has expired",
    Forgery.NOT_YET_VALID: "The token is not yet valid (iat)",
    Forgery.WRONG_ISSUER: "Unauthorized. No valid identity.",
    Forgery.WRONG_KEY: "Signature verification failed",
    Forgery.TAMPERED: "Signature verification failed",
    Forgery.UNSIGNED: "Token signing algorithm not in allowed list",
}


@pytest.mark.parametrize("forgery", FORGED)
def test_forged_token_is_refused_by_botframework_connector(forgery: Forgery, connector: Check) -> None:
    connector(Signer().token(APP, TENANT))  # the keys are fetched, and good for a genuine one

    with pytest.raises(Exception) as raised:  # noqa: PT011 - the connector raises bare ones
        connector(Signer().token(APP, TENANT, forgery))

    assert str(raised.value) == _REFUSED[forgery]


@pytest.mark.parametrize(
    ("forgery", "error"),
    [
        (Forgery.WRONG_AUDIENCE, jwt.InvalidAudienceError),
        (Forgery.EXPIRED, jwt.ExpiredSignatureError),
        (Forgery.NOT_YET_VALID, jwt.ImmatureSignatureError),
        (Forgery.WRONG_ISSUER, jwt.InvalidIssuerError),
        (Forgery.WRONG_KEY, jwt.InvalidSignatureError),
        (Forgery.TAMPERED, jwt.InvalidSignatureError),
        (Forgery.UNSIGNED, jwt.InvalidAlgorithmError),
    ],
)
def test_forged_token_is_refused_by_pyjwt(forgery: Forgery, error: type[Exception], pyjwt: Check) -> None:
    with pytest.raises(error):
        pyjwt(Signer().token(APP, TENANT, forgery))


def test_every_forgery_is_refused_in_these_tests() -> None:
    assert set(_REFUSED) == set(FORGED)


@pytest.mark.parametrize("forgery", [Forgery.EXPIRED, Forgery.NOT_YET_VALID])
@pytest.mark.parametrize("age", [0, 3299], ids=["made just now", "about to be renewed"])
def test_token_that_is_out_of_its_time_stays_so(forgery: Forgery, age: int) -> None:
    """A cached one is never within any validator's tolerance, which is a matter of minutes."""
    now = [1_700_000_000.0]
    signer = Signer(lambda: now[0])
    signer.token(APP, TENANT, forgery)
    now[0] += age

    claims = _claims(signer.token(APP, TENANT, forgery))

    outside = now[0] - claims["exp"] if forgery is Forgery.EXPIRED else claims["nbf"] - now[0]
    assert outside >= 3900


def test_missing_is_no_token() -> None:
    with pytest.raises(UsageError, match=r"^Forgery\.MISSING is no token: leave the Authorization header out$"):
        Signer().token(APP, TENANT, Forgery.MISSING)


def test_claims_and_header_are_those_of_the_documentation() -> None:
    token = Signer(lambda: 1_700_000_000.9).token(APP, TENANT)

    assert _claims(token) == {
        "aud": APP,
        "iss": "https://api.botframework.com",
        "iat": 1_700_000_000,
        "nbf": 1_700_000_000,
        "exp": 1_700_003_900,
        "tid": TENANT,
        "serviceurl": SERVICE_URL,
    }
    assert jwt.get_unverified_header(token) == {"typ": "JWT", "alg": "RS256", "kid": _published()["kid"]}


def test_published_key_is_named_by_its_thumbprint_and_is_public_only() -> None:
    key = _published()
    thumbed = json.dumps({name: key[name] for name in ("e", "kty", "n")}, separators=(",", ":"))

    named = base64.urlsafe_b64encode(hashlib.sha256(thumbed.encode()).digest()).rstrip(b"=").decode()
    assert {name: value for name, value in key.items() if name != "n"} == {
        "kty": "RSA",
        "e": "AQAB",
        "kid": named,
        "use": "sig",
        "alg": "RS256",
        "endorsements": ["msteams"],
    }
    assert len(base64.urlsafe_b64decode(key["n"] + "==")) == 256


def test_one_key_serves_the_whole_process() -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = list(threads.map(lambda _: Signer().keys(), range(32)))

    assert all(key == keys[0] for key in keys)


def test_token_is_signed_once_and_renewed_before_it_expires() -> None:
    now = [1_700_000_000.0]
    signer = Signer(lambda: now[0])
    first = signer.token(APP, TENANT)
    now[0] += 3299
    second = signer.token(APP, TENANT)
    now[0] += 1
    third = signer.token(APP, TENANT)

    assert first is second
    assert _claims(third)["iat"] == 1_700_003_300


def test_token_is_renewed_when_the_clock_was_put_back() -> None:
    now = [1_700_000_000.0]
    signer = Signer(lambda: now[0])
    signer.token(APP, TENANT)
    now[0] -= 60

    assert _claims(signer.token(APP, TENANT))["iat"] == 1_699_999_940


def test_tokens_of_applications_and_tenants_are_told_apart() -> None:
    signer = Signer()

    tokens = [signer.token(APP, TENANT), signer.token("other", TENANT), signer.token(APP, "other")]

    assert [(c["aud"], c["tid"]) for c in map(_claims, tokens)] == [(APP, TENANT), ("other", TENANT), (APP, "other")]


def test_many_threads_get_one_token() -> None:
    signer = Signer()

    with ThreadPoolExecutor(16) as threads:
        tokens = set(threads.map(lambda _: signer.token(APP, TENANT), range(200)))

    assert len(tokens) == 1


def test_no_more_tokens_are_kept_than_a_thousand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.delivery.signing._MOST_TOKENS", 3)
    signer = Signer()

    for number in range(7):
        signer.token(str(number), TENANT)

    assert len(signer._tokens) == 1


def test_signed_post_adds_the_token_and_leaves_the_rest() -> None:
    bot = _Told()

    status = signed(bot, Signer())(notification())

    (told,) = bot.told
    scheme, _, token = told.headers["Authorization"].partition(" ")
    assert (status, scheme, _claims(token)["aud"]) == (202, "Bearer", APP)
    assert replace(told, headers={"Accept": "any"}) == notification()
    assert list(told.headers) == ["Accept", "Authorization"]


def test_signed_post_forges_what_it_is_told_to() -> None:
    bot = _Told()
    post = signed(bot, Signer(), lambda n: Forgery.MISSING if n.app_id == APP else Forgery.UNSIGNED)

    post(notification())
    post(notification("other"))

    assert [n.headers.get("Authorization", "none")[-1] for n in bot.told] == ["e", "."]
    assert "Authorization" not in bot.told[0].headers


def test_virtual_time_does_not_reach_the_token(connector: Check) -> None:
    """A fake a hundred years ahead: the bot checks by the wall clock."""
    bot, clock = Bot(), VirtualClock()
    app = create_app(post=signed(bot, Signer()), clock=clock)
    world = fake_of(app).world
    world.application = replace(world.application, id=APP, tenant_id=TENANT)
    clock.advance(100 * 365 * 86_400)

    body = {"callbackUri": "https://bot.example/", "targets": [{"identity": {"user": {"id": "adele"}}}]}
    app.test_client().post("/v1.0/communications/calls", json=body, headers={"Authorization": "Bearer any"})
    clock.drain()

    tokens = {n.headers["Authorization"].removeprefix("Bearer ") for n in bot.notifications}
    assert len(bot.notifications) == 2
    assert [connector(token)["tid"] for token in tokens] == [TENANT]


def test_without_cryptography_nothing_is_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    bot = _Told()

    signed(bot, Signer())(notification())

    assert not can_sign()
    assert [dict(n.headers) for n in bot.told] == [{"Accept": "any"}]


def test_without_cryptography_a_forged_token_is_refused_by_name_of_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.delivery.signing._made_key", _without_cryptography(monkeypatch))

    with pytest.raises(UsageError) as raised:
        signed(_Told(), Signer(), lambda _: Forgery.EXPIRED)(notification())

    assert str(raised.value) == _NEEDS


def test_without_cryptography_keys_are_refused_by_name_of_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.delivery.signing._made_key", _without_cryptography(monkeypatch))

    answer = rig().client.get("/v1/.well-known/keys")

    assert (answer.status_code, answer.json["error"]) == (501, "not_supported")
    assert answer.json["error_description"] == f"The fake has no keys: {_NEEDS}."


_NEEDS = "signing tokens needs the package cryptography: pip install 'graph-call-harness[signing]'"


def _without_cryptography(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The maker of keys, none of which is made yet, where cryptography cannot be imported."""
    for name in [n for n in sys.modules if n.split(".")[0] == "cryptography"]:
        monkeypatch.setitem(sys.modules, name, None)
    return signing._made_key.__wrapped__


class _Told:
    def __init__(self) -> None:
        self.told: list[Notification] = []

    def __call__(self, notification: Notification) -> int:
        self.told.append(notification)
        return 202


def _claims(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def _published() -> dict[str, Any]:
    (key,) = Signer().keys()["keys"]
    return dict(key)
