"""`graph_server`: the Graph of a test on loopback, for bots in other processes."""

from __future__ import annotations

from tests.plugin.suite import Suite

pytest_plugins = ["pytester"]


def test_bot_in_another_process_reaches_the_same_world(suite: Suite) -> None:
    suite.write(
        """
        import subprocess, sys

        BOT = '''
        import json, sys, urllib.request
        base, call, user = sys.argv[1:]
        body = json.dumps({"participants": [{"identity": {"user": {"id": user}}}]}).encode()
        headers = {"Authorization": "Bearer any", "Content-Type": "application/json"}
        url = f"{base}/v1.0/communications/calls/{call}/participants/invite"
        print(json.load(urllib.request.urlopen(urllib.request.Request(url, body, headers)))["status"])
        '''

        def test_one(graph, graph_server):
            graph.bot(my_bot.app)
            call, adele = graph.call(), graph.person("adele")
            import textwrap
            command = [sys.executable, "-c", textwrap.dedent(BOT), graph_server.url, call.id, adele.id]
            done = subprocess.run(command, capture_output=True, text=True, timeout=30)
            assert done.stdout == "Running\\n", done.stderr
            graph.drain()
            assert adele in call.roster
            assert [str(asked) for asked in graph.requests] == [
                f"POST /v1.0/communications/calls/{call}/participants/invite"
            ]

        def test_sign_in_is_there_as_well(graph, graph_server):
            form = {"grant_type": "client_credentials", "client_id": "b", "client_secret": "s", "scope": "x/.default"}
            answer = requests.post(f"{graph_server.url}/t/oauth2/v2.0/token", data=form)
            assert answer.json()["token_type"] == "Bearer"
            assert graph.requests == []
        """
    )

    suite.run().assert_outcomes(passed=2)
