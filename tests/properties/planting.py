"""Interactions built from the schema's own vocabulary, with values of somebody planted in every position and encoding.

Each planted value has cores: what must not be found in what is written, however it is written.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from hypothesis import strategies as st

from harness.cassette.format import Direction, Interaction, Request, Response
from harness.graph import schema
from harness.graph.refusals import FAILURES

GUIDS: Final = st.uuids(version=4).map(str)
PHONES: Final = st.integers(4_000_000_000, 4_999_999_999_999).map(lambda n: f"+{n}")
NAMES: Final = st.tuples(
    st.sampled_from(
        ("Adélexq", "Grüßzqw", "李小龙王五", "O'Zqbrien", 'Q"zxuote', "Back\\zqslash", "Zqx&Wjk", "zqxwvkj")
    ),
    st.sampled_from(("Vancejzq", "Müllerzqx", "de la Zqpeña", "Xqz-Wvk", "100%zqx", "Zq/xw", "\u2028zqxw", "Ω≈zqxw")),
).map(" ".join)
LABELS: Final = st.text("bcdfghjkqvwxz", min_size=8, max_size=12)
TOKENS: Final = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ23456789abcdefghjkmnpqrstuvwxyz", min_size=24, max_size=48)


@dataclass(frozen=True, slots=True)
class Plant:
    """A text with something of somebody in it. `cores`: what of it must not be found again."""

    text: str
    cores: tuple[str, ...]


def _one(text: str, *cores: str) -> Plant:
    return Plant(text, cores or (text,))


def _mail(name: str, host: str) -> Plant:
    return Plant(f"{name}@{host}.example.org", (name, host))


def _thread(guid: str, label: str) -> Plant:
    coded = base64.urlsafe_b64encode(guid.encode()).decode().rstrip("=")
    return Plant(f"19:meeting_{coded}{label}@thread.v2", (guid, coded, label))


def _join(guid: str, other: str) -> Plant:
    coded = base64.b64encode(guid.encode()).decode()
    context = quote(json.dumps({"Tid": guid, "Oid": other}), safe="").lower()
    url = f"https://teams.microsoft.com/l/meetup-join/19%3ameeting_{coded}%40thread.v2/0?context={context}"
    return Plant(url, (guid, other, coded))


def _meeting(guid: str, other: str) -> Plant:
    inner = f"1*{guid}*0**19:meeting_{base64.b64encode(other.encode()).decode()}@thread.v2"
    coded = base64.b64encode(inner.encode()).decode()
    return Plant(coded, (guid, other, coded))


_CONTEXT: Final = "https://graph.microsoft.com/v1.0/$metadata"
_FAILED: Final = "addParticipants failed for participant"

PLANTS: Final = st.one_of(
    GUIDS.map(_one),
    GUIDS.map(lambda g: _one(g.upper(), g)),
    GUIDS.map(lambda g: _one(g.replace("-", ""), g)),
    GUIDS.map(lambda g: _one(f"{{{g}}}", g)),
    GUIDS.map(lambda g: _one("".join(c.upper() if n % 2 else c for n, c in enumerate(g)), g)),
    PHONES.map(lambda p: _one(p, p[1:])),
    PHONES.map(lambda p: _one(p[1:], p[1:])),
    PHONES.map(lambda p: _one(f"00{p[1:]}", p[1:])),
    NAMES.map(_one),
    LABELS.map(_one),
    TOKENS.map(_one),
    TOKENS.map(lambda t: _one(f"Bearer {t}", t)),
    TOKENS.map(lambda t: _one(f"eyJ0eXAi{t}.eyJhdWQi{t}.{t}", t)),
    st.builds(_mail, LABELS, LABELS),
    st.builds(lambda n, h: Plant(f'"{n}" <{h}@{h}.org>', (h,)), LABELS, LABELS),
    st.builds(_thread, GUIDS, LABELS),
    st.builds(_join, GUIDS, GUIDS),
    st.builds(_meeting, GUIDS, GUIDS),
    st.builds(lambda a, b: Plant(f"19:{a}_{b}@unq.gbl.spaces", (a, b)), GUIDS, GUIDS),
    st.builds(lambda p, g: _one(f"{p}{g}", g), st.sampled_from(("8:orgid:", "28:", "8:acs:", "29:", "gid:")), GUIDS),
    st.builds(lambda p, n: _one(f"{p}{n}", n), st.sampled_from(("8:live:", "8:sip:", "tel:", "sip:", "19:")), LABELS),
    st.builds(
        lambda h, s, q: Plant(f"https://{h}.fabrikam.example/{s}/callback?{q}={s}#{q}", (h, s, q)),
        LABELS,
        LABELS,
        LABELS,
    ),
    st.builds(lambda u, p, h: Plant(f"https://{u}:{p}@{h}.de:8443/", (u, p, h)), LABELS, LABELS, LABELS),
    st.builds(lambda g, s: Plant(f"/communications/calls/{g}/participants/{s}", (g, s)), GUIDS, LABELS),
    st.builds(
        lambda g, s: Plant(f"https://graph.microsoft.com/v1.0/$metadata#app/calls('{g}')/{s}", (g, s)), GUIDS, LABELS
    ),
    st.builds(
        lambda f, s: _one(f"{_FAILED} 8:orgid:{s}. Underlying reason: {f.reason}. DiagCode: {f.diag_code}", s),
        st.sampled_from(tuple(FAILURES.values())),
        LABELS,
    ),
    st.builds(lambda s: _one(f"{_FAILED} 4:+1. Underlying reason: {s}. DiagCode: 1#2", s), LABELS),
    LABELS.map(lambda s: _one(f"#microsoft.graph.{s}", s)),
    LABELS.map(lambda s: _one(f"application/json; boundary={s}", s)),
    LABELS.map(lambda s: _one(f"text-1 {s}", s)),
    LABELS.map(lambda s: _one(f"<call:1> {s}", s)),
    LABELS.map(lambda s: _one(f"<{s}:1>", s)),
    PHONES.map(lambda p: _one(f"2026-01-05T09:00:00.{p[1:]}Z", p[1:])),
    PHONES.map(lambda p: _one(f'W/"{p[1:]}"', p[1:])),
    PHONES.map(lambda p: _one(f"Server Internal Error. DiagCode: 500#{p[1:]}.@", p[1:])),
)
"""Whatever is somebody's, in the shapes that Graph and its clients write, and in some that look like Graph's own."""

WRAPPINGS: Final[tuple[Callable[[str], str], ...]] = (
    str,
    str,
    str,
    lambda t: quote(t, safe=""),
    lambda t: quote(quote(t, safe=""), safe=""),
    lambda t: base64.b64encode(t.encode()).decode(),
    lambda t: base64.urlsafe_b64encode(b"x" + t.encode()).decode().rstrip("="),
    lambda t: base64.b64encode(b"xy" + t.encode()).decode(),
    lambda t: json.dumps({"id": t, "displayName": t}),
    lambda t: json.dumps([t]),
    lambda t: json.dumps({t: {"state": t}}, ensure_ascii=False, separators=(",", ":")),
    lambda t: f"https://graph.microsoft.com/v1.0/users/{quote(t, safe='')}?$filter={quote(t, safe='')}",
    lambda t: f"https://teams.microsoft.com/l/meetup-join/x?context={quote(json.dumps({'Oid': t}))}",
    lambda t: f"/app/calls/{quote(t, safe='')}",
    lambda t: f"8:orgid:{t}",
    lambda t: f"19:{t}@thread.tacv2",
    lambda t: f"The call of {t} has ended.",
    lambda t: f"established {t}",
    lambda t: t.upper() if t.isascii() and "://" not in t and "=" not in t else t,
)


@st.composite
def plants(draw: st.DrawFn) -> Plant:
    """A plant, wrapped up to twice."""
    plant = draw(PLANTS)
    text = plant.text
    for wrap in draw(st.lists(st.sampled_from(WRAPPINGS), min_size=1, max_size=2)):
        text = wrap(text)
    return Plant(text, plant.cores)


class Documents:
    """Draws JSON of the schema's types; at any place there may be a plant instead of what belongs there."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self.planted: list[Plant] = []

    def plant(self) -> str:
        plant = self._draw(plants())
        self.planted.append(plant)
        return plant.text

    def number(self) -> int:
        number = self._draw(st.integers(4_000_000_000, 499_999_999_999_999))
        self.planted.append(Plant(str(number), (str(number),)))
        return number

    def is_planted(self, one_of: int) -> bool:
        return self._draw(st.integers(1, one_of)) == 1

    def of_type(self, kind: str, depth: int = 0) -> Any:
        if self.is_planted(30):
            return self._odd()
        members: dict[str, Any] = {"@odata.type": f"#microsoft.graph.{kind}"}
        if self.is_planted(12):
            members["@odata.type"] = self.plant()
        table = schema.properties_of(kind)
        for name in self._draw(st.lists(st.sampled_from(sorted(table)), max_size=6, unique=True)) if table else ():
            members[name] = self._of(table[name], depth)
        if self.is_planted(5):
            members[self.plant()] = self._odd()
        return members

    def _of(self, wanted: schema.Property, depth: int) -> Any:
        if self.is_planted(8):
            return self._odd()
        one = self._one(wanted.type, depth)
        return [one, self._one(wanted.type, depth)] if wanted.is_collection else one

    def _one(self, kind: str, depth: int) -> Any:
        if kind in schema.ENUMS:
            return self.plant() if self.is_planted(4) else self._draw(st.sampled_from(schema.ENUMS[kind]))
        if kind in schema.TYPES:
            return self.of_type(kind, depth + 1) if depth < 3 else None
        if kind == "Boolean":
            return self._draw(st.booleans())
        if kind.startswith("Int"):
            return self.number() if self.is_planted(2) else self._draw(st.integers(0, 9999))
        return self.plant()

    def _odd(self) -> Any:
        """Somebody's value where something else belongs: a text, a number, a list, an object of an unknown name."""
        which = self._draw(st.integers(0, 5))
        if which == 0:
            return self.number()
        if which == 1:
            return [self.plant(), self.number() / 7]
        if which == 2:
            return {self.plant(): self.plant(), "secret": {"token": self.number(), "password": [self.plant()]}}
        return self.plant()


_KINDS: Final = tuple(sorted(schema.TYPES))
_HEADERS: Final = (
    *("Content-Type", "Authorization", "Location", "Retry-After", "OData-Version", "request-id", "client-request-id"),
    *("scenario-id", "x-ms-ags-diagnostic", "User-Agent", "Accept", "Scenario-Id", "Set-Cookie", "X-Forwarded-For"),
    *("X-Microsoft-Skype-Chain-ID", "X-Microsoft-Skype-Message-ID", "Strict-Transport-Security"),
)


@st.composite
def interactions(draw: st.DrawFn) -> tuple[Interaction, tuple[Plant, ...]]:
    """An interaction, and what was planted in it."""
    documents = Documents(draw)
    told = draw(st.booleans())
    uri = draw(st.sampled_from(("https://graph.microsoft.com/v1.0/communications/calls/", "https://bot.fabrikam.de/")))
    request = Request(
        method=documents.plant() if documents.is_planted(20) else draw(st.sampled_from(("GET", "POST", "DELETE"))),
        uri=documents.plant() if documents.is_planted(10) else uri + quote(documents.plant(), safe=""),
        headers=_headers(documents, draw),
        body=_body(documents, draw),
    )
    response = Response(
        status=draw(st.sampled_from((200, 202, 204, 400, 403, 404, 500))),
        reason=documents.plant() if documents.is_planted(5) else draw(st.sampled_from((None, "", "OK", "Accepted"))),
        headers=_headers(documents, draw),
        body=_body(documents, draw),
    )
    times = [documents.plant() if documents.is_planted(10) else "2026-01-05T09:00:00.123Z" for _ in range(2)]
    direction = Direction.GRAPH_TO_BOT if told else Direction.CLIENT_TO_GRAPH
    return Interaction(direction, 1, request, response, *times), tuple(documents.planted)


def _headers(documents: Documents, draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    names = draw(st.lists(st.sampled_from(_HEADERS), max_size=4, unique_by=str.lower))
    return {name: (documents.plant(),) for name in names}


def _body(documents: Documents, draw: st.DrawFn) -> bytes | None:
    which = draw(st.integers(0, 9))
    if which == 0:
        return None
    if which == 1:
        return documents.plant().encode()
    if which == 2:
        parts = (("clientContext", documents.plant()), ("client_secret", documents.plant()), (documents.plant(), "x"))
        return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in parts).encode()
    document = documents.of_type(draw(st.sampled_from(_KINDS)))
    if which == 3:
        document = {"error": {"code": documents.plant(), "message": documents.plant(), "innerError": document}}
    return json.dumps(document, ensure_ascii=draw(st.booleans())).encode()


def written_as(core: str) -> Iterator[str]:
    """Every way in which a core might still be there, in lower case but for base64."""
    once = quote(core, safe="")
    yield from {
        form.lower() for form in (core, core.replace("-", ""), json.dumps(core)[1:-1], once, quote(once, safe=""))
    }


def coded_as(core: str) -> Iterator[str]:
    """What is the same of a core in base64, whatever stands beside it."""
    data = core.encode()
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + data + b"\0" * 3).decode()
        start, end = -(-before * 8 // 6), (before + len(data)) * 8 // 6
        yield coded[start:end]
        yield coded[start:end].translate(str.maketrans("+/", "-_"))
