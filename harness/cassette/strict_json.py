"""What JSON does not have and Python reads all the same: hooks for `json` that refuse it."""

from __future__ import annotations

from typing import Any, NoReturn


def unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """For `object_pairs_hook`. Raises: ValueError where a member stands twice, of which one would be lost."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members


def no_constant(constant: str) -> NoReturn:
    """For `parse_constant`. Raises: ValueError for `NaN` and the infinities."""
    raise ValueError(f"{constant} is no JSON")
