"""What people are to do, and what was recorded, said at once: past what pytest captures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


def teller(config: pytest.Config) -> Callable[[str], None]:
    """Writes a line, or several, to the terminal while a test runs."""

    def tell(text: str) -> None:
        terminal: Any = config.pluginmanager.get_plugin("terminalreporter")
        capturing: Any = config.pluginmanager.get_plugin("capturemanager")
        if terminal is None:
            return
        if capturing is None:
            _write(terminal, text)
            return
        with capturing.global_and_fixture_disabled():
            _write(terminal, text)

    return tell


def _write(terminal: Any, text: str) -> None:
    terminal.ensure_newline()
    for line in text.splitlines():
        terminal.write_line(f"graph: {line}")
