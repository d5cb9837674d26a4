"""Rules of the two clocks: order, exactly once, and who may move time."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.delivery.clock import RealClock, VirtualClock
from harness.errors import HarnessError, UsageError

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
PATIENCE = 10.0  # seconds; what waits this long has failed


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def real() -> Iterator[RealClock]:
    clock = RealClock()
    clock.start()
    yield clock
    clock.stop()


def test_virtual_time_stands_still_until_it_is_moved(clock: VirtualClock) -> None:
    before = clock.now()

    clock.advance(90)

    assert (before, clock.now()) == (BEGINNING, BEGINNING + timedelta(seconds=90))


def test_virtual_time_begins_where_it_is_told_to() -> None:
    start = datetime(2020, 2, 29, 12, tzinfo=UTC)

    assert VirtualClock(start).now() == start


def test_nothing_runs_while_it_is_scheduled(clock: VirtualClock) -> None:
    ran: list[str] = []

    clock.schedule(0, lambda: ran.append("at once"))

    assert (ran, clock.pending) == ([], 1)


def test_advance_runs_what_falls_due_and_leaves_the_rest(clock: VirtualClock) -> None:
    ran: list[str] = []
    for due in (3.0, 1.0, 2.0):
        clock.schedule(due, lambda due=due: ran.append(str(due)))  # type: ignore[misc]

    count = clock.advance(2)

    assert (count, ran, clock.pending) == (2, ["1.0", "2.0"], 1)


def test_now_is_the_due_time_while_an_action_runs(clock: VirtualClock) -> None:
    seen: list[datetime] = []
    clock.schedule(2, lambda: seen.append(clock.now()))

    clock.advance(5)

    assert (seen, clock.now()) == ([BEGINNING + timedelta(seconds=2)], BEGINNING + timedelta(seconds=5))


def test_what_an_action_schedules_runs_in_the_same_advance_when_due(clock: VirtualClock) -> None:
    ran: list[datetime] = []
    clock.schedule(1, lambda: clock.schedule(1, lambda: ran.append(clock.now())))

    count = clock.advance(2)

    assert (count, ran) == (2, [BEGINNING + timedelta(seconds=2)])


@given(st.lists(st.floats(0, 100), max_size=50))
def test_actions_run_once_by_due_time_then_by_scheduling(delays: list[float]) -> None:
    clock = VirtualClock()
    ran: list[int] = []
    for number, delay in enumerate(delays):
        clock.schedule(delay, lambda number=number: ran.append(number))  # type: ignore[misc]

    count = clock.drain()

    assert ran == sorted(range(len(delays)), key=lambda number: (delays[number], number))
    assert count == len(delays)


def test_action_that_raises_has_run_and_leaves_the_others(clock: VirtualClock) -> None:
    ran: list[str] = []

    def fail() -> None:
        ran.append("failed")
        raise RuntimeError("the bot's fault")

    clock.schedule(1, fail)
    clock.schedule(2, lambda: ran.append("next"))

    with pytest.raises(RuntimeError, match=r"^the bot's fault$"):
        clock.advance(5)
    clock.advance(5)

    assert ran == ["failed", "next"]


def test_step_runs_one_action_and_says_when_there_is_none(clock: VirtualClock) -> None:
    ran: list[str] = []
    clock.schedule(1, lambda: ran.append("first"))
    clock.schedule(1, lambda: ran.append("second"))

    assert clock.step()
    assert ran == ["first"]
    assert clock.step()
    assert not clock.step()


@pytest.mark.parametrize("move", [VirtualClock.drain, VirtualClock.step], ids=["drain", "step"])
def test_nobody_waits_for_the_background(clock: VirtualClock, move: Callable[[VirtualClock], object]) -> None:
    ran: list[str] = []
    clock.schedule(60, lambda: ran.append("background"), in_background=True)

    moved = move(clock)

    assert (bool(moved), ran, clock.pending, clock.until_next) == (False, [], 0, math.inf)
    assert clock.now() == BEGINNING
    clock.advance(60)
    assert ran == ["background"]


def test_background_comes_when_time_passes_for_something_else(clock: VirtualClock) -> None:
    ran: list[str] = []
    clock.schedule(60, lambda: ran.append("background"), in_background=True)
    clock.schedule(90, lambda: ran.append("foreground"))
    clock.schedule(120, lambda: ran.append("later"), in_background=True)

    assert clock.drain() == 2
    assert ran == ["background", "foreground"]


def test_real_clock_is_idle_with_only_the_background_left(real: RealClock) -> None:
    done = threading.Event()
    real.schedule(60, done.set, in_background=True)

    assert (real.pending, real.wait_idle(PATIENCE)) == (0, True)
    real.advance(60)
    assert done.wait(PATIENCE)


def test_drain_may_run_as_many_as_its_limit(clock: VirtualClock) -> None:
    for _ in range(5):
        clock.schedule(0, lambda: None)

    assert clock.drain(limit=5) == 5


def test_drain_refuses_what_never_ends(clock: VirtualClock) -> None:
    ran: list[datetime] = []

    def again() -> None:
        ran.append(clock.now())
        clock.schedule(1, again)

    clock.schedule(0, again)

    with pytest.raises(HarnessError) as refused:
        clock.drain(limit=20)

    assert str(refused.value) == (
        "20 things have happened and there is still more: do the bot and the fake answer each other for ever?"
    )
    assert len(ran) == 20


MOVES = pytest.mark.parametrize(
    "move",
    [lambda clock: clock.advance(1), lambda clock: clock.drain(), lambda clock: clock.step()],
    ids=["advance", "drain", "step"],
)


@MOVES
def test_action_cannot_move_time(clock: VirtualClock, move: Callable[[VirtualClock], object]) -> None:
    def handler() -> None:
        move(clock)

    clock.schedule(0, handler)

    with pytest.raises(UsageError) as refused:
        clock.advance(1)

    assert str(refused.value) == "the clock is being moved already: return from the handler first"


@MOVES
def test_two_threads_cannot_move_time_at_once(clock: VirtualClock, move: Callable[[VirtualClock], object]) -> None:
    refusals: list[str] = []

    def elsewhere() -> None:
        try:
            move(clock)
        except UsageError as refused:
            refusals.append(str(refused))

    def during() -> None:
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()

    clock.schedule(0, during)

    clock.advance(1)

    assert refusals == ["the clock is being moved already: another thread moves it"]


def test_refused_move_does_not_block_the_next(clock: VirtualClock) -> None:
    def handler() -> None:
        clock.advance(1)

    clock.schedule(0, handler)

    with pytest.raises(UsageError):
        clock.advance(1)

    assert clock.advance(1) == 0


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")], ids=["negative", "nan", "infinite"])
@pytest.mark.parametrize("make", [VirtualClock, RealClock], ids=["virtual", "real"])
def test_time_goes_forward(make: type[VirtualClock] | type[RealClock], seconds: float) -> None:
    with pytest.raises(UsageError) as refused:
        make().advance(seconds)

    assert str(refused.value) == f"time goes forward: expected 0 or more seconds, got {seconds!r}"


@pytest.mark.parametrize("make", [VirtualClock, RealClock], ids=["virtual", "real"])
def test_clear_forgets_what_is_scheduled(make: type[VirtualClock] | type[RealClock]) -> None:
    clock = make()
    clock.schedule(0, lambda: None)
    clock.schedule(5, lambda: None)

    clock.clear()

    assert (clock.pending, clock.advance(10)) == (0, 0)


def test_real_actions_run_on_the_clocks_thread(real: RealClock) -> None:
    names: list[str] = []

    real.schedule(0, lambda: names.append(threading.current_thread().name))

    assert real.wait_idle(PATIENCE)
    assert names == ["graph-fake-clock"]


def test_real_clock_leaves_no_thread_when_stopped() -> None:
    clock = RealClock()
    clock.start()
    while_running = _clock_threads()

    clock.stop()

    assert (while_running, _clock_threads()) == (1, 0)


def test_real_clock_starts_again_after_a_stop_and_keeps_what_is_scheduled() -> None:
    clock = RealClock()
    ran: list[str] = []
    clock.start()
    clock.stop()
    clock.schedule(0, lambda: ran.append("later"))

    clock.start()
    is_idle = clock.wait_idle(PATIENCE)
    clock.stop()

    assert (is_idle, ran) == (True, ["later"])


def test_running_clock_refuses_to_start(real: RealClock) -> None:
    with pytest.raises(UsageError) as refused:
        real.start()

    assert str(refused.value) == "the clock runs already: stop it before starting it again"


def test_advance_of_real_time_shifts_now_and_makes_actions_due(real: RealClock) -> None:
    ran = threading.Event()
    before = real.now()
    real.schedule(3600, ran.set)

    count = real.advance(3600)

    assert count == 1
    assert ran.wait(PATIENCE)
    assert real.now() - before >= timedelta(seconds=3600)


def test_advance_of_real_time_counts_only_what_falls_due_by_it() -> None:
    clock = RealClock()
    for delay in (0, 3600, 7200):
        clock.schedule(delay, lambda: None)

    assert clock.advance(3601) == 2
    assert clock.advance(0) == 0


def test_something_due_in_ten_thousand_years_leaves_the_thread_alive(real: RealClock) -> None:
    ran = threading.Event()
    real.schedule(1e12, lambda: None)

    real.schedule(0, ran.set)

    assert ran.wait(10)


def test_real_time_is_aware_and_utc(real: RealClock) -> None:
    assert real.now().utcoffset() == timedelta(0)


def test_action_that_raises_is_logged_and_the_thread_lives_on(
    real: RealClock, caplog: pytest.LogCaptureFixture
) -> None:
    ran = threading.Event()

    def fail() -> None:
        raise RuntimeError("the bot's fault")

    with caplog.at_level(logging.ERROR, "harness.delivery"):
        real.schedule(0, fail)
        real.schedule(0, ran.set)
        assert ran.wait(PATIENCE)

    (record,) = caplog.records
    assert record.getMessage() == "something that was due has failed"
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == "the bot's fault"


def test_wait_idle_says_when_it_waited_in_vain(real: RealClock) -> None:
    real.schedule(3600, lambda: None)

    assert not real.wait_idle(0.01)


def test_real_clock_counts_a_running_action_as_pending(real: RealClock) -> None:
    started, release = threading.Event(), threading.Event()

    def run() -> None:
        started.set()
        release.wait(PATIENCE)

    real.schedule(0, run)
    assert started.wait(PATIENCE)
    during = real.pending
    release.set()

    assert real.wait_idle(PATIENCE)
    assert (during, real.pending) == (1, 0)


def _clock_threads() -> int:
    return sum(thread.name == "graph-fake-clock" for thread in threading.enumerate())
