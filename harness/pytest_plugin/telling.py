"""What people are to do, and what was recorded, said at once: past what pytest captures."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final

import pytest

from harness.errors import counted

if TYPE_CHECKING:
    from harness.target.live import Recorded

RECORDED: Final[pytest.StashKey[list[Recorded]]] = pytest.StashKey()
"""The cassettes of this run."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """What was recorded, at the end of all, where it is not lost between tests."""
    recorded = config.stash.get(RECORDED, [])
    if not recorded:
        return
    requests, told = sum(one.requests for one in recorded), sum(one.notifications for one in recorded)
    what = f"{counted(requests, 'request')} and {counted(told, 'notification')}"
    same = sum(one.is_same for one in recorded)
    terminalreporter.section("graph: recorded")
    terminalreporter.write_line(f"{counted(len(recorded), 'cassette')} with {what}; the fake does the same in {same}")
    for one in recorded:
        terminalreporter.write_line(f"{one.path}: {one.verdict}")


def teller(config: pytest.Config) -> Callable[[str], None]:
    """Writes a line, or several, to the terminal while a test runs."""

    def tell(text: str) -> None:
        terminal: Any = config.pluginmanager.get_plugin("terminalreporter")
        capturing: Any = config.pluginmanager.get_plugin("capturemanager")
        if terminal is None:
            return
        with nullcontext() if capturing is None else capturing.global_and_fixture_disabled():
            _write(terminal, config, text)

    return tell


def _write(terminal: Any, config: pytest.Config, text: str) -> None:
    terminal.ensure_newline()
    if config.get_terminal_writer().width_of_current_line:
        terminal.line("")
    for line in text.splitlines():
        terminal.write_line(f"graph: {line}")
