"""Where nothing is recorded: in workers of pytest-xdist, and, unless somebody says so, in CI."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from harness.errors import UsageError

_NO: Final = ("", "0", "false", "no")


def refuse_place(path: Path, environ: Mapping[str, str], *, in_ci: bool) -> None:
    """Raises: UsageError where `path` is not to be recorded."""
    if environ.get("PYTEST_XDIST_WORKER"):
        raise UsageError(
            f"{path}: is not recorded by a worker of pytest-xdist, for a tenant cannot tell the workers' calls apart: "
            "run pytest without -n"
        )
    if not in_ci and environ.get("CI", "").lower() not in _NO:
        raise UsageError(
            f"{path}: is not recorded where the variable CI is set, for a recording makes real calls in a tenant: "
            "unset CI, or say that it is meant: --in-ci, with pytest --graph-record-in-ci, in Python in_ci=True"
        )
