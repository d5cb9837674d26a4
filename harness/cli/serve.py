"""`graph-harness serve`: the fake, a cassette, or the way to a tenant that is recorded, on a loopback port."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import shlex
import signal
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn
from urllib.parse import urlsplit

from harness.cli.codes import EXIT_DRIFT, EXIT_NONE, EXIT_SAME
from harness.cli.saying import say
from harness.cli.stopping import answer, stopping
from harness.errors import UsageError

if TYPE_CHECKING:
    from harness.cassette.format import Cassette
    from harness.cassette.scenario import Scenario
    from harness.gateway import Addresses
    from harness.server import Certified
    from harness.target.live import Recorded
    from harness.target.live.recording import Recording

_TARGETS: Final[Mapping[str, str]] = {
    "fake": "a Graph of our own, with state (default)",
    "replay": "a cassette answers, and tells what was told",
    "record": "requests go to Graph, and what it posts to the bot; both are kept",
}
_ONLY: Final[Mapping[str, tuple[str, ...]]] = {
    "seed": ("fake",),
    "allow_callback": ("fake", "replay"),
    "cassette": ("replay", "record"),
    "bot_url": ("replay", "record"),
    "callback_port": ("record",),
    "in_ci": ("record",),
}
"""Which targets have an option that not all have."""
_NEEDED: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "fake": (),
    "replay": (("cassette", "the cassette that answers"),),
    "record": (
        ("cassette", "the cassette that is made"),
        ("callback_port", "the port of this machine to which your tunnel leads"),
        ("bot_url", "the bot on this machine, such as http://127.0.0.1:3978"),
    ),
}
_SUFFIX: Final = ".yaml"


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    serve = commands.add_parser(
        "serve",
        help="run the fake, a cassette or a recording proxy on a loopback port",
        description="Graph and its sign-in on a loopback port, for bots in any language.",
        epilog="Ctrl-C ends it. docs/serve.md has the control routes below /__admin/, docs/record.md how to record.",
    )
    what = "; ".join(f"{name}: {text}" for name, text in _TARGETS.items())
    serve.add_argument("--target", choices=tuple(_TARGETS), default="fake", help=what)
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", type=int, default=0, help="port to listen on (default: a free one)")
    serve.add_argument("--port-file", type=Path, metavar="F", help="write the bound port into this file")
    serve.add_argument("--seed", type=int, metavar="N", help="fake: make the ids repeatable")
    serve.add_argument(
        "--allow-callback",
        action="append",
        default=[],
        metavar="HOST",
        help="fake, replay: let notifications go to this host as well; repeatable (default: loopback only)",
    )
    serve.add_argument(
        "--cassette", type=Path, metavar="F", help="replay: the cassette that answers; record: the one that is made"
    )
    serve.add_argument(
        "--callback-port",
        type=int,
        metavar="P",
        help="record: the port to which the tunnel of GRAPH_CALLBACK_URL leads; what comes there goes to the bot",
    )
    serve.add_argument(
        "--bot-url",
        metavar="U",
        help="record: the bot on this machine, without a path; replay: where the bot is told of calls that it did not "
        "make itself, with the path",
    )
    serve.add_argument(
        "--in-ci", action="store_true", default=None, help="record: record although the variable CI is set"
    )
    serve.add_argument("--tls", action="store_true", help="serve HTTPS, with a CA made on the spot (extra: tls)")
    serve.add_argument(
        "--ca-file", type=Path, metavar="F", help="write the CA's certificate here (default: a file that goes at exit)"
    )
    serve.add_argument("--log", choices=("warning", "info"), default="warning", help="what to log (default: warning)")
    serve.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    _check(options)
    logging.basicConfig(level=options.log.upper(), format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    signal.signal(signal.SIGTERM, _stop)
    serving = {"fake": _fake, "replay": _replay, "record": _record}[options.target]
    return serving(options)


def _check(options: argparse.Namespace) -> None:
    """Raises: UsageError for an option of another target, and for one that is missing."""
    target = options.target
    for name, targets in _ONLY.items():
        if getattr(options, name) not in (None, []) and target not in targets:
            of = " or ".join(f"--target {one}" for one in targets)
            raise UsageError(f"{_option(name)} is for {of}, and this is --target {target}")
    for name, what in _NEEDED[target]:
        if getattr(options, name) is None:
            raise UsageError(f"--target {target} needs {_option(name)}: {what}")
    for name in ("port", "callback_port"):
        port = getattr(options, name)
        if port is not None and not 0 <= port <= 65535:
            raise UsageError(f"{_option(name)}: expected a port from 0 to 65535, got {port}")


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _fake(options: argparse.Namespace) -> int:
    from harness.server import Settings, WorldSettings, serve

    settings = Settings(world=WorldSettings(seed=options.seed))
    with (
        _until_stopped(),
        _certified(options) as certificate,
        serve(
            settings,
            host=options.host,
            port=options.port,
            allow_callbacks=options.allow_callback,
            tls=certificate.context if certificate else None,
        ) as served,
    ):
        _announce(options, certificate, served.port, f"Graph is faked on {served.url}/v1.0", served.url)
        served.run()
    return EXIT_SAME


def _replay(options: argparse.Namespace) -> int:
    """0 where every replay was whole, else 1."""
    from harness.gateway import Replaying
    from harness.server import Settings, WorldSettings, serve

    cassette, scenario = _loaded(options.cassette)
    callback = _callback(options.bot_url, options.allow_callback)
    fronts: list[Replaying] = []

    def front(app: object) -> Replaying:
        fronts.append(Replaying(app, cassette, scenario, say=say, callback=callback))  # type: ignore[arg-type]
        return fronts[0]

    with (
        _until_stopped(),
        _certified(options) as certificate,
        serve(
            Settings(world=WorldSettings(journal=100_000)),
            host=options.host,
            port=options.port,
            allow_callbacks=options.allow_callback,
            tls=certificate.context if certificate else None,
            front=front,
        ) as served,
    ):
        _announce(options, certificate, served.port, f"{options.cassette} answers on {served.url}/v1.0", served.url)
        served.run()
    if not fronts:
        return EXIT_SAME
    fronts[0].end()
    return EXIT_SAME if fronts[0].is_whole else EXIT_DRIFT


def _loaded(path: Path) -> tuple[Cassette, Scenario | None]:
    """Raises: UsageError, CassetteError."""
    from harness.cassette.format import load
    from harness.cassette.scenario import load_scenario, scenario_path

    if not os.path.lexists(path):
        raise UsageError(f"--cassette {path}: there is no such file; record it with --target record")
    beside = scenario_path(path)
    return load(path), load_scenario(beside) if os.path.lexists(beside) else None


def _callback(url: str | None, allowed: Collection[str]) -> str | None:
    """Raises: UsageError for what nothing would be posted to."""
    from harness.delivery.callbacks import read_callback
    from harness.delivery.http import is_loopback
    from harness.delivery.outbox import CallbackRefused

    if url is not None:
        try:
            host = read_callback(url).origin[1]
            if not is_loopback(host) and host not in map(str.lower, allowed):
                raise CallbackRefused(host)
        except CallbackRefused as refused:
            raise UsageError(f"--bot-url: {refused}") from None
    return url


def _record(options: argparse.Namespace) -> int:
    """As `graph-harness verify` has it, of the cassette that was made."""
    from harness.gateway import gate
    from harness.target.live.masking import Masking
    from harness.target.live.recording import Recording

    addresses = _addresses(options.bot_url)
    path = _to_be_made(options.cassette)
    given = _given(path)
    kept = Recording(path, link=path.stem, in_ci=bool(options.in_ci), masking=Masking(), environ=os.environ)
    inbound = None
    try:
        with (
            _until_stopped(),
            _certified(options) as certificate,
            gate(
                kept.recorder,
                addresses,
                host=options.host,
                port=options.port,
                callback_port=options.callback_port,
                tls=certificate.context if certificate else None,
            ) as opened,
        ):
            inbound = opened.inbound
            first = f"{addresses.graph} is asked through {opened.url}/v1.0 and recorded"
            _announce(options, certificate, opened.port, first, opened.url)
            say(f"What comes by your tunnel to port {opened.callback_port} goes to {addresses.bot} and is recorded")
            opened.run()
    except BaseException:
        kept.abandon()
        raise
    recorded = finished(kept, given)
    say(str(recorded))
    if inbound is not None and inbound.unsigned:
        say(f"  told without a token of Graph's shape: {inbound.unsigned}; do others know the address?")
    if recorded.unclean:
        return EXIT_DRIFT
    return {"same": EXIT_SAME, "drift": EXIT_DRIFT, "none": EXIT_NONE}[recorded.result.verdict]


def finished(kept: Recording, given: Mapping[str, Any]) -> Recorded:
    """The cassette in its place. Whoever asks to stop meanwhile is told, and has to ask again."""

    def stop(asked: int) -> None:
        if asked > 1:
            raise KeyboardInterrupt
        answer("the cassette is being looked through; once more, and it is left as it is")

    try:
        with stopping(stop):
            return kept.finish(given, ())
    except KeyboardInterrupt:
        partial = kept.recorder.partial
        if partial.exists():
            say(f"not recorded: what was kept until then: graph-harness record --recover {shlex.quote(str(partial))}")
        raise


def _given(path: Path) -> Mapping[str, Any]:
    """What the scenario file says that was given, where there is one already. Raises: CassetteError."""
    from harness.cassette.scenario import load_scenario, scenario_path

    beside = scenario_path(path)
    return load_scenario(beside).given if os.path.lexists(beside) else {}


def _addresses(bot_url: str) -> Addresses:
    """Raises: UsageError, for the option and for the variables."""
    from harness.gateway import Addresses, read_bot_url
    from harness.graph.hosts import CLOUDS, GRAPH_HOSTS
    from harness.tenant import variables

    bot = read_bot_url(bot_url)
    reading = variables.read_variables(os.environ)
    for name in (variables.CALLBACK, variables.BASE_URL):
        if name in reading.problems:
            raise UsageError(f"{name}: {reading.problems[name]}")
        if name in reading.missing:
            raise UsageError(f"{name} is not set: {variables.VARIABLES[name].what}")
    graph = reading.values.get(variables.BASE_URL, f"https://{GRAPH_HOSTS[0]}")
    public = urlsplit(reading.values[variables.CALLBACK])
    login = CLOUDS[urlsplit(graph).hostname or ""]
    return Addresses(graph, f"https://{login}", f"{public.scheme}://{public.netloc}", bot)


def _to_be_made(path: Path) -> Path:
    from harness.cassette.scenario import is_scenario_path

    if path.suffix != _SUFFIX or is_scenario_path(path):
        raise UsageError(f"--cassette {path}: a cassette is called NAME.yaml, else no command takes it for one")
    return path


def _announce(options: argparse.Namespace, certificate: Certified | None, port: int, first: str, url: str) -> None:
    if options.port_file is not None:
        try:
            options.port_file.write_text(f"{port}\n")
        except OSError as error:
            raise UsageError(f"--port-file {options.port_file}: cannot be written: {error.strerror or error}") from None
    say(f"{first}, control is on {url}/__admin/")
    if certificate:
        say(f"Clients trust it by the CA certificate in {certificate.ca_file}")


@contextlib.contextmanager
def _until_stopped() -> Iterator[None]:
    with contextlib.suppress(KeyboardInterrupt):
        yield


def _certified(options: argparse.Namespace) -> contextlib.AbstractContextManager[Certified | None]:
    from harness.server import certified

    if options.tls:
        return certified(options.host, ca_file=options.ca_file)
    if options.ca_file is not None:
        raise UsageError("--ca-file: there is a CA only with --tls")
    return contextlib.nullcontext()


def _stop(*_: object) -> NoReturn:
    """As Ctrl-C. Where nothing is served yet, or no more, it is no success."""
    raise KeyboardInterrupt
