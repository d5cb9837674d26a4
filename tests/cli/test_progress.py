"""The progress bar: on terminals, after a while, gone in the end."""

from __future__ import annotations

import io

from harness.cli.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    """Stands until it is put on."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


def drawn(stream: io.StringIO, *, seconds: float, steps: int = 4) -> Progress:
    clock = Clock()
    progress = Progress(stream, clock)
    for _ in range(steps):
        clock.time += seconds
        progress.advance(8)
    return progress


def test_short_work_has_no_bar() -> None:
    stream = Terminal()

    drawn(stream, seconds=0.1).erase()

    assert stream.getvalue() == ""


def test_long_work_has_one() -> None:
    stream = Terminal()

    drawn(stream, seconds=0.2)

    assert stream.getvalue() == (
        "\r█████████░░░░░░░░░░░░░░░ 3 of 8 cassettes\r████████████░░░░░░░░░░░░ 4 of 8 cassettes"
    )


def test_bar_is_erased() -> None:
    stream = Terminal()

    drawn(stream, seconds=1, steps=1).erase()

    bar, blank, rest = stream.getvalue()[1:].split("\r")
    assert (len(blank), blank.strip(), rest) == (len(bar), "", "")


def test_bar_is_not_drawn_more_often_than_it_is_looked_at() -> None:
    stream, clock = Terminal(), Clock()
    progress = Progress(stream, clock)
    clock.time = 1

    for _ in range(1000):
        progress.advance(1000)

    assert stream.getvalue().count("\r") == 1


def test_pipe_never_sees_a_bar() -> None:
    stream = io.StringIO()

    drawn(stream, seconds=10).erase()

    assert stream.getvalue() == ""
