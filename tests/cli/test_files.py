"""Files that are whole or not there."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from harness.cli.files import refuse_unwritable, write_whole
from harness.errors import UsageError


def test_file_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    write_whole(path, "é ↔ \ud800")

    assert path.read_bytes() == "é ↔ \\ud800".encode()
    assert list(tmp_path.iterdir()) == [path]


def test_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.txt"
    path.write_text("old")
    monkeypatch.setattr(os, "replace", fail)

    with pytest.raises(UsageError) as refused:
        write_whole(path, "new")

    assert str(refused.value) == f"{path}: cannot be written: No space left on device"
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_file_may_be_read_as_any_new_file(tmp_path: Path) -> None:
    usual, path = tmp_path / "usual", tmp_path / "a.txt"
    usual.touch()

    write_whole(path, "")

    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(usual.stat().st_mode)


def test_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.txt", tmp_path / "link.txt"
    link.symlink_to(target)

    write_whole(link, "text")

    assert link.is_symlink()
    assert target.read_text() == "text"


def test_place_that_can_hold_a_file_is_not_refused(tmp_path: Path) -> None:
    refuse_unwritable(tmp_path / "a.txt")

    assert list(tmp_path.iterdir()) == []


def test_folder_without_permission_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write anywhere

    with pytest.raises(UsageError) as refused:
        refuse_unwritable(tmp_path / "a.txt")

    assert str(refused.value) == (
        f"{tmp_path / 'a.txt'}: cannot be written: no permission to write in {str(tmp_path)!r}"
    )
