"""Graph's routes below `/{version}/communications` and `/{version}/app`: calls, participants, operations.

A route reads the request, asks the world, writes the answer; it decides nothing. Routes that Graph has and the fake
has not are in `NOT_BUILT` and answer 501 with the name of what is missing.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from flask import Blueprint, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from harness.graph import parsing, roster, wire
from harness.graph.actions import ACTIONS, Action
from harness.graph.paths import CALL_ACTIONS, OTHER_RESOURCES
from harness.graph.refusals import refuse
from harness.graph.types import Application
from harness.server import bodies, recordings
from harness.server.fake import asked_now, fake_of
from harness.server.world import World

blueprint = Blueprint("communications", __name__)
"""Registered once for every version and family, which the views are given."""

_CALL: Final = "/calls/<call_id>"
QUERY_OPTIONS: Final = frozenset(
    {"select", "expand", "filter", "orderby", "search", "top", "skip", "skiptoken", "count", "format"}
)
"""Of OData, with or without `$`, in any letter case."""

Answer = tuple[dict[str, Any], int, dict[str, str]] | tuple[dict[str, Any], int] | Response


def _world() -> World:
    return fake_of(current_app).world


@blueprint.before_request
def _refuse_query_options() -> None:
    """No query option is built; each is refused loudly."""
    if not request.query_string:
        return
    for name in request.args:
        if name.lower().removeprefix("$") in QUERY_OPTIONS:
            raise refuse("not-built", what=f"query option '{name}'")


def _application() -> Application:
    """For whom the token of this request speaks; `harness.server.app` has read it."""
    application: Application = g.application
    return application


def _body() -> Any:
    """The request's JSON, of whatever type. Raises: GraphError `unreadable-json` (observed, msgraph-sdk-php 632)."""
    asked = asked_now()
    if asked.mimetype != "application/json":
        raise refuse("unreadable-json")
    try:
        return bodies.parsed(asked.get_data())
    except HTTPException:
        raise
    except (ValueError, RecursionError):
        raise refuse("unreadable-json") from None


def _base() -> str:
    """Scheme and host as the request named them; werkzeug's own `host_url` is twenty times as slow."""
    asked = asked_now()
    return f"{asked.scheme}://{asked.host}"


@blueprint.post("/calls")
def create_call(version: str, family: str) -> Answer:
    call = _world().create(parsing.new_call(_body()), _application())
    base = _base()
    location = wire.call_url(base, version, family, call.id)
    return wire.created_call(call, base=base, version=version), 201, {"Location": location}


@blueprint.get(_CALL)
def get_call(version: str, family: str, call_id: str) -> Answer:
    call = _world().call(call_id, _application())
    return wire.got_call(call, base=_base(), version=version, family=family), 200


@blueprint.delete(_CALL)
def delete_call(version: str, family: str, call_id: str) -> Answer:
    _world().hang_up(call_id, _application())
    return Response(status=204)


@blueprint.get(f"{_CALL}/participants")
def list_participants(version: str, family: str, call_id: str) -> Answer:
    call = _world().call(call_id, _application())
    return wire.listed_participants(call, base=_base(), version=version, family=family), 200


@blueprint.get(f"{_CALL}/participants/<participant_id>")
def get_participant(version: str, family: str, call_id: str, participant_id: str) -> Answer:
    call = _world().call(call_id, _application())
    participant = roster.find_shown(call, participant_id)
    return wire.got_participant(participant, call_id=call.id, base=_base(), version=version, family=family), 200


@blueprint.delete(f"{_CALL}/participants/<participant_id>")
def delete_participant(version: str, family: str, call_id: str, participant_id: str) -> Answer:
    _world().remove(call_id, participant_id, _application())
    return Response(status=204)


@blueprint.post(f"{_CALL}/participants/invite")
def invite(version: str, family: str, call_id: str) -> Answer:
    world, application = _world(), _application()
    asked = parsing.invite_request(_body(), names_a_call=lambda named: world.named_call(named, application) is not None)
    operation = world.invite(call_id, asked, application)
    base = _base()
    location = wire.operation_url(base, version, family, call_id, operation.id)
    return wire.invited(operation, base=base, version=version), 200, {"Location": location}


@blueprint.get(f"{_CALL}/operations")
def list_operations(version: str, family: str, call_id: str) -> Answer:
    call = _world().operations(call_id, _application())
    return wire.listed_operations(call, base=_base(), version=version, family=family), 200


@blueprint.get(f"{_CALL}/operations/<operation_id>")
def get_operation(version: str, family: str, call_id: str, operation_id: str) -> Answer:
    operation = _world().operation(call_id, operation_id, _application())
    body = wire.got_operation(operation, call_id=call_id, base=_base(), version=version, family=family)
    return body, 200


_PATHS: Final = {
    "call": _CALL,
    "participant": f"{_CALL}/participants/<participant_id>",
    "participant[]": f"{_CALL}/participants",
}


def _perform(action: Action, version: str, family: str, call_id: str, participant_id: str | None = None) -> Answer:
    if action.only_beta and version != "beta":
        raise refuse("unknown-path", segment=action.name)
    # Without parameters that have to be there a body may be left out (documented, call-keepalive; else assumed).
    body = _body() if request.content_length else {}
    asked = parsing.parameters(action.name, body, bound_to=action.bound_to)
    base = _base()
    operation = _world().perform(
        call_id, action, asked, _application(), participant_id=participant_id, recordings=f"{base}{recordings.PREFIX}"
    )
    if operation is None:
        return Response(status=action.status)
    location = wire.operation_url(base, version, family, call_id, operation.id)
    return wire.acted(operation, base=base, version=version), action.status, {"Location": location}


for _action in ACTIONS:
    blueprint.add_url_rule(
        f"{_PATHS[_action.bound_to]}/{_action.name}",
        _action.verb.replace("-", "_"),
        partial(_perform, _action),
        methods=["POST"],
    )

_BUILT: Final = {(action.name, action.bound_to) for action in ACTIONS} | {("invite", "participant[]")}

# What Graph has and the fake has not: (methods, path, name).
_GROUP: Final = f"{_CALL}/audioRoutingGroups/<group_id>"
NOT_BUILT: Final[tuple[tuple[tuple[str, ...], str, str], ...]] = (
    *(
        (("POST",), f"{_CALL}/{action}", f"action '{action}'")
        for action in CALL_ACTIONS
        if (action, "call") not in _BUILT
    ),
    (("GET",), f"{_CALL}/contentSharingSessions", "content sharing sessions"),
    (("GET",), f"{_CALL}/contentSharingSessions/<session_id>", "content sharing sessions"),
    (("GET", "POST"), f"{_CALL}/audioRoutingGroups", "audio routing groups"),
    (("GET", "PATCH", "DELETE"), _GROUP, "audio routing groups"),
    (("POST",), "/calls/logTeleconferenceDeviceQuality", "action 'logTeleconferenceDeviceQuality'"),
    (("GET",), "/calls", "listing of calls"),
    *(
        (("GET", "POST", "PATCH", "PUT", "DELETE"), f"/{name}{rest}", f"'/communications/{name}'")
        for name in OTHER_RESOURCES
        for rest in ("", "/<path:rest>")
    ),
)


def _add_not_built() -> None:
    for number, (methods, path, what) in enumerate(NOT_BUILT):

        def missing(what: str = what, **_: str) -> Answer:
            raise refuse("not-built", what=what)

        blueprint.add_url_rule(path, f"not_built_{number}", missing, methods=list(methods))


_add_not_built()


def unknown_segment(segments: list[str]) -> str:
    """The first segment of a path below a known root that no route has there.

    segments: of a canonical path that was not routed, from the version on.
    """
    adapter = current_app.url_map.bind("graph.microsoft.com")
    known = segments[:2]
    for segment in segments[2:]:
        known.append(segment)
        probe = "/" + "/".join(known)
        if not adapter.allowed_methods(probe):
            return segment
    return segments[-1]
