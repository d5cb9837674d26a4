"""The shipped cassettes, verified once, under a watch."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.compare import Verification
from harness.parity import Ledger, ledger
from harness.verifying import verify_all
from tests.parity.watching import Watch, watching

CASSETTES = Path(__file__).parent.parent.parent / "cassettes"


@pytest.fixture(scope="session")
def watched() -> tuple[Verification, Watch]:
    """The verification of all shipped cassettes, and what the fake emitted over it."""
    with watching() as watch:
        return verify_all([CASSETTES], with_moments=True), watch


@pytest.fixture(scope="session")
def shipped(watched: tuple[Verification, Watch]) -> Ledger:
    return ledger(watched[0])
