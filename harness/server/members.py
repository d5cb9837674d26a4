"""Members of a JSON object, read and checked: a UsageError says where and what would be right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from harness.errors import UsageError

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


def object_of(value: Any, place: str, known: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise UsageError(f"{place}: expected an object, got {value!r}")
    unknown = [str(name) for name in value if name not in known]
    if unknown:
        raise UsageError(f"{place}: unknown {', '.join(map(repr, unknown))}; known: {', '.join(known)}")
    return value


def each(members: Mapping[str, Any], name: str, place: str, read: Callable[[Any, str], T]) -> tuple[T, ...]:
    values = members.get(name, [])
    if not isinstance(values, list):
        raise UsageError(f"{place}.{name}: expected a list, got {values!r}")
    return tuple(read(value, f"{place}.{name}[{n}]") for n, value in enumerate(values))


def text(members: Mapping[str, Any], name: str, place: str) -> str | None:
    value = members.get(name)
    if value is not None and not isinstance(value, str):
        raise UsageError(f"{place}.{name}: expected text, got {value!r}")
    return value


def texts(members: Mapping[str, Any], name: str, place: str, default: tuple[str, ...]) -> tuple[str, ...]:
    values = members.get(name, list(default))
    if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
        raise UsageError(f"{place}.{name}: expected a list of texts, got {values!r}")
    return tuple(values)


def flag(members: Mapping[str, Any], name: str, place: str, default: bool) -> bool:
    value = members.get(name, default)
    if not isinstance(value, bool):
        raise UsageError(f"{place}.{name}: expected true or false, got {value!r}")
    return value


def mapping(members: Mapping[str, Any], name: str, place: str) -> Mapping[str, Any]:
    value = members.get(name, {})
    if not isinstance(value, Mapping):
        raise UsageError(f"{place}.{name}: expected an object, got {value!r}")
    return value


def one_of(members: Mapping[str, Any], name: str, place: str, default: E) -> E:
    """A member of the enum that `default` belongs to."""
    value = members.get(name, str(default))
    kind = type(default)
    try:
        return kind(value)
    except ValueError:
        raise UsageError(f"{place}.{name}: {value!r} is none of {', '.join(kind)}") from None
