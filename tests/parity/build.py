"""Small made-up results of verification."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.cassette.format import Direction
from harness.cassette.scenario import ABSENT, Known, Source, SourceKind, Unseen
from harness.compare import Drift, Moment, Result

LINK = "https://source.example/"


def asked(
    recorded: Any, fake: Any = None, *, number: int = 1, method: str = "GET", path: str = "/v1.0/communications/calls/c"
) -> Moment:
    """A request whose answers are these; the fake's is the recorded one unless another is given."""
    around = {"method": method, "url": f"https://graph.microsoft.com{path}"}
    theirs = recorded if fake is None else fake
    return Moment(
        f"requests/{number}",
        Direction.CLIENT_TO_GRAPH,
        "",
        {**around, "response": recorded},
        {**around, "response": theirs},
    )


def told(recorded: Any, fake: Any = None) -> Moment:
    """A notification, as its tree in a comparison."""
    return Moment("notifications/1", Direction.GRAPH_TO_BOT, "", recorded, recorded if fake is None else fake)


def drift(path: str, kind: str = "value") -> tuple[Drift, Known]:
    """A known drift."""
    return Drift(path, kind, "a", "b"), Known(path, kind, "a", "b", "because")


def result(*moments: Moment, name: str = "c", kind: str = "observed", **more: Any) -> Result:
    source = Source(SourceKind(kind), LINK + name, filled=more.pop("filled", ()))
    return Result(Path(f"{name}.yaml"), source, interactions=1, moments=moments, **more)


def unseen(path: str) -> tuple[Drift, Unseen]:
    return Drift(path, "extra", ABSENT, "b"), Unseen(path, "because")
