"""Clients that bots sign in with, unchanged, against the fake in this process: msal and azure-identity."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import msal  # type: ignore[import-untyped, unused-ignore]
import pytest
import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CertificateCredential, ClientSecretCredential
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from harness.graph.hosts import LOGIN_HOSTS
from tests.conftest import CALLBACK, Rig
from tests.server.routing import routed
from tests.server.test_login import APP, TENANT

SCOPE = "https://graph.microsoft.com/.default"


def claims_of(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


@pytest.mark.parametrize("host", [*LOGIN_HOSTS, "login.bots.example"], ids=str)
def test_msal_signs_in_by_secret(host: str, fake: Rig) -> None:
    """A host that msal does not know makes it ask for instances as well."""
    with routed(fake.app) as mock:
        client = msal.ConfidentialClientApplication(APP, "hush", authority=f"https://{host}/{TENANT}")
        answer = client.acquire_token_for_client([SCOPE])
        asked = [str(call.request.url).split("?")[0] for call in mock.calls]

    assert claims_of(answer["access_token"])["appid"] == APP
    assert asked[-1] == f"https://{host}/{TENANT}/oauth2/v2.0/token"


def test_msal_tells_a_refusal(fake: Rig) -> None:
    with routed(fake.app):
        client = msal.ConfidentialClientApplication(
            APP, "hush", authority=f"https://login.microsoftonline.com/{TENANT}"
        )
        answer = client.acquire_token_for_client(["User.Read.All"])

    assert (answer["error"], answer["error_codes"]) == ("invalid_scope", [1002012])


@pytest.mark.parametrize("host", LOGIN_HOSTS)
def test_azure_identity_signs_in_by_secret(host: str, fake: Rig) -> None:
    with routed(fake.app), ClientSecretCredential(TENANT, APP, "hush", authority=host) as credential:
        token = credential.get_token(SCOPE).token

    assert claims_of(token)["tid"] == TENANT


def test_azure_identity_signs_in_by_certificate(fake: Rig) -> None:
    with (
        routed(fake.app),
        CertificateCredential(TENANT, APP, certificate_data=_certificate()) as credential,
    ):
        token = credential.get_token(SCOPE).token

    assert claims_of(token)["appid"] == APP


def test_azure_identity_tells_a_refusal(fake: Rig) -> None:
    with (
        routed(fake.app),
        ClientSecretCredential(TENANT, APP, "hush") as credential,
        pytest.raises(ClientAuthenticationError, match=r"AADSTS1002012: The provided value for scope User\.Read"),
    ):
        credential.get_token("User.Read")


def test_token_of_azure_identity_opens_graph(fake: Rig) -> None:
    body = {"callbackUri": CALLBACK, "targets": [{"identity": {"user": {"id": "adele"}}}]}
    with routed(fake.app), ClientSecretCredential(TENANT, APP, "hush") as credential:
        headers = {"Authorization": f"Bearer {credential.get_token(SCOPE).token}"}
        url = "https://graph.microsoft.com/v1.0/communications/calls"
        answer = requests.post(url, json=body, headers=headers, timeout=10)

    assert (answer.status_code, answer.json()["source"]["identity"]["application"]["id"]) == (201, APP)


def _certificate() -> bytes:
    """A bot's own certificate with its private key, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bot")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
