"""The test's tenant: Graph, sign-in and the team's tunnel in a process of their own, over TLS and HTTP/2 on loopback.

It knows nothing of the harness, and the harness nothing of it: clients are led to it as they are in an office, by
`HTTPS_PROXY` and the variables that name a CA. `StandIn.environment` sets those and the tenant's own, for a subprocess
or, by `monkeypatch.setenv`, for the test's process.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.standin import planted

__all__ = ["StandIn", "standing_in"]

_ROOT: Final = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class StandIn:
    """Its ports, and the way to its knobs (`tests.standin.knobs.Knobs`)."""

    tls: int
    proxy: int
    control: int
    ca_file: str

    @property
    def way(self) -> dict[str, str]:
        """How requests get there."""
        ca = dict.fromkeys(
            ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"), self.ca_file
        )
        return {"HTTPS_PROXY": f"http://127.0.0.1:{self.proxy}", "NO_PROXY": "127.0.0.1,localhost", **ca}

    @property
    def environment(self) -> dict[str, str]:
        """The way, and all that recording wants to know of the tenant."""
        return {
            **self.way,
            "AZURE_TENANT_ID": planted.TENANT_ID,
            "AZURE_CLIENT_ID": planted.CLIENT_ID,
            "AZURE_CLIENT_SECRET": planted.CLIENT_SECRET,
            "GRAPH_CALLBACK_URL": planted.CALLBACK_URL,
            "GRAPH_USERS": ",".join(person.id for person in planted.PEOPLE),
            "GRAPH_PHONE": planted.CALLER_PHONE,
            "GRAPH_MEETING": planted.MEETING_URL,
            "GRAPH_APP_INSTANCE": planted.APP_INSTANCE_ID,
        }

    def set(self, **knobs: Any) -> None:
        self._ask("PUT", "/knobs", knobs)

    def reset(self) -> None:
        """Knobs as at first, nothing seen, nothing more to be told."""
        self._ask("POST", "/reset")

    @property
    def seen(self) -> list[str]:
        """The requests that arrived: `HTTP/2 POST graph.microsoft.com/v1.0/communications/calls`."""
        return self._list("/seen")

    @property
    def planted(self) -> list[str]:
        """Everything that must not leak: `PLANTED`, and every id and token that was drawn so far."""
        return self._list("/planted")

    @property
    def calls(self) -> list[str]:
        """Ids of the calls that stand."""
        return self._list("/calls")

    def _list(self, path: str) -> list[str]:
        found: list[str] = json.loads(self._ask("GET", path))
        return found

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.control, timeout=10)
        connection.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        assert answer.status < 300, f"{method} {path}: {answer.status} {said!r}"
        return said


@contextmanager
def standing_in() -> Iterator[StandIn]:
    """The stand-in runs until the end of this."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.standin"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield StandIn(**json.loads(process.stdout.readline()))
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()
