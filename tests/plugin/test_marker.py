"""The marker `graph(…)`, and `graph_config`: what a test says of its Graph, and what is wrong to say."""

from __future__ import annotations

import pytest

from tests.plugin.suite import Suite

pytest_plugins = ["pytester"]

KNOWN = "targets, cassette, given, hosts, allow_hosts, intercept, on_unplayed, max_age"


@pytest.mark.parametrize(
    ("marker", "problem"),
    [
        ("tragets=['fake']", f"mark graph: unknown 'tragets'; known: {KNOWN}"),
        ("'fake'", "mark graph: takes arguments by name only, got 'fake'"),
        (
            "targets=['tape']",
            "mark graph: targets: expected a list of fake, replay, live, record, each once, got ['tape']",
        ),
        ("targets=[]", "mark graph: targets: expected a list of fake, replay, live, record, each once, got []"),
        ("cassette=7", "mark graph: cassette: expected text, got 7"),
        ("given=[]", "mark graph: given: expected a dict, got []"),
        ("hosts='graph.example'", "mark graph: hosts: expected a list of hosts, got 'graph.example'"),
        ("allow_hosts=[1]", "mark graph: allow_hosts: expected a list of hosts, got [1]"),
        ("intercept=0", "mark graph: intercept: expected True or False, got 0"),
        ("on_unplayed='cry'", "mark graph: on_unplayed: expected one of fail, warn, ignore, got 'cry'"),
        ("max_age=-1", "mark graph: max_age: expected a number of days, 0 or more, got -1"),
    ],
)
def test_what_is_wrong_in_a_marker_is_said_when_tests_are_collected(suite: Suite, marker: str, problem: str) -> None:
    suite.write(f"@pytest.mark.graph({marker})\ndef test_one(graph): ...")

    result = suite.run()

    result.assert_outcomes(errors=1)
    assert f"test_one: {problem}" in result.outlines


def test_closest_marker_counts_argument_by_argument(suite: Suite) -> None:
    suite.write(
        """
        pytestmark = pytest.mark.graph(hosts=["graph.module"], targets=["replay"])

        @pytest.mark.graph(targets=["fake"])
        def test_one(graph):
            assert graph.target == "fake"
            assert graph.config.hosts == ("graph.module",)
            assert requests.get("https://graph.module/v1.0/communications/calls/c").status_code == 401
        """
    )

    suite.run().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("marker", "problem"),
    [
        (
            "hosts=['https://ours.example']",
            "routes: 'https://ours.example' is no host; give its name alone, such as 'graph.microsoft.com'",
        ),
        (
            "allow_hosts=['graph.microsoft.com']",
            "graph.microsoft.com: both routed and allowed; leave out one of the two",
        ),
    ],
    ids=["URL", "both"],
)
def test_what_is_no_host_fails_the_test_in_words(suite: Suite, marker: str, problem: str) -> None:
    suite.write(f"@pytest.mark.graph({marker})\ndef test_one(graph): ...")

    result = suite.run()

    result.assert_outcomes(errors=1)
    assert problem in result.outlines


def test_given_is_there_before_the_test(suite: Suite) -> None:
    suite.write(
        """
        @pytest.mark.graph(given={"people": [{"user": {"id": "a"}, "ignores": True}]})
        def test_one(graph):
            graph.bot(my_bot.app)
            call = graph.call()
            my_bot.bring_in(call.id, "a")
            graph.advance(5)
            assert call.operations[-1].status == "running"
        """
    )

    suite.run().assert_outcomes(passed=1)


def test_wrong_given_fails_the_test_in_words(suite: Suite) -> None:
    suite.write(
        """
        @pytest.mark.graph(given={"peopel": []})
        def test_one(graph): ...
        """
    )

    result = suite.run()

    result.assert_outcomes(errors=1)
    known = "application, rules, notifications, people, meetings, calls, incoming, happens"
    said = f"given: unknown 'peopel'; known: {known}"
    assert {said, f"Failed: {said}"} & {line.removeprefix("E       ") for line in result.outlines}


def test_config_of_a_project_is_overridden_as_any_fixture(suite: Suite) -> None:
    suite.write(
        """
        @pytest.fixture
        def graph_config():
            return {"app_id": "11111111-0000-4000-8000-000000000000", "callback": "https://ours.example/api/calls"}

        def test_one(graph):
            bot = graph.bot(my_bot.app)
            assert bot.app_id == "11111111-0000-4000-8000-000000000000"
            assert bot.callback_uri == "https://ours.example/api/calls"
            my_bot.bring_in(graph.call().id, graph.person("adele").id, token=my_bot.sign_in())
        """
    )

    result = suite.run()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*404 Client Error*"])


def test_unknown_member_of_the_config_is_refused(suite: Suite) -> None:
    suite.write(
        """
        @pytest.fixture
        def graph_config():
            return {"host": ["graph.example"]}

        def test_one(graph): ...
        """
    )

    assert (
        "graph_config: unknown 'host'; known: hosts, allow_hosts, app_id, tenant_id, client_secret, callback, given"
        in suite.run().outlines
    )


def test_without_interception_requests_go_where_they_go(suite: Suite) -> None:
    suite.write(
        """
        import responses

        @pytest.mark.graph(intercept=False)
        def test_one(graph):
            with responses.RequestsMock() as mock:
                graph.register(mock)
                graph.bot(my_bot.app)
                call = graph.call()
                my_bot.bring_in(call.id, graph.person("adele").id)
                graph.drain()
                assert graph.person("adele") in call.roster
        """
    )

    suite.run().assert_outcomes(passed=1)


def test_marker_is_known_to_pytest(suite: Suite) -> None:
    suite.run("--markers").stdout.fnmatch_lines(["@pytest.mark.graph(targets=…, cassette=…, given=…, hosts=…, *"])
