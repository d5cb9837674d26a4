"""What is used of vcrpy that it does not document: looked up in one place, and missed loudly.

Its client stubs are taken from its patch list, each built once and for an empty cassette that asks instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import vcr  # type: ignore[import-untyped]
import vcr.patch  # type: ignore[import-untyped]

from harness.errors import UsageError
from harness.intercept.answers import Answers

KNOWN: Final = ("8.2.1", "9.4.2")
"""The first and the last version known to work."""

_STUBS: Final = {
    "httpx": (("HTTPTransport", "handle_request"), ("AsyncHTTPTransport", "handle_async_request")),
    "aiohttp": (("ClientSession", "_request"),),
}


class InterceptionError(UsageError):
    """Interceptions overlap or are not nested, or vcrpy is another than the known ones underneath."""


@dataclass(frozen=True, slots=True)
class Vcrpy:
    """`stubs`: by class and method; `force_reset` puts back the real classes under an outer cassette."""

    stubs: dict[tuple[str, str], Any]
    http_connection: type
    https_connection: type
    force_reset: Callable[[], Any]


def vcrpy() -> Vcrpy:
    """Raises: InterceptionError, naming what a new vcrpy lacks."""
    patching = vcr.patch
    names = ("CassettePatcherBuilder", "_HTTPConnection", "_HTTPSConnection", "force_reset")
    missing = [f"vcr.patch.{name}" for name in names if not hasattr(patching, name)]
    if missing:
        raise changed(f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing")
    builder = patching.CassettePatcherBuilder(Answers())
    stubs: dict[tuple[str, str], Any] = {}
    for client, wanted in _STUBS.items():
        found = _stubs(builder, client)
        lacking = [name for name in wanted if found and not hasattr(found.get(name), "__wrapped__")]
        if lacking:
            raise changed(f"no stub for {', '.join('.'.join(name) for name in lacking)} of {client}")
        stubs |= {name: found[name] for name in wanted if found}
    return Vcrpy(stubs, patching._HTTPConnection, patching._HTTPSConnection, patching.force_reset)


def _stubs(builder: Any, client: str) -> dict[tuple[str, str], Any]:
    """Empty where the client is not installed."""
    try:
        patchers = list(getattr(builder, f"_{client}")())
        return {(patcher.getter().__name__, patcher.attribute): patcher.new for patcher in patchers}
    except AttributeError as error:
        raise changed(f"its list of patches for {client} is another: {error}") from error


def changed(what: str) -> InterceptionError:
    first, last = KNOWN
    return InterceptionError(
        f"vcrpy {vcr.__version__} is not what this version intercepts with: {what}. Known to work: {first} to {last}. "
        f"Install one of these: pip install 'vcrpy>={first},<={last}'"
    )
