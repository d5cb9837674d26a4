"""What a failure shows of code: the user's lines, and none of ours."""

from __future__ import annotations

import pytest

from tests.plugin.suite import Suite

pytest_plugins = ["pytester"]

WRONG = {
    "asked wrongly": ("graph.call(kind='conference')", "*UsageError: unknown kind of call 'conference'; known: *"),
    "waited in vain": ("graph.wait_for(lambda: False, timeout=0)", "*WaitedInVain: waited 0.0 s for *"),
    "through a client": (
        "requests.get('https://elsewhere.example')",
        "*RequestRefused: GET https://elsewhere.example*",
    ),
    "in another thread": ("import asyncio; asyncio.run(graph.aadvance(-1))", "*UsageError: time goes forward: *"),
}


@pytest.mark.parametrize(("line", "error"), WRONG.values(), ids=WRONG)
def test_error_of_ours_is_shown_at_the_users_line_alone(suite: Suite, line: str, error: str) -> None:
    suite.write(
        f"""
        def test_one(graph):
            graph.bot(my_bot.app)
            {line}
        """
    )

    result = suite.run()

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f">*{line}", f"E  {error}", "test_bot.py:8: *"])
    result.stdout.no_fnmatch_line("*harness/*")
    result.stdout.no_fnmatch_line("*site-packages*")


def test_full_trace_shows_all_of_it(suite: Suite) -> None:
    suite.write("def test_one(graph): graph.call()")

    result = suite.run("--full-trace")

    result.stdout.fnmatch_lines(["*harness/target/graph.py:*"])


def test_error_of_ours_names_no_other_that_it_came_from(suite: Suite) -> None:
    suite.write("def test_one(graph): graph.bot('localhost:3978/api/calls')")

    result = suite.run()

    result.stdout.fnmatch_lines(["E*bot 'bot': expected http(s)://HOST[[]:PORT], got 'localhost:3978/api/calls'"])
    result.stdout.no_fnmatch_line("*above exception*")


@pytest.mark.parametrize(
    "test",
    [
        "@pytest.mark.graph(given={'callz': []})\ndef test_one(graph): ...",
        "@pytest.mark.graph(targets=['replay'])\ndef test_one(graph): ...",
    ],
    ids=["given", "cassette"],
)
def test_what_is_set_wrongly_is_said_once(suite: Suite, test: str) -> None:
    suite.write(test)

    result = suite.run()

    result.assert_outcomes(errors=1)
    result.stdout.no_fnmatch_line("*another exception occurred*")


def test_error_of_the_bot_keeps_its_trace(suite: Suite) -> None:
    suite.write("def test_one(graph): requests.get('https://graph.microsoft.com/v1.0/communications').json()['id']")

    result = suite.run()

    result.stdout.fnmatch_lines(["E*KeyError: 'id'"])
