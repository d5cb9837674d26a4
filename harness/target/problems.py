"""What can be wrong at the end of a test that has passed so far, as values and as text."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from harness.errors import HarnessError


class ProblemKind(StrEnum):
    VIOLATION = "violation"
    BOT_RAISED = "bot-raised"
    REJECTED = "rejected"
    GIVEN_UP = "given-up"
    NOBODY = "nobody"
    UNPLAYED = "unplayed"
    UNDELIVERED = "undelivered"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: in a line, what belongs to it, and what to do."""

    kind: ProblemKind
    what: str
    details: tuple[str, ...] = ()
    to_do: str | None = None


class Failed(HarnessError):
    """A test of a bot fails: what went wrong, one readable block each."""


def as_text(problems: Sequence[Problem]) -> str:
    """A block each, numbered where there are several; nothing where there are none."""
    if not problems:
        return ""
    if len(problems) == 1:
        return _block(problems[0])
    head = f"{len(problems)} things went wrong:"
    return "\n\n".join([head, *(f"{n}. {_block(p)}" for n, p in enumerate(problems, 1))])


def _block(problem: Problem) -> str:
    lines = [problem.what, *(textwrap.indent(detail, "    ") for detail in problem.details)]
    return "\n".join([*lines, *([f"    to do: {problem.to_do}"] if problem.to_do else [])])
