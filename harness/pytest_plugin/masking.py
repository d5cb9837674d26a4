"""What pytest says of tests in a tenant beside their reports: warnings, logs as they come, the file of logs."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable
from typing import Any, Final

import pytest

Shown = Callable[[str], str]

_NAME: Final = "graph-masks"


def mask(config: pytest.Config, shown: Shown) -> None:
    """From here on, by the map of this test."""
    masks: Masks | None = config.pluginmanager.get_plugin(_NAME)
    if masks is None:
        masks = Masks()
        config.pluginmanager.register(masks, _NAME)
        masks.wrap_logs(config)
    masks.shown = shown


class Masks:
    """Of the test in a tenant that runs, or ran last: what comes of it comes late, too."""

    def __init__(self) -> None:
        self.shown: Shown = str

    def wrap_logs(self, config: pytest.Config) -> None:
        """The handlers that write at once. What others collect is masked with the report that shows it."""
        logs: Any = config.pluginmanager.get_plugin("logging-plugin")
        for handler in (getattr(logs, "log_cli_handler", None), getattr(logs, "log_file_handler", None)):
            if handler is not None and getattr(handler, "baseFilename", None) != os.devnull:
                handler.setFormatter(_Masked(handler.formatter, self))

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage) -> None:
        warning_message.message = self.shown(str(warning_message.message))


class _Masked(logging.Formatter):
    def __init__(self, formatter: logging.Formatter | None, masks: Masks) -> None:
        super().__init__()
        self._formatter = formatter or logging.Formatter()
        self._masks = masks

    def format(self, record: logging.LogRecord) -> str:
        return self._masks.shown(self._formatter.format(record))
