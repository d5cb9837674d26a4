"""The fixture `graph`: a test as the README prints it, and what it says when something goes wrong."""

from __future__ import annotations

from tests.plugin.suite import GUID, HEADLINE, Suite

pytest_plugins = ["pytester"]

TITLE = "*- graph: requests → and notifications ← -*"


def test_headline_passes(suite: Suite) -> None:
    suite.write(HEADLINE)

    suite.run().assert_outcomes(passed=1)


def test_each_test_has_a_world_of_its_own_and_the_same_ids_in_each_run(suite: Suite) -> None:
    suite.write(
        """
        def test_one(graph):
            graph.bot(my_bot.app)
            print("one", graph.call().id, graph.person("adele").id)

        def test_two(graph):
            graph.bot(my_bot.app)
            print("two", graph.call().id, graph.person("adele").id)
            assert graph.calls == []
        """
    )

    def ids(*arguments: str) -> list[str]:
        result = suite.run("-s", *arguments)
        result.assert_outcomes(passed=2)
        return [word for line in result.outlines for word in line.split() if GUID.fullmatch(word)]

    first = ids()
    assert len(set(first)) == 4
    assert ids() == first
    assert set(ids("--graph-seed=1")).isdisjoint(first)


def test_failure_shows_what_passed_and_where_it_went_wrong(suite: Suite) -> None:
    suite.write(
        """
        def test_adele_comes(graph):
            graph.bot(my_bot.app)
            adele = graph.person("adele").declines(after=2)
            call = graph.call()
            my_bot.bring_in(call.id, adele.id)
            graph.drain()
            assert call.operations[-1].status == "completed"
        """
    )

    result = suite.run()

    result.assert_outcomes(failed=1)
    path = "/communications/calls/<call:1>"
    result.stdout.fnmatch_lines(
        [
            TITLE,
            f"   +0.0 s  → POST https://graph.microsoft.com/v1.0{path}/participants/invite",
            "               200 · inviteParticipantsOperation · Running",
            f"   +2.0 s  ← deleted {path}/operations/<operation:1> · inviteParticipantsOperation · failed · *",
            "           ✗ here the test failed: AssertionError: assert 'failed' == 'completed'",
        ]
    )


def test_passing_test_shows_nothing(suite: Suite) -> None:
    suite.write(HEADLINE)

    suite.run("-rA").stdout.no_fnmatch_line(TITLE)


def test_exception_that_escapes_the_bot_fails_the_test_with_its_trace(suite: Suite) -> None:
    suite.write(
        """
        def clumsy(told):
            return 1 / 0

        def test_bob_joins(graph):
            graph.bot(clumsy, name="clumsy")
            graph.person("bob").joins(graph.call())
        """
    )

    result = suite.run()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "ZeroDivisionError escaped the bot 'clumsy', at 'updated /communications/calls/<call:1>/participants'",
            "    Traceback (most recent call last):",
            "        return 1 / 0",
            "    ZeroDivisionError: division by zero",
            TITLE,
            "   +0.0 s  ← updated /communications/calls/<call:1>/participants · 2 in the roster",
            "           ✗ ZeroDivisionError: division by zero",
        ]
    )
    assert str(result.stdout).count("escaped the bot 'clumsy'") == 2, "once told, once marked"


def test_rejected_notification_fails_the_test(suite: Suite) -> None:
    suite.write(
        """
        def test_bob_joins(graph):
            graph.bot(lambda told: 403)
            graph.person("bob").joins(graph.call())
        """
    )

    suite.run().stdout.fnmatch_lines(
        [
            "the bot answered 403 to 'updated /communications/calls/<call:1>/participants'",
            "    posted to https://bot.example/api/calls",
            "    to do: if that is meant, say graph.expect_rejections() first",
        ]
    )


def test_bot_that_listens_elsewhere_is_told_how_to_say_so(suite: Suite) -> None:
    suite.write(
        """
        def test_bob_joins(graph):
            graph.bot(my_bot.app, callback="/elsewhere")
            graph.person("bob").joins(graph.call())
        """
    )

    suite.run().stdout.fnmatch_lines(
        [
            "the bot answered 404 to 'updated /communications/calls/<call:1>/participants'",
            "    posted to https://bot.example/elsewhere",
            "    to do: if the bot listens elsewhere, say where: graph.bot(…, callback='/PATH')",
        ]
    )


def test_callback_that_is_not_the_bots_fails_the_test(suite: Suite) -> None:
    """Although there is but one bot that it could be meant for."""
    suite.write(
        """
        def test_bob_joins(graph):
            bot = graph.bot(my_bot.app, callback="https://mine.example/api/calls")
            call = graph.call(callbackUri="https://mine.example/api/cals")
            graph.person("bob").joins(call)
            graph.drain()
            assert bot.received == []
        """
    )

    suite.run().stdout.fnmatch_lines(
        [
            "nobody was told 'updated /communications/calls/<call:1>/participants'",
            "    callback 'https://mine.example/api/cals' of app '*' is no bot's: "
            "there are 'bot' (callback https://mine.example/api/calls, app *)",
            "    to do: mend the callbackUri, or say where the bot listens: "
            "graph.bot(…, callback='https://mine.example/api/cals')",
        ]
    )


def test_notification_given_up_fails_the_test(suite: Suite) -> None:
    suite.write(
        """
        def test_bob_joins(graph):
            graph.bot(lambda told: 503)
            graph.person("bob").joins(graph.call())
        """
    )

    suite.run().stdout.fnmatch_lines(
        [
            "the bot answered 503 to 'updated /communications/calls/<call:1>/participants', 4 times",
            "    posted to https://bot.example/api/calls",
        ]
    )


def test_expected_rejections_fail_no_test(suite: Suite) -> None:
    suite.write(
        """
        def test_bob_joins(graph):
            bot = graph.bot(lambda told: 403)
            graph.expect_rejections()
            graph.person("bob").joins(graph.call())
            graph.drain()
            assert [answer.status for answer in bot.answers] == [403]
        """
    )

    suite.run().assert_outcomes(passed=1)


def test_several_problems_are_numbered_and_those_that_are_alike_told_once(suite: Suite) -> None:
    suite.write(
        """
        def test_two_join(graph):
            with pytest.raises(Exception, match="is refused"):
                requests.get("https://example.com/", timeout=5)
            graph.bot(lambda told: 400)
            call = graph.call()
            graph.person("bob").joins(call)
            graph.person("carol").joins(call)
        """
    )

    suite.run().stdout.fnmatch_lines(
        [
            "1 of 2: a request was refused: GET https://example.com/ (test_bot.py:*)",
            "2 of 2: the bot answered 400 to 'updated /communications/calls/<call:1>/participants' (2 times)",
            "    posted to https://bot.example/api/calls",
        ]
    )


def test_request_to_elsewhere_fails_the_test_even_if_the_bot_swallowed_it(suite: Suite) -> None:
    suite.write(
        """
        def test_phones_home(graph):
            try:
                requests.get("https://example.com/", timeout=5)
            except Exception:
                pass
        """
    )

    result = suite.run()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "a request was refused: GET https://example.com/ (test_bot.py:8)",
            "    to do: if that is meant, say allow_hosts=['HOST'] in the marker or in graph_config",
        ]
    )


def test_request_to_elsewhere_says_how_to_let_it_through(suite: Suite) -> None:
    suite.write(
        """
        def test_phones_home(graph):
            requests.get("https://example.com/", timeout=5)
        """
    )

    suite.run().stdout.fnmatch_lines(
        ["*To let it through, say allow_hosts=[[]'example.com'[]] in the marker or in graph_config"]
    )


def test_exception_is_shown_from_the_code_of_the_bot_on(suite: Suite) -> None:
    suite.write(
        """
        import flask

        def test_bob_joins(graph):
            app = flask.Flask("clumsy")
            app.config["PROPAGATE_EXCEPTIONS"] = True

            @app.post("/api/calls")
            def told():
                return 1 / 0

            graph.bot(app)
            graph.person("bob").joins(graph.call())
        """
    )

    result = suite.run()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "    Traceback (most recent call last):",
            '      File "*test_bot.py", line 14, in told',
            "        return 1 / 0",
            "    ZeroDivisionError: division by zero",
        ],
    )
    result.stdout.no_fnmatch_line("*site-packages*")
    result.stdout.no_fnmatch_line("*Captured log*")
