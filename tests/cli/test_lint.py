"""`graph-harness lint`: clean, public, unclean, unread; and exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.cassette.format import dumps, load
from harness.cassette.sanitise import Sanitiser
from harness.cli import main

CASSETTES = Path(__file__).parent.parent.parent / "cassettes"
INVITE = CASSETTES / "documented" / "participant-invite.4-pstn-participant.yaml"
RECORDED = "source: {kind: recorded, link: https://example.org}\n"


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    path = tmp_path / "clean.yaml"
    path.write_text(dumps(filter(None, map(Sanitiser().interaction, load(INVITE).interactions))))
    return path


def test_a_recorded_cassette_that_holds_nothing_is_clean(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clean.with_name("clean.scenario.yaml").write_text(RECORDED)

    assert main(["lint", str(clean)]) == 0
    assert capsys.readouterr().out == (
        f"clean    {clean}\n1 cassette · 1 clean · 0 public · 0 unclean · 0 unread\n"
    )  # fmt: skip


def test_what_is_wrong_is_said_below_the_cassette(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clean.write_text(clean.read_text().replace('"sourceId": "1"', '"sourceId": "Adele Vance"'))

    assert main(["lint", str(clean.parent)]) == 1
    out = capsys.readouterr().out
    assert out == (
        f"unclean  {clean}\n"
        "         interaction 3, request/body/value/1/resourceData/1/mediaStreams/1/sourceId: "
        "holds text that is not Graph's own; right would be 'text-1' (rule text)\n"
        "1 cassette · 0 clean · 0 public · 1 unclean · 0 unread\n"
    )


def test_without_a_scenario_file_a_cassette_counts_as_recorded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(INVITE.read_text())

    assert main(["lint", str(path)]) == 1
    assert capsys.readouterr().out.startswith(f"unclean  {path}\n         interaction 1, request/uri: holds what ident")


def test_shipped_cassettes_are_public_and_hold_nothing_that_none_may(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", str(CASSETTES)]) == 0

    *lines, counts = capsys.readouterr().out.splitlines()
    assert counts == f"{len(lines)} cassettes · 0 clean · {len(lines)} public · 0 unclean · 0 unread"
    assert (
        f"public   {INVITE}  (documented, not recorded: 22 values of its public source that a recording would not keep)"
    ) in lines


def test_a_token_is_wrong_whatever_the_source(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(INVITE.read_text().replace("Bearer REDACTED", "Bearer abc"))
    path.with_name("a.scenario.yaml").write_text("source: {kind: observed, link: https://example.org}\n")

    assert main(["lint", str(path)]) == 1
    assert capsys.readouterr().out == (
        f"unclean  {path}  (observed, not recorded: 17 values of its public source that a recording would not keep)\n"
        "         interaction 1, request/headers/Authorization: "
        "holds a token; right would be 'Bearer REDACTED' (rule token)\n"
        "1 cassette · 0 clean · 0 public · 1 unclean · 0 unread\n"
    )


def test_what_cannot_be_read_is_no_success(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = clean.with_name("bad.yaml")
    bad.write_text("version: 2\ninteractions: []\n")

    assert main(["lint", str(clean.parent)]) == 3
    assert capsys.readouterr().out == (
        f"unread   {bad}: version 2 is newer than 1: upgrade graph-call-harness\n"
        f"clean    {clean}\n"
        "2 cassettes · 1 clean · 0 public · 0 unclean · 1 unread\n"
    )


def test_a_folder_without_cassettes_is_no_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", str(tmp_path)]) == 3
    assert capsys.readouterr().out == "0 cassettes · 0 clean · 0 public · 0 unclean · 0 unread\n"


def test_a_path_that_does_not_exist_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "no.yaml"

    assert main(["lint", str(path)]) == 2
    assert capsys.readouterr().err == (
        f"graph-harness lint: {path}: no such file or folder; name a cassette or a folder of cassettes\n"
    )
