"""The end of a test: what is due is let happen, and what went wrong on the way is said, also what the bot swallowed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from harness.delivery.bots import Escaped
from harness.delivery.outbox import Delivery, Result
from harness.target.journal import Entry
from harness.target.problems import Problem, ProblemKind
from harness.target.targets import Target

_REJECTING: Final = "if that is meant, say graph.expect_rejections() first"


Render = Callable[[str], str]


def notification_problems(target: Target, render: Render, *, may_reject: bool) -> list[Problem]:
    """Notifications that nobody got, that were rejected or given up, and exceptions that escaped the bot.

    render: puts roles in place of identifiers.
    """
    problems = _raised(target.notifying.bots.errors, render)
    entries = target.journal.entries
    for delivery in target.outbox.deliveries():
        if delivery.result is Result.REFUSED:
            problems.append(_nobody(delivery, render(delivery.label)))
        elif may_reject or target.notifying.is_forged(delivery):
            continue
        elif delivery.result is Result.REJECTED:
            problems.append(_rejected(delivery, render(delivery.label)))
        elif delivery.result is Result.GIVEN_UP and (delivery.status is None or not _is_raised(delivery, entries)):
            problems.append(_given_up(delivery, render(delivery.label)))
    return problems


def _nobody(delivery: Delivery, label: str) -> Problem:
    return Problem(
        ProblemKind.NOBODY,
        f"nobody was told {label!r}",
        (delivery.problem or f"it goes to {delivery.callback_uri}",),
        f"mend the callbackUri, or say where the bot listens: graph.bot(…, callback={delivery.callback_uri!r})",
    )


def _rejected(delivery: Delivery, label: str) -> Problem:
    hint = (
        "if the bot listens elsewhere, say where: graph.bot(…, callback='/PATH')"
        if delivery.status in (404, 405)
        else _REJECTING
    )
    return Problem(
        ProblemKind.REJECTED,
        f"the bot answered {delivery.status} to {label!r}",
        (f"posted to {delivery.callback_uri}",),
        hint,
    )


def _given_up(delivery: Delivery, label: str) -> Problem:
    how = f"answered {delivery.status}" if delivery.status is not None else "did not answer"
    return Problem(
        ProblemKind.GIVEN_UP,
        f"the bot {how} to {label!r}" + (f", {delivery.attempt} times" if delivery.attempt > 1 else ""),
        (f"posted to {delivery.callback_uri}", *([delivery.problem] if delivery.problem else [])),
        _REJECTING,
    )


def _raised(errors: Sequence[Escaped], render: Render) -> list[Problem]:
    """Exceptions that escaped a bot, each once, however often the notification was tried again."""
    seen: dict[str, Problem] = {}
    for escaped in errors:
        trace = escaped.traceback.rstrip()
        what = f"{type(escaped.error).__name__} escaped the bot {escaped.bot!r}, at {render(escaped.doing)!r}"
        seen.setdefault(trace, Problem(ProblemKind.BOT_RAISED, what, (trace,)))
    return list(seen.values())


def _is_raised(delivery: Delivery, entries: Sequence[Entry]) -> bool:
    """Whether the bot's last answer was an exception, which is told already."""
    return any(e.problem is not None and e.interaction.request.body == delivery.body for e in entries)
