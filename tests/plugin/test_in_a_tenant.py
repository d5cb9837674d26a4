"""A user's test in a tenant: recorded there, replayed, and run on the fake, without a change."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from harness.cassette.format import Direction, load
from harness.cassette.scenario import SourceKind, load_scenario, scenario_path
from harness.cassette.unclean import unclean
from harness.errors import CassetteError
from harness.record.partial import partial_of
from harness.target.live import target as live_target
from harness.verifying import verify
from tests.plugin.suite import Suite
from tests.standin import StandIn
from tests.standin.planted import ADELE
from tests.test_docs import RECORD, examples

pytest_plugins = ["pytester"]

HEAD = """
    def signed_in(bot):
        form = {"grant_type": "client_credentials", "client_id": bot.app_id, "client_secret": bot.client_secret}
        form["scope"] = "https://graph.microsoft.com/.default"
        url = f"https://login.microsoftonline.com/{bot.tenant_id}/oauth2/v2.0/token"
        return requests.post(url, data=form, timeout=10).json()["access_token"]
"""
INVITED = """
    def test_agent_is_invited(graph):
        bot = graph.bot(my_bot.app, callback="/api/calls")
        adele = graph.person("adele").answers()
        call = graph.call(kind="group", chat=True)

        my_bot.bring_in(call.id, adele.id, signed_in(bot))
        graph.drain()

        assert adele in graph.roster(call)
        assert [str(told) for told in bot.received] == ["deleted operation completed", "updated roster of 2"]
        assert graph.ids["call:1"] == call.id
"""
RINGS = """
    def test_bot_calls(graph):
        bot = graph.bot(my_bot.app, callback="/api/calls")
        adele = graph.person("adele").declines()

        my_bot.ring(adele.id, bot.callback_uri, signed_in(bot))
        graph.drain()

        (call,) = graph.calls
        assert (call.state, call.result.code) == ("terminated", 403)
"""
READING_VARIABLES = """
    import os
    import msal

    class Bot(MyBot):
        def __init__(self, tenant_id, client_id, secret):
            super().__init__(client_id)
            login = f"https://login.microsoftonline.com/{tenant_id}"
            self.login = msal.ConfidentialClientApplication(client_id, secret, login)

        def call(self, user_id):
            token = self.login.acquire_token_for_client(["https://graph.microsoft.com/.default"])["access_token"]
            self.ring(user_id, self.callback_uri, token)

    def create_app(bot):
        return bot.app
"""
RINGING = """
    def test_bot_calls(graph, bot):
        bot.call(graph.person("adele").id)
        graph.drain()
        assert [call.state for call in graph.calls] == ["established"]
"""
FAILS = INVITED.replace("assert adele in", "assert adele not in")
NAME = "cassettes/test_bot/test_agent_is_invited.yaml"


@pytest.fixture
def tenant(led: StandIn, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """Whose tunnel leads to a free port, which the environment names."""
    for name in ("CI", "PYTEST_XDIST_WORKER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(live_target, "QUIET", 0.2)
    monkeypatch.setattr(live_target, "MOST", 5.0)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    led.set(tunnel=port)
    monkeypatch.setenv("GRAPH_CALLBACK_PORT", str(port))
    return led


def leaks(folder: Path, tenant: StandIn) -> list[tuple[str, str]]:
    """Which file holds what of the tenant, in whatever letter case."""
    held = [(path, path.read_bytes().lower()) for path in folder.rglob("*") if path.is_file()]
    assert held
    return [(str(path), value) for value in tenant.planted for path, text in held if value.lower().encode() in text]


def test_same_test_is_recorded_replayed_and_run_on_the_fake(suite: Suite, tenant: StandIn) -> None:
    suite.write(HEAD, INVITED)
    path = suite.path / NAME

    recorded = suite.run("--graph-target=record", "--graph-report=report.html")

    recorded.assert_outcomes(passed=1)
    result = verify(path)
    assert result.problem is None
    recorded.stdout.fnmatch_lines(
        [
            "graph: 'adele' (user 1 of GRAPH_USERS): when it rings, answer",
            f"graph: recorded {path}: 1 request, 2 notifications",
            f"graph:   the fake differs: {len(result.drifts)} drifts",
            "*= graph: recorded =*",
            "1 cassette with 1 request and 2 notifications; the fake does the same in 0",
            f"{path}: the fake differs: {len(result.drifts)} drifts",
        ],
    )
    assert leaks(suite.path, tenant) == []
    assert tenant.calls == []
    suite.run("--graph-target=replay").assert_outcomes(passed=1)
    suite.run("--graph-target=fake").assert_outcomes(passed=1)
    suite.run("--graph-target=live").assert_outcomes(passed=1)


def test_fixture_of_the_manual_makes_a_bot_for_every_target(
    suite: Suite, tenant: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite.write(READING_VARIABLES, examples(RECORD)["bot"], RINGING)

    suite.run("--graph-target=record").assert_outcomes(passed=1)
    for name in ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "GRAPH_CALLBACK_URL"):
        monkeypatch.delenv(name)
    suite.run("--graph-target=replay").assert_outcomes(passed=1)
    suite.run("--graph-target=fake").assert_outcomes(passed=1)


def test_cassette_and_scenario_file_are_clean_and_for_their_owner(suite: Suite, tenant: StandIn) -> None:
    suite.write(HEAD, INVITED)
    path = suite.path / NAME

    suite.run("--graph-target=record").assert_outcomes(passed=1)

    cassette, scenario = load(path), load_scenario(scenario_path(path))
    assert unclean(cassette, scenario) == []
    told = Direction.GRAPH_TO_BOT
    assert [i.direction for i in cassette.interactions] == [Direction.CLIENT_TO_GRAPH, told, told]
    assert scenario.source.kind is SourceKind.RECORDED
    assert scenario.source.link == "test_bot.py::test_agent_is_invited"
    assert set(scenario.given) == {"application", "people", "calls"}
    (call,) = scenario.given["calls"]
    assert f"/calls/{call['id']}/" in cassette.interactions[0].request.uri
    assert call["callbackUri"] == cassette.interactions[1].request.uri
    files = {p.name: p.stat().st_mode & 0o777 for p in path.parent.iterdir()}
    assert files == {path.name: 0o600, scenario_path(path).name: 0o600}


def test_call_that_the_bot_makes_is_recorded_from_its_first_request_on(suite: Suite, tenant: StandIn) -> None:
    tenant.set(people={ADELE.id: "declines"})
    suite.write(HEAD, RINGS)

    suite.run("--graph-target=record").assert_outcomes(passed=1)

    suite.run("--graph-target=replay").assert_outcomes(passed=1)
    assert leaks(suite.path, tenant) == []


def test_failing_test_becomes_no_cassette_and_leaves_no_call(suite: Suite, tenant: StandIn) -> None:
    suite.write(HEAD, FAILS)
    path = suite.path / NAME
    path.parent.mkdir(parents=True)
    path.write_text("the one before")

    failed = suite.run("--graph-target=record", "--graph-report=report.txt")

    failed.assert_outcomes(failed=1)
    assert path.read_text() == "the one before"
    partial = partial_of(path)
    assert partial.stat().st_mode & 0o777 == 0o600
    failed.stdout.fnmatch_lines(
        [
            f"graph: not recorded: {path}, for not all went well. What was kept until then: graph-harness record "
            f"--recover {partial}; or remove it: rm {partial}"
        ]
    )
    assert tenant.calls == []
    assert leaks(suite.path, tenant) == []
    shown = failed.stdout.str().lower()
    assert [value for value in tenant.planted if value.lower() in shown] == []
    assert "> assert adele not in graph.roster(call)" in " ".join(shown.split())


def test_interrupted_test_leaves_no_call(suite: Suite, tenant: StandIn) -> None:
    suite.write(HEAD, INVITED.replace("graph.drain()", "raise KeyboardInterrupt"))

    suite.pytester.inline_run("-p", "no:randomly", "-p", "no:asyncio", "--graph-target=record", no_reraise_ctrlc=True)

    assert any("DELETE" in seen for seen in tenant.seen)
    assert tenant.calls == []
    with pytest.raises(CassetteError):
        load(suite.path / NAME)


@pytest.mark.parametrize("target", ["live", "record"])
def test_port_has_to_be_known(suite: Suite, tenant: StandIn, monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    monkeypatch.delenv("GRAPH_CALLBACK_PORT")
    suite.write(HEAD, INVITED)

    result = suite.run(f"--graph-target={target}")

    result.assert_outcomes(errors=1)
    assert (
        f"target {target} listens where the tunnel of GRAPH_CALLBACK_URL ends, and does not know at which port: "
        "--graph-callback-port=3978, or GRAPH_CALLBACK_PORT in the environment"
    ) in result.outlines


def test_port_must_be_free(suite: Suite, tenant: StandIn) -> None:
    suite.write(HEAD, INVITED)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = suite.run("--graph-target=record", f"--graph-callback-port={port}")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"cannot listen on 127.0.0.1:{port}: Address already in use"])
    assert list(suite.path.rglob("*.partial")) == []


def test_nothing_is_recorded_in_ci_unless_that_is_said(
    suite: Suite, tenant: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    suite.write(HEAD, INVITED)

    refused = suite.run("--graph-target=record")

    refused.assert_outcomes(errors=1)
    assert (
        f"{suite.path / NAME}: is not recorded where the variable CI is set, for a recording makes real calls in a "
        "tenant: unset CI, or say that it is meant: --in-ci, with pytest --graph-record-in-ci, in Python in_ci=True"
    ) in refused.outlines
    assert tenant.seen == []
    suite.run("--graph-target=record", "--graph-record-in-ci").assert_outcomes(passed=1)


def test_workers_record_nothing(suite: Suite, tenant: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    suite.write(HEAD, INVITED)

    result = suite.run("--graph-target=record")

    result.assert_outcomes(errors=1)
    assert (
        f"{suite.path / NAME}: is not recorded by a worker of pytest-xdist, for a tenant cannot tell the workers' "
        "calls apart: run pytest without -n"
    ) in result.outlines
