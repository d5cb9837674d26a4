"""What recording needs, and whether it is there. Only looks: signs in, and asks for a call that does not exist."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urlsplit

from harness.cassette.format import Request, Response
from harness.errors import UsageError
from harness.graph.permissions import NEEDED, Act
from harness.tenant import variables
from harness.tenant.asking import Ask, Busy, Unreachable, ask
from harness.tenant.callback import examine_callback
from harness.tenant.environment import TenantIncomplete, credentials, described
from harness.tenant.findings import Finding, Group, State
from harness.tenant.sign_in import SignIn, Token
from harness.tenant.variables import VARIABLES, Reading, read_variables

_SKEW: Final = 300
"""Seconds by which clocks may differ: what those who check tokens allow, as a rule (assumed)."""
_CONSENT: Final = "add it under API permissions, as an application permission, and consent to it"
_SERVES: Final[Mapping[Act, str]] = {
    Act.CALL_ONE: "call one person or phone",
    Act.CALL_GROUP: "call several people",
    Act.JOIN_MEETING: "join a meeting",
    Act.INVITE: "invite into a call",
    Act.HOST_MEDIA: "host media itself",
}
_ALWAYS: Final = (Act.CALL_ONE, Act.CALL_GROUP, Act.INVITE)
_ERRORS: Final[Mapping[str, str]] = {
    "7503": "the application may not call: set up an Azure bot for it, and there calling, in the channel of Teams",
    "7504": "the tenant has not consented to any permission for calls",
    "7505": "the application is not of this tenant, as Graph sees it",
}
"""What Graph's calling service says to those who may not ask it (observed, CS 432, 276, 720)."""


def examine(
    environment: Mapping[str, str],
    *,
    callback_port: int | None = None,
    ask: Ask = ask,
    now: Callable[[], float] = time.time,
) -> list[Finding]:
    """Everything that can be seen without changing anything, in the order of `Group`."""
    reading = read_variables(environment)
    clock = _Clock(ask, now)
    findings = [*_variables(reading)]
    signed_in, token = _signed_in(reading, clock)
    findings.append(signed_in)
    findings += _permissions(reading, token)
    findings.append(_graph(reading, token, clock))
    findings.append(clock.finding())
    findings.append(_callback(reading, callback_port, ask))
    return findings


def _variables(reading: Reading) -> Iterator[Finding]:
    for name, variable in VARIABLES.items():
        if name in reading.problems:
            yield Finding(Group.VARIABLES, name, State.WRONG, reading.problems[name])
        elif name in reading.values:
            yield Finding(Group.VARIABLES, name, State.OK, _counted(reading.values[name]))
        elif name in reading.missing:
            yield Finding(Group.VARIABLES, name, State.MISSING, described(name))
        elif variable.without and name not in (variables.SECRET, variables.CERTIFICATE, variables.PASSWORD):
            yield Finding(Group.VARIABLES, name, State.UNSET, f"for {variable.without}: {variable.what}")


def _counted(value: Any) -> str:
    """What may be shown of a value: how many people it names."""
    if not isinstance(value, tuple):
        return ""
    return "1 person" if len(value) == 1 else f"{len(value)} people"


def _signed_in(reading: Reading, ask: Ask) -> tuple[Finding, Token | None]:
    try:
        given = credentials(reading)
    except TenantIncomplete:
        return Finding(Group.SIGN_IN, "token", State.UNKNOWN, "not tried: variables are missing or wrong"), None
    try:
        token = SignIn(given, ask).token()
    except Busy as error:
        return Finding(Group.SIGN_IN, "token", State.UNKNOWN, str(error)), None
    except (Unreachable, UsageError) as error:
        return Finding(Group.SIGN_IN, "token", State.WRONG, str(error)), None
    by = "secret" if given.certificate is None else "certificate"
    return Finding(Group.SIGN_IN, "token", State.OK, f"{given.login_host} gives one, by {by}"), token


def _permissions(reading: Reading, token: Token | None) -> Iterator[Finding]:
    """A line for each set of permissions that serve the same acts."""
    acts: dict[frozenset[str], list[Act]] = {}
    for act in _SERVES:
        acts.setdefault(NEEDED[act], []).append(act)
    for names, served in acts.items():
        yield _permission(names, served, reading, token)


def _permission(names: frozenset[str], served: list[Act], reading: Reading, token: Token | None) -> Finding:
    what = "to " + ", ".join(_SERVES[act] for act in served)
    first = min(names, key=len)
    if token is None or token.permissions is None:
        problem = "no token" if token is None else "the token cannot be read"
        return Finding(Group.PERMISSIONS, first, State.UNKNOWN, f"{what}: {problem}")
    held = sorted(names & token.permissions)
    if held:
        return Finding(Group.PERMISSIONS, held[0], State.OK, what)
    wanted = (*_ALWAYS, *((Act.JOIN_MEETING,) if variables.MEETING in reading.values else ()))
    if not set(served) & set(wanted):
        return Finding(Group.PERMISSIONS, first, State.UNSET, f"needed only {what}")
    return Finding(Group.PERMISSIONS, first, State.MISSING, f"{what}: {_CONSENT}")


def _graph(reading: Reading, token: Token | None, ask: Ask) -> Finding:
    """Graph's calling service knows no call of this id, and says so to those who may ask."""
    if token is None:
        return Finding(Group.GRAPH, "calls", State.UNKNOWN, "not asked: no token")
    url = f"{credentials(reading).graph_url}/v1.0/communications/calls/{uuid.uuid4()}"
    try:
        answer = ask(Request("GET", url, token.headers, None))
    except Unreachable as error:
        return Finding(Group.GRAPH, "calls", State.WRONG, str(error))
    host = urlsplit(url).hostname or ""
    code = _code(answer)
    if answer.status == 404 and code:
        return Finding(Group.GRAPH, "calls", State.OK, f"{host} takes the token")
    said = f"{host} answers {answer.status}{f' {code}' if code else ''}"
    if answer.status in (401, 403):
        problem = _ERRORS.get(code, "it does not take the token")
        return Finding(Group.GRAPH, "calls", State.WRONG, f"{said}: {problem}")
    if not code and answer.status != 429 and (answer.status or 0) < 500:
        problem = "not as Graph does: something on the way answers in its place"
        return Finding(Group.GRAPH, "calls", State.WRONG, f"{said}, {problem}")
    return Finding(Group.GRAPH, "calls", State.UNKNOWN, f"{said}; try again later")


def _code(answer: Response) -> str:
    """Graph's code; the service's own, where Graph put its whole answer into the message (observed, CS 432)."""
    try:
        error = json.loads(answer.body or b"")["error"]
        inner = json.loads(error["message"])["errorCode"] if error["message"].startswith("{") else error["code"]
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
    return str(inner)


def _callback(reading: Reading, port: int | None, ask: Ask) -> Finding:
    url = reading.values.get(variables.CALLBACK)
    if url is None:
        return Finding(
            Group.CALLBACK, "address", State.UNKNOWN, f"not looked for: {variables.CALLBACK} is missing or wrong"
        )
    return examine_callback(url, port, ask)


def _date(answer: Response) -> float | None:
    """Seconds since 1970, by `Date`; None where whoever answers does not say, or says what is none."""
    said = answer.headers.get("date", ("",))[0]
    try:
        return parsedate_to_datetime(said).replace(tzinfo=UTC).timestamp() + 0.5  # of a second that is cut off
    except (ValueError, TypeError, OverflowError):
        return None


class _Clock:
    """Asks, and sees from the `Date` of the first answer by how much this machine's clock is wrong."""

    def __init__(self, ask: Ask, now: Callable[[], float]) -> None:
        self._ask = ask
        self._now = now
        self._slow: tuple[str, float] | None = None

    def __call__(self, request: Request) -> Response:
        before = self._now()
        answer = self._ask(request)
        there = _date(answer)
        if there is not None and self._slow is None:
            self._slow = urlsplit(request.uri).hostname or "", there - (before + self._now()) / 2
        return answer

    def finding(self) -> Finding:
        if self._slow is None:
            return Finding(Group.CLOCK, "clock", State.UNKNOWN, "nobody to compare it with")
        host, slow = self._slow
        if abs(slow) <= _SKEW:
            return Finding(Group.CLOCK, "clock", State.OK, f"differs from {host}'s by {abs(slow):.0f} s")
        way = "slow" if slow > 0 else "fast"
        return Finding(
            Group.CLOCK, "clock", State.WRONG, f"is {abs(slow):.0f} s {way}: tokens are not valid yet, or no more"
        )
