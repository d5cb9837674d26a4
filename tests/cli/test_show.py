"""`graph-harness show`: the timeline as text, or as a page."""

from __future__ import annotations

import io
import subprocess
import sys
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


def test_what_a_stream_cannot_hold_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="ascii"))

    assert main(["show", str(INVITE)]) == 0
    assert rb"\u2190 updated" in raw.getvalue()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_said_and_is_no_drift() -> None:
    command = [sys.executable, "-m", "harness.cli", "show", str(INVITE)]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert (done.returncode, done.stderr) == (
        2,
        "graph-harness show: nothing more can be printed: No space left on device\n",
    )


def test_nobody_who_reads_is_no_error() -> None:
    command = f"{sys.executable} -m harness.cli show {INVITE} | head -1; exit ${{PIPESTATUS[0]}}"

    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_an_interruption_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("harness.cassette.format.load", interrupted)

    assert main(["show", str(INVITE)]) == 130
    assert capsys.readouterr().err == "graph-harness show: interrupted\n"
