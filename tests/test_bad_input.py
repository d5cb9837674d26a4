"""Bad input: `verify` says which file and which place, gives no verdict or tells a drift, and never a traceback."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from harness.cassette.format import Direction, Interaction, Request, Response, dumps
from harness.cassette.scenario import find_cassettes
from harness.cli import main
from harness.verifying import Driver

CALL = "11111111-2222-4333-8444-555555555555"
PARTICIPANT = {"user": {"id": "a"}, "id": "one"}
GIVEN_CALL = {"id": CALL, "callbackUri": "https://bot.example/callback", "chatInfo": {"threadId": "19:c@thread.v2"}}
SOURCE = "source: {kind: observed, link: 'https://a.example/'}\n"
HOSTS = "graph.microsoft.com, graph.microsoft.us, dod-graph.microsoft.us, microsoftgraph.chinacloudapi.cn"


def scenario(source: str = SOURCE, more: str = "", **given: Any) -> str:
    return f"{source}given: {json.dumps(given or {'calls': [GIVEN_CALL]})}\n{more}"


def _request(seq: int, method: str, path: str, body: Any) -> Interaction:
    headers = {"Authorization": ("Bearer REDACTED",), "Content-Type": ("application/json",)}
    url = f"https://graph.microsoft.com/v1.0/communications/calls/{CALL}{path}"
    data = None if body is None else json.dumps(body).encode()
    return Interaction(Direction.CLIENT_TO_GRAPH, seq, Request(method, url, headers, data), Response(0, None, {}, None))


@cache
def recorded() -> tuple[Interaction, ...]:
    """What the fake does, which it therefore does again: two requests, then three notifications."""
    invited = {"participants": [{"identity": {"user": {"id": "a"}}}], "clientContext": "first"}
    asked = [_request(1, "POST", "/participants/invite", invited), _request(2, "DELETE", "", None)]
    return tuple(Driver().drive(asked, {"calls": [GIVEN_CALL]}))


def asked(position: int, **members: Any) -> str:
    """The cassette with other members in one request; positions from 2 on are notifications."""
    changed = list(recorded())
    changed[position] = replace(changed[position], request=replace(changed[position].request, **members))
    return dumps(changed)


def answered(**members: Any) -> str:
    """The cassette with other members in the first response."""
    first, *rest = recorded()
    return dumps([replace(first, response=replace(first.response, **members)), *rest])


def text(old: str = "", new: str = "") -> str:
    """The cassette with one of its texts replaced."""
    written = dumps(recorded())
    assert old in written
    return written.replace(old, new, 1)


def nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


def verified(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """Exit code, and the lines of the report without the folder in them."""
    code = main(["verify", str(folder)])
    captured = capsys.readouterr()
    assert (captured.err, "Traceback" in captured.out) == ("", False)
    return code, captured.out.replace(f"{folder}{os.sep}", "").splitlines()


def written(folder: Path, cassette: str, beside: str) -> Path:
    (folder / "a.yaml").write_text(cassette, encoding="utf-8")
    (folder / "a.scenario.yaml").write_text(beside, encoding="utf-8")
    return folder


def test_what_is_spoilt_below_is_the_same_at_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = verified(written(tmp_path, text(), scenario()), capsys)

    assert (code, lines[0].split(",")[0]) == (0, "same   a.yaml  (2 interactions")


BAD_CASSETTES = {
    "no YAML": ("a: 'b", "a.yaml, line 1: is no YAML: found unexpected end of stream"),
    "empty": ("", "a.yaml: is no cassette: expected a mapping, got None"),
    "no cassette": ("services: {}\n", "a.yaml: is no cassette: expected version: 1, got None"),
    "wrong version": (text("version: 1", "version: one"), "a.yaml: is no cassette: expected version: 1, got 'one'"),
    "newer version": (
        text("version: 1", "version: 2"),
        "a.yaml: version 2 is newer than 1: upgrade graph-call-harness",
    ),
    "tag": (
        text("method: POST", "method: !!python/name:os.system"),
        "a.yaml, line 3: uses the tag 'tag:yaml.org,2002:python/name:os.system': only plain values are read",
    ),
    "anchor": (text("method: POST", "method: &a POST"), "a.yaml, line 3: uses the anchor 'a': write the value out"),
    "bomb": (
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
        "a.yaml, line 1: uses the anchor 'a': write the value out",
    ),
    "member twice": (
        text("method: POST\n", "method: POST\n    method: GET\n"),
        "a.yaml, line 4: 'method' stands twice in one mapping: keep one",
    ),
    "unknown member": (
        text("- request:", "- session: a\n  request:"),
        "a.yaml, interaction 1: unknown 'session'; known: request, response",
    ),
    "deep YAML": (f"a: {'[' * 101}{']' * 101}", "a.yaml, line 1: is nested deeper than 100 levels"),
    "no interactions": (dumps([]), "a.yaml: holds no request to Graph, so nothing was compared"),
    "no directions": (
        text("    recorder:\n      direction: client-to-graph\n      seq: 1\n"),
        "a.yaml, interaction 1: is of a plain vcrpy cassette without directions: "
        "give each response a `recorder: {direction: client-to-graph, seq: 1}`",
    ),
    "status without code": (
        text("      code: 200\n", "      code: ok\n"),
        "a.yaml, interaction 1, response.status: expected a code from 100 to 599, or null, got 'ok'",
    ),
    "no URL": (
        asked(0, uri="nonsense"),
        f"a.yaml, requests/1/url: expected an https address of Graph ({HOSTS}), got 'nonsense'",
    ),
    "no port": (
        asked(1, uri="https://graph.microsoft.com:x/"),
        f"a.yaml, requests/2/url: expected an https address of Graph ({HOSTS}), got 'https://graph.microsoft.com:x/'",
    ),
    "no host": (
        asked(0, uri="https://[a/"),
        f"a.yaml, requests/1/url: expected an https address of Graph ({HOSTS}), got 'https://[a/'",
    ),
    "another host": (
        asked(0, uri="https://login.microsoftonline.com/common"),
        f"a.yaml, requests/1/url: expected an https address of Graph ({HOSTS}), "
        "got 'https://login.microsoftonline.com/common'",
    ),
    "control of a fake": (
        asked(0, uri="http://localhost/__admin/reset"),
        f"a.yaml, requests/1/url: expected an https address of Graph ({HOSTS}), got 'http://localhost/__admin/reset'",
    ),
    "notification that is no JSON": (
        asked(3, body=b"<xml/>"),
        "a.yaml, notifications/2: expected a notification as a JSON object, each member once, got '<xml/>'",
    ),
    "notification without body": (
        asked(2, body=None),
        "a.yaml, notifications/1: expected a notification as a JSON object, each member once, got nothing",
    ),
    "notification with a member twice": (
        asked(2, body=b'{"value": [{"a": 1, "a": 2}]}'),
        "a.yaml, notifications/1: expected a notification as a JSON object, each member once, "
        """got '{"value": [{"a": 1, "a": 2}]}'""",
    ),
    "envelope of texts": (
        asked(2, body=b'{"value": ["a"]}'),
        "a.yaml, notifications/1: expected a notification as a JSON object, each member once, got 'a'",
    ),
    "empty envelope": (
        asked(2, body=b'{"value": []}'),
        "a.yaml, envelope with seq 3: tells nothing: expected at least one notification in `value`",
    ),
    "deep request": (asked(0, body=nested(900)), "a.yaml, requests/1/body: is nested deeper than 100 levels"),
    "answer beyond all depth": (
        answered(body=b"[" * 100_000),
        "a.yaml, requests/1/response/body: is nested deeper than 100 levels",
    ),
    "deep answer": (
        answered(body=nested(900)),
        "a.yaml, requests/1/response/body: is nested deeper than 100 levels",
    ),
}


@pytest.mark.parametrize(("cassette", "message"), BAD_CASSETTES.values(), ids=BAD_CASSETTES.keys())
def test_bad_cassette_gives_no_verdict_and_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], cassette: str, message: str
) -> None:
    code, lines = verified(written(tmp_path, cassette, scenario()), capsys)

    assert (code, lines[:2]) == (3, ["none   a.yaml", f"       {message}"])


KINDS = "value, type, letter-case, missing, extra, identifier, order, duplicate"

BAD_SCENARIOS = {
    "no YAML": ("a: 'b", "a.scenario.yaml, line 1: is no YAML: found unexpected end of stream"),
    "empty": ("", "a.scenario.yaml: expected a mapping, got None"),
    "alias": ("a: *b\n", "a.scenario.yaml, line 1: uses the anchor 'b': write the value out"),
    "member twice": (
        scenario(more="given: {}"),
        "a.scenario.yaml, line 3: 'given' stands twice in one mapping: keep one",
    ),
    "unknown member": (
        scenario(more="ignore: []"),
        "a.scenario.yaml: unknown 'ignore'; known: source, given, order, known, unseen, omitted",
    ),
    "known drift without reason": (
        scenario(more="known: [{path: a, kind: value}]"),
        "a.scenario.yaml: known drift 1 (path a) has no reason: write why this drift is accepted",
    ),
    "known drift of unknown kind": (
        scenario(more="known: [{path: a, kind: diff, reason: b}]"),
        f"a.scenario.yaml, known drift 1.kind: 'diff' is none of {KINDS}",
    ),
    "known drift whose path is no text": (
        scenario(more="known: [{path: 1, kind: value, reason: b}]"),
        "a.scenario.yaml, known drift 1.path: expected text, got 1",
    ),
    "unseen on a recorded cassette": (
        scenario("source: {kind: recorded, link: a}\n", more="unseen: [{path: a, reason: b}]"),
        "a.scenario.yaml, unseen: a recorded cassette has seen everything: take `unseen` out",
    ),
    "unseen that was seen": (
        scenario(more="unseen: [{path: requests/1/response/status, reason: b}]"),
        "a.scenario.yaml: unseen 'requests/1/response/status' hides a value that the cassette holds at "
        "'requests/1/response/status': name only paths that the source did not show",
    ),
    "given of no such kind": (
        scenario(calls=[{**GIVEN_CALL, "kind": "party"}]),
        "a.scenario.yaml: given.calls[0].kind: 'party' is none of peerToPeer, group, meeting",
    ),
    "one id for two calls": (
        scenario(calls=[GIVEN_CALL, {**GIVEN_CALL, "id": CALL.upper().replace("-", "")}]),
        "a.scenario.yaml: given.calls[1].id: '11111111222243338444555555555555' stands in given.calls[0].id as well: "
        "give each its own id",
    ),
    "one id for two participants": (
        scenario(calls=[{**GIVEN_CALL, "participants": [PARTICIPANT, {**PARTICIPANT, "user": {"id": "b"}}]}]),
        "a.scenario.yaml: given.calls[0].participants[1].id: 'one' stands in given.calls[0].participants[0].id "
        "as well: give each its own id",
    ),
    "the bot's participant id for another": (
        scenario(calls=[{**GIVEN_CALL, "myParticipantId": "one", "participants": [PARTICIPANT]}]),
        "a.scenario.yaml: given.calls[0].participants[0].id: 'one' stands in given.calls[0].myParticipantId as well: "
        "give each its own id",
    ),
    "one id for two participants of a meeting": (
        scenario(meetings=[{"threadId": "t", "participants": [PARTICIPANT, PARTICIPANT]}]),
        "a.scenario.yaml: given.meetings[0].participants[1].id: 'one' stands in given.meetings[0].participants[0].id "
        "as well: give each its own id",
    ),
    "one thread for two meetings": (
        scenario(meetings=[{"threadId": "t"}, {"threadId": "t"}]),
        "a.scenario.yaml: given.meetings[1].threadId: 't' stands in given.meetings[0].threadId as well: "
        "give each its own id",
    ),
    "somebody twice": (
        scenario(people=[{"user": {"id": "a"}}, {"user": {"id": "A"}, "declines": None}]),
        "a.scenario.yaml: given.people[1]: 'A' stands in given.people[0] as well: give each its own id",
    ),
    "reaction after all time": (
        scenario(people=[{"user": {"id": "a"}, "answers": {"after": 10**400}}]),
        f"a.scenario.yaml: given.people[0].answers.after: expected seconds, from 0 to 86400, got {10**400}",
    ),
}


@pytest.mark.parametrize(("beside", "message"), BAD_SCENARIOS.values(), ids=BAD_SCENARIOS.keys())
def test_bad_scenario_file_gives_no_verdict_and_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], beside: str, message: str
) -> None:
    code, lines = verified(written(tmp_path, text(), beside), capsys)

    assert (code, lines[:2]) == (3, ["none   a.yaml", f"       {message}"])


DRIFTS = {
    "response without body": (answered(body=None), "requests/1/response/body: only in the fake"),
    "response without status": (answered(status=None), "requests/1/response/status: only in the fake"),
    "answer that is no JSON": (answered(body=b"<html>"), "requests/1/response/body: another type"),
    "answer that is no UTF-8": (answered(body=b"\xff"), "requests/1/response/body: another type"),
    "answer with a number that is none": (answered(body=b'{"a": NaN}'), "requests/1/response/body: another type"),
    "request that is no JSON": (asked(0, body=b"{"), "requests/1/response/status: another value"),
    "request that is no UTF-8": (asked(0, body=b"\xff"), "requests/1/response/status: another value"),
    "later request that is no UTF-8": (
        asked(1, method="POST", uri=recorded()[0].request.uri, body=b"\xff"),
        "requests/2/response/status: another value",
    ),
    "header of two lines": (asked(0, headers={"X-A": ("a\nb",)}), "requests/1/response/status: another value"),
    "method of no such name": (asked(0, method="GÉT"), "requests/1/response/status: another value"),
    "callback that is no URL": (asked(2, uri="https://[a"), "notifications/1/callback: another value"),
}


@pytest.mark.parametrize(("cassette", "line"), DRIFTS.values(), ids=DRIFTS.keys())
def test_odd_traffic_is_compared_like_any_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], cassette: str, line: str
) -> None:
    code, lines = verified(written(tmp_path, cassette, scenario()), capsys)

    assert code == 1
    assert f"       {line}" in lines


def _dangling(folder: Path) -> None:
    (folder / "b.yaml").symlink_to(folder / "nowhere.yaml")


def _looping(folder: Path) -> None:
    (folder / "b.yaml").symlink_to(folder / "b.yaml")


def _folder(folder: Path) -> None:
    (folder / "b.yaml").mkdir()


def _pipe(folder: Path) -> None:
    os.mkfifo(folder / "b.yaml")


def _no_utf_8(folder: Path) -> None:
    (folder / "b.yaml").write_bytes(b"\xff")


def _without_scenario(folder: Path) -> None:
    (folder / "b.yaml").write_text(text())


def _without_cassette(folder: Path) -> None:
    (folder / "b.scenario.yaml").write_text(scenario())


def _dangling_scenario(folder: Path) -> None:
    (folder / "b.yaml").write_text(text())
    (folder / "b.scenario.yaml").symlink_to(folder / "nowhere.yaml")


FILES = {
    "link that leads nowhere": (_dangling, "b.yaml", "b.yaml: cannot be read: No such file or directory"),
    "link to itself": (_looping, "b.yaml", "b.yaml: cannot be read: Too many levels of symbolic links"),
    "folder": (_folder, "b.yaml", "b.yaml: cannot be read: Is a directory"),
    "pipe": (_pipe, "b.yaml", "b.yaml: cannot be read: it is no regular file"),
    "no text": (_no_utf_8, "b.yaml", "b.yaml: is no UTF-8 text (byte 0)"),
    "no scenario file": (
        _without_scenario,
        "b.yaml",
        "b.scenario.yaml: is missing: write it beside the cassette, with `source: {kind, link}`",
    ),
    "no cassette": (
        _without_cassette,
        "b.scenario.yaml",
        "b.scenario.yaml: has no cassette beside it: expected b.yaml",
    ),
    "scenario file that leads nowhere": (
        _dangling_scenario,
        "b.yaml",
        "b.scenario.yaml: cannot be read: No such file or directory",
    ),
}


@pytest.mark.parametrize(("make", "name", "message"), FILES.values(), ids=FILES.keys())
def test_file_that_cannot_be_used_gives_no_verdict_and_the_rest_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], make: Any, name: str, message: str
) -> None:
    make(written(tmp_path, text(), scenario()))

    code, lines = verified(tmp_path, capsys)

    assert code == 3
    assert [line.split("  (")[0] for line in lines[:2]] == ["same   a.yaml", f"none   {name}"]
    assert lines[2] == f"       {message}"


def test_folder_that_cannot_be_searched_gives_no_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may be allowed everything, so the refusal is played."""

    def refused(folder: Path, onerror: Any) -> Sequence[Any]:
        onerror(PermissionError(13, "Permission denied", str(folder / "inner")))
        return [(str(folder), ["inner"], [])]

    monkeypatch.setattr("harness.cassette.scenario.os.walk", refused)

    assert find_cassettes([tmp_path]) == [tmp_path / "inner"]


def test_drift_goes_before_what_has_no_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, answered(body=None), scenario())
    _without_cassette(tmp_path)

    code, lines = verified(tmp_path, capsys)

    assert (code, lines[-1]) == (
        1,
        "2 cassettes · 2 interactions · 3 notifications · 1 drift · 0 known · 0 unseen · 1 without verdict",
    )
