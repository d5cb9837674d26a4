"""Results of every kind, from which all reports are made."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from harness.cassette.format import Direction
from harness.cassette.scenario import ABSENT, Known, Source, SourceKind, Unseen
from harness.compare import Drift, Identified, Moment, Result, Verification

SOURCE: Final = Source(SourceKind.OBSERVED, "https://example.org/1", "2022-03-15")
HOSTILE: Final = "\x00\x1b[31m<script>alert('1')</script>\u2028\ud800\uffff&\"]]>"
"""Text that terminals, XML, HTML and YAML each have something against."""

SAME: Final = Result(Path("c/same.yaml"), SOURCE, interactions=1, notifications=2, ids_bound=9)
DRIFT: Final = Result(
    Path("c/drift.yaml"),
    SOURCE,
    interactions=2,
    notifications=1,
    ids_bound=3,
    drifts=(
        Drift("requests/1/response/body/status", "letter-case", "Running", "running"),
        Drift("notifications/1", "missing", "updated /communications/calls/<call:1>", ABSENT),
    ),
)
NONE: Final = Result(Path("c/none.yaml"), problem="c/none.yaml: is no YAML")
NOTHING_SENT: Final = Result(Path("c/empty.yaml"), SOURCE)
_ACCEPTED: Final = Drift("requests/1/response/body/x", "extra", ABSENT, None)
KNOWN: Final = Result(
    Path("c/known.yaml"),
    SOURCE,
    interactions=1,
    known=(
        (_ACCEPTED, Known(_ACCEPTED.path, "extra", ABSENT, None, "The page leaves it out.", "https://example.org/2")),
        (_ACCEPTED, Known(_ACCEPTED.path, "extra", ABSENT, None, "Nobody knows.")),
    ),
)
STALE: Final = Result(
    Path("c/stale.yaml"),
    SOURCE,
    interactions=1,
    stale=(Known("a/b", "value", 1, 2, "why"), Unseen("c/d", "because")),
)
UNSEEN: Final = Result(
    Path("c/unseen.yaml"),
    SOURCE,
    interactions=1,
    unseen=(
        (_ACCEPTED, Unseen("requests/1/response/body/*", "Few members are printed.")),
        (_ACCEPTED, Unseen("requests/1/response/body/*", "Few members are printed.")),
    ),
    by_form=("requests/1/response/body/y",),
)
SPOILT: Final = Result(
    Path("c/spoilt.yaml"),
    Source(SourceKind.RECORDED, f"javascript:{HOSTILE}", None),
    interactions=1,
    drifts=(
        Drift(f"requests/1/response/body/{HOSTILE}", "value", HOSTILE, {HOSTILE: [HOSTILE, 1e999]}, HOSTILE),
        Drift(
            "requests/1/response/body/x", "identifier", "<call:1>", "<call:2>", "first bound: call:1 at a, call:2 at b"
        ),
        Drift("notifications/2", "order", "a, then b", "b, then a"),
        Drift("notifications/extra/updated call", "duplicate", ABSENT, True),
        Drift("requests/1/response/status", "type", 200, "200"),
    ),
)
EVERY_KIND: Final = Verification((SAME, DRIFT, NONE, NOTHING_SENT, KNOWN, STALE, UNSEEN, SPOILT))

MOMENTS: Final = (
    Moment(
        "requests/1",
        Direction.CLIENT_TO_GRAPH,
        "POST https://graph.microsoft.com/v1.0/communications/calls",
        {"method": "POST", "response": {"status": 201, "body": {"status": "Running", "x": HOSTILE}}},
        {"method": "POST", "response": {"status": 201, "body": {"status": "running", "x": HOSTILE}}},
        "2026-01-02T03:04:05Z",
    ),
    Moment(
        "notifications/1",
        Direction.GRAPH_TO_BOT,
        "updated /communications/calls/<call:1>/participants",
        {"changeType": "updated", "resourceData": {"user <user:1>": {}, "user <user:2>": {}}},
        ABSENT,
    ),
    Moment("notifications/extra/updated call", Direction.GRAPH_TO_BOT, "updated x", ABSENT, {"changeType": "updated"}),
)
IDS: Final = (Identified("call:1", "aaaa", "bbbb", "requests/1/url"),)
