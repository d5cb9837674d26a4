"""What a look at the tenant found, one line each, and what that comes to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """What is looked at, in this order."""

    VARIABLES = "variables"
    SIGN_IN = "sign-in"
    PERMISSIONS = "permissions"
    GRAPH = "graph"
    CLOCK = "clock"
    CALLBACK = "callback"


class State(StrEnum):
    OK = "ok"
    MISSING = "missing"
    WRONG = "wrong"
    UNKNOWN = "unknown"  # could not be looked at
    UNSET = "unset"  # not there, and needed only for what the text says


class Readiness(StrEnum):
    READY = "ready"
    NOT_READY = "not ready"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    group: Group
    name: str
    state: State
    text: str = ""


def readiness(findings: Iterable[Finding]) -> Readiness:
    """Not ready where anything is missing or wrong; otherwise ready, if all could be looked at."""
    states = {finding.state for finding in findings}
    if states & {State.MISSING, State.WRONG}:
        return Readiness.NOT_READY
    return Readiness.UNKNOWN if State.UNKNOWN in states else Readiness.READY
