"""How sign-in refuses: one table, as `harness.graph.refusals` is for Graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from harness.errors import HarnessError
from harness.graph.refusals import Evidence


@dataclass(frozen=True, slots=True)
class LoginRefusal:
    """Status, `error`, the number behind AADSTS (0: an answer of the fake's own), and the text with `{facts}`."""

    status: int
    error: str
    number: int
    message: str
    evidence: Evidence
    source: str = ""


_CODES: Final = "https://learn.microsoft.com/entra/identity-platform/reference-error-codes"
_MUST_CONTAIN: Final = "The request body must contain the following parameter: "

LOGIN_REFUSALS: Final[Mapping[str, LoginRefusal]] = {
    "missing-parameter": LoginRefusal(
        400,
        "invalid_request",
        900144,
        _MUST_CONTAIN + "'{parameter}'.",
        Evidence.OBSERVED,
        "https://github.com/MicrosoftDocs/azure-docs/issues/43780",
    ),
    "grant-type": LoginRefusal(
        400,
        "unsupported_grant_type",
        70003,
        "The app requested an unsupported grant type '{grant_type}'.",
        Evidence.OBSERVED,
        "https://github.com/AzureAD/microsoft-authentication-library-for-dotnet/pull/3023 (status assumed)",
    ),
    "missing-scope": LoginRefusal(
        400,
        "invalid_request",
        90014,
        "The required field 'scope' is missing from the credential. "
        "Ensure that you have all the necessary parameters for the login request.",
        Evidence.OBSERVED,
        "https://github.com/mullerpeter/databricks-grafana/issues/99 (status assumed)",
    ),
    "scope": LoginRefusal(
        400,
        "invalid_scope",
        1002012,
        "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with "
        "/.default suffixed to the resource identifier (application ID URI).",
        Evidence.OBSERVED,
        "https://github.com/MicrosoftDocs/azure-docs/issues/99862 (status assumed)",
    ),
    "no-secret": LoginRefusal(
        401,
        "invalid_client",
        7000218,
        _MUST_CONTAIN + "'client_assertion' or 'client_secret'.",
        Evidence.OBSERVED,
        "https://github.com/Azure-Samples/active-directory-dotnet-native-aspnetcore/issues/22",
    ),
    "wrong-method": LoginRefusal(
        400,
        "invalid_request",
        900561,
        "The endpoint only accepts {valid} requests. Received a {given} request.",
        Evidence.DOCUMENTED,
        f"{_CODES} (status assumed)",
    ),
    "unreadable": LoginRefusal(400, "invalid_request", 0, "{problem}", Evidence.ASSUMED),
    "not-built": LoginRefusal(
        501, "not_supported", 0, "The fake has no '{path}' yet: this is not Microsoft's answer.", Evidence.ASSUMED
    ),
    "no-keys": LoginRefusal(501, "not_supported", 0, "The fake has no keys: {problem}.", Evidence.ASSUMED),
    "crashed": LoginRefusal(500, "server_error", 0, "the fake crashed: {problem}", Evidence.ASSUMED),
}
"""Each answer of sign-in that is no success, by name."""


class LoginRefused(HarnessError):
    """Sign-in refuses as the identity platform would."""

    def __init__(self, status: int, error: str, number: int, message: str) -> None:
        self.status = status
        self.error = error
        self.number = number
        super().__init__(f"AADSTS{number}: {message}" if number else message)


def refuse_login(name: str, **facts: Any) -> LoginRefused:
    """The refusal of that name, its facts filled in, to be raised."""
    refusal = LOGIN_REFUSALS[name]
    return LoginRefused(refusal.status, refusal.error, refusal.number, refusal.message.format(**facts))
