"""The marker `graph(…)`: what one test, class or module says about its Graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import pytest

from harness.pytest_plugin.options import ARGUMENTS, ON_UNPLAYED, TARGETS


class Argument:
    """An argument of the marker: what it says, what it can be, and how to tell."""

    def __init__(self, says: str, wanted: str, fits: Callable[[Any], bool]) -> None:
        self.says = says
        self.wanted = wanted
        self.fits = fits


def _is_texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(v, str) for v in value)


def _is_targets(value: Any) -> bool:
    return _is_texts(value) and bool(value) and all(v in TARGETS for v in value) and len(set(value)) == len(value)


def _is_days(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, int | float) and value >= 0


_CHECKS: Final[Mapping[str, Argument]] = {
    "targets": Argument("run on each of these", f"a list of {', '.join(TARGETS)}, each once", _is_targets),
    "cassette": Argument(
        "the cassette, below the folder of cassettes", "text", lambda v: isinstance(v, str) and v != ""
    ),
    "given": Argument("what exists before the test, as in scenario files", "a dict", lambda v: isinstance(v, Mapping)),
    "hosts": Argument("more hosts that are Graph", "a list of hosts", _is_texts),
    "allow_hosts": Argument("hosts that may be reached for real", "a list of hosts", _is_texts),
    "intercept": Argument("False: requests are not intercepted", "True or False", lambda v: isinstance(v, bool)),
    "on_unplayed": Argument(
        "as --graph-on-unplayed", f"one of {', '.join(ON_UNPLAYED)}", lambda v: isinstance(v, str) and v in ON_UNPLAYED
    ),
    "max_age": Argument("as --graph-max-age", "a number of days, 0 or more", _is_days),
}


class Mark(NamedTuple):
    """What the markers of a test say, the closest of them first; None: nothing."""

    targets: Sequence[str] | None = None
    cassette: str | None = None
    given: Mapping[str, Any] = MappingProxyType({})
    hosts: Sequence[str] = ()
    allow_hosts: Sequence[str] = ()
    intercept: bool = True
    on_unplayed: str | None = None
    max_age: float | None = None

    @property
    def config(self) -> dict[str, Any]:
        """What it says of what `graph_config` says as well."""
        said = {"given": self.given, "hosts": self.hosts, "allow_hosts": self.allow_hosts}
        return {name: value for name, value in said.items() if value}


def mark_of(marks: Sequence[pytest.Mark]) -> Mark:
    """marks: the closest first. Raises: pytest.Collector.CollectError."""
    mark = Mark()
    for each in reversed(marks):
        mark = mark._replace(**_checked(each))
    return mark


def _checked(mark: pytest.Mark) -> Mapping[str, Any]:
    if mark.args:
        raise pytest.Collector.CollectError(f"mark graph: takes arguments by name only, got {mark.args[0]!r}")
    for name, value in mark.kwargs.items():
        argument = _CHECKS.get(name)
        if argument is None:
            raise pytest.Collector.CollectError(f"mark graph: unknown {name!r}; known: {', '.join(ARGUMENTS)}")
        if not argument.fits(value):
            raise pytest.Collector.CollectError(f"mark graph: {name}: expected {argument.wanted}, got {value!r}")
    return mark.kwargs
