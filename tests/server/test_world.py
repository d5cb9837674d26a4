"""What a test can ask of the world beside Graph's routes: who is rung, who is in a call, how a call has ended."""

from __future__ import annotations

import pytest

from harness.errors import UsageError
from harness.graph.outcomes import Happening
from harness.graph.types import CallState, Identity, IdentityKind, ResultInfo
from harness.server import WorldSettings, create_app, fake_of
from harness.server.fake import Settings
from tests.conftest import Bot, Rig, phone, user

ADELE = Identity(IdentityKind.USER, user("adele")["user"]["id"])
BOB = Identity(IdentityKind.USER, user("bob")["user"]["id"].upper())


def test_who_is_rung_is_found_by_identity_in_every_call(fake: Rig) -> None:
    ignoring = [{**user("adele"), "ignores": True}, {**user("bob"), "ignores": True}]
    calls = [fake.seed_call(people=ignoring)["id"] for _ in range(2)]
    for call_id in calls:
        fake.invite(call_id, user("adele"), user("bob"))

    rung = fake.world.ringing(BOB)

    assert [call_id for call_id, _ in rung] == calls
    for call_id, participant_id in rung:
        fake.world.react(call_id, participant_id, Happening.ANSWERS)
    assert fake.world.ringing(BOB) == []
    assert len(fake.world.ringing(ADELE)) == 2


def test_participants_are_found_by_identity(fake: Rig) -> None:
    call_id = fake.seed_call(
        participants=[{**user("adele"), "id": "a", "hidden": True}, {**user("bob"), "id": "b"}],
        myParticipantId="me",
    )["id"]

    assert [p.id for p in fake.world.participants(call_id)] == ["me", "a", "b"]
    assert [p.id for p in fake.world.participants(call_id, ADELE)] == ["a"]
    assert [p.id for p in fake.world.participants(call_id, BOB)] == ["b"]


def test_ended_call_is_read_as_it_ended(fake: Rig) -> None:
    call_id = fake.seed_call(participants=[{**user("adele"), "id": "a"}])["id"]
    alive = fake.world.last(call_id)

    fake.world.end(call_id, ResultInfo(500, 7117))

    ended = fake.world.last(call_id.upper())
    assert (alive.state, ended.state) == (CallState.ESTABLISHED, CallState.TERMINATED)
    assert ended.result_info == ResultInfo(500, 7117)
    assert [p.id for p in fake.world.participants(call_id, ADELE)] == ["a"]
    assert fake.send("GET", f"/calls/{call_id}").status_code == 404


def test_call_that_never_was_is_said_to_be_none(fake: Rig) -> None:
    fake.seed_call(id="alive")
    fake.seed_call(id="over")
    fake.world.end("over", ResultInfo(200, 0))

    with pytest.raises(UsageError, match=r"^no call 'x'; alive: 'alive'; ended: 'over'$"):
        fake.world.last("x")


def test_ended_calls_are_bounded_and_forgotten_by_reset() -> None:
    app = create_app(Settings(world=WorldSettings(journal=2)), post=Bot())
    fake = Rig(app, fake_of(app).world.clock, Bot(), app.test_client())  # type: ignore[arg-type]
    for name in ("a", "b", "c"):
        fake.seed_call(id=name)
        fake.world.end(name, ResultInfo(200, 0))

    with pytest.raises(UsageError, match=r"^no call 'a'; alive: none; ended: 'b', 'c'$"):
        fake.world.last("a")
    fake.world.reset()
    with pytest.raises(UsageError, match=r"^no call 'c'; alive: none; ended: none$"):
        fake.world.last("c")


def test_id_that_is_used_again_is_the_call_that_is_alive(fake: Rig) -> None:
    fake.seed_call(id="one")
    fake.world.end("one", ResultInfo(200, 0))

    fake.seed_call(id="one")

    assert fake.world.last("one").state is CallState.ESTABLISHED


@pytest.mark.parametrize(
    ("reaction", "code", "subcode"),
    [("declines", 603, 560603), ("busy", 486, 560486), ("ignores", 480, 560480)],
)
@pytest.mark.parametrize("is_invited", [True, False], ids=["invited", "called"])
def test_phone_reacts_like_a_person(fake: Rig, reaction: str, code: int, subcode: int, is_invited: bool) -> None:
    number = phone("+99900000001")
    fake.control("POST", "/people", {**number, reaction: True})
    if is_invited:
        call_id = fake.seed_call(hasNumber=True)["id"]
        fake.invite(call_id, number)
    else:
        asked = {"callbackUri": "https://bot.example/callback", "targets": [{"identity": number}]}
        fake.send("POST", "/calls", asked)

    fake.clock.drain()

    result = fake.bot.items[-1]["resourceData"]["resultInfo"]
    assert (result["code"], result["subcode"]) == (code, subcode)


def test_renamed_application_finds_its_calls(fake: Rig) -> None:
    call_id = fake.seed_call()["id"]

    application = fake.world.rename_application("bot-2", "tenant-2")

    assert fake.world.application == application
    assert fake.world.call(call_id, application).application.id == "bot-2"
    assert fake.send("GET", f"/calls/{call_id}").json["source"]["identity"]["application"]["id"] == "bot-2"
