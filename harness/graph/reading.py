"""Request bodies held against the schema: what is wrong is said with its place, what is right is normalised.

Normalised: enum values in Graph's spelling (clients send `Outgoing`, observed, CS 632), `$id` marks dropped
(observed, CS 700), `@odata.type` written in full, other annotations dropped, parameter names of actions in
Graph's spelling (documented, call-api). Unknown members are kept in open types and refused in closed ones
(assumed). Missing members are not looked for: what a command needs is the command's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from harness.graph.schema import ENUMS, TYPES, Property, is_a, is_open, parameters_of, properties_of

MOST_DEPTH: Final = 64
_TYPE: Final = "@odata.type"
_NS: Final = "#microsoft.graph."
_INT_BITS: Final = {"Int32": 32, "Int64": 64}


class Invalid(ValueError):
    """A body that the schema does not allow: `place` is a path in it, empty for the body itself."""

    def __init__(self, place: str, problem: str) -> None:
        self.place = place
        self.problem = problem
        super().__init__(f"{place or 'body'}: {problem}")


def read_entity(type_name: str, value: Any) -> dict[str, Any]:
    """The members of an entity or complex type. Raises: Invalid."""
    return _object(type_name, value, "", 0)


def read_action(action: str, value: Any, *, bound_to: str) -> dict[str, Any]:
    """The parameters of an action, `bound_to` a type or a collection (`participant[]`). Raises: Invalid."""
    parameters = parameters_of(action, bound_to)
    spellings = {name.lower(): name for name in parameters}
    members: dict[str, Any] = {}
    for given, member in _mapping(value, "").items():
        if _is_mark(given):
            continue
        name = spellings.get(given.lower())
        if name is None:
            raise Invalid("", f"unknown parameter {given!r} of {action!r}; known: {', '.join(parameters)}")
        if name in members:
            raise Invalid("", f"the parameter {name!r} of {action!r} stands twice")
        members[name] = _value(parameters[name], member, name, 1)
    return members


def _object(declared: str, value: Any, place: str, depth: int) -> dict[str, Any]:
    mapping = _mapping(value, place)
    actual = _actual_type(declared, mapping, place)
    known = properties_of(actual)
    members: dict[str, Any] = {_TYPE: _NS + actual} if _TYPE in mapping else {}
    for name, member in mapping.items():
        if _is_mark(name):
            continue
        where = f"{place}.{name}" if place else name
        if name in known:
            members[name] = _value(known[name], member, where, depth + 1)
        elif is_open(actual):
            members[name] = _free(member, where, depth + 1)
        else:
            raise Invalid(place, f"unknown member {name!r} of {actual}; known: {', '.join(known)}")
    return members


def _actual_type(declared: str, mapping: Mapping[str, Any], place: str) -> str:
    if _TYPE not in mapping:
        if TYPES[declared].is_abstract:
            derived = ", ".join(_NS + name for name in TYPES if name != declared and is_a(name, declared))
            raise Invalid(place, f"expected an @odata.type, one of {derived}")
        return declared
    given = mapping[_TYPE]
    name = given.removeprefix("#").removeprefix("microsoft.graph.") if isinstance(given, str) else None
    if name is None or not is_a(name, declared):
        raise Invalid(place, f"@odata.type {given!r} is not {_NS + declared!r} or derived from it")
    return name


def _value(wanted: Property, value: Any, place: str, depth: int) -> Any:
    if wanted.is_collection:
        if value is None and wanted.is_nullable:
            return None
        if not isinstance(value, list):
            raise Invalid(place, f"expected an array, got {_kind(value)}")
        return [_single(wanted.type, item, f"{place}[{n}]", depth) for n, item in enumerate(value)]
    if value is None:
        if not wanted.is_nullable:
            raise Invalid(place, "must not be null")
        return None
    return _single(wanted.type, value, place, depth)


def _single(kind: str, value: Any, place: str, depth: int) -> Any:
    if kind in TYPES:
        return _object(kind, value, place, depth)
    if kind in ENUMS:
        return _member_of(kind, value, place)
    if kind == "Anything":
        return _free(value, place, depth)
    if kind == "Boolean":
        return _of(bool, "true or false", value, place)
    if kind in _INT_BITS:
        number = _of(int, "a whole number", value, place)
        if not -(2 ** (_INT_BITS[kind] - 1)) <= number < 2 ** (_INT_BITS[kind] - 1):
            raise Invalid(place, f"{number} does not fit into {kind}")
        return number
    return _of(str, "a string", value, place)


def _member_of(kind: str, value: Any, place: str) -> str:
    text = _of(str, "a string", value, place)
    for member in ENUMS[kind]:
        if member.lower() == text.lower():
            return member
    raise Invalid(place, f"{text!r} is none of {', '.join(ENUMS[kind])}")


def _of(wanted: type, words: str, value: Any, place: str) -> Any:
    if type(value) is not wanted:
        raise Invalid(place, f"expected {words}, got {_kind(value)}")
    return value


def _free(value: Any, place: str, depth: int) -> Any:
    """A member that the schema does not declare, as it is but for marks and annotations.

    Only here can a body be deep: no type of the schema holds itself.
    """
    if depth > MOST_DEPTH:
        raise Invalid(place, f"nested deeper than {MOST_DEPTH} levels")
    if isinstance(value, dict):
        return {
            name: _free(member, f"{place}.{name}", depth + 1)
            for name, member in _mapping(value, place).items()
            if name == _TYPE or not _is_mark(name)
        }
    if isinstance(value, list):
        return [_free(item, f"{place}[{n}]", depth + 1) for n, item in enumerate(value)]
    return value


def _mapping(value: Any, place: str) -> Mapping[str, Any]:
    """A JSON object. One that wraps a collection is refused wherever it stands (observed, CS 546)."""
    if not isinstance(value, dict):
        raise Invalid(place, f"expected an object, got {_kind(value)}")
    if "$values" in value:
        raise Invalid(place, "expected an object, got a collection wrapped in '$values'")
    return value


def _is_mark(name: str) -> bool:
    """Reference marks of a JSON library (`$id`) and OData annotations."""
    return name.startswith("$") or "@" in name


def _kind(value: Any) -> str:
    """What JSON calls it."""
    if value is None:
        return "null"
    names = {bool: "true or false", int: "a number", float: "a number", str: "a string", list: "an array"}
    return names.get(type(value), "an object")
