"""What actions do to a call at once, a function each: muting, screen sharing, holding, tones.

An effect takes the call, the parameters as they were read, and the participant that the path names, if it names one.
It returns the call as it is then; whether the roster is told follows from what it shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from harness.graph import operations, roster
from harness.graph.refusals import refuse
from harness.graph.types import Call, MediaHosting, MediaStream, Participant

Effect = Callable[[Call, Mapping[str, Any], str | None], Call]

_SCREEN: Final = "videoBasedScreenSharing"
_SCREEN_DIRECTIONS: Final = {"sharer": "sendOnly", "viewer": "receiveOnly"}


def nothing(call: Call, asked: Mapping[str, Any], participant_id: str | None) -> Call:
    return call


def mute_me(call: Call, asked: Mapping[str, Any], participant_id: str | None) -> Call:
    return roster.changed(call, [replace(roster.find(call, call.my_participant_id), is_muted=True)])


def unmute_me(call: Call, asked: Mapping[str, Any], participant_id: str | None) -> Call:
    return roster.changed(call, [replace(roster.find(call, call.my_participant_id), is_muted=False)])


def mute(call: Call, asked: Mapping[str, Any], participant_id: str | None) -> Call:
    """By the server: whoever is muted so is shown as muted, and their audio as such. Group calls only (documented)."""
    return roster.changed(call, [_muted(roster.find_shown(call, participant_id))])


def mute_all(call: Call, asked: Mapping[str, Any], participant_id: str | None) -> Call:
    """Who is named; everybody but the bot where nobody is (assumed). An empty id names nobody (documented example)."""
    named = [name for name in asked.get("participants") or () if name]
    who = [roster.find_shown(call, name) for name in named] or [
        p for p in call.roster if p.id != call.my_participant_id
    ]
    return roster.changed(call, map(_muted, who))


def share_screen(call: Call, asked: Mapping[str, Any], participant_id: str | None) -> Call:
    """The bot's screen sharing stream, which it has from then on. The label is documented, the directions assumed."""
    me = roster.find(call, call.my_participant_id)
    others = tuple(s for s in me.media_streams if s.media_type != _SCREEN)
    screen = MediaStream(
        _SCREEN,
        source_id=roster.next_source_id(call),
        direction=_SCREEN_DIRECTIONS[asked["role"]],
        label="applicationsharing-video",
    )
    return roster.changed(call, [replace(me, media_streams=(*others, screen))])


def show_recording(call: Call, asked: Mapping[str, Any], participant_id: str | None) -> Call:
    """Rosters show who records (schema: recordingInfo of the participant; that it is the bot's is assumed)."""
    return roster.changed(call, [replace(roster.find(call, call.my_participant_id), recording_status=asked["status"])])


def hear_tones(call: Call, asked: Mapping[str, Any], participant_id: str | None) -> Call:
    return replace(call, tones=call.tones or 0)


def hold(call: Call, asked: Mapping[str, Any], participant_id: str | None) -> Call:
    """Only one participant at a time is on hold (documented; that another is refused is assumed)."""
    who = roster.find_shown(call, participant_id)
    if call.on_hold is not None and call.on_hold != who.id:
        raise refuse("somebody-on-hold", id=call.on_hold)
    return replace(call, on_hold=who.id)


def resume(call: Call, asked: Mapping[str, Any], participant_id: str | None) -> Call:
    who = roster.find_shown(call, participant_id)
    if call.on_hold != who.id:
        raise refuse("not-on-hold", id=who.id)
    return replace(call, on_hold=None)


def need_service_media(call: Call, asked: Mapping[str, Any], participant_id: str | None) -> Call:
    """Prompts and recordings are for calls whose media the service hosts (documented; the answer is assumed)."""
    if call.media_hosting is MediaHosting.APPLICATION:
        raise refuse("media-hosted-by-bot")
    return call


def cancel_media(call: Call, asked: Mapping[str, Any], participant_id: str | None) -> Call:
    """Prompts, recordings and tones, those that wait too; never a subscription (documented, but for the tones)."""
    for operation in call.operations:
        if operation.plan is not None and operation.plan.is_media and not operation.is_over:
            call = operations.finish(call, operation, operation.plan.cancelled)
    return call


def keep_alive(call: Call, asked: Mapping[str, Any], participant_id: str | None) -> Call:
    return replace(call, lease=call.lease + 1)


def _muted(participant: Participant) -> Participant:
    streams = tuple(replace(s, server_muted=True) if s.media_type == "audio" else s for s in participant.media_streams)
    return replace(participant, is_muted=True, media_streams=streams)
