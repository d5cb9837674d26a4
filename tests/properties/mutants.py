"""Traces made from a trace: mutants, each with one difference that counts, and copies that are equal.

A trace is taken as a JSON document here, so that a rule is a function over any place in it.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from harness.cassette.identifiers import is_id_member
from harness.cassette.scenario import ABSENT
from harness.compare import Exchange, Told, Trace

_GUID: Final = re.compile(
    r"(?<![0-9a-fA-F])(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32})(?![0-9a-fA-F])"
)
_PHONE: Final = re.compile(r"(?<![\w+])\+[0-9]{7,15}(?![0-9])")
_THREAD: Final = re.compile(r"(?:(?<=19:meeting_)|(?<=19:)(?!meeting_))[^@%/\s:]+(?=@thread)")
_ID: Final = re.compile(f"{_GUID.pattern}|{_PHONE.pattern}")
_SEGMENT: Final = re.compile(
    r"(?:(?<=calls/)|(?<=operations/)|(?<=participants/)|(?<=calls\('))"
    r"(?!(?:invite|muteAll|delta)\b|microsoft\.graph\.|\$)[^/?#'\")\s]+"
)
_FRAME: Final = ("method", "url", "status", "headers", "callback", "envelope", "item")


@dataclass(frozen=True, slots=True)
class Mutant:
    """`was`, `now`: the identifiers that one place held and holds, where that is all that differs."""

    name: str
    rule: str
    trace: Trace
    was: str = ""
    now: str = ""


def text_of(trace: Trace) -> str:
    """A trace as text. Values cannot be compared with `==` for this: true equals 1."""
    return json.dumps(_document(trace), sort_keys=True)


def is_equivalent(trace: Trace, mutant: Mutant) -> bool:
    """Whether a one-to-one map undoes the mutant: an identifier that occurs once became one that does not occur."""
    text, was, now = text_of(trace), json.dumps(mutant.was)[1:-1], json.dumps(mutant.now)[1:-1]
    if _ID.fullmatch(was):
        text, was, now = text.lower(), was.lower(), now.lower()
    return bool(was) and text.count(was) == 1 and now not in text


def mutants(trace: Trace, every: int = 1) -> Iterator[Mutant]:
    """Every rule at every place at which it changes something, or at every how manieth, but at one at least."""
    document = _document(trace)
    before = json.dumps(document)
    for shift, rule in enumerate(_RULES):
        made = False
        for position, place in enumerate(_places(document), shift):
            if position % every and made:
                continue
            for mutant in _mutants_at(before, rule, place):
                made = True
                yield mutant


def _mutants_at(before: str, rule: str, place: Place) -> Iterator[Mutant]:
    for number in range(_MOST):
        changed = json.loads(before)
        swapped = _RULES[rule](changed, place, number)
        if swapped is None:
            return
        if json.dumps(changed) != before:
            was, now = swapped
            name = f"{rule} {'/'.join(map(str, place))} {number}"
            yield Mutant(name, rule, _trace(changed), was, now)


# ---- a trace as a document

Place = tuple[str | int, ...]
Swapped = tuple[str, str]
"""Identifiers that a rule swapped, or two empty texts."""

_MOST: Final = 5
"""How many mutants a rule makes at one place."""
_DONE: Final[Swapped] = ("", "")


def _document(trace: Trace) -> dict[str, Any]:
    exchanges = [
        {
            "method": e.method,
            "url": e.url,
            "status": e.status,
            "headers": dict(e.headers),
            **({} if e.body is ABSENT else {"body": e.body}),
            **({} if e.answer is ABSENT else {"answer": e.answer}),
        }
        for e in trace.exchanges
    ]
    notifications = [
        {
            "callback": t.callback,
            "headers": dict(t.headers),
            "item": t.item,
            **({} if t.envelope is ABSENT else {"envelope": t.envelope}),
        }
        for t in trace.notifications
    ]
    # Through text, so that no two places share a value and a rule changes one of them only.
    copy: dict[str, Any] = json.loads(json.dumps({"exchanges": exchanges, "notifications": notifications}))
    return copy


def _trace(document: dict[str, Any]) -> Trace:
    return Trace(
        tuple(Exchange(**{"body": ABSENT, "answer": ABSENT, **e}) for e in document["exchanges"]),
        tuple(Told(**{"envelope": ABSENT, **t}) for t in document["notifications"]),
    )


def _places(value: Any, place: Place = ()) -> Iterator[Place]:
    yield place
    branches: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, branch in branches:
        yield from _places(branch, (*place, name))


def _at(document: Any, place: Place) -> Any:
    for name in place:
        document = document[name]
    return document


def _is_frame(place: Place) -> bool:
    """Whether a place belongs to the document and not to what passed."""
    return len(place) < 3 or (len(place) == 3 and place[2] in _FRAME)


# ---- rules: (document, place, number) -> what was swapped; None where the rule has no further mutant


def _drop(document: Any, place: Place, number: int) -> Swapped | None:
    if number or len(place) < 2 or (len(place) == 3 and place[2] in _FRAME):
        return None
    del _at(document, place[:-1])[place[-1]]
    return _DONE


def _rename(document: Any, place: Place, number: int) -> Swapped | None:
    if number or _is_frame(place) or len(place) == 3 or not isinstance(place[-1], str):
        return None
    parent = _at(document, place[:-1])
    parent[f"{place[-1]}X"] = parent.pop(place[-1])
    return _DONE


def _put(document: Any, place: Place, value: Any) -> Swapped:
    _at(document, place[:-1])[place[-1]] = value
    return _DONE


def _null(document: Any, place: Place, number: int) -> Swapped | None:
    return None if number or _is_frame(place) or "headers" in place else _put(document, place, None)


def _retype(document: Any, place: Place, number: int) -> Swapped | None:
    if _is_frame(place) or "headers" in place:
        return None
    value = _at(document, place)
    others: list[Any] = [[value], {"value": value}, json.dumps(value)]
    if isinstance(value, bool):
        others = [int(value), float(value), str(value).lower()]
    elif isinstance(value, int):
        others = [float(value), str(value), *([bool(value)] if value in (0, 1) else [])]
    elif value in ([], {}):
        others = [[] if value == {} else {}, None]
    if number >= len(others):
        return None
    _put(document, place, others[number])
    return (value, others[2]) if number == 2 and isinstance(value, str) and _is_whole(place, value) else _DONE


def _texts(document: Any, place: Place) -> str | None:
    value = _at(document, place)
    return value if isinstance(value, str) and (not _is_frame(place) or place[-1] != "item") else None


def _other_case(document: Any, place: Place, number: int) -> Swapped | None:
    text = _texts(document, place)
    if text is None or number > 1:
        return None
    swapped = text.swapcase() if number == 0 else _ID.sub(lambda m: m[0].swapcase(), text)
    _put(document, place, swapped)
    return _DONE if not _is_whole(place, text) else (text, swapped)


def _is_whole(place: Place, text: str) -> bool:
    """Whether a text as a whole is an identifier, so that any other text is one as well."""
    return isinstance(place[-1], str) and is_id_member(place[-1]) and not (_ID.search(text) or _THREAD.search(text))


def _other_value(document: Any, place: Place, number: int) -> Swapped | None:
    value = _at(document, place)
    if number or not place:
        return None
    if isinstance(value, bool):
        return _put(document, place, not value)
    if isinstance(value, int):
        return _put(document, place, value + 1)
    text = _texts(document, place)
    if text is None:
        return None
    _put(document, place, f"{text}x")
    segments = [m[0] for m in _SEGMENT.finditer(text) if m.end() == len(text) and not _ID.fullmatch(m[0])]
    was = text if _is_whole(place, text) else segments[0] if segments else ""
    return (was, f"{was}x") if was else _DONE


def _swap_id(document: Any, place: Place, number: int, other: Callable[[str], str | None]) -> Swapped | None:
    text = _texts(document, place)
    found = list(_ID.finditer(text)) if text is not None else []
    if text is None or number >= len(found):
        return None
    match = found[number]
    now = other(match[0])
    if now is None:
        return None
    _put(document, place, f"{text[: match.start()]}{now}{text[match.end() :]}")
    return match[0], now


def _other_id(document: Any, place: Place, number: int) -> Swapped | None:
    return _swap_id(document, place, number, lambda was: _fresh(was, random.Random(was)))


def _somebody_elses_id(document: Any, place: Place, number: int) -> Swapped | None:
    known = sorted({m for text in _all_texts(document) for m in _ID.findall(text)})

    def another(was: str) -> str | None:
        alike = [k for k in known if k.lower() != was.lower() and _form(k) == _form(was)]
        return alike[len(place) % len(alike)] if alike else None

    return _swap_id(document, place, number, another)


def _all_texts(value: Any) -> list[str]:
    texts = (_at(value, place) for place in _places(value))
    return [text for text in texts if isinstance(text, str)]


def _duplicate(document: Any, place: Place, number: int) -> Swapped | None:
    if number or len(place) < 2 or not isinstance(place[-1], int):
        return None
    items = _at(document, place[:-1])
    items.insert(place[-1], deepcopy(items[place[-1]]))
    return _DONE


def _reorder(document: Any, place: Place, number: int) -> Swapped | None:
    """Neighbours in a list whose order counts: those of a list of values, and notifications about one resource."""
    value = _at(document, place)
    if not isinstance(value, list) or not place or number >= len(value) - 1 or _is_roster(value):
        return None
    other = number + 1
    if place == ("notifications",):
        later = [n for n in range(other, len(value)) if _resource(value[n]) == _resource(value[number])]
        if not later or _are_swappable(value[number], value[later[0]]):
            return _DONE
        other = later[0]
    value[number], value[other] = value[other], value[number]
    return _DONE


def _extra_member(document: Any, place: Place, number: int) -> Swapped | None:
    value = _at(document, place)
    if not isinstance(value, dict) or len(place) < 3 or number > 3:
        return None
    value[("extra", "__extra", "callback", "id2")[number]] = None if number else 1
    return _DONE


def _extra_notification(document: Any, place: Place, number: int) -> Swapped | None:
    if place != ("notifications",) or number >= len(document["notifications"]):
        return None
    more = deepcopy(document["notifications"][number])
    if not isinstance(more["item"], dict):
        return _DONE
    more["item"]["changeType"] = "deleted" if more["item"].get("changeType") != "deleted" else "created"
    document["notifications"].append(more)
    return _DONE


def _status(document: Any, place: Place, number: int) -> Swapped | None:
    if len(place) != 3 or place[2] != "status" or number > 1:
        return None
    return _put(document, place, 500 if number == 0 else None)


_RULES: Final[dict[str, Callable[[Any, Place, int], Swapped | None]]] = {
    "drop": _drop,
    "rename": _rename,
    "null": _null,
    "retype": _retype,
    "other case": _other_case,
    "other value": _other_value,
    "other id": _other_id,
    "somebody else's id": _somebody_elses_id,
    "duplicate": _duplicate,
    "reorder": _reorder,
    "extra member": _extra_member,
    "extra notification": _extra_notification,
    "status": _status,
}


# ---- equal copies


def renamed(trace: Trace, rng: random.Random) -> Trace:
    """An equal trace: other identifiers, members and rosters in another order, notifications interleaved otherwise."""
    ids: dict[str, str] = {}
    document = _renamed(_document(trace), "", ids, rng)
    document["notifications"] = _interleaved(document["notifications"], rng)
    return _trace(document)


def _renamed(value: Any, member: str, ids: dict[str, str], rng: random.Random) -> Any:
    if isinstance(value, dict):
        members = [(name, _renamed(v, name, ids, rng)) for name, v in value.items()]
        if member:
            rng.shuffle(members)
        return dict(members)
    if isinstance(value, list):
        items = [_renamed(v, member, ids, rng) for v in value]
        if _is_roster(items):
            rng.shuffle(items)
        return items
    if not isinstance(value, str):
        return value
    thread = _THREAD.search(value)
    if thread:
        return f"{value[: thread.start()]}{_alias(thread[0], ids, rng)}{value[thread.end() :]}"
    if value and is_id_member(member) and not _ID.search(value):
        return _alias(value, ids, rng)
    aliased = _ID.sub(lambda m: _alias(m[0], ids, rng), value)
    return _SEGMENT.sub(lambda m: m[0] if _ID.search(m[0]) else _alias(m[0], ids, rng), aliased)


def _alias(text: str, ids: dict[str, str], rng: random.Random) -> str:
    if not _ID.fullmatch(text):
        return ids.setdefault(text, f"id-{len(ids)}")
    normal = text.replace("-", "").lower()
    if normal not in ids:
        ids[normal] = _fresh(text, rng).replace("-", "").lower()
    return _spelled(ids[normal], text)


def _fresh(like: str, rng: random.Random) -> str:
    """A new identifier in the spelling of another. GUIDs hold letters of both halves, so that case shows."""
    if like.startswith("+"):
        return f"+{rng.randrange(10**9, 10**10)}"
    return _spelled(f"ab{rng.getrandbits(112):028x}cd", like)


def _spelled(normal: str, like: str) -> str:
    if like.startswith("+"):
        return normal
    text = re.sub(r"(.{8})(.{4})(.{4})(.{4})(.{12})", r"\1-\2-\3-\4-\5", normal) if "-" in like else normal
    if like.lower() == like:
        return text
    return text.upper() if like.upper() == like else text[:16] + text[16:].upper()


def _form(identifier: str) -> tuple[bool, bool, bool]:
    return identifier.startswith("+"), "-" in identifier, identifier.islower()


def _is_roster(values: list[Any]) -> bool:
    return bool(values) and all(isinstance(v, dict) and isinstance(v.get("info"), dict) for v in values)


def _resource(notification: Any) -> str:
    item = notification["item"] if isinstance(notification["item"], dict) else {}
    path = str(item.get("resourceUrl") or item.get("resource") or "").lower()
    return re.sub(r"^https://[^/]+/(v1\.0|beta)/", "", path).removeprefix("/").split("/", 1)[-1] if path else ""


def _are_swappable(a: Any, b: Any) -> bool:
    """Establishing and established of one call, whose order is not promised."""
    try:
        states = {x["item"]["resourceData"]["state"].lower() for x in (a, b)}
    except (KeyError, TypeError, AttributeError):
        return False
    return states == {"establishing", "established"} and a["item"].get("changeType") == b["item"].get("changeType")


def _interleaved(notifications: list[Any], rng: random.Random) -> list[Any]:
    """Another order, but the same one for each resource, save for a swap that may happen."""
    queues: dict[str, list[Any]] = {}
    for notification in notifications:
        queues.setdefault(_resource(notification), []).append(notification)
    for queue in queues.values():
        for n in range(len(queue) - 1):
            if _are_swappable(queue[n], queue[n + 1]) and rng.random() < 0.5:
                queue[n], queue[n + 1] = queue[n + 1], queue[n]
    out = []
    while queues:
        resource = rng.choice(sorted(queues))
        out.append(queues[resource].pop(0))
        if not queues[resource]:
            del queues[resource]
    return out
