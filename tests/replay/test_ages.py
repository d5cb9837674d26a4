"""How old a cassette is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from harness.cassette.format import Cassette
from harness.errors import CassetteError
from harness.replay import age_in_days, refuse_older
from tests.replay.build import asked, cassette, scenario

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def recorded(*started: str | None) -> Cassette:
    return cassette(*(replace(asked("GET", "/calls"), started=each) for each in started))


@pytest.mark.parametrize(
    ("date", "started", "days"),
    [
        ("2026-02-01", ["2026-01-01T00:00:00Z"], 28.5),
        ("2026-02", [], 28.5),
        ("2026", [], 59.5),
        ("2026-02-28T12:00:00+00:00", [], 1.0),
        (None, ["2026-02-28T13:00:00+01:00", "2026-02-27T12:00:00Z", None], 2.0),
        (None, [None, "some day"], None),
        (None, [], None),
        ("2026-13", [], None),
    ],
)
def test_age_is_by_the_date_else_by_when_it_began(
    date: str | None, started: list[str | None], days: float | None
) -> None:
    assert age_in_days(scenario(date).source, recorded(*started).interactions, NOW) == days


def test_without_scenario_file_the_interactions_tell() -> None:
    assert age_in_days(None, recorded("2026-02-28T12:00:00Z").interactions, NOW) == 1.0


def test_old_cassette_is_refused() -> None:
    with pytest.raises(CassetteError) as error:
        refuse_older(recorded(), scenario("2026-02-01"), 28, NOW)

    assert str(error.value) == (
        "cassettes/small.yaml: is 28.5 days old, --graph-max-age allows 28: "
        "record again with `pytest --graph-target=record`"
    )


def test_young_cassette_is_not() -> None:
    refuse_older(recorded(), scenario("2026-02-01"), 28.5, NOW)


def test_cassette_of_unknown_age_is_refused() -> None:
    with pytest.raises(CassetteError) as error:
        refuse_older(recorded(None), None, 1000, NOW)

    assert str(error.value) == (
        "cassettes/small.yaml: does not say when it was recorded, so that it cannot be younger than --graph-max-age "
        "asks: record again with `pytest --graph-target=record`, or write `source.date` in its scenario file"
    )
