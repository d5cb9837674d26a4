"""How a test's Graph is set up: what the fixture `graph_config` returns, checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from harness.errors import UsageError, quoted
from harness.graph.hosts import GRAPH_HOSTS, SIGN_IN_HOSTS

_TEXTS: Final = ("app_id", "tenant_id", "client_secret", "callback")


@dataclass(frozen=True, slots=True)
class Config:
    """hosts: more hosts that are Graph. allow_hosts: hosts that may be reached for real.

    app_id: of the first bot; None: what is given, else whichever it signs in with. tenant_id, client_secret: of every
    bot that names none. callback: where a bot listens that is no URL. given: what exists before, as in scenario files.
    """

    hosts: tuple[str, ...] = ()
    allow_hosts: tuple[str, ...] = ()
    app_id: str | None = None
    tenant_id: str | None = None
    client_secret: str = "no-secret"  # noqa: S105 - says what it is
    callback: str = "https://bot.example/api/calls"
    given: Mapping[str, Any] = field(default_factory=dict)

    @property
    def known_app_id(self) -> str | None:
        """The first bot's, where it is said: here, or by what is given."""
        application = self.given.get("application")
        given = application.get("id") if isinstance(application, Mapping) else None
        return self.app_id or (None if given is None else str(given))

    @property
    def graph_hosts(self) -> tuple[str, ...]:
        return (*GRAPH_HOSTS, *self.hosts)

    @property
    def routed(self) -> tuple[str, ...]:
        """All hosts whose requests the target answers."""
        return (*self.graph_hosts, *SIGN_IN_HOSTS)


def config_of(*given: Mapping[str, Any]) -> Config:
    """What is set, the later before the earlier; hosts add up. Raises: UsageError."""
    known = [f.name for f in fields(Config)]
    out: dict[str, Any] = {}
    for members in given:
        if not isinstance(members, Mapping):
            raise UsageError(f"graph_config: expected a dict, got {quoted(members)}")
        unknown = [str(name) for name in members if name not in known]
        if unknown:
            raise UsageError(f"graph_config: unknown {', '.join(map(repr, unknown))}; known: {', '.join(known)}")
        for name, value in members.items():
            checked = _checked(name, value)
            out[name] = (*out.get(name, ()), *checked) if name in ("hosts", "allow_hosts") else checked
    return Config(**out)


def _checked(name: str, value: Any) -> Any:
    if name in _TEXTS:
        if not isinstance(value, str) or not value:
            raise UsageError(f"graph_config[{name!r}]: expected text, got {quoted(value)}")
        return value
    if name == "given":
        if not isinstance(value, Mapping):
            raise UsageError(f"graph_config['given']: expected a dict, got {quoted(value)}")
        return value
    if isinstance(value, str) or not isinstance(value, Iterable) or not all(isinstance(v, str) for v in value):
        raise UsageError(f"graph_config[{name!r}]: expected a list of hosts, got {quoted(value)}")
    return tuple(host.lower() for host in value)
