"""Drifts as annotations of a GitHub Actions run: workflow commands, which the runner reads from what a step prints.

Source: docs.github.com, "Workflow commands for GitHub Actions", `::error file={name},title={title}::{message}`;
escaping: actions/toolkit, packages/core/src/command.ts; limits: actions/toolkit, docs/problem-matchers.md, "10 warning
annotations and 10 error annotations per step".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from harness.cassette.scenario import ABSENT, scenario_path
from harness.compare.drift import Drift
from harness.compare.verdict import Result, Verification
from harness.errors import counted
from harness.report import wording
from harness.report.wording import WORDS, shown

LIMIT: Final = 10
"""Errors that GitHub shows for one step; it drops further ones without a word."""


def as_annotations(verification: Verification) -> list[str]:
    """One error a drift, stale entry or cassette without verdict, up to the limit; a notice counts the others."""
    errors = [error for result in verification.results for error in _errors(result)]
    if not verification.results:
        errors = [_command("error", wording.NOTHING, title="graph-harness verify: none")]
    left = len(errors) - LIMIT
    if left <= 0:
        return errors
    more = f"{counted(left, 'more problem')}: GitHub shows {LIMIT} a step, the report in the log has all"
    return [*errors[:LIMIT], _command("notice", more, title="graph-harness verify")]


def _errors(result: Result) -> Iterator[str]:
    cassette = result.path.as_posix()
    for drift in result.drifts:
        yield _command("error", _message(drift, result), file=cassette, title=f"{drift.path}: {WORDS[drift.kind]}")
    scenario = scenario_path(result.path).as_posix()
    for entry in result.stale:
        message = f"{wording.stale(entry, result)}\nto do: {wording.stale_remedy(result)}"
        yield _command("error", message, file=scenario, title=entry.path)
    if result.problem is not None:
        yield _command("error", result.problem, file=cassette, title="no verdict")


def _message(drift: Drift, result: Result) -> str:
    lines = {
        "recorded": None if drift.recorded is ABSENT else shown(drift.recorded),
        "fake": None if drift.fake is ABSENT else shown(drift.fake),
        "note": drift.note,
        "evidence": wording.evidence(result.source),
        "to do": wording.remedy(result),
    }
    return "\n".join(f"{name}: {line}" for name, line in lines.items() if line)


def _command(name: str, message: str, **properties: str) -> str:
    given = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {given}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
