"""The one thing that is the process's: which interception is innermost. Patched clients ask here."""

from __future__ import annotations

from harness.intercept.interception import Interception


class _Process:
    """`innermost`: None where none is open."""

    innermost: Interception | None = None


PROCESS = _Process()
