"""What a bot can know of its calls: the latest of each, folded out of answers and delivered notifications."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit

from harness.cassette.bodies import items_of, read, resource_of
from harness.cassette.format import Direction, Interaction
from harness.target.parties import Party, party_of

_RESOURCE: Final = re.compile(
    r"calls(?:/|\(')(?P<call>[^/']+)(?:'\))?(?:/(?P<what>participants|operations))?(?:/(?P<id>[^/]+))?$"
)


@dataclass(frozen=True, slots=True)
class SeenOperation:
    """An operation of a call, `status` in lower case. `code`, `subcode`, `message`: how it ended, where told."""

    id: str
    status: str
    client_context: str | None = None
    code: int | None = None
    subcode: int | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class SeenCall:
    """A call as far as it is known. `result`: how it ended, as told. `is_created`: the bot made it."""

    id: str
    state: str | None = None
    kind: str | None = None
    result: Mapping[str, Any] | None = None
    roster: tuple[Party, ...] = ()
    operations: tuple[SeenOperation, ...] = ()
    is_created: bool = False


def calls_seen(interactions: Iterable[Interaction]) -> dict[str, SeenCall]:
    """Calls by id, in order of first appearance."""
    calls: dict[str, SeenCall] = {}
    for interaction in interactions:
        if interaction.direction is Direction.CLIENT_TO_GRAPH:
            _answered(calls, interaction)
        else:
            for item in items_of(read(interaction.request.body)):
                path = urlsplit(resource_of(item)).path
                _learn(calls, path, item.get("resourceData"))
    return calls


def calls_in(path: str) -> str | None:
    """The id of the call that a path is about."""
    match = _RESOURCE.search(path)
    return None if match is None else match["call"]


def _answered(calls: dict[str, SeenCall], interaction: Interaction) -> None:
    status, body = interaction.response.status, read(interaction.response.body)
    if status is None or not 200 <= status < 300:
        return
    path, method = urlsplit(interaction.request.uri).path.rstrip("/"), interaction.request.method
    if method == "POST" and path.endswith("/communications/calls") and isinstance(body, dict) and body.get("id"):
        call_id = str(body["id"])
        _learn(calls, f"calls/{call_id}", body)
        calls[call_id] = replace(calls[call_id], is_created=True)
    elif method == "POST" and path.endswith("/participants/invite") and isinstance(body, dict):
        _learn(calls, f"{path.removesuffix('/participants/invite')}/operations/{body.get('id')}", body)
    elif method == "GET":
        _learn(calls, path, body.get("value") if isinstance(body, dict) and "value" in body else body)


def _learn(calls: dict[str, SeenCall], path: str, data: Any) -> None:
    match = _RESOURCE.search(path)
    if match is None:
        return
    call = calls.setdefault(match["call"], SeenCall(match["call"]))
    if match["what"] == "participants":
        if isinstance(data, list):
            call = replace(call, roster=tuple(party_of(p) for p in data if isinstance(p, Mapping)))
    elif match["what"] == "operations":
        for operation in data if isinstance(data, list) else [data]:
            if isinstance(operation, Mapping):
                call = _with_operation(call, operation, match["id"])
    elif isinstance(data, Mapping):
        state = data.get("state")
        call = replace(call, state=str(state) if state else call.state, result=data.get("resultInfo") or call.result)
    calls[call.id] = call


def operation_seen(data: Mapping[str, Any], named: str | None = None) -> SeenOperation:
    """An operation as Graph writes it. `named`: its id, where only the path says it."""
    result = data.get("resultInfo") or {}
    return SeenOperation(
        id=str(data.get("id") or named or ""),
        status=str(data.get("status", "")).lower(),
        client_context=data.get("clientContext"),
        code=result.get("code"),
        subcode=result.get("subcode"),
        message=result.get("message"),
    )


def _with_operation(call: SeenCall, data: Mapping[str, Any], named: str | None) -> SeenCall:
    operation = operation_seen(data, named)
    others = {o.id: o for o in call.operations}
    before = others.get(operation.id)
    if before is not None and operation.client_context is None:
        operation = replace(operation, client_context=before.client_context)
    return replace(call, operations=tuple({**others, operation.id: operation}.values()))
