"""Who is measured: the comparer, `==` after dropping the ids, and DeepDiff in four ways.

Each makes a piece of work out of two sides and fails where the result is not the expected one, so that nobody is fast
by looking at less.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from deepdiff import DeepDiff
from deepdiff.helper import CannotCompare

from harness.cassette.format import Interaction
from harness.cassette.scenario import ABSENT
from harness.compare import Exchange, Told, Trace, compare, trace_of
from tests.benchmarks.measuring import Work
from tests.benchmarks.sessions import ID

OURS: Final = "this comparer"
STRIP: Final = "ids stripped, =="
DEEPDIFF: Final = "DeepDiff"
UNORDERED: Final = "DeepDiff, ignore_order"
MATCHED: Final = "DeepDiff, iterable_compare_func"
KEYED: Final = "DeepDiff of entries keyed by identity"


# ---- the comparer


def ours(recorded: Trace, fake: Trace, drifts: int = 0) -> Work:
    def work() -> None:
        found = compare(recorded, fake).drifts
        assert len(found) == drifts, found[:3]

    return work


def ours_parsing(recorded: Sequence[Interaction], fake: Sequence[Interaction]) -> Work:
    return lambda: ours(trace_of(recorded), trace_of(fake))()


# ---- dropping the ids


def strip(value: Any) -> Any:
    if isinstance(value, str):
        return ID.sub("<id>", value)
    if isinstance(value, dict):
        return {name: strip(member) for name, member in value.items()}
    if isinstance(value, list):
        return [strip(entry) for entry in value]
    return value


def strip_and_equal(recorded: Any, fake: Any) -> Work:
    def work() -> None:
        assert strip(recorded) == strip(fake)

    return work


def strip_parsing(recorded: Sequence[Interaction], fake: Sequence[Interaction]) -> Work:
    def work() -> None:
        assert [_stripped_text(i) for i in recorded] == [_stripped_text(i) for i in fake]

    return work


def _stripped_text(interaction: Interaction) -> Any:
    request, response = interaction.request, interaction.response
    bodies = [json.loads(ID.sub("<id>", body.decode())) for body in (request.body, response.body) if body]
    return request.method, ID.sub("<id>", request.uri), _headers(request.headers), _headers(response.headers), bodies


def _headers(headers: Mapping[str, Sequence[str]]) -> Any:
    return strip({name: list(values) for name, values in headers.items()})


def plain(trace: Trace) -> list[dict[str, Any]]:
    """A trace as dictionaries, lists and texts of its own."""
    entries: list[Exchange | Told] = [*trace.exchanges, *trace.notifications]
    return [_plain(entry) for entry in entries]


def _plain(entry: Exchange | Told) -> dict[str, Any]:
    names = [name for name in type(entry).__slots__ if name not in ("at", "started")]
    values = {name: getattr(entry, name) for name in names}
    values["headers"] = dict(values["headers"])
    copy: dict[str, Any] = json.loads(json.dumps({n: v for n, v in values.items() if v is not ABSENT}))
    return copy


# ---- DeepDiff


def deepdiff(recorded: Any, fake: Any, changes: int = 0, **options: Any) -> Work:
    def work() -> None:
        found = DeepDiff(recorded, fake, **options)
        assert sum(map(len, found.values())) == changes, found

    return work


def keyed(recorded: list[Any], fake: list[Any], changes: int) -> Work:
    return lambda: deepdiff(_keyed(recorded), _keyed(fake), changes)()


def _keyed(entries: list[Any]) -> dict[Any, Any]:
    return {_identity(entry): entry for entry in entries}


def by_identity(one: Any, other: Any, level: Any = None) -> bool:
    """Whether two entries are about the same, for `iterable_compare_func`."""
    who, whom = _identity(one), _identity(other)
    if who is None or whom is None:
        raise CannotCompare
    return bool(who == whom)


def _identity(entry: Any) -> Any:
    """Of a participant, who it is; of an interaction, the number that Graph gave it."""
    if not isinstance(entry, dict):
        return None
    headers, identities = entry.get("headers", {}), entry.get("info", {}).get("identity", {})
    number = headers.get("X-Microsoft-Skype-Message-ID") or headers.get("request-id")
    return number or next((who["id"] for who in identities.values() if isinstance(who, dict)), None)
