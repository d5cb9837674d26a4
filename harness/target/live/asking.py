"""What the harness itself asks Graph, beside the bot: it signs in as the same application, and is on no cassette."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from harness.cassette.bodies import read
from harness.cassette.format import Direction, Interaction, Request, Response
from harness.errors import HarnessError
from harness.intercept import Responder
from harness.tenant.asking import Unreachable
from harness.tenant.environment import Credentials
from harness.tenant.sign_in import SignIn, Token

_TRIES: Final = 4
_LONGEST: Final = 60.0
"""Seconds that `Retry-After` is waited for. Who is to wait longer is told so, and asks no more."""


class GraphRefused(HarnessError):
    """Graph refuses what the harness asks on a test's behalf."""

    def __init__(self, what: str, response: Response) -> None:
        self.status = response.status
        body = read(response.body)
        error = body.get("error") if isinstance(body, dict) else None
        said = f": {error.get('code')}, {error.get('message')}" if isinstance(error, dict) else ""
        after = _seconds(response) if response.status == 429 else 0.0
        later = f" It wants to be left alone for {after:g} s: try again then." if after > _LONGEST else ""
        super().__init__(f"Graph answers {response.status} to {what}{said}{later}")


class Asking:
    """Asks in the application's name. Thread-safe. learn: is shown what passes, so that it can be searched for."""

    def __init__(
        self, credentials: Credentials, forward: Responder, learn: Callable[[Interaction], None] = lambda _: None
    ) -> None:
        self._base = f"{credentials.graph_url}/v1.0/communications/calls"
        self._forward = forward
        self._learn = learn
        self._lock = threading.Lock()
        self._sign_in = SignIn(credentials, self._sent)

    @property
    def token(self) -> Token:
        with self._lock:
            return self._sign_in.token()

    def __call__(self, method: str, path: str = "", body: Mapping[str, Any] | None = None) -> Response:
        """path: below `/communications/calls`. Throttling is obeyed. Raises: Unreachable, SignInFailed."""
        content = None if body is None else json.dumps(body).encode()
        kind = {"Content-Type": ("application/json",)} if content else {}
        for left in reversed(range(_TRIES)):
            response = self._sent(Request(method, self._base + path, {**kind, **self.token.headers}, content))
            if response.status == 401 and left:
                self._sign_in.forget()
            elif response.status == 429 and left and _seconds(response) <= _LONGEST:
                time.sleep(_seconds(response))
            else:
                break
        return response

    def found(self, path: str) -> Any:
        """The JSON of a GET; None for what is not there."""
        response = self("GET", path)
        return read(response.body) if response.status == 200 else None

    def _sent(self, request: Request) -> Response:
        try:
            response = self._forward(request)
        except OSError as error:
            host = urlsplit(request.uri).hostname or ""
            raise Unreachable(host, str(error).removeprefix(f"{host}: ")) from error
        self._learn(Interaction(Direction.CLIENT_TO_GRAPH, 0, request, response))
        return Response(
            response.status,
            response.reason,
            {name.lower(): values for name, values in response.headers.items()},
            response.body,
        )


def _seconds(response: Response) -> float:
    said = response.headers.get("retry-after", ("1",))[0]
    return float(said) if said.isascii() and said.replace(".", "", 1).isdecimal() else 1.0
