"""What is of signing in, and is on no cassette."""

from __future__ import annotations

import pytest

from harness.cassette.format import Direction, Interaction, Request, Response
from harness.cassette.sanitise import Sanitiser
from harness.cassette.sign_in import is_sign_in
from harness.graph.hosts import SIGN_IN_HOSTS

ELSEWHERE = "https://sign-in.contoso.com"


@pytest.mark.parametrize("host", SIGN_IN_HOSTS)
def test_whatever_its_hosts_are_asked_is_sign_in(host: str) -> None:
    assert is_sign_in(f"https://{host.upper()}/anything")


@pytest.mark.parametrize(
    "path",
    [
        "/contoso.com/oauth2/v2.0/token",
        "/contoso.com/OAuth2/token/",
        "/contoso.com/oauth2/v2.0/devicecode",
        "/common/discovery/instance",
        "/v1/.well-known/keys",
        "/common/UserRealm/adele",
    ],
)
def test_its_paths_are_on_any_host_and_never_kept(path: str) -> None:
    asked = Request("POST", ELSEWHERE + path, {}, b"secret")

    assert is_sign_in(asked.uri)
    assert (
        Sanitiser().interaction(Interaction(Direction.CLIENT_TO_GRAPH, 1, asked, Response(200, "OK", {}, b""))) is None
    )


@pytest.mark.parametrize(
    "uri", ["https://graph.microsoft.com/v1.0/oauth2PermissionGrants", "https://x/token", "https://["]
)
def test_nothing_else_is(uri: str) -> None:
    assert not is_sign_in(uri)


def test_hosts_may_be_others() -> None:
    assert is_sign_in(f"{ELSEWHERE}/", hosts=["sign-in.contoso.com"])
    assert not is_sign_in("https://login.microsoftonline.com/", hosts=[])
