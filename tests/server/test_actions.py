"""What a bot does in a call besides inviting, over HTTP: answers, what is told, what is refused."""

from __future__ import annotations

import io
import json
import wave
from dataclasses import replace
from typing import Any

import pytest

from harness.graph.actions import ACTIONS, Action
from harness.graph.states import CallStep
from harness.graph.types import OperationKind
from tests.conftest import Rig, error_of, rig, user

PROMPT = {
    "@odata.type": "#microsoft.graph.mediaPrompt",
    "mediaInfo": {"uri": "https://cdn.contoso.com/beep.wav", "resourceId": "1D6DE2D4-CD51-4309-8DAA-70768651088E"},
}
MIXER = {"participant": "550fae72-d251-43ec-868c-373732c2704f", "exclusive": True, "sourceLevels": [{"level": 50}]}
BODIES: dict[str, Any] = {
    "playPrompt": {"prompts": [PROMPT]},
    "recordResponse": {"prompts": [PROMPT], "maxRecordDurationInSeconds": 10, "stopTones": ["#"]},
    "sendDtmfTones": {"tones": ["tone1", "pound"], "delayBetweenTonesMs": 1000},
    "changeScreenSharingRole": {"role": "sharer"},
    "updateRecordingStatus": {"status": "recording"},
    "muteAll": {"participants": [""]},
    "configureMixer": {"participantMixerLevels": [MIXER]},
}
IN_CALLS = [a for a in ACTIONS if a.step is CallStep.ACT]
RUNNING = {a.name for a in ACTIONS if a.lasts}


def call_with_anna(fake: Rig, **members: Any) -> tuple[str, str]:
    """A group call with one person: its id, and theirs in it."""
    call = fake.seed_call(participants=[{**user("anna"), "id": "p-1"}], **members)
    return call["id"], "p-1"


def ask(fake: Rig, action: Action | str, call_id: str, body: Any = None, *, participant: str = "p-1") -> Any:
    """Ask for an action, of whatever it is bound to, with a body that is right unless one is given."""
    rows = {a.verb: a for a in ACTIONS}
    row = rows[action] if isinstance(action, str) else action
    where = {"call": "", "participant": f"/participants/{participant}", "participant[]": "/participants"}[row.bound_to]
    given = BODIES.get(row.name, {}) if body is None else body
    version = "beta" if row.only_beta else "v1.0"
    path = f"/{version}/communications/calls/{call_id}{where}/{row.name}"
    headers = {"Authorization": "Bearer x"}
    return fake.client.post(path, json=given if row.name != "keepAlive" else None, headers=headers)


def ready(fake: Rig, action: Action) -> str:
    """A call in which an action is possible."""
    call_id, _ = call_with_anna(fake)
    if action.name == "stopHoldMusic":
        ask(fake, "start-hold-music", call_id)
        fake.clock.drain()
        fake.bot.notifications.clear()
    return call_id


@pytest.mark.parametrize("action", IN_CALLS, ids=lambda a: a.verb)
def test_action_is_answered_as_its_page_says(fake: Rig, action: Action) -> None:
    call_id = ready(fake, action)

    answer = ask(fake, action, call_id, BODIES.get(action.name, {}) | {"clientContext": "ctx"} if action.kind else None)

    assert answer.status_code == action.status, answer.json
    if action.kind is None:
        assert answer.data == b""
        return
    body = answer.json
    version = "beta" if action.only_beta else "v1.0"
    assert body["@odata.type"] == f"#microsoft.graph.{action.kind}"
    assert body["@odata.context"] == f"http://localhost/{version}/$metadata#{action.kind}"
    assert body["clientContext"] == "ctx"
    assert body["status"] == ("running" if action.name in RUNNING else "completed")
    assert answer.headers["Location"].endswith(f"/{version}/communications/calls/{call_id}/operations/{body['id']}")


@pytest.mark.parametrize("action", [a for a in ACTIONS if a.kind], ids=lambda a: a.verb)
def test_operation_is_told_of_only_if_it_runs(fake: Rig, action: Action) -> None:
    call_id = ready(fake, action)
    operation_id = ask(fake, action, call_id).json["id"]

    fake.clock.drain()

    told = [item for item in fake.bot.items if f"/operations/{operation_id}" in item["resourceUrl"]]
    assert [(i["changeType"], i["resourceData"]["status"]) for i in told] == (
        [("deleted", "completed")] if action.name in RUNNING else []
    )
    read = fake.send("GET", f"/calls/{call_id}/operations/{operation_id}").json
    assert (read["@odata.type"], read["status"]) == (f"#microsoft.graph.{action.kind}", "Completed")


@pytest.mark.parametrize("action", [a for a in IN_CALLS if a.name != "keepAlive"], ids=lambda a: a.verb)
def test_action_is_refused_before_the_call_is_established(fake: Rig, action: Action) -> None:
    call_id, _ = call_with_anna(fake, state="establishing")

    answer = ask(fake, action, call_id)

    assert error_of(answer) == (
        400,
        "BadRequest",
        f"The call is 'establishing': '{action.name}' is possible while it is 'established'.",
    )


@pytest.mark.parametrize(
    ("verb", "name"),
    [
        ("play-prompt", "prompts"),
        ("send-dtmf-tones", "tones"),
        ("change-screen-sharing-role", "role"),
        ("update-recording-status", "status"),
        ("mute-all", "participants"),
        ("configure-mixer", "participantMixerLevels"),
    ],
)
def test_parameter_that_has_to_be_there_is_asked_for(fake: Rig, verb: str, name: str) -> None:
    call_id, _ = call_with_anna(fake)

    answer = ask(fake, verb, call_id, {})

    assert error_of(answer) == (400, "BadRequest", f"{name}: is missing.")
    assert fake.send("GET", f"/calls/{call_id}/operations").json["value"] == []


@pytest.mark.parametrize(
    ("verb", "body", "message"),
    [
        ("play-prompt", {"prompts": []}, "prompts: is empty."),
        ("play-prompt", {"prompts": [PROMPT] * 21}, "prompts: has 21 entries, at most 20 are allowed."),
        ("record-response", {"prompts": [PROMPT] * 2}, "prompts: has 2 entries, at most 1 are allowed."),
        ("record-response", {"maxSilenceTimeoutInSeconds": 0}, "maxSilenceTimeoutInSeconds: 0 is not from 1 to 120."),
        (
            "record-response",
            {"maxRecordDurationInSeconds": 121},
            "maxRecordDurationInSeconds: 121 is not from 1 to 120.",
        ),
        (
            "send-dtmf-tones",
            {"tones": ["tone1"], "delayBetweenTonesMs": -1},
            "delayBetweenTonesMs: -1 is not from 0 to 60000.",
        ),
        ("mute", {"clientContext": "x" * 257}, "clientContext has 257 characters, at most 256 are allowed."),
        ("change-screen-sharing-role", {"role": "owner"}, "role: 'owner' is none of viewer, sharer."),
        ("mute", {"who": "me"}, "body: unknown parameter 'who' of 'mute'; known: clientContext."),
    ],
)
def test_parameters_have_limits(fake: Rig, verb: str, body: Any, message: str) -> None:
    call_id, _ = call_with_anna(fake)

    assert error_of(ask(fake, verb, call_id, body)) == (400, "BadRequest", message)


def test_mute_and_unmute_are_told_by_the_roster(fake: Rig) -> None:
    call_id, _ = call_with_anna(fake)

    ask(fake, "mute", call_id)
    ask(fake, "mute", call_id)
    fake.clock.drain()
    ask(fake, "unmute", call_id)
    fake.clock.drain()

    assert fake.bot.labels == ["updated roster of 2"] * 2
    muted = [[p["isMuted"] for p in item["resourceData"]] for item in fake.bot.items]
    assert muted == [[True, False], [False, False]]


def test_participant_is_muted_by_the_server(fake: Rig) -> None:
    call_id, _ = call_with_anna(fake)

    ask(fake, "mute-participant", call_id)
    fake.clock.drain()

    (anna,) = [p for p in fake.bot.items[0]["resourceData"] if p["id"] == "p-1"]
    assert (anna["isMuted"], anna["mediaStreams"][0]["serverMuted"]) == (True, True)


@pytest.mark.parametrize("named", [[""], ["p-1"], ["p-1", "p-2"]])
def test_mute_all_mutes_who_is_named_or_everybody_else(fake: Rig, named: list[str]) -> None:
    call = fake.seed_call(participants=[{**user(name), "id": f"p-{n}"} for n, name in enumerate(("anna", "bob"), 1)])

    ask(fake, "mute-all", call["id"], {"participants": named})

    listed = fake.send("GET", f"/calls/{call['id']}/participants").json["value"]
    muted = {p["id"] for p in listed if p["isMuted"]}
    assert muted == ({"p-1", "p-2"} if named == [""] else set(named))


@pytest.mark.parametrize("verb", ["mute-participant", "start-hold-music", "stop-hold-music"])
def test_nobody_of_a_peer_to_peer_call_can_be_named(fake: Rig, verb: str) -> None:
    call_id, _ = call_with_anna(fake, kind="peerToPeer")

    assert error_of(ask(fake, verb, call_id)) == (404, "itemNotFound", "Participant not found.")


def test_one_at_a_time_is_on_hold(fake: Rig) -> None:
    call = fake.seed_call(participants=[{**user(name), "id": f"p-{n}"} for n, name in enumerate(("anna", "bob"), 1)])
    ask(fake, "start-hold-music", call["id"])

    again = ask(fake, "start-hold-music", call["id"], participant="p-2")
    stopped = ask(fake, "stop-hold-music", call["id"], participant="p-2")

    message = "Only one participant can be placed on hold at any given time: 'p-1' is."
    assert error_of(again) == (400, "BadRequest", message)
    assert error_of(stopped) == (400, "BadRequest", "Participant 'p-2' is not on hold.")
    assert ask(fake, "stop-hold-music", call["id"]).status_code == 202
    assert ask(fake, "start-hold-music", call["id"], participant="p-2").status_code == 202


def test_screen_sharing_is_a_stream_of_the_roster(fake: Rig) -> None:
    call_id, _ = call_with_anna(fake)

    for role in ("sharer", "viewer"):
        ask(fake, "change-screen-sharing-role", call_id, {"role": role})
    fake.clock.drain()

    screens = [
        [s for p in item["resourceData"] for s in p["mediaStreams"] if s["mediaType"] == "videoBasedScreenSharing"]
        for item in fake.bot.items
    ]
    assert [[s["direction"] for s in streams] for streams in screens] == [["sendOnly"], ["receiveOnly"]]
    assert screens[0][0]["label"] == "applicationsharing-video"


def test_roster_shows_that_the_bot_records(fake: Rig) -> None:
    call_id, _ = call_with_anna(fake)

    ask(fake, "update-recording-status", call_id)
    fake.clock.drain()

    (me, _anna) = fake.bot.items[0]["resourceData"]
    assert me["recordingInfo"]["recordingStatus"] == "recording"
    assert "application" in me["recordingInfo"]["initiator"]


def test_prompts_and_recordings_wait_for_each_other(fake: Rig) -> None:
    call_id, _ = call_with_anna(fake)

    first = ask(fake, "play-prompt", call_id, {"prompts": [PROMPT] * 3}).json
    second = ask(fake, "record-response", call_id, {"maxRecordDurationInSeconds": 10}).json
    third = ask(fake, "play-prompt", call_id).json
    assert [o["status"] for o in (first, second, third)] == ["running", "notStarted", "notStarted"]
    ends = []
    for seconds in (3, 10, 1):
        fake.clock.advance(seconds - 0.01)
        before = len(fake.bot.items)
        fake.clock.advance(0.01)
        ends += [(i["resourceData"]["id"], i["resourceData"]["resultInfo"]["subcode"]) for i in fake.bot.items[before:]]

    assert ends == [(first["id"], 0), (second["id"], 8515), (third["id"], 0)]


def test_cancelled_media_operations_end_in_their_own_ways(fake: Rig) -> None:
    call_id, _ = call_with_anna(fake)
    asked = ("play-prompt", "record-response", "send-dtmf-tones", "subscribe-to-tone", "add-large-gallery-view")
    for verb in asked:
        ask(fake, verb, call_id)

    cancelled = ask(fake, "cancel-media-processing", call_id)
    fake.clock.drain()

    assert cancelled.json["status"] == "completed"
    told = [i["resourceData"] for i in fake.bot.items]
    assert [(d["@odata.type"].removeprefix("#microsoft.graph."), d["status"]) for d in told] == [
        (OperationKind.PLAY_PROMPT, "failed"),
        (OperationKind.RECORD, "failed"),
        (OperationKind.SEND_DTMF_TONES, "completed"),
        (OperationKind.ADD_LARGE_GALLERY_VIEW, "completed"),
    ]
    assert told[1] | {"id": None, "clientContext": None} == {
        "@odata.type": "#microsoft.graph.recordOperation",
        "status": "failed",
        "clientContext": None,
        "resultInfo": {
            "@odata.type": "#microsoft.graph.resultInfo",
            "code": 400,
            "subcode": 8508,
            "message": "Action failed, the operation was cancelled.",
        },
        "recordingLocation": "",
        "recordingAccessToken": "",
        "completionReason": "operationCanceled",
        "id": None,
    }
    assert told[2]["completionReason"] == "mediaOperationCanceled"
    listed = fake.send("GET", f"/calls/{call_id}/operations").json["value"]
    assert [o["completionReason"] for o in listed if "completionReason" in o] == [
        "operationCanceled",
        "mediaOperationCanceled",
    ]


def test_end_of_the_call_ends_what_runs_first(fake: Rig) -> None:
    call_id, _ = call_with_anna(fake)
    running = [a for a in ACTIONS if a.lasts]
    for action in running:
        ask(fake, action, call_id)

    fake.send("DELETE", f"/calls/{call_id}")
    fake.clock.drain()

    first, *ends, last = fake.bot.items
    assert (first["resourceData"]["state"], last["resourceData"]["state"]) == ("terminating", "terminated")
    assert [i["resourceData"]["@odata.type"] for i in ends] == [f"#microsoft.graph.{a.kind}" for a in running]
    assert [i["resourceData"]["status"] for i in ends] == [str(a.cancelled.status).lower() for a in running]


def test_tones_are_told_to_who_has_subscribed(fake: Rig) -> None:
    call_id, _ = call_with_anna(fake)

    too_early = fake.control("POST", f"/calls/{call_id}/presses", {"tone": "tone1"})
    ask(fake, "subscribe-to-tone", call_id)
    for tone in ("tone1", "pound"):
        assert fake.control("POST", f"/calls/{call_id}/presses", {"tone": tone}).status_code == 200
    fake.clock.drain()

    problem = f"call {call_id!r}: the bot has not subscribed to tones: it asks for subscribeToTone"
    assert (too_early.status_code, too_early.json) == (400, {"problem": problem})
    assert [i["resourceData"]["toneInfo"]["tone"] for i in fake.bot.items] == ["tone1", "pound"]
    assert [i["resourceData"]["toneInfo"]["sequenceId"] for i in fake.bot.items] == [1, 2]
    assert {i["resourceData"]["state"] for i in fake.bot.items} == {"established"}


def test_unknown_tone_is_refused_with_those_there_are(fake: Rig) -> None:
    call_id, _ = call_with_anna(fake)

    answer = fake.control("POST", f"/calls/{call_id}/presses", {"tone": "1"})

    known = "tone0, tone1, tone2, tone3, tone4, tone5, tone6, tone7, tone8, tone9, star, pound, a, b, c, d, flash"
    assert (answer.status_code, answer.json) == (400, {"problem": f"tone: expected one of {known}, got '1'"})


def test_prompts_need_media_that_the_service_hosts(fake: Rig) -> None:
    call_id, _ = call_with_anna(fake, media="application")

    message = "Prompts and recordings are possible only in calls whose media the service hosts."
    for verb in ("play-prompt", "record-response"):
        assert error_of(ask(fake, verb, call_id)) == (400, "BadRequest", message)


@pytest.mark.parametrize("action", [a for a in IN_CALLS if a.needs], ids=lambda a: a.verb)
def test_action_without_its_permission_is_forbidden(fake: Rig, action: Action) -> None:
    fake.world.application = replace(fake.world.application, permissions=frozenset({"Calls.Initiate.All"}))
    call = fake.seed_call(participants=[{**user("anna"), "id": "p-1"}])

    message = "Insufficient enterprise tenant permissions, cannot access this API."
    assert error_of(ask(fake, action, call["id"])) == (403, "7504", message)


def test_call_that_nobody_keeps_alive_ends(fake: Rig) -> None:
    call_id, _ = call_with_anna(fake)

    fake.clock.drain()
    fake.clock.advance(2699)
    kept = ask(fake, "keep-alive", call_id)
    fake.clock.advance(2699)
    assert (kept.status_code, kept.data) == (200, b"")
    assert fake.bot.items == []
    fake.clock.advance(1)

    assert fake.bot.labels == ["deleted call terminated"]
    assert fake.bot.items[0]["resourceData"]["resultInfo"] | {"@odata.type": ""} == {
        "@odata.type": "",
        "code": 408,
        "subcode": 8537,
    }
    assert error_of(ask(fake, "keep-alive", call_id)) == (404, "8522", "Call not found.")


def test_operation_ends_as_it_is_scripted(fake: Rig) -> None:
    call_id, _ = call_with_anna(fake)
    verbs = ("play-prompt", "record-response", "play-prompt")
    first, second, third = (ask(fake, verb, call_id).json["id"] for verb in verbs)
    path = f"/calls/{call_id}/operations"

    fake.control("POST", f"{path}/{first}/fails", {"code": 500, "subcode": 8999, "message": "No file."})
    fake.control(
        "POST", f"{path}/{second}/completes", {"code": 200, "subcode": 7, "members": {"completionReason": "stopTone"}}
    )
    fake.control("POST", f"{path}/{third}/completes", {})
    fake.clock.drain()

    told = [i["resourceData"] for i in fake.bot.items]
    assert [(d["status"], d["resultInfo"]["subcode"], d.get("completionReason")) for d in told] == [
        ("failed", 8999, None),
        ("completed", 7, "stopTone"),
        ("completed", 0, None),
    ]


def test_operation_that_does_not_run_cannot_be_ended(fake: Rig) -> None:
    call_id, _ = call_with_anna(fake)
    operation = ask(fake, "mute", call_id).json["id"]

    answer = fake.control("POST", f"/calls/{call_id}/operations/{operation}/completes", {})

    problem = f"call {call_id!r}: no operation {operation!r} runs by itself; running: none"
    assert (answer.status_code, answer.json) == (400, {"problem": problem})


def test_body_may_be_left_out_where_nothing_is_required() -> None:
    fake = rig()
    call_id, _ = call_with_anna(fake)

    answer = fake.client.post(
        f"/v1.0/communications/calls/{call_id}/mute", headers={"Authorization": "Bearer x", "Content-Length": "0"}
    )

    assert answer.status_code == 200
    assert len(json.loads(answer.data)["clientContext"]) == 36


def test_recording_is_there_for_who_has_its_token(fake: Rig) -> None:
    call_id, _ = call_with_anna(fake)
    ask(fake, "record-response", call_id)
    fake.clock.drain()
    told = fake.bot.items[-1]["resourceData"]

    opened = fake.client.get(
        told["recordingLocation"], headers={"Authorization": f"Bearer {told['recordingAccessToken']}"}
    )
    refused = [fake.client.get(told["recordingLocation"], headers=h) for h in ({}, {"Authorization": "Bearer x"})]

    assert (opened.status_code, opened.mimetype) == (200, "application/octet-stream")
    with wave.open(io.BytesIO(opened.data)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getnframes()) == (16_000, 1, 16_000)
    assert [r.status_code for r in refused] == [401, 401]
