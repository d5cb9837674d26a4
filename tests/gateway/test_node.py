"""A bot in Node is recorded through `serve --target record`, and has the same from `serve --target replay`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.cassette.format import load
from harness.cassette.unclean import unclean
from harness.record.sweep import Sweep
from tests.gateway.running import free_port, node, recording, serving
from tests.standin import StandIn, planted

TOLD = [
    "call updated establishing",
    "call updated established",
    "participants updated 3",
    "operations deleted completed",
    "participants updated 4",
    "call updated terminating",
    "call deleted terminated",
]
SEEN = {
    "asked": ["POST 201", "GET 200", "POST 200", "DELETE 204"],
    "told": TOLD,
    "leads": True,  # Location leads to where the bot asked
    "context": True,
    "isSigned": True,
}


def leaked(folder: Path, standin: StandIn) -> list[str]:
    """What of the tenant's is in any file, in whatever form."""
    values = standin.planted
    sweep = Sweep()
    for value in values:
        sweep.learn_secret(value)
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert files
    found = [str(hit) for file in files for hit in sweep.hits(file.read_bytes())]
    return found + [value for value in values for file in files if value.lower() in file.read_text().lower()]


@pytest.mark.parametrize("is_public", [True, False], ids=["public-callback", "own-callback"])
def test_node_bot_has_on_replay_what_was_recorded(standin: StandIn, tmp_path: Path, is_public: bool) -> None:
    cassette, port, callback_port = tmp_path / "invite.yaml", free_port(), free_port()
    own = f"http://127.0.0.1:{port}/api/calls"

    with recording(standin, cassette, callback_port, port) as recorded:
        first = node(recorded.url, port, planted.CALLBACK_URL if is_public else own)
        recorded.stop()
    with serving("--target", "replay", "--cassette", str(cassette)) as replayed:
        second = node(replayed.url, port, own)
        replayed.stop()

    assert (first, second) == (SEEN, SEEN)
    assert recorded.said == [
        f"https://graph.microsoft.com is asked through {recorded.url}/v1.0 and recorded, "
        f"control is on {recorded.url}/__admin/\n",
        f"What comes by your tunnel to port {callback_port} goes to http://127.0.0.1:{port} and is recorded\n",
    ]
    assert recorded.out.startswith(f"recorded {cassette}: 4 requests, 7 notifications\n  the fake differs: ")
    assert (recorded.code, recorded.err) == (1, "")
    assert replayed.said == [f"{cassette} answers on {replayed.url}/v1.0, control is on {replayed.url}/__admin/\n"]
    assert replayed.out == f"{cassette}: all of it was played: 4 requests, 7 notifications\n"
    assert (replayed.code, replayed.err) == (0, "")
    kept = load(cassette)
    assert unclean(kept) == []
    assert sorted(file.name for file in tmp_path.iterdir()) == ["invite.scenario.yaml", "invite.yaml"]
    assert leaked(tmp_path, standin) == []
    callbacks = set(re.findall(r'"callbackUri": "([^"]*)"', cassette.read_text()))
    assert len(callbacks) == 1
    assert callbacks.pop().startswith("https://")  # what Graph was told, whatever the bot says


def test_node_bot_goes_over_tls(standin: StandIn, tmp_path: Path) -> None:
    cassette, port, ca_file = tmp_path / "invite.yaml", free_port(), str(tmp_path / "ca.pem")
    own, tls = f"http://127.0.0.1:{port}/api/calls", ("--tls", "--ca-file", ca_file)

    with recording(standin, cassette, free_port(), port, *tls) as recorded:
        first = node(recorded.url, port, own, NODE_EXTRA_CA_CERTS=ca_file)
        recorded.stop()
    with serving("--target", "replay", "--cassette", str(cassette), *tls, lines=2) as replayed:
        second = node(replayed.url, port, own, NODE_EXTRA_CA_CERTS=ca_file)
        replayed.stop()

    assert recorded.url.startswith("https://127.0.0.1:")
    assert (first, second) == (SEEN, SEEN)
    assert replayed.code == 0
