"""A `responses.RequestsMock` that stands where the bot's callback would be: told through requests, so that it answers.

The only file that imports requests. Nothing gets past the mock: where none is active, or lets a URL through, the
adapter below it refuses to connect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from harness.cassette.format import Response
from harness.delivery.outbox import Notification
from harness.delivery.told import response

if TYPE_CHECKING:
    import requests


class StandIn:
    """Told by `requests.post`, with whatever mock of responses is active."""

    def __init__(self, *, name: str, timeout: float | None) -> None:
        self._name = name
        self._timeout = timeout

    def __call__(self, notification: Notification) -> Response:
        import requests

        with _session() as session:
            try:
                answer = session.post(
                    notification.callback_uri,
                    data=notification.body,
                    headers=dict(notification.headers),
                    timeout=self._timeout,
                    allow_redirects=False,
                )
            except requests.ConnectionError as error:
                if not str(error).startswith("Connection refused by Responses"):
                    raise
                raise ConnectionError(
                    f"bot {self._name!r}: the responses stand-in has nothing for POST {notification.callback_uri}: "
                    f"add it, mock.post({notification.callback_uri!r}, status=202)"
                ) from error
            headers = {name: (value,) for name, value in answer.headers.items()}
            return response(answer.status_code, headers, answer.content)

    def close(self) -> list[str]:
        return []


def _session() -> requests.Session:
    """A session of requests that reaches nobody: no proxies, no environment, and adapters that do not connect."""
    import requests
    from requests.adapters import HTTPAdapter

    class Nowhere(HTTPAdapter):
        def get_connection_with_tls_context(self, *_: Any, **__: Any) -> NoReturn:
            raise requests.ConnectionError(
                "the responses stand-in lets this through: is it active, inside its `with`, and without passthru?"
            )

        get_connection = get_connection_with_tls_context  # as requests before 2.32 calls it

    session = requests.Session()
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, Nowhere())
    return session
