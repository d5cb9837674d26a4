"""`graph.microsoft.com`: the routes of calls, and what goes wrong with them on demand."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from typing import Any, Final

import flask

from tests.standin.bodies import JSON, operation_ended, operation_running
from tests.standin.calls import Call, Calls
from tests.standin.knobs import Standing
from tests.standin.planted import ROLE_INSTANCE

HOST: Final = "graph.microsoft.com"
REFUSALS: Final = {
    "7503": (
        "UnknownError",
        '{"errorCode":"7503","message":"Application is not registered in our store.","instanceAnnotations":[]}',
    ),
    "7504": ("7504", "Insufficient enterprise tenant permissions, cannot access this API."),
    "7505": ("7505", "Request authorization tenant mismatch."),
}
_BELOW: Final = f"https://{HOST}/v1.0/communications/calls"
_CONTENT: Final = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"


def graph(standing: Standing, calls: Calls) -> flask.Blueprint:
    room = flask.Blueprint("graph", __name__, url_prefix="/<version>/communications/calls")

    @room.url_value_preprocessor
    def either_version(endpoint: str | None, values: JSON | None) -> None:
        (values or {}).pop("version")

    @room.before_request
    def troubled() -> Any:
        return _trouble(standing)

    @room.after_request
    def finished(answer: flask.Response) -> flask.Response:
        return _finished(answer, standing)

    @room.post("")
    def create() -> Any:
        asked = flask.request.get_json()
        targets = asked.get("targets") or []
        role = "Calls.Initiate.All" if len(targets) == 1 else "Calls.InitiateGroupCall.All"
        if asked.get("meetingInfo"):
            role = "Calls.JoinGroupCall.All"
        if role not in standing.knobs.roles:
            return _refused(403, *REFUSALS["7504"])
        call = calls.create(asked)
        time.sleep(standing.knobs.slow)
        return call.body, 201, {"Location": f"{_BELOW}/{call.id}"}

    @room.get("/<call_id>")
    def get(call_id: str) -> Any:
        return {**_call(calls, call_id).body, "@odata.context": f"https://{HOST}/v1.0/$metadata#app/calls/$entity"}

    @room.delete("/<call_id>")
    def hang_up(call_id: str) -> Any:
        calls.hang_up(_call(calls, call_id))
        return "", 204

    @room.post("/<call_id>/participants/invite")
    def invite(call_id: str) -> Any:
        call = _call(calls, call_id)
        if "Calls.InitiateGroupCall.All" not in standing.knobs.roles:
            return _refused(403, *REFUSALS["7504"])
        operation = calls.invite(call, flask.request.get_json())
        body = operation_running(operation.id, operation.context, operation.invitees)
        for shown, member in zip(body["participants"], operation.pending, strict=True):
            shown["participantId"] = member
        return body, 200, {"Location": f"{_BELOW}/{call.id}/operations/{operation.id}"}

    @room.get("/<call_id>/operations/<operation_id>")
    def operation(call_id: str, operation_id: str) -> Any:
        return _operation(_call(calls, call_id), operation_id)

    @room.get("/<call_id>/operations")
    def operations(call_id: str) -> Any:
        call = _call(calls, call_id)
        return {"value": [_operation(call, operation_id) for operation_id in call.operations]}

    @room.get("/<call_id>/participants")
    def participants(call_id: str) -> Any:
        call = _call(calls, call_id)
        context = f"https://{HOST}/v1.0/$metadata#communications/calls('{call.id}')/participants"
        return {"value": call.roster() if call.is_group or len(call.members) > 2 else [], "@odata.context": context}

    @room.get("/<call_id>/participants/<member>")
    def participant(call_id: str, member: str) -> Any:
        found = [one for one in _call(calls, call_id).roster() if one["id"] == member]
        return found[0] if found else _refused(404, "itemNotFound", "Participant not found.")

    @room.delete("/<call_id>/participants/<member>")
    def remove(call_id: str, member: str) -> Any:
        was_there = calls.remove(_call(calls, call_id), member)
        return ("", 204) if was_there else _refused(404, "itemNotFound", "Participant not found.")

    return room


def _call(calls: Calls, call_id: str) -> Call:
    found = calls.find(call_id)
    if found is None:
        flask.abort(flask.make_response(_refused(404, "8522", "Call not found.")))
    return found


def _operation(call: Call, operation_id: str) -> JSON:
    found = call.operations.get(operation_id)
    if found is None:
        flask.abort(flask.make_response(_refused(404, "8522", "Call not found.")))
    shown = operation_ended(found.id, found.context, found.invitees, None)
    return {**shown, "status": {"running": "Running"}.get(found.status, found.status)}


def _trouble(standing: Standing) -> Any:
    """What comes before any route."""
    token = flask.request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token not in standing.drawn:
        return _refused(401, "InvalidAuthenticationToken", "Access token is empty." if not token else "Invalid token.")
    if standing.takes_one("throttle"):
        inner = {"code": "429", "message": "Please retry after", "status": "429"}
        status = _refused(429, "TooManyRequests", "Please retry again later.", inner)
        return (*status, {"Retry-After": standing.knobs.retry_after})
    if standing.knobs.refuse:
        return _refused(403, *REFUSALS[standing.knobs.refuse])
    return None


def _refused(status: int, code: str, message: str, more: JSON | None = None) -> tuple[JSON, int]:
    request_id = flask.g.request_id
    client = flask.request.headers.get("client-request-id", request_id)
    at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    inner = {**(more or {}), "date": at, "request-id": request_id, "client-request-id": client}
    return {"error": {"code": code, "message": message, "innerError": inner}}, status


def _finished(answer: flask.Response, standing: Standing) -> flask.Response:
    """Graph's headers; compressed, or broken off, where that is asked for."""
    request_id = flask.g.request_id
    server = {"DataCenter": "West Europe", "Slice": "E", "Ring": "5", "ScaleUnit": "004", "RoleInstance": ROLE_INSTANCE}
    answer.headers["request-id"] = request_id
    answer.headers["client-request-id"] = flask.request.headers.get("client-request-id", request_id)
    answer.headers["x-ms-ags-diagnostic"] = json.dumps({"ServerInfo": server}, separators=(",", ":"))
    answer.headers["Strict-Transport-Security"] = "max-age=31536000"
    answer.headers["Cache-Control"] = "no-cache"
    body = answer.get_data()
    if body:
        answer.headers["Content-Type"] = _CONTENT
        answer.headers["OData-Version"] = "4.0"
    if body and standing.knobs.compress and "gzip" in flask.request.headers.get("Accept-Encoding", ""):
        answer.set_data(gzip.compress(body))
        answer.headers["Content-Encoding"] = "gzip"
        answer.headers["Vary"] = "Accept-Encoding"
    if standing.takes_one("cut"):
        return flask.Response(_broken(answer.get_data()), answer.status, answer.headers)
    return answer


def _broken(body: bytes) -> Iterator[bytes]:
    """Half of what was announced; then the server gives the connection up."""
    yield body[: len(body) // 2]
    raise ConnectionResetError("cut")
