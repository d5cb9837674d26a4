"""`graph-harness doctor`: what recording from a tenant needs, and what of it is missing."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from harness.cli.codes import EXIT_DRIFT, EXIT_NONE, EXIT_SAME
from harness.cli.saying import say

if TYPE_CHECKING:
    from harness.tenant.findings import Finding


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    doctor = commands.add_parser("doctor", help="see what recording from a tenant needs and what is missing")
    doctor.add_argument(
        "--callback-port",
        type=_port,
        metavar="P",
        help="listen on this port of loopback, and see whether a request to GRAPH_CALLBACK_URL comes out there",
    )
    doctor.add_argument("--output", choices=("text", "json"), default="text", help="form of what is printed")
    doctor.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from harness.tenant.doctor import examine
    from harness.tenant.findings import Readiness, readiness

    findings = examine(os.environ, callback_port=options.callback_port)
    say(as_json(findings) if options.output == "json" else as_text(findings))
    found = readiness(findings)
    return {Readiness.READY: EXIT_SAME, Readiness.NOT_READY: EXIT_DRIFT, Readiness.UNKNOWN: EXIT_NONE}[found]


def as_text(findings: Sequence[Finding]) -> str:
    """A line for each finding below its group, and what they come to."""
    from harness.tenant.findings import Readiness, readiness

    width = max(len(finding.name) for finding in findings)
    lines = []
    for group, found in groupby(findings, key=lambda finding: finding.group):
        lines.append(group)
        lines += [f"  {one.state:<8} {one.name:<{width}}  {one.text}".rstrip() for one in found]
    end = {
        Readiness.READY: "ready to record",
        Readiness.NOT_READY: "not ready to record: see what is missing or wrong",
        Readiness.UNKNOWN: "nothing is wrong, but not everything could be looked at",
    }[readiness(findings)]
    return "\n".join((*lines, f"{end}. Nothing was changed in the tenant."))


def as_json(findings: Sequence[Finding]) -> str:
    from harness.tenant.findings import readiness

    rows = [{"group": one.group, "name": one.name, "state": one.state, "text": one.text} for one in findings]
    return json.dumps({"readiness": readiness(findings), "findings": rows}, indent=2, ensure_ascii=False)


def _port(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"expected a port from 1 to 65535, got {text!r}")
    return number
