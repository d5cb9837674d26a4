"""`graph-harness show`: the timeline of a cassette, as text or as a page."""

from __future__ import annotations

import argparse
from pathlib import Path

from harness.cli.codes import EXIT_SAME
from harness.cli.files import refuse_unwritable, write_whole
from harness.cli.saying import say


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    show = commands.add_parser("show", help="print the timeline of a cassette")
    show.add_argument("cassette", type=Path, metavar="CASSETTE")
    show.add_argument("--html", type=Path, metavar="F", help="write it as a page into this file instead")
    show.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from harness.cassette.format import load
    from harness.report import timeline, timeline_as_html

    if options.html is None:
        say(timeline(load(options.cassette)))
    else:
        refuse_unwritable(options.html)
        write_whole(options.html, timeline_as_html(load(options.cassette)))
    return EXIT_SAME
