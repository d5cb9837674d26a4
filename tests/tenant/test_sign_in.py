"""Signing in to the stand-in: by secret and by certificate, and in clear words where there is no token."""

from __future__ import annotations

import base64
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from harness.cassette.format import Request, Response
from harness.errors import UsageError
from harness.tenant.asking import Busy, Unreachable, ask
from harness.tenant.environment import Credentials
from harness.tenant.sign_in import SignIn, SignInFailed, Token
from tests.standin import StandIn
from tests.standin.knobs import ROLES
from tests.standin.planted import ADELE, CLIENT_SECRET, EXPIRED_SECRET, PLANTED
from tests.tenant import certified

LOGIN = "login.microsoftonline.com"


def sign_in(**changed: str) -> SignIn:
    environment = {**os.environ, **changed}
    return SignIn(Credentials.from_environment(environment))


def asked(led: StandIn) -> int:
    """How often a token was asked for."""
    return sum(line.endswith("/oauth2/v2.0/token") for line in led.seen)


def test_secret_gives_a_token_with_its_permissions(led: StandIn) -> None:
    token = sign_in().token()

    assert token.value in led.planted
    assert token.permissions == frozenset(ROLES)
    assert 3500 < token.expires - time.time() < 3700
    assert token.headers == {"Authorization": (f"Bearer {token.value}",)}
    assert token.value not in repr(token)


def test_token_is_kept_while_it_is_good_and_asked_for_by_one_thread(led: StandIn) -> None:
    signing = sign_in()
    tokens: list[Token] = []
    threads = [threading.Thread(target=lambda: tokens.append(signing.token())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({token.value for token in tokens}) == 1
    assert asked(led) == 1


def test_token_that_ends_soon_is_renewed(led: StandIn) -> None:
    led.set(token_life=200)
    signing = sign_in()

    first, second = signing.token(), signing.token()

    assert first.value != second.value
    assert asked(led) == 2


def test_token_that_was_not_taken_is_forgotten(led: StandIn) -> None:
    signing = sign_in()
    first = signing.token()

    signing.forget()

    assert signing.token().value != first.value


@pytest.mark.usefixtures("led")
def test_tenant_without_consent_gives_a_token_without_permissions(led: StandIn) -> None:
    led.set(roles=[])

    assert sign_in().token().permissions == frozenset()


@pytest.mark.parametrize(
    ("changed", "number", "problem"),
    [
        (
            {"AZURE_CLIENT_SECRET": "wrong"},
            7000215,
            "AZURE_CLIENT_SECRET is wrong: it wants the value of a client secret, which is shown once, when it is made",
        ),
        (
            {"AZURE_CLIENT_SECRET": ADELE.id},
            7000215,
            "AZURE_CLIENT_SECRET holds a GUID, as the id of a secret is: set it to the secret's value",
        ),
        (
            {"AZURE_CLIENT_SECRET": EXPIRED_SECRET},
            7000222,
            "the client secret has expired: make a new one and set AZURE_CLIENT_SECRET to its value",
        ),
        (
            {"AZURE_TENANT_ID": ADELE.id},
            90002,
            "there is no such tenant in this cloud: AZURE_TENANT_ID is wrong, or GRAPH_BASE_URL",
        ),
        (
            {"AZURE_CLIENT_ID": ADELE.id},
            700016,
            "the tenant knows no application AZURE_CLIENT_ID: it is registered elsewhere, or nobody consented to it",
        ),
    ],
)
@pytest.mark.usefixtures("led")
def test_refusal_says_what_to_do(changed: dict[str, str], number: int, problem: str) -> None:
    with pytest.raises(SignInFailed) as raised:
        sign_in(**changed).token()

    assert str(raised.value) == f"{LOGIN} gives no token: AADSTS{number}, {problem}"
    assert raised.value.number == number


@pytest.mark.parametrize(
    ("name", "content", "password"),
    [
        ("bot.pem", certified.pem(), ""),
        ("bot.pem", certified.pem("word"), "word"),
        ("bot.pfx", certified.pfx(), ""),
        ("bot.p12", certified.pfx("word"), "word"),
    ],
    ids=["pem", "pem with password", "pfx", "pfx with password"],
)
def test_certificate_gives_a_token(name: str, content: bytes, password: str, led: StandIn, tmp_path: Path) -> None:
    led.set(certificate=certified.PUBLIC.decode())

    assert by_certificate(tmp_path / name, content, password).token().permissions == frozenset(ROLES)


def by_certificate(path: Path, content: bytes, password: str = "") -> SignIn:
    path.write_bytes(content)
    given = {"AZURE_CLIENT_CERTIFICATE_PATH": str(path), "AZURE_CLIENT_CERTIFICATE_PASSWORD": password}
    return sign_in(AZURE_CLIENT_SECRET="", **given)


@pytest.mark.usefixtures("led")
def test_certificate_that_is_not_registered_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SignInFailed) as raised:
        by_certificate(tmp_path / "bot.pem", certified.pem()).token()

    assert str(raised.value) == (
        f"{LOGIN} gives no token: AADSTS700027, "
        "the certificate of AZURE_CLIENT_CERTIFICATE_PATH is not registered for the application, or has expired"
    )


_IN_ONE = "expected certificate and private key in one file, PEM, or PFX that ends in .pfx or .p12"


@pytest.mark.parametrize(
    ("name", "content", "password", "problem"),
    [
        ("a.pem", certified.PUBLIC, "", f"holds no private key: {_IN_ONE}"),
        ("a.pem", certified.private(), "", f"holds no certificate: {_IN_ONE}"),
        ("a.pfx", certified.pfx(is_whole=False), "", f"holds no certificate: {_IN_ONE}"),
        ("a.pem", certified.pem("word"), "", "cannot be opened: set AZURE_CLIENT_CERTIFICATE_PASSWORD"),
        ("a.pem", certified.pem("word"), "no", "cannot be opened: AZURE_CLIENT_CERTIFICATE_PASSWORD is wrong"),
        (
            "a.pem",
            certified.pem(),
            "word",
            "cannot be opened: its private key has no password, leave AZURE_CLIENT_CERTIFICATE_PASSWORD out",
        ),
        ("a.pfx", certified.pfx("word"), "no", "cannot be opened: AZURE_CLIENT_CERTIFICATE_PASSWORD is wrong"),
        (
            "a.pem",
            certified.elliptic(),
            "",
            "its private key is no RSA key, with which applications sign in",
        ),
        (
            "a.pem",
            certified.PUBLIC + certified.another(),
            "",
            "its private key is of another certificate than the first one in it",
        ),
        (
            "a.pfx",
            b"torn",
            "",
            "cannot be opened: it is broken, or AZURE_CLIENT_CERTIFICATE_PASSWORD is not set",
        ),
    ],
)
@pytest.mark.usefixtures("led")
def test_file_that_does_not_do_is_refused(
    name: str, content: bytes, password: str, problem: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as raised:
        by_certificate(tmp_path / name, content, password).token()

    assert str(raised.value) == f"AZURE_CLIENT_CERTIFICATE_PATH: {problem}"


def answering(status: int, body: bytes, **headers: str) -> SignIn:
    def answer(request: Request) -> Response:
        return Response(status, None, {name.replace("_", "-"): (value,) for name, value in headers.items()}, body)

    return SignIn(Credentials("contoso.com", ADELE.id, "secret", None, None), answer)


def test_sign_in_that_is_busy_says_when_to_come_again() -> None:
    with pytest.raises(Busy) as raised:
        answering(429, b"", retry_after="17").token()

    assert str(raised.value) == f"{LOGIN} answers 429 for now; try again after 17 s"


def test_portal_on_the_way_is_told_from_sign_in() -> None:
    with pytest.raises(Unreachable) as raised:
        answering(200, b"<html>Welcome to our WLAN").token()

    assert str(raised.value) == (
        f"{LOGIN} cannot be reached from here: "
        "the answer, 200, is not of sign-in: something on the way answers in its place"
    )


def test_refusal_that_is_not_known_is_shown_without_its_words() -> None:
    said = "AADSTS500011: The resource was not found in the tenant named Fabrikam. Trace ID: 1 Correlation ID: 2"

    with pytest.raises(SignInFailed) as raised:
        answering(400, json.dumps({"error": "invalid_resource", "error_description": said}).encode()).token()

    assert str(raised.value) == f"{LOGIN} gives no token: AADSTS500011, see https://{LOGIN}/error?code=500011"


@pytest.mark.parametrize(
    ("refusal", "shown"),
    [
        ({"error": "temporarily_unavailable", "error_description": "Ask Adele"}, "temporarily_unavailable"),
        ({"error": "Ask Adele", "error_description": "Ask Adele"}, "no reason was given"),
    ],
)
def test_refusal_without_a_number_is_shown_by_its_code(refusal: dict[str, str], shown: str) -> None:
    with pytest.raises(SignInFailed) as raised:
        answering(400, json.dumps(refusal).encode()).token()

    assert str(raised.value) == f"{LOGIN} gives no token: {shown}"


@pytest.mark.usefixtures("led")
def test_network_that_does_not_lead_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:pass@127.0.0.1:9")
    with pytest.raises(Unreachable) as by_proxy:
        sign_in().token()

    assert str(by_proxy.value) == (
        f"{LOGIN} cannot be reached from here: "
        "the proxy of the environment (HTTPS_PROXY) does not lead there (Connection refused)"
    )


@pytest.mark.parametrize("proxy", ["http://me:pa#ss@127.0.0.1:9", "me:pa:ss@127.0.0.1", "http://me:pass@x:99999"])
def test_proxy_that_is_no_url_is_named_and_not_shown(proxy: str, led: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)

    with pytest.raises(Unreachable) as raised:
        sign_in().token()

    assert str(raised.value) == (
        f"{LOGIN} cannot be reached from here: the proxy of the environment (HTTPS_PROXY) is no URL such as "
        "http://NAME:PASSWORD@HOST:PORT, where special characters of a password are percent-encoded"
    )


def test_password_of_netrc_does_not_take_the_tokens_place(
    led: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login me password pass\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    url = f"https://graph.microsoft.com/v1.0/communications/calls/{ADELE.id}"

    answer = ask(Request("GET", url, sign_in().token().headers, None))

    assert answer.status == 404  # of who may ask


def test_ca_of_openssl_counts_where_requests_names_none(led: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name)

    assert sign_in().token().value


def test_ca_that_is_not_named_is_told(led: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name)

    with pytest.raises(Unreachable) as raised:
        sign_in().token()

    assert str(raised.value) == (
        f"{LOGIN} cannot be reached from here: its certificate is not trusted "
        "(unable to get local issuer certificate); where a proxy opens TLS, name its CA in REQUESTS_CA_BUNDLE"
    )


@pytest.mark.usefixtures("led")
def test_without_msal_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "msal", None)

    with pytest.raises(UsageError) as raised:
        sign_in().token()

    assert str(raised.value) == "signing in needs the package msal: pip install 'graph-call-harness[record]'"


def test_opaque_token_has_no_permissions_to_read() -> None:
    places = {"authorization_endpoint": "https://x/a", "token_endpoint": f"https://{LOGIN}/contoso.com/token"}
    body: dict[str, Any] = {**places, "access_token": "opaque", "expires_in": 60, "token_type": "Bearer"}

    token = answering(200, json.dumps(body).encode()).token()

    assert token.permissions is None
    assert 0 < token.expires - time.time() <= 60


def test_no_failure_shows_a_secret(led: StandIn) -> None:
    shown = [repr(sign_in()), repr(Credentials.from_environment(os.environ))]
    for changed in ({"AZURE_CLIENT_SECRET": EXPIRED_SECRET}, {"AZURE_CLIENT_ID": ADELE.id}):
        with pytest.raises(SignInFailed) as raised:
            sign_in(**changed).token()
        shown += [str(raised.value), repr(raised.value)]

    encoded = [base64.b64encode(secret.encode()).decode() for secret in (CLIENT_SECRET, EXPIRED_SECRET)]
    assert [secret for secret in (*PLANTED, *encoded) for text in shown if secret in text] == []
