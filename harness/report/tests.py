"""What passed in the tests of a run, test by test: as text, JSON, or a page."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Final, TypedDict

from harness.report.html import tests_as_html


class Told(TypedDict):
    """A test's story. outcome: passed, failed, skipped, or error: before or after it. timeline: its lines.

    said: what it failed with; None: nothing.
    """

    test: str
    target: str
    outcome: str
    said: str | None
    timeline: str


_SIGNS: Final = {"passed": "✓", "failed": "✗", "error": "✗", "skipped": "–"}


def tests_as(suffix: str, told: Sequence[Told]) -> str:
    """The report of a run, in the form of a file's suffix: `.txt`, `.json` or `.html`."""
    as_one: Callable[[Sequence[Told]], str] = {".txt": _as_text, ".json": _as_json, ".html": tests_as_html}[suffix]
    return as_one(told)


def _as_text(told: Sequence[Told]) -> str:
    parts = ([_head(each), each["said"], each["timeline"]] for each in told)
    return "\n".join("\n\n".join(filter(None, part)) + "\n" for part in parts)


def _as_json(told: Sequence[Told]) -> str:
    return json.dumps({"tests": list(told)}, indent=2, ensure_ascii=False) + "\n"


def _head(each: Told) -> str:
    return f"{_SIGNS.get(each['outcome'], '?')} {each['test']} · {each['target']} · {each['outcome']}"
