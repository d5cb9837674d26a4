"""What people are to do, and what was recorded, said at once: past what pytest captures."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest


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
