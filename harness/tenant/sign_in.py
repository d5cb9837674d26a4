"""Signing in as the application: a token in memory, renewed before it ends; and clear words where there is none.

Source of the codes: https://learn.microsoft.com/entra/identity-platform/reference-error-codes (documented), but for
7000215 and 7000222, which people published (observed).
"""

from __future__ import annotations

import base64
import json
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from harness.cassette.format import Request, Response
from harness.errors import HarnessError, UsageError
from harness.tenant.asking import Ask, Busy, Unreachable, ask
from harness.tenant.certificates import certificate_credential
from harness.tenant.environment import Credentials
from harness.tenant.variables import CERTIFICATE, CLIENT_ID, GUID, SECRET, TENANT_ID

_UNKNOWN_TENANT: Final = f"there is no such tenant in this cloud: {TENANT_ID} is wrong, or GRAPH_BASE_URL"
REMEDIES: Final[Mapping[int, str]] = {
    7000215: f"{SECRET} is wrong: it wants the value of a client secret, which is shown once, when it is made",
    7000222: f"the client secret has expired: make a new one and set {SECRET} to its value",
    700016: f"the tenant knows no application {CLIENT_ID}: it is registered elsewhere, or nobody consented to it",
    7000229: "the application is registered, and not there in this tenant: an administrator has to consent to it",
    65001: "nobody consented to the application: an administrator has to",
    7000112: "the application is disabled in this tenant",
    700027: f"the certificate of {CERTIFICATE} is not registered for the application, or has expired",
    700024: "the client's assertion is not valid now: is the clock of this machine right?",
    90002: _UNKNOWN_TENANT,
    900023: _UNKNOWN_TENANT,
    53003: "a conditional access policy of the tenant forbids it",
}
"""What to do about a refusal, by the number behind AADSTS."""

_NUMBER: Final = re.compile(r"AADSTS(\d+)")
_CODE: Final = re.compile(r"[a-z_]{1,40}")


class SignInFailed(UsageError):
    """The tenant gives no token. `number`: behind AADSTS, where it said one."""

    def __init__(self, host: str, problem: str, number: int | None = None) -> None:
        self.host = host
        self.number = number
        self.problem = problem
        code = f"AADSTS{number}, " if number else ""
        super().__init__(f"{host} gives no token: {code}{problem}")


@dataclass(frozen=True, slots=True)
class Token:
    """expires: seconds since 1970. permissions: those that were consented to; None where the token cannot be read."""

    value: str = field(repr=False)
    expires: float
    permissions: frozenset[str] | None

    @property
    def headers(self) -> dict[str, tuple[str, ...]]:
        return {"Authorization": (f"Bearer {self.value}",)}


class SignIn:
    """Tokens for Graph. Nothing is asked before the first is needed; one that is good for five minutes is kept."""

    def __init__(self, credentials: Credentials, ask: Ask = ask) -> None:
        self._credentials = credentials
        self._http = _Http(ask)
        self._lock = threading.Lock()
        self._app: Any = None

    def token(self) -> Token:
        """Raises: SignInFailed, Unreachable; UsageError without the extra `record`, and for a broken certificate."""
        with self._lock:
            try:
                self._app = self._app or self._made()
                given = self._app.acquire_token_for_client([f"{self._credentials.graph_url}/.default"])
            except ValueError as error:  # msal's word for a tenant that is not found, without saying why
                raise self._failed(self._http.refusal or {}) from error
        if "access_token" not in given:
            raise self._failed(given)
        return _token(given["access_token"], float(given["expires_in"]))

    def forget(self) -> None:
        """The next token is a new one: Graph did not take this one."""
        with self._lock:
            self._app = None

    def _made(self) -> Any:
        msal = _msal()
        mine = self._credentials
        by: Any = mine.secret if mine.certificate is None else certificate_credential(mine.certificate, mine.password)
        return msal.ConfidentialClientApplication(
            mine.client_id,
            client_credential=by,
            authority=f"https://{mine.login_host}/{mine.tenant_id}",
            instance_discovery=False,  # the hosts are known
            http_client=self._http,
        )

    def _failed(self, refusal: Mapping[str, Any]) -> SignInFailed:
        host = self._credentials.login_host
        found = _NUMBER.search(str(refusal.get("error_description") or ""))
        number = int(found[1]) if found else None
        problem = REMEDIES.get(number or 0) or _unknown(number, refusal)
        if number == 7000215 and GUID.fullmatch(self._credentials.secret or ""):
            problem = f"{SECRET} holds a GUID, as the id of a secret is: set it to the secret's value"
        return SignInFailed(host, problem, number)


def _unknown(number: int | None, refusal: Mapping[str, Any]) -> str:
    """Microsoft's own words name tenant, application and people."""
    if number is not None:
        return f"see https://login.microsoftonline.com/error?code={number}"
    code = str(refusal.get("error") or "")
    return code if _CODE.fullmatch(code) else "no reason was given"


def _msal() -> Any:
    try:
        import msal  # type: ignore[import-untyped]
    except ImportError:
        raise UsageError("signing in needs the package msal: pip install 'graph-call-harness[record]'") from None
    return msal


def _token(value: str, left: float) -> Token:
    try:
        payload = value.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return Token(value, float(claims["exp"]), frozenset(claims.get("roles", ())))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):  # opaque, which Graph's may become
        return Token(value, time.time() + left, None)


class _Http:
    """What msal asks with (its `http_client`). `refusal`: the last answer that refused, which msal does not pass on."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self.refusal: dict[str, Any] | None = None

    def get(self, url: str, params: Any = None, headers: Any = None, **_: Any) -> _Answer:
        return self._asked("GET", f"{url}?{urlencode(params)}" if params else url, headers, None)

    def post(self, url: str, params: Any = None, data: Any = None, headers: Any = None, **_: Any) -> _Answer:
        body = (
            data
            if isinstance(data, bytes)
            else data.encode()
            if isinstance(data, str)
            else urlencode(data or {}).encode()
        )
        form = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        return self._asked("POST", f"{url}?{urlencode(params)}" if params else url, form, body)

    def close(self) -> None:
        """Nothing is kept open."""

    def _asked(self, method: str, url: str, headers: Mapping[str, str] | None, body: bytes | None) -> _Answer:
        sent = {name: (value,) for name, value in (headers or {}).items() if value is not None}
        host = urlsplit(url).hostname or ""
        answer = _Answer(self._ask(Request(method, url, sent, body)))
        if answer.status_code == 429 or answer.status_code >= 500:
            raise Busy(host, f"answers {answer.status_code} for now{_after(answer)}")
        if answer.json is None:
            problem = f"the answer, {answer.status_code}, is not of sign-in: something on the way answers in its place"
            raise Unreachable(host, problem)
        if answer.status_code >= 400:
            self.refusal = answer.json
        return answer


class _Answer:
    """As msal reads it."""

    def __init__(self, response: Response) -> None:
        self.status_code = response.status or 0
        self.text = (response.body or b"").decode("utf-8", "replace")
        self.headers = {name: ", ".join(values) for name, values in response.headers.items()}

    @property
    def json(self) -> dict[str, Any] | None:
        try:
            body = json.loads(self.text)
        except ValueError:
            return None
        return body if isinstance(body, dict) else None

    def raise_for_status(self) -> None:
        if self.status_code >= 400:
            raise HarnessError(f"sign-in answers {self.status_code}")


def _after(answer: _Answer) -> str:
    seconds = answer.headers.get("retry-after")
    return f"; try again after {seconds} s" if seconds else ""
