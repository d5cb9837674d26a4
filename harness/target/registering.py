"""A target on a `responses.RequestsMock`: for bots that use requests only, without any cassette machinery."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from harness.cassette.format import Request
from harness.intercept import Responder, content


def register(mock: Any, hosts: Collection[str], respond: Responder) -> None:
    """Answer whatever requests asks of these hosts; all else stays with the mock."""
    import responses
    from requests.exceptions import ConnectionError as RequestsConnectionError

    known = frozenset(hosts)

    class Routed(responses.CallbackResponse):
        """One response for all hosts, methods and paths. A bot that asks nothing does not fail the mock."""

        def matches(self, request: Any) -> tuple[bool, str]:
            host = (urlsplit(str(request.url)).hostname or "").lower()
            return host in known, "" if host in known else "Host is none of Graph's"

        @property
        def call_count(self) -> int:
            return max(1, len(self.calls))

    def answer(asked: Any) -> tuple[int, list[tuple[str, str]], bytes] | Exception:
        try:
            response = respond(_request(asked))
        except OSError as error:
            return RequestsConnectionError(error)
        headers = [(name, value) for name, values in response.headers.items() for value in values]
        return response.status or 500, headers, response.body or b""

    mock.add(Routed("ANY", "https://graph.microsoft.com/", callback=answer, content_type=None))


def _request(asked: Any) -> Request:
    headers = {name: (value,) for name, value in asked.headers.items()}
    return Request(asked.method, asked.url, headers, content(asked.body) or None)
