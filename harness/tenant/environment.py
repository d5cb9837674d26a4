"""The tenant that is recorded: who signs in, and who is called. From the environment only, never from a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from harness.errors import UsageError
from harness.graph.hosts import CLOUDS, GRAPH_HOSTS
from harness.tenant import variables
from harness.tenant.meetings import Meeting
from harness.tenant.variables import VARIABLES, Reading, read_variables

SIGNING_IN: Final = (variables.TENANT_ID, variables.CLIENT_ID, variables.SECRET, variables.CERTIFICATE)
"""What signing in needs, one of the last two."""


class TenantIncomplete(UsageError):
    """Variables that are missing or wrong, all of them at once. `missing`, and `problems` by name."""

    def __init__(self, missing: tuple[str, ...], problems: Mapping[str, str]) -> None:
        self.missing = missing
        self.problems = problems
        lines = [f"{name} is not set: {described(name)}" for name in missing]
        lines += [f"{name}: {problem}" for name, problem in problems.items()]
        super().__init__("\n  ".join(("the environment does not describe the tenant:", *lines)))


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who signs in, where. Nothing of it is shown."""

    tenant_id: str = field(repr=False)
    client_id: str = field(repr=False)
    secret: str | None = field(repr=False)
    certificate: Path | None = field(repr=False)
    password: str | None = field(repr=False)
    graph_url: str = f"https://{GRAPH_HOSTS[0]}"

    @property
    def login_host(self) -> str:
        return CLOUDS[urlsplit(self.graph_url).hostname or ""]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Credentials:
        """Raises: TenantIncomplete, for what signing in needs."""
        return credentials(read_variables(environment))


@dataclass(frozen=True, slots=True)
class Tenant:
    """All that recording knows of a tenant; None is what is not set. Nothing of it is shown but the addresses."""

    credentials: Credentials
    callback_url: str
    users: tuple[str, ...] = field(repr=False)
    phone: str | None = field(repr=False)
    meeting: Meeting | None
    app_instance: str | None = field(repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Tenant:
        """Raises: TenantIncomplete, which lists everything that is missing or wrong."""
        reading = read_variables(environment)
        if reading.missing or reading.problems:
            raise TenantIncomplete(reading.missing, reading.problems)
        values = reading.values
        return cls(
            credentials=credentials(reading),
            callback_url=values[variables.CALLBACK],
            users=values[variables.USERS],
            phone=values.get(variables.PHONE),
            meeting=values.get(variables.MEETING),
            app_instance=values.get(variables.APP_INSTANCE),
        )


def credentials(reading: Reading) -> Credentials:
    """Raises: TenantIncomplete, for what signing in needs."""
    concerned = (*SIGNING_IN, variables.PASSWORD, variables.BASE_URL)
    missing = tuple(name for name in reading.missing if name in concerned)
    problems = {name: problem for name, problem in reading.problems.items() if name in concerned}
    if missing or problems:
        raise TenantIncomplete(missing, problems)
    values: Mapping[str, Any] = reading.values
    return Credentials(
        tenant_id=values[variables.TENANT_ID],
        client_id=values[variables.CLIENT_ID],
        secret=values.get(variables.SECRET),
        certificate=values.get(variables.CERTIFICATE),
        password=values.get(variables.PASSWORD),
        graph_url=values.get(variables.BASE_URL, f"https://{GRAPH_HOSTS[0]}"),
    )


def described(name: str) -> str:
    """What to set, for people."""
    if name == variables.SECRET:
        return f"{VARIABLES[name].what}; or {variables.CERTIFICATE}: {VARIABLES[variables.CERTIFICATE].what}"
    return VARIABLES[name].what
