"""The end of a test: what shows only then, and what is left of a cassette."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plugin.suite import Suite

pytest_plugins = ["pytester"]

ONE = Path(__file__).parents[2] / "cassettes" / "observed" / "errors.3-call-not-found.yaml"


def test_bot_that_breaks_when_it_is_shut_down_fails_the_test(suite: Suite) -> None:
    suite.write(
        """
        async def app(scope, receive, send):
            if scope["type"] == "lifespan":
                assert (await receive())["type"] == "lifespan.startup"
                await send({"type": "lifespan.startup.complete"})
                await receive()
                raise OSError("the database is gone")

        def test_one(graph):
            graph.bot(app, name="ours")
        """
    )

    result = suite.run()

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["OSError escaped the bot 'ours', at *", "*OSError: the database is gone"])


@pytest.mark.parametrize(
    ("on_unplayed", "outcomes"),
    [("fail", {"failed": 1}), ("warn", {"passed": 1, "warnings": 1}), ("ignore", {"passed": 1})],
    ids=["fail", "warn", "ignore"],
)
def test_what_is_left_of_a_cassette_is_told_as_asked(suite: Suite, on_unplayed: str, outcomes: dict[str, int]) -> None:
    (suite.path / "cassettes").mkdir()
    (suite.path / "cassettes" / "one.yaml").write_text(ONE.read_text())
    suite.write(
        """
        @pytest.mark.graph(targets=["replay"], cassette="one")
        def test_one(graph): ...
        """
    )

    result = suite.run("-W", "default", f"--graph-on-unplayed={on_unplayed}")

    result.assert_outcomes(**outcomes)
    if on_unplayed != "ignore":
        result.stdout.fnmatch_lines(["*one.yaml: 1 request was never made*"])


def test_failing_test_is_not_failed_twice(suite: Suite) -> None:
    suite.write(
        """
        def test_one(graph):
            graph.bot(lambda told: 400)
            graph.person("bob").joins(graph.call())
            assert 1 == 2
        """
    )

    result = suite.run()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["           … not delivered yet: 1 notification", "           ✗ here the test failed: assert 1 == 2"]
    )


def test_bot_may_shut_down_while_requests_are_still_answered(suite: Suite) -> None:
    suite.write(
        """
        from bot_of_ours import GRAPH

        async def app(scope, receive, send):
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            answer = requests.delete(f"{GRAPH}/calls/c1", headers={"Authorization": "Bearer any"})
            print("hung up:", answer.status_code)
            await send({"type": "lifespan.shutdown.complete"})

        def test_one(graph):
            graph.bot(app)
            graph.call(id="c1")
        """
    )

    result = suite.run("-s")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*hung up: 204"])


SWALLOW = """
    def phone_home():
        try:
            requests.get("https://example.com/", timeout=5)
        except Exception:
            pass
"""
REFUSED = "a request was refused: GET https://example.com/ (test_bot.py:*)"


def test_request_refused_after_the_test_fails_it_as_well(suite: Suite) -> None:
    suite.write(
        SWALLOW,
        """
        @pytest.fixture
        def late(graph):
            yield
            phone_home()

        def test_one(late): ...
        """,
    )

    result = suite.run()

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines([REFUSED, "*- graph: requests → and notifications ← -*"])


def test_bot_that_breaks_after_the_test_fails_it_as_well(suite: Suite) -> None:
    suite.write(
        """
        def clumsy(told):
            return 1 / 0

        @pytest.fixture
        def late(graph):
            graph.bot(clumsy, name="clumsy")
            yield
            graph.person("bob").joins(graph.call())
            graph.drain()

        def test_one(late): ...
        """
    )

    result = suite.run()

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["ZeroDivisionError escaped the bot 'clumsy', at *"])


def test_swallowed_refusal_is_shown_where_a_test_fails_of_something_else(suite: Suite) -> None:
    suite.write(
        SWALLOW,
        """
        def test_one(graph):
            phone_home()
            assert 1 == 2
        """,
    )

    result = suite.run()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "           ✗ refused: GET https://example.com/ (test_bot.py:*)",
            "           ✗ here the test failed: assert 1 == 2",
        ]
    )


def test_expected_failure_may_be_a_refusal(suite: Suite) -> None:
    suite.write(
        """
        @pytest.mark.xfail(strict=True)
        def test_one(graph):
            requests.get("https://example.com/", timeout=5)
        """
    )

    suite.run().assert_outcomes(xfailed=1)


def test_failing_fixture_shows_what_passed(suite: Suite) -> None:
    suite.write(
        """
        @pytest.fixture
        def ready(graph):
            graph.bot(my_bot.app)
            my_bot.bring_in(graph.call().id, graph.person("adele").id)
            assert 1 == 2

        def test_one(ready): ...
        """
    )

    result = suite.run()

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            "   +0.0 s  → POST https://graph.microsoft.com/v1.0/communications/calls/<call:1>/participants/invite",
            "           ✗ here the test failed: assert 1 == 2",
        ]
    )


@pytest.mark.parametrize(
    ("after", "due"),
    [
        (0, "due now: graph.drain() lets it happen"),
        (2.5, "due in 2.5 s: graph.drain(), or graph.advance(2.5), lets it happen"),
    ],
    ids=["now", "later"],
)
def test_test_that_moved_no_time_is_told_so(suite: Suite, after: float, due: str) -> None:
    suite.write(
        f"""
        def test_one(graph):
            graph.bot(my_bot.app)
            adele, call = graph.person("adele").answers(after={after}), graph.call()
            my_bot.bring_in(call.id, adele.id)
            assert adele in graph.roster(call)
        """
    )

    result = suite.run()

    result.stdout.fnmatch_lines(
        [
            "               200 · inviteParticipantsOperation · Running",
            f"           … time stands still, and something is {due} (on an event loop: await graph.adrain())",
            "           ✗ here the test failed: AssertionError: *",
        ]
    )


def test_test_that_let_all_happen_is_told_nothing_of_time(suite: Suite) -> None:
    suite.write(
        """
        def test_one(graph):
            graph.bot(my_bot.app)
            my_bot.bring_in(graph.call().id, graph.person("adele").id)
            graph.drain()
            assert 1 == 2
        """
    )

    suite.run().stdout.no_fnmatch_line("*time stands still*")


def test_what_the_error_shows_is_not_shown_once_more(suite: Suite) -> None:
    suite.write("def test_one(graph): graph.wait_for(lambda: False, timeout=0)")

    result = suite.run()

    assert str(result.stdout).count("nothing was asked, nothing was told") == 1


def test_condition_that_is_no_function_is_refused(suite: Suite) -> None:
    suite.write("def test_one(graph): graph.wait_for(True)")

    result = suite.run()

    wanted = "expected a function, as in graph.wait_for(lambda: adele in call.roster)"
    result.stdout.fnmatch_lines([f"E*UsageError: condition True: {wanted}"])


def test_long_story_is_cut_in_its_middle(suite: Suite) -> None:
    suite.write(
        """
        def test_one(graph):
            graph.bot(lambda told: 202)
            bob, call = graph.person("bob"), graph.call()
            for _ in range(25):
                bob.joins(call)
                bob.leaves(call)
                graph.drain()
            assert 1 == 2
        """
    )

    result = suite.run("--graph-report=r.txt")

    start = next(n for n, line in enumerate(result.outlines) if "graph: requests →" in line)
    told = result.outlines[start + 1 :][:41]
    assert told[10] == "           … 11 lines left out: --graph-report=FILE has all"
    assert told[40].startswith("           ✗ here the test failed")
    assert "left out" not in (suite.path / "r.txt").read_text()
