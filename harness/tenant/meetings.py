"""Which meeting recordings are made in: a join link, or a meeting id and its passcode."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

_LINK_PATH: Final = re.compile(r"/l/meetup-join/([^/]+)/([^/]+)/?")
_SHORT_PATH: Final = re.compile(r"/meet/[0-9]+/?")
_ID: Final = re.compile(r"[0-9]{9,16}")
_GRAPH: Final = "#microsoft.graph."

EXPECTED: Final = (
    "expected a join link, https://teams.microsoft.com/l/meetup-join/…/0?context=…, "
    "or the id and the passcode of the invitation, 'ID, PASSCODE'"
)


@dataclass(frozen=True, slots=True)
class MeetingLink:
    """All that a join link says; several people can be invited at once, since the chat is known."""

    thread_id: str = field(repr=False)
    message_id: str = field(repr=False)
    organizer_id: str = field(repr=False)
    tenant_id: str = field(repr=False)

    def members(self) -> Mapping[str, Any]:
        """What a new call needs in order to join (documented, application-post-calls example 5)."""
        user = {"@odata.type": f"{_GRAPH}identity", "id": self.organizer_id, "tenantId": self.tenant_id}
        organizer = {"@odata.type": f"{_GRAPH}identitySet", "user": user}
        return {
            "chatInfo": {
                "@odata.type": f"{_GRAPH}chatInfo",
                "threadId": self.thread_id,
                "messageId": self.message_id,
            },
            "meetingInfo": {"@odata.type": f"{_GRAPH}organizerMeetingInfo", "organizer": organizer},
            "tenantId": self.tenant_id,
        }


@dataclass(frozen=True, slots=True)
class MeetingNumber:
    """Id and passcode as an invitation shows them; the chat is not known before the call stands."""

    join_id: str = field(repr=False)
    passcode: str | None = field(repr=False)

    def members(self) -> Mapping[str, Any]:
        """What a new call needs in order to join (documented, application-post-calls example 7)."""
        info = {"@odata.type": f"{_GRAPH}joinMeetingIdMeetingInfo", "joinMeetingId": self.join_id}
        return {"meetingInfo": {**info, "passcode": self.passcode}}


Meeting = MeetingLink | MeetingNumber


def read_meeting(text: str) -> Meeting:
    """Raises: ValueError, which says what is wrong and shows nothing of the text."""
    if "://" not in text:
        return _number(text)
    try:
        parts = urlsplit(text)
    except ValueError:
        raise ValueError(f"is no join link: {EXPECTED}") from None
    if _SHORT_PATH.fullmatch(parts.path):
        raise ValueError(
            "is a short link, which does not say who the organizer is; set 'ID, PASSCODE' of the invitation"
        )
    path = _LINK_PATH.fullmatch(parts.path)
    if path is None:
        raise ValueError(f"is no join link: {EXPECTED}")
    thread, message = (unquote(part) for part in path.groups())
    context = _context(parse_qs(parts.query).get("context", [""])[0])
    return MeetingLink(thread, message, context["Oid"], context["Tid"])


def _context(text: str) -> Mapping[str, str]:
    try:
        context = json.loads(text)
        return {name: str(context[name]) for name in ("Oid", "Tid")}
    except (ValueError, KeyError, TypeError):
        problem = "is a join link whose `context` does not name organizer (Oid) and tenant (Tid): copy the whole link"
        raise ValueError(problem) from None


def _number(text: str) -> MeetingNumber:
    number, comma, passcode = text.partition(",")
    join_id = re.sub(r"\s", "", number)
    if not _ID.fullmatch(join_id) or (comma and not passcode.strip()):
        raise ValueError(f"is neither: {EXPECTED}")
    return MeetingNumber(join_id, passcode.strip() or None)
