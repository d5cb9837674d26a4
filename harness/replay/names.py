"""Which cassette is a test's: a folder for each module, a file for each test and its parameters."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Final

from harness.errors import CassetteError, UsageError

_UNSAFE: Final = re.compile(r"[^\w\[\].,+=@ -]|^\.+|[. ]+$")
_LONGEST: Final = 120
"""Bytes, of the 255 that file systems have room for."""
_SUFFIX: Final = ".yaml"
_VARIABLES: Final = "AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, GRAPH_CALLBACK_URL, GRAPH_USERS"
"""What recording takes at least."""


class CassetteMissing(CassetteError):
    """The cassette of a test is not there."""


def cassette_name(module: str, test: str, params: str | None = None) -> str:
    """`test_invite/test_agent_is_invited[one]`, with characters that files may have; different for different tests.

    module: its name, of which the last part counts. test: with its class, as `TestInvite.test_agent`.
    """
    return f"{_safe(module.rpartition('.')[2])}/{_safe(test if params is None else f'{test}[{params}]')}"


def cassette_file(folder: Path, name: str) -> Path:
    """Where a cassette of this name is, as derived or given by the marker. Raises: UsageError if not in the folder."""
    name = name.removesuffix(_SUFFIX)
    if not name or Path(name).is_absolute() or ".." in Path(name).parts:
        raise UsageError(f"cassette {name!r} is not within the folder of cassettes: name it as `test_module/test_name`")
    return folder / f"{name}{_SUFFIX}"


def found(path: Path, test: str) -> Path:
    """The path of a cassette that is there. test: as pytest is told of it. Raises: CassetteMissing."""
    if path.is_file():
        return path
    raise CassetteMissing(
        path,
        f"is missing: {test} was to be answered from it.\n"
        f"  looked in {path.parent.absolute()}: {_beside(path)}\n"
        f"  to do     record it with `pytest --graph-target=record '{test}'`, which takes {_VARIABLES}\n"
        "            (docs/record.md), or write it: docs/cassettes.md has the smallest;\n"
        "            name another with `@pytest.mark.graph(cassette=…)`, or another folder with `--graph-cassette-dir`",
    )


def _beside(path: Path) -> str:
    if not path.parent.is_dir():
        return "there is no such folder"
    names = sorted(p.name for p in path.parent.glob(f"*{_SUFFIX}") if not p.name.endswith(f".scenario{_SUFFIX}"))
    shown = ", ".join(names[:5]) or "no cassettes"
    return f"{shown}, … ({len(names)})" if len(names) > 5 else shown


def _safe(name: str) -> str:
    """A name that every file system takes; what is changed in it shows in a number at its end."""
    safe = _UNSAFE.sub("-", name)
    if safe == name and len(name.encode()) <= _LONGEST:
        return name
    begun = safe.encode()[:_LONGEST].decode(errors="ignore")
    return f"{begun}~{hashlib.sha256(name.encode()).hexdigest()[:8]}"
