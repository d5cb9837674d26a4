"""YAML that cannot hurt: bounded, without tags, aliases or duplicate keys, and dates as the text they were."""

from __future__ import annotations

import base64
import binascii
import os
import re
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from harness.errors import CassetteError

MAX_BYTES: Final = 64 * 2**20
MAX_DEPTH: Final = 100
_BINARY: Final = "tag:yaml.org,2002:binary"
_TEXT: Final = "tag:yaml.org,2002:str"


def read_text(path: Path) -> str:
    """The UTF-8 text of a file, of which no more than `MAX_BYTES` are taken in. Raises: CassetteError."""
    try:
        if not _ends(path):
            raise CassetteError(path, "cannot be read: it is no regular file")
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            _check_size(size, path)
            raw = file.read(size + 1)  # what is asked for is set aside at once
    except OSError as error:
        raise CassetteError(path, f"cannot be read: {error.strerror or error}") from None
    _check_size(len(raw), path)
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise CassetteError(path, f"is no UTF-8 text (byte {error.start})") from None


def _ends(path: Path) -> bool:
    """Whether reading comes to an end; a pipe would be waited for. Why a folder cannot be read is said on opening."""
    mode = path.stat().st_mode
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


def load_yaml(text: str, path: Path | str) -> Any:
    """The one document in a text. Raises: CassetteError, naming line and remedy."""
    _check_size(len(text.encode(errors="surrogatepass")), path)
    try:
        builder = _Builder(path)
        for event in yaml.parse(text, Loader=_Parser):
            builder.take(event)
        return builder.document
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f"line {mark.line + 1}" if mark else None
        raise CassetteError(path, f"is no YAML: {error.problem or error.context}", place=at) from None
    except yaml.YAMLError as error:
        raise CassetteError(path, f"is no YAML: {' '.join(str(error).split())}") from None
    except ValueError as error:
        raise CassetteError(path, f"holds a value that cannot be read: {error}") from None


def _check_size(size: int, path: Path | str) -> None:
    if size > MAX_BYTES:
        raise CassetteError(path, f"is larger than {MAX_BYTES} bytes: split it")


_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Container = list[Any] | dict[str, Any]


class _Builder:
    """Builds a document while its events are read: nothing is built twice, nested by recursion, or left unchecked.

    PyYAML's own constructors work on a tree that its composer makes first, which together takes four times as long.
    """

    def __init__(self, path: Path | str) -> None:
        self.document: Any = None
        self._path = path
        self._documents = 0
        self._open: list[_Container] = []
        self._keys: list[str | None] = []

    def take(self, event: Any) -> None:
        if getattr(event, "anchor", None):
            raise self._wrong(event, f"uses the anchor {event.anchor!r}: write the value out")
        if isinstance(event, yaml.ScalarEvent):
            self._put(self._scalar(event), event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._refuse_tag(event, ())
            self._start({} if isinstance(event, yaml.MappingStartEvent) else [], event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
            self._keys.pop()
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise self._wrong(event, "holds more than one document: split it")

    def _start(self, container: _Container, event: Any) -> None:
        if len(self._open) == MAX_DEPTH:
            raise self._wrong(event, f"is nested deeper than {MAX_DEPTH} levels")
        self._put(container, event)
        self._open.append(container)
        self._keys.append(None)

    def _put(self, value: Any, event: Any) -> None:
        if not self._open:
            self.document = value
            return
        parent = self._open[-1]
        if isinstance(parent, list):
            parent.append(value)
            return
        key = self._keys[-1]
        if key is not None:
            parent[key] = value
            self._keys[-1] = None
            return
        if not isinstance(value, str):
            raise self._wrong(event, f"expected text as a key, got {value!r}")
        if value in parent:
            raise self._wrong(event, f"{value!r} stands twice in one mapping: keep one")
        self._keys[-1] = value

    def _scalar(self, event: Any) -> Any:
        if event.tag is not None:
            self._refuse_tag(event, (_BINARY, _TEXT))
            return self._bytes(event) if event.tag == _BINARY else event.value
        if not event.implicit[0]:  # in quotes, or a block
            return event.value
        for pattern, build in _BY_FIRST.get(event.value[:1], ()):
            if pattern.match(event.value):
                return self._built(build, event)
        return event.value

    def _built(self, build: Callable[[str], Any], event: Any) -> Any:
        try:
            return build(event.value)
        except ValueError:  # Python reads no more than some thousand digits
            raise self._wrong(event, "is no YAML: expected a whole number of fewer digits") from None

    def _bytes(self, event: Any) -> bytes:
        """Strict, where PyYAML drops what is no base64."""
        try:
            return base64.b64decode("".join(event.value.split()), validate=True)
        except (binascii.Error, ValueError):
            raise self._wrong(event, "is no YAML: expected base64") from None

    def _refuse_tag(self, event: Any, allowed: tuple[str, ...]) -> None:
        if event.tag is not None and event.tag not in ("!", *allowed):
            raise self._wrong(event, f"uses the tag {event.tag!r}: only plain values are read")

    def _wrong(self, event: Any, problem: str) -> CassetteError:
        return CassetteError(self._path, problem, place=f"line {event.start_mark.line + 1}")


def _plain(values: str) -> re.Pattern[str]:
    return re.compile(rf"^(?:{values})$")


IMPLICIT: Final = (
    ("tag:yaml.org,2002:bool", _plain("true|false|True|False|TRUE|FALSE"), [*"tTfF"]),
    ("tag:yaml.org,2002:int", _plain(r"[-+]?(?:0|[1-9][0-9]*)"), [*"-+0123456789"]),
    (
        "tag:yaml.org,2002:float",
        _plain(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+"),
        [*"-+.0123456789"],
    ),
    ("tag:yaml.org,2002:null", _plain("~|null|Null|NULL|"), [*"~nN", ""]),
)
"""What is no text although it stands without quotes: tag, pattern, first characters. A writer has to quote these."""

_BUILDERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "tag:yaml.org,2002:bool": lambda text: text[0] in "tT",
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
    "tag:yaml.org,2002:null": lambda text: None,
}
_BY_FIRST: Final[Mapping[str, list[tuple[re.Pattern[str], Callable[[str], Any]]]]] = {
    first: [(pattern, _BUILDERS[tag]) for tag, pattern, firsts in IMPLICIT if first in firsts]
    for first in {first for _, _, firsts in IMPLICIT for first in firsts}
}
