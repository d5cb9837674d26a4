"""Paths as Graph reads them: doubled slashes, letter case, namespaces of actions. Pure.

Path resource names are case-insensitive, ids are not (documented, call-api); an action may carry the namespace
(documented, call-senddtmftones); a generated client sends `/v1.0//communications/…`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

VERSIONS: Final = ("v1.0", "beta")
FAMILIES: Final = ("communications", "app")

CALL_ACTIONS: Final = (
    *("answer", "reject", "redirect", "transfer", "keepAlive", "mute", "unmute", "playPrompt", "recordResponse"),
    *("record", "subscribeToTone", "cancelMediaProcessing", "changeScreenSharingRole", "updateRecordingStatus"),
    *("addLargeGalleryView", "sendDtmfTones"),
)
PARTICIPANT_ACTIONS: Final = ("mute", "startHoldMusic", "stopHoldMusic")
ROSTER_ACTIONS: Final = ("invite", "muteAll", "configureMixer")
OTHER_RESOURCES: Final = ("callRecords", "onlineMeetings", "presences", "getPresencesByUserId", "adhocCalls")
"""What stands beside `calls` below `/communications`."""

_COLLECTIONS: Final = ("calls", "participants", "operations", "contentSharingSessions", "audioRoutingGroups")
_ON_COLLECTIONS: Final = (*ROSTER_ACTIONS, "logTeleconferenceDeviceQuality")
_NAMES: Final = (
    *VERSIONS,
    *FAMILIES,
    *_COLLECTIONS,
    *_ON_COLLECTIONS,
    *CALL_ACTIONS,
    *PARTICIPANT_ACTIONS,
    *OTHER_RESOURCES,
)
_SPELLINGS: Final[Mapping[str, str]] = {name.lower(): name for name in _NAMES}
_SPELLED: Final = frozenset(_NAMES)
_KEY: Final = re.compile(r"(?P<name>\w+)\('(?P<id>[^']*)'\)")


def canonical(path: str) -> str:
    """The path with single slashes and Graph's own spelling of every name; ids stay as they are.

    `calls('{id}')` is read as `calls/{id}` (OData; assumed for this service). Paths that are not Graph's come back
    untouched but for doubled slashes.
    """
    segments = [segment for segment in path.split("/") if segment]
    if "('" in path:
        segments = [part for segment in segments for part in _split_key(segment)]
    if not segments or segments[0].lower() not in VERSIONS:
        return "/" + "/".join(segments)
    out: list[str] = []
    for segment in segments:
        is_id = bool(out) and out[-1] in _COLLECTIONS and _name(segment) not in _ON_COLLECTIONS
        out.append(segment if is_id else _name(segment))
    return "/" + "/".join(out)


def _split_key(segment: str) -> tuple[str, ...]:
    match = _KEY.fullmatch(segment)
    return (match["name"], match["id"]) if match else (segment,)


def _name(segment: str) -> str:
    """A name in Graph's spelling, without namespace; an unknown one as it is."""
    if segment in _SPELLED:
        return segment
    bare = segment[len("microsoft.graph.") :] if segment.lower().startswith("microsoft.graph.") else segment
    return _SPELLINGS.get(bare.lower(), segment)
