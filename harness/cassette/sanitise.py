"""A recording without secrets and personal data, by construction: nothing is kept that is not explained.

A text stays only where it is a word of Graph at its member (`harness.cassette.vocabulary`), a message of the service
(`messages`), or of a shape whose every part is one again (`shapes`, `addresses`, `escapes`). All else becomes a
placeholder (`pseudonyms`), in whatever place and encoding. What is written comes out of a second run as it is.

Pure: no files, clock, network. For one thread at a time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

from harness.cassette.addresses import query
from harness.cassette.escapes import is_same, strictly
from harness.cassette.format import Direction, Headers, Interaction, Request, Response
from harness.cassette.header_values import header_value
from harness.cassette.headers import NOTIFICATION_HEADERS, REQUEST_HEADERS, RESPONSE_HEADERS
from harness.cassette.identifiers import REDACTED
from harness.cassette.messages import message
from harness.cassette.prose import without_values
from harness.cassette.pseudonyms import Pseudonyms
from harness.cassette.scenario import ABSENT, Scenario
from harness.cassette.shapes import Shapes, is_time
from harness.cassette.sign_in import is_sign_in
from harness.cassette.vocabulary import METHODS, SECRETS, TIMES, is_member, is_number, is_word
from harness.errors import HarnessError

_ETAG: Final = re.compile(r'(?:W/)?"[0-9]{1,6}"')
_REASONS: Final[Mapping[int, str]] = {status.value: status.phrase for status in HTTPStatus}


class Unsanitisable(HarnessError):
    """What cannot be read cannot be cleaned, and is not kept: `place` says what."""

    def __init__(self, place: str, problem: str) -> None:
        self.place = place
        self.problem = problem
        super().__init__(f"{place}: {problem}")


class Sanitiser:
    """One for each cassette: the same value has the same placeholder in all of it, its scenario file and reports."""

    def __init__(self) -> None:
        self._pseudonyms = Pseudonyms()
        self._shapes = Shapes(self._pseudonyms, lambda value, depth: self._tree(value, "", depth))

    @property
    def allocated(self) -> int:
        """How many placeholders have been drawn; none where everything was clean."""
        return self._pseudonyms.allocated

    def interaction(self, interaction: Interaction) -> Interaction | None:
        """An interaction that may be kept; None for one that never is: signing in, and fetching keys.

        Raises: Unsanitisable for a body that is no UTF-8.
        """
        if is_sign_in(interaction.request.uri):
            for body in (interaction.request.body, interaction.response.body):
                for secret in secrets_in(body):
                    self.secret(secret)
            return None
        told = interaction.direction is Direction.GRAPH_TO_BOT
        return replace(
            interaction,
            request=self._request(interaction.request, NOTIFICATION_HEADERS if told else REQUEST_HEADERS),
            response=self._response(interaction.response),
            started=_time(interaction.started),
            ended=_time(interaction.ended),
        )

    def secret(self, value: str) -> None:
        """Take note of what must not be shown (`text`), and passes nowhere that is kept."""
        self._pseudonyms.secret(value)

    def data(self, value: Any, member: str = "") -> Any:
        """JSON that may be kept, as it stands at a member."""
        return self._tree(value, member, 0, is_secret=member.lower() in SECRETS)

    def scenario(self, scenario: Scenario) -> Scenario:
        """A scenario file that may stand beside the cassette: what existed, and what was accepted."""
        known = tuple(
            replace(k, recorded=self._accepted(k.recorded, k.path), fake=self._accepted(k.fake, k.path))
            for k in scenario.known
        )
        return replace(scenario, given=self.data(scenario.given), known=known)

    def text(self, text: str) -> str:
        """A sentence of ours that may be shown: without the values of this cassette, and whatever looks like one.

        What interactions hold is known once they went through `interaction`. For reports and timelines; not for what
        is kept: there a sentence would be one text.
        """
        with self._pseudonyms.shown():
            return without_values(text, self._pseudonyms, self._shapes)

    def _accepted(self, value: Any, path: str) -> Any:
        """The value of a known drift at a path."""
        *before, member = path.split("/")
        if isinstance(value, str) and before[-1:] == ["headers"]:
            return header_value(member, value, self._shapes.value)
        return value if value is ABSENT else self.data(value, member)

    def _request(self, request: Request, kept: tuple[str, ...]) -> Request:
        return Request(
            method=request.method if request.method.upper() in METHODS else REDACTED,
            uri=self._shapes.value(request.uri),
            headers=self._headers(request.headers, kept),
            body=self._body(request.body, request.headers, "request body"),
        )

    def _response(self, response: Response) -> Response:
        return Response(
            status=response.status,
            reason=_reason(response),
            headers=self._headers(response.headers, RESPONSE_HEADERS),
            body=self._body(response.body, response.headers, "response body"),
        )

    def _headers(self, headers: Headers, kept: tuple[str, ...]) -> Headers:
        names = {name.lower() for name in kept}
        return {
            name: tuple(header_value(name, value, self._shapes.value) for value in values)
            for name, values in headers.items()
            if name.lower() in names
        }

    def _body(self, body: bytes | None, headers: Headers, place: str) -> bytes | None:
        if not body:
            return body
        try:
            text = body.decode()
        except UnicodeDecodeError:
            raise Unsanitisable(place, "is no UTF-8, so that nobody can say what it holds") from None
        return self._text(text, headers).encode()

    def _text(self, text: str, headers: Headers) -> str:
        value = strictly(text)
        if value is None:
            return text if text == "null" else self._no_json(text, headers)
        try:
            written = self._tree(value, "", 0)
            return text if is_same(value, written) else json.dumps(written, ensure_ascii=False)
        except RecursionError:
            return self._pseudonyms.text(text)

    def _no_json(self, text: str, headers: Headers) -> str:
        types = [v.lower() for name, values in headers.items() if name.lower() == "content-type" for v in values]
        if any("form-urlencoded" in kind for kind in types):
            return query(text, self._shapes.value)
        return self._shapes.value(text)

    def _tree(self, value: Any, member: str, depth: int, *, is_secret: bool = False) -> Any:
        if isinstance(value, dict):
            return self._mapping(value, depth, is_secret)
        if isinstance(value, list):
            return [self._tree(branch, member, depth, is_secret=is_secret) for branch in value]
        if isinstance(value, str):
            return self._pseudonyms.secret(value) if is_secret else self._string(value, member, depth)
        if isinstance(value, bool) or value is None:
            return value
        return self._number(value, member, is_secret)

    def _mapping(self, value: Mapping[str, Any], depth: int, is_secret: bool) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for name, branch in value.items():
            written = name if is_member(name) else self._shapes.value(name, depth)
            if written in out:  # two spellings of one value that look the same when they are written
                written = self._pseudonyms.text(name)
            below = is_secret or name.lower() in SECRETS
            out[written] = self._tree(branch, name if written == name else "", depth, is_secret=below)
        return out

    def _string(self, text: str, member: str, depth: int) -> str:
        if is_word(text, member):
            return text
        low = member.lower()
        if low.endswith("@odata.etag") and _ETAG.fullmatch(text):
            return text
        if low == "message":
            written = message(text, lambda inner: self._shapes.value(inner, depth))
            if written is not None:
                return written
        return self._shapes.value(text, depth)

    def _number(self, value: float, member: str, is_secret: bool) -> float:
        if is_secret or not is_member(member) or not is_number(value):
            return 0
        return value if isinstance(value, int) or member.lower() in TIMES else 0


def secrets_in(body: bytes | None) -> Iterator[str]:
    """What the members of a JSON body, or the fields of a form, hold that are secrets by their names."""
    text = (body or b"").decode("utf-8", "replace")
    value = strictly(text)
    members = value.items() if isinstance(value, dict) else parse_qsl(text)
    yield from (held for name, held in members if name.lower() in SECRETS and isinstance(held, str))


def _reason(response: Response) -> str | None:
    """The phrase that belongs to the status: a proxy may say anything. None and none at all stay so."""
    if not response.reason or response.status is None:
        return response.reason if not response.reason else REDACTED
    return _REASONS.get(response.status, REDACTED)


def _time(text: str | None) -> str | None:
    return text if text is not None and is_time(text) else None
