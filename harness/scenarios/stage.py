"""What a story is played on: a bot of its own on any target, the people it calls, and what it has been told.

What is known of a call is what the bot was answered and told, the same on every target; nothing is polled, for every
request of a story is on its cassette.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar, cast

from harness.graph.hosts import LOGIN_HOSTS
from harness.scenarios.asking import Asking, Refused, signed_in
from harness.scenarios.props import NothingTold, Props, Reaction, StoryFailed
from harness.target import Bot, Graph, Person, TargetName, WaitedInVain
from harness.target.parties import Roster
from harness.target.seen import SeenCall, SeenOperation, calls_seen
from harness.tenant.meetings import MeetingLink

T = TypeVar("T")

_TYPE: Final = "#microsoft.graph."
_JOIN: Final = "join the meeting"
_SCRIPTED: Final = (TargetName.FAKE, TargetName.REPLAY)
_ORGANIZER: Final = "5f0f7c1e-2a4d-4c55-9a0b-6d1c1b7e2f31"
_SECONDS_OF_A_LOST_ANSWER: Final = 3.0


def accepting(environ: Any, start_response: Any) -> Iterable[bytes]:
    """The bot: takes every notification. What it was told is read from what passed."""
    start_response("202 Accepted", [("Content-Length", "0")])
    return [b""]


class Stage:
    """The steps that stories are made of. Each says what happens; each raises StoryFailed where it does not."""

    def __init__(self, graph: Graph, props: Props) -> None:
        self.graph = graph
        self.bot: Bot = graph.bot(accepting)
        self.ended: list[str] = []
        self._props = props
        self._token = ""
        self._made: dict[str, str] = {}
        self._gone: set[str] = set()
        self._problems: dict[str, str] = {}
        self._is_creating = False
        self._names: dict[str, str] = {}
        self._request = Asking(graph.answer, base=props.graph_url, token=self._bearer, pause=self._pause)

    # ---- who is there

    def people(self, count: int) -> list[Person]:
        ids = (*self._props.users, *[None] * count)
        people = [self.graph.person(f"person {n}", id=id) for n, id in zip(range(1, count + 1), ids, strict=False)]
        self._names |= {person.id: person.name for person in people}
        return people

    def phone(self) -> Person:
        phone = self.graph.phone()
        self._names[phone.id] = "the phone"
        return phone

    def will(self, reaction: Reaction, *people: Person) -> None:
        """What they do when it rings next: where they are human, their target tells them."""
        for person in people:
            scripts = {
                Reaction.ANSWERS: person.answers,
                Reaction.DECLINES: person.declines,
                Reaction.IGNORES: person.ignores,
            }
            scripts[reaction]()

    # ---- what the bot does

    def call(self, *people: Person, from_number: bool = False) -> str:
        """A call to one person, or a group call, once it is established."""
        self.will(Reaction.ANSWERS, *people)
        members: dict[str, Any] = {"targets": [_invitee(person) for person in people], "tenantId": self.bot.tenant_id}
        if from_number:
            instance = {"applicationInstance": {"@odata.type": f"{_TYPE}identity", "id": self._props.app_instance}}
            members["source"] = {
                "@odata.type": f"{_TYPE}participantInfo",
                "identity": {"@odata.type": f"{_TYPE}identitySet", **instance},
            }
        return self._create(f"call {self._named(people)}", members)

    def join(self) -> str:
        """A call that joins the meeting, once it is established."""
        usual = MeetingLink("19:meeting_c2NlbmFyaW8@thread.v2", "0", _ORGANIZER, self.bot.tenant_id)
        return self._create(_JOIN, (self._props.meeting or usual).members())

    def invite(self, call: str, *people: Person, replaces: str | None = None) -> tuple[str, list[str]]:
        """An operation that invites people, and the ids under which they are participants."""
        invitees = [_invitee(person) for person in people]
        if replaces is not None:
            invitees[0]["replacesCallId"] = replaces
        self._say(f"invite {self._named(people)}{', to replace the call' if replaces else ''}")
        body = {"participants": invitees, "clientContext": "d45324c1-fcb5-430a-902c-f20af696537c"}
        operation = self._request("POST", f"/calls/{call}/participants/invite", body)
        shown = _member(operation, "participants", "invite") or []
        return str(_member(operation, "id", "invite")), [
            str(one.get("participantId") or one.get("id")) for one in shown
        ]

    def remove(self, call: str, participant: str) -> None:
        self._say("take the invitation back")
        self._request("DELETE", f"/calls/{call}/participants/{participant}")

    def hang_up(self, call: str) -> None:
        """End a call, and wait for its end to be told."""
        self._say("hang up")
        self._request("DELETE", f"/calls/{call}")
        self.is_over(call)

    # ---- what Graph tells

    def ends(self, call: str, operation: str, status: str) -> SeenOperation:
        """The operation, once it has ended as it should."""
        ended = self._until(lambda: self._ended(call, operation), "the operation to end")
        if ended.status != status:
            why = f" with {ended.code}/{ended.subcode}" if ended.code is not None else ""
            raise StoryFailed(f"the operation ended {ended.status!r}{why}, where {status!r} was to be seen")
        self._say(f"the operation {ended.status}")
        return ended

    def has(self, call: str, *people: Person) -> Roster:
        """The roster, once they are in it."""

        def all_there() -> Roster | None:
            roster = Roster(self.seen(call).roster)
            return roster if all(person in roster for person in people) else None

        return self._until(all_there, f"{self._named(people)} to be in the call")

    def is_over(self, call: str) -> None:
        self._until(lambda: self.seen(call).state == "terminated", "the call to end")
        self._say("the call ended")

    def seen(self, call: str) -> SeenCall:
        """As far as the bot knows it."""
        return calls_seen(self.graph.interactions).get(call, SeenCall(call))

    # ---- in the end

    def clean_up(self) -> None:
        """End every call that may still stand, whatever becomes of one of them; see `left`."""
        self._await_lost_answer()
        for call in self._standing():
            try:
                self._request("DELETE", f"/calls/{call}")
                self.ended.append(call)
            except Exception as error:  # whatever it is, the other calls are to be ended
                if getattr(error, "status", None) == 404:
                    self._gone.add(call)
                self._problems[call] = str(error) or type(error).__name__

    def left(self) -> list[str]:
        """Calls that are not ended, each in words: which, why, and how people end it, who know no ids."""
        return [self._left(call) for call in self._standing()]

    # ---- inside

    def _standing(self) -> list[str]:
        seen = calls_seen(self.graph.interactions)
        over = {call for call, known in seen.items() if known.state == "terminated"}
        return [call for call in dict.fromkeys((*self._made, *seen)) if call not in {*over, *self.ended, *self._gone}]

    def _left(self, call: str) -> str:
        """That the last one who hangs up ends a call is assumed."""
        what = self._made.get(call)
        which = f"the one to {what!r}" if what else "one whose answer was lost"
        why = f": {self._problems[call]}" if call in self._problems else ""
        how = "whoever organizes the meeting removes the bot" if what == _JOIN else "everybody in it hangs up"
        return f"a call may still stand, {which}{why}. It ends when {how}"

    def _create(self, what: str, members: Mapping[str, Any]) -> str:
        self._say(what)
        body = {
            "@odata.type": f"{_TYPE}call",
            "callbackUri": self.bot.callback_uri,
            "requestedModalities": ["audio"],
            "mediaConfig": {"@odata.type": f"{_TYPE}serviceHostedMediaConfig"},
            **members,
        }
        made = self._made_by(what, body)
        state = self._until(lambda: self._settled(made), "the call to be established")
        if state != "established":
            raise StoryFailed(f"the call ended, {self._result(made)}, where it was to be established")
        self._say("the call is established")
        return made

    def _made_by(self, what: str, body: Mapping[str, Any]) -> str:
        """The new call's id. Where no answer comes, nobody knows whether there is a call."""
        self._is_creating = True
        try:
            made = str(_member(self._request("POST", "/calls", body), "id", "new call"))
        except Refused:
            self._is_creating = False
            raise
        self._made[made] = what
        self._is_creating = False
        return made

    def _settled(self, call: str) -> str | None:
        state = self.seen(call).state
        return state if state in ("established", "terminated") else None

    def _result(self, call: str) -> str:
        result = self.seen(call).result or {}
        return f"with {result.get('code', 0)}/{result.get('subcode', 0)}"

    def _ended(self, call: str, operation: str) -> SeenOperation | None:
        found = (o for o in self.seen(call).operations if o.id == operation)
        return next((o for o in found if o.status in ("completed", "failed")), None)

    def _until(self, condition: Callable[[], T | None], what: str) -> T:
        try:
            return cast(T, self.graph.wait_for(condition, timeout=self._props.patience))
        except WaitedInVain:
            told = [str(received) for received in self.bot.received]
        if not told:
            raise NothingTold(
                f"waited {self._props.patience:g} s for {what}, and Graph told nothing: it does not reach the bot at "
                "GRAPH_CALLBACK_URL; `graph-harness doctor --callback-port P` tries it"
            )
        raise StoryFailed(f"waited {self._props.patience:g} s for {what}; told: {', '.join(told)}")

    def _await_lost_answer(self) -> None:
        """A call whose answer got lost is told of all the same."""
        if self._is_creating:
            known = set(self._made)
            with suppress(WaitedInVain):
                self.graph.wait_for(
                    lambda: set(calls_seen(self.graph.interactions)) - known, timeout=_SECONDS_OF_A_LOST_ANSWER
                )

    def _bearer(self) -> str:
        if self._props.token is not None:
            return self._props.token()
        if not self._token:
            self._token = signed_in(
                self.graph.answer,
                LOGIN_HOSTS[0],
                tenant_id=self.bot.tenant_id,
                client_id=self.bot.app_id,
                secret=self.bot.client_secret,
            )
        return self._token

    def _pause(self, seconds: float) -> None:
        self._say(f"Graph asks to come again after {seconds:g} s")
        (self.graph.advance if self.graph.target in _SCRIPTED else time.sleep)(seconds)

    def _say(self, text: str) -> None:
        self._props.say(text)

    def _named(self, people: Sequence[Person]) -> str:
        return " and ".join(self._names.get(person.id, person.name) for person in people)


def _member(answer: Any, name: str, what: str) -> Any:
    """Raises: StoryFailed for an answer that is not of Graph."""
    if not isinstance(answer, Mapping) or not answer.get("id"):
        raise StoryFailed(f"the answer to the {what} has no id: does something on the way answer in Graph's place?")
    return answer.get(name)


def _invitee(person: Person) -> dict[str, Any]:
    kind, _ = person.key
    identity = {"@odata.type": f"{_TYPE}identity", "id": person.id}
    return {
        "@odata.type": f"{_TYPE}invitationParticipantInfo",
        "identity": {"@odata.type": f"{_TYPE}identitySet", kind: identity},
    }
