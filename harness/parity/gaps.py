"""What Graph has and the fake has not: derived from its routes and the schema, the rest by hand with its source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from harness.graph.paths import FAMILIES, VERSIONS
from harness.graph.schema import TYPES, lineage
from harness.parity.emitted import ANSWERED, NOTIFIED
from harness.parity.evidence import METADATA
from harness.server.communications import NOT_BUILT, QUERY_OPTIONS

REFUSED: Final = "Answered 501"
NEVER_TOLD: Final = "Never told"
NEVER_WRITTEN: Final = "Declared, never written"
NOT_DONE: Final = "Not done"


@dataclass(frozen=True, slots=True)
class Gap:
    """`sort`: in which way it is missing. `name`: in Markdown. `link`: where Graph has it."""

    sort: str
    name: str
    link: str


_API: Final = "https://learn.microsoft.com/graph/api"
_MISNAMED: Final = {"recordResponse": "call-record", "record": "call-record"}
"""Actions whose page has another name than they have."""

_PAGES: Final[Mapping[str, str]] = {
    "contentSharingSessions": "call-list-contentsharingsessions",
    "contentSharingSessions/{session}": "contentsharingsession-get",
    "audioRoutingGroups": "call-post-audioroutinggroups",
    "audioRoutingGroups/{group}": "audioroutinggroup-get",
    "adhocCalls": "resources/adhoccall",
    "callRecords": "resources/callrecords-api-overview",
    "onlineMeetings": "resources/onlinemeeting",
    "presences": "resources/presence",
    "getPresencesByUserId": "cloudcommunications-getpresencesbyuserid",
}


def _refused() -> Iterator[Gap]:
    for methods, path, _ in NOT_BUILT:
        if not path.endswith("/<path:rest>"):
            shown = re.sub(r"<(\w+)_id>", r"{\1}", path)
            yield Gap(REFUSED, f"`{', '.join(methods)} {shown}`", _page(shown))
    for option in sorted(QUERY_OPTIONS):
        yield Gap(REFUSED, f"query option `${option}`", "https://learn.microsoft.com/graph/query-parameters")
    for version in VERSIONS:
        yield Gap(REFUSED, f"`GET /{version}`", "https://learn.microsoft.com/graph/use-the-api")
    beside = " and ".join(f"`/{family}`" for family in FAMILIES)
    yield Gap(REFUSED, f"everything beside {beside}", "https://learn.microsoft.com/graph/api/overview")


def _page(path: str) -> str:
    """The page of a route; the schema where there is none."""
    last = path.split("/")[-1]
    rest = path.removeprefix("/calls/{call}/").removeprefix("/")
    if rest in _PAGES:
        return f"{_API}/{_PAGES[rest]}"
    if path == "/calls":
        return METADATA
    bound_to = "participant" if "/participants/" in path else "call"
    return f"{_API}/{_MISNAMED.get(last, f'{bound_to}-{last.lower()}')}"


def _never_written() -> Iterator[Gap]:
    """Members of the schema, of types that the fake writes, that it writes neither in answers nor in notifications."""
    written: dict[str, set[str]] = {}
    for table in (ANSWERED, NOTIFIED):
        for name, members in table.items():
            written.setdefault(name, set()).update(members.split())
    for name in sorted(written.keys() & TYPES.keys()):
        for owner in lineage(name):
            declared = {*TYPES[owner].properties, *TYPES[owner].navigation}
            yield from (Gap(NEVER_WRITTEN, f"{name}.{m}", METADATA) for m in sorted(declared - written[name]))


_HEADERS: Final = "https://github.com/MicrosoftDocs/msteams-docs/issues/9170"

_BY_HAND: Final = (
    Gap(NEVER_TOLD, "`created call incoming`", f"{_API}/call-answer"),
    Gap(NEVER_TOLD, "`deleted call` without a state, after a reject", f"{_API}/call-reject"),
    Gap(
        NEVER_TOLD,
        "`updated call transferring`, `updated call transferAccepted`, a transfer that failed",
        f"{_API}/call-transfer",
    ),
    Gap(NEVER_TOLD, "`updated call established` with `toneInfo`", f"{_API}/call-subscribetotone"),
    Gap(NEVER_TOLD, "the end of an operation other than an invite's", f"{_API}/resources/commsoperation"),
    Gap(NEVER_TOLD, "`updated roster` as `deltaParticipants`", f"{_API}/resources/deltaparticipants"),
    Gap(NEVER_TOLD, "content sharing sessions", f"{_API}/call-list-contentsharingsessions"),
    Gap(
        NEVER_TOLD,
        "participants joining and leaving a recorded call (policy-based recording)",
        f"{_API}/resources/participantjoiningnotification",
    ),
    Gap(NOT_DONE, "several notifications in one envelope", f"{_API}/resources/commsnotifications"),
    Gap(NOT_DONE, "a call that ends 45 minutes after its last `keepAlive`", f"{_API}/call-keepalive"),
    Gap(
        NOT_DONE,
        "throttling by itself: only a fault answers 429",
        "https://learn.microsoft.com/graph/throttling-limits",
    ),
    Gap(NOT_DONE, "headers `MS-Teams-*` and `X-Microsoft-Skype-Caller-Region` of notifications", _HEADERS),
)


GAPS: Final = (*_refused(), *_BY_HAND, *_never_written())
"""Everything that is unsupported, by sort."""
