"""Patterns of paths; drifts that are accepted; paths that were not seen."""

from __future__ import annotations

from typing import Any

import pytest

from harness.cassette.scenario import ABSENT, Known, Unseen
from harness.compare import Drift, judge, path_matches
from harness.compare.known import held_at, unseen_of


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("requests/1/url", "requests/1/url"),
        ("requests/*/url", "requests/12/url"),
        ("requests/1/response/headers/x-*-id", "requests/1/response/headers/x-y-id"),
        ("requests/**", "requests/1/response/status"),
        ("requests/**", "requests"),
        ("**/tenantId", "requests/1/body/participants/1/identity/user/tenantId"),
        ("notifications/2/resourceData/user <user:1>/id", "notifications/2/resourceData/user <user:1>/id"),
        ("a/[b]", "a/[b]"),
        ("a/b.c", "a/b.c"),
        (r"a/\*b", "a/*b"),
        (r"a/\**", "a/*b"),
    ],
    ids=[
        "same",
        "segment",
        "part",
        "all below",
        "itself too",
        "anywhere",
        "identity",
        "brackets",
        "dot",
        "star",
        "stars",
    ],
)
def test_pattern_matches(pattern: str, path: str) -> None:
    assert path_matches(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("requests/1", "requests/1/url"),
        ("requests/*", "requests/1/url"),
        ("requests/1/url", "requests/1/URL"),
        ("a/[b]", "a/b"),
        ("a/b.c", "a/bxc"),
        ("a/?", "a/b"),
        (r"a/\*", "a/b"),
        ("a**", "a/b"),
    ],
    ids=["shorter", "one segment only", "case", "brackets", "dot", "question mark", "star", "stars in a segment"],
)
def test_pattern_does_not_match(pattern: str, path: str) -> None:
    assert not path_matches(pattern, path)


def known(path: str = "a", kind: str = "value", recorded: Any = 1, fake: Any = 2) -> Known:
    return Known(path, kind, recorded, fake, "because", None)


DRIFT = Drift("a", "value", 1, 2)


def test_known_drift_is_accepted() -> None:
    entry = known()

    judgement = judge([DRIFT], [entry])

    assert (judgement.open, judgement.accepted, judgement.stale) == ((), ((DRIFT, entry),), ())


@pytest.mark.parametrize(
    "entry",
    [
        known(path="b"),
        known(kind="type"),
        known(recorded=True),
        known(recorded=ABSENT),
        known(recorded=None),
        known(fake=2.0),
        known(fake=ABSENT),
    ],
    ids=["path", "kind", "type", "nothing recorded", "null", "number", "nothing from the fake"],
)
def test_known_drift_that_differs_in_anything_accepts_nothing_and_is_stale(entry: Known) -> None:
    judgement = judge([DRIFT], [entry])

    assert (judgement.open, judgement.accepted, judgement.stale) == ((DRIFT,), (), (entry,))


def test_one_pattern_accepts_several_drifts() -> None:
    drifts = [Drift("a/1", "extra", ABSENT, None), Drift("a/2", "extra", ABSENT, None)]
    entry = known("a/*", "extra", ABSENT, None)

    judgement = judge(drifts, [entry])

    assert judgement.accepted == ((drifts[0], entry), (drifts[1], entry))
    assert judgement.stale == ()


def test_known_drift_of_nothing_is_stale() -> None:
    entry = known()

    assert judge([], [entry]).stale == (entry,)


def test_second_entry_for_one_drift_is_stale() -> None:
    first, second = known(), known("*")

    assert judge([DRIFT], [first, second]).stale == (second,)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("requests/1", "requests/1"),
        ("requests/1/body/a", "requests/1/body/a"),
        ("requests/1/body/list/2", "requests/1/body/list/2"),
        ("requests/1/body/b", None),
        ("requests/2/**", None),
    ],
    ids=["root", "null", "item", "nothing there", "elsewhere"],
)
def test_a_value_held_at_a_path_is_found(pattern: str, expected: str | None) -> None:
    assert held_at(pattern, {"requests": {"1": {"body": {"a": None, "list": [1, 2]}}}}) == expected


def test_unseen_takes_only_what_the_fake_has_alone() -> None:
    extra, missing, elsewhere = (
        Drift("a", "extra", ABSENT, 1),
        Drift("a", "missing", 1, ABSENT),
        Drift("b", "extra", ABSENT, 1),
    )
    used, unused = Unseen("a", "not printed"), Unseen("c", "not printed")

    assert unseen_of([extra, missing, elsewhere], [used, unused]) == (
        [missing, elsewhere],
        [(extra, used)],
        [unused],
    )


def test_unseen_hides_no_copy_of_what_was_told() -> None:
    again = Drift("notifications/extra/updated call", "duplicate", ABSENT, "updated")
    entry = Unseen("notifications/extra/updated call", "not printed")

    assert unseen_of([again], [entry]) == ([again], [], [entry])


@pytest.mark.parametrize(("path", "left"), [("a", 1), ("*", 0)], ids=["one path", "a star"])
def test_an_entry_accepts_one_drift_unless_it_has_a_star(path: str, left: int) -> None:
    assert len(judge([DRIFT, DRIFT], [known(path)]).open) == left


def test_the_first_entry_that_fits_accepts() -> None:
    first, second = known("*"), known("a")

    assert judge([DRIFT], [first, second]).accepted == ((DRIFT, first),)
    assert judge([DRIFT], [second, first]).accepted == ((DRIFT, second),)
