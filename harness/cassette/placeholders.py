"""What a sanitiser wrote into a recorded trace in place of values that nobody may see, and what it may stand for.

Only the form of such values is compared: `REDACTED` stands for any text; `text-N` for text without identifiers that is
not Graph's own, the same everywhere; zero for a whole number that may identify somebody.
"""

from __future__ import annotations

import re
from typing import Any, Final

from harness.cassette.identifiers import REDACTED, form_of
from harness.cassette.messages import message
from harness.cassette.roles import literal
from harness.cassette.vocabulary import is_word

_FREE_TEXT: Final = re.compile(r"text-[1-9][0-9]*")
_IDENTIFYING: Final = 10**6
"""A whole number from here on may be a phone number: the sanitiser writes zero for it."""


class Placeholders:
    """For what the `text-N` of one trace stand in another, one to one: the same value has the same placeholder."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._placeholders: dict[str, str] = {}

    def take(self, recorded: Any, fake: Any, member: str = "") -> bool:
        """Whether a recorded value is a placeholder that may stand for the fake's; from then on it stands for that.

        `text-N` does not stand for what is Graph's own at the member: that a sanitiser would have kept.
        """
        if not is_free_text(recorded):
            return _may_stand_for(recorded, fake)
        if not isinstance(fake, str) or fake == "" or form_of(fake).template != fake:
            return False
        if is_kept(fake, member):
            return False
        text = literal(fake)
        if self._texts.get(recorded, text) != text or self._placeholders.get(text, recorded) != recorded:
            return False
        self._texts[recorded], self._placeholders[text] = text, recorded
        return True

    def text_of(self, recorded: Any) -> str | None:
        """The text for which a `text-N` stands, as it is rendered."""
        return self._texts.get(recorded) if isinstance(recorded, str) else None

    def stands_for(self, recorded: Any, rendered: Any) -> bool:
        """Whether a recorded value stands for the fake's, as it is rendered."""
        if is_free_text(recorded):
            return isinstance(rendered, str) and self._texts.get(recorded) == rendered
        return _may_stand_for(recorded, rendered)


def is_free_text(value: Any) -> bool:
    """Whether a value is a `text-N`."""
    return isinstance(value, str) and value.startswith("text-") and _FREE_TEXT.fullmatch(value) is not None


def is_kept(text: str, member: str) -> bool:
    """Whether a text without identifiers is what Graph says at a member, so that a sanitiser writes no `text-N`."""
    return is_word(text, member) or (member.lower() == "message" and message(text, str) is not None)


def _may_stand_for(recorded: Any, fake: Any) -> bool:
    if recorded == REDACTED:
        return isinstance(fake, str) and fake != ""
    return type(recorded) is int and recorded == 0 and type(fake) is int and abs(fake) >= _IDENTIFYING
