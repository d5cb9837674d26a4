"""Contestants take turns; what takes too long is stopped."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from tests.benchmarks.measuring import Contestant, Memory, Staged, Times, Work, capped, interleaved, memory


def test_contestants_take_turns() -> None:
    order: list[str] = []

    interleaved({name: Contestant(partial(order.append, name), 1) for name in "ab"}, rounds=3)

    assert order == ["a", "b"] * 3


def test_stage_is_made_for_each_round_and_left_before_the_next_contestant() -> None:
    seen: list[str] = []

    @contextmanager
    def stage() -> Iterator[Work]:
        seen.append("made")
        yield lambda: seen.append("worked")
        seen.append("tidied up")

    interleaved({"staged": Staged(stage, 1), "other": Contestant(partial(seen.append, "other"), 1)}, rounds=2)

    assert seen == ["made", "worked", "tidied up", "other"] * 2


def test_ratio_is_the_median_of_the_rounds() -> None:
    times = Times({"slow": [10.0, 20.0, 90.0], "fast": [5.0, 5.0, 30.0]})

    assert (times.median("slow"), times.ratio("slow", "fast")) == (20.0, 3.0)


def test_what_takes_longer_than_its_cap_is_stopped() -> None:
    assert capped(0.01, time.sleep, 60) is None


def test_what_ends_in_time_is_answered() -> None:
    assert capped(60, len, "four") == 4


def test_failure_in_a_process_of_its_own_is_no_answer(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(EOFError):
        capped(60, len, 4)

    assert "object of type 'int' has no len()" in capfd.readouterr().err


def _allocating(mebibytes: int) -> Work:
    return lambda: b"x" * (mebibytes * 2**20)


def test_memory_is_what_the_work_takes() -> None:
    found = memory(_allocating, 32)

    assert isinstance(found, Memory)
    assert 32 <= found.traced < 33
    assert 31 <= found.resident < 40
