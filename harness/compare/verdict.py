"""What a comparison comes to: three verdicts, for one cassette and for all together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from harness.cassette.binding import path_of
from harness.cassette.roles import Roles
from harness.cassette.scenario import Known, Source, Unseen
from harness.compare.drift import Drift
from harness.compare.moments import Moment


class Verdict(StrEnum):
    """SAME: nothing differs but what is known. DRIFT: something does. NONE: nothing was compared; never success."""

    SAME = "same"
    DRIFT = "drift"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Identified:
    """An identifier by its role (`call:1`): the recorded one, the fake's, and where both were first seen together."""

    role: str
    recorded: str
    fake: str
    place: str


def identified(roles: Roles) -> tuple[Identified, ...]:
    """Every bound identifier, in the order in which the roles were given."""
    return tuple(Identified(role, b.recorded_text, b.fake_text, path_of(b.place)) for role, b in roles.legend())


@dataclass(frozen=True, slots=True)
class Result:
    """One cassette's verdict and what it rests on.

    drifts: open ones. known: accepted ones with the entry that accepts them. stale: known drifts that no longer
    occur, and `unseen` paths at which nothing differs; both count as drift. unseen: differences that the source
    did not show, with the entry that says so. by_form: paths of sanitised values, of which only the form was compared.
    problem: why there is no verdict. moments: both traces beside each other, and ids: who is who in them, where they
    were asked for.
    """

    path: Path
    source: Source | None = None
    interactions: int = 0
    notifications: int = 0
    ids_bound: int = 0
    drifts: tuple[Drift, ...] = ()
    known: tuple[tuple[Drift, Known], ...] = ()
    stale: tuple[Known | Unseen, ...] = ()
    unseen: tuple[tuple[Drift, Unseen], ...] = ()
    by_form: tuple[str, ...] = ()
    problem: str | None = None
    moments: tuple[Moment, ...] = ()
    ids: tuple[Identified, ...] = ()

    @property
    def verdict(self) -> Verdict:
        if self.drifts or self.stale:
            return Verdict.DRIFT
        if self.problem is not None or self.interactions == 0:
            return Verdict.NONE
        return Verdict.SAME


@dataclass(frozen=True, slots=True)
class Verification:
    """All results together: any drift is drift, else any none is none, and so is nothing at all."""

    results: tuple[Result, ...]

    @property
    def verdict(self) -> Verdict:
        verdicts = {r.verdict for r in self.results}
        for verdict in (Verdict.DRIFT, Verdict.NONE):
            if verdict in verdicts:
                return verdict
        return Verdict.SAME if verdicts else Verdict.NONE
