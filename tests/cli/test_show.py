"""`graph-harness show`: the timeline as text, or as a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.cli import main

INVITE = Path(__file__).parent.parent.parent / "cassettes" / "documented" / "participant-invite.1-one-participant.yaml"


def test_show_prints_the_timeline(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(INVITE)]) == 0
    assert "← updated /communications/calls/<call:1>/participants" in capsys.readouterr().out


def test_page_is_written_instead(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "timeline.html"

    code = main(["show", str(INVITE), "--html", str(page)])

    assert (code, capsys.readouterr().out) == (0, "")
    assert page.read_text().startswith("<!doctype html>")


def test_page_that_cannot_be_written_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "no" / "timeline.html"

    code = main(["show", str(INVITE), "--html", str(page)])

    assert code == 2
    assert capsys.readouterr().err == (
        f"graph-harness show: {page}: cannot be written: there is no folder {str(page.parent)!r}; make it first\n"
    )
