"""Exit codes."""

from __future__ import annotations

from typing import Final

EXIT_SAME: Final = 0
EXIT_DRIFT: Final = 1
EXIT_USAGE: Final = 2
EXIT_NONE: Final = 3
EXIT_INTERRUPTED: Final = 130
"""As shells have it: 128 and the number of the signal."""
