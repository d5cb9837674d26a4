"""The parity ledger: what the fake can emit, how we know that Graph does so, and which cassettes show it."""

from harness.parity.ledger import Ledger, Row, counts_line, ledger
from harness.parity.page import page

__all__ = ["Ledger", "Row", "counts_line", "ledger", "page"]
