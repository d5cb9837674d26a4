"""Which application permission a request needs: one table. A token that names no permissions at all has every one.

Source: documented, application-post-calls, participant-invite and the page of each action; that a missing one is
answered 403 `7504` is observed (CS 276, 538, 850). Plural spellings on older pages
(`Calls.InitiateGroupCalls.All`) are no permissions.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from harness.graph.refusals import refuse
from harness.graph.types import Application, Call, CallKind, MediaHosting


class Act(StrEnum):
    """What needs a permission; each of `NEEDED`'s is enough by itself."""

    CALL_ONE = "call one"
    CALL_GROUP = "call a group"
    JOIN_MEETING = "join a meeting"
    INVITE = "invite"
    HOST_MEDIA = "host media"
    ACCESS_MEDIA = "access media"
    ANSWER_GROUP = "answer a group call"
    HAND_OVER = "redirect or transfer"
    RECORD = "say that it records"
    SHOW_GALLERY = "add the large gallery view"


NEEDED: Final[Mapping[Act, frozenset[str]]] = {
    Act.CALL_ONE: frozenset({"Calls.Initiate.All"}),
    Act.CALL_GROUP: frozenset({"Calls.InitiateGroupCall.All"}),
    Act.JOIN_MEETING: frozenset(
        {"Calls.JoinGroupCall.All", "Calls.JoinGroupCallAsGuest.All", "Calls.JoinGroupCalls.Chat"}
    ),
    Act.INVITE: frozenset({"Calls.InitiateGroupCall.All"}),
    Act.HOST_MEDIA: frozenset({"Calls.AccessMedia.All"}),
    Act.ACCESS_MEDIA: frozenset({"Calls.AccessMedia.All"}),
    Act.ANSWER_GROUP: frozenset({"Calls.JoinGroupCall.All", "Calls.JoinGroupCallAsGuest.All"}),
    Act.HAND_OVER: frozenset({"Calls.Initiate.All"}),
    Act.RECORD: frozenset({"Calls.JoinGroupCall.All", "Calls.AccessMedia.All"}),
    Act.SHOW_GALLERY: frozenset(
        {"Calls.JoinGroupCallAsGuest.All", "Calls.JoinGroupCall.All", "Calls.InitiateGroupCall.All"}
    ),
}

_CREATES: Final = {
    CallKind.PEER_TO_PEER: Act.CALL_ONE,
    CallKind.GROUP: Act.CALL_GROUP,
    CallKind.MEETING: Act.JOIN_MEETING,
}


def require(application: Application, act: Act) -> None:
    """Raises: GraphError `permission`."""
    if application.permissions is not None and not application.permissions & NEEDED[act]:
        raise refuse("permission")


def require_create(call: Call) -> None:
    """The permissions that creating this call needs. Raises: GraphError `permission`."""
    require(call.application, _CREATES[call.kind])
    if call.media_hosting is MediaHosting.APPLICATION:
        require(call.application, Act.HOST_MEDIA)
