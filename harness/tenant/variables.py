"""What is read from the environment, by form. No message shows a value: it may be a secret in the wrong place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from harness.delivery.http import is_loopback
from harness.graph.hosts import CLOUDS
from harness.tenant.meetings import read_meeting

TENANT_ID: Final = "AZURE_TENANT_ID"
CLIENT_ID: Final = "AZURE_CLIENT_ID"
SECRET: Final = "AZURE_CLIENT_SECRET"  # noqa: S105 - its name
CERTIFICATE: Final = "AZURE_CLIENT_CERTIFICATE_PATH"
PASSWORD: Final = "AZURE_CLIENT_CERTIFICATE_PASSWORD"  # noqa: S105 - its name
CALLBACK: Final = "GRAPH_CALLBACK_URL"
USERS: Final = "GRAPH_USERS"
PHONE: Final = "GRAPH_PHONE"
MEETING: Final = "GRAPH_MEETING"
APP_INSTANCE: Final = "GRAPH_APP_INSTANCE"
BASE_URL: Final = "GRAPH_BASE_URL"

GUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DOMAIN: Final = re.compile(r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?\.)+[a-zA-Z]{2,}")
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_OF_NOBODY: Final = ("common", "organizations", "consumers")
_A_GUID: Final = "a GUID such as 00000000-0000-4000-8000-000000000001"


def _is(pattern: re.Pattern[str], expected: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(f"expected {expected}, got another form, {len(text)} long")
        return text

    return read


def _tenant(text: str) -> str:
    if text.lower() in _OF_NOBODY:
        raise ValueError(f"is {text!r}, where people of any tenant sign in; an application names its tenant")
    if not GUID.fullmatch(text) and not _DOMAIN.fullmatch(text):
        raise ValueError(f"expected {_A_GUID}, or the tenant's domain, contoso.onmicrosoft.com")
    return text


def _file(text: str) -> Path:
    path = Path(text)
    try:
        is_there = path.is_file()
    except OSError:  # a name that is too long, such as the certificate itself, and the error would show it
        is_there = False
    if not is_there:
        raise ValueError("there is no such file")
    return path


def _address(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ValueError("is no address: expected https://host/path") from None
    if parts.scheme != "https" or not parts.hostname:
        raise ValueError("expected an https address: Graph talks https only")
    if parts.username or parts.password or parts.fragment:
        raise ValueError("expected an address without name, password or fragment")
    return parts


def _callback(text: str) -> str:
    host = _address(text).hostname or ""
    if is_loopback(host):
        raise ValueError("leads to this machine: expected the public address that your tunnel gave you")
    return text


def _users(text: str) -> tuple[str, ...]:
    users = tuple(user for user in re.split(r"[\s,;]+", text) if user)
    strange = [number for number, user in enumerate(users, 1) if not GUID.fullmatch(user)]
    if not users:
        raise ValueError("names nobody: expected GUIDs with commas between them")
    if strange:
        raise ValueError(f"number {strange[0]} is no object id: expected GUIDs with commas between them")
    if len({user.lower() for user in users}) < len(users):
        raise ValueError("names somebody twice: each stands for one person who answers")
    return users


def _base_url(text: str) -> str:
    parts = _address(text)
    host = parts.hostname or ""
    if host not in CLOUDS or parts.port not in (None, 443):
        raise ValueError(f"is no Graph: expected one of {', '.join(f'https://{known}' for known in CLOUDS)}")
    if parts.path.strip("/") or parts.query:
        raise ValueError(f"expected https://{host}, without version and path")
    return f"https://{host}"


@dataclass(frozen=True, slots=True)
class Variable:
    """what: for people. read: from a text that is not empty; raises ValueError. without: what cannot be done then."""

    name: str
    what: str
    read: Callable[[str], Any]
    without: str = ""

    @property
    def is_needed(self) -> bool:
        return not self.without


VARIABLES: Final[Mapping[str, Variable]] = {
    variable.name: variable
    for variable in (
        Variable(TENANT_ID, "the tenant: its id or its domain", _tenant),
        Variable(CLIENT_ID, "the application (client) id of the app registration", _is(GUID, _A_GUID)),
        Variable(SECRET, "the value of a client secret", str, "signing in by secret"),
        Variable(
            CERTIFICATE, "a file with certificate and private key, PEM or PFX", _file, "signing in by certificate"
        ),
        Variable(PASSWORD, "the password of that file, if it has one", str, "reading a file with a password"),
        Variable(CALLBACK, "the public https address of the bot, as its tunnel gives it", _callback),
        Variable(USERS, "object ids of people who will answer, with commas between them", _users),
        Variable(
            PHONE, "a phone number in E.164, whose phone somebody answers", _is(_E164, "+ and 7 to 15 digits"), "phones"
        ),
        Variable(MEETING, "a join link, or `ID, PASSCODE` of an invitation", read_meeting, "meetings"),
        Variable(
            APP_INSTANCE, "object id of an application instance with a phone number", _is(GUID, _A_GUID), "phones"
        ),
        Variable(BASE_URL, "Graph of another cloud, such as https://graph.microsoft.us", _base_url, "other clouds"),
    )
}
"""Every variable, in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Reading:
    """values: what was set, by name. problems: what is wrong with a value, or that a needed one is missing."""

    values: Mapping[str, Any]
    missing: tuple[str, ...]
    problems: Mapping[str, str]


def read_variables(environment: Mapping[str, str]) -> Reading:
    """Everything at once; what is empty counts as not set."""
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for variable in VARIABLES.values():
        text = environment.get(variable.name, "")
        if not text:
            continue
        try:
            values[variable.name] = variable.read(_bare(text))
        except ValueError as error:
            problems[variable.name] = str(error)
    missing = [name for name, v in VARIABLES.items() if v.is_needed and not environment.get(name)]
    if SECRET in values and CERTIFICATE in values:
        problems[CERTIFICATE] = f"{SECRET} is set as well: leave one of them out"
    if not any(environment.get(name) for name in (SECRET, CERTIFICATE)):
        missing.append(SECRET)
    return Reading(values, tuple(missing), problems)


def _bare(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("is no text in UTF-8") from None
    if text != text.strip():
        raise ValueError("begins or ends with white space")
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        raise ValueError("stands in quotation marks, which belong to the shell")
    return text
