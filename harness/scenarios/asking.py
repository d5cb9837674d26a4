"""Plain requests to Graph, as any bot makes them: with a token, and again later where Graph says so."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from harness.cassette.bodies import read
from harness.cassette.format import Request, Response
from harness.errors import HarnessError

Answer = Callable[[Request], Response]

ATTEMPTS: Final = 5
"""How often a request is made that is answered 429 each time."""

_PAUSE: Final = 10.0
"""Seconds where 429 comes without `Retry-After` (assumed; the page on calls says nothing of it)."""

_LONGEST: Final = 300.0
"""Seconds that a story waits at most because it is told to; whoever holds the phones has gone by then."""


class Refused(HarnessError):
    """Graph does not do what it is asked. What it says beside its code may name people, and is on the cassette."""

    def __init__(self, what: str, status: int | None, code: str) -> None:
        self.what = what
        self.status = status
        self.code = code
        hint = "; `graph-harness doctor` says which permission is missing" if status in (401, 403) else ""
        super().__init__(f"{what} is answered {status}{f' {code}' if code else ''}{hint}")


class Asking:
    """Asks Graph. answer: how a request gets there. pause: lets so many seconds pass."""

    def __init__(self, answer: Answer, *, base: str, token: Callable[[], str], pause: Callable[[float], None]) -> None:
        self._answer = answer
        self._base = base
        self._token = token
        self._pause = pause

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        """What the answer's body says; None without one. Raises: Refused, and what the network raises."""
        for attempt in range(1, ATTEMPTS + 1):
            answer = self._answer(self._request(method, path, body))
            seconds = _retry_after(answer)
            if answer.status != 429 or attempt == ATTEMPTS or seconds > _LONGEST:
                break
            self._pause(seconds)
        if answer.status is None or not 200 <= answer.status < 300:
            raise Refused(f"{method} {_shape(path)}", answer.status, _code(answer))
        return read(answer.body) if answer.body else None

    def _request(self, method: str, path: str, body: Any) -> Request:
        headers = {"Authorization": (f"Bearer {self._token()}",), "Accept": ("application/json",)}
        if body is None:
            return Request(method, f"{self._base}/v1.0/communications{path}", headers, None)
        headers["Content-Type"] = ("application/json",)
        return Request(method, f"{self._base}/v1.0/communications{path}", headers, json.dumps(body).encode())


def signed_in(answer: Answer, login: str, *, tenant_id: str, client_id: str, secret: str) -> str:
    """A token by client credentials, from whoever signs in on the target."""
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    form["scope"] = "https://graph.microsoft.com/.default"
    headers = {"Content-Type": ("application/x-www-form-urlencoded",)}
    url = f"https://{login}/{tenant_id}/oauth2/v2.0/token"
    given = answer(Request("POST", url, headers, urlencode(form).encode()))
    if given.status != 200:
        raise Refused("sign-in", given.status, "")
    return str(read(given.body)["access_token"])


def _retry_after(answer: Response) -> float:
    said = next((v[0] for n, v in answer.headers.items() if n.lower() == "retry-after" and v), "")
    return float(said) if said.isdecimal() else _PAUSE


def _code(answer: Response) -> str:
    body = read(answer.body)
    error = body.get("error") if isinstance(body, Mapping) else None
    return str(error.get("code", "")) if isinstance(error, Mapping) else ""


def _shape(path: str) -> str:
    """A path without its ids: every second segment is one, unless it is an action."""
    parts = path.strip("/").split("/")
    return "/" + "/".join("{id}" if n % 2 and part != "invite" else part for n, part in enumerate(parts))
