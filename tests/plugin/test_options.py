"""What can be set from outside: numbers, choices, folders, and the report of a run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.plugin.suite import HEADLINE, Suite

pytest_plugins = ["pytester"]

FAILING = """
    def test_fails(graph):
        graph.bot(my_bot.app)
        graph.person("bob").joins(graph.call())
        assert 1 == 2
"""


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        ("--graph-seed=x", "--graph-seed: expected a whole number, 0 or more, got 'x'"),
        ("--graph-seed=1.5", "--graph-seed: expected a whole number, 0 or more, got '1.5'"),
        ("--graph-max-age=-1", "--graph-max-age: expected a number of days, 0 or more, got '-1'"),
        ("--graph-callback-port=x", "--graph-callback-port: expected a number from 1 to 65535, got 'x'"),
        ("--graph-callback-port=70000", "--graph-callback-port: expected a number from 1 to 65535, got '70000'"),
        ("--graph-report=r.pdf", "--graph-report: expected a file that ends in .html, .json or .txt, got 'r.pdf'"),
    ],
)
def test_wrong_value_is_refused_before_anything_runs(suite: Suite, option: str, problem: str) -> None:
    result = suite.run(option)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"ERROR: {problem}" in result.errlines


def test_cassettes_are_beside_the_test_unless_told_otherwise(suite: Suite) -> None:
    suite.write("def test_one(graph_cassette_dir):\n    print(graph_cassette_dir)")

    suite.run("-s").stdout.fnmatch_lines([f"*{suite.path}/cassettes"])
    suite.run("-s", "--graph-cassette-dir=tapes").stdout.fnmatch_lines([f"*{suite.path}/tapes"])


def test_old_cassette_is_refused(suite: Suite) -> None:
    suite.write(
        """
        @pytest.mark.graph(targets=["replay"], cassette="one")
        def test_one(graph): ...
        """
    )
    (suite.path / "cassettes").mkdir()
    (suite.path / "cassettes" / "one.yaml").write_text("interactions: []\nversion: 1\n")

    result = suite.run("--graph-max-age=3")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*one.yaml: does not say when it was recorded, so that it cannot be younger than *"])


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_report_holds_every_test_wherever_it_ran(suite: Suite, workers: tuple[str, ...]) -> None:
    suite.write(HEADLINE, FAILING)

    suite.pytester.runpytest_subprocess("-p", "no:asyncio", "--graph-report=out/r.json", *workers)

    tests = json.loads((suite.path / "out" / "r.json").read_text())["tests"]
    assert [(t["test"], t["target"], t["outcome"]) for t in tests] == [
        ("test_bot.py::test_agent_is_invited", "fake", "passed"),
        ("test_bot.py::test_fails", "fake", "failed"),
    ]
    assert tests[0]["said"] is None
    assert tests[1]["said"] == "assert 1 == 2"
    pending, due, failed = tests[1]["timeline"].splitlines()
    assert pending == "           … not delivered yet: 1 notification"
    assert due.startswith("           … time stands still, and something is due now: ")
    assert failed == "           ✗ here the test failed: assert 1 == 2"


def test_report_holds_what_failed_before_and_after_a_test(suite: Suite) -> None:
    suite.write(
        """
        @pytest.fixture
        def late(graph):
            yield
            raise OSError("gone")

        @pytest.mark.graph(targets=["replay"])
        def test_no_cassette(graph): ...

        def test_late(late): ...

        @pytest.mark.graph(targets=["live"])
        def test_skipped(graph): ...
        """
    )

    suite.run("--graph-report=r.json").assert_outcomes(passed=1, errors=2, skipped=1)

    tests = json.loads((suite.path / "r.json").read_text())["tests"]
    assert [(t["test"], t["target"], t["outcome"]) for t in tests] == [
        ("test_bot.py::test_late", "fake", "error"),
        ("test_bot.py::test_no_cassette[replay]", "replay", "error"),
    ]
    assert tests[0]["said"] == "OSError: gone"
    assert "test_no_cassette.yaml: is missing" in tests[1]["said"]
    assert tests[1]["timeline"] == ""


@pytest.mark.parametrize("arguments", [(), ("-q",)], ids=["", "quiet"])
def test_report_is_named_at_the_end(suite: Suite, arguments: tuple[str, ...]) -> None:
    suite.write(HEADLINE)

    result = suite.run("--graph-report=out/r.html", *arguments)

    result.stdout.fnmatch_lines(["graph: what passed is in *out/r.html"])


def test_report_that_cannot_be_written_fails_the_run_in_a_line(suite: Suite) -> None:
    suite.write(HEADLINE)
    (suite.path / "out").write_text("a file")

    result = suite.run("--graph-report=out/r.html")

    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(["--graph-report: *out/r.html cannot be written: File exists"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_report_as_text_and_page(suite: Suite) -> None:
    suite.write(HEADLINE)

    suite.run("--graph-report=r.txt")
    suite.run("--graph-report=r.html")

    text = Path(suite.path, "r.txt").read_text().splitlines()
    assert text[0] == "✓ test_bot.py::test_agent_is_invited · fake · passed"
    assert text[2].startswith("   +0.0 s  → POST https://graph.microsoft.com/v1.0/communications/calls/<call:1>/")
    page = Path(suite.path, "r.html").read_text()
    assert "<h1>1 test, all passed</h1>" in page
    assert '<span class="verdict same">✓ passed</span> <h3 class="path">test_bot.py::test_agent_is_invited</h3>' in page
    assert "&lt;call:1&gt;" in page


def test_page_has_what_failed_first_and_says_why(suite: Suite) -> None:
    suite.write(
        """
        def test_a(graph): ...

        def test_b(graph):
            assert 1 == 2, "<b>no</b>"
        """
    )

    suite.run("--graph-report=r.html")

    page = Path(suite.path, "r.html").read_text()
    assert "<h1>2 tests, 1 failed</h1>" in page
    assert page.index("test_bot.py::test_b") < page.index("test_bot.py::test_a")
    assert '<pre class="story drift">AssertionError: &lt;b&gt;no&lt;/b&gt;\nassert 1 == 2</pre>' in page
    assert '<meta name="viewport"' in page
    assert "prefers-color-scheme: dark" in page
