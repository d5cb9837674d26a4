"""The stories, by name. A story is a function of a stage; what it calls for stands beside it in the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from harness.scenarios.props import Reaction
from harness.scenarios.stage import Stage


@dataclass(frozen=True, slots=True)
class Story:
    """what: in a line. people: of GRAPH_USERS. wants: more variables, by name.

    cast: how they react whom the bot calls or invites, in the order in which it first names them.
    """

    name: str
    what: str
    play: Callable[[Stage], None]
    people: int
    cast: tuple[Reaction, ...]
    wants: tuple[str, ...] = ()


_YES: Final = Reaction.ANSWERS


def _invite_one(stage: Stage) -> None:
    first, second, third = stage.people(3)
    call = stage.call(first, second)
    stage.will(Reaction.ANSWERS, third)
    operation, _ = stage.invite(call, third)
    stage.ends(call, operation, "completed")
    stage.has(call, third)
    stage.hang_up(call)


def _invite_several(stage: Stage) -> None:
    first, second = stage.people(2)
    call = stage.join()
    stage.will(Reaction.ANSWERS, first, second)
    operation, _ = stage.invite(call, first, second)
    stage.ends(call, operation, "completed")
    stage.has(call, first, second)
    stage.hang_up(call)


def _invite_replacing(stage: Stage) -> None:
    first, second, third = stage.people(3)
    group = stage.call(first, second)
    alone = stage.call(third)
    stage.will(Reaction.ANSWERS, third)
    operation, _ = stage.invite(group, third, replaces=alone)
    stage.ends(group, operation, "completed")
    stage.has(group, third)
    stage.is_over(alone)
    stage.hang_up(group)


def _invite_phone(stage: Stage) -> None:
    (first,) = stage.people(1)
    phone = stage.phone()
    call = stage.call(first, from_number=True)
    stage.will(Reaction.ANSWERS, phone)
    operation, _ = stage.invite(call, phone)
    stage.ends(call, operation, "completed")
    stage.has(call, phone)
    stage.hang_up(call)


def _unanswered(stage: Stage, reaction: Reaction) -> None:
    first, second, third = stage.people(3)
    call = stage.call(first, second)
    stage.will(reaction, third)
    operation, _ = stage.invite(call, third)
    stage.ends(call, operation, "failed")
    stage.hang_up(call)


def _decline(stage: Stage) -> None:
    _unanswered(stage, Reaction.DECLINES)


def _no_answer(stage: Stage) -> None:
    _unanswered(stage, Reaction.IGNORES)


def _remove_while_ringing(stage: Stage) -> None:
    first, second, third = stage.people(3)
    call = stage.call(first, second)
    stage.will(Reaction.IGNORES, third)
    operation, (participant, *_) = stage.invite(call, third)
    stage.remove(call, participant)
    stage.ends(call, operation, "failed")
    stage.hang_up(call)


STORIES: Final[Mapping[str, Story]] = {
    story.name: story
    for story in (
        Story("invite-one", "invite one person into a group call", _invite_one, 3, (_YES, _YES, _YES)),
        Story(
            "invite-several",
            "invite two people into a meeting with one request",
            _invite_several,
            2,
            (_YES, _YES),
            wants=("GRAPH_MEETING",),
        ),
        Story(
            "invite-replacing",
            "invite somebody into a group call, in place of their call with the bot alone",
            _invite_replacing,
            3,
            (_YES, _YES, _YES),
        ),
        Story(
            "invite-pstn",
            "invite a phone into a call with one person",
            _invite_phone,
            1,
            (_YES, _YES),
            wants=("GRAPH_PHONE", "GRAPH_APP_INSTANCE"),
        ),
        Story("decline", "whoever is invited declines", _decline, 3, (_YES, _YES, Reaction.DECLINES)),
        Story("no-answer", "whoever is invited lets it ring", _no_answer, 3, (_YES, _YES, Reaction.IGNORES)),
        Story(
            "remove-while-ringing",
            "the invitation is taken back while it rings",
            _remove_while_ringing,
            3,
            (_YES, _YES, Reaction.IGNORES),
        ),
    )
}
"""Every story, in the order in which they are shown."""
