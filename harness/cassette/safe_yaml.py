"""YAML that cannot hurt: bounded, without tags, aliases or duplicate keys, and dates as the text they were."""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path
from typing import Any, Final

import yaml

from harness.errors import CassetteError

MAX_BYTES: Final = 64 * 2**20
_MAX_DEPTH: Final = 100
_BINARY: Final = "tag:yaml.org,2002:binary"


def read_text(path: Path) -> str:
    """The UTF-8 text of a file, of which no more than `MAX_BYTES` are taken in. Raises: CassetteError."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CassetteError(path, f"cannot be read: {error.strerror or error}") from None
    _check_size(len(raw), path)
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise CassetteError(path, f"is no UTF-8 text (byte {error.start})") from None


def load_yaml(text: str, path: Path | str) -> Any:
    """The one document in a text. Raises: CassetteError, naming line and remedy, before anything is constructed."""
    _check_size(len(text.encode(errors="surrogatepass")), path)
    try:
        _check(text, path)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of the safe loader
    except _Repeated as error:
        place = f"line {error.line}"
        raise CassetteError(path, f"{error.key!r} stands twice in one mapping: keep one", place=place) from None
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


def _check(text: str, path: Path | str) -> None:
    """Look at the events of a text, of which nothing has been built yet."""
    depth = 0
    documents = 0
    for event in yaml.parse(text, Loader=_Parser):
        place = f"line {event.start_mark.line + 1}" if event.start_mark else None
        anchor = getattr(event, "anchor", None)
        if anchor:
            raise CassetteError(path, f"uses the anchor {anchor!r}: write the value out", place=place)
        tag = getattr(event, "tag", None)
        if tag is not None and tag != _BINARY and not (tag == "!" or tag == "tag:yaml.org,2002:str"):
            raise CassetteError(path, f"uses the tag {tag!r}: only plain values are read", place=place)
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise CassetteError(path, "holds more than one document: split it", place=place)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _MAX_DEPTH:
                raise CassetteError(path, f"is nested deeper than {_MAX_DEPTH} levels", place=place)
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


class _Repeated(Exception):
    def __init__(self, key: str, line: int) -> None:
        self.key = key
        self.line = line


_Parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Parser):  # type: ignore[misc]
    """The safe loader without times and sexagesimals, with YAML 1.2's booleans, refusing duplicate keys."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise yaml.constructor.ConstructorError(
                    None, None, f"expected text as a key, got {key!r}", key_node.start_mark
                )
            if key in seen:
                raise _Repeated(key, key_node.start_mark.line + 1)
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return mapping


def _whole_number(loader: Any, node: Any) -> int:
    try:
        return int(loader.construct_scalar(node))
    except ValueError:  # Python reads no more than some thousand digits
        problem = "expected a whole number of fewer digits"
        raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark) from None


def _bytes(loader: Any, node: Any) -> bytes:
    """Strict, where PyYAML drops what is no base64."""
    text = loader.construct_scalar(node)
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise yaml.constructor.ConstructorError(None, None, "expected base64", node.start_mark) from None


_Loader.add_constructor("tag:yaml.org,2002:int", _whole_number)
_Loader.add_constructor(_BINARY, _bytes)


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

_Loader.yaml_implicit_resolvers = {}
for _implicit in IMPLICIT:
    _Loader.add_implicit_resolver(*_implicit)
