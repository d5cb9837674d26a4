"""Scenario files: what a cassette cannot hold. `NAME.scenario.yaml` stands beside `NAME.yaml`.

source: {kind: recorded | documented | observed, link, date, notes: […], filled: [path]}
given: {…}         what existed before the first request (`harness.server.given`)
order: resource    or total: which order of notifications counts
known: [{path, kind, recorded, fake, reason, link}]      accepted drifts
unseen: [{path, reason}]                                 what the source did not show
omitted: [{what, reason}]                                exchanges of the source that are not in the cassette
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any, Final

import yaml

from harness.cassette.safe_yaml import load_yaml, read_text
from harness.errors import CassetteError, UsageError

KINDS: Final = ("value", "type", "letter-case", "missing", "extra", "identifier", "order", "duplicate")
"""The kinds of drift."""

_SUFFIX: Final = ".scenario.yaml"
_ORDERS: Final = ("resource", "total")


_SIDES: Final[Mapping[str, tuple[str, ...]]] = {
    "missing": ("recorded",),
    "extra": ("fake",),
    "duplicate": ("fake",),
    **dict.fromkeys(("value", "type", "letter-case", "identifier", "order"), ("recorded", "fake")),
}
"""Which values a drift of a kind has; else it would match nothing."""

_DATE: Final = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2}(?:T.+)?)?)?$")


class Absent(Enum):
    """The type of `ABSENT`: what stands where a side holds nothing, which is not null."""

    ABSENT = "nothing"

    def __repr__(self) -> str:
        return "nothing"


ABSENT: Final = Absent.ABSENT


class SourceKind(StrEnum):
    RECORDED = "recorded"
    DOCUMENTED = "documented"
    OBSERVED = "observed"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a cassette's traffic comes from. `date`: ISO 8601, None where the source tells none.

    filled: paths that the conversion filled in, so that they are no evidence for what they hold.
    """

    kind: SourceKind
    link: str
    date: str | None = None
    notes: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """A drift that is accepted. `recorded`, `fake`: both values, `ABSENT` where there is none."""

    path: str
    kind: str
    recorded: Any
    fake: Any
    reason: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Unseen:
    """A path that the source did not show: neither same nor drift."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Omitted:
    """An exchange of the source that the cassette leaves out."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Scenario:
    path: Path
    source: Source
    given: Mapping[str, Any] = field(default_factory=dict)
    order: str = "resource"
    known: tuple[Known, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    omitted: tuple[Omitted, ...] = ()


def scenario_path(cassette_path: Path) -> Path:
    """`NAME.yaml` -> `NAME.scenario.yaml`."""
    return cassette_path.with_name(cassette_path.name.removesuffix(".yaml") + _SUFFIX)


def is_scenario_path(path: Path) -> bool:
    return path.name.endswith(_SUFFIX)


def cassette_path(path: Path) -> Path:
    """`NAME.scenario.yaml` -> `NAME.yaml`; any other path as it is."""
    return path.with_name(path.name.removesuffix(_SUFFIX) + ".yaml") if is_scenario_path(path) else path


def find_cassettes(paths: Sequence[Path]) -> list[Path]:
    """The cassettes that are named or lie below named folders, sorted, each once.

    A scenario file stands for its cassette. What only looks like a cassette is found as well, so that it gets its
    verdict, which is none: a scenario file without cassette, a folder called `a.yaml`, a link that leads nowhere, a
    folder that cannot be searched. Raises: UsageError for a path that does not exist.
    """
    found: dict[str, Path] = {}
    for path in paths:
        if not os.path.lexists(path):
            raise UsageError(f"{path}: no such file or folder; name a cassette or a folder of cassettes")
        candidates = _below(path) if os.path.isdir(path) else [path]
        for candidate in map(standing_for, candidates):
            found.setdefault(os.path.abspath(candidate), candidate)
    return sorted(found.values())


def _below(folder: Path) -> list[Path]:
    """What is called `….yaml` below a folder, and the folders that cannot be searched for it."""
    found: list[Path] = []
    for inner, folders, files in os.walk(folder, onerror=lambda error: found.append(Path(error.filename))):
        found.extend(Path(inner, name) for name in (*folders, *files) if name.endswith(".yaml"))
    return found


def standing_for(path: Path) -> Path:
    """The cassette that a scenario file stands for, where there is one; any other path as it is."""
    cassette = cassette_path(path)
    return cassette if os.path.lexists(cassette) else path


def load_scenario(path: Path) -> Scenario:
    """Read a scenario file. Raises: CassetteError, naming file and place, for everything that is not of its form."""
    if not os.path.lexists(path):
        raise CassetteError(path, "is missing: write it beside the cassette, with `source: {kind, link}`")
    return _Reader(path).scenario(load_yaml(read_text(path), path))


def scenario_beside(cassette_path: Path) -> Scenario | None:
    """The scenario file of a cassette, None where there is none. Raises: CassetteError."""
    path = scenario_path(cassette_path)
    return load_scenario(path) if os.path.lexists(path) else None


def dumps_scenario(scenario: Scenario) -> str:
    """The text of a scenario file of what was recorded: `source` and `given`."""
    source = scenario.source
    members = {
        "source": {
            "kind": str(source.kind),
            "link": source.link,
            **({"date": source.date} if source.date else {}),
            **({"notes": list(source.notes)} if source.notes else {}),
        },
        **({"given": dict(scenario.given)} if scenario.given else {}),
    }
    text: str = yaml.safe_dump(members, allow_unicode=True, sort_keys=False, width=120)
    return text


class _Reader:
    def __init__(self, path: Path) -> None:
        self._path = path

    def wrong(self, place: str | None, problem: str) -> CassetteError:
        return CassetteError(self._path, problem, place=place)

    def scenario(self, value: Any) -> Scenario:
        members = self.mapping(value, None, ("source", "given", "order", "known", "unseen", "omitted"))
        source = self.source(members.get("source"))
        given = members.get("given", {})
        if not isinstance(given, dict):
            raise self.wrong("given", f"expected a mapping, got {given!r}")
        order = members.get("order", "resource")
        if order not in _ORDERS:
            raise self.wrong("order", f"{order!r} is none of {', '.join(_ORDERS)}")
        unseen = tuple(self.unseen(v, p) for v, p in self.each(members, "unseen"))
        if unseen and source.kind is SourceKind.RECORDED:
            raise self.wrong("unseen", "a recorded cassette has seen everything: take `unseen` out")
        return Scenario(
            path=self._path,
            source=source,
            given=given,
            order=order,
            known=tuple(self.known(v, p) for v, p in self.each(members, "known", "known drift")),
            unseen=unseen,
            omitted=tuple(self.omitted(v, p) for v, p in self.each(members, "omitted")),
        )

    def source(self, value: Any) -> Source:
        if value is None:
            raise self.wrong("source", "is missing: say where the traffic comes from, `source: {kind, link}`")
        members = self.mapping(value, "source", ("kind", "link", "date", "notes", "filled"))
        kind = members.get("kind")
        if kind not in list(SourceKind):
            raise self.wrong("source.kind", f"{kind!r} is none of {', '.join(SourceKind)}")
        notes, filled = self.texts(members, "notes", "source"), self.texts(members, "filled", "source")
        if filled and kind == SourceKind.RECORDED:
            raise self.wrong("source.filled", "a recorded cassette holds what passed: take `filled` out")
        date = members.get("date")
        if date is not None and not (isinstance(date, str) and _DATE.match(date)):
            raise self.wrong("source.date", f"expected a date, YYYY-MM-DD or less of it, or null, got {date!r}")
        return Source(SourceKind(kind), self.text(members, "link", "source"), date, notes, filled)

    def known(self, value: Any, place: str) -> Known:
        members = self.mapping(value, place, ("path", "kind", "recorded", "fake", "reason", "link"))
        path = self.text(members, "path", place)
        kind = members.get("kind")
        if kind not in KINDS:
            raise self.wrong(f"{place}.kind", f"{kind!r} is none of {', '.join(KINDS)}")
        reason = members.get("reason")
        if not isinstance(reason, str) or not reason.strip():
            raise self.wrong(None, f"{place} (path {path}) has no reason: write why this drift is accepted")
        link = self.text(members, "link", place) if "link" in members else None
        for side in _SIDES[kind]:
            if side not in members:
                raise self.wrong(f"{place}.{side}", f"is missing: a drift of kind {kind!r} has this value")
        return Known(path, kind, members.get("recorded", ABSENT), members.get("fake", ABSENT), reason, link)

    def unseen(self, value: Any, place: str) -> Unseen:
        members = self.mapping(value, place, ("path", "reason"))
        return Unseen(self.text(members, "path", place), self.text(members, "reason", place))

    def omitted(self, value: Any, place: str) -> Omitted:
        members = self.mapping(value, place, ("what", "reason"))
        return Omitted(self.text(members, "what", place), self.text(members, "reason", place))

    def mapping(self, value: Any, place: str | None, known: tuple[str, ...]) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.wrong(place, f"expected a mapping, got {value!r}")
        unknown = [name for name in value if name not in known]
        if unknown:
            raise self.wrong(place, f"unknown {', '.join(map(repr, unknown))}; known: {', '.join(known)}")
        return value

    def each(self, members: Mapping[str, Any], name: str, one: str | None = None) -> list[tuple[Any, str]]:
        """The items of a list, each with its place: what one of them is called and its number."""
        values = members.get(name, [])
        if not isinstance(values, list):
            raise self.wrong(name, f"expected a list, got {values!r}")
        return [(value, f"{one or name} {number}") for number, value in enumerate(values, 1)]

    def text(self, members: Mapping[str, Any], name: str, place: str) -> str:
        value = members.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(f"{place}.{name}", f"expected text, got {value!r}")
        return value

    def texts(self, members: Mapping[str, Any], name: str, place: str) -> tuple[str, ...]:
        values = members.get(name, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise self.wrong(f"{place}.{name}", f"expected a list of texts, got {values!r}")
        return tuple(values)
