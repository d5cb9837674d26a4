"""Calls that a test begins with: made in the tenant before the bot hears of them, and ended at the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from harness.cassette.bodies import read
from harness.cassette.format import Response
from harness.errors import HarnessError, UsageError
from harness.target.live.asking import Asking, GraphRefused
from harness.target.live.whose import call_of
from harness.tenant.environment import Tenant
from harness.tenant.variables import MEETING

_GRAPH: Final = "#microsoft.graph."
_LOOK: Final = 1.0
_LAST_WORDS: Final = 5.0
"""Seconds in which Graph tells that a call is over."""

_MOST: Final = 5
_COPIED: Final = ("myParticipantId", "callChainId", "tenantId", "subject")
_CHAT: Final = ("threadId", "messageId", "replyChainMessageId")


class Made:
    """The calls that `graph.call` makes. What is told of them is nobody's until each stands.

    quiet: seconds of silence after which all has been told of a new call. most: seconds until it has to stand.
    on_lost: told when Graph was asked for one, and its answer did not come.
    """

    def __init__(self, tenant: Tenant, ask: Asking, *, quiet: float, most: float, on_lost: Callable[[], None]) -> None:
        self._on_lost = on_lost
        self._tenant = tenant
        self._ask = ask
        self._quiet = quiet
        self._most = most
        self._changed = threading.Condition()
        self._making = 0
        self._states: dict[str, str | None] = {}
        self._heard = 0.0
        self.ids: list[str] = []
        self.given: list[dict[str, Any]] = []

    def is_of_new(self, items: Sequence[Mapping[str, Any]]) -> bool:
        """Whether notifications are all of calls that do not stand yet; what they say is noted."""
        with self._changed:
            self._changed.wait_for(lambda: not self._making)  # only its answer says which call it is
            found = [call_of(item) for item in items]
            if not found or not all(call in self._states for call in found):
                return False
            for call, item in zip(found, items, strict=True):
                data = item.get("resourceData")
                if isinstance(data, dict) and data.get("state"):
                    self._states[call] = str(data["state"])
            self._heard = time.monotonic()
            self._changed.notify_all()
            return True

    def make(self, kind: str, people: Sequence[Mapping[str, Any]], chat: bool, callback: str) -> str:
        """The id of a call that stands. Raises: UsageError; GraphRefused; HarnessError when it never stands."""
        body = self._body(kind, people, chat, callback)
        call = self._created(body)
        try:
            self._wait(call.lower())
            self.given.append(self._told(call, kind, callback, people))
        finally:
            with self._changed:
                self._states.pop(call.lower())
        return call

    def _created(self, body: Mapping[str, Any]) -> str:
        with self._changed:
            self._making += 1
        try:
            response = self._asked(body)
            if response.status != 201:
                raise GraphRefused("a new call", response)
            call = str(read(response.body)["id"])
            self.ids.append(call)
            with self._changed:
                self._states[call.lower()] = None
            return call
        finally:
            with self._changed:
                self._making -= 1
                self._changed.notify_all()

    def _asked(self, body: Mapping[str, Any]) -> Response:
        try:
            response = self._ask("POST", "", body)
        except UsageError:  # no token: it was not asked
            raise
        except BaseException:
            self._on_lost()
            raise
        if (response.status or 0) >= 500:
            self._on_lost()
        return response

    def _wait(self, call: str) -> None:
        until = time.monotonic() + self._most
        with self._changed:
            while self._states[call] != "established":
                if self._states[call] == "terminated":
                    raise HarnessError("the call of graph.call(…) ended before it stood: did everybody answer?")
                if time.monotonic() > until:
                    raise HarnessError(self._in_vain(self._states[call]))
                self._changed.wait(_LOOK)
            while (left := self._heard + self._quiet - time.monotonic()) > 0:
                self._changed.wait(left)

    def _in_vain(self, state: str | None) -> str:
        if state is None:
            return (
                f"Graph made the call of graph.call(…), and nothing of it came here in {self._most:g} s: does the "
                "tunnel of GRAPH_CALLBACK_URL lead to the callback's port? `graph-harness doctor` looks"
            )
        return f"the call of graph.call(…) is {state} after {self._most:g} s: did everybody answer?"

    def _body(self, kind: str, people: Sequence[Mapping[str, Any]], chat: bool, callback: str) -> dict[str, Any]:
        common = {
            "@odata.type": f"{_GRAPH}call",
            "callbackUri": callback,
            "requestedModalities": ["audio"],
            "mediaConfig": {"@odata.type": f"{_GRAPH}serviceHostedMediaConfig"},
            "tenantId": self._tenant.credentials.tenant_id,
        }
        if is_meeting(kind, people, chat):
            return {**common, **self._joined(people)}
        if kind == "peerToPeer" and len(people) != 1:
            raise UsageError(f"a real peer-to-peer call is one with one person, got {len(people)}: people=[adele]")
        if len(people) > _MOST:
            raise UsageError(f"Graph calls {_MOST} people at a time at most, got {len(people)}: invite the others")
        return {**common, **self._called(people)}

    def _joined(self, people: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        if self._tenant.meeting is None:
            raise UsageError(
                f"a real call with a chat, or with nobody in it yet, is a meeting, and {MEETING} is not set: set it to "
                "a join link, or call people=[…] without a chat"
            )
        if people:
            raise UsageError(
                "into a real meeting people come on their own, or by the bot's invitation: leave people out"
            )
        return dict(self._tenant.meeting.members())

    def _called(self, people: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        targets = [{"@odata.type": f"{_GRAPH}invitationParticipantInfo", "identity": _set(who)} for who in people]
        source: dict[str, Any] = {}
        if any("phone" in who for who in people):
            instance = {"@odata.type": f"{_GRAPH}identity", "id": self._tenant.app_instance}
            identity = {"@odata.type": f"{_GRAPH}identitySet", "applicationInstance": instance}
            source = {"source": {"@odata.type": f"{_GRAPH}participantInfo", "identity": identity}}
        return {"direction": "outgoing", **source, "targets": targets}

    def _told(self, call: str, kind: str, callback: str, people: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """The call as a scenario file has it."""
        body = self._ask.found(f"/{call}") or {}
        there = (self._ask.found(f"/{call}/participants") or {}).get("value") or []
        mine = body.get("myParticipantId")
        others = [known for p in there if p.get("id") != mine and (known := _participant(p))]
        chat = {name: v for name, v in (body.get("chatInfo") or {}).items() if name in _CHAT and v is not None}
        return {
            "id": call,
            "kind": kind,
            "callbackUri": callback,
            **{name: body[name] for name in _COPIED if body.get(name)},
            **({"chatInfo": chat} if chat else {}),
            **({"meetingInfo": body["meetingInfo"]} if body.get("meetingInfo") else {}),
            "participants": others or [dict(who) for who in people],
        }


def is_meeting(kind: str, people: Sequence[Mapping[str, Any]], chat: bool) -> bool:
    """Whether a call is a meeting in a real tenant: bots' own calls have no chat, and somebody in them."""
    return kind == "meeting" or (kind == "group" and (chat or not people))


_ENDED_BY: Final = "It ends when everybody in it hangs up; a meeting, when its organizer removes the bot"
"""What people can do, who know no ids. That the last one who hangs up ends a call is assumed."""


class Ending:
    """The end of calls, whatever goes wrong with one of them. on_left: is told, in words, which may go on."""

    def __init__(self, ask: Asking, on_left: Callable[[str], None]) -> None:
        self._ask = ask
        self._on_left = on_left
        self._changed = threading.Condition()
        self._over: set[str] = set()
        self._leaves = False

    def leave(self) -> None:
        """From here on calls are left as they are."""
        self._leaves = True

    def told(self, items: Sequence[Mapping[str, Any]]) -> None:
        """What Graph tells meanwhile."""
        with self._changed:
            for item in items:
                data = item.get("resourceData")
                if isinstance(data, dict) and data.get("state") == "terminated":
                    self._over.add(call_of(item))
            self._changed.notify_all()

    def end(self, calls: Sequence[str]) -> None:
        """Returns when Graph has told of each that it is over: whoever listens next is not told of it."""
        if self._leaves:
            return
        going = {call.lower() for call in calls if self._is_ended(call)}
        with self._changed:
            self._changed.wait_for(lambda: going <= self._over, _LAST_WORDS)

    def _is_ended(self, call: str) -> bool:
        try:
            response = self._ask("DELETE", f"/{call}")
            if response.status not in (204, 404):
                raise GraphRefused("the end of a call", response)
        except (HarnessError, OSError) as error:
            self._on_left(f"a call may go on in the tenant: {str(error).rstrip('.')}. {_ENDED_BY}")
            return False
        return response.status == 204


def _set(who: Mapping[str, Any]) -> dict[str, Any]:
    kind, identity = next(iter(who.items()))
    return {"@odata.type": f"{_GRAPH}identitySet", kind: {"@odata.type": f"{_GRAPH}identity", **identity}}


def _participant(listed: Mapping[str, Any]) -> dict[str, Any] | None:
    identities = (listed.get("info") or {}).get("identity") or {}
    known = ((kind, identities[kind]) for kind in ("user", "phone", "guest", "application") if identities.get(kind))
    found = next(known, None)
    if found is None:
        return None
    kind, identity = found
    who = {name: identity[name] for name in ("id", "displayName", "tenantId") if identity.get(name)}
    return {kind: who, "id": listed.get("id")}
