"""Files that commands write: whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.errors import UsageError


def refuse_unwritable(path: Path) -> None:
    """Refuse a place where no file can be made, before any work is done for it. Raises: UsageError."""
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; name a file in it")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: cannot be written: there is no folder {str(path.parent)!r}; make it first")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"{path}: cannot be written: no permission to write in {str(path.parent)!r}")


def write_whole(path: Path, text: str) -> None:
    """Write a file so that nobody ever finds half of it. Raises: UsageError when it cannot be written."""
    try:
        with _beside(path.resolve()) as file:
            file.write_bytes(text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from None


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A file in a folder of its own beside the path, whose place it takes in the end."""
    with tempfile.TemporaryDirectory(prefix=".graph-harness-", dir=path.parent) as folder:
        written = Path(folder) / path.name
        yield written
        os.replace(written, path)
