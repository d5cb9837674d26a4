"""The command `graph-harness`: arguments in, exit code out. What it does lives in the other rooms."""

from __future__ import annotations

import argparse
import contextlib
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

from harness.errors import HarnessError

EXIT_SAME: Final = 0
EXIT_DRIFT: Final = 1
EXIT_USAGE: Final = 2
EXIT_NONE: Final = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. 0 same, 1 drift, 2 asked wrongly, 3 nothing to say."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except HarnessError as error:
        print(f"graph-harness {options.command}: {error}", file=sys.stderr)
        return EXIT_USAGE
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="graph-harness",
        description="A verified fake of Microsoft Graph's cloud-communications calls.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_verify(commands)
    _add_serve(commands)
    _add_show(commands)
    return parser


def _add_verify(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verify = commands.add_parser("verify", help="compare the fake with cassettes and give a verdict")
    verify.add_argument(
        "paths",
        nargs="*",
        type=Path,
        default=[Path("cassettes")],
        metavar="PATH",
        help="cassettes or folders of them (default: cassettes/)",
    )
    verify.add_argument("--output", choices=("text", "json"), default="text", help="form of the report (default: text)")
    verify.add_argument("--parity", action="store_true", help="count what the fake can emit, by evidence")
    verify.set_defaults(run=_verify)


def _add_serve(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    serve = commands.add_parser("serve", help="run the fake on a loopback port")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", type=int, default=0, help="port to listen on (default: a free one)")
    serve.add_argument("--port-file", type=Path, metavar="F", help="write the bound port into this file")
    serve.add_argument("--seed", type=int, metavar="N", help="make the ids repeatable")
    serve.add_argument(
        "--allow-callback",
        action="append",
        default=[],
        metavar="HOST",
        help="let notifications go to this host as well; repeatable (default: loopback only)",
    )
    serve.add_argument("--log", choices=("warning", "info"), default="warning", help="what to log (default: warning)")
    serve.set_defaults(run=_serve)


def _add_show(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    show = commands.add_parser("show", help="print the timeline of a cassette")
    show.add_argument("cassette", type=Path, metavar="CASSETTE")
    show.set_defaults(run=_show)


def _verify(options: argparse.Namespace) -> int:
    from harness.parity import counts_line
    from harness.report import as_json, as_text
    from harness.verifying import verify_all

    report = verify_all(options.paths, with_moments=options.parity)
    print(as_json(report) if options.output == "json" else as_text(report))
    if options.parity:
        print(counts_line(report), file=sys.stderr if options.output == "json" else sys.stdout)
    return {"same": EXIT_SAME, "drift": EXIT_DRIFT, "none": EXIT_NONE}[report.verdict]


def _show(options: argparse.Namespace) -> int:
    from harness.cassette.format import load
    from harness.report import timeline

    print(timeline(load(options.cassette)))
    return EXIT_SAME


def _serve(options: argparse.Namespace) -> int:
    from harness.server import Settings, WorldSettings, serve

    logging.basicConfig(level=options.log.upper(), format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    signal.signal(signal.SIGTERM, _stop)
    settings = Settings(world=WorldSettings(seed=options.seed))
    with serve(settings, host=options.host, port=options.port, allow_callbacks=options.allow_callback) as served:
        if options.port_file is not None:
            options.port_file.write_text(f"{served.port}\n")
        print(f"Graph is faked on {served.url}/v1.0, control is on {served.url}/__admin/", flush=True)
        with contextlib.suppress(KeyboardInterrupt, SystemExit):
            served.run()
    return EXIT_SAME


def _stop(*_: object) -> NoReturn:
    raise SystemExit(EXIT_SAME)


if __name__ == "__main__":
    sys.exit(main())
