"""`graph-harness record --recover`: what a killed recording kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.cassette.format import load
from harness.cassette.sanitise import Sanitiser
from harness.cassette.scenario import scenario_path
from harness.cli import main
from harness.record import Recorder
from harness.verifying import verify
from tests.record.build import Replacing, found_in, interaction

GONE = "It is linted, and not searched for what passed: that needs the originals, which are gone\n"


def cut_off(path: Path, sanitiser: Sanitiser | Replacing, count: int) -> Path:
    recorder = Recorder(path, sanitiser=sanitiser, sweep=None, environ={})
    for number in range(count):
        recorder.keep(interaction(number + 1))
    recorder.abandon()
    return recorder.partial


@pytest.mark.parametrize(
    ("count", "rest", "said"),
    [
        (1, b"", "1 interaction, clean"),
        (2, b"- request:\n", "2 interactions, clean; 11 bytes of one that was cut off are dropped"),
    ],
)
def test_whole_interactions_are_recovered_and_linted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], count: int, rest: bytes, said: str
) -> None:
    path = tmp_path / "call.yaml"
    partial = cut_off(path, Sanitiser(), count)
    partial.write_bytes(partial.read_bytes() + rest)

    assert main(["record", "--recover", str(partial)]) == 0

    wanted = 'To verify it, write call.scenario.yaml beside it: `source: {kind: recorded, link: "call"}`, '
    assert capsys.readouterr().out == f"{path}: {said}\n{GONE}{wanted}and what existed before as `given`\n"
    assert len(load(path).interactions) == count
    scenario_path(path).write_text('source: {kind: recorded, link: "call"}\n')
    assert verify(path).problem is None
    assert found_in(path.read_bytes()) == []


def test_other_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    partial = cut_off(tmp_path / "call.yaml", Sanitiser(), 1)

    assert main(["record", "--recover", str(partial), "--into", str(tmp_path / "b" / "other.yaml")]) == 0

    assert (tmp_path / "b" / "other.yaml").exists()
    assert capsys.readouterr().out.startswith(f"{tmp_path / 'b' / 'other.yaml'}: 1 interaction, clean\n")


def test_what_is_not_clean_is_left_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    partial = cut_off(tmp_path / "call.yaml", Replacing(), 1)

    assert main(["record", "--recover", str(partial)]) == 2

    said = capsys.readouterr().err
    assert said.startswith(f"graph-harness record: {partial}: is not clean, and is left as it is: interaction 1, ")
    assert list(tmp_path.iterdir()) == [partial]
