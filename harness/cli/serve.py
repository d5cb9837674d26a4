"""`graph-harness serve`: the fake on a loopback port."""

from __future__ import annotations

import argparse
import contextlib
import logging
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from harness.cli.codes import EXIT_SAME
from harness.errors import UsageError

if TYPE_CHECKING:
    from harness.server import Certified


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
    serve.add_argument("--tls", action="store_true", help="serve HTTPS, with a CA made on the spot (extra: tls)")
    serve.add_argument(
        "--ca-file", type=Path, metavar="F", help="write the CA's certificate here (default: a file that goes at exit)"
    )
    serve.add_argument("--log", choices=("warning", "info"), default="warning", help="what to log (default: warning)")
    serve.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from harness.server import Settings, WorldSettings, serve

    logging.basicConfig(level=options.log.upper(), format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    signal.signal(signal.SIGTERM, _stop)
    settings = Settings(world=WorldSettings(seed=options.seed))
    with (
        contextlib.suppress(KeyboardInterrupt, SystemExit),
        _certified(options) as certificate,
        serve(
            settings,
            host=options.host,
            port=options.port,
            allow_callbacks=options.allow_callback,
            tls=certificate.context if certificate else None,
        ) as served,
    ):
        if options.port_file is not None:
            options.port_file.write_text(f"{served.port}\n")
        print(f"Graph is faked on {served.url}/v1.0, control is on {served.url}/__admin/", flush=True)
        if certificate:
            print(f"Clients trust it by the CA certificate in {certificate.ca_file}", flush=True)
        served.run()
    return EXIT_SAME


def _certified(options: argparse.Namespace) -> contextlib.AbstractContextManager[Certified | None]:
    from harness.server import certified

    if options.tls:
        return certified(options.host, ca_file=options.ca_file)
    if options.ca_file is not None:
        raise UsageError("--ca-file: there is a CA only with --tls")
    return contextlib.nullcontext()


def _stop(*_: object) -> NoReturn:
    raise SystemExit(EXIT_SAME)
