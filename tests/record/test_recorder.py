from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import vcr  # type: ignore[import-untyped]

from harness.cassette.format import MAX_BYTES, Direction, Interaction, Request, Response, load
from harness.errors import CassetteError, RecordingError, UsageError
from harness.record import Recorder
from harness.record.partial import PartialFile
from tests.record.build import JSON, NAME, PLANTED, TOKEN, USER, Replacing, found_in, interaction
from tests.record.conftest import Open

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:vcr")

EARLIER = b"version: 1\ninteractions: []\n"


def partial(cassette: Path) -> Path:
    return cassette.with_name("call.yaml.partial")


def test_what_is_kept_is_in_the_cassette(open_recorder: Open, cassette: Path) -> None:
    with open_recorder() as recorder:
        for _ in range(3):
            recorder.keep(interaction(recorder.begin()))

    recorded = load(cassette)
    assert [i.seq for i in recorded.interactions] == [1, 2, 3]
    assert recorded.interactions[0] == interaction(
        1,
        {"id": "call", "displayName": "text-1", "userId": PLANTED[USER], "phone": "+99900000001"},
        request=Request(
            "GET",
            f"https://graph.microsoft.com/v1.0/communications/calls/{PLANTED[USER]}",
            {"Content-Type": ("application/json",), "Authorization": ("Bearer REDACTED",)},
            None,
        ),
        response=recorded.interactions[0].response,
    )
    assert not partial(cassette).exists()


def test_file_order_is_of_ending_and_seq_of_starting(open_recorder: Open, cassette: Path) -> None:
    with open_recorder() as recorder:
        first, second = recorder.begin(), recorder.begin()
        recorder.keep(interaction(second))
        recorder.keep(interaction(first))

    assert [line.strip() for line in cassette.read_text().splitlines() if "seq:" in line] == ["seq: 2", "seq: 1"]


def test_each_interaction_is_on_the_disk_when_keep_returns(open_recorder: Open, cassette: Path) -> None:
    recorder = open_recorder()
    sizes = []

    for number in range(1, 4):
        recorder.keep(interaction(number))
        assert [i.seq for i in load(partial(cassette)).interactions] == list(range(1, number + 1))
        sizes.append(partial(cassette).stat().st_size)
    recorder.abandon()

    assert sizes == sorted(sizes)


def test_partial_file_is_for_its_owner_only(open_recorder: Open, cassette: Path) -> None:
    before = os.umask(0)
    try:
        recorder = open_recorder()
    finally:
        os.umask(before)

    assert stat.S_IMODE(partial(cassette).stat().st_mode) == 0o600
    recorder.abandon()


def test_missing_folders_are_made(open_recorder: Open, tmp_path: Path) -> None:
    with open_recorder(tmp_path / "a" / "b" / "call.yaml") as recorder:
        recorder.keep(interaction())

    assert (tmp_path / "a" / "b" / "call.yaml").is_file()


def test_earlier_cassette_stays_until_the_end_and_is_replaced_whole(open_recorder: Open, cassette: Path) -> None:
    cassette.write_bytes(EARLIER)

    with open_recorder() as recorder:
        recorder.keep(interaction())
        assert cassette.read_bytes() == EARLIER

    assert len(load(cassette).interactions) == 1


def test_second_recorder_of_a_cassette_is_refused(open_recorder: Open, cassette: Path) -> None:
    with open_recorder() as recorder:
        recorder.keep(interaction())

        with pytest.raises(UsageError) as refused:
            open_recorder()

    assert str(refused.value) == (
        f"{cassette}: is being recorded by another recorder: wait for its end, or name another cassette"
    )
    assert len(load(cassette).interactions) == 1


def test_second_recorder_of_another_process_is_refused(open_recorder: Open, cassette: Path) -> None:
    recorder = open_recorder()
    program = (
        "import sys; from harness.record import Recorder\n"
        "try: Recorder(sys.argv[1], sanitiser=None, sweep=None, environ={})\n"
        "except Exception as error: print(type(error).__name__, error)"
    )

    said = subprocess.run([sys.executable, "-c", program, str(cassette)], capture_output=True, text=True, check=True)

    recorder.abandon()
    assert said.stdout == (
        f"UsageError {cassette}: is being recorded by another recorder: wait for its end, or name another cassette\n"
    )


def test_what_a_killed_recorder_left_is_refused_with_the_way_out(open_recorder: Open, cassette: Path) -> None:
    partial(cassette).write_bytes(EARLIER)

    with pytest.raises(UsageError) as refused:
        open_recorder()

    assert str(refused.value) == (
        f"{cassette}: an earlier recording of it was cut off. What was kept until then: "
        f"graph-harness record --recover {cassette}.partial; or remove it: rm {cassette}.partial"
    )


def test_file_in_the_place_of_its_folder_is_no_earlier_recording(open_recorder: Open, tmp_path: Path) -> None:
    (tmp_path / "recorded").touch()
    path = tmp_path / "recorded" / "call.yaml"

    with pytest.raises(RecordingError) as refused:
        open_recorder(path)

    assert str(refused.value) == f"{path}: cannot be recorded: its folder cannot be made: File exists"


def test_worker_of_xdist_is_refused(open_recorder: Open, cassette: Path) -> None:
    with pytest.raises(UsageError) as refused:
        open_recorder(environ={"PYTEST_XDIST_WORKER": "gw0"})

    assert str(refused.value) == (
        f"{cassette}: is not recorded by a worker of pytest-xdist, for a tenant cannot tell the workers' calls apart: "
        "run pytest without -n"
    )
    assert not partial(cassette).exists()


@pytest.mark.parametrize("value", ["true", "1", "yes"])
def test_ci_is_refused(open_recorder: Open, cassette: Path, value: str) -> None:
    with pytest.raises(UsageError) as refused:
        open_recorder(environ={"CI": value})

    assert str(refused.value) == (
        f"{cassette}: is not recorded where the variable CI is set, for a recording makes real calls in a tenant: "
        "unset CI, or say that it is meant: --in-ci, with pytest --graph-record-in-ci, in Python in_ci=True"
    )


@pytest.mark.parametrize(
    "options",
    [{"environ": {"CI": "true"}, "in_ci": True}, {"environ": {"CI": "false"}}, {"environ": {"CI": ""}}],
    ids=["explicit", "false", "empty"],
)
def test_ci_is_allowed(open_recorder: Open, cassette: Path, options: dict[str, Any]) -> None:
    with open_recorder(**options) as recorder:
        recorder.keep(interaction())

    assert cassette.exists()


def test_recording_of_nothing_replaces_nothing(open_recorder: Open, cassette: Path) -> None:
    cassette.write_bytes(EARLIER)
    recorder = open_recorder()

    with pytest.raises(RecordingError) as refused:
        recorder.close()

    assert str(refused.value) == f"{cassette}: is not recorded: nothing passed that is kept"
    assert cassette.read_bytes() == EARLIER
    assert not partial(cassette).exists()


def test_error_inside_leaves_the_partial_file_and_says_how_to_recover(open_recorder: Open, cassette: Path) -> None:
    cassette.write_bytes(EARLIER)

    def fail() -> None:
        with open_recorder() as recorder:
            recorder.keep(interaction())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as raised:
        fail()

    assert raised.value.__notes__ == [
        f"{cassette}: the recording stopped here, and is no cassette yet. What was kept until then: "
        f"graph-harness record --recover {cassette}.partial"
    ]
    assert cassette.read_bytes() == EARLIER
    assert len(load(partial(cassette)).interactions) == 1


def test_error_before_anything_was_kept_leaves_nothing(open_recorder: Open, cassette: Path) -> None:
    with pytest.raises(ZeroDivisionError) as raised, open_recorder():
        raise ZeroDivisionError

    assert not hasattr(raised.value, "__notes__")
    assert list(cassette.parent.iterdir()) == []


SIGN_IN = [
    "https://login.microsoftonline.com/common/discovery/instance",
    "https://LOGIN.microsoftonline.us/tenant/oauth2/v2.0/token",
    "https://api.aps.skype.com/v1/.well-known/keys",
    "https://sign-in.example/tenant/oauth2/v2.0/token",
    "https://sign-in.example/tenant/oauth2/token?a=b",
]


@pytest.mark.parametrize("uri", SIGN_IN)
def test_sign_in_is_never_kept_but_swept_for(open_recorder: Open, cassette: Path, uri: str) -> None:
    recorder = open_recorder()
    signing_in = interaction(2, request=Request("POST", uri, {}, f"secret={TOKEN}".encode()))

    recorder.keep(interaction(1))
    recorder.keep(signing_in)
    recorder.close()

    assert [i.seq for i in load(cassette).interactions] == [1]
    assert recorder.kept == 1
    assert recorder._sweep.learnt == [interaction(1), signing_in]  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["Authentication", "Proxy-Authorization", "Cookie", "Set-Cookie"])
def test_credentials_do_not_even_reach_the_sanitiser(open_recorder: Open, cassette: Path, name: str) -> None:
    headers = {name: (f"Bearer {TOKEN}",), "Accept": ("*/*",)}

    with open_recorder() as recorder:
        passed = interaction()
        recorder.keep(
            replace(
                passed,
                request=replace(passed.request, headers=headers),
                response=replace(passed.response, headers=headers),
            )
        )

    recorded = load(cassette).interactions[0]
    assert recorded.request.headers == recorded.response.headers == {"Accept": ("*/*",)}
    assert found_in(cassette.read_bytes()) == []


TOKENS = [
    (f"Bearer {TOKEN}", "Bearer REDACTED"),
    (f"bearer   {TOKEN}", "bearer REDACTED"),
    ("Bearer", "Bearer"),
    ("Bearer ", "Bearer"),
    (TOKEN, "REDACTED"),
    (f"Basic {TOKEN}", "REDACTED"),
    ("", ""),
]


@pytest.mark.parametrize(("value", "left"), TOKENS)
@pytest.mark.parametrize("direction", Direction)
def test_of_a_bots_token_is_left_that_there_was_one(
    open_recorder: Open, cassette: Path, value: str, left: str, direction: Direction
) -> None:
    with open_recorder() as recorder:
        passed = interaction(direction=direction)
        recorder.keep(replace(passed, request=replace(passed.request, headers={"authorization": (value,)})))

    is_asked = direction is Direction.CLIENT_TO_GRAPH
    assert load(cassette).interactions[0].request.headers == ({"authorization": (left,)} if is_asked else {})


def test_what_the_sanitiser_never_keeps_is_not_kept(open_recorder: Open) -> None:
    class Nothing:
        def interaction(self, interaction: Interaction) -> Interaction | None:
            return None

    recorder = open_recorder(sanitiser=Nothing())
    recorder.keep(interaction())

    assert recorder.kept == 0
    recorder.abandon()


HOLES = [
    (
        interaction(7, response=Response(200, "OK", JSON, b"x" * 101)),
        "the body of the response of interaction 7 has 101 bytes; at most 100 bytes are kept: raise largest_body",
    ),
    (
        interaction(7, request=Request("POST", "https://graph.microsoft.com/v1.0", JSON, b"x" * 102)),
        "the body of the request of interaction 7 has 102 bytes; at most 100 bytes are kept: raise largest_body",
    ),
    (
        interaction(7, response=Response(200, "OK", JSON, b"ab\xff\xfe")),
        "the body of the response of interaction 7 is no UTF-8 text (byte 2), and nobody can see what is in it: "
        "it is not kept",
    ),
]


@pytest.mark.parametrize(("passed", "problem"), HOLES, ids=["response-too-large", "request-too-large", "no-text"])
def test_what_cannot_be_kept_is_no_cassette(
    open_recorder: Open, cassette: Path, passed: Interaction, problem: str
) -> None:
    cassette.write_bytes(EARLIER)
    recorder = open_recorder(largest_body=100)
    recorder.keep(interaction(1, {}))

    with pytest.raises(RecordingError) as refused:
        recorder.keep(passed)
    recorder.keep(interaction(8, {}))
    with pytest.raises(RecordingError) as at_the_end:
        recorder.close()

    assert str(refused.value) == f"{cassette}: {problem}"
    assert str(recorder.problem) == str(refused.value)
    assert str(at_the_end.value) == (
        f"{cassette}: is not recorded: {problem}. What was kept until then: "
        f"graph-harness record --recover {cassette}.partial"
    )
    assert cassette.read_bytes() == EARLIER
    assert [i.seq for i in load(partial(cassette)).interactions] == [1, 8]


def test_sanitiser_that_refuses_is_quoted(open_recorder: Open, cassette: Path) -> None:
    class Refusing(Replacing):
        def interaction(self, interaction: Interaction) -> Interaction | None:
            raise CassetteError("x", "no")

    recorder = open_recorder(sanitiser=Refusing())

    with pytest.raises(RecordingError) as refused:
        recorder.keep(interaction())

    assert str(refused.value) == f"{cassette}: interaction 1 cannot be kept: x: no"
    recorder.abandon()


def test_sanitiser_that_fails_shows_nothing_of_what_passed(open_recorder: Open, cassette: Path) -> None:
    class Failing(Replacing):
        def interaction(self, interaction: Interaction) -> Interaction | None:
            raise KeyError(NAME)

    recorder = open_recorder(sanitiser=Failing())

    with pytest.raises(RecordingError) as refused:
        recorder.keep(interaction())

    assert str(refused.value) == f"{cassette}: interaction 1 cannot be kept: KeyError on its way"
    assert refused.value.__suppress_context__
    assert recorder.problem is refused.value
    recorder.abandon()


def test_hit_of_the_sweep_holds_the_file_back(open_recorder: Open, cassette: Path) -> None:
    class Leaving(Replacing):
        def interaction(self, interaction: Interaction) -> Interaction | None:
            return interaction

    cassette.write_bytes(EARLIER)
    for number in (1, 2):
        recorder = open_recorder(sanitiser=Leaving())
        recorder.keep(interaction())

        with pytest.raises(RecordingError) as refused:
            recorder.close()

        aside = cassette.with_name(f"call.yaml.held-back-{number}")
        assert str(refused.value) == (
            f"{cassette}: is not recorded: what passed can still be found in what was written: secret 2; secret 3; "
            f"secret 4. It is held back, for your eyes only, in {aside}: report which rule failed, then remove it"
        )
        assert stat.S_IMODE(aside.stat().st_mode) == 0o600
        assert len(load(aside).interactions) == 1
        assert not partial(cassette).exists()
    assert cassette.read_bytes() == EARLIER


class Full:
    """A disk with room for so many more bytes."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._write = os.write

    def __call__(self, file: int, data: Any) -> int:
        if self.room <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = self._write(file, bytes(data)[: self.room])
        self.room -= written
        return written


@pytest.mark.parametrize("room", [0, 1, 30, 300])
@pytest.mark.parametrize("earlier", [0, 1])
def test_full_disk_leaves_both_files_whole(
    open_recorder: Open, cassette: Path, monkeypatch: pytest.MonkeyPatch, room: int, earlier: int
) -> None:
    cassette.write_bytes(EARLIER)
    recorder = open_recorder()
    for number in range(earlier):
        recorder.keep(interaction(number + 1))
    before = partial(cassette).read_bytes()
    disk = Full(room)

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", disk)
        with pytest.raises(RecordingError) as refused:
            recorder.keep(interaction(earlier + 1))
        disk.room = 10**9  # somebody tidied up
    assert str(refused.value) == (f"{cassette}: interaction {earlier + 1} cannot be written: No space left on device")
    if earlier:
        assert partial(cassette).read_bytes() == before
    recorder.keep(interaction(earlier + 2))
    with pytest.raises(RecordingError, match="is not recorded: interaction"):
        recorder.close()

    assert cassette.read_bytes() == EARLIER
    assert [i.seq for i in load(partial(cassette)).interactions] == [*range(1, earlier + 1), earlier + 2]


def test_interrupted_keep_leaves_the_file_whole_and_is_no_cassette(
    open_recorder: Open, cassette: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = open_recorder()
    recorder.keep(interaction(1))
    before = partial(cassette).read_bytes()
    write = os.write

    def interrupted(file: int, data: Any) -> int:
        write(file, bytes(data)[:400])
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            recorder.keep(interaction(2))

    assert partial(cassette).read_bytes() == before
    recorder.keep(interaction(3, {}))
    assert str(recorder.problem) == f"{cassette}: interaction 2 was interrupted by KeyboardInterrupt"
    with pytest.raises(RecordingError, match="is not recorded: interaction 2 was interrupted"):
        recorder.close()
    assert [i.seq for i in load(partial(cassette)).interactions] == [1, 3]


def test_full_disk_at_the_start_is_said(open_recorder: Open, cassette: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", Full(0))
        with pytest.raises(RecordingError) as refused:
            open_recorder()

    assert str(refused.value) == f"{cassette}: cannot be recorded: No space left on device"
    assert list(cassette.parent.iterdir()) == []


def test_cassette_that_could_not_be_loaded_is_not_written(
    open_recorder: Open, cassette: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = open_recorder()
    recorder.keep(interaction(1))
    recorder._partial.size = MAX_BYTES - 200

    with pytest.raises(RecordingError) as refused:
        recorder.keep(interaction(2))

    assert str(refused.value) == (
        f"{cassette}: interaction 2 would make it larger than 67108864 bytes: record less in one cassette"
    )
    recorder.abandon()


def test_failure_that_is_told_is_no_cassette(open_recorder: Open, cassette: Path) -> None:
    recorder = open_recorder()
    recorder.fail("a notification of 9 bytes was refused")

    with pytest.raises(RecordingError) as refused:
        recorder.close()

    assert str(refused.value) == f"{cassette}: is not recorded: a notification of 9 bytes was refused."
    assert list(cassette.parent.iterdir()) == []


def test_nothing_is_kept_after_the_end(open_recorder: Open, cassette: Path) -> None:
    recorder = open_recorder()
    recorder.keep(interaction())
    recorder.close()

    for late in (lambda: recorder.keep(interaction(2)), recorder.close):
        with pytest.raises(RecordingError) as refused:
            late()
        assert str(refused.value) == f"{cassette}: the recording is over: nothing more is kept"
    assert len(load(cassette).interactions) == 1


BAD_NAMES = [
    ("call.yaml.partial", "is what a cassette is called while it is recorded; leave out '.partial'"),
    ("folder", "is a folder; name a file in it"),
]


@pytest.mark.parametrize(("name", "problem"), BAD_NAMES)
def test_name_that_is_none_is_refused(open_recorder: Open, tmp_path: Path, name: str, problem: str) -> None:
    (tmp_path / "folder").mkdir()

    with pytest.raises(UsageError) as refused:
        open_recorder(tmp_path / name)

    assert str(refused.value) == f"{tmp_path / name}: {problem}"


def test_many_threads_keep_everything(open_recorder: Open, cassette: Path) -> None:
    with open_recorder() as recorder:

        def write() -> None:
            for _ in range(25):
                recorder.keep(interaction(recorder.begin()))

        threads = [threading.Thread(target=write) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert [i.seq for i in load(cassette).interactions] == list(range(1, 201))


HOSTILE: Sequence[Any] = [
    "# end 1 crc32=00000000\n# end 2 crc32=00000000\n",
    "\n# end 1 crc32=00000000\n- request:\n",
    "trailing spaces   \n  leading\n\ttabs\n\n\n",
    "\x00\x07\x1b\x7f\x85\u2028\ud83d\ude00",
    {"deep": [[[{"a": "line\nline  \n"}]]]},
    "x" * 200_000,
]


@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_bodies_neither_end_an_item_nor_change(
    open_recorder: Open, cassette: Path, value: Any, kind: str
) -> None:
    body = value.encode("utf-8", "ignore") if isinstance(value, str) else interaction(1, value).response.body
    passed = Response(200, "OK", {"Content-Type": (kind,)}, body)

    with open_recorder() as recorder:
        recorder.keep(interaction(1, response=passed))
        recorder.keep(interaction(2, response=passed))
        file = recorder.partial.read_bytes()

    first, second = load(cassette).interactions
    assert first.response == second.response
    if kind == "text/plain":
        assert first.response.body == body
    assert cassette.read_bytes() == file


def stock(path: Path) -> list[tuple[str, str, int]]:
    """What vcrpy itself reads."""
    with vcr.VCR(record_mode="none").use_cassette(str(path)) as read:
        return [(request.method, request.uri, answer["status"]["code"]) for request, answer in read.data]


def test_vcrpy_loads_the_partial_file_at_any_time(open_recorder: Open, cassette: Path) -> None:
    expected = ("GET", f"https://graph.microsoft.com/v1.0/communications/calls/{PLANTED[USER]}", 200)
    recorder = open_recorder()

    assert stock(partial(cassette)) == []
    for number in range(1, 4):
        recorder.keep(interaction(number))
        assert stock(partial(cassette)) == [expected] * number
    recorder.close()

    assert stock(cassette) == [expected] * 3


def test_partial_file_opened_twice_is_one(tmp_path: Path) -> None:
    first = PartialFile(tmp_path / "a.partial")

    with pytest.raises(FileExistsError):
        PartialFile(tmp_path / "a.partial")

    first.append("- a\n")
    first.close()
    assert (tmp_path / "a.partial").read_text().startswith("version: 1\ninteractions:   \n- a\n# end 1 crc32=")


def test_recorder_needs_no_sweep(cassette: Path) -> None:
    with Recorder(cassette, sanitiser=Replacing(), sweep=None, environ={}) as recorder:
        recorder.keep(interaction())

    assert cassette.exists()
