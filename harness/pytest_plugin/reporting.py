"""`--graph-report FILE`: what passed in each test, also of tests that ran in other processes (pytest-xdist)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from harness.report.tests import Told


def keep(report: pytest.TestReport, target: str, said: str | None, timeline: str) -> None:
    """Send a test's timeline along with its report, which pytest-xdist carries over as it is."""
    told = {
        "test": report.nodeid,
        "target": target,
        "outcome": report.outcome if report.when == "call" else "error",
        "said": said,
        "timeline": timeline,
    }
    report.graph_told = told  # type: ignore[attr-defined]


class Keeper:
    """Collects timelines where all reports come together, and writes them at the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._told: dict[str, Told] = {}
        self._problem: str | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """What fails after a test counts for more than that it had passed."""
        told: Told | None = getattr(report, "graph_told", None)
        if told is None:
            return
        before = self._told.get(told["test"])
        if before is not None and before["said"]:
            told["said"] = f"{before['said']}\n\n{told['said']}"
        self._told[told["test"]] = told

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        from harness.report import tests_as

        told = sorted(self._told.values(), key=lambda t: t["test"])
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_text(tests_as(self._path.suffix, told), encoding="utf-8")
        except OSError as error:
            self._problem = f"--graph-report: {self._path} cannot be written: {error.strerror or error}"
            session.exitstatus = session.exitstatus or pytest.ExitCode.USAGE_ERROR

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        wrong = self._problem is not None
        terminalreporter.write_line(self._problem or f"graph: what passed is in {self._path}", red=wrong)
