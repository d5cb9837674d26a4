"""Several processes: the same results as one, in path order; a worker that dies takes along only its own cassette."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.cassette.scenario import ABSENT, find_cassettes
from harness.compare import Result, Verdict
from harness.errors import UsageError
from harness.verifying import verify, verify_all
from harness.verifying.workers import Work, results

ROOT = Path(__file__).parent.parent.parent
CASSETTES = ROOT / "cassettes"
DIED = "the process that compared it died, of too little memory or killed; `--jobs 1` compares it in this one"


def test_several_processes_give_the_same_results_as_one() -> None:
    told: list[tuple[Path, int]] = []

    alone = verify_all([CASSETTES], with_moments=True)
    together = verify_all([CASSETTES], with_moments=True, jobs=2, on_result=lambda r, n: told.append((r.path, n)))

    assert together == alone
    assert sorted(told) == [(result.path, len(alone.results)) for result in alone.results]


@pytest.mark.parametrize("jobs", [0, -1])
def test_less_than_one_job_is_refused(jobs: int) -> None:
    with pytest.raises(UsageError) as raised:
        verify_all([CASSETTES], jobs=jobs)

    assert str(raised.value) == f"expected 1 job or more, got {jobs}"


def test_no_cassettes_need_no_process(tmp_path: Path) -> None:
    assert verify_all([tmp_path], jobs=2).verdict is Verdict.NONE


def test_nothing_is_still_nothing_in_another_process() -> None:
    assert pickle.loads(pickle.dumps(ABSENT)) is ABSENT


def test_result_with_everything_in_it_is_sent_whole() -> None:
    result = verify(find_cassettes([CASSETTES])[0], with_moments=True)

    assert [bool(part) for part in (result.known, result.unseen, result.moments, result.ids)] == [True] * 4
    assert pickle.loads(pickle.dumps(result)) == result


def _make() -> Work:
    return _worked


def _worked(path: Path) -> Result:
    """What happens over a path is what it is called."""
    if path.name == "dies":
        os._exit(1)
    if path.name == "cannot be sent":
        return Result(path, problem=_unsendable())
    if path.name == "waits":
        _wait_until(path.with_name("made").exists)
    if path.name == "makes":
        path.with_name("made").touch()
    return Result(path, interactions=os.getpid())


def _unsendable() -> str:
    class Inner(str):
        __slots__ = ()

    return Inner()


def test_worker_that_dies_takes_along_only_its_own_cassette() -> None:
    names = ["a", "b", "dies", "c", "dies", *"defghijk"]
    paths = [Path(str(n), name) for n, name in enumerate(names)]

    found = dict(results(_make, paths, 2))

    assert sorted(found) == list(range(len(paths)))
    assert [found[n].problem for n in range(len(paths))] == [
        f"{path}: {DIED}" if path.name == "dies" else None for path in paths
    ]


def test_result_that_cannot_be_sent_is_no_result() -> None:
    found = dict(results(_make, [Path("cannot be sent"), Path("a")], 2))

    problem = found[0].problem
    assert problem is not None
    assert problem.startswith("cannot be sent: no result: ")
    assert found[1].problem is None


def test_results_come_as_they_are_there(tmp_path: Path) -> None:
    found = results(_make, [tmp_path / "waits", tmp_path / "other", tmp_path / "makes"], 2)

    assert [n for n, _ in found] == [1, 2, 0]


def test_one_job_is_this_process() -> None:
    assert [r.interactions for _, r in results(_make, [Path("a"), Path("b")], 1)] == [os.getpid()] * 2


SLEEPING = """
import time
from collections.abc import Callable
from pathlib import Path
from harness.verifying.workers import Work, results

def make():
    return slow

def slow(path):
    Path(f"{path}.started").touch()
    time.sleep(600)

if __name__ == "__main__":
    list(results(make, [Path("one"), Path("two")], 2))
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill"])
def test_workers_leave_when_the_first_process_does(tmp_path: Path, how: signal.Signals) -> None:
    (tmp_path / "sleeping.py").write_text(SLEEPING)
    process = subprocess.Popen(
        [sys.executable, "sleeping.py"], cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    _wait_until(lambda: len(list(tmp_path.glob("*.started"))) == 2)

    # as a terminal does, to the whole group; killed is only the first
    os.killpg(process.pid, how) if how is signal.SIGINT else process.kill()
    _, error = process.communicate(timeout=30)

    _wait_until(lambda: not _group_is_alive(process.pid))
    assert error.count("Traceback") == (how is signal.SIGINT)
    assert "SpawnProcess" not in error


def _group_is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
