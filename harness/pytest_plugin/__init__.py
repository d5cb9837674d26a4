"""The pytest plugin: the fixture `graph` and its company, and cassettes as tests.

Heavy imports are inside, so that whoever does not use it pays nothing. pytest finds here what it calls.
"""

from __future__ import annotations

import pytest

from harness.pytest_plugin.ending import pytest_runtest_call, pytest_runtest_makereport
from harness.pytest_plugin.fixtures import graph, graph_cassette_dir, graph_config, graph_server
from harness.pytest_plugin.options import ARGUMENTS, CHOSEN, pytest_addoption, read
from harness.pytest_plugin.reporting import Keeper
from harness.pytest_plugin.targets import graph_target, pytest_generate_tests
from harness.pytest_plugin.telling import pytest_terminal_summary
from harness.pytest_plugin.verifying import pytest_collect_file, pytest_make_collect_report

__all__ = [
    "graph",
    "graph_cassette_dir",
    "graph_config",
    "graph_server",
    "graph_target",
    "pytest_addoption",
    "pytest_collect_file",
    "pytest_configure",
    "pytest_generate_tests",
    "pytest_make_collect_report",
    "pytest_runtest_call",
    "pytest_runtest_makereport",
    "pytest_terminal_summary",
]


def pytest_configure(config: pytest.Config) -> None:
    config.stash[CHOSEN] = options = read(config)
    arguments = ", ".join(f"{name}=…" for name in ARGUMENTS)
    config.addinivalue_line("markers", f"graph({arguments}): how this test's Graph is set up (graph-call-harness)")
    if options.report is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Keeper(options.report), "graph-report")
