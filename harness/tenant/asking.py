"""A request over the network and its answer, for what is not recorded: signing in, and looking round.

Proxies and CAs are those that requests takes from the environment, else the CA of SSL_CERT_FILE, as in what is
recorded. No redirect is followed, and no password is taken from .netrc: it would stand in the token's place.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from harness.cassette.format import Request, Response
from harness.errors import HarnessError

if TYPE_CHECKING:
    import requests

Ask = Callable[[Request], Response]
"""Raises: Unreachable."""


_TIMEOUT: Final = (10.0, 30.0)
"""Seconds for connecting, and between two bytes of the answer."""


class Unreachable(HarnessError):
    """Nothing came back from `host`; `problem` says why."""

    def __init__(self, host: str, problem: str) -> None:
        self.host = host
        self.problem = problem
        super().__init__(f"{host} cannot be reached from here: {problem}")


class Busy(Unreachable):
    """It answers, and not for now."""

    def __init__(self, host: str, problem: str) -> None:
        super().__init__(host, problem)
        self.args = (f"{host} {problem}",)


def ask(request: Request) -> Response:
    """The answer to one request. Raises: Unreachable."""
    import requests

    headers = {name: ", ".join(values) for name, values in request.headers.items()}
    try:
        with requests.Session() as session:
            answer = session.request(
                request.method,
                request.uri,
                headers=headers,
                data=request.body,
                auth=_as_it_is,
                timeout=_TIMEOUT,
                verify=_trusted(),
                allow_redirects=False,
            )
            given = {name.lower(): (value,) for name, value in answer.headers.items()}
            return Response(answer.status_code, answer.reason, given, answer.content)
    except OSError as error:  # of which requests' own errors are
        raise Unreachable(urlsplit(request.uri).hostname or "", _problem(error)) from error


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Whoever signs in says so in headers or body."""
    return request


def _trusted() -> str | None:
    """A file of CAs; None leaves it to requests."""
    is_named = any(os.environ.get(name) for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"))
    return None if is_named else os.environ.get("SSL_CERT_FILE") or None


def _problem(error: OSError) -> str:
    """In one line, without the addresses of proxies, which may hold passwords."""
    import requests.exceptions as known

    if isinstance(error, known.ProxyError):
        return f"the proxy of the environment (HTTPS_PROXY) does not lead there{_reason(error)}"
    if isinstance(error, known.InvalidURL):  # whose words are half a password
        return (
            "the proxy of the environment (HTTPS_PROXY) is no URL such as http://NAME:PASSWORD@HOST:PORT, where "
            "special characters of a password are percent-encoded"
        )
    if isinstance(error, known.SSLError):
        remedy = "where a proxy opens TLS, name its CA in REQUESTS_CA_BUNDLE"
        return f"its certificate is not trusted{_reason(error)}; {remedy}"
    if isinstance(error, known.Timeout):
        return f"no answer within {_TIMEOUT[1]:g} s"
    if not isinstance(error, known.RequestException):
        return f"{error}"
    if "NameResolutionError" in repr(error) or "getaddrinfo" in repr(error):
        return "there is no such host"
    return f"{type(error).__name__}{_reason(error)}"


def _reason(error: requests.exceptions.RequestException) -> str:
    """What the innermost cause says."""
    reason: object = error.args[0] if error.args else ""
    while (inner := getattr(reason, "reason", None)) is not None and inner is not reason:
        reason = inner
    cause = reason.args[-1] if isinstance(reason, BaseException) and reason.args else reason
    said = str(getattr(cause, "verify_message", "") or getattr(cause, "strerror", "") or cause)
    said = said.rpartition("] ")[2]  # without the connection's address, and the number of the error
    return f" ({said})" if said else ""
