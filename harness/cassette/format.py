"""Cassettes as files: vcrpy `version: 1` YAML, with direction and order in `response.recorder`.

Stock vcrpy and pytest-recording load what `dumps` writes. A notification is an ordinary interaction whose request is
Graph's POST to the bot and whose response is the bot's answer. JSON bodies are written as readable literal blocks.
What a cassette cannot hold stands in its scenario file (`harness.cassette.scenario`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import yaml

from harness.cassette.safe_yaml import IMPLICIT, MAX_BYTES, load_yaml, read_text
from harness.cassette.strict_json import no_constant, unique_members
from harness.errors import CassetteError, quoted

__all__ = [
    "MAX_BYTES",
    "VERSION",
    "Cassette",
    "Direction",
    "Headers",
    "Interaction",
    "Request",
    "Response",
    "dumps",
    "item",
    "load",
    "loads",
]

VERSION: Final = 1

Headers = Mapping[str, tuple[str, ...]]


class Direction(StrEnum):
    CLIENT_TO_GRAPH = "client-to-graph"
    GRAPH_TO_BOT = "graph-to-bot"


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    uri: str
    headers: Headers
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Response:
    """`status` None: the source does not show it."""

    status: int | None
    reason: str | None
    headers: Headers
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Interaction:
    """One request and its response. `seq`: order of starting. `started`, `ended`: ISO 8601, where they are known."""

    direction: Direction
    seq: int
    request: Request
    response: Response
    started: str | None = None
    ended: str | None = None


@dataclass(frozen=True, slots=True)
class Cassette:
    """A file's interactions, sorted by `seq`."""

    path: Path
    interactions: tuple[Interaction, ...]


def load(path: Path | str) -> Cassette:
    """Read a cassette. Raises: CassetteError, naming file and place, for everything that is not of its form."""
    path = Path(path)
    return loads(read_text(path), path)


def loads(text: str, path: Path | str) -> Cassette:
    """Read a cassette's text. `path` is what errors name."""
    reader = _Reader(path)
    document = reader.document(load_yaml(text, path))
    items = document.get("interactions")
    if not isinstance(items, list):
        raise CassetteError(path, f"expected a list, got {quoted(items)}", place="interactions")
    interactions = [reader.interaction(item, f"interaction {n}") for n, item in enumerate(items, 1)]
    seen: dict[int, int] = {}
    for number, interaction in enumerate(interactions, 1):
        if interaction.seq in seen:
            problem = f"seq {interaction.seq} stands in interaction {seen[interaction.seq]} as well: give each its own"
            raise CassetteError(path, problem, place=f"interaction {number}")
        seen[interaction.seq] = number
    return Cassette(Path(path), tuple(sorted(interactions, key=lambda i: i.seq)))


class _Reader:
    """Checks what YAML gave, place by place."""

    def __init__(self, path: Path | str) -> None:
        self._path = path

    def wrong(self, place: str | None, problem: str) -> CassetteError:
        return CassetteError(self._path, problem, place=place)

    def mapping(self, value: Any, place: str | None, known: tuple[str, ...]) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.wrong(place, f"expected a mapping, got {quoted(value)}")
        unknown = [key for key in value if key not in known]
        if unknown:
            raise self.wrong(place, f"unknown {', '.join(map(repr, unknown))}; known: {', '.join(known)}")
        return value

    def document(self, value: Any) -> dict[str, Any]:
        """The version comes first: what else a newer file holds is not known here."""
        if not isinstance(value, dict):
            raise self.wrong(None, f"is no cassette: expected a mapping, got {quoted(value)}")
        version = value.get("version")
        if type(version) is int and version > VERSION:
            raise self.wrong(None, f"version {version} is newer than {VERSION}: upgrade graph-call-harness")
        if type(version) is not int or version != VERSION:
            raise self.wrong(None, f"is no cassette: expected version: {VERSION}, got {quoted(version)}")
        return self.mapping(value, None, ("version", "interactions"))

    def interaction(self, value: Any, place: str) -> Interaction:
        members = self.mapping(value, place, ("request", "response"))
        response = self.mapping(
            members.get("response"),
            f"{place}, response",
            ("status", "headers", "body", "recorder", "protocol", "url", "http_version"),
        )
        if "recorder" not in response:
            raise self.wrong(
                place,
                "is of a plain vcrpy cassette without directions: "
                "give each response a `recorder: {direction: client-to-graph, seq: 1}`",
            )
        place_of_recorder = f"{place}, response.recorder"
        recorder = self.mapping(response["recorder"], place_of_recorder, ("direction", "seq", "started", "ended"))
        direction = recorder.get("direction")
        if direction not in list(Direction):
            raise self.wrong(place_of_recorder, f"direction {direction!r} is none of {', '.join(Direction)}")
        seq = recorder.get("seq")
        if type(seq) is not int:
            raise self.wrong(place_of_recorder, f"expected a whole number as seq, got {seq!r}")
        return Interaction(
            direction=Direction(direction),
            seq=seq,
            request=self.request(members.get("request"), f"{place}, request"),
            response=self.response(response, f"{place}, response"),
            started=self.text(recorder, "started", place_of_recorder),
            ended=self.text(recorder, "ended", place_of_recorder),
        )

    def request(self, value: Any, place: str) -> Request:
        members = self.mapping(value, place, ("method", "uri", "body", "headers"))
        method = self.required(members, "method", place)
        uri = self.required(members, "uri", place)
        return Request(method, uri, self.headers(members, place), self.body(members.get("body"), f"{place}.body"))

    def response(self, members: dict[str, Any], place: str) -> Response:
        status = self.mapping(members.get("status"), f"{place}.status", ("code", "message"))
        code = status.get("code")
        if code is not None and (type(code) is not int or not 100 <= code <= 599):
            raise self.wrong(f"{place}.status", f"expected a code from 100 to 599, or null, got {code!r}")
        body = self.mapping(members.get("body", {}), f"{place}.body", ("string",))
        return Response(
            status=code,
            reason=self.text(status, "message", f"{place}.status"),
            headers=self.headers(members, place),
            body=self.body(body.get("string"), f"{place}.body.string"),
        )

    def headers(self, members: dict[str, Any], place: str) -> Headers:
        value = members.get("headers", {})
        if not isinstance(value, dict):
            raise self.wrong(f"{place}.headers", f"expected a mapping, got {quoted(value)}")
        headers = {}
        for name, given in value.items():
            values = [given] if isinstance(given, str) else given
            if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
                raise self.wrong(f"{place}.headers.{name}", f"expected text or a list of texts, got {quoted(given)}")
            headers[name] = tuple(values)
        return headers

    def body(self, value: Any, place: str) -> bytes | None:
        if value is None or value == "" or value == b"":
            return None
        if isinstance(value, str):
            return value.encode("utf-8", "surrogatepass")
        if isinstance(value, bytes):
            return value
        raise self.wrong(place, f"expected text, got {quoted(value)}")

    def required(self, members: dict[str, Any], name: str, place: str) -> str:
        value = self.text(members, name, place)
        if not value:
            raise self.wrong(f"{place}.{name}", f"expected text, got {value!r}")
        return value

    def text(self, members: dict[str, Any], name: str, place: str) -> str | None:
        value = members.get(name)
        if value is not None and not isinstance(value, str):
            raise self.wrong(f"{place}.{name}", f"expected text, got {quoted(value)}")
        return value


def dumps(interactions: Iterable[Interaction]) -> str:
    """The text of a cassette file. JSON bodies are indented, and `Content-Length` follows them."""
    return _yaml({"interactions": [_item(i) for i in interactions], "version": VERSION})


def item(interaction: Interaction) -> str:
    """One interaction as it stands in the list of a file, for whoever writes one after the other."""
    return _yaml([_item(interaction)])


def _yaml(value: Any) -> str:
    text: str = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=2**20)
    return text


def _item(interaction: Interaction) -> dict[str, Any]:
    request, response = interaction.request, interaction.response
    asked, asked_headers = _written(request.body, request.headers)
    answered, answered_headers = _written(response.body, response.headers)
    times = {"started": interaction.started, "ended": interaction.ended}
    return {
        "request": {"method": request.method, "uri": request.uri, "headers": asked_headers, "body": asked},
        "response": {
            "status": {"code": response.status, "message": response.reason},
            "headers": answered_headers,
            "body": {"string": "" if answered is None else answered},
            "recorder": {
                "direction": str(interaction.direction),
                "seq": interaction.seq,
                **{name: value for name, value in times.items() if value is not None},
            },
        },
    }


def _written(body: bytes | None, headers: Headers) -> tuple[str | bytes | None, dict[str, list[str]]]:
    """A body as it is written, and headers that fit it. An empty body is none."""
    out = {name: list(values) for name, values in headers.items()}
    if not body:
        return None, out
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return body, out
    pretty = _pretty(text) if _is_json(out) else text
    if pretty != text:
        for name in out:
            if name.lower() == "content-length":
                out[name] = [str(len(pretty.encode()))]
    return pretty, out


def _is_json(headers: Mapping[str, list[str]]) -> bool:
    """Whether a body may be indented: where the content type says JSON, or where none was seen."""
    types = [v.lower() for name, values in headers.items() if name.lower() == "content-type" for v in values]
    return not types or any("json" in kind for kind in types)


def _pretty(text: str) -> str:
    """JSON indented, or the text itself where that would change what it says."""
    try:
        value = json.loads(
            text,
            object_pairs_hook=unique_members,
            parse_constant=no_constant,
            parse_float=lambda literal: _same(literal, float(literal)),
            parse_int=lambda literal: _same(literal, int(literal)),
        )
        pretty = json.dumps(value, indent=2, ensure_ascii=False)
        pretty.encode()
    except (ValueError, RecursionError):
        return text
    return pretty


def _same(literal: str, number: float) -> float:
    """The number, where it is written as it stood."""
    if repr(number) != literal:
        raise ValueError(f"{literal} would be written {number!r}")
    return number


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))


def _style(text: str) -> str | None:
    """YAML takes three more characters for line ends than JSON does: only in double quotes they stay what they are."""
    if any(end in text for end in "\x85\u2028\u2029"):
        return '"'
    return "|" if "\n" in text else None


for _implicit in IMPLICIT:
    _Dumper.add_implicit_resolver(*_implicit)
_Dumper.add_representer(str, _represent_text)
