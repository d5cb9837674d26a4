"""Bodies of interactions as values: JSON, or the text of what is none."""

from __future__ import annotations

import json
from typing import Any, Final

from harness.cassette.scenario import ABSENT
from harness.cassette.strict_json import no_constant, unique_members

NO_JSON: Final = "(no JSON) "
"""Stands before the text of a body that is no JSON, so that it is not taken for JSON that is text."""

_DECODER: Final = json.JSONDecoder(object_pairs_hook=unique_members, parse_constant=no_constant)


def parsed(body: bytes | None) -> Any:
    """The JSON of a body, which is UTF-8; its text behind `NO_JSON` where it is none, or a member stands twice.

    `NaN` is no JSON.
    """
    if not body:
        return ABSENT
    try:
        return _DECODER.decode(body.decode())
    except (ValueError, RecursionError):
        return NO_JSON + body.decode("utf-8", "backslashreplace")
