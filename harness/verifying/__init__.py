"""Verification: cassettes are driven into a fake of their own, and both traces are compared."""

from harness.verifying.driving import Driver
from harness.verifying.judging import verify, verify_all

__all__ = ["Driver", "verify", "verify_all"]
