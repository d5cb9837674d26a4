"""What passed in the tests of a run, test by test: as text, JSON, or a page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final, TypedDict

from markupsafe import escape


class Told(TypedDict):
    """A test's story. outcome: passed, failed or skipped. timeline: its lines."""

    test: str
    target: str
    outcome: str
    timeline: str


_SIGNS: Final = {"passed": "✓", "failed": "✗", "skipped": "–"}


def tests_as(suffix: str, told: Sequence[Told]) -> str:
    """The report of a run, in the form of a file's suffix: `.txt`, `.json` or `.html`."""
    return {".txt": _as_text, ".json": _as_json, ".html": _as_html}[suffix](told)


def _as_text(told: Sequence[Told]) -> str:
    return "\n".join(f"{_head(each)}\n\n{each['timeline']}\n" for each in told)


def _as_json(told: Sequence[Told]) -> str:
    return json.dumps({"tests": list(told)}, indent=2, ensure_ascii=False) + "\n"


def _as_html(told: Sequence[Told]) -> str:
    """One page, no script, nothing from the network. What failed is open, the rest can be opened."""
    sections = "".join(
        f"<details{' open' if each['outcome'] == 'failed' else ''} class={each['outcome']}>"
        f"<summary>{escape(_head(each))}</summary><pre>{escape(each['timeline'])}</pre></details>\n"
        for each in told
    )
    failed = sum(each["outcome"] == "failed" for each in told)
    return (
        "<!doctype html>\n<html lang=en>\n<meta charset=utf-8>\n<title>graph: what passed in the tests</title>\n"
        "<style>body{font:15px system-ui;margin:2em auto;max-width:110em;padding:0 1em}"
        "summary{cursor:pointer;padding:.3em 0}.failed summary{color:#b00020}"
        "pre{background:#8881;padding:1em;overflow-x:auto}</style>\n"
        f"<h1>{len(told)} tests, {failed} failed</h1>\n{sections}</html>\n"
    )


def _head(each: Told) -> str:
    return f"{_SIGNS.get(each['outcome'], '?')} {each['test']} · {each['target']} · {each['outcome']}"
