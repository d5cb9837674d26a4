"""What is written loads and replays with vcrpy and pytest-recording as they are, whole or not yet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import requests
import vcr  # type: ignore[import-untyped]
import yaml

from harness.cassette.format import Direction
from harness.cassette.sanitise import Sanitiser
from tests.record.conftest import Open
from tests.record.writing import planted

pytest_plugins = ["pytester"]


@pytest.fixture
def recorded(open_recorder: Open, tmp_path: Path) -> dict[str, Path]:
    """The same recording while it runs, cut off, and whole: both directions, JSON and text."""
    recorder = open_recorder(tmp_path / "whole.yaml", sanitiser=Sanitiser())
    for seq, direction in enumerate((*Direction, *Direction), 1):
        recorder.keep(planted(seq, direction, seq))
    running = recorder.partial.read_bytes()
    files = {"running": tmp_path / "running.yaml", "whole": recorder.close()}
    files["running"].write_bytes(running)
    return files


FORMS = pytest.mark.parametrize("form", ["running", "whole"])


@FORMS
def test_vcrpy_replays(recorded: dict[str, Path], form: str) -> None:
    with vcr.VCR(record_mode="none").use_cassette(str(recorded[form])) as cassette:
        uri = cassette.requests[0].uri
        by_requests = requests.post(uri, timeout=5)
        by_httpx = httpx.post(uri)

    assert len(cassette.requests) == 4
    assert by_requests.status_code == by_httpx.status_code == 200
    assert [len(answer.json()["value"]) for answer in (by_requests, by_httpx)] == [1, 3]


@pytest.mark.parametrize("reason", [None, ""])
def test_answer_without_reason_phrase_replays(open_recorder: Open, tmp_path: Path, reason: str | None) -> None:
    """HTTP/2 has none, and vcrpy 8 takes no null for httpx."""
    recorder = open_recorder(tmp_path / "call.yaml", sanitiser=Sanitiser())
    for seq, status in enumerate((201, 299), 1):
        made = planted(seq, Direction.CLIENT_TO_GRAPH, 1)
        recorder.keep(replace(made, response=replace(made.response, status=status, reason=reason)))
    path = recorder.close()

    written = yaml.safe_load(path.read_text())["interactions"]
    assert [each["response"]["status"]["message"] for each in written] == ["Created", ""]
    with vcr.VCR(record_mode="none").use_cassette(str(path)) as cassette:
        answers = [httpx.post(request.uri) for request in cassette.requests]
    assert [answer.status_code for answer in answers] == [201, 299]


SUITE = """
    import pytest, requests

    @pytest.mark.vcr("{path}")
    def test_replayed(vcr):
        assert len(vcr.requests) == 4
        answer = requests.post(vcr.requests[0].uri, timeout=5)
        assert answer.status_code == 200
        assert len(answer.json()["value"]) == 1
"""


@FORMS
def test_pytest_recording_replays(recorded: dict[str, Path], form: str, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SUITE.format(path=recorded[form]))

    run = pytester.runpytest_subprocess("-W", "ignore", "--record-mode=none", "--block-network")

    run.assert_outcomes(passed=1)
