"""What a test left over of its cassette, and what becomes of that: an error, a warning, or nothing."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from harness.cassette.bodies import items_of, parsed, resource_of
from harness.cassette.format import Interaction
from harness.errors import HarnessError, counted
from harness.replay.replaying import Replay


class OnUnplayed(StrEnum):
    FAIL = "fail"
    WARN = "warn"
    IGNORE = "ignore"


class Unplayed(HarnessError):
    """A test did not ask for all that its cassette holds."""


class UnplayedWarning(UserWarning):
    """The same, where it is to be told only."""


def complain(replay: Replay, on_unplayed: OnUnplayed = OnUnplayed.FAIL) -> None:
    """Say what is left over, if something is. Raises: Unplayed."""
    text = leftover(replay)
    if text is None or on_unplayed is OnUnplayed.IGNORE:
        return
    if on_unplayed is OnUnplayed.FAIL:
        raise Unplayed(text)
    warnings.warn(UnplayedWarning(text), stacklevel=2)


def leftover(replay: Replay, otherwise: str = ", or allow it with `--graph-on-unplayed=ignore`") -> str | None:
    """Which recorded requests were never made and which notifications never due, identifiers as roles; None if none.

    otherwise: what else may be done than making the requests, and recording again.
    """
    unplayed, undelivered = replay.unplayed, replay.undelivered
    if not unplayed and not undelivered:
        return None
    requests, told = _counted(unplayed, "request", "made"), _counted(undelivered, "notification", "due")
    return "\n".join(
        (
            f"{replay.cassette.path}: {' and '.join(part for part in (requests, told) if part)}",
            *(f"  not made  seq {i.seq}, {replay.named(i)}" for i in unplayed),
            *(f"  not due   seq {i.seq}, {replay.naming.render(_told(i))}" for i in undelivered),
            f"  to do     make the requests, {'' if otherwise else 'or '}{replay.again}{otherwise}",
        )
    )


def _counted(interactions: Sequence[Interaction], noun: str, done: str) -> str:
    if not interactions:
        return ""
    return f"{counted(len(interactions), noun)} {'was' if len(interactions) == 1 else 'were'} never {done}"


def _told(interaction: Interaction) -> str:
    """A notification in one line."""
    found = map(_item, items_of(parsed(interaction.request.body)))
    return " + ".join(found) or f"POST {interaction.request.uri}"


def _item(item: dict[str, Any]) -> str:
    return f"{item.get('changeType', '?')} {resource_of(item) or '?'}"
