"""Every error that the harness raises on purpose, sorted by what the reader has to do.

Facts are attributes; the text is built from them, with the words at the end of this file. Graph's own refusals are
`GraphError`: the fake turns them into Graph's error body in one place (`harness.server.app`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

_WIDEST: Final = 60


class HarnessError(Exception):
    """Base of all errors that the harness raises on purpose."""


class UsageError(HarnessError):
    """The harness was asked wrongly: an option, a seed, a control request."""


class CassetteError(HarnessError):
    """A cassette or its scenario file cannot be used: `place` says where, `problem` what and what would be right."""

    def __init__(self, path: Path | str, problem: str, *, place: str | None = None) -> None:
        self.path = Path(path)
        self.place = place
        self.problem = problem
        super().__init__(f"{path}{f', {place}' if place else ''}: {problem}")


class RecordingError(HarnessError):
    """What passed could not be written down as the cassette `path`. One that was there before is intact."""

    def __init__(self, path: Path | str, problem: str) -> None:
        self.path = Path(path)
        self.problem = problem
        super().__init__(f"{path}: {problem}")


class GraphError(HarnessError):
    """The fake refuses as Graph would: an HTTP status, Graph's `error.code` and `error.message`.

    rule: name of the refusal in `harness.graph.refusals`, by which a user may set another answer.
    """

    def __init__(self, rule: str, status: int, code: str, message: str) -> None:
        self.rule = rule
        self.status = status
        self.code = code
        self.message = message
        super().__init__(f"{status} {code}: {message}")


def named(error: BaseException) -> str:
    """What was raised, and what it says."""
    return f"{type(error).__name__}: {error}"


def quoted(value: object) -> str:
    """A value as messages show it: as Python writes it, cut where it is long."""
    text = repr(value)
    return text if len(text) <= _WIDEST else f"{text[:_WIDEST]}…"


def counted(number: int, noun: str) -> str:
    """`1 cassette`, `2 cassettes`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
