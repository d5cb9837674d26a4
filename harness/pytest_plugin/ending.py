"""The end of each test: what went wrong unnoticed fails it, and a failure shows what passed."""

from __future__ import annotations

from collections.abc import Generator
from types import SimpleNamespace
from typing import Any, Final

import pytest

from harness.pytest_plugin.fixtures import SESSION
from harness.pytest_plugin.options import chosen
from harness.pytest_plugin.reporting import keep
from harness.pytest_plugin.targets import IN_TENANT, target_of

TITLE: Final = "graph: requests → and notifications ←"
_FIRST: Final = 10
_LAST: Final = 30


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """After a test that has passed so far: everything that is due happens, and is looked at."""
    result = yield
    session = item.stash.get(SESSION, None)
    if session is not None:
        _check(session)
    return result


def _check(session: Any) -> None:
    """Apart, so that what it raises is shown without a trace."""
    from harness.errors import HarnessError
    from harness.target import as_text

    try:
        said = as_text(session.problems())
    except HarnessError as error:
        said = str(error)
    if said:
        pytest.fail(said, pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    _without_ours(call, item.config)
    report = yield
    said = _said(call) if report.failed else None
    is_kept = chosen(item.config).report is not None and (report.when == "call" or report.failed)
    timeline = ""
    session = item.stash.get(SESSION, None)
    if session is not None:
        said = said and session.target.shown(said)
        if call.excinfo is not None:
            session.overlook()
        if report.failed or is_kept:
            timeline = session.graph.timeline(failed=said)
        if report.failed and not _tells(call, session.graph.timeline()):
            report.sections.append((TITLE, _on_one_screen(timeline)))
        _mask(report, session)
    if is_kept and "graph" in getattr(item, "fixturenames", ()):
        keep(report, target_of(item) if session is None else str(session.graph.target), said, timeline)
    return report


class _Masked:
    """A failure as text, for whoever prints it; and why, for the summary."""

    def __init__(self, text: str, reason: str) -> None:
        self._text = text
        self.reprcrash = SimpleNamespace(message=reason)

    def __str__(self) -> str:
        return self._text

    def toterminal(self, writer: Any) -> None:
        writer.line(self._text)


def _mask(report: pytest.TestReport, session: Any) -> None:
    """What pytest shows of a test in a tenant, and writes into files, holds no secrets and names either."""
    if str(session.graph.target) not in IN_TENANT:
        return
    shown = session.target.shown
    report.sections = [(title, shown(text)) for title, text in report.sections]
    report.user_properties = [(name, shown(v) if isinstance(v, str) else v) for name, v in report.user_properties]
    if isinstance(report.longrepr, tuple):  # where and why it was skipped
        file, line, why = report.longrepr
        report.longrepr = file, line, shown(why)
    elif report.longrepr is not None:  # also of one that was expected to fail
        crash = getattr(report.longrepr, "reprcrash", None)
        text = shown(str(report.longrepr))
        masked: Any = text if crash is None else _Masked(text, shown(crash.message))
        report.longrepr = masked
    if hasattr(report, "wasxfail"):
        report.wasxfail = shown(report.wasxfail)


def _without_ours(call: pytest.CallInfo[None], config: pytest.Config) -> None:
    """An error of ours speaks for itself: it is shown at the line of the test, or of the bot, that brought it about."""
    from harness.errors import HarnessError
    from harness.frames import up_to_users

    error = call.excinfo.value if call.excinfo is not None else None
    if isinstance(error, HarnessError) and not config.getoption("fulltrace"):
        call.excinfo = pytest.ExceptionInfo.from_exception(error.with_traceback(up_to_users(error.__traceback__)))


def _on_one_screen(timeline: str) -> str:
    """How it began, and how it came to fail."""
    lines = timeline.splitlines()
    left = len(lines) - _FIRST - _LAST
    if left <= 1:
        return timeline
    gap = f"{'':9}  … {left} lines left out: --graph-report=FILE has all"
    return "\n".join([*lines[:_FIRST], gap, *lines[-_LAST:]])


def _tells(call: pytest.CallInfo[None], timeline: str) -> bool:
    """Whether the error itself shows what passed, as that of `wait_for` does."""
    return call.excinfo is not None and timeline in str(call.excinfo.value)


def _said(call: pytest.CallInfo[None]) -> str:
    """What the test failed with, in a line."""
    from harness.errors import HarnessError, named

    error = call.excinfo
    if error is None:
        return "failed"
    if isinstance(error.value, pytest.fail.Exception):
        return str(error.value)
    if isinstance(error.value, HarnessError):
        return named(error.value)
    return error.exconly(tryshort=True)
