"""The page on replay, held against the code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.replay import NothingRecorded, Replay, leftover
from tests.replay.build import BOB, CALL, CONTEXT, OTHER, asked, invite, replay, request, told

ROOT = Path(__file__).parents[2]
BLOCKS = (ROOT / "docs" / "replay.md").read_text().split("```")[1::2]
INVITE = f"/calls/{CALL}/participants/invite"
MINE = "/calls/mine/participants/invite"


def invited() -> Replay:
    recorded = [
        asked("POST", INVITE, invite(context=CONTEXT)),
        asked("POST", INVITE, invite(OTHER, BOB)),
        told(f"/calls/{CALL}/participants"),
    ]
    machine = replay(recorded)
    machine.answer(request("POST", MINE, invite("adele", "first")))
    return machine


def test_example_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    example: dict[str, Any] = {}

    exec(BLOCKS[0].removeprefix("python\n"), example)

    assert example["replay"].unplayed == []


def test_mismatch_is_the_one_on_the_page() -> None:
    with pytest.raises(NothingRecorded) as error:
        invited().answer(request("POST", MINE, {**invite("bob", "first"), "hidden": True}))

    assert str(error.value) == BLOCKS[1].strip()


def test_leftover_is_the_one_on_the_page() -> None:
    assert leftover(invited()) == BLOCKS[2].strip()
