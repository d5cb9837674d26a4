"""Sign-in: the token endpoint, discovery, keys; what is refused, and what the journal keeps."""

from __future__ import annotations

import base64
import json
import re
import sys
import time
from dataclasses import replace
from typing import Any

import jwt
import pytest

from harness.delivery import Signer
from harness.graph.hosts import LOGIN_HOSTS
from harness.graph.refusals import Evidence
from harness.server.login import is_login
from harness.server.login_refusals import LOGIN_REFUSALS
from harness.server.world import DEFAULT_APPLICATION
from tests.conftest import CALLBACK, Rig, error_of, rig

TENANT = "7531d31f-d10d-44de-802f-c569dbca451c"
APP = "1e126418-44a0-4a94-a6f8-0efe1ad71acb"
FORM = {
    "grant_type": "client_credentials",
    "client_id": APP,
    "client_secret": "hush",
    "scope": "https://graph.microsoft.com/.default",
}
HERE = "https://login.microsoftonline.com"


def sign_in(fake: Rig, tenant: str = TENANT, *, headers: dict[str, str] | None = None, **form: str | None) -> Any:
    given = {name: value for name, value in {**FORM, **form}.items() if value is not None}
    return fake.client.post(f"{HERE}/{tenant}/oauth2/v2.0/token", data=given, headers=headers)


def claims_of(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.json
    return jwt.decode(answer.json["access_token"], options={"verify_signature": False})


def create(fake: Rig, token: str, **body: Any) -> Any:
    targets = [{"identity": {"user": {"id": "adele"}}}]
    headers = {"Authorization": f"Bearer {token}"}
    return fake.send("POST", "/calls", {"callbackUri": CALLBACK, "targets": targets, **body}, headers=headers)


def test_token_is_answered_in_the_documented_form(fake: Rig) -> None:
    answer = sign_in(fake)

    members = {name: value for name, value in answer.json.items() if name != "access_token"}
    assert members == {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599}
    assert dict(answer.headers) == {
        "Content-Type": "application/json; charset=utf-8",
        "Content-Length": str(len(answer.data)),
        "Cache-Control": "no-store, no-cache",
        "Pragma": "no-cache",
    }


def test_token_speaks_for_the_application_that_asked(fake: Rig) -> None:
    before = int(time.time())

    claims = claims_of(sign_in(fake))

    made = claims["iat"]
    assert before <= made <= time.time()
    assert claims == {
        "iss": f"https://sts.windows.net/{TENANT}/",
        "tid": TENANT,
        "appid": APP,
        "azp": APP,
        "idtyp": "app",
        "aud": "https://graph.microsoft.com",
        "iat": made,
        "nbf": made,
        "exp": made + 3599,
        "ver": "1.0",
    }


def test_call_belongs_to_the_application_that_signed_in(fake: Rig) -> None:
    token, other = (sign_in(fake, client_id=app).json["access_token"] for app in (APP, "other"))

    call = create(fake, token).json

    assert call["source"]["identity"]["application"]["id"] == APP
    assert [c.application.tenant_id for c in fake.world.calls()] == [TENANT]
    path = f"/calls/{call['id']}"
    assert fake.send("GET", path, headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert fake.send("GET", path, headers={"Authorization": f"Bearer {other}"}).status_code == 404


def test_default_application_keeps_its_name_and_its_permissions() -> None:
    limited = replace(DEFAULT_APPLICATION, permissions=frozenset({"Calls.Initiate.All", "Calls.AccessMedia.All"}))
    fake = rig()
    fake.world.application = limited

    answer = sign_in(fake, limited.tenant_id, client_id=limited.id)

    claims = claims_of(answer)
    assert claims["roles"] == ["Calls.AccessMedia.All", "Calls.Initiate.All"]
    assert claims["app_displayname"] == "Calling Bot"
    token = answer.json["access_token"]
    assert create(fake, token).status_code == 201
    several = [{"identity": {"user": {"id": name}}} for name in ("adele", "bob")]
    assert error_of(create(fake, token, targets=several))[:2] == (403, "7504")


@pytest.mark.parametrize("tenant", ["common", "organizations", "botframework.com", "contoso.onmicrosoft.com"])
def test_tenant_that_is_no_guid_is_the_default_applications(tenant: str, fake: Rig) -> None:
    assert claims_of(sign_in(fake, tenant))["tid"] == DEFAULT_APPLICATION.tenant_id


@pytest.mark.parametrize(
    "resource",
    ["https://graph.microsoft.us", "https://api.botframework.com", "https://microsoftgraph.chinacloudapi.cn"],
)
def test_audience_is_the_resource_that_was_asked_for(resource: str, fake: Rig) -> None:
    assert claims_of(sign_in(fake, scope=f"{resource}/.default"))["aud"] == resource


def test_assertion_is_as_good_as_a_secret(fake: Rig) -> None:
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    answer = sign_in(fake, client_secret=None, client_assertion="a.b.c", client_assertion_type=kind)

    assert claims_of(answer)["appid"] == APP


def test_application_and_secret_may_come_as_http_basic(fake: Rig) -> None:
    given = base64.b64encode(b"my%2Fapp:se%3Acret").decode()

    answer = sign_in(fake, client_id=None, client_secret=None, headers={"Authorization": f"Basic {given}"})

    assert claims_of(answer)["appid"] == "my/app"


def test_token_is_signed_with_the_published_key(fake: Rig) -> None:
    token = sign_in(fake).json["access_token"]

    (key,) = fake.client.get(f"{HERE}/{TENANT}/discovery/v2.0/keys").json["keys"]

    assert key["kid"] == jwt.get_unverified_header(token)["kid"]
    decoded = jwt.decode(token, jwt.PyJWK(key), algorithms=["RS256"], audience="https://graph.microsoft.com")
    assert decoded["appid"] == APP


def test_without_cryptography_the_token_can_be_read_and_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    fake = rig()

    answer = sign_in(fake)

    assert json.loads(base64.b64decode(answer.json["access_token"].split(".")[0] + "==")) == {
        "typ": "JWT",
        "alg": "none",
    }
    assert create(fake, answer.json["access_token"]).json["source"]["identity"]["application"]["id"] == APP


_MUST = "The request body must contain the following parameter: "
_DEFAULT = (
    "Client credential flows must have a scope value with /.default suffixed to the resource identifier "
    "(application ID URI)."
)


@pytest.mark.parametrize(
    ("form", "status", "error", "number", "message"),
    [
        ({"grant_type": None}, 400, "invalid_request", 900144, _MUST + "'grant_type'."),
        ({"grant_type": ""}, 400, "invalid_request", 900144, _MUST + "'grant_type'."),
        ({"client_id": None}, 400, "invalid_request", 900144, _MUST + "'client_id'."),
        (
            {"grant_type": "password"},
            400,
            "unsupported_grant_type",
            70003,
            "The app requested an unsupported grant type 'password'.",
        ),
        (
            {"scope": None},
            400,
            "invalid_request",
            90014,
            "The required field 'scope' is missing from the credential. "
            "Ensure that you have all the necessary parameters for the login request.",
        ),
        (
            {"scope": "User.Read.All"},
            400,
            "invalid_scope",
            1002012,
            f"The provided value for scope User.Read.All is not valid. {_DEFAULT}",
        ),
        (
            {"scope": "openid https://graph.microsoft.com/.default"},
            400,
            "invalid_scope",
            1002012,
            f"The provided value for scope openid https://graph.microsoft.com/.default is not valid. {_DEFAULT}",
        ),
        ({"client_secret": None}, 401, "invalid_client", 7000218, _MUST + "'client_assertion' or 'client_secret'."),
    ],
)
def test_refusal_has_the_documented_form(
    form: dict[str, Any], status: int, error: str, number: int, message: str, fake: Rig
) -> None:
    answer = sign_in(fake, headers={"client-request-id": "mine"}, **form)

    said = answer.json
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", said["timestamp"])
    assert said == {
        "error": error,
        "error_description": f"AADSTS{number}: {message}\r\nTrace ID: {said['trace_id']}\r\n"
        f"Correlation ID: mine\r\nTimestamp: {said['timestamp']}",
        "error_codes": [number],
        "timestamp": said["timestamp"],
        "trace_id": said["trace_id"],
        "correlation_id": "mine",
        "error_uri": f"{HERE}/error?code={number}",
    }
    assert answer.status_code == status


def test_body_that_is_no_form_has_no_parameters(fake: Rig) -> None:
    answer = fake.client.post(f"/{TENANT}/oauth2/v2.0/token", json=FORM)

    assert (answer.status_code, answer.json["error_codes"]) == (400, [900144])


def test_other_method_is_refused_as_sign_in_does(fake: Rig) -> None:
    answer = fake.client.get(f"/{TENANT}/oauth2/v2.0/token")

    description = answer.json["error_description"].split("\r\n")[0]
    assert description == "AADSTS900561: The endpoint only accepts POST requests. Received a GET request."
    assert (answer.status_code, answer.headers["Allow"]) == (400, "POST")


@pytest.mark.parametrize("path", ["oauth2/token", "oauth2/v2.0/devicecode", "oauth2/v2.0/authorize", "discovery/keys"])
def test_what_sign_in_does_not_have_is_said(path: str, fake: Rig) -> None:
    answer = fake.client.get(f"/{TENANT}/{path}")

    said = answer.json
    assert (answer.status_code, said["error"], said["error_codes"]) == (501, "not_supported", [])
    assert said["error_description"] == f"The fake has no '/{TENANT}/{path}' yet: this is not Microsoft's answer."


def test_form_that_is_too_large_is_refused_as_sign_in_does() -> None:
    fake = rig(body_limit=64)

    answer = sign_in(fake, client_secret="x" * 100)

    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")
    assert answer.json["error_description"] == "The data value transmitted exceeds the capacity limit."


def test_crash_is_said_in_the_form_of_sign_in(fake: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_: Signer) -> None:
        raise RuntimeError("oops")

    monkeypatch.setattr(Signer, "keys", crash)

    answer = fake.client.get("/v1/.well-known/keys")

    said = (answer.status_code, answer.json["error"], answer.json["error_description"])
    assert said == (500, "server_error", "the fake crashed: RuntimeError('oops')")


@pytest.mark.parametrize("version", ["v1.0", "beta"])
def test_version_of_graph_is_no_tenant(version: str, fake: Rig) -> None:
    form = {"data": FORM, "headers": {"Authorization": "Bearer any"}}

    answer = fake.client.post(f"/{version}/oauth2/v2.0/token", **form)

    assert error_of(answer)[:2] == (501, "notSupported")
    assert "request-id" in answer.headers


def test_instance_discovery_knows_microsofts_hosts_and_the_one_that_is_asked_about(fake: Rig) -> None:
    asked = f"https://127.0.0.1:8445/{TENANT}/oauth2/v2.0/authorize"

    answer = fake.client.get(
        f"{HERE}/common/discovery/instance", query_string={"api-version": "1.1", "authorization_endpoint": asked}
    )

    hosts = (*LOGIN_HOSTS, "127.0.0.1:8445")
    assert answer.json == {
        "tenant_discovery_endpoint": f"https://127.0.0.1:8445/{TENANT}/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [{"preferred_network": h, "preferred_cache": h, "aliases": [h]} for h in hosts],
    }


def test_instance_discovery_without_a_question_is_about_the_host_that_was_asked(fake: Rig) -> None:
    answer = fake.client.get("https://login.microsoftonline.us/common/discovery/instance")

    found = answer.json["tenant_discovery_endpoint"]
    assert found == "https://login.microsoftonline.us/common/v2.0/.well-known/openid-configuration"


@pytest.mark.parametrize("host", [f"https://{h}" for h in LOGIN_HOSTS] + ["http://127.0.0.1:8445"])
def test_tenants_endpoints_are_on_the_host_that_was_asked(host: str, fake: Rig) -> None:
    found = fake.client.get(f"{host}/{TENANT}/v2.0/.well-known/openid-configuration").json

    assert found["issuer"] == f"{host}/{TENANT}/v2.0"
    assert found["token_endpoint"] == f"{host}/{TENANT}/oauth2/v2.0/token"
    assert found["authorization_endpoint"] == f"{host}/{TENANT}/oauth2/v2.0/authorize"
    assert found["jwks_uri"] == f"{host}/{TENANT}/discovery/v2.0/keys"


def test_keys_of_access_tokens_endorse_no_channel(fake: Rig) -> None:
    (key,) = fake.client.get(f"{HERE}/{TENANT}/discovery/v2.0/keys").json["keys"]

    (published,) = Signer().keys()["keys"]
    assert key == {n: v for n, v in published.items() if n != "endorsements"} | {"issuer": f"{HERE}/{TENANT}/v2.0"}


@pytest.mark.parametrize(
    "url",
    [
        "https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration",
        "https://login.botframework.com/v1/.well-known/openidconfiguration",
    ],
)
def test_keys_of_notifications_are_found_on_the_host_that_was_asked(url: str, fake: Rig) -> None:
    found = fake.client.get(url).json

    host = url.split("/v1/")[0]
    assert found == {
        "issuer": "https://api.botframework.com",
        "authorization_endpoint": "https://invalid.botframework.com",
        "jwks_uri": f"{host}/v1/.well-known/keys",
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
    }
    assert fake.client.get(found["jwks_uri"]).json == Signer().keys()


def test_journal_keeps_that_somebody_signed_in_and_no_secret(fake: Rig) -> None:
    sign_in(fake, client_assertion="a.b.c", password="pass")

    (asked,) = fake.control("GET", "/requests").json["requests"]

    assert (asked["method"], asked["path"], asked["status"]) == ("POST", f"/{TENANT}/oauth2/v2.0/token", 200)
    assert asked["body"] == (
        f"grant_type=client_credentials&client_id={APP}&client_secret=REDACTED"
        "&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default&client_assertion=REDACTED"
    )


@pytest.mark.parametrize("body", ['{"client_secret": "hush"}', "client%5Fsecret=hush"], ids=["JSON", "spelt otherwise"])
def test_journal_keeps_no_secret_of_a_wrong_request(body: str, fake: Rig) -> None:
    fake.client.post(f"/{TENANT}/oauth2/token", data=body, content_type="application/x-www-form-urlencoded")
    fake.client.post(f"/{TENANT}/oauth2/v2.0/token", data=body, content_type="application/json")

    asked = fake.control("GET", "/requests").json["requests"]

    assert [a["status"] for a in asked] == [501, 400]
    assert "hush" not in json.dumps(asked)


def test_signing_in_does_not_move_the_ids_of_a_seed() -> None:
    once, often = rig(), rig()
    for _ in range(5):
        sign_in(often)

    assert create(once, "any").json["id"] == create(often, "any").json["id"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/common/oauth2/v2.0/token", True),
        ("/v1/.well-known/keys", True),
        ("/v1.0/oauth2/v2.0/token", False),
        ("/beta/discovery/instance", False),
        ("/__admin/oauth2/x", False),
        ("/v1.0/communications/calls", False),
        ("/", False),
    ],
)
def test_paths_of_sign_in_are_told_from_graphs(path: str, expected: bool) -> None:
    assert is_login(path) is expected


def test_every_refusal_that_is_not_assumed_names_its_source() -> None:
    for name, refusal in LOGIN_REFUSALS.items():
        assert bool(refusal.source) is (refusal.evidence is not Evidence.ASSUMED), name
        assert bool(refusal.number) is (refusal.evidence is not Evidence.ASSUMED), name
