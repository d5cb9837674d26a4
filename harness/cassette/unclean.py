"""Whether a cassette is clean, without knowing any secret: it is when sanitising changes nothing in it.

Whatever would change is told with its place, the rule and what would be right; never with what stands there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from harness.cassette.escapes import is_same, strictly
from harness.cassette.format import Cassette, Headers, Interaction, Request, Response
from harness.cassette.identifiers import REDACTED, slots
from harness.cassette.placeholders import is_free_text
from harness.cassette.sanitise import Sanitiser, Unsanitisable
from harness.cassette.scenario import ABSENT, Scenario
from harness.errors import quoted


class Rule(StrEnum):
    """What a cassette must not hold."""

    SIGN_IN = "sign-in"
    TOKEN = "token"  # noqa: S105 - the name of a rule
    ENCODING = "encoding"
    HEADER = "header"
    SECRET = "secret"  # noqa: S105 - the name of a rule
    IDENTIFIER = "identifier"
    TEXT = "text"
    NUMBER = "number"
    NAME = "name"
    FRAME = "frame"


SAID: Final[Mapping[Rule, str]] = {
    Rule.SIGN_IN: "signs in, or fetches keys: take the whole interaction out",
    Rule.TOKEN: "holds a token",
    Rule.ENCODING: "is no UTF-8, so that nobody can say what it holds: take the interaction out",
    Rule.HEADER: "is none of the headers that are kept: take it out",
    Rule.SECRET: "is a secret by its name",
    Rule.IDENTIFIER: "holds what identifies somebody: an id, a number, an address or a host",
    Rule.TEXT: "holds text that is not Graph's own",
    Rule.NUMBER: "holds a number that may identify somebody",
    Rule.NAME: "is a name that is not Graph's own",
    Rule.FRAME: "is not what HTTP has here",
}
"""What is wrong where a rule does not hold."""

NEVER: Final = frozenset({Rule.SIGN_IN, Rule.TOKEN, Rule.ENCODING})
"""What no cassette may hold, of whatever source."""


@dataclass(frozen=True, slots=True)
class Unclean:
    """Something that a recording must not hold. `right`: what would be; None where nothing would."""

    place: str
    rule: Rule
    right: Any = ABSENT

    def __str__(self) -> str:
        right = "" if self.right is ABSENT else f"; right would be {quoted(self.right)}"
        return f"{self.place}: {SAID[self.rule]}{right} (rule {self.rule})"


def unclean(cassette: Cassette, scenario: Scenario | None = None) -> list[Unclean]:
    """What in a cassette, and in its scenario file, a sanitiser would change; nothing where both are clean."""
    sanitiser = Sanitiser()
    found: list[Unclean] = []
    for number, interaction in enumerate(cassette.interactions, 1):
        found += _of_interaction(interaction, sanitiser, f"interaction {number}")
    if scenario is not None:
        found += _of_scenario(scenario, sanitiser)
    if sanitiser.allocated and not found:
        raise AssertionError("placeholders were drawn, and nothing changed")
    return found if scenario is None else [*found, *_of_prose(scenario, sanitiser)]


def _of_interaction(interaction: Interaction, sanitiser: Sanitiser, place: str) -> Iterator[Unclean]:
    try:
        clean = sanitiser.interaction(interaction)
    except Unsanitisable as error:
        yield Unclean(f"{place}, {error.place.replace(' ', '/')}", Rule.ENCODING)
        return
    if clean is None:
        yield Unclean(place, Rule.SIGN_IN)
        return
    yield from _of_request(interaction.request, clean.request, f"{place}, request")
    yield from _of_response(interaction.response, clean.response, f"{place}, response")
    for name in ("started", "ended"):
        if getattr(interaction, name) != getattr(clean, name):
            yield Unclean(f"{place}, {name}", Rule.FRAME)


def _of_request(request: Request, clean: Request, place: str) -> Iterator[Unclean]:
    if request.method != clean.method:
        yield Unclean(f"{place}/method", Rule.FRAME)
    yield from _values(request.uri, clean.uri, f"{place}/uri")
    yield from _headers(request.headers, clean.headers, f"{place}/headers")
    yield from _bodies(request.body, clean.body, f"{place}/body")


def _of_response(response: Response, clean: Response, place: str) -> Iterator[Unclean]:
    if response.reason != clean.reason:
        yield Unclean(f"{place}/status/message", Rule.FRAME, clean.reason)
    yield from _headers(response.headers, clean.headers, f"{place}/headers")
    yield from _bodies(response.body, clean.body, f"{place}/body")


def _headers(headers: Headers, clean: Headers, place: str) -> Iterator[Unclean]:
    for name, values in headers.items():
        if name not in clean:
            yield Unclean(f"{place}/{name}", Rule.HEADER)
            continue
        for value, right in zip(values, clean[name], strict=True):
            if value != right and name.lower() == "authorization":
                yield Unclean(f"{place}/{name}", Rule.TOKEN, right)
            else:
                yield from _values(value, right, f"{place}/{name}")


def _bodies(body: bytes | None, clean: bytes | None, place: str) -> Iterator[Unclean]:
    if body == clean or body is None or clean is None:
        return
    value, right = body.decode(), clean.decode()
    if strictly(value) is not None:
        yield from _values(strictly(value), strictly(right), place)
    else:
        yield from _values(value, right, place)


def _values(value: Any, right: Any, place: str) -> Iterator[Unclean]:
    """What differs between a value and its clean form, which has the same build."""
    if isinstance(value, dict) and isinstance(right, dict):
        for (name, branch), (clean, below) in zip(value.items(), right.items(), strict=True):
            if name != clean:
                yield Unclean(f"{place}/{clean}", Rule.NAME, clean)
            yield from _values(branch, below, f"{place}/{clean}")
    elif isinstance(value, list) and isinstance(right, list):
        for number, (branch, below) in enumerate(zip(value, right, strict=True), 1):
            yield from _values(branch, below, f"{place}/{number}")
    elif not is_same(value, right):
        yield Unclean(place, _rule(value, right), right)


def _rule(value: Any, right: Any) -> Rule:
    if not isinstance(value, str):
        return Rule.NUMBER
    if right == REDACTED:
        return Rule.TOKEN if value.lower().startswith(("bearer ", "ey")) else Rule.SECRET
    return Rule.TEXT if is_free_text(right) else Rule.IDENTIFIER


def _of_scenario(scenario: Scenario, sanitiser: Sanitiser) -> Iterator[Unclean]:
    clean = sanitiser.scenario(scenario)
    yield from _values(dict(scenario.given), clean.given, "scenario, given")
    for number, (known, right) in enumerate(zip(scenario.known, clean.known, strict=True), 1):
        place = f"scenario, known {number}"
        for side in ("recorded", "fake"):
            before, after = getattr(known, side), getattr(right, side)
            if before is not ABSENT:
                yield from _values(before, after, f"{place}, {side}")


def _of_prose(scenario: Scenario, sanitiser: Sanitiser) -> Iterator[Unclean]:
    """Of what people wrote only identifiers: links to public pages are what it is there for."""
    for place, text in _prose(scenario):
        right = sanitiser.text(text)
        if right != text and any(slot.kind != "segment" for slot in slots(text)):
            yield Unclean(place, Rule.IDENTIFIER, right)


def _prose(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """What people wrote into a scenario file."""
    yield from ((f"scenario, source.notes {n}", note) for n, note in enumerate(scenario.source.notes, 1))
    for n, known in enumerate(scenario.known, 1):
        yield f"scenario, known {n}, path", known.path
        yield f"scenario, known {n}, reason", known.reason
    for n, omitted in enumerate(scenario.omitted, 1):
        yield f"scenario, omitted {n}, what", omitted.what
        yield f"scenario, omitted {n}, reason", omitted.reason
