"""Routes that the fake answers: what they are called, and what type their answers have. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from harness.graph.actions import ACTIONS
from harness.graph.paths import FAMILIES, VERSIONS, canonical

PREFIXES: Final = tuple(f"/{version}/{family}" for version in VERSIONS for family in FAMILIES)


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path below a prefix. `answer`: type of a successful answer, None where it has no body."""

    method: str
    path: str
    answer: str | None

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


_PATHS: Final = {
    "call": "/calls/{call}",
    "participant": "/calls/{call}/participants/{participant}",
    "participant[]": "/calls/{call}/participants",
}

ROUTES: Final = (
    Route("POST", "/calls", "call"),
    Route("GET", "/calls/{call}", "call"),
    Route("DELETE", "/calls/{call}", None),
    Route("POST", "/calls/{call}/participants/invite", "inviteParticipantsOperation"),
    Route("GET", "/calls/{call}/participants", "participantCollectionResponse"),
    Route("GET", "/calls/{call}/participants/{participant}", "participant"),
    Route("DELETE", "/calls/{call}/participants/{participant}", None),
    Route("GET", "/calls/{call}/operations", "commsOperationCollectionResponse"),
    Route("GET", "/calls/{call}/operations/{operation}", "commsOperation"),
    *(Route("POST", f"{_PATHS[a.bound_to]}/{a.name}", a.kind) for a in ACTIONS),
)


def prefix_of(path: str) -> str:
    """`/v1.0/communications`: version and family of a path, in Graph's spelling."""
    return "/".join(canonical(path).split("/")[:3])


def find_route(method: str, path: str) -> Route | None:
    """The route of a path with its prefix; a name goes before an id."""
    segments = canonical(path).split("/")[3:]
    return next((r for r in ROUTES if r.method == method and _fits(r.path.split("/")[1:], segments)), None)


def _fits(wanted: Sequence[str], given: Sequence[str]) -> bool:
    return len(wanted) == len(given) and all(w.startswith("{") or w == g for w, g in zip(wanted, given, strict=True))
