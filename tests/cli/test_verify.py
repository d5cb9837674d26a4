"""`graph-harness verify`: exit codes, the forms of its report, and where they go."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from harness.cassette.safe_yaml import load_yaml
from harness.cassette.scenario import scenario_path
from harness.cli import main
from harness.cli.verify import FORMS
from harness.graph.refusals import Evidence

CASSETTES = Path(__file__).parent.parent.parent / "cassettes"
INVITE = CASSETTES / "documented" / "participant-invite.1-one-participant.yaml"


@pytest.fixture
def drifting(tmp_path: Path) -> Path:
    """A folder with the first invite example, in which a status is spelt as it is not."""
    folder = tmp_path / "cassettes"
    folder.mkdir()
    (folder / INVITE.name).write_text(INVITE.read_text().replace('"Running"', '"running"'))
    (folder / scenario_path(INVITE).name).write_text(scenario_path(INVITE).read_text())
    return folder


def test_verify_says_same_and_counts(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["verify", str(INVITE)])

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert lines[-1].startswith("1 cassette · 1 interaction · 2 notifications · 0 drifts · ")


def test_verify_prints_json_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["verify", "--output", "json", str(INVITE)])

    body = json.loads(capsys.readouterr().out)
    assert (code, body["verdict"], body["cassettes"][0]["path"]) == (0, "same", str(INVITE))


def test_drift_exits_one(drifting: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["verify", str(drifting)])

    assert code == 1
    assert "requests/1/response/body/status: letter case only" in capsys.readouterr().out


def test_verify_counts_what_the_fake_can_emit_after_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["verify", "--parity", str(INVITE)])

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert lines[-2].startswith("1 cassette · ")
    rows, *evidence = lines[-1].split(" · ")
    assert rows.startswith("parity: 29 routes, ")
    assert [name.split()[0] for name in evidence] == [*Evidence, "unsupported"]


def test_counts_stand_beside_json_not_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    main(["verify", "--parity", "--output", "json", str(INVITE)])

    printed = capsys.readouterr()
    assert json.loads(printed.out)["verdict"] == "same"
    assert printed.err.startswith("parity: 29 routes, ")


def test_path_that_does_not_exist_exits_two(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["verify", "nowhere"])

    assert code == 2
    assert capsys.readouterr().err == (
        "graph-harness verify: nowhere: no such file or folder; name a cassette or a folder of cassettes\n"
    )


def test_nothing_compared_exits_three(tmp_path: Path) -> None:
    assert main(["verify", str(tmp_path)]) == 3


def test_unreadable_cassette_exits_three(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.yaml").write_text("version: 2\ninteractions: []\n")

    assert main(["verify", str(tmp_path)]) == 3
    assert "version 2 is newer than 1: upgrade graph-call-harness" in capsys.readouterr().out


def is_text(text: str) -> bool:
    return text.splitlines()[-1].startswith("1 cassette · ")


def is_json(text: str) -> bool:
    return bool(json.loads(text)["verdict"] == "drift")


def is_junit(text: str) -> bool:
    return ElementTree.fromstring(text).tag == "testsuites"


def is_html(text: str) -> bool:
    return text.startswith("<!doctype html>") and "First divergence" in text


CHECKS = {"text": is_text, "json": is_json, "junit": is_junit, "html": is_html}


@pytest.mark.parametrize(("form", "check"), CHECKS.items(), ids=CHECKS)
def test_report_is_printed_in_the_form_asked_for(
    drifting: Path, capsys: pytest.CaptureFixture[str], form: str, check: Callable[[str], bool]
) -> None:
    code = main(["verify", "--output", form, str(drifting)])

    assert code == 1
    assert check(capsys.readouterr().out)


def test_reports_are_written_in_the_form_of_their_suffix(
    drifting: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reports = {tmp_path / f"report{suffix.upper()}": form for suffix, form in FORMS.items()}
    options = [option for path in reports for option in ("--report", str(path))]

    code = main(["verify", *options, str(drifting)])

    assert code == 1
    assert is_text(capsys.readouterr().out)
    assert [path.name for path, form in reports.items() if not CHECKS[form](path.read_text())] == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["cassettes", *sorted(p.name for p in reports)]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        (
            "report.pdf",
            "--report {path}: no form has the suffix '.pdf'; "
            "known: .txt (text), .json (json), .xml (junit), .html (html)",
        ),
        (
            "no/report.xml",
            "{path}: cannot be written: there is no folder '{path.parent}'; make it first",
        ),
        ("folder.html", "{path}: is a folder; name a file in it"),
    ],
    ids=["suffix", "folder that is not there", "folder"],
)
def test_report_that_cannot_be_is_refused_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, problem: str
) -> None:
    (tmp_path / "folder.html").mkdir()
    path = tmp_path / name
    monkeypatch.setattr("harness.verifying.verify_all", None)

    code = main(["verify", "--report", str(path), str(INVITE)])

    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    assert said.err == f"graph-harness verify: {problem.format(path=path)}\n"


def test_files_have_no_colour_even_where_it_is_forced(
    drifting: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    report = tmp_path / "report.txt"

    main(["verify", "--report", str(report), str(drifting)])

    printed = capsys.readouterr().out
    assert "\x1b[" in printed
    assert re.sub(r"\x1b\[[0-9;]*m", "", printed) == report.read_text()


def test_annotations_follow_the_text_report(
    drifting: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")

    main(["verify", str(drifting)])

    out, err = capsys.readouterr()
    *report, annotation = out.splitlines()
    assert is_text("\n".join(report))
    assert annotation.startswith("::error file=")
    assert err == ""


@pytest.mark.parametrize("option", ["--output=json", "--output=junit", "--output=html", "--propose"])
def test_annotations_are_not_mixed_into_what_programs_read(
    drifting: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")

    main(["verify", option, str(drifting)])

    out, err = capsys.readouterr()
    assert "::error" not in out
    assert [line.split(" ")[0] for line in err.splitlines()] == ["::error"]


def test_proposals_stand_in_for_the_report(drifting: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["verify", "--propose", str(drifting)])

    out = capsys.readouterr().out
    assert code == 1
    assert out.startswith(f"# {drifting / scenario_path(INVITE).name}\nknown:\n")
    assert load_yaml(out, "printed") == {
        "known": [
            {
                "path": "requests/1/response/body/status",
                "kind": "letter-case",
                "recorded": "running",
                "fake": "Running",
                "reason": "",
            }
        ]
    }


def test_proposals_have_one_form(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["verify", "--propose", "--output", "json"])

    assert stopped.value.code == 2
    assert "argument --output: not allowed with argument --propose" in capsys.readouterr().err


@pytest.mark.parametrize("jobs", ["0", "-1", "x", "1.5"])
def test_jobs_are_a_whole_number_from_one(jobs: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["verify", f"--jobs={jobs}"])

    assert stopped.value.code == 2
    assert f"argument --jobs: expected a whole number from 1, got {jobs!r}" in capsys.readouterr().err


def test_jobs_are_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from harness.compare import Verification

    asked: list[Any] = []

    def verify_all(paths: Any, **options: Any) -> Verification:
        asked.append(options.get("jobs", 1))
        return Verification(())

    monkeypatch.setattr("harness.verifying.verify_all", verify_all)

    main(["verify", "--jobs", "3", str(INVITE)])
    main(["verify", str(INVITE)])

    assert asked == [3, 1]


def test_what_the_stream_cannot_hold_is_escaped(
    drifting: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)

    code = main(["verify", str(drifting)])

    narrow.seek(0)
    assert code == 1
    assert narrow.read().splitlines()[-1].startswith("1 cassette \\xb7 1 interaction")


def test_reader_that_goes_away_changes_neither_files_nor_exit_code(drifting: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    arguments = [sys.executable, "-m", "harness.cli", "verify", "--report", str(report), str(drifting)]

    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        error = process.stderr.read()

    assert (process.returncode, error) == (1, "")
    assert is_json(report.read_text())
