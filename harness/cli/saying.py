"""Saying: text on a stream, whatever the stream can hold and whoever still reads it."""

from __future__ import annotations

import os
import sys
from typing import TextIO

from harness.errors import UsageError


def say(text: str, stream: TextIO | None = None) -> None:
    """Print; what the stream cannot hold is written as an escape. Raises: UsageError when it takes no more."""
    stream = stream or sys.stdout
    encoding = stream.encoding or "utf-8"
    try:
        print(text.encode(encoding, "backslashreplace").decode(encoding), file=stream, flush=True)
    except BrokenPipeError:  # whoever reads has seen enough; files and exit code are still to come
        _silence(stream)
    except OSError as error:
        _silence(stream)
        raise UsageError(f"nothing more can be printed: {error.strerror or error}") from None


def _silence(stream: TextIO) -> None:
    """What is still to be written goes nowhere, also what the interpreter flushes at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
