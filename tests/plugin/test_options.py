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
    assert tests[1]["timeline"].splitlines() == [
        "           … not delivered yet: 1 notification",
        *tests[1]["timeline"].splitlines()[1:],
    ]
    assert tests[1]["timeline"].splitlines()[1].startswith("           ✗ here the test failed: assert 1 == 2")


def test_report_as_text_and_page(suite: Suite) -> None:
    suite.write(HEADLINE)

    suite.run("--graph-report=r.txt")
    suite.run("--graph-report=r.html")

    text = Path(suite.path, "r.txt").read_text().splitlines()
    assert text[0] == "✓ test_bot.py::test_agent_is_invited · fake · passed"
    assert text[2].startswith("   +0.0 s  → POST https://graph.microsoft.com/v1.0/communications/calls/<call:1>/")
    page = Path(suite.path, "r.html").read_text()
    assert "<summary>✓ test_bot.py::test_agent_is_invited · fake · passed</summary>" in page
    assert "&lt;call:1&gt;" in page
