"""Faults as JSON: what a client is answered, and how control reads and shows them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from harness.errors import GraphError, UsageError
from harness.graph import wire
from harness.server.faults import Fault, defaults_of, refuse_wrong_values


def words(fault: Fault) -> tuple[int, str, str]:
    """Status, code and message of a fault's answer; of a fault without one, those of an answer that nobody gets."""
    status = fault.status or 503
    default = defaults_of(fault.verb).get(status)
    code = fault.code or (default.code if default else "")
    message = fault.message if fault.message is not None else (default.message if default else "")
    return status, code, message


def answer(fault: Fault, *, date: str, request_id: str, client_request_id: str) -> dict[str, Any]:
    """The body of a fault's answer, an error of Graph's.

    date: seconds, no zone. The members that 429 has beside the usual ones: documented, throttling.
    """
    status, code, message = words(fault)
    refused = GraphError("fault", status, code, message)
    body = wire.error(refused, date=date, request_id=request_id, client_request_id=client_request_id)
    if status == 429:
        inner = body["error"]["innerError"]
        body["error"]["innerError"] = {"code": "429", **inner, "message": "Please retry after", "status": "429"}
    return body


def retry_after(seconds: float) -> str:
    """As a header has it: 2, or 2.128 (documented, throttling); thousandths at most."""
    return f"{seconds:.3f}".rstrip("0").rstrip(".")


def fault_from_json(value: Mapping[str, Any], place: str) -> Fault:
    """`{"verb": "invite", "status": 503, "retryAfter": 2}`; names are those of `Fault`. Raises: UsageError."""
    names = {wire.camel(f.name): f.name for f in fields(Fault)}
    unknown = [name for name in value if name not in names]
    if unknown:
        raise UsageError(f"{place}: unknown {', '.join(map(repr, unknown))}; known: {', '.join(names)}")
    given = {"verb": None, **{names[name]: member for name, member in value.items()}}
    refuse_wrong_values(place, given, wire.camel)
    return Fault(**given)


def fault_to_json(fault: Fault) -> dict[str, Any]:
    return {wire.camel(f.name): getattr(fault, f.name) for f in fields(Fault)}
