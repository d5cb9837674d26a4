"""Cassette files: what is written is read back as it was, by stock vcrpy too; what is not of the form is refused."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.cassette import safe_yaml
from harness.cassette.format import (
    MAX_BYTES,
    Direction,
    Headers,
    Interaction,
    Request,
    Response,
    dumps,
    item,
    load,
    loads,
)
from harness.errors import CassetteError

PLAIN: Headers = {"Content-Type": ("text/plain",)}
JSON: Headers = {"Content-Type": ("application/json; charset=utf-8",)}

ITEM = Interaction(
    direction=Direction.CLIENT_TO_GRAPH,
    seq=1,
    request=Request("POST", "https://graph.microsoft.com/v1.0/communications/calls", JSON, b"{}"),
    response=Response(201, "Created", JSON, b"{}"),
)

HOSTILE = {
    "empty": "",
    "space": " ",
    "next-line": "a\x85b",
    "next-line-alone": "\x85",
    "next-line-and-lines": "a\x85b\nc",
    "line-separator": "a\u2028b\nc",
    "paragraph-separator": "a\u2029\n",
    "leading-spaces": "   a",
    "leading-spaces-and-lines": "   a\nb",
    "leading-lines": "\n\n a",
    "trailing-line": "a\n",
    "trailing-lines": "a\n\n\n",
    "trailing-spaces": "a \nb ",
    "only-a-line": "\n",
    "carriage-return": "a\rb\r\nc",
    "tab": "\ta\n\tb\t",
    "document-start": "---",
    "document-start-and-lines": "--- a\n---\nb",
    "document-end": "...\na",
    "mapping": "a: b",
    "colon": ": ",
    "comment": "a # b",
    "anchor": "&a",
    "alias": "*a",
    "tag": "!!python/object:os.system",
    "merge": "<<",
    "byte-order-mark": "\ufeffa\nb",
    "control": "\x00\x07\x7f",
    "no-character": "\ufffe\uffff",
    "beyond-the-basic-plane": "😀\n😀",
    "true": "true",
    "yes": "yes",
    "null": "null",
    "tilde": "~",
    "date": "2021-02-03",
    "sexagesimal": "12:30:45",
    "whole-number": "1",
    "exponent": "1e5",
    "exponent-without-sign": "1.5e5",
    "signed-fraction": "+.5",
    "octal": "0o7",
    "hexadecimal": "0x1F",
    "very-long": "a b  c " * 3_000,
    "very-long-word": "a" * 20_000,
}


def _with_text(text: str) -> Interaction:
    """An interaction that holds a text in every place which takes any text."""
    headers: Headers = {**PLAIN, "X-Text": (text, "b")}
    return Interaction(
        direction=Direction.GRAPH_TO_BOT,
        seq=7,
        request=Request("POST", f"https://bot.example/{text}", headers, text.encode() or None),
        response=Response(202, text, headers, text.encode() or None),
        started="2021-02-03T04:05:06.0000001Z",
        ended="2021-02-03T04:05:07Z",
    )


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_any_text_is_read_back_as_it_was(text: str) -> None:
    item = _with_text(text)

    read = loads(dumps([item]), "a.yaml")

    assert read.interactions == (item,)


def test_line_longer_than_the_width_of_the_file_is_read_back_as_it_was() -> None:
    item = replace(ITEM, response=replace(ITEM.response, headers=PLAIN, body=b"a b  c " * 160_000))

    assert loads(dumps([item]), "a.yaml").interactions == (item,)


def test_long_line_is_not_folded() -> None:
    uri = "https://graph.microsoft.com/v1.0/users?$filter=" + "a b " * 100 + "c"
    item = replace(ITEM, request=replace(ITEM.request, uri=uri))

    assert f"    uri: {uri}\n" in dumps([item])


@pytest.mark.parametrize("name", [t for t in HOSTILE.values() if t and len(t) < 100], ids=repr)
def test_any_header_name_is_read_back_as_it_was(name: str) -> None:
    item = replace(ITEM, request=replace(ITEM.request, headers={name: ("a",)}))

    read = loads(dumps([item]), "a.yaml")

    assert read.interactions == (item,)


_TEXTS = st.text() | st.text(alphabet="\x85\u2028\u2029\ufeff\r\n\t #:-.'\"|>+{}[]&*!%@`0123456789eExaé~")
_BODIES = st.none() | st.binary() | _TEXTS.map(str.encode)
_HEADERS = st.dictionaries(
    st.sampled_from(["Content-Type", "content-length", "X-A"]) | _TEXTS,
    st.lists(st.sampled_from(["application/json", "text/plain", "3"]) | _TEXTS).map(tuple),
    max_size=3,
)
_JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=8,
)
_JSON_BODIES = st.builds(
    lambda value, ascii_only, indent: json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode(),
    _JSON_VALUES,
    st.booleans(),
    st.sampled_from([None, 1, 2]),
)
_ITEMS = st.builds(
    Interaction,
    direction=st.sampled_from(Direction),
    seq=st.just(1),
    request=st.builds(Request, st.text(min_size=1), _TEXTS.filter(bool), _HEADERS, _BODIES | _JSON_BODIES),
    response=st.builds(
        Response, st.none() | st.integers(100, 599), st.none() | _TEXTS, _HEADERS, _BODIES | _JSON_BODIES
    ),
    started=st.none() | _TEXTS,
    ended=st.none() | _TEXTS,
)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(_ITEMS)
def test_writing_what_was_read_changes_nothing(item: Interaction) -> None:
    written = dumps([item])

    assert dumps(loads(written, "a.yaml").interactions) == written


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(_JSON_BODIES)
def test_indenting_does_not_change_what_json_says(body: bytes) -> None:
    read = _written_and_read(body)

    assert _literally(read) == _literally(body)


def _written_and_read(body: bytes, headers: Headers = JSON) -> bytes:
    item = replace(ITEM, request=replace(ITEM.request, body=body, headers=headers))
    read = loads(dumps([item]), "a.yaml").interactions[0].request.body
    assert read is not None
    return read


def _literally(body: bytes) -> Any:
    """JSON with its numbers as they are spelled, and its members as pairs in their order."""
    return json.loads(
        body,
        object_pairs_hook=lambda pairs: ("object", pairs),
        parse_int=lambda literal: ("number", literal),
        parse_float=lambda literal: ("number", literal),
        parse_constant=lambda literal: ("number", literal),
    )


def test_file_is_readable() -> None:
    item = Interaction(
        direction=Direction.CLIENT_TO_GRAPH,
        seq=1,
        request=Request(
            "POST",
            "https://graph.microsoft.com/v1.0/communications/calls/1/answer",
            {"Content-Type": ("application/json",), "content-length": ("30",)},
            b'{"b":"\\u00e9","a":[1.0,null]}',
        ),
        response=Response(202, "Accepted", {"Set-Cookie": ("a", "b")}, None),
        started="2021-02-03T04:05:06Z",
    )

    assert dumps([item]) == (
        "interactions:\n"
        "- request:\n"
        "    method: POST\n"
        "    uri: https://graph.microsoft.com/v1.0/communications/calls/1/answer\n"
        "    headers:\n"
        "      Content-Type:\n"
        "      - application/json\n"
        "      content-length:\n"
        "      - '47'\n"
        "    body: |-\n"
        "      {\n"
        '        "b": "é",\n'
        '        "a": [\n'
        "          1.0,\n"
        "          null\n"
        "        ]\n"
        "      }\n"
        "  response:\n"
        "    status:\n"
        "      code: 202\n"
        "      message: Accepted\n"
        "    headers:\n"
        "      Set-Cookie:\n"
        "      - a\n"
        "      - b\n"
        "    body:\n"
        "      string: ''\n"
        "    recorder:\n"
        "      direction: client-to-graph\n"
        "      seq: 1\n"
        "      started: '2021-02-03T04:05:06Z'\n"
        "version: 1\n"
    )


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1,"a":2}',
        b'{"a":NaN}',
        b'{"a":-Infinity}',
        b'{"a":1E5}',
        b'{"a":1.10}',
        b'{"a":-0}',
        b'{"a":0.12345678901234567890}',
        b'{"a":1e999}',
        b'{"a":"\\ud800"}',
        b'{"a":1',
        b"no JSON",
    ],
    ids=bytes.decode,
)
def test_json_that_indenting_would_change_stays_as_it_is(body: bytes) -> None:
    assert _written_and_read(body) == body


@pytest.mark.parametrize(
    ("body", "written"),
    [
        (b'{"a":12345678901234567890123}', b'{\n  "a": 12345678901234567890123\n}'),
        (b'{"a":1.0}', b'{\n  "a": 1.0\n}'),
        (b'{"b":1,"a":true}', b'{\n  "b": 1,\n  "a": true\n}'),
        (b'["\\u00e9"]', '[\n  "é"\n]'.encode()),
    ],
    ids=["large", "fraction", "order-of-members", "escaped"],
)
def test_json_is_indented(body: bytes, written: bytes) -> None:
    assert _written_and_read(body) == written


def test_body_of_another_type_is_not_indented() -> None:
    assert _written_and_read(b'{"a":1}', PLAIN) == b'{"a":1}'


def test_json_without_content_type_is_indented() -> None:
    """A published excerpt often leaves the headers out."""
    assert _written_and_read(b'{"a":1}', {}) == b'{\n  "a": 1\n}'


def test_content_length_stays_where_the_body_stays() -> None:
    headers: Headers = {**PLAIN, "Content-Length": ("99",)}
    item = replace(ITEM, response=replace(ITEM.response, headers=headers, body=b"a"))

    assert loads(dumps([item]), "a.yaml").interactions == (item,)


def test_body_that_is_no_utf_8_is_written_as_base64() -> None:
    item = replace(ITEM, response=replace(ITEM.response, body=b"\x1f\x8b\xff"))

    written = dumps([item])

    assert "      string: !!binary |\n        H4v/\n" in written
    assert loads(written, "a.yaml").interactions == (item,)


def test_empty_body_is_none() -> None:
    empty = replace(ITEM, request=replace(ITEM.request, body=b""), response=replace(ITEM.response, body=b""))
    none = replace(ITEM, request=replace(ITEM.request, body=None), response=replace(ITEM.response, body=None))

    assert dumps([empty]) == dumps([none])
    assert loads(dumps([empty]), "a.yaml").interactions == (none,)


def test_status_that_was_not_seen_is_kept() -> None:
    item = replace(ITEM, response=Response(None, None, {}, None))

    assert loads(dumps([item]), "a.yaml").interactions == (item,)


def test_interactions_are_sorted_by_seq() -> None:
    written = dumps([replace(ITEM, seq=3), replace(ITEM, seq=1), replace(ITEM, seq=2)])

    assert [i.seq for i in loads(written, "a.yaml").interactions] == [1, 2, 3]


def test_cassette_without_interactions_is_read() -> None:
    assert loads(dumps([]), "a.yaml").interactions == ()


def test_load_reads_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(dumps([ITEM]).encode())

    cassette = load(path)

    assert cassette.path == path
    assert cassette.interactions == (ITEM,)


@pytest.mark.parametrize("short", [t for t in HOSTILE.values() if len(t) < 100], ids=repr)
def test_stock_vcrpy_reads_the_same(tmp_path: Path, short: str) -> None:
    from vcr.cassette import Cassette as Stock  # type: ignore[import-untyped]
    from vcr.serializers import yamlserializer  # type: ignore[import-untyped]

    path = tmp_path / "a.yaml"
    binary = replace(ITEM, seq=2, response=replace(ITEM.response, body=b"\xff", status=None, reason=None))
    path.write_bytes(dumps([_with_text(short), binary]).encode())

    stock = Stock.load(path=str(path), serializer=yamlserializer)

    assert len(stock) == 2
    requests, responses = stock.requests, stock.responses
    assert (requests[0].body or b"") == short.encode()
    assert responses[0]["body"]["string"] == short.encode()
    assert responses[0]["status"] == {"code": 202, "message": short}
    assert responses[0]["headers"]["X-Text"] == [short, "b"]
    assert responses[0]["recorder"]["direction"] == "graph-to-bot"
    assert responses[0]["recorder"]["seq"] == 7
    assert responses[1]["body"]["string"] == b"\xff"


def test_header_value_may_stand_without_list() -> None:
    text = dumps([ITEM]).replace("\n      - application/json", " application/json")

    assert loads(text, "a.yaml").interactions == (ITEM,)


GOOD: dict[str, Any] = {
    "request": {"method": "GET", "uri": "https://g.example/", "headers": {}, "body": None},
    "response": {
        "status": {"code": 200, "message": "OK"},
        "headers": {},
        "body": {"string": ""},
        "recorder": {"direction": "client-to-graph", "seq": 1},
    },
}


def _file(change: str, value: Any) -> str:
    """A cassette as JSON, which is YAML, with one member (dotted path) set, or taken out where the value is `...`."""
    item = json.loads(json.dumps(GOOD))
    *above, last = change.split(".")
    target = item
    for name in above:
        target = target[name]
    if value is ...:
        del target[last]
    else:
        target[last] = value
    return json.dumps({"version": 1, "interactions": [item]})


@pytest.mark.parametrize(
    ("change", "value", "message"),
    [
        ("extra", 1, "interaction 1: unknown 'extra'; known: request, response"),
        ("request", ..., "interaction 1, request: expected a mapping, got None"),
        ("request.extra", 1, "interaction 1, request: unknown 'extra'; known: method, uri, body, headers"),
        ("request.method", 5, "interaction 1, request.method: expected text, got 5"),
        ("request.method", ..., "interaction 1, request.method: expected text, got None"),
        ("request.uri", "", "interaction 1, request.uri: expected text, got ''"),
        ("request.body", {"a": 1}, "interaction 1, request.body: expected text, got {'a': 1}"),
        ("request.headers", [], "interaction 1, request.headers: expected a mapping, got []"),
        (
            "request.headers",
            {"A": ["a", 1]},
            "interaction 1, request.headers.A: expected text or a list of texts, got ['a', 1]",
        ),
        ("response", [], "interaction 1, response: expected a mapping, got []"),
        (
            "response.extra",
            1,
            "interaction 1, response: unknown 'extra'; "
            "known: status, headers, body, recorder, protocol, url, http_version",
        ),
        ("response.status", ..., "interaction 1, response.status: expected a mapping, got None"),
        (
            "response.status.code",
            True,
            "interaction 1, response.status: expected a code from 100 to 599, or null, got True",
        ),
        (
            "response.status.code",
            600,
            "interaction 1, response.status: expected a code from 100 to 599, or null, got 600",
        ),
        ("response.status.message", 1, "interaction 1, response.status.message: expected text, got 1"),
        ("response.body", "a", "interaction 1, response.body: expected a mapping, got 'a'"),
        ("response.body.string", 1.5, "interaction 1, response.body.string: expected text, got 1.5"),
        (
            "response.recorder",
            ...,
            "interaction 1: is of a plain vcrpy cassette without directions: "
            "give each response a `recorder: {direction: client-to-graph, seq: 1}`",
        ),
        (
            "response.recorder.extra",
            1,
            "interaction 1, response.recorder: unknown 'extra'; known: direction, seq, started, ended",
        ),
        (
            "response.recorder.direction",
            "up",
            "interaction 1, response.recorder: direction 'up' is none of client-to-graph, graph-to-bot",
        ),
        (
            "response.recorder.seq",
            "1",
            "interaction 1, response.recorder: expected a whole number as seq, got '1'",
        ),
        (
            "response.recorder.seq",
            True,
            "interaction 1, response.recorder: expected a whole number as seq, got True",
        ),
        ("response.recorder.started", 1, "interaction 1, response.recorder.started: expected text, got 1"),
        ("response.recorder.ended", [], "interaction 1, response.recorder.ended: expected text, got []"),
    ],
)
def test_interaction_that_is_not_of_the_form_is_refused(change: str, value: Any, message: str) -> None:
    text = _file(change, value)

    with pytest.raises(CassetteError) as raised:
        loads(text, "a.yaml")

    assert str(raised.value) == f"a.yaml, {message}"


def test_place_counts_interactions_from_one() -> None:
    text = json.dumps({"version": 1, "interactions": [GOOD, {**GOOD, "request": None}]})

    with pytest.raises(CassetteError) as raised:
        loads(text, "a.yaml")

    assert raised.value.place == "interaction 2, request"


def test_seq_that_stands_twice_is_refused() -> None:
    text = dumps([ITEM, replace(ITEM, seq=2), ITEM])

    with pytest.raises(CassetteError) as raised:
        loads(text, "a.yaml")

    assert str(raised.value) == ("a.yaml, interaction 3: seq 1 stands in interaction 1 as well: give each its own")


def test_long_values_are_cut_in_messages() -> None:
    with pytest.raises(CassetteError) as raised:
        loads(_file("request.method", ["a" * 100]), "a.yaml")

    assert str(raised.value) == f"a.yaml, interaction 1, request.method: expected text, got ['{'a' * 58}…"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ": is no cassette: expected a mapping, got None"),
        ("[]", ": is no cassette: expected a mapping, got []"),
        ("interactions: []", ": is no cassette: expected version: 1, got None"),
        ("version: true\ninteractions: []", ": is no cassette: expected version: 1, got True"),
        ("version: '1'\ninteractions: []", ": is no cassette: expected version: 1, got '1'"),
        ("version: 0\ninteractions: []", ": is no cassette: expected version: 1, got 0"),
        ("version: 2\nexchanges: []", ": version 2 is newer than 1: upgrade graph-call-harness"),
        ("version: 1\nmetadata: {}", ": unknown 'metadata'; known: version, interactions"),
        ("version: 1", ", interactions: expected a list, got None"),
        ("version: 1\ninteractions: {}", ", interactions: expected a list, got {}"),
        ("version: 1\ninteractions: [5]", ", interaction 1: expected a mapping, got 5"),
    ],
)
def test_document_that_is_not_of_the_form_is_refused(text: str, message: str) -> None:
    with pytest.raises(CassetteError) as raised:
        loads(text, "a.yaml")

    assert str(raised.value) == f"a.yaml{message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: &x [1]", ", line 2: uses the anchor 'x': write the value out"),
        ("a: *x", ", line 1: uses the anchor 'x': write the value out"),
        (
            "a: !!python/object/apply:os.getcwd []",
            ", line 1: uses the tag 'tag:yaml.org,2002:python/object/apply:os.getcwd': only plain values are read",
        ),
        ("a: !mine 1", ", line 1: uses the tag '!mine': only plain values are read"),
        (
            "a: !!timestamp 2021-02-03",
            ", line 1: uses the tag 'tag:yaml.org,2002:timestamp': only plain values are read",
        ),
        ("version: 1\n---\nversion: 1", ", line 2: holds more than one document: split it"),
        ("a: " + "[" * 100 + "]" * 100, ", line 1: is nested deeper than 100 levels"),
        ("a: 1\nb: {c: 1,\n  c: 2}", ", line 3: 'c' stands twice in one mapping: keep one"),
        ("1: a", ", line 1: expected text as a key, got 1"),
        ("a: !!binary '#'", ", line 1: is no YAML: expected base64"),
        ("a: " + "9" * 5000, ", line 1: is no YAML: expected a whole number of fewer digits"),
    ],
    ids=[
        "anchor",
        "alias",
        "python-tag",
        "own-tag",
        "core-tag",
        "documents",
        "depth",
        "duplicate",
        "key",
        "base64",
        "digits",
    ],
)
def test_yaml_that_could_hurt_is_refused(text: str, message: str) -> None:
    with pytest.raises(CassetteError) as raised:
        loads(text, "a.yaml")

    assert str(raised.value) == f"a.yaml{message}"


@pytest.mark.parametrize("text", ["? [a]\n: 1", "? {a: 1}\n: 1", "? !!binary YQ==\n: 1", "null: 1"], ids=repr)
def test_keys_are_text(text: str) -> None:
    with pytest.raises(CassetteError) as raised:
        loads(text, "a.yaml")

    assert raised.value.problem.startswith("expected text as a key, got ")


def test_depth_of_100_is_read() -> None:
    with pytest.raises(CassetteError) as raised:
        loads("version: 1\ninteractions: " + "[" * 99 + "]" * 99, "a.yaml")

    assert raised.value.place == "interaction 1"


def test_depth_counts_no_neighbours() -> None:
    items = [replace(ITEM, seq=n) for n in range(101)]

    assert loads(dumps(items), "a.yaml").interactions == tuple(items)


@pytest.mark.parametrize("text", ["version: [", "a: 'b", "\ta: 1", "a: b: c", "a: \x00"], ids=repr)
def test_text_that_is_no_yaml_is_refused(text: str) -> None:
    """The reason comes in PyYAML's words, which are not ours to fix."""
    with pytest.raises(CassetteError) as raised:
        loads(text, "a.yaml")

    assert raised.value.problem.startswith("is no YAML: ")
    assert "\n" not in str(raised.value)


def test_larger_text_than_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    text = dumps([replace(ITEM, response=replace(ITEM.response, reason="é"))])
    monkeypatch.setattr(safe_yaml, "MAX_BYTES", len(text))

    with pytest.raises(CassetteError) as raised:
        loads(text, "a.yaml")

    assert str(raised.value) == f"a.yaml: is larger than {len(text)} bytes: split it"


def test_larger_file_than_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.touch()
    os.truncate(path, MAX_BYTES + 1)

    with pytest.raises(CassetteError) as raised:
        load(path)

    assert str(raised.value) == f"{path}: is larger than 67108864 bytes: split it"


def test_file_of_exactly_the_limit_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(dumps([ITEM]).encode())
    monkeypatch.setattr(safe_yaml, "MAX_BYTES", path.stat().st_size)

    assert load(path).interactions == (ITEM,)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"

    with pytest.raises(CassetteError) as raised:
        load(path)

    assert str(raised.value) == f"{path}: cannot be read: No such file or directory"


def test_file_that_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: \xff")

    with pytest.raises(CassetteError) as raised:
        load(path)

    assert str(raised.value) == f"{path}: is no UTF-8 text (byte 3)"


def test_items_one_after_the_other_are_what_a_file_holds() -> None:
    interactions = [
        Interaction(
            Direction.GRAPH_TO_BOT,
            n,
            Request("POST", "https://bot.example", {}, b"a\nb"),
            Response(202, "Accepted", {}, None),
        )
        for n in (1, 2)
    ]

    assert "interactions:\n" + "".join(map(item, interactions)) + "version: 1\n" == dumps(interactions)
