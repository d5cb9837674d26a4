"""Libraries that sign in, and Microsoft's SDK, over routed hosts."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msal  # type: ignore[import-untyped]
import pytest
from azure.identity import ClientSecretCredential
from azure.identity.aio import ClientSecretCredential as AsyncClientSecretCredential
from msgraph.graph_service_client import GraphServiceClient

from harness.cassette.format import Request, Response
from harness.intercept import intercepting
from tests.intercept.answering import GRAPH_HOST, JSON, LOGIN, Echo

TENANT = "11111111-1111-4111-8111-111111111111"
APP = "22222222-2222-4222-8222-222222222222"
SCOPE = "https://graph.microsoft.com/.default"


class Login:
    """Discovery and token endpoint, as far as client credentials need them."""

    def __init__(self) -> None:
        self.asked: list[Request] = []

    def __call__(self, request: Request) -> Response:
        self.asked.append(request)
        base = f"{LOGIN}/{TENANT}"
        if "/discovery/instance" in request.uri:
            metadata = [
                {
                    "preferred_network": "login.microsoftonline.com",
                    "preferred_cache": "login.windows.net",
                    "aliases": ["login.microsoftonline.com"],
                }
            ]
            said: dict[str, Any] = {"tenant_discovery_endpoint": f"{base}/v2.0/x", "metadata": metadata}
        elif "openid-configuration" in request.uri:
            said = {
                "issuer": f"{base}/v2.0",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            }
        else:
            said = {"access_token": "a-token", "expires_in": 3599, "token_type": "Bearer"}
        return Response(200, None, JSON, json.dumps(said).encode())


def by_msal() -> str:
    app = msal.ConfidentialClientApplication(APP, authority=f"{LOGIN}/{TENANT}", client_credential="secret")
    return str(app.acquire_token_for_client([SCOPE])["access_token"])


def by_azure_identity() -> str:
    with ClientSecretCredential(TENANT, APP, "secret") as credential:
        return str(credential.get_token(SCOPE).token)


def by_azure_identity_async() -> str:
    async def sign_in() -> str:
        async with AsyncClientSecretCredential(TENANT, APP, "secret") as credential:
            return str((await credential.get_token(SCOPE)).token)

    return asyncio.run(sign_in())


SIGNING_IN = {"msal": by_msal, "azure-identity": by_azure_identity, "azure-identity, async": by_azure_identity_async}


@pytest.mark.parametrize("sign_in", SIGNING_IN.values(), ids=SIGNING_IN)
def test_client_credentials_give_a_token(sign_in: Any) -> None:
    login = Login()

    with intercepting({"login.microsoftonline.com": login}) as interception:
        assert sign_in() == "a-token"

    assert login.asked[-1].uri == f"{LOGIN}/{TENANT}/oauth2/v2.0/token"
    assert b"grant_type=client_credentials" in (login.asked[-1].body or b"")
    assert interception.violations == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_msgraph_sdk_signs_in_and_asks() -> None:
    login, graph = Login(), Echo()

    async def ask() -> None:
        async with AsyncClientSecretCredential(TENANT, APP, "secret") as credential:
            client = GraphServiceClient(credential, [SCOPE])
            await client.communications.calls.by_call_id("a-call").get()

    with intercepting({"login.microsoftonline.com": login, GRAPH_HOST: graph}) as interception:
        asyncio.run(ask())

    assert graph.asked[0].uri == "https://graph.microsoft.com/v1.0//communications/calls/a-call"
    assert graph.header("authorization") == "Bearer a-token"
    assert interception.violations == []
