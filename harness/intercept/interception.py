"""What an open interception decides: who answers a host, what is let through, what is refused.

Clients and sockets ask here; none of them is known here.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from harness.cassette.format import Request, Response
from harness.errors import HarnessError, UsageError
from harness.intercept.callers import caller

Responder = Callable[[Request], Response]
"""Answers a request for a routed host.

A ConnectionResetError or TimeoutError that it raises arrives as the client's own error. It runs where the client
waits: in the client's thread, or on its event loop. One that may take long says so by an attribute `blocking`, which is
read before each request; asyncio clients then wait for it in a thread, and other tasks go on.
"""

NAME_IT: Final = "name {host!r} in `allow`"
"""What to do where a host is refused that is meant to be reached."""

_LOCAL_NAMES: Final = ("localhost", "")


@dataclass(frozen=True, slots=True)
class Violation:
    """What was refused. `url`: an address (`socket to 192.0.2.1:443`) where it was stopped below the client."""

    method: str | None
    url: str
    where: str | None

    def __str__(self) -> str:
        what = f"{self.method} {self.url}" if self.method else self.url
        return f"{what} ({self.where})" if self.where else what


class RequestRefused(HarnessError):
    """Somebody asked a host that is neither routed nor allowed nor loopback."""

    def __init__(self, violation: Violation, why: str) -> None:
        self.violation = violation
        super().__init__(f"{violation} is refused: {why}")


class Interception:
    """An interception while it is open.

    violations: what was refused, in order, even if the bot swallowed the error.
    """

    def __init__(self, routes: Mapping[str, Responder], allow: Collection[str] = (), *, remedy: str = NAME_IT) -> None:
        self.violations: list[Violation] = []
        self._remedy = remedy
        self._responders = {_plain(host, "routes"): responder for host, responder in routes.items()}
        if isinstance(allow, str):
            raise UsageError(f"allow is {allow!r}: give a collection of hosts, such as [{allow!r}]")
        self._open = {_plain(host, "allow") for host in allow}
        both = self._open & self._responders.keys()
        if both:
            raise UsageError(f"{', '.join(sorted(both))}: both routed and allowed; leave out one of the two")
        self._shut: set[str] = set()

    def responder(self, host: str) -> Responder | None:
        return self._responders.get(host.lower())

    def lets_through(self, host: str) -> bool:
        """Whether a host is reached as ever: it is allowed, or this machine."""
        host = host.lower()
        if host in self._open:
            return True
        if host in self._shut or host in self._responders:
            return False
        here = is_here(host)
        (self._open if here else self._shut).add(host)
        return here

    def let_through(self, addresses: Iterable[str]) -> None:
        """What an allowed name was resolved to is allowed as well."""
        self._open.update(addresses)

    def asked(self, method: str, url: str, host: str) -> Responder | None:
        """Who answers a request; None: nobody here, let it through. Raises: RequestRefused."""
        responder = self._responders.get(host.lower())
        if responder is not None or self.lets_through(host):
            return responder
        raise self.refused(method, url, host)

    def refused(self, method: str | None, url: str, host: str) -> RequestRefused:
        """The error to raise, noted."""
        violation = Violation(method, url, caller())
        self.violations.append(violation)
        routed = ", ".join(sorted(self._responders)) or "no host"
        if self.responder(host):
            why = (
                f"{host} is answered here, but this client is not reached above its sockets. "
                "Point it at the address of `graph_server`, see docs/intercept.md"
            )
        else:
            remedy = self._remedy.format(host=host)
            why = f"answered here: {routed}; let through: this machine. To let it through, {remedy}"
        return RequestRefused(violation, why)


def is_here(host: str) -> bool:
    """Whether a name or address is this machine's own."""
    if host in _LOCAL_NAMES or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return host == socket.gethostname().lower()
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback or mapped.is_unspecified)


def _plain(host: object, where: str) -> str:
    """A host as it is looked up. Raises: UsageError for a URL, or a host with its port."""
    plain = isinstance(host, str) and host and not set(host) & set("/?#@ ")
    if not plain or (":" in str(host) and not _is_address(str(host))):
        raise UsageError(f"{where}: {host!r} is no host; give its name alone, such as 'graph.microsoft.com'")
    return str(host).lower()


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
