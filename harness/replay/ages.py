"""How old a cassette is, and refusing those that are too old."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from harness.cassette.format import Cassette, Interaction
from harness.cassette.scenario import Scenario, Source
from harness.errors import CassetteError
from harness.replay.mismatch import RECORD_AGAIN

_DAY: Final = 86_400


def age_in_days(source: Source | None, interactions: Iterable[Interaction], now: datetime) -> float | None:
    """Days since what is on a cassette passed: by its source's date, else by when it began; None: nobody says.

    Of a date that is a year or a month its first day counts.
    """
    dates = [source.date] if source is not None and source.date is not None else [i.started for i in interactions]
    began = [moment for moment in map(_moment, dates) if moment is not None]
    return (now - min(began)).total_seconds() / _DAY if began else None


def refuse_older(cassette: Cassette, scenario: Scenario | None, days: float, now: datetime) -> None:
    """Raises: CassetteError for a cassette that is older than so many days, or of which nobody says how old it is."""
    age = age_in_days(scenario.source if scenario else None, cassette.interactions, now)
    if age is None:
        problem = (
            "does not say when it was recorded, so that it cannot be younger than --graph-max-age asks: "
            f"{RECORD_AGAIN}, or write `source.date` in its scenario file"
        )
        raise CassetteError(cassette.path, problem)
    if age > days:
        raise CassetteError(cassette.path, f"is {age:.1f} days old, --graph-max-age allows {days:g}: {RECORD_AGAIN}")


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text + {4: "-01-01", 7: "-01"}.get(len(text), ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
