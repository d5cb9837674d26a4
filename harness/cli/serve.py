"""`graph-harness serve`: the fake on a loopback port."""

from __future__ import annotations

import argparse
import contextlib
import logging
import signal
import sys
from pathlib import Path
from typing import NoReturn

from harness.cli.codes import EXIT_SAME


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
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
    serve.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
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
