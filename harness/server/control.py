"""The fake's own routes below `/__admin/`: health, reset, calls, people, rules, faults, clock, deliveries, requests.

They answer in plain JSON; a wrong request is 400 with `problem`. No web page can command a fake on loopback: what
changes something must say `application/json`, which pages of another origin cannot send, and the fake must be called
`localhost` or by its address, which a page cannot do under a name of its own.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Blueprint, current_app, request

from harness.delivery.clock import VirtualClock
from harness.delivery.outbox import Delivery
from harness.delivery.settings import settings_from_json, settings_to_json
from harness.errors import GraphError, UsageError
from harness.graph.types import Call, OperationStatus
from harness.server import bodies, given, seeding
from harness.server.fake import fake_of
from harness.server.fault_bodies import fault_from_json, fault_to_json
from harness.server.faults import Held
from harness.server.outside import VERBS, happen
from harness.server.world import World

PREFIX: Final = "/__admin"

blueprint = Blueprint("control", __name__, url_prefix=PREFIX)

Answer = tuple[dict[str, Any], int]

_STATUSES: Final = {"completes": OperationStatus.COMPLETED, "fails": OperationStatus.FAILED}


def is_control(path: str) -> bool:
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def problem(status: int, text: str) -> Answer:
    return {"problem": text}, status


def _world() -> World:
    return fake_of(current_app).world


@blueprint.before_request
def _refuse_web_pages() -> None:
    host = urlsplit(f"//{request.host}").hostname or ""
    if not fake_of(current_app).settings.any_control_host and not is_plain(host):
        raise UsageError(f"control is called {host!r}: call it by its address, or as localhost")
    if request.method in ("POST", "PUT") and request.mimetype != "application/json":
        raise UsageError(f"expected Content-Type application/json, got {request.mimetype or 'none'!r}")


def is_plain(host: str) -> bool:
    """Whether a host is an address or `localhost`, which no web page can pretend to be."""
    try:
        ip_address(host)
    except ValueError:
        return host == "localhost"
    return True


@blueprint.errorhandler(UsageError)
def _asked_wrongly(error: UsageError) -> Answer:
    return problem(400, str(error))


@blueprint.errorhandler(GraphError)
def _refused(error: GraphError) -> Answer:
    return problem(error.status, error.message)


def _json(*known: str) -> dict[str, Any]:
    """The request's JSON object, empty when there is no body. Raises: UsageError."""
    data = request.get_data()
    if not data:
        return {}
    try:
        value = bodies.parsed(data)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the body is no JSON: {error}") from None
    if not isinstance(value, dict):
        raise UsageError(f"expected a JSON object, got {value!r}")
    unknown = sorted(set(value) - set(known)) if known else []
    if unknown:
        raise UsageError(f"unknown {', '.join(map(repr, unknown))}; known: {', '.join(known)}")
    return value


@blueprint.get("/health")
def health() -> Answer:
    return {"status": "ok"}, 200


@blueprint.post("/reset")
def reset() -> Answer:
    """Forget everything. `{"seed": 7}` makes the ids that follow repeatable."""
    seed = _json("seed").get("seed")
    if seed is not None and type(seed) is not int:
        raise UsageError(f"seed: expected a whole number, got {seed!r}")
    fake_of(current_app).reset(seed)
    return {"status": "reset"}, 200


@blueprint.get("/calls")
def list_calls() -> Answer:
    return {"calls": [_shown(call) for call in _world().calls()]}, 200


@blueprint.post("/calls")
def seed_call() -> Answer:
    """Put a call in, in any state; the form is that of `harness.server.given`. Nothing is told."""
    world = _world()
    seeded = given.read_call(_json(), "call", world.application, world.new_id)
    seeding.put(world, seeded)
    return _shown(seeded.call), 201


@blueprint.post("/incoming")
def incoming() -> Answer:
    """Somebody calls the bot: a call as `POST /__admin/calls` takes it, with who calls as `source`. The bot is told."""
    world = _world()
    seeded = given.read_incoming(_json(), "call", world.application, world.new_id)
    seeding.ring(world, seeded)
    return _shown(seeded.call), 201


@blueprint.post("/people")
def script_person() -> Answer:
    """How somebody reacts from now on: `{"user": {"id": …}, "declines": {"after": 3}}`."""
    _world().add_person(given.read_person(_json(), "person"))
    return {"status": "known"}, 201


@blueprint.post(f"/calls/<call_id>/<any({', '.join(VERBS)}):what>")
def happens(call_id: str, what: str) -> Answer:
    """Somebody does something, or the service does: `harness.server.outside` says what and with which body."""
    told = happen(_world(), call_id, what, _json())
    return (told, 200) if told else _shown_if_alive(call_id)


@blueprint.post("/calls/<call_id>/operations/<operation_id>/<any(completes, fails):what>")
def finish(call_id: str, operation_id: str, what: str) -> Answer:
    """An operation ends now: as it was planned, or `{"code": 200, "subcode": 8515, "message": …, "members": {…}}`."""
    _world().finish(call_id, operation_id, given.read_end(_json(), "body", _STATUSES[what]))
    return _shown_if_alive(call_id)


@blueprint.get("/clock")
def read_clock() -> Answer:
    clock = _world().clock
    return {"now": clock.now().isoformat(), "pending": clock.pending}, 200


@blueprint.post("/clock")
def move_clock() -> Answer:
    """`{"advance": 60}` lets so many seconds pass; `{"drain": true}`, virtual clock only, all that is needed."""
    body = _json("advance", "drain")
    clock = _world().clock
    if body.get("drain") is True:
        if not isinstance(clock, VirtualClock):
            raise UsageError("drain: this fake runs on real time; use advance")
        return {"now": clock.now().isoformat(), "happened": clock.drain()}, 200
    seconds = body.get("advance")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= 10**7:
        raise UsageError(f"advance: expected seconds, from 0 to 10000000, got {seconds!r}")
    happened = clock.advance(float(seconds))
    return {"now": clock.now().isoformat(), "happened": happened}, 200


@blueprint.get("/deliveries")
def list_deliveries() -> Answer:
    """Every attempt to deliver a notification, oldest first, and the settings that apply to calls without own ones."""
    outbox = _world().outbox
    return {
        "settings": settings_to_json(outbox.settings),
        "pending": outbox.pending,
        "forgotten": outbox.dropped_from_journal,
        "deliveries": [_shown_delivery(d) for d in outbox.deliveries()],
    }, 200


@blueprint.put("/deliveries")
def set_delivery() -> Answer:
    """Order, delay, jitter, drop, duplicate, retries, backoff for all calls without settings of their own."""
    outbox = _world().outbox
    outbox.settings = settings_from_json(_json(), "body")
    return {"settings": settings_to_json(outbox.settings)}, 200


@blueprint.get("/rules")
def show_rules() -> Answer:
    """Rules of the service that can be loosened; `harness.graph.types.Rules` says what they are and how we know."""
    return given.rules_to_json(_world().rules), 200


@blueprint.put("/rules")
def set_rules() -> Answer:
    """Change the rules that are named: `{"severalNeedChat": false}`."""
    world = _world()
    world.rules = given.read_rules(_json(), "body", world.rules)
    return given.rules_to_json(world.rules), 200


@blueprint.get("/faults")
def list_faults() -> Answer:
    """Faults that are spent and that are active, and requests that did not wait as long as they were told."""
    fake = fake_of(current_app)
    return {
        "faults": [_shown_fault(held) for held in fake.faults.held()],
        "impatient": [
            {"application": i.application, "method": i.method, "path": i.path}
            | {"retryAfter": i.retry_after, "waited": i.waited}
            for i in fake.impatient
        ],
    }, 200


@blueprint.post("/faults")
def add_fault() -> Answer:
    """`{"verb": "invite", "status": 503, "retryAfter": 2}`: the next invite is met by it."""
    faults = fake_of(current_app).faults
    number = faults.add(fault_from_json(_json(), "fault"))
    return {"number": number}, 201


@blueprint.delete("/faults")
def clear_faults() -> Answer:
    fake_of(current_app).faults.clear()
    return {"faults": []}, 200


@blueprint.delete("/faults/<int:number>")
def remove_fault(number: int) -> Answer:
    fake_of(current_app).faults.remove(number)
    return {"number": number}, 200


@blueprint.get("/requests")
def list_requests() -> Answer:
    asked = list(fake_of(current_app).asked)
    return {
        "requests": [
            {
                "number": a.number,
                "method": a.method,
                "path": a.path,
                "status": a.status,
                "requestId": a.request_id,
                "fault": fault_to_json(a.fault) if a.fault else None,
                "body": a.body.decode("utf-8", "replace"),
            }
            for a in asked
        ]
    }, 200


def _shown_if_alive(call_id: str) -> Answer:
    for call in _world().calls():
        if call.id == call_id:
            return _shown(call), 200
    return {"id": call_id, "state": "terminated"}, 200


def _shown(call: Call) -> dict[str, Any]:
    return {
        "id": call.id,
        "kind": call.kind,
        "state": call.state,
        "callbackUri": call.callback_uri,
        "myParticipantId": call.my_participant_id,
        "participants": [
            {"id": p.id, str(p.identity.kind): p.identity.id, "hidden": p.hidden} for p in call.participants
        ],
        "ringing": [
            {"participantId": i.participant_id, str(i.person.identity.kind): i.person.identity.id} for i in call.pending
        ],
        "operations": [
            {"id": o.id, "kind": o.kind, "status": o.status, "clientContext": o.client_context} for o in call.operations
        ],
    }


def _shown_fault(held: Held) -> dict[str, Any]:
    return {"number": held.number, "matched": held.matched, "hits": held.hits, **fault_to_json(held.fault)}


def _shown_delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "number": delivery.number,
        "call": delivery.call_id,
        "kind": delivery.kind,
        "label": delivery.label,
        "callbackUri": delivery.callback_uri,
        "attempt": delivery.attempt,
        "at": delivery.at.isoformat(),
        "status": delivery.status,
        "result": delivery.result,
        "problem": delivery.problem,
        "body": _text(delivery.body),
    }


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")
