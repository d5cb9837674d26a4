from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.cassette.format import Cassette, Interaction, load, loads
from harness.errors import CassetteError, UsageError
from harness.record import Recovered, recover
from harness.record.partial import complete
from tests.record.build import interaction
from tests.record.conftest import Open


def clean(cassette: Cassette) -> Sequence[object]:
    return []


def cut_off(open_recorder: Open, *kept: Interaction) -> bytes:
    """The bytes of a recording that ended in the middle."""
    recorder = open_recorder()
    for each in kept:
        recorder.keep(each)
    content = recorder.partial.read_bytes()
    recorder.abandon()
    recorder.partial.unlink(missing_ok=True)
    return content


def left(cassette: Path, content: bytes) -> Path:
    partial = cassette.with_name("call.yaml.partial")
    partial.write_bytes(content)
    return partial


KEPT = (interaction(1), interaction(3, {"text": "line\n\nline \n"}), interaction(2, "é" * 9))


def test_whole_items_become_the_cassette(open_recorder: Open, cassette: Path) -> None:
    content = cut_off(open_recorder, *KEPT)
    partial = left(cassette, content + b"- request:\n    method: GET\n")

    recovered = recover(partial, lint=clean)

    assert recovered == Recovered(cassette, 3, 27)
    assert cassette.read_bytes() == content
    assert [i.seq for i in load(cassette).interactions] == [1, 2, 3]
    assert list(cassette.parent.iterdir()) == [cassette]


def test_every_cut_keeps_exactly_the_whole_items(open_recorder: Open, cassette: Path) -> None:
    content = cut_off(open_recorder, *KEPT)
    ends = [end for end in range(len(content) + 1) if content[:end].endswith(b"\n") and _is_mark(content[:end])]
    assert len(ends) == 3
    assert ends[-1] == len(content)

    for cut in range(len(content) + 1):
        found = complete(content[:cut])

        count = sum(end <= cut for end in ends)
        assert found.count == count
        assert found.size == (ends[count - 1] if count else 28 * (cut >= 28))
        if count:
            read = loads(content[: found.size].decode(), cassette).interactions
            assert sorted(i.seq for i in read) == sorted(i.seq for i in KEPT[:count])


def _is_mark(content: bytes) -> bool:
    return content.splitlines()[-1].startswith(b"# end ")


@pytest.mark.parametrize("cut", [0, 5, 27, 28, 29, 200])
def test_nothing_whole_is_nothing_to_recover(open_recorder: Open, cassette: Path, cut: int) -> None:
    partial = left(cassette, cut_off(open_recorder, KEPT[0])[:cut])

    with pytest.raises(CassetteError) as refused:
        recover(partial, lint=clean)

    assert str(refused.value) == (f"{partial}: holds no whole interaction: there is nothing to recover, remove it")
    assert list(cassette.parent.iterdir()) == [partial]


def test_changed_byte_ends_what_is_whole(open_recorder: Open) -> None:
    content = cut_off(open_recorder, *KEPT)
    whole = complete(content)

    for at in range(28, len(content), 7):
        changed = bytearray(content)
        changed[at] ^= 1
        assert complete(bytes(changed)).count < whole.count


def test_file_that_no_recorder_began_holds_nothing_whole() -> None:
    assert complete(b"version: 1\ninteractions:\n- a\n# end 1 crc32=00000000\n").count == 0


def test_earlier_cassette_stays(open_recorder: Open, cassette: Path) -> None:
    partial = left(cassette, cut_off(open_recorder, *KEPT))
    cassette.write_text("earlier")

    with pytest.raises(UsageError) as refused:
        recover(partial, lint=clean)

    assert str(refused.value) == f"{cassette}: is there already, and stays: name another file with --into"
    assert cassette.read_text() == "earlier"
    assert recover(partial, lint=clean, into=cassette.with_name("new.yaml")).count == 3
    assert not partial.exists()


def test_scenario_file_of_another_recording_is_not_taken_for_its_own(open_recorder: Open, cassette: Path) -> None:
    """Its cassette was removed, and it was not: what it says was given is about other placeholders."""
    partial = left(cassette, cut_off(open_recorder, *KEPT))
    beside = cassette.with_name("call.scenario.yaml")
    beside.write_text("the one before")

    with pytest.raises(UsageError) as refused:
        recover(partial, lint=clean)

    assert str(refused.value) == (
        f"{beside}: is of another recording, whose placeholders stand for others: remove it, or name another file with "
        "--into"
    )
    assert partial.exists()
    assert recover(partial, lint=clean, into=cassette.with_name("other.yaml")).count == 3


def test_recorder_at_work_is_left_alone(open_recorder: Open, cassette: Path) -> None:
    recorder = open_recorder()
    recorder.keep(interaction())

    with pytest.raises(UsageError) as refused:
        recover(recorder.partial, lint=clean)

    assert str(refused.value) == f"{recorder.partial}: is being written by a recorder: wait for its end"
    recorder.close()
    assert cassette.exists()


@pytest.mark.parametrize("name", ["call.yaml", "call.yaml.held-back-1"])
def test_other_files_are_no_recording(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("")

    with pytest.raises(UsageError) as refused:
        recover(tmp_path / name, lint=clean)

    assert str(refused.value) == (
        f"{tmp_path / name}: is no recording that was cut off; such a file is called NAME.yaml.partial"
    )


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(64 * 2**20 + 1)


UNREADABLE: list[tuple[Any, str]] = [
    (lambda path: None, "cannot be read: No such file or directory"),
    (_pipe, "cannot be read: it is no regular file"),
    (Path.mkdir, "cannot be read: it is no regular file"),
    (_huge, "is larger than 67108864 bytes: no recorder writes that much"),
]


@pytest.mark.parametrize(("make", "problem"), UNREADABLE, ids=["missing", "pipe", "folder", "huge"])
def test_unreadable_file_is_said(cassette: Path, make: Any, problem: str) -> None:
    partial = cassette.with_name("call.yaml.partial")
    make(partial)

    with pytest.raises(CassetteError) as refused:
        recover(partial, lint=clean)

    assert str(refused.value) == f"{partial}: {problem}"


def test_unclean_items_stay_where_they_are(open_recorder: Open, cassette: Path) -> None:
    content = cut_off(open_recorder, *KEPT) + b"- rest"
    partial = left(cassette, content)

    with pytest.raises(CassetteError) as refused:
        recover(partial, lint=lambda cassette: [f"interaction {i.seq}: 'x'" for i in cassette.interactions] * 2)

    assert str(refused.value) == (
        f"{partial}: is not clean, and is left as it is: interaction 1: 'x'; interaction 2: 'x'; interaction 3: 'x'; "
        "interaction 1: 'x'; interaction 2: 'x'; …"
    )
    assert partial.read_bytes() == content
    assert not cassette.exists()


def test_cassette_that_cannot_be_written_is_said(open_recorder: Open, cassette: Path) -> None:
    partial = left(cassette, cut_off(open_recorder, *KEPT))
    (cassette.parent / "file").write_text("")

    with pytest.raises(CassetteError) as refused:
        recover(partial, lint=clean, into=cassette.parent / "file" / "call.yaml")

    assert "cannot be written: " in str(refused.value)
    assert partial.exists()
