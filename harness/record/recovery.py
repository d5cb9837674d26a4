"""What a killed recording kept, made a cassette."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.cassette.format import Cassette, loads
from harness.cassette.scenario import scenario_path
from harness.errors import CassetteError, UsageError
from harness.record.partial import SUFFIX, complete, is_being_written, read, sync_folder

Lint = Callable[[Cassette], Sequence[object]]
"""What in a cassette a sanitiser would not have left."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """`count`: interactions, each whole. `dropped`: bytes of one that was not."""

    path: Path
    count: int
    dropped: int


def recover(partial: Path | str, *, lint: Lint, into: Path | str | None = None) -> Recovered:
    """Exactly the whole interactions of a recording that was cut off, as a cassette, which is linted first.

    into: default, where the recording would have put it. The bytes are not swept for what passed: that is gone.
    Raises: UsageError when a recorder is still at it, or the cassette or its scenario file is there already;
    CassetteError when nothing is whole, or the lint finds something: then everything stays as it is.
    """
    partial = Path(partial)
    target = _target(partial, into)
    if is_being_written(partial):
        raise UsageError(f"{partial}: is being written by a recorder: wait for its end")
    content = read(partial)
    found = complete(content)
    if not found.count:
        raise CassetteError(partial, "holds no whole interaction: there is nothing to recover, remove it")
    _check_clean(loads(content[: found.size].decode(), partial), lint)
    _make(partial, target, found.size)
    return Recovered(target, found.count, found.left)


def _target(partial: Path, into: Path | str | None) -> Path:
    if partial.suffix != SUFFIX:
        raise UsageError(f"{partial}: is no recording that was cut off; such a file is called NAME.yaml{SUFFIX}")
    target = Path(into) if into is not None else partial.with_suffix("")
    if target.exists():
        raise UsageError(f"{target}: is there already, and stays: name another file with --into")
    beside = scenario_path(target)
    if os.path.lexists(beside):
        raise UsageError(
            f"{beside}: is of another recording, whose placeholders stand for others: remove it, or name another file "
            "with --into"
        )
    return target


def _check_clean(cassette: Cassette, lint: Lint) -> None:
    unclean = lint(cassette)
    if unclean:
        shown = "; ".join(str(one) for one in unclean[:5]) + ("; …" if len(unclean) > 5 else "")
        raise CassetteError(cassette.path, f"is not clean, and is left as it is: {shown}")


def _make(partial: Path, target: Path, size: int) -> None:
    """Cut in its place, then renamed: whenever this is interrupted, it can be done again."""
    try:
        with partial.open("r+b") as file:
            file.truncate(size)
            os.fsync(file.fileno())
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.rename(target)
    except OSError as error:
        raise CassetteError(target, f"cannot be written: {error.strerror or error}") from error
    sync_folder(target.parent)
