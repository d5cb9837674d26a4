"""A real client: Microsoft's own Python SDK, over loopback HTTP, and over TLS with a sign-in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest
from azure.identity import ClientSecretCredential
from kiota_abstractions.authentication import AuthenticationProvider, BaseBearerTokenAuthenticationProvider
from kiota_abstractions.authentication.access_token_provider import AccessTokenProvider
from kiota_abstractions.authentication.allowed_hosts_validator import AllowedHostsValidator
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph.generated.communications.calls.item.participants.invite.invite_post_request_body import (
    InvitePostRequestBody,
)
from msgraph.generated.models.call import Call
from msgraph.generated.models.identity import Identity
from msgraph.generated.models.identity_set import IdentitySet
from msgraph.generated.models.invitation_participant_info import InvitationParticipantInfo
from msgraph.generated.models.modality import Modality
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.operation_status import OperationStatus
from msgraph.generated.models.service_hosted_media_config import ServiceHostedMediaConfig
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient
from msgraph_core import GraphClientFactory  # type: ignore[import-untyped]

from harness.server import certified
from tests.server.listening import listening
from tests.server.test_login import APP, TENANT
from tests.server.test_serving import served

# Raised by the SDK's own generated code when it is imported.
pytestmark = [
    pytest.mark.filterwarnings("ignore:GetQueryParameters is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:This class is deprecated:DeprecationWarning"),
]


class _Token(AccessTokenProvider):
    async def get_authorization_token(self, uri: str, additional_authentication_context: Any = None) -> str:
        return "opaque"

    def get_allowed_hosts_validator(self) -> AllowedHostsValidator:
        return AllowedHostsValidator([])


def _with_client(
    url: str,
    story: Callable[[GraphServiceClient], Coroutine[Any, Any, None]],
    authentication: AuthenticationProvider | None = None,
) -> None:
    async def run() -> None:
        # The SDK's own transport does not close the one that it wraps.
        async with httpx.AsyncHTTPTransport() as transport:
            client = GraphClientFactory.create_with_default_middleware(client=httpx.AsyncClient(transport=transport))
            given = authentication or BaseBearerTokenAuthenticationProvider(_Token())
            adapter = GraphRequestAdapter(given, client)
            adapter.base_url = f"{url}/v1.0"
            await story(GraphServiceClient(request_adapter=adapter))

    asyncio.run(run())


def _invitee(name: str) -> InvitationParticipantInfo:
    return InvitationParticipantInfo(identity=IdentitySet(user=Identity(id=name)))


def test_sdk_creates_a_call_invites_and_reads_the_operation() -> None:
    with listening() as bot, served() as fake:

        async def story(client: GraphServiceClient) -> None:
            call = await client.communications.calls.post(
                Call(
                    callback_uri=bot.url,
                    targets=[_invitee("adele"), _invitee("bob")],
                    requested_modalities=[Modality.Audio],
                    media_config=ServiceHostedMediaConfig(),
                )
            )
            assert call is not None
            bot.wait_for(4)
            item = client.communications.calls.by_call_id(str(call.id))
            body = InvitePostRequestBody(participants=[_invitee("carol")], client_context="context")
            operation = await item.participants.invite.post(body)
            assert operation is not None
            bot.wait_for(7)
            read = await item.operations.by_comms_operation_id(str(operation.id)).get()
            assert read is not None
            assert (operation.status, read.status) == (OperationStatus.Running, OperationStatus.Completed)
            assert (read.id, read.client_context) == (operation.id, "context")
            roster = await item.participants.get()
            assert roster is not None
            assert len(roster.value or []) == 4

        _with_client(fake.url, story)


def test_sdk_raises_graphs_error_with_code_and_message() -> None:
    with served() as fake:

        async def story(client: GraphServiceClient) -> None:
            with pytest.raises(ODataError) as raised:
                await client.communications.calls.by_call_id("nothing").get()
            assert raised.value.response_status_code == 404
            assert raised.value.error is not None
            assert (raised.value.error.code, raised.value.error.message) == ("8522", "Call not found.")

        _with_client(fake.url, story)


def test_sdk_signs_in_through_azure_identity_over_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening() as bot, certified() as given, served(tls=given.context) as fake:
        # requests, below azure-identity, goes by the first; httpx, below the SDK, by the second.
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(given.ca_file))
        monkeypatch.setenv("SSL_CERT_FILE", str(given.ca_file))

        async def story(client: GraphServiceClient) -> None:
            call = await client.communications.calls.post(Call(callback_uri=bot.url, targets=[_invitee("adele")]))
            assert call is not None
            assert call.source is not None
            assert call.source.identity is not None
            assert call.source.identity.application is not None
            assert call.source.identity.application.id == APP

        host = fake.url.removeprefix("https://")
        with ClientSecretCredential(TENANT, APP, "hush", authority=host, disable_instance_discovery=True) as credential:
            scopes = ["https://graph.microsoft.com/.default"]
            _with_client(fake.url, story, AzureIdentityAuthenticationProvider(credential, scopes=scopes))
        bot.wait_for(2)

    assert bot.headers[0]["Authorization"].startswith("Bearer ey")
