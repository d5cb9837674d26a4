"""A cassette while it is recorded: `NAME.yaml.partial`, which grows by one whole interaction at a time.

Behind each item stands a comment with its number and checksum. Without it a literal block that was cut at the end of a
line would pass as whole. At any time the file is a cassette that stock vcrpy loads; only a writer that is killed while
it writes can leave part of an item, behind the last mark.
"""

from __future__ import annotations

import os
import re
import stat
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.cassette.format import MAX_BYTES
from harness.errors import CassetteError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

SUFFIX: Final = ".partial"

_EMPTY: Final = b"version: 1\ninteractions: []\n"
_HEAD: Final = b"version: 1\ninteractions:   \n"
"""As long as `_EMPTY`, in whose place it is written together with the first item: vcrpy loads the one and the other."""
_MARK: Final = re.compile(rb"^# end (\d+) crc32=([0-9a-f]{8})\n", re.MULTILINE)
"""Stands at the start of a line, where nothing of an item but its first dash and its keys can."""


def partial_of(cassette: Path) -> Path:
    return cassette.with_name(cassette.name + SUFFIX)


class PartialFile:
    """Open for its one writer, and for its owner's eyes only. Raises: FileExistsError, OSError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.size = len(_EMPTY)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            if fcntl is not None:
                with suppress(OSError):  # a file system without locks
                    fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._write(_EMPTY, 0)
            sync_folder(path.parent)
        except BaseException:
            self.discard()
            raise

    def append(self, item: str) -> None:
        """When it returns, the item is on the disk. Raises: OSError, and the file is as it was before."""
        written = item.encode()
        number = self.count + 1
        data = written + b"# end %d crc32=%08x\n" % (number, zlib.crc32(written))
        try:
            if self.count:
                self._write(data, self.size)
            else:
                self._write(_HEAD + data, 0)
        except BaseException:  # Ctrl-C as well
            self._put_back()
            raise
        self.count = number
        self.size += len(data)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def discard(self) -> None:
        self.close()
        self.path.unlink(missing_ok=True)

    def _write(self, data: bytes, offset: int) -> None:
        os.lseek(self._file, offset, os.SEEK_SET)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._file, rest) :]
        os.fsync(self._file)

    def _put_back(self) -> None:
        """What could not be written whole is taken away; where not even that works, no mark stands behind it."""
        with suppress(OSError):
            os.ftruncate(self._file, self.size)
            if not self.count:
                self._write(_EMPTY, 0)
            os.fsync(self._file)


@dataclass(frozen=True, slots=True)
class Complete:
    """`size`: bytes from the start that hold `count` whole items, and nothing else. `left`: bytes behind them."""

    count: int
    size: int
    left: int


def complete(content: bytes) -> Complete:
    """Which items are whole: those up to the first mark that is missing or does not fit."""
    if not content.startswith(_HEAD):
        left = len(content) - len(_EMPTY) if content.startswith(_EMPTY) else len(content)
        return Complete(0, 0, max(left, 0))
    count, end = 0, len(_HEAD)
    for mark in _MARK.finditer(content, end):
        if int(mark[1]) != count + 1 or int(mark[2], 16) != zlib.crc32(content[end : mark.start()]):
            break
        count, end = count + 1, mark.end()
    return Complete(count, end, len(content) - end)


def read(path: Path) -> bytes:
    """The bytes of a partial file. Raises: CassetteError."""
    try:
        told = path.stat()
        if not stat.S_ISREG(told.st_mode):
            raise CassetteError(path, "cannot be read: it is no regular file")
        if told.st_size > MAX_BYTES:
            raise CassetteError(path, f"is larger than {MAX_BYTES} bytes: no recorder writes that much")
        return path.read_bytes()
    except OSError as error:
        raise CassetteError(path, f"cannot be read: {error.strerror or error}") from None


def is_being_written(path: Path) -> bool:
    """Whether a recorder that lives holds a partial file. False where that cannot be known."""
    if fcntl is None:
        return False
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe would be waited for
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(file)
    return False


def sync_folder(folder: Path) -> None:
    """What a folder lists survives a power cut as well. Where folders cannot be synced, nothing is done."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
