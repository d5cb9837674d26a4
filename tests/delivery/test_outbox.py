"""Rules of delivery: order per call, exactly once, retries, loss and duplication, the journal."""

from __future__ import annotations

import gc
import http.client
import itertools
import json
import logging
import random
import threading
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.delivery.clock import RealClock, VirtualClock
from harness.delivery.outbox import CallbackRefused, Delivery, Notification, Outbox, Result
from harness.delivery.settings import DeliverySettings, Kind, Order, settings_from_json, settings_to_json
from harness.errors import UsageError

PATIENCE = 10.0  # seconds; what waits this long has failed
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)

Answer = int | BaseException


class Bot:
    """Takes what is posted; answers as told, 202 when nothing (more) is told."""

    def __init__(self, clock: VirtualClock, answers: Sequence[Answer] = ()) -> None:
        self.got: list[tuple[float, str]] = []
        self._clock = clock
        self._answers = iter(answers)

    def __call__(self, notification: Notification, /) -> int:
        self.got.append(((self._clock.now() - BEGINNING).total_seconds(), notification.label))
        answer = next(self._answers, 202)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    @property
    def labels(self) -> list[str]:
        return [label for _, label in self.got]


class Rig:
    """An outbox on virtual time, and the bot it posts to."""

    def __init__(
        self, answers: Sequence[Answer] = (), settings: DeliverySettings = DeliverySettings(), journal: int = 1000
    ) -> None:
        self.clock = VirtualClock()
        self.bot = Bot(self.clock, answers)
        self.outbox = Outbox(self.clock, self.bot, rng=random.Random(1), settings=settings, journal=journal)

    @property
    def results(self) -> list[tuple[str, int, Result]]:
        return results_of(self.outbox)


def results_of(outbox: Outbox) -> list[tuple[str, int, Result]]:
    return [(d.label, d.attempt, d.result) for d in outbox.deliveries()]


def notice(label: str, *, call: str = "a", kind: Kind = Kind.CALL) -> Notification:
    return Notification(
        call, kind, label, "http://localhost/callback", {"Accept": "application/json"}, b"{}", "bot", "tenant"
    )


# ---- order


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 3), st.floats(0, 5)), max_size=40),
    st.lists(st.sampled_from([202, 404, 503]), max_size=40),
    st.integers(0, 2**32),
)
def test_calls_keep_their_order_whatever_delay_jitter_and_retries_do(
    puts: list[tuple[str, float, float]], answers: list[int], seed: int
) -> None:
    clock = VirtualClock()
    bot = Bot(clock, answers)
    outbox = Outbox(clock, bot, rng=random.Random(seed))
    for number, (call, delay, jitter) in enumerate(puts):
        outbox.put([notice(f"{call}{number}", call=call)], DeliverySettings(delay=delay, jitter=jitter))

    clock.drain()

    for call in "abc":
        wanted = [f"{call}{number}" for number, put in enumerate(puts) if put[0] == call]
        first_attempts = [label for label, _ in itertools.groupby(la for la in bot.labels if la.startswith(call))]
        assert first_attempts == wanted
    finished = [label for label, _, result in results_of(outbox) if result is not Result.RETRYING]
    assert sorted(finished) == sorted(f"{put[0]}{number}" for number, put in enumerate(puts))
    assert (outbox.pending, clock.pending) == (0, 0)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 3), st.floats(0, 5)), max_size=20))
def test_nothing_goes_before_its_own_delay(puts: list[tuple[str, float, float]]) -> None:
    rig = Rig()
    for number, (call, delay, jitter) in enumerate(puts):
        rig.outbox.put([notice(str(number), call=call)], DeliverySettings(delay=delay, jitter=jitter))

    rig.clock.drain()

    assert len(rig.bot.got) == len(puts)
    for at, label in rig.bot.got:
        _, delay, _ = puts[int(label)]
        assert at >= delay - 1e-5  # dates count microseconds


def test_later_one_waits_for_the_delay_of_the_earlier() -> None:
    rig = Rig()
    rig.outbox.put([notice("first")], DeliverySettings(delay=5))
    rig.outbox.put([notice("second")], DeliverySettings(delay=1))
    rig.outbox.put([notice("of another call", call="b")], DeliverySettings(delay=1))

    rig.clock.drain()

    assert rig.bot.got == [(1.0, "of another call"), (5.0, "first"), (5.0, "second")]


def test_jitter_is_drawn_from_the_given_random() -> None:
    rig = Rig(settings=DeliverySettings(delay=1, jitter=2))
    rig.outbox.put([notice("one")])

    rig.clock.drain()

    ((at, _),) = rig.bot.got
    assert at == pytest.approx(1 + random.Random(1).uniform(0, 2), abs=1e-5)


def test_nothing_is_posted_inside_put() -> None:
    rig = Rig()

    rig.outbox.put([notice("one")])

    assert (rig.bot.got, rig.outbox.pending) == ([], 1)


def test_what_a_bots_handler_causes_comes_after_it() -> None:
    clock = VirtualClock()
    got: list[str] = []

    def post(notification: Notification, /) -> int:
        got.append(f"{notification.label} begins")
        if notification.label == "first":
            outbox.put([notice("second")])
        got.append(f"{notification.label} ends")
        return 202

    outbox = Outbox(clock, post, rng=random.Random(0))
    outbox.put([notice("first")])

    clock.drain()

    assert got == ["first begins", "first ends", "second begins", "second ends"]


OPERATION, ROSTER, CALL = Kind.OPERATION, Kind.ROSTER, Kind.CALL


@pytest.mark.parametrize(
    ("order", "batch", "wanted"),
    [
        (Order.DOCUMENTED, [OPERATION, ROSTER, CALL], [0, 1, 2]),
        (Order.ROSTER_FIRST, [OPERATION, ROSTER, CALL], [1, 0, 2]),
        (Order.ROSTER_FIRST, [OPERATION, ROSTER, ROSTER], [1, 2, 0]),
        (Order.ROSTER_FIRST, [OPERATION, OPERATION, ROSTER], [0, 2, 1]),
        (Order.ROSTER_FIRST, [CALL, ROSTER], [0, 1]),
        (Order.ROSTER_FIRST, [ROSTER, OPERATION], [0, 1]),
        (Order.REVERSED, [OPERATION, ROSTER, CALL], [2, 1, 0]),
        (Order.REVERSED, [OPERATION], [0]),
    ],
    ids=[
        "documented",
        "roster-first",
        "two rosters",
        "second operation",
        "no operation",
        "roster leads",
        "reversed",
        "one reversed",
    ],
)
def test_order_within_one_cause(order: Order, batch: list[Kind], wanted: list[int]) -> None:
    rig = Rig(settings=DeliverySettings(order=order))
    rig.outbox.put([notice(str(number), kind=kind) for number, kind in enumerate(batch)])

    rig.clock.drain()

    assert rig.bot.labels == [str(number) for number in wanted]


def test_roster_first_keeps_to_one_cause() -> None:
    rig = Rig(settings=DeliverySettings(order=Order.ROSTER_FIRST))
    rig.outbox.put([notice("operation", kind=OPERATION)])
    rig.outbox.put([notice("roster", kind=ROSTER)])

    rig.clock.drain()

    assert rig.bot.labels == ["operation", "roster"]


def test_roster_of_another_call_stays_where_it_is() -> None:
    rig = Rig(settings=DeliverySettings(order=Order.ROSTER_FIRST))
    rig.outbox.put([notice("operation", kind=OPERATION), notice("roster", kind=ROSTER, call="b")])

    rig.clock.drain()

    assert rig.bot.labels == ["operation", "roster"]


def test_reversed_order_goes_across_the_calls_of_one_cause() -> None:
    rig = Rig(settings=DeliverySettings(order=Order.REVERSED))
    rig.outbox.put([notice("operation", kind=OPERATION), notice("roster", kind=ROSTER), notice("end", call="b")])

    rig.clock.drain()

    assert rig.bot.labels == ["end", "roster", "operation"]


def test_reversed_order_of_one_call_leaves_others_where_they_are() -> None:
    rig = Rig()
    batch = [notice("1"), notice("2", call="b"), notice("3"), notice("4", call="b"), notice("5")]
    rig.outbox.put(batch, own={"a": DeliverySettings(order=Order.REVERSED)})

    rig.clock.drain()

    assert rig.bot.labels == ["5", "2", "3", "4", "1"]


def test_reversed_order_keeps_to_one_cause() -> None:
    rig = Rig(settings=DeliverySettings(order=Order.REVERSED))
    rig.outbox.put([notice("first"), notice("second")])
    rig.outbox.put([notice("third")])

    rig.clock.drain()

    assert rig.bot.labels == ["second", "first", "third"]


# ---- loss and duplication


def test_notifications_of_one_cause_are_delivered_in_order_across_calls() -> None:
    """The end of a replaced call is told after what replaced it, also while that has to be tried again."""
    rig = Rig([503])
    new = [notice("operation", call="new", kind=Kind.OPERATION), notice("roster", call="new", kind=Kind.ROSTER)]
    old = [notice("terminating", call="old"), notice("terminated", call="old")]

    rig.outbox.put([*new, *old])
    rig.outbox.put([notice("other", call="other")])
    rig.clock.drain()

    assert rig.bot.labels == ["operation", "other", "operation", "roster", "terminating", "terminated"]
    assert (rig.outbox.pending, rig.clock.pending) == (0, 0)


def test_one_cause_over_many_calls_keeps_its_order_where_posting_is_submitted() -> None:
    clock = VirtualClock()
    bot = Bot(clock, [])
    waiting: list[Callable[[], None]] = []
    outbox = Outbox(clock, bot, rng=random.Random(1), submit=waiting.append)
    outbox.put([notice(f"{call}{n}", call=call) for call in "abc" for n in (1, 2)])

    while clock.pending or waiting:
        clock.advance(1)
        while waiting:
            waiting.pop()()

    assert bot.labels == ["a1", "a2", "b1", "b2", "c1", "c2"]
    assert outbox.pending == 0


def test_settings_of_one_call_count_within_a_cause_of_several() -> None:
    rig = Rig()
    own = {"old": DeliverySettings(drop=frozenset({Kind.CALL}))}

    rig.outbox.put([notice("new", call="new"), notice("old", call="old")], own=own)
    rig.clock.drain()

    assert rig.bot.labels == ["new"]


def test_journal_keeps_the_beginning_of_a_body() -> None:
    rig = Rig()
    rig.outbox.put([replace(notice("one"), body=b"x" * 10**6)])

    rig.clock.drain()

    assert [len(d.body) for d in rig.outbox.deliveries()] == [64 * 2**10]


def test_dropped_kind_is_journaled_and_not_posted() -> None:
    rig = Rig(settings=DeliverySettings(drop=frozenset({ROSTER})))
    rig.outbox.put([notice("operation", kind=OPERATION), notice("roster", kind=ROSTER)])

    rig.clock.drain()

    assert rig.bot.labels == ["operation"]
    assert rig.results == [("roster", 1, Result.DROPPED), ("operation", 1, Result.DELIVERED)]


def test_duplicated_kind_goes_twice_in_a_row() -> None:
    rig = Rig(settings=DeliverySettings(duplicate=frozenset({OPERATION})))
    rig.outbox.put([notice("operation", kind=OPERATION), notice("roster", kind=ROSTER)])

    rig.clock.drain()

    assert rig.bot.labels == ["operation", "operation", "roster"]


def test_settings_of_a_batch_go_before_those_for_all() -> None:
    rig = Rig(settings=DeliverySettings(delay=7))
    rig.outbox.put([notice("own", call="a")], DeliverySettings(delay=1))
    rig.outbox.put([notice("general", call="b")])

    rig.clock.drain()

    assert rig.bot.got == [(1.0, "own"), (7.0, "general")]


def test_new_settings_hold_for_what_is_put_after_them() -> None:
    rig = Rig(settings=DeliverySettings(delay=7))
    rig.outbox.put([notice("before", call="a")])
    rig.outbox.settings = DeliverySettings()
    rig.outbox.put([notice("after", call="b")])

    rig.clock.drain()

    assert rig.bot.got == [(0.0, "after"), (7.0, "before")]


# ---- retries


UNREACHED = pytest.mark.parametrize(
    ("answer", "status", "problem"),
    [
        (ConnectionRefusedError("nobody there"), None, "ConnectionRefusedError: nobody there"),
        (TimeoutError("timed out"), None, "TimeoutError: timed out"),
        (http.client.BadStatusLine("?"), None, "BadStatusLine: ?"),
        (500, 500, None),
        (503, 503, None),
    ],
    ids=["refused", "timeout", "no HTTP", "500", "503"],
)


@UNREACHED
def test_unreached_bot_is_tried_again_with_doubled_pauses(
    answer: Answer, status: int | None, problem: str | None
) -> None:
    rig = Rig([answer] * 4, DeliverySettings(retries=3, backoff=0.5))
    rig.outbox.put([notice("one"), notice("two")])

    rig.clock.drain()

    assert rig.bot.got == [(0.0, "one"), (0.5, "one"), (1.5, "one"), (3.5, "one"), (3.5, "two")]
    assert rig.results == [
        ("one", 1, Result.RETRYING),
        ("one", 2, Result.RETRYING),
        ("one", 3, Result.RETRYING),
        ("one", 4, Result.GIVEN_UP),
        ("two", 1, Result.DELIVERED),
    ]
    assert {(d.status, d.problem) for d in rig.outbox.deliveries()[:4]} == {(status, problem)}


def test_other_calls_go_on_while_one_is_tried_again() -> None:
    rig = Rig([503], DeliverySettings(backoff=0.5))
    rig.outbox.put([notice("one"), notice("two")])
    rig.outbox.put([notice("of another call", call="b")])

    rig.clock.drain()

    assert rig.bot.got == [(0.0, "one"), (0.0, "of another call"), (0.5, "one"), (0.5, "two")]


def test_retry_ends_with_the_first_success() -> None:
    rig = Rig([503, 202])
    rig.outbox.put([notice("one")])

    rig.clock.drain()

    assert rig.results == [("one", 1, Result.RETRYING), ("one", 2, Result.DELIVERED)]


def test_no_retries_means_one_attempt() -> None:
    rig = Rig([503], DeliverySettings(retries=0))
    rig.outbox.put([notice("one")])

    rig.clock.drain()

    assert rig.results == [("one", 1, Result.GIVEN_UP)]


@pytest.mark.parametrize("status", [302, 400, 404, 499])
def test_rejection_is_final(status: int) -> None:
    rig = Rig([status])
    rig.outbox.put([notice("one"), notice("two")])

    rig.clock.drain()

    assert rig.results == [("one", 1, Result.REJECTED), ("two", 1, Result.DELIVERED)]
    assert rig.outbox.deliveries()[0].status == status


@pytest.mark.parametrize("status", [200, 202, 204])
def test_any_2xx_is_a_delivery(status: int) -> None:
    rig = Rig([status])
    rig.outbox.put([notice("one")])

    rig.clock.drain()

    assert rig.results == [("one", 1, Result.DELIVERED)]


def test_refused_callback_is_journaled_with_the_remedy() -> None:
    rig = Rig([CallbackRefused("bot.example")])
    rig.outbox.put([notice("one"), notice("two")])

    rig.clock.drain()

    assert rig.results == [("one", 1, Result.REFUSED), ("two", 1, Result.DELIVERED)]
    assert rig.outbox.deliveries()[0].problem == (
        "callback host 'bot.example' is neither loopback nor allowed: allow it with --allow-callback bot.example"
    )


class Interrupted(BaseException):
    """As a test framework's way to fail, or Ctrl-C."""


@pytest.mark.parametrize("error", [ValueError("a bug"), Interrupted("a bug")], ids=["error", "interruption"])
def test_bug_of_a_bot_is_raised_and_its_notification_never_goes_again(error: BaseException) -> None:
    rig = Rig([error])
    rig.outbox.put([notice("one"), notice("two")])

    with pytest.raises(type(error), match=r"^a bug$"):
        rig.clock.drain()
    rig.clock.drain()

    assert rig.bot.labels == ["one", "two"]
    assert rig.results == [("one", 1, Result.GIVEN_UP), ("two", 1, Result.DELIVERED)]
    assert rig.outbox.deliveries()[0].problem == f"{type(error).__name__}: a bug"
    assert (rig.outbox.pending, rig.clock.pending) == (0, 0)


def test_bug_of_a_bot_is_logged_where_posting_was_submitted(caplog: pytest.LogCaptureFixture) -> None:
    clock = VirtualClock()
    bot = Bot(clock, [ValueError("a bug")])
    work: list[Callable[[], None]] = []
    outbox = Outbox(clock, bot, rng=random.Random(0), submit=work.append)
    outbox.put([notice("one")])
    clock.drain()

    for action in work:
        action()

    assert ("harness.delivery", logging.ERROR, "posting one failed") in caplog.record_tuples
    assert [d.result for d in outbox.deliveries()] == [Result.GIVEN_UP]


# ---- journal, log, reset


def test_journal_tells_every_attempt() -> None:
    rig = Rig([503], DeliverySettings(backoff=2))
    rig.outbox.put([notice("one", kind=ROSTER)])

    rig.clock.drain()

    first = Delivery(
        number=1,
        call_id="a",
        kind=ROSTER,
        label="one",
        callback_uri="http://localhost/callback",
        attempt=1,
        at=BEGINNING,
        result=Result.RETRYING,
        status=503,
        problem=None,
        body=b"{}",
    )
    second = replace(
        first, number=2, attempt=2, at=BEGINNING + timedelta(seconds=2), result=Result.DELIVERED, status=202
    )
    assert rig.outbox.deliveries() == [first, second]


def test_journal_keeps_the_last_and_counts_the_others() -> None:
    rig = Rig(journal=2)
    rig.outbox.put([notice(str(number)) for number in range(5)])

    rig.clock.drain()

    assert [(d.number, d.label) for d in rig.outbox.deliveries()] == [(4, "3"), (5, "4")]
    assert rig.outbox.dropped_from_journal == 3


@pytest.mark.parametrize(
    ("answer", "settings", "level", "message"),
    [
        (202, DeliverySettings(), logging.INFO, "one to http://localhost/callback: delivered (attempt 1, 202)"),
        (404, DeliverySettings(), logging.WARNING, "one to http://localhost/callback: rejected (attempt 1, 404)"),
        (
            ConnectionRefusedError("nobody there"),
            DeliverySettings(retries=0),
            logging.WARNING,
            "one to http://localhost/callback: given-up (attempt 1, ConnectionRefusedError: nobody there)",
        ),
        (
            202,
            DeliverySettings(drop=frozenset({CALL})),
            logging.INFO,
            "one to http://localhost/callback: dropped (attempt 1)",
        ),
    ],
    ids=["delivered", "rejected", "given-up", "dropped"],
)
def test_every_attempt_is_logged(
    answer: Answer, settings: DeliverySettings, level: int, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    rig = Rig([answer], settings)

    with caplog.at_level(logging.INFO, "harness.delivery"):
        rig.outbox.put([notice("one")])
        rig.clock.drain()

    assert caplog.record_tuples == [("harness.delivery", level, message)]


def test_reset_forgets_what_is_on_its_way_and_the_journal() -> None:
    rig = Rig()
    rig.outbox.put([notice("told")])
    rig.clock.drain()
    rig.outbox.put([notice("on its way")])

    rig.outbox.reset()
    rig.clock.drain()

    assert rig.bot.labels == ["told"]
    assert (rig.outbox.deliveries(), rig.outbox.pending, rig.outbox.dropped_from_journal) == ([], 0, 0)


def test_attempt_under_way_at_a_reset_ends_unseen_and_is_not_repeated() -> None:
    clock = VirtualClock()
    labels: list[str] = []

    def post(notification: Notification, /) -> int:
        labels.append(notification.label)
        if notification.label == "old":
            outbox.reset()
            outbox.put([notice("new")])
            return 503
        return 202

    outbox = Outbox(clock, post, rng=random.Random(0))
    outbox.put([notice("old")])

    clock.drain()

    assert labels == ["old", "new"]
    assert [(d.number, d.label) for d in outbox.deliveries()] == [(1, "new")]
    assert clock.now() == BEGINNING


class CallId(str):
    """A text whose end can be watched."""


def test_nothing_is_kept_of_a_call_that_has_nothing_left() -> None:
    rig = Rig(journal=0)
    call_id = CallId("a")
    watched = weakref.ref(call_id)
    rig.outbox.put([notice("one", call=call_id)])
    rig.clock.drain()

    del call_id
    gc.collect()

    assert watched() is None


# ---- real time


def test_puts_from_many_threads_arrive_once_each_and_in_order() -> None:
    threads, puts = 8, 500
    everything = threading.Event()
    lock = threading.Lock()
    got: list[tuple[str, str]] = []

    def post(notification: Notification, /) -> int:
        with lock:
            got.append((notification.call_id, notification.label))
            if len(got) == threads * puts:
                everything.set()
        return 202

    clock = RealClock()
    clock.start()
    with ThreadPoolExecutor(8) as posting, ThreadPoolExecutor(threads) as putting:

        def submit(action: Callable[[], None]) -> None:
            posting.submit(action)

        settings = DeliverySettings(jitter=0.002)
        outbox = Outbox(clock, post, rng=random.Random(0), settings=settings, submit=submit, journal=threads * puts)

        def put(thread: int) -> None:
            for number in range(puts):
                call = "shared" if number % 5 == 0 else str(thread)
                outbox.put([notice(f"{thread} {number}", call=call)])

        list(putting.map(put, range(threads)))
        arrived = everything.wait(PATIENCE)
        clock.stop()

    assert arrived
    assert sorted(label for _, label in got) == sorted(f"{t} {n}" for t in range(threads) for n in range(puts))
    for thread in range(threads):
        own = [label for call, label in got if call == str(thread)]
        shared = [label for call, label in got if call == "shared" and label.startswith(f"{thread} ")]
        assert own == [f"{thread} {number}" for number in range(puts) if number % 5]
        assert shared == [f"{thread} {number}" for number in range(0, puts, 5)]
    assert (outbox.pending, len(outbox.deliveries())) == (0, threads * puts)


def test_slow_bot_holds_up_its_own_call_only() -> None:
    release, fast, second = threading.Event(), threading.Event(), threading.Event()

    def post(notification: Notification, /) -> int:
        if notification.label == "slow":
            release.wait(PATIENCE)
        {"fast": fast, "second": second}.get(notification.label, threading.Event()).set()
        return 202

    clock = RealClock()
    clock.start()
    with ThreadPoolExecutor(2) as posting:

        def submit(action: Callable[[], None]) -> None:
            posting.submit(action)

        outbox = Outbox(clock, post, rng=random.Random(0), submit=submit)
        outbox.put([notice("slow", call="a"), notice("second", call="a")])
        outbox.put([notice("fast", call="b")])

        passed = fast.wait(PATIENCE)
        second_while_slow = second.is_set()
        release.set()
        ended = second.wait(PATIENCE)
        clock.stop()

    assert (passed, second_while_slow, ended) == (True, False, True)


# ---- settings as JSON


@given(
    st.builds(
        DeliverySettings,
        order=st.sampled_from(Order),
        delay=st.floats(0, 86_400),
        jitter=st.floats(0, 86_400),
        drop=st.frozensets(st.sampled_from(Kind)),
        duplicate=st.frozensets(st.sampled_from(Kind)),
        retries=st.integers(0, 10),
        backoff=st.floats(0, 86_400),
    )
)
def test_settings_survive_json(settings: DeliverySettings) -> None:
    written = json.dumps(settings_to_json(settings))

    assert settings_from_json(json.loads(written), "body") == settings


def test_settings_left_out_are_the_default() -> None:
    assert settings_from_json({}, "body") == DeliverySettings()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "body: expected an object, got []"),
        (
            {"dealy": 1},
            "body: unknown 'dealy'; known: order, delay, jitter, drop, duplicate, retries, backoff",
        ),
        ({"order": "random"}, "body.order: 'random' is none of documented, roster-first, reversed"),
        ({"order": []}, "body.order: [] is none of documented, roster-first, reversed"),
        ({"drop": "call"}, "body.drop: expected a list of call, roster, operation, got 'call'"),
        ({"duplicate": ["calls"]}, "body.duplicate: expected a list of call, roster, operation, got ['calls']"),
        ({"delay": -1}, "body.delay: expected seconds, from 0 to 86400, got -1"),
        ({"delay": True}, "body.delay: expected seconds, from 0 to 86400, got True"),
        ({"delay": float("nan")}, "body.delay: expected seconds, from 0 to 86400, got nan"),
        ({"jitter": float("inf")}, "body.jitter: expected seconds, from 0 to 86400, got inf"),
        ({"backoff": "1"}, "body.backoff: expected seconds, from 0 to 86400, got '1'"),
        ({"retries": 1.5}, "body.retries: expected a whole number, from 0 to 10, got 1.5"),
        ({"retries": 11}, "body.retries: expected a whole number, from 0 to 10, got 11"),
    ],
    ids=lambda value: None if isinstance(value, str) else json.dumps(value),
)
def test_wrong_settings_are_refused(value: Any, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        settings_from_json(value, "body")

    assert str(refused.value) == message
