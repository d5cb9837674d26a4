"""Bodies of interactions as values: JSON, or the text of what is none; and what an envelope of notifications holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
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


def read(body: bytes | None) -> Any:
    """The JSON of a body as most clients read it; None where there is none."""
    try:
        return json.loads(body or b"null")
    except ValueError:
        return None


def items_of(envelope: Any) -> list[dict[str, Any]]:
    """The notifications in an envelope; none where it is no envelope."""
    items = envelope.get("value") if isinstance(envelope, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def resource_of(item: Mapping[str, Any]) -> str:
    """What a notification is about, as a path; an empty text where it does not say."""
    return str(item.get("resourceUrl") or item.get("resource") or "")
