"""The comparer: two traces, what differs between them, and what is accepted."""

from harness.cassette.trace import Exchange, Told, Trace, exchange_of, told_of, trace_of
from harness.compare.comparing import Comparing, Comparison, compare, roles_of
from harness.compare.drift import Drift
from harness.compare.following import Following
from harness.compare.known import Judgement, judge, path_matches
from harness.compare.moments import Moment, moments
from harness.compare.verdict import Identified, Result, Verdict, Verification

__all__ = [
    "Comparing",
    "Comparison",
    "Drift",
    "Exchange",
    "Following",
    "Identified",
    "Judgement",
    "Moment",
    "Result",
    "Told",
    "Trace",
    "Verdict",
    "Verification",
    "compare",
    "exchange_of",
    "judge",
    "moments",
    "path_matches",
    "roles_of",
    "told_of",
    "trace_of",
]
