"""What becomes of a call: a few canned courses, one thing after the other. No rule of Graph is checked here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from tests.standin import bodies
from tests.standin.bodies import JSON
from tests.standin.knobs import Standing
from tests.standin.telling import Telling

_DECLINED: Final = (403, 0, "Call was declined. DiagCode: 603#0.@")
_UNANSWERED: Final = (408, 0, "Call timed out. DiagCode: 408#10057.@")


@dataclass
class Operation:
    id: str
    context: str | None
    invitees: list[JSON]
    status: str = "running"
    pending: dict[str, str] = field(default_factory=dict)  # participant id -> party


@dataclass
class Call:
    id: str
    chain: str
    mine: str
    body: JSON
    is_group: bool
    callback: str
    members: dict[str, str | None] = field(default_factory=dict)  # participant id -> party; None is the bot
    operations: dict[str, Operation] = field(default_factory=dict)
    is_ended: bool = False

    def link(self, member: str) -> str:
        return bodies.replacement_link(self.id, member, self.members.get(member))

    def roster(self) -> list[JSON]:
        return [bodies.participant(member, party, self.link(member)) for member, party in list(self.members.items())]


class Calls:
    def __init__(self, standing: Standing, telling: Telling) -> None:
        self._standing = standing
        self._telling = telling
        self._calls: dict[str, Call] = {}

    def find(self, call: str) -> Call | None:
        """A call that has not ended."""
        found = self._calls.get(call.lower())
        return None if found is None or found.is_ended else found

    def forget(self) -> None:
        self._calls = {}

    @property
    def standing_ones(self) -> list[str]:
        return [call.id for call in self._calls.values() if not call.is_ended]

    def create(self, asked: JSON) -> Call:
        new_id = self._standing.drawn.id
        call_id, chain, mine = new_id(), new_id(), new_id()
        body = bodies.call_made(asked, call_id, chain, mine, self._standing.knobs.padding)
        is_group = len(asked.get("targets") or []) != 1
        call = Call(call_id, chain, mine, body, is_group, asked["callbackUri"], {mine: None})
        self._calls[call_id] = call
        self._telling.later(0, lambda: self._tell_call(call, "updated", state="establishing", callChainId=chain))
        wanted = [bodies.party_of(target) for target in asked.get("targets") or []]
        behaviour = self._behaviour(wanted[0]) if len(wanted) == 1 else "answers"
        self._telling.later(self._seconds(behaviour), lambda: self._answered(call, wanted, behaviour))
        return call

    def invite(self, call: Call, asked: JSON) -> Operation:
        invitees: list[JSON] = asked["participants"]
        new_id = self._standing.drawn.id
        operation = Operation(new_id(), asked.get("clientContext"), invitees)
        call.operations[operation.id] = operation
        operation.pending = {one.get("participantId") or new_id(): bodies.party_of(one) for one in invitees}
        behaviours = [self._behaviour(party) for party in operation.pending.values()]
        failing = next((b for b in behaviours if b != "answers"), "answers")
        self._telling.later(self._seconds(failing), lambda: self._invited(call, operation, failing))
        return operation

    def remove(self, call: Call, member: str) -> bool:
        """Whether there was such a participant, in the call or still being rung."""
        ringing = [o for o in call.operations.values() if member in o.pending and o.status == "running"]
        if ringing:
            self._telling.later(0, lambda: self._invited(call, ringing[0], "removed"))
            return True
        if member not in call.members:
            return False
        del call.members[member]
        self._telling.later(0, lambda: self._tell_roster(call))
        return True

    def hang_up(self, call: Call) -> None:
        call.is_ended = True
        self._telling.later(0, lambda: self._tell_call(call, "updated", state="terminating"))
        self._telling.later(self._standing.knobs.ring, lambda: self._tell_end(call, bodies.result(200, 0, "OK.")))

    def _behaviour(self, party: str) -> str:
        return self._standing.knobs.people.get(party.lower(), "answers")

    def _seconds(self, behaviour: str) -> float:
        return self._standing.knobs.patience if behaviour == "ignores" else self._standing.knobs.ring

    def _answered(self, call: Call, wanted: list[str], behaviour: str) -> None:
        if call.is_ended:
            return
        if behaviour != "answers":
            call.is_ended = True
            self._tell_end(call, bodies.result(*(_DECLINED if behaviour == "declines" else _UNANSWERED)))
            return
        call.members |= {self._standing.drawn.id(): party for party in wanted}
        call.body["state"] = "established"
        told = bodies.established(call.body["chatInfo"])
        if self._standing.knobs.undeclared:
            told |= bodies.undeclared(call.id, call.link(call.mine))
        self._telling.tell(call.callback, call.chain, self._item(call, "", "updated", {**told, "id": call.id}))
        self._tell_roster(call)

    def _invited(self, call: Call, operation: Operation, how: str) -> None:
        if call.is_ended or operation.status != "running":
            return
        failure = self._failure(operation, how)
        operation.status = "failed" if failure else "completed"
        ended = bodies.operation_ended(operation.id, operation.context, operation.invitees, failure)
        self._telling.tell(call.callback, call.chain, self._item(call, f"/operations/{operation.id}", "deleted", ended))
        if failure is None:
            call.members |= operation.pending
            self._tell_roster(call)
            self._replace(operation)

    def _failure(self, operation: Operation, how: str) -> JSON | None:
        if how == "answers":
            return None
        party = next(iter(operation.pending.values()))
        mri = f"4:{party}" if party.startswith("+") else f"8:orgid:{party}"
        code, reason = {
            "declines": (403, "Call was declined by the callee. DiagCode: 603#10037"),
            "ignores": (408, "Call timed out. DiagCode: 408#10057"),
            "removed": (400, "The add participant request was cancelled. DiagCode: 0#5003"),
        }[how]
        return bodies.result(code, 9999, f"addParticipants failed for participant {mri}. Underlying reason: {reason}.@")

    def _replace(self, operation: Operation) -> None:
        replaced = self.find(str(operation.invitees[0].get("replacesCallId") or ""))
        if replaced is not None:
            replaced.is_ended = True
            self._tell_end(replaced, bodies.result(200, 0, "Call was replaced. DiagCode: 0#5300.@"))

    def _tell_end(self, call: Call, result: JSON) -> None:
        self._tell_call(call, "deleted", state="terminated", resultInfo=result, callChainId=call.chain)

    def _tell_call(self, call: Call, change: str, **members: Any) -> None:
        data = {"@odata.type": "#microsoft.graph.call", **members, "id": call.id}
        self._telling.tell(call.callback, call.chain, self._item(call, "", change, data))

    def _tell_roster(self, call: Call) -> None:
        self._telling.tell(call.callback, call.chain, self._item(call, "/participants", "updated", call.roster()))

    def _item(self, call: Call, below: str, change: str, data: Any) -> JSON:
        path = f"calls/{call.id}{below}"
        return {
            "changeType": change,
            "resource": f"/app/{path}",
            "resourceUrl": f"/communications/{path}",
            "resourceData": data,
        }
