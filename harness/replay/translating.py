"""What was recorded, written in the bot's values.

An identifier that the bot has not met yet is handed to it as it was recorded, and stands for itself from then on. Where
the bot has something else of that name already, it gets a fresh one: the binding stays one to one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, Final
from urllib.parse import urlsplit

from harness.cassette.binding import Binding, Place, Side
from harness.cassette.bodies import NO_JSON, parsed
from harness.cassette.format import Headers, Response
from harness.cassette.identifiers import Form, Slot, is_guid, slots, spelled
from harness.cassette.placeholders import is_free_text
from harness.cassette.scenario import ABSENT
from harness.cassette.walking import BY_SHAPE
from harness.replay.reading import CALLBACK, CONTEXT, form_in, text_form

_OF_TRANSPORT: Final = frozenset(
    ("transfer-encoding", "content-encoding", "connection", "keep-alive", "host", "authorization")
)
"""Headers of how a message came, not of what it says: bodies are kept decoded, and tokens are made anew."""


class Translating:
    """Translates, and binds what it hands over. rebound: told of recorded identifiers that were bound by that.

    callback: where the bot is, for callbacks of which no request of its own told.
    """

    def __init__(self, binding: Binding, rebound: Callable[[tuple[str, ...]], None], callback: str | None) -> None:
        self._binding = binding
        self._rebound = rebound
        self._callback = callback
        self._origins: dict[str, str] = {}

    def goes_to(self, recorded: str, uri: str) -> None:
        """Say that a recorded address of Graph is, for the bot, another: it may be in another cloud, or on loopback."""
        mine, theirs = _origin(recorded), _origin(uri)
        if theirs != "":
            self._origins[mine] = theirs

    def bind(self, recorded: str, theirs: str, place: Place) -> None:
        """Say for what a recorded identifier stands."""
        normals = self._unified(recorded, _alone(recorded), theirs, _alone(theirs), place)
        self._rebound(normals)

    def unify(self, recorded: str, mine: Form, theirs_text: str, theirs: Form, place: Place) -> tuple[str, ...]:
        """Bind the identifiers of two texts of requests that agree; the recorded ones that are new."""
        normals = self._unified(recorded, mine, theirs_text, theirs, place)
        if mine.slots and mine.slots[0].kind == "callback":
            self._unified(recorded, _host(recorded), theirs_text, _host(theirs_text), place)
        return normals

    def response(self, response: Response, place: Place) -> Response:
        body = self.body(response.body, (place, "body"))
        headers = self.headers(response.headers, body, (place, "headers"))
        return Response(response.status, response.reason, headers, body)

    def headers(self, headers: Headers, body: bytes | None, place: Place) -> dict[str, tuple[str, ...]]:
        out: dict[str, tuple[str, ...]] = {}
        for name, values in headers.items():
            if name.lower() == "content-length":
                out[name] = (str(len(body or b"")),)
            elif name.lower() not in _OF_TRANSPORT:
                out[name] = tuple(self.text(value, name, (place, name)) for value in values)
        return out

    def body(self, body: bytes | None, place: Place) -> bytes | None:
        value = parsed(body)
        if body is None or value is ABSENT:
            return body
        if isinstance(value, str) and value.startswith(NO_JSON):
            return self._plain(body, place)
        translated = self.value(value, place)
        return body if translated == value else json.dumps(translated, ensure_ascii=False).encode()

    def value(self, value: Any, place: Place, member: str = "") -> Any:
        """A JSON value that stands at a member."""
        if isinstance(value, str):
            return self.text(value, member, place)
        if isinstance(value, dict):
            return {name: self.value(branch, (place, name), name) for name, branch in value.items()}
        if isinstance(value, list):
            return [self.value(branch, (place, n), member) for n, branch in enumerate(value, 1)]
        return value

    def text(self, text: str, member: str, place: Place) -> str:
        if member in BY_SHAPE:
            return text
        if member == CALLBACK:
            return self.callback(text)
        if is_free_text(text):
            bound = self._binding.of(text_form(text).normals[0], Side.RECORDED)
            if bound is not None:
                return bound.fake_text
        if member == CONTEXT:
            return self.identifier(text, form_in(text, member).slots[0], place)
        found = slots(text, member)
        for slot in found:
            self.identifier(text[slot.start : slot.end], slot, place)
        return self._addressed(self._binding.translate(text, member) if found else text)

    def callback(self, uri: str) -> str:
        """The bot's own for a recorded callback, as a whole."""
        bound = self._binding.of(form_in(uri, CALLBACK).normals[0], Side.RECORDED)
        if bound is not None:
            return bound.fake_text
        if self._callback is not None:
            return self._callback
        return self._binding.translate(uri, CALLBACK) if _host(uri).slots else uri

    def identifier(self, text: str, slot: Slot, place: Place) -> str:
        """The bot's identifier for a recorded one, which is handed over to it where it is not known yet."""
        bound = self._binding.of(slot.normal, Side.RECORDED)
        if bound is None:
            mine = slot._replace(start=0, end=len(text))
            theirs, normal = self._unused(text, slot)
            form = Form("", (normal,), (mine._replace(end=len(theirs), normal=normal),))
            self._rebound(self._unified(text, Form("", (slot.normal,), (mine,)), theirs, form, place))
            return theirs
        return bound.fake_text

    def _unused(self, text: str, slot: Slot) -> tuple[str, str]:
        """An identifier that nothing on the bot's side has, and its normal form: the recorded one if possible."""
        if self._binding.of(slot.normal, Side.FAKE) is None:
            return text, slot.normal
        for number in count(2):
            normal = _fresh(slot, number)
            if self._binding.of(normal, Side.FAKE) is None and self._binding.of(normal, Side.RECORDED) is None:
                return (spelled(normal, slot.spelling) if is_guid(normal) else normal), normal
        raise AssertionError("there is always another one")

    def _unified(self, recorded: str, mine: Form, theirs_text: str, theirs: Form, place: Place) -> tuple[str, ...]:
        before = len(self._binding)
        self._binding.unify(recorded, mine, theirs_text, theirs, place)
        return tuple(pair.recorded for pair in self._binding.pairs(before))

    def _addressed(self, text: str) -> str:
        """A text with Graph's address as the bot has it."""
        if "://" in text:
            for mine, theirs in self._origins.items():
                if mine != theirs and mine in text:
                    text = re.sub(re.escape(mine) + r"(?![\w.:-])", theirs.replace("\\", r"\\"), text)
        return text

    def _plain(self, body: bytes, place: Place) -> bytes:
        try:
            return self.text(body.decode(), "", place).encode()
        except UnicodeDecodeError:
            return body


def joined(headers: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {name: ", ".join(values) for name, values in headers.items()}


def _alone(text: str) -> Form:
    """An identifier that stands alone."""
    found = slots(text, "id")
    normal = found[0].normal if len(found) == 1 else text
    spelling, kind = (found[0].spelling, found[0].kind) if len(found) == 1 else ("text", "member")
    return Form("", (normal,), (Slot(0, len(text), normal, spelling, kind),))


def _host(uri: str) -> Form:
    """A callback of which only its host counts."""
    hosts = tuple(slot for slot in slots(uri, CALLBACK) if slot.kind == "host")
    return Form("", tuple(slot.normal for slot in hosts), hosts)


def _fresh(slot: Slot, number: int) -> str:
    """Another identifier of the same kind, the same each time."""
    if is_guid(slot.normal):
        return f"{(int(slot.normal, 16) + (number << 64)) % 2**128:032x}"
    if slot.kind == "phone":
        return f"+{(int(slot.normal[1:]) + number) % 10 ** (len(slot.normal) - 1):0{len(slot.normal) - 1}}"
    if slot.kind == "mail":
        return f"other-{number}.{slot.normal}"
    return f"{slot.normal}-{number}"


def _origin(uri: str) -> str:
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""
