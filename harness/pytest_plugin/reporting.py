"""`--graph-report FILE`: what passed in each test, also of tests that ran in other processes (pytest-xdist)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.pytest_plugin.options import chosen

if TYPE_CHECKING:
    from harness.report.tests import Told


def keep(report: pytest.TestReport, target: str, timeline: str) -> None:
    """Send a test's timeline along with its report, which pytest-xdist carries over as it is."""
    report.graph_told = {  # type: ignore[attr-defined]
        "test": report.nodeid,
        "target": target,
        "outcome": report.outcome,
        "timeline": timeline,
    }


class Keeper:
    """Collects timelines where all reports come together, and writes them at the end."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._told: list[Told] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told: Any = getattr(report, "graph_told", None)
        if told is not None:
            self._told.append(told)

    def pytest_sessionfinish(self) -> None:
        from harness.report import tests_as

        path = chosen(self._config).report
        if path is not None:
            told = sorted(self._told, key=lambda t: t["test"])
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(tests_as(path.suffix, told), encoding="utf-8")
