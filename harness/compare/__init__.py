"""The comparer: two traces, what differs between them, and what is accepted."""

from harness.compare.comparing import Comparison, bound, compare
from harness.compare.drift import Drift
from harness.compare.known import Judgement, judge, path_matches
from harness.compare.moments import Moment, moments
from harness.compare.trace import Exchange, Told, Trace, trace_of
from harness.compare.verdict import Identified, Result, Verdict, Verification

__all__ = [
    "Comparison",
    "Drift",
    "Exchange",
    "Identified",
    "Judgement",
    "Moment",
    "Result",
    "Told",
    "Trace",
    "Verdict",
    "Verification",
    "bound",
    "compare",
    "judge",
    "moments",
    "path_matches",
    "trace_of",
]
