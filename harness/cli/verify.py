"""`graph-harness verify`: a verdict on every cassette, said in the forms that were asked for."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from harness.cli.codes import EXIT_DRIFT, EXIT_NONE, EXIT_SAME
from harness.cli.files import refuse_unwritable, write_whole
from harness.cli.progress import Progress
from harness.cli.saying import say
from harness.errors import UsageError

if TYPE_CHECKING:
    from harness.compare import Verification

FORMS: Final[Mapping[str, str]] = {".txt": "text", ".json": "json", ".xml": "junit", ".html": "html"}
"""The form of a report by the suffix of its file."""


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verify = commands.add_parser("verify", help="compare the fake with cassettes and give a verdict")
    verify.add_argument(
        "paths",
        nargs="*",
        type=Path,
        default=[Path("cassettes")],
        metavar="PATH",
        help="cassettes or folders of them (default: cassettes/)",
    )
    said = verify.add_mutually_exclusive_group()
    said.add_argument(
        "--output", choices=tuple(FORMS.values()), default="text", help="form of the report that is printed"
    )
    said.add_argument(
        "--propose",
        action="store_true",
        help="print entries for `known` in scenario files instead, which accept the drifts once they have a reason",
    )
    verify.add_argument(
        "--report",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help=f"write the report into this file as well, in the form of its suffix: {', '.join(FORMS)}; repeatable",
    )
    verify.add_argument("--jobs", type=_positive, default=1, metavar="N", help="cassettes at a time (default: 1)")
    verify.add_argument("--parity", action="store_true", help="count what the fake can emit, by evidence")
    verify.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    reports = {path: _form_of(path) for path in options.report}
    for path in reports:
        refuse_unwritable(path)
    with_moments = options.parity or "html" in (options.output, *reports.values())
    verification = _verified(options, with_moments=with_moments)
    _print(options, verification)
    for path, form in reports.items():
        write_whole(path, f"{_said(verification, form)}\n")
    return {"same": EXIT_SAME, "drift": EXIT_DRIFT, "none": EXIT_NONE}[verification.verdict]


def _verified(options: argparse.Namespace, *, with_moments: bool) -> Verification:
    from harness.verifying import verify_all

    progress = Progress(sys.stderr)
    try:
        return verify_all(
            options.paths,
            with_moments=with_moments,
            jobs=options.jobs,
            on_result=lambda result, total: progress.advance(total),
        )
    finally:
        progress.erase()


def _print(options: argparse.Namespace, verification: Verification) -> None:
    """The report, or the proposals; what else there is goes where it is not read as part of them."""
    from harness.report import as_annotations, proposal

    beside = sys.stdout if options.output == "text" and not options.propose else sys.stderr
    say(proposal(verification) if options.propose else _said(verification, options.output, sys.stdout))
    if options.parity:
        from harness.parity import counts_line

        say(counts_line(verification), beside)
    if os.environ.get("GITHUB_ACTIONS") == "true":  # the runner reads both streams
        for command in as_annotations(verification):
            say(command, beside)


def _said(verification: Verification, form: str, stream: TextIO | None = None) -> str:
    """The report in a form; for a stream that wants it, in colour."""
    from harness.report import as_html, as_json, as_junit, as_text, painted, wants_colour

    if form == "text" and stream is not None and wants_colour(stream, os.environ):
        return as_text(verification, painted)
    return {"text": as_text, "json": as_json, "junit": as_junit, "html": as_html}[form](verification)


def _form_of(path: Path) -> str:
    form = FORMS.get(path.suffix.lower())
    if form is None:
        known = ", ".join(f"{suffix} ({form})" for suffix, form in FORMS.items())
        raise UsageError(f"--report {path}: no form has the suffix {path.suffix!r}; known: {known}")
    return form


def _positive(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1, got {text!r}")
    return number
