"""What a bot can do in a call besides inviting: one table, a row for each action, and what is checked of its body.

Two families (documented, resources/commsoperation): an action is over when it is answered, or its operation runs and
its end is told. How a row is carried out is in `harness.graph.acting`, and is the same for all of them. Parameters and
their types are the schema's; times that no page gives are assumed: the fake hears no audio.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from harness.graph import effects
from harness.graph.effects import Effect
from harness.graph.permissions import Act
from harness.graph.states import CallStep
from harness.graph.types import End, JsonObject, OperationKind, OperationStatus, Plan, ResultInfo, Rules

Asked = Mapping[str, Any]

_DONE: Final = End()
_CANCELLED: Final = ResultInfo(400, 8508, "Action failed, the operation was cancelled.")
"""Source: documented, call-cancelmediaprocessing, of a recording; that other operations end so is assumed."""
_BROKEN_OFF: Final = End(OperationStatus.FAILED, _CANCELLED)


@dataclass(frozen=True, slots=True)
class Action:
    """One row.

    bound_to: `call`, `participant` or `participant[]` (the roster), as in the schema. status: of the answer.
    kind: of its operation; None: it has none, and is answered without a body.
    lasts: seconds that it runs; None: it is over when it is answered. is_media, is_queued: as in `Plan`.
    needs: what the application must be permitted, beside what creating the call needed. step: that the call's state has
    to allow.
    members: of its type, as the answer has them. effect: on the call, at once. completed, cancelled: how it ends.
    """

    name: str
    bound_to: str
    status: int = 200
    kind: OperationKind | None = None
    lasts: Callable[[Asked, Rules], float] | None = None
    is_media: bool = False
    is_queued: bool = False
    needs: Act | None = None
    step: CallStep = CallStep.ACT
    only_beta: bool = False
    members: JsonObject = field(default_factory=dict)
    effect: Effect = effects.nothing
    completed: End = _DONE
    cancelled: End = _BROKEN_OFF

    @property
    def verb(self) -> str:
        """What the project calls it: `play-prompt`; `mute-participant` beside `mute`, which is of the bot itself."""
        words = re.sub(r"(?=[A-Z])", "-", self.name).lower()
        return f"{words}-participant" if self.bound_to == "participant" and self.name == "mute" else words

    def plan(self, asked: Asked, rules: Rules, recordings: str) -> Plan | None:
        """What becomes of its operation; None: it is over at once."""
        if self.lasts is None:
            return None
        lasts = self.lasts(asked, rules)
        return Plan(lasts, self.completed, self.cancelled, self.is_media, self.is_queued, recordings)


def _at_once(asked: Asked, rules: Rules) -> float:
    return 0.0


def _prompts(asked: Asked, rules: Rules) -> float:
    return len(asked.get("prompts") or ()) * rules.seconds_per_prompt


def _recording(asked: Asked, rules: Rules) -> float:
    """Until the longest that was asked for; the default is documented, call-record."""
    longest = asked.get("maxRecordDurationInSeconds")
    return _prompts(asked, rules) + float(5 if longest is None else longest)


def _tones(asked: Asked, rules: Rules) -> float:
    return len(asked["tones"]) * (asked.get("delayBetweenTonesMs") or 0) / 1000


_PLAYED: Final = ResultInfo(200, 0, "Action completed successfully.")
_RECORDED: Final = ResultInfo(200, 8515, "Action completed, max record duration reached.")

ACTIONS: Final = (
    Action("answer", "call", status=202, step=CallStep.ANSWER),
    Action("reject", "call", status=202, step=CallStep.REJECT),
    Action("redirect", "call", status=202, step=CallStep.REDIRECT, needs=Act.HAND_OVER),
    Action("transfer", "call", status=202, step=CallStep.TRANSFER, needs=Act.HAND_OVER),
    # Source: documented, the page of each action: call-mute, participant-mute, …
    Action("mute", "call", kind=OperationKind.MUTE, effect=effects.mute_me),
    Action("unmute", "call", kind=OperationKind.UNMUTE, effect=effects.unmute_me),
    Action("mute", "participant", kind=OperationKind.MUTE, effect=effects.mute),
    Action("muteAll", "participant[]", kind=OperationKind.COMMS, only_beta=True, effect=effects.mute_all),
    Action("configureMixer", "participant[]", kind=OperationKind.COMMS, only_beta=True, lasts=_at_once),
    Action(
        "playPrompt",
        "call",
        kind=OperationKind.PLAY_PROMPT,
        lasts=_prompts,
        is_media=True,
        is_queued=True,
        effect=effects.need_service_media,
        completed=End(result=_PLAYED),
    ),
    Action(
        "recordResponse",
        "call",
        kind=OperationKind.RECORD,
        lasts=_recording,
        is_media=True,
        is_queued=True,
        needs=Act.ACCESS_MEDIA,
        members={"recordingLocation": None},
        effect=effects.need_service_media,
        completed=End(result=_RECORDED, is_recorded=True),
        cancelled=End(
            OperationStatus.FAILED,
            _CANCELLED,
            {"recordingLocation": "", "recordingAccessToken": "", "completionReason": "operationCanceled"},
        ),
    ),
    Action(
        "subscribeToTone",
        "call",
        kind=OperationKind.SUBSCRIBE_TO_TONE,
        needs=Act.ACCESS_MEDIA,
        effect=effects.hear_tones,
    ),
    Action("cancelMediaProcessing", "call", kind=OperationKind.CANCEL_MEDIA, effect=effects.cancel_media),
    Action(
        "sendDtmfTones",
        "call",
        kind=OperationKind.SEND_DTMF_TONES,
        lasts=_tones,
        is_media=True,
        completed=End(members={"completionReason": "completedSuccessfully"}),
        cancelled=End(members={"completionReason": "mediaOperationCanceled"}),
    ),
    Action("changeScreenSharingRole", "call", status=202, needs=Act.ACCESS_MEDIA, effect=effects.share_screen),
    Action(
        "updateRecordingStatus",
        "call",
        kind=OperationKind.UPDATE_RECORDING_STATUS,
        needs=Act.RECORD,
        effect=effects.show_recording,
    ),
    Action(
        "addLargeGalleryView",
        "call",
        status=202,
        kind=OperationKind.ADD_LARGE_GALLERY_VIEW,
        lasts=_at_once,
        needs=Act.SHOW_GALLERY,
    ),
    Action(
        "startHoldMusic",
        "participant",
        status=202,
        kind=OperationKind.START_HOLD_MUSIC,
        lasts=_at_once,
        effect=effects.hold,
    ),
    Action(
        "stopHoldMusic",
        "participant",
        status=202,
        kind=OperationKind.STOP_HOLD_MUSIC,
        lasts=_at_once,
        effect=effects.resume,
    ),
    Action("keepAlive", "call", effect=effects.keep_alive),
)

MOST: Final[Mapping[tuple[str, str], int]] = {
    ("playPrompt", "prompts"): 20,
    ("recordResponse", "prompts"): 1,
    ("redirect", "targets"): 25,
}
"""Entries that a list may have at most. Source: documented, call-playprompt, call-record, call-redirect."""

NUMBERS: Final[Mapping[str, tuple[int, int]]] = {
    "initialSilenceTimeoutInSeconds": (1, 120),
    "maxSilenceTimeoutInSeconds": (1, 120),
    "maxRecordDurationInSeconds": (1, 120),
    "delayBetweenTonesMs": (0, 60_000),
    "timeout": (15, 90),
}
"""From and to what a parameter may be. Source: documented, call-record, call-redirect; for the tones assumed."""
