"""What the plugin can be told: options, the same as settings of an ini file, and what counts.

Here and in `marker` no class is a dataclass: making one takes half a millisecond, in every run of pytest.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest

TARGETS: Final = ("fake", "replay", "live", "record")
ON_UNPLAYED: Final = ("fail", "warn", "ignore")
ARGUMENTS: Final = ("targets", "cassette", "given", "hosts", "allow_hosts", "intercept", "on_unplayed", "max_age")
"""Of the marker `graph`; `marker`, which is imported once one is read, says what they can be."""


class Option:
    """`--graph-NAME`, and the setting of the same name. `choices`: what it can be; `is_flag`: it takes no value."""

    def __init__(
        self,
        name: str,
        help: str,
        metavar: str | None = None,
        choices: Sequence[str] = (),
        is_flag: bool = False,
    ) -> None:
        self.name = name
        self.help = help
        self.metavar = metavar
        self.choices = choices
        self.is_flag = is_flag

    @property
    def flag(self) -> str:
        return f"--{self.name}"

    @property
    def key(self) -> str:
        return self.name.replace("-", "_")


OPTIONS: Final = (
    Option("graph-verify", "collect each cassette as a test that compares the fake with it", is_flag=True),
    Option("graph-target", "who answers as Graph in tests that take `graph` (default: fake)", choices=TARGETS),
    Option("graph-cassette-dir", "where cassettes are (default: cassettes beside each test file)", "DIR"),
    Option("graph-seed", "makes other ids, the same in each run (default: 0)", "N"),
    Option("graph-on-unplayed", "what is left of a cassette makes a test … (default: fail)", choices=ON_UNPLAYED),
    Option("graph-max-age", "refuse cassettes that are older than so many days", "DAYS"),
    Option("graph-callback-port", "where the tunnel of GRAPH_CALLBACK_URL ends, on live and record", "PORT"),
    Option("graph-record-in-ci", "record although the variable CI is set", is_flag=True),
    Option("graph-report", "write what passed in each test to a file: .html, .json or .txt", "FILE"),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("graph", "Graph calls")
    for option in OPTIONS:
        if option.is_flag:
            group.addoption(option.flag, action="store_true", help=option.help)
            parser.addini(option.key, f"as {option.flag}", type="bool", default=False)
        else:
            choices = {"choices": option.choices} if option.choices else {"metavar": option.metavar}
            group.addoption(option.flag, default=None, help=option.help, **choices)
            parser.addini(option.key, f"as {option.flag}", default="")


def is_set(config: pytest.Config, key: str) -> bool:
    return bool(config.getoption(key) or config.getini(key))


def value_of(config: pytest.Config, key: str) -> str | None:
    """What the command line says, else the ini file; None where neither does."""
    given: Any = config.getoption(key)
    return str(given) if given is not None else str(config.getini(key)) or None


class Chosen:
    """What options and settings say, checked. target None: nothing is said."""

    def __init__(
        self,
        *,
        target: str | None,
        cassette_dir: Path | None,
        seed: int,
        on_unplayed: str,
        max_age: float | None,
        report: Path | None,
        callback_port: int | None,
        record_in_ci: bool,
    ) -> None:
        self.target = target
        self.cassette_dir = cassette_dir
        self.seed = seed
        self.on_unplayed = on_unplayed
        self.max_age = max_age
        self.report = report
        self.callback_port = callback_port
        self.record_in_ci = record_in_ci


CHOSEN: Final[pytest.StashKey[Chosen]] = pytest.StashKey()


def chosen(config: pytest.Config) -> Chosen:
    return config.stash[CHOSEN]


def read(config: pytest.Config) -> Chosen:
    """Raises: pytest.UsageError."""
    cassette_dir, report = value_of(config, "graph_cassette_dir"), value_of(config, "graph_report")
    age = _number(config, "graph_max_age", "a number of days, 0 or more")
    seed = _number(config, "graph_seed", "a whole number, 0 or more")
    if seed is not None and not seed.is_integer():
        said = value_of(config, "graph_seed")
        raise pytest.UsageError(f"--graph-seed: expected a whole number, 0 or more, got {said!r}")
    if report is not None and Path(report).suffix not in (".html", ".json", ".txt"):
        raise pytest.UsageError(f"--graph-report: expected a file that ends in .html, .json or .txt, got {report!r}")
    return Chosen(
        target=_one_of(config, "graph_target", TARGETS),
        cassette_dir=None if cassette_dir is None else config.rootpath / cassette_dir,
        seed=int(seed or 0),
        on_unplayed=_one_of(config, "graph_on_unplayed", ON_UNPLAYED) or "fail",
        max_age=age,
        report=None if report is None else config.invocation_params.dir / report,
        callback_port=_port(config),
        record_in_ci=is_set(config, "graph_record_in_ci"),
    )


def _port(config: pytest.Config) -> int | None:
    """What is said here, else by the environment, beside the address that the tunnel has."""
    said = value_of(config, "graph_callback_port") or os.environ.get("GRAPH_CALLBACK_PORT")
    if not said:
        return None
    if not (said.isascii() and said.isdecimal() and 0 < int(said) <= 65535):
        raise pytest.UsageError(f"--graph-callback-port: expected a number from 1 to 65535, got {said!r}")
    return int(said)


def _one_of(config: pytest.Config, key: str, known: Sequence[str]) -> str | None:
    value = value_of(config, key)
    if value is not None and value not in known:
        raise pytest.UsageError(f"{key}: {value!r} is none of {', '.join(known)}")
    return value


def _number(config: pytest.Config, key: str, wanted: str) -> float | None:
    value = value_of(config, key)
    if value is None:
        return None
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e15:
        raise pytest.UsageError(f"--{key.replace('_', '-')}: expected {wanted}, got {value!r}")
    return number
