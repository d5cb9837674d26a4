"""What was given (`harness.server.given`) put into a world, and what is to happen there from outside on its clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from harness.errors import UsageError
from harness.graph.types import Application
from harness.server.given import SeededCall, read_incoming, read_seed, seconds
from harness.server.members import each, text
from harness.server.outside import VERBS, happen
from harness.server.world import World


@dataclass(frozen=True, slots=True)
class _Happens:
    """One entry of `happens`: after so many seconds a verb of `harness.server.outside` happens to a call."""

    after: float
    call_id: str
    verb: str
    body: Mapping[str, Any]


def seed(world: World, given: Any) -> None:
    """Read `given` and put it into the world. Raises: UsageError, before anything is put in."""
    read = read_seed(given, default=world.application, new_id=world.new_id, rules=world.rules)
    happens = each(given, "happens", "given", _read_happens)
    application = read.application or world.application
    incoming = each(given, "incoming", "given", lambda v, p: _read_incoming(v, p, application, world))
    for seeded in read.calls:
        world.refuse_taken(seeded.call.id)
    if read.application is not None:
        world.application = read.application
    if read.rules is not None:
        world.rules = read.rules
    if read.delivery is not None:
        world.outbox.settings = read.delivery
    for person in read.people:
        world.add_person(person)
    for thread_id, present in read.meetings.items():
        world.add_meeting(thread_id, present)
    for seeded in read.calls:
        put(world, seeded)
    for after, coming in incoming:
        if after:
            world.clock.schedule(after, partial(ring, world, coming))
        else:
            ring(world, coming)
    for one in happens:
        world.clock.schedule(one.after, partial(_happen, world, one))


def ring(world: World, seeded: SeededCall) -> None:
    """Let a call come in, and tell the bot. Raises: UsageError when its id is taken."""
    for person in seeded.people:
        world.add_person(person)
    world.ring(seeded.call, seeded.delivery)


def _read_incoming(value: Any, place: str, application: Application, world: World) -> tuple[float, SeededCall]:
    if not isinstance(value, Mapping):
        raise UsageError(f"{place}: expected an object, got {value!r}")
    call = {name: member for name, member in value.items() if name != "after"}
    return seconds(value, place), read_incoming(call, place, application, world.new_id)


def _happen(world: World, one: _Happens) -> None:
    happen(world, one.call_id, one.verb, one.body)


def put(world: World, seeded: SeededCall) -> None:
    """Put one seeded call and its people in. Raises: UsageError when its id is taken."""
    world.add_call(seeded.call, seeded.delivery)
    for person in seeded.people:
        world.add_person(person)


def _read_happens(value: Any, place: str) -> _Happens:
    if not isinstance(value, Mapping):
        raise UsageError(f"{place}: expected an object, got {value!r}")
    named = [name for name in value if name not in ("after", "call")]
    if len(named) != 1 or named[0] not in VERBS:
        got = ", ".join(map(repr, named)) or "none"
        raise UsageError(f"{place}: expected one of {', '.join(VERBS)}, got {got}")
    call_id = text(value, "call", place)
    if not call_id:
        raise UsageError(f"{place}.call: expected the id of a call, got nothing")
    body = value[named[0]]
    if not isinstance(body, Mapping):
        raise UsageError(f"{place}.{named[0]}: expected an object, got {body!r}")
    return _Happens(seconds(value, place), call_id, named[0], body)
