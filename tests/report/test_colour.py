"""Colour: on terminals, and where somebody says so."""

from __future__ import annotations

import io

import pytest

from harness.report import wants_colour


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({}, True),
        ({"TERM": "dumb"}, False),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
        ({"NO_COLOR": "0", "FORCE_COLOR": "1"}, False),
    ],
    ids=["terminal", "dumb", "NO_COLOR", "empty NO_COLOR", "NO_COLOR goes before"],
)
def test_terminal_gets_colour_unless_it_is_refused(environ: dict[str, str], wanted: bool) -> None:
    assert wants_colour(Terminal(), environ) is wanted


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": ""}, False), ({"TERM": "xterm-256color"}, False)],
    ids=["pipe", "FORCE_COLOR", "empty FORCE_COLOR", "TERM"],
)
def test_pipe_gets_colour_only_where_it_is_forced(environ: dict[str, str], wanted: bool) -> None:
    assert wants_colour(io.StringIO(), environ) is wanted
