"""Who is in a call: find, admit, take out, and the rule that nobody is in it twice. Values only, no changes told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from harness.graph.refusals import refuse
from harness.graph.types import Call, Identity, MediaStream, Participant, Person


def find(call: Call, participant_id: str) -> Participant:
    """The participant with this id, shown or not. Raises GraphError `unknown-participant`."""
    for participant in call.participants:
        if participant.id == participant_id:
            return participant
    raise refuse("unknown-participant")


def find_shown(call: Call, participant_id: str | None) -> Participant:
    """Somebody whom the roster shows. Raises: GraphError `unknown-participant`."""
    for participant in call.roster:
        if participant.id == participant_id:
            return participant
    raise refuse("unknown-participant")


def changed(call: Call, participants: Iterable[Participant]) -> Call:
    """The call with some of its participants as they are now."""
    now = {participant.id: participant for participant in participants}
    return replace(call, participants=tuple(now.get(p.id, p) for p in call.participants))


def admit(call: Call, person: Person, *, participant_id: str, hidden: bool = False) -> Call:
    """The call with one participant more, who sends and receives audio."""
    participant = Participant(
        id=participant_id,
        person=person,
        media_streams=(MediaStream(source_id=next_source_id(call)),),
        hidden=hidden,
    )
    return replace(call, participants=(*call.participants, participant))


def next_source_id(call: Call) -> str:
    """Streams are numbered through the call as text, in order of arrival (form documented, numbering assumed)."""
    numbers = [int(s.source_id) for p in call.participants for s in p.media_streams if s.source_id.isdecimal()]
    return str(max(numbers, default=0) + 1)


def without(call: Call, participant_id: str) -> Call:
    on_hold = None if call.on_hold == participant_id else call.on_hold
    return replace(call, participants=tuple(p for p in call.participants if p.id != participant_id), on_hold=on_hold)


def refuse_known(call: Call, identities: Iterable[Identity]) -> None:
    """Raise GraphError `already-invited` for the first identity that is in the call, is being rung, or stands twice.

    Source: documented, resources/call ("the same identity can't be invited multiple times").
    """
    known = {p.identity.key for p in call.participants} | {i.person.identity.key for i in call.pending}
    for position, identity in enumerate(identities):
        if identity.key in known:
            raise refuse("already-invited", position=position, kind=identity.kind, id=identity.id)
        known.add(identity.key)
