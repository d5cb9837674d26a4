"""A test's time in a tenant, opened: to look at, or to keep what passes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from harness.errors import UsageError
from harness.target.config import Config, config_of
from harness.target.graph import Graph
from harness.target.live.recording import OnRecorded, Recorded, Recording
from harness.target.live.target import LiveTarget
from harness.target.opening import Session, seed_of, session_open
from harness.tenant.environment import Tenant

Tell = Callable[[str], None]

PORT_MISSING: Final = (
    "target {target} listens where the tunnel of GRAPH_CALLBACK_URL ends, and does not know at which port: "
    "--graph-callback-port=3978, or GRAPH_CALLBACK_PORT in the environment"
)

_ELSEWHERE: Final = "mark the test with targets=['fake', 'replay']"


class Secret(str):
    """A text that says nothing where values are shown."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<secret>"


def to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def opened_live(
    tenant: Tenant,
    *,
    callback_port: int,
    test: str = "",
    seed: int = 0,
    config: Sequence[Mapping[str, Any]] = (),
    tell: Tell = to_stderr,
    quiet: float | None = None,
    most: float | None = None,
) -> Session:
    """A session in a tenant, of which nothing is kept. Raises: UsageError."""
    mine = _config(tenant, config)
    target = LiveTarget(tenant, port=_port(callback_port), tell=tell, quiet=quiet, most=most)
    return Session(target, mine, seed_of(seed, test))


def opened_recording(
    cassette: Path,
    tenant: Tenant,
    *,
    callback_port: int,
    test: str = "",
    seed: int = 0,
    config: Sequence[Mapping[str, Any]] = (),
    in_ci: bool = False,
    tell: Tell = to_stderr,
    on_recorded: OnRecorded = lambda _: None,
    quiet: float | None = None,
    most: float | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Session:
    """The same, and what passes becomes a cassette when all goes well. Raises: UsageError, RecordingError."""
    link, mine = test or cassette.stem, _config(tenant, config)
    made = partial(_recording, cassette, link=link, in_ci=in_ci, environ=environ)
    target = LiveTarget(
        tenant,
        port=_port(callback_port),
        tell=tell,
        recording=made,
        folders=[cassette.parent],
        on_recorded=on_recorded,
        quiet=quiet,
        most=most,
    )
    return Session(target, mine, seed_of(seed, test))


@contextmanager
def open_live(
    tenant: Tenant,
    *,
    callback_port: int,
    intercept: bool = True,
    config: Mapping[str, Any] = MappingProxyType({}),
    **more: Any,
) -> Iterator[Graph]:
    """Graph itself for a `with` block; more: as `opened_live` takes it.

    At the end calls that go on are ended. Raises: Failed, when something went wrong that the block did not notice.
    """
    session = opened_live(tenant, callback_port=callback_port, config=[config], **more)
    with session_open(session, intercept=intercept):
        yield session.graph


@contextmanager
def open_recording(
    cassette: Path | str,
    tenant: Tenant,
    *,
    callback_port: int,
    intercept: bool = True,
    config: Mapping[str, Any] = MappingProxyType({}),
    **more: Any,
) -> Iterator[Graph]:
    """The same, recorded: at the end of a block without errors there are a cassette and its scenario file.

    What is in them, and what the fake makes of it, is told by `tell`, and to `on_recorded`. After an error what was
    kept until then stays beside, to be recovered.
    """
    session = opened_recording(Path(cassette), tenant, callback_port=callback_port, config=[config], **more)
    with session_open(session, intercept=intercept):
        yield session.graph


def _recording(cassette: Path, masking: Any, *, link: str, in_ci: bool, environ: Mapping[str, str]) -> Recording:
    return Recording(cassette, link=link, in_ci=in_ci, masking=masking, environ=environ)


def _config(tenant: Tenant, config: Sequence[Mapping[str, Any]]) -> Config:
    read = config_of(*config)
    if read.given:
        raise UsageError(f"given: a tenant is as it is, and takes no {', '.join(read.given)}: {_ELSEWHERE}")
    secret = tenant.credentials.secret
    return read if secret is None else replace(read, client_secret=Secret(secret))


def _port(port: int) -> int:
    if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= 65535:
        raise UsageError(f"callback port {port!r}: expected a number from 1 to 65535, where the tunnel ends")
    return port


__all__ = ["PORT_MISSING", "Recorded", "Tell", "open_live", "open_recording", "opened_live", "opened_recording"]
