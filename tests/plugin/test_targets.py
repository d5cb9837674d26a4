"""One test, several targets: which of them a test runs on."""

from __future__ import annotations

import pytest

from harness.tenant.variables import VARIABLES
from tests.plugin.suite import Suite

pytest_plugins = ["pytester"]

ANYWHERE = """
    def test_anywhere(graph):
        pass
"""
BOTH = """
    @pytest.mark.graph(targets=["fake", "replay"], on_unplayed="ignore", cassette="one")
    def test_both(graph):
        print(graph.target, graph.person("adele").id)
"""
LIVE = """
    @pytest.mark.graph(targets=["fake", "live"])
    def test_live(graph):
        pass
"""


@pytest.fixture
def cassette(suite: Suite) -> None:
    (suite.path / "cassettes").mkdir()
    (suite.path / "cassettes" / "one.yaml").write_text("interactions: []\nversion: 1\n")


@pytest.mark.usefixtures("cassette")
def test_runs_once_on_each_of_its_targets_with_the_same_people(suite: Suite) -> None:
    suite.write(BOTH)

    result = suite.run("-s", "-v")

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["test_bot.py::test_both?fake? fake *", "test_bot.py::test_both?replay? replay *"])
    (one, other) = [line.split()[2] for line in result.outlines if "::test_both" in line]
    assert one == other


@pytest.mark.usefixtures("cassette")
def test_option_chooses_among_its_targets(suite: Suite) -> None:
    suite.write(BOTH)

    result = suite.run("-v", "--graph-target=replay")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["test_bot.py::test_both?replay? PASSED*"])


def test_option_that_is_none_of_its_targets_skips_it(suite: Suite) -> None:
    suite.write(BOTH)

    result = suite.run("-rs", "--graph-target=live")

    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED [[]1[]] test_bot.py*: runs on fake, replay, not on live"])


def test_without_a_marker_a_test_runs_on_the_fake_under_its_own_name(suite: Suite) -> None:
    suite.write(ANYWHERE)

    suite.run("-v").stdout.fnmatch_lines(["test_bot.py::test_anywhere PASSED*"])


def test_without_a_marker_the_option_decides(suite: Suite) -> None:
    suite.write(ANYWHERE)

    result = suite.run("--graph-target=replay")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*test_bot/test_anywhere.yaml: is missing: test_bot.py::test_anywhere was to be *"])


def test_setting_is_as_good_as_the_option(suite: Suite) -> None:
    suite.write(ANYWHERE)
    suite.pytester.makeini("[pytest]\ngraph_target = replay\n")

    suite.run().assert_outcomes(errors=1)


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AZURE_TENANT_ID", "contoso.onmicrosoft.com")


@pytest.mark.usefixtures("nowhere")
def test_live_is_skipped_with_what_it_lacks(suite: Suite) -> None:
    suite.write(LIVE)

    result = suite.run("-rs")

    result.assert_outcomes(passed=1, skipped=1)
    missing = "AZURE_CLIENT_ID, GRAPH_CALLBACK_URL, GRAPH_USERS, AZURE_CLIENT_SECRET"
    result.stdout.fnmatch_lines([f"SKIPPED [[]1[]] *: target live needs {missing} in the environment"])


@pytest.mark.usefixtures("nowhere")
def test_recording_fails_with_what_it_lacks(suite: Suite) -> None:
    suite.write(ANYWHERE)

    result = suite.run("--graph-target=record")

    result.assert_outcomes(errors=1)
    assert "target record: the environment does not describe the tenant:" in result.outlines
    assert "  GRAPH_USERS is not set: object ids of people who will answer, with commas between them" in result.outlines


@pytest.mark.usefixtures("nowhere")
def test_wrong_variable_is_no_reason_to_skip(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPH_USERS", "adele")
    suite.write(LIVE)

    result = suite.run()

    result.assert_outcomes(passed=1, errors=1)
    assert "  GRAPH_USERS: number 1 is no object id: expected GUIDs with commas between them" in result.outlines


RECORDED = """
    @pytest.mark.graph(targets=["fake", "record"])
    def test_recorded(graph):
        print(graph.target)
"""


def test_nothing_is_recorded_that_is_not_asked_for(suite: Suite) -> None:
    suite.write(RECORDED, RECORDED.replace('"fake", ', "").replace("test_recorded", "test_only"))

    result = suite.run("-rs")

    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED * records, which is only done where --graph-target=record asks for it"])


@pytest.mark.usefixtures("nowhere")
def test_whatever_is_replayed_can_be_recorded(suite: Suite) -> None:
    suite.write(BOTH)

    result = suite.run("--graph-target=record")

    result.assert_outcomes(errors=1)
    assert "target record: the environment does not describe the tenant:" in result.outlines


def test_unknown_target_is_refused(suite: Suite) -> None:
    suite.pytester.makeini("[pytest]\ngraph_target = tape\n")

    result = suite.run()

    assert result.ret == 4
    result.stderr.fnmatch_lines(["ERROR: graph_target: 'tape' is none of fake, replay, live, record"])


UNITTEST = """
    import unittest

    @pytest.mark.graph(targets=TARGETS, on_unplayed="ignore", cassette="one")
    class TestOne(unittest.TestCase):
        @pytest.fixture(autouse=True)
        def set_up(self, graph):
            self.graph = graph

        def test_one(self):
            assert self.graph.target == "replay"
"""
LATE = """
    @pytest.mark.graph(targets=TARGETS, on_unplayed="ignore", cassette="one")
    def test_one(request):
        assert request.getfixturevalue("graph").target == "replay"
"""


@pytest.mark.usefixtures("cassette")
@pytest.mark.parametrize("test", [UNITTEST, LATE], ids=["unittest", "asks late"])
@pytest.mark.parametrize(
    ("targets", "options", "outcomes"),
    [
        ("['replay']", (), {"passed": 1}),
        ("['fake', 'replay']", ("--graph-target=replay",), {"passed": 1}),
        ("['fake']", ("--graph-target=replay",), {"skipped": 1}),
    ],
    ids=["the only one", "chosen", "another"],
)
def test_one_that_cannot_run_on_each_runs_on_one(
    suite: Suite, test: str, targets: str, options: tuple[str, ...], outcomes: dict[str, int]
) -> None:
    suite.write(test.replace("TARGETS", targets))

    suite.run(*options).assert_outcomes(**outcomes)


@pytest.mark.parametrize("test", [UNITTEST, LATE], ids=["unittest", "asks late"])
def test_one_that_cannot_run_on_each_says_so(suite: Suite, test: str) -> None:
    suite.write(test.replace("TARGETS", "['fake', 'replay']"))

    assert (
        "mark graph: targets: fake, replay: pytest cannot run this test once on each, as it is of unittest, or asks "
        "for 'graph' while it runs: name one, or choose by --graph-target"
    ) in suite.run().outlines
