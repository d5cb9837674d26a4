"""`--graph-verify`: cassettes as tests, which whatever runs, chooses and reports tests treats like any other."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from harness.cassette.format import Interaction
from harness.cassette.scenario import scenario_path
from harness.compare import Verification
from harness.report import as_text
from harness.verifying import Driver, verify

pytest_plugins = ["pytester"]

INVITE = Path(__file__).parents[2] / "cassettes" / "documented" / "participant-invite.1-one-participant.yaml"

LETTER_CASE = "requests/1/response/body/status: letter case only"
STALE = "  - path: requests/1/response/headers/Old\n    reason: It was there.\n"

QUIET = ("-p", "no:randomly", "-p", "no:asyncio")
"""Without plugins that change the order, or warn where a project has not set them up."""

Put = Callable[..., Path]


@pytest.fixture
def put(pytester: pytest.Pytester) -> Put:
    """Puts a copy of the first invite example under another name, with one of its texts replaced."""

    def put(name: str, old: str = "", new: str = "") -> Path:
        path = pytester.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(INVITE.read_text().replace(old, new, 1))
        scenario_path(path).write_text(scenario_path(INVITE).read_text())
        return path

    return put


@pytest.fixture
def three(put: Put) -> None:
    """Two that are the same, and between them one that drifts."""
    put("cassettes/a.yaml")
    put("cassettes/b.yaml", '"status": "Running"', '"status": "running"')
    put("cassettes/inner/c.yaml")


@pytest.fixture
def run(pytester: pytest.Pytester) -> Callable[..., pytest.RunResult]:
    """Runs pytest with the option, in the order of the files."""

    def run(*arguments: str | Path) -> pytest.RunResult:
        return pytester.runpytest(*QUIET, "--graph-verify", *arguments)

    return run


@pytest.fixture
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal on which pytest cuts no line of its short summary."""
    monkeypatch.setenv("COLUMNS", "300")


Run = Callable[..., pytest.RunResult]


def failures(result: pytest.RunResult) -> list[str]:
    """The failures that were printed, without what stands around them."""
    lines = result.outlines
    if not any(line.strip("= ") == "FAILURES" for line in lines):
        return []
    start = next(n for n, line in enumerate(lines) if line.strip("= ") == "FAILURES") + 1
    end = next(n for n, line in enumerate(lines) if line.strip("= ") == "short test summary info")
    return lines[start:end]


def in_short(result: pytest.RunResult) -> list[str]:
    return [line for line in result.outlines if line.startswith("FAILED ")]


def heading(name: str) -> str:
    return f" {name} ".center(80, "_")


def nodes(result: pytest.RunResult) -> list[str]:
    return [line for line in result.outlines if line.endswith("::verify")]


def test_installed_package_names_the_plugin() -> None:
    found = entry_points(group="pytest11", name="graph_harness")

    assert {point.value for point in found} == {"harness.pytest_plugin"}


def test_loading_the_plugin_imports_nothing_heavy() -> None:
    script = (
        "import sys, harness.pytest_plugin\n"
        "print([m for m in ('flask', 'vcr', 'deepdiff', 'yaml', 'responses', 'waitress') if m in sys.modules])"
    )

    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=os.environ)

    assert out.stdout == "[]\n"


@pytest.mark.usefixtures("three")
def test_each_cassette_is_a_test(run: Run) -> None:
    result = run("cassettes", "--collect-only", "-q")

    assert nodes(result) == [
        "cassettes/a.yaml::verify",
        "cassettes/b.yaml::verify",
        "cassettes/inner/c.yaml::verify",
    ]


@pytest.mark.usefixtures("three")
def test_same_passes_and_drift_fails_with_the_report(run: Run) -> None:
    result = run("cassettes", "-v")

    report = as_text(Verification((verify(Path("cassettes/b.yaml")),)))
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert [line.split("  ")[0].split(" [")[0].strip() for line in result.outlines if "::verify " in line][:3] == [
        "cassettes/a.yaml::verify PASSED",
        "cassettes/b.yaml::verify FAILED",
        "cassettes/inner/c.yaml::verify PASSED",
    ]
    assert failures(result) == [heading("cassettes/b.yaml"), *report.splitlines()]
    assert report.startswith("drift  cassettes/b.yaml  (")


@pytest.mark.usefixtures("three", "wide")
@pytest.mark.parametrize("style", ["auto", "long", "short", "line", "native", "no"])
def test_short_summary_says_what_is_wrong_in_every_style(run: Run, style: str) -> None:
    assert in_short(run("cassettes", f"--tb={style}")) == [f"FAILED cassettes/b.yaml::verify - 1 drift: {LETTER_CASE}"]


@pytest.mark.usefixtures("three", "wide")
def test_failure_in_one_line_names_the_cassette(run: Run) -> None:
    assert failures(run("cassettes", "--tb=line"))[-1] == f"cassettes/b.yaml:1: 1 drift: {LETTER_CASE}"


@pytest.mark.usefixtures("wide")
@pytest.mark.parametrize(
    ("status", "unseen", "line"),
    [
        ('"running", "zeta": 1', "", f"2 drifts: {LETTER_CASE}"),
        ('"running"', STALE, f"1 drift, 1 stale: {LETTER_CASE}"),
        (
            '"Running"',
            STALE,
            "1 stale: requests/1/response/headers/Old: unseen path that no longer occurs (It was there.)",
        ),
    ],
    ids=["drifts", "both", "stale"],
)
def test_short_summary_counts_and_tells_the_first(put: Put, run: Run, status: str, unseen: str, line: str) -> None:
    with scenario_path(put("a.yaml", '"status": "Running"', f'"status": {status}')).open("a") as scenario:
        scenario.write(unseen)

    assert in_short(run("a.yaml")) == [f"FAILED a.yaml::verify - {line}"]


@pytest.mark.usefixtures("wide")
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("version: 2\n", "version 2 is newer than 1: upgrade graph-call-harness"),
        ("version: 1\ninteractions: [{}]\n", "interaction 1, response: expected a mapping, got None"),
        (
            INVITE.read_text(),
            "cassettes/a.scenario.yaml: is missing: write it beside the cassette, with `source: {kind, link}`",
        ),
    ],
    ids=["cassette", "place", "scenario"],
)
def test_short_summary_tells_the_problem_without_repeating_the_path(
    pytester: pytest.Pytester, run: Run, text: str, line: str
) -> None:
    (pytester.mkdir("cassettes") / "a.yaml").write_text(text)

    assert in_short(run("cassettes")) == [f"FAILED cassettes/a.yaml::verify - {line}"]


@pytest.mark.usefixtures("three")
def test_without_the_option_nothing_is_collected(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest(*QUIET, "cassettes", "--collect-only", "-q")

    assert (result.ret, nodes(result)) == (pytest.ExitCode.NO_TESTS_COLLECTED, [])


@pytest.mark.usefixtures("three")
def test_setting_is_as_the_option(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\ngraph_verify = true\n")

    assert len(nodes(pytester.runpytest(*QUIET, "--collect-only", "-q"))) == 3
    assert nodes(pytester.runpytest(*QUIET, "--collect-only", "-q", "-o", "graph_verify=false")) == []


def test_tests_in_python_stay_what_they_are(pytester: pytest.Pytester, put: Put, run: Run) -> None:
    pytester.makepyfile(test_a="def test_one(): pass")
    put("cassettes/a.yaml")

    run("test_a.py", "cassettes").assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.yaml", "version: 2\n", "a.yaml: version 2 is newer than 1: upgrade graph-call-harness"),
        ("compose.yaml", "services: {}\n", "compose.yaml: is no cassette: expected version: 1, got None"),
        ("b.scenario.yaml", "source: {}\n", "b.scenario.yaml: has no cassette beside it: expected b.yaml"),
        (
            "c.yaml",
            INVITE.read_text(),
            "c.scenario.yaml: is missing: write it beside the cassette, with `source: {kind, link}`",
        ),
    ],
    ids=["newer", "stray", "scenario-alone", "cassette-alone"],
)
@pytest.mark.parametrize("named", [False, True], ids=["folder", "file"])
def test_no_verdict_fails_with_the_problem(
    pytester: pytest.Pytester, run: Run, name: str, text: str, problem: str, named: bool
) -> None:
    (pytester.mkdir("cassettes") / name).write_text(text)

    result = run(f"cassettes/{name}" if named else "cassettes")

    result.assert_outcomes(failed=1)
    assert failures(result)[:3] == [
        heading(f"cassettes/{name}"),
        f"none   cassettes/{name}",
        f"       cassettes/{problem}",
    ]


def test_what_pytest_passes_over_fails_as_well(pytester: pytest.Pytester, put: Put, run: Run) -> None:
    put("cassettes/d.yaml/e.yaml")
    (pytester.path / "cassettes" / "c.yaml").symlink_to("nowhere.yaml")

    result = run("cassettes", "-p", "no:cacheprovider")

    result.assert_outcomes(passed=1, failed=2)
    assert [line for line in failures(result) if ": cannot be read: " in line] == [
        "       cassettes/c.yaml: cannot be read: No such file or directory",
        "       cassettes/d.yaml: cannot be read: Is a directory",
    ]


def test_named_folder_is_searched_whatever_it_is_called(put: Put, run: Run) -> None:
    put("cassettes/d.yaml/e.yaml")

    assert nodes(run("cassettes/d.yaml", "--collect-only", "-q")) == ["cassettes/d.yaml/e.yaml::verify"]


def test_named_scenario_file_stands_for_its_cassette(put: Put, run: Run) -> None:
    put("a.yaml")

    run("a.scenario.yaml").assert_outcomes(passed=1)


def test_named_cassette_may_have_the_longer_suffix(pytester: pytest.Pytester, put: Put, run: Run) -> None:
    put("a.yml")

    run("a.yml").assert_outcomes(passed=1)
    assert run(".").ret == pytest.ExitCode.TESTS_FAILED  # a.yml.scenario.yaml alone


@pytest.mark.usefixtures("three")
def test_k_chooses_by_name(run: Run) -> None:
    assert nodes(run("cassettes", "-k", "inner or b.yaml", "--collect-only", "-q")) == [
        "cassettes/b.yaml::verify",
        "cassettes/inner/c.yaml::verify",
    ]


@pytest.mark.usefixtures("three")
def test_node_id_chooses_one(run: Run) -> None:
    run("cassettes/a.yaml::verify").assert_outcomes(passed=1)


@pytest.mark.usefixtures("three")
def test_last_failed_run_again_or_first(run: Run) -> None:
    run("cassettes")

    assert nodes(run("cassettes", "--lf", "--collect-only", "-q")) == ["cassettes/b.yaml::verify"]
    assert nodes(run("cassettes", "--ff", "--collect-only", "-q"))[0] == "cassettes/b.yaml::verify"


@pytest.mark.usefixtures("three")
def test_x_stops_at_the_first_failure(run: Run) -> None:
    run("cassettes", "-x").assert_outcomes(passed=1, failed=1)


@pytest.mark.usefixtures("three")
def test_markers_are_given_by_a_conftest(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeconftest(
        """
        import pytest

        def pytest_configure(config):
            config.addinivalue_line("markers", "drifting: does")

        def pytest_collection_modifyitems(items):
            for item in items:
                if item.path.name == "b.yaml":
                    item.add_marker("drifting")
                    item.add_marker(pytest.mark.xfail(reason="not yet", strict=True))
        """
    )

    run("cassettes").assert_outcomes(passed=2, xfailed=1)
    assert nodes(run("cassettes", "-m", "drifting", "--collect-only", "-q")) == ["cassettes/b.yaml::verify"]


@pytest.mark.usefixtures("three")
def test_empty_selection_is_no_success(run: Run) -> None:
    assert run("cassettes", "-k", "nothing-is-called-so").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_empty_folder_is_no_success(pytester: pytest.Pytester, run: Run) -> None:
    pytester.mkdir("cassettes")

    assert run("cassettes").ret == pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.usefixtures("three")
def test_junit_report_holds_verdict_and_counts(pytester: pytest.Pytester, run: Run) -> None:
    run("cassettes", "--junitxml=out.xml")

    cases = ElementTree.parse(pytester.path / "out.xml").getroot().findall(".//testcase")
    drifting = cases[1]
    counts = {p.attrib["name"]: p.attrib["value"] for p in drifting.iter("property")}
    assert [(case.attrib["classname"], case.attrib["name"]) for case in cases][1] == ("cassettes.b.yaml", "verify")
    assert counts == {
        "verdict": "drift",
        "interactions": "1",
        "notifications": "2",
        "drifts": "1",
        "known": "9",
        "unseen": "16",
        "by_form": "0",
        "stale": "0",
    }
    failure = drifting.find("failure")
    assert failure is not None
    assert failure.attrib == {"message": f"1 drift: {LETTER_CASE}"}
    assert drifting.findtext("failure") == as_text(Verification((verify(Path("cassettes/b.yaml")),)))


@pytest.mark.usefixtures("three", "wide")
def test_several_processes_share_the_cassettes(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess(*QUIET, "--graph-verify", "cassettes", "-n", "2")

    result.assert_outcomes(passed=2, failed=1)
    report = as_text(Verification((verify(Path("cassettes/b.yaml")),)))
    assert failures(result)[0].strip("_ ") == "cassettes/b.yaml"
    assert failures(result)[2:] == report.splitlines()
    assert in_short(result) == [f"FAILED cassettes/b.yaml::verify - 1 drift: {LETTER_CASE}"]


@pytest.mark.usefixtures("three")
def test_crash_fails_its_cassette_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    class Crashing(Driver):
        driven = 0

        def drive(self, *arguments: Any) -> list[Interaction]:
            self.driven += 1
            if self.driven == 2:
                raise ValueError("over the second")
            return super().drive(*arguments)

    monkeypatch.setattr("harness.verifying.Driver", Crashing)
    result = run("cassettes")

    result.assert_outcomes(passed=2, failed=1)
    assert failures(result)[1:3] == [
        "none   cassettes/b.yaml",
        "       cassettes/b.yaml: comparing crashed: ValueError: over the second",
    ]


def test_bug_of_the_plugin_itself_is_shown_with_its_trace(put: Put, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    put("a.yaml", "Running", "running")
    monkeypatch.setattr("harness.report.as_text", lambda *_: 1 / 0)

    result = run("a.yaml")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E   ZeroDivisionError: division by zero"])


@pytest.mark.parametrize("name", ["with space.yaml", "süß 😀.yaml", "a[b]::c.yaml", "a b/ü/c.yaml"])
def test_any_name_will_do(put: Put, run: Run, name: str) -> None:
    put(f"cassettes/{name}")

    run("cassettes").assert_outcomes(passed=1)
    assert nodes(run("cassettes", "--collect-only", "-q")) == [f"cassettes/{name}::verify"]


@pytest.mark.usefixtures("three")
def test_root_may_be_elsewhere(pytester: pytest.Pytester, run: Run) -> None:
    elsewhere = pytester.mkdir("elsewhere")

    result = run(f"--rootdir={elsewhere}", "cassettes")

    result.assert_outcomes(passed=2, failed=1)
    assert failures(result)[1].startswith("drift  cassettes/b.yaml  (")
