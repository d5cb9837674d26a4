"""What can be wrong at the end of a test that has passed so far, as values and as text."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from harness.errors import HarnessError

_LISTED: Final = 5
"""So many lines of things that are wrong in the same way."""


class ProblemKind(StrEnum):
    VIOLATION = "violation"
    BOT_RAISED = "bot-raised"
    REJECTED = "rejected"
    GIVEN_UP = "given-up"
    NOBODY = "nobody"
    UNPLAYED = "unplayed"
    UNDELIVERED = "undelivered"
    LEFT = "left"
    NOT_RECORDED = "not-recorded"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: in a line, what belongs to it, and what to do."""

    kind: ProblemKind
    what: str
    details: tuple[str, ...] = ()
    to_do: str | None = None


class LeaveCalls(KeyboardInterrupt):
    """Whoever interrupts a test cannot wait: calls that go on in a tenant are left as they are."""


class Failed(HarnessError):
    """A test of a bot fails: what went wrong, one readable block each."""


def as_text(problems: Sequence[Problem]) -> str:
    """A block for each thing that is wrong, numbered where there are several; nothing where there are none.

    What is wrong in the same way, several times, is one block: each of many notifications that nobody takes.
    """
    blocks: dict[Problem, Counter[str]] = {}
    for problem in problems:
        blocks.setdefault(replace(problem, what=""), Counter())[problem.what] += 1
    several = len(blocks) > 1
    return "\n\n".join(
        (f"{n} of {len(blocks)}: " if several else "") + _block(alike, _listed(whats))
        for n, (alike, whats) in enumerate(blocks.items(), 1)
    )


def _listed(whats: Counter[str]) -> list[str]:
    lines = [what if times == 1 else f"{what} ({times} times)" for what, times in whats.items()]
    left = len(lines) - _LISTED
    return lines if left <= 1 else [*lines[:_LISTED], f"… and {left} more like that"]


def _block(problem: Problem, whats: Sequence[str]) -> str:
    lines = [*whats, *(textwrap.indent(detail, "    ") for detail in problem.details)]
    return "\n".join([*lines, *([f"    to do: {problem.to_do}"] if problem.to_do else [])])
