"""The shipped cassettes, verified once for all reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.compare import Verification
from harness.verifying import verify_all


@pytest.fixture(scope="session")
def shipped() -> Verification:
    return verify_all([Path(__file__).parent.parent.parent / "cassettes"], with_moments=True)
