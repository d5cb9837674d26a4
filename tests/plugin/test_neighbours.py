"""Beside other plugins: all of them do their work, and the fixture does its own."""

from __future__ import annotations

import pytest

from tests.plugin.suite import HEADLINE, Suite

pytest_plugins = ["pytester"]


def run(suite: Suite, *arguments: str) -> pytest.RunResult:
    """In a process of its own, with every plugin that is there."""
    return suite.pytester.runpytest_subprocess("-W", "ignore", *arguments)


def test_xdist_and_randomly(suite: Suite) -> None:
    pytest.importorskip("xdist")
    pytest.importorskip("pytest_randomly")
    suite.write(*(HEADLINE.replace("invited", f"invited_{n}") for n in range(8)))

    run(suite, "-n", "2", "-p", "randomly").assert_outcomes(passed=8)


ASYNC_TEST = """
    import httpx

    async def told(notification):
        seen.append(notification.value[0]["changeType"])

    seen = []

    @MARK
    async def test_async(graph):
        graph.bot(told)
        adele, call = graph.person("adele"), graph.call()
        body = {"participants": [{"identity": adele.identity}]}
        url = f"https://graph.microsoft.com/v1.0/communications/calls/{call}/participants/invite"
        async with httpx.AsyncClient() as client:
            answer = await client.post(url, json=body, headers={"Authorization": "Bearer any"})
        assert answer.status_code == 200
        await graph.adrain()
        assert adele in call.roster
        assert seen == ["deleted", "updated"]
"""


def test_pytest_asyncio(suite: Suite) -> None:
    pytest.importorskip("pytest_asyncio")
    suite.write(ASYNC_TEST.replace("MARK", "pytest.mark.asyncio"))

    run(suite).assert_outcomes(passed=1)


def test_anyio(suite: Suite) -> None:
    pytest.importorskip("anyio")
    backend = "@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'\n"
    suite.write(backend, ASYNC_TEST.replace("MARK", "pytest.mark.anyio"))

    run(suite, "-p", "no:asyncio").assert_outcomes(passed=1)


def test_async_test_may_leave_the_rest_to_its_end(suite: Suite) -> None:
    """Its loop rests by then, and is run for as long as the bot is told."""
    pytest.importorskip("pytest_asyncio")
    suite.write(
        """
        async def told(notification): ...

        @pytest.mark.asyncio
        async def test_async(graph):
            graph.bot(told)
            graph.person("bob").joins(graph.call())
        """
    )

    run(suite).assert_outcomes(passed=1)


def test_pytest_recording_is_outside(suite: Suite) -> None:
    pytest.importorskip("pytest_recording")
    suite.write(HEADLINE.replace("def test", "@pytest.mark.vcr\n    def test"))

    run(suite).assert_outcomes(passed=1)

    assert not list(suite.path.rglob("cassettes/**/*.yaml")), "what Graph was asked is on no cassette of vcr's"


def test_respx(suite: Suite) -> None:
    pytest.importorskip("respx")
    suite.write(
        """
        import httpx, respx

        def test_both(graph):
            graph.bot(my_bot.app)
            call = graph.call()
            with respx.mock:
                respx.get("https://elsewhere.example/").respond(204)
                assert httpx.get("https://elsewhere.example/").status_code == 204
            my_bot.bring_in(call.id, graph.person("adele").id)
        """
    )

    run(suite).assert_outcomes(passed=1)


def test_responses(suite: Suite) -> None:
    suite.write(
        """
        import responses

        def test_both(graph):
            graph.bot(my_bot.app)
            call = graph.call()
            with responses.RequestsMock() as mock:
                mock.get("https://elsewhere.example/", status=204)
                assert requests.get("https://elsewhere.example/").status_code == 204
            my_bot.bring_in(call.id, graph.person("adele").id)
        """
    )

    run(suite).assert_outcomes(passed=1)


def test_pytest_httpserver(suite: Suite) -> None:
    pytest.importorskip("pytest_httpserver")
    suite.write(
        """
        def test_bot_behind_a_server(graph, httpserver):
            httpserver.expect_request("/api/calls", method="POST").respond_with_data("", status=202)
            bot = graph.bot(httpserver.url_for("/api/calls"))
            graph.person("bob").joins(graph.call())
            graph.drain()
            assert [answer.status for answer in bot.answers] == [202]
            assert len(httpserver.log) == 1
        """
    )

    run(suite).assert_outcomes(passed=1)


@pytest.mark.parametrize("option", ["--disable-socket", "--allow-hosts=127.0.0.1"])
def test_pytest_socket(suite: Suite, option: str) -> None:
    pytest.importorskip("pytest_socket")
    suite.write(HEADLINE)

    run(suite, option, "-p", "no:asyncio", "-p", "no:anyio").assert_outcomes(passed=1)


def test_freezegun(suite: Suite) -> None:
    pytest.importorskip("freezegun")
    suite.write(
        HEADLINE.replace("def test", "@freeze_time('2020-01-01')\n    def test"),
        head="from freezegun import freeze_time",
    )

    run(suite).assert_outcomes(passed=1)
