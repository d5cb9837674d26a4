"""What the fake emits, held against Microsoft's schema: every member, type, enum value and null.

Stricter than the service: an open type excuses nothing; what evidence shows beside the schema is in
`EXCEPTIONS`. v1.0 is applied to beta too. What a client sends does not belong here (`harness.graph.reading`),
nor does whether an answer is the right one (the tests of the rooms).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

Schema = Mapping[str, Any]

FOLDER: Final = Path(__file__).parent / "schema"
EDM: Final = "{http://docs.oasis-open.org/odata/ns/edm}"
_TYPE: Final = "@odata.type"
_CONTEXT: Final = "@odata.context"
_NS: Final = "#microsoft.graph."
_INT_BITS: Final = {"int32": 32, "int64": 64}

_TEXT: Final[Schema] = {"type": "string"}
_FLAG: Final[Schema] = {"type": "boolean"}
_INT32: Final[Schema] = {"type": "number", "format": "int32"}
_INT64: Final[Schema] = {"type": "number", "format": "int64"}
_ANYTHING: Final[Schema] = {}
_STATUSES: Final = ("NotStarted", "Running", "Completed", "Failed")
_ROOT_ANNOTATIONS: Final = {_CONTEXT: _TEXT, "@odata.nextLink": _TEXT, "@odata.count": _INT64}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/microsoft.graph.{name}"}


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


@dataclass(frozen=True, slots=True)
class Allowed:
    """A member that evidence shows and the schema does not, or not so. Its value is checked all the same."""

    schema: Schema
    reason: str
    is_nullable: bool = False
    only_notified: bool = False


_SET: Final = "declared on communicationsIdentitySet; documented and observed on identitySet, which is open"
_INFO: Final = "observed, CS 599"
_IDENTITY: Final = "documented, participant-invite example 5; observed, CS 599"
_PRINTED: Final = "beta; printed by the v1.0 examples of application-post-calls"

EXCEPTIONS: Final[Mapping[tuple[str, str], Allowed]] = {
    ("commsNotification", "resource"): Allowed(_TEXT, "documented, participant-invite; observed since 2018"),
    ("commsNotification", "resourceData"): Allowed(_ANYTHING, "documented; `_resource` looks into it"),
    ("commsNotification", "callbackUri"): Allowed(_TEXT, "documented, application-post-calls"),
    ("inviteParticipantsOperation", "status"): Allowed(
        {"type": "string", "enum": ["completed", "failed"]},
        "documented, participant-invite; observed, CS 511: lower case in notifications",
        only_notified=True,
    ),
    ("commsOperation", "status"): Allowed(
        {"type": "string", "enum": [*_STATUSES, *(s[0].lower() + s[1:] for s in _STATUSES)]},
        "documented, the pages of all actions but invite: lower case in answers too",
    ),
    ("recordOperation", "completionReason"): Allowed(_TEXT, "documented, call-cancelmediaprocessing"),
    ("participant", "isIdentityAnonymized"): Allowed(_FLAG, "observed, CS 599"),
    ("participant", "replacementLink"): Allowed(_TEXT, "observed, CS 599, in one listing"),
    ("participantInfo", "endpointId"): Allowed(_TEXT, _INFO),
    ("participantInfo", "clientVersion"): Allowed(_TEXT, _INFO),
    ("participantInfo", "replacementLink"): Allowed(_TEXT, _INFO),
    ("participantInfo", "id"): Allowed(_TEXT, "documented, call-list-participants and participant-get", True),
    ("identity", "tenantId"): Allowed(_TEXT, _IDENTITY, True),
    ("identity", "identityProvider"): Allowed(_TEXT, _IDENTITY, True),
    ("identitySet", "phone"): Allowed(_ref("identity"), _SET, True),
    ("identitySet", "guest"): Allowed(_ref("identity"), _SET, True),
    ("identitySet", "encrypted"): Allowed(_ref("identity"), _SET, True),
    ("identitySet", "onPremises"): Allowed(_ref("identity"), _SET, True),
    ("identitySet", "applicationInstance"): Allowed(_ref("identity"), _SET, True),
    ("identitySet", "azureCommunicationServicesUser"): Allowed(_ref("identity"), _SET, True),
    ("invitationParticipantInfo", "endpointType"): Allowed(
        _ref("endpointType"), "documented, participant-invite; declared in beta", True
    ),
    ("invitationParticipantInfo", "id"): Allowed(_TEXT, "documented, participant-invite example 4", True),
    ("call", "ringingTimeoutInSeconds"): Allowed(_INT32, _PRINTED, True),
    ("call", "answeredBy"): Allowed(_ref("participantInfo"), _PRINTED, True),
    ("call", "activeModalities"): Allowed(_list(_ref("modality")), _PRINTED),
    ("call", "routingPolicies"): Allowed(_list(_TEXT), _PRINTED),
    ("call", "terminationReason"): Allowed(_TEXT, _PRINTED, True),
    ("call", "meetingCapability"): Allowed(_ANYTHING, f"{_PRINTED}; observed, CS 700", True),
    ("call", "terminationSender"): Allowed(_ref("identitySet"), "observed, Microsoft Q&A 704763"),
    ("organizerMeetingInfo", "allowConversationWithoutHost"): Allowed(
        _FLAG, "documented, application-post-calls example 5, which prints the request's"
    ),
    ("mediaConfig", "removeFromDefaultAudioGroup"): Allowed(
        _FLAG, "documented, application-post-calls examples 3 and 4, which print the request's", True
    ),
    ("callOptions", "allowGuestToBypassLobby"): Allowed(_FLAG, "observed in requests, CS 632", True),
    ("ODataErrors.InnerError", "date"): Allowed(
        {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$"},
        "documented, errors; observed everywhere: no zone",
    ),
    **{
        ("ODataErrors.InnerError", member): Allowed(_TEXT, "documented, throttling: of a 429")
        for member in ("code", "message", "status")
    },
}
"""(type, member) -> what is allowed there; derived types are included."""


ONLY_BETA: Final = ("muteAll", "configureMixer")
"""Actions that the schema of v1.0 does not have: only their answers are checked."""


@dataclass(frozen=True, slots=True)
class _At:
    """A place in a body, and whether the body is a notification."""

    place: str
    is_notified: bool

    def below(self, step: str) -> _At:
        joined = f"{self.place}.{step}" if self.place and not step.startswith("[") else self.place + step
        return _At(joined, self.is_notified)

    def says(self, problem: str) -> str:
        return f"{self.place or 'body'}: {problem}"


def check(value: Any, type_name: str, *, notification: bool = False) -> list[str]:
    """Problems of a value that stands for a type (`call`), each with its place; empty when it fits."""
    return list(_object(type_name, value, _At("", notification)))


def check_response(method: str, path: str, status: int, body: Any) -> list[str]:
    """Problems of an answer of Graph's routes, of either family and version. body: decoded; None for none."""
    if status >= 400:
        problems = [*check(body, "ODataErrors.ODataError"), *_lacks_error_members(body)]
    else:
        problems = list(_success(method, path, status, body))
    return [f"{method} {path} {status}, {problem}" for problem in problems]


def check_notifications(body: Any) -> list[str]:
    """Problems of what is posted to a bot, `resourceData` included."""
    at = _At("", True)
    problems = [*check(body, "commsNotifications", notification=True), *_lacks(body, (_TYPE, "value"), at)]
    if problems:
        return problems
    return [p for n, item in enumerate(body["value"]) for p in _resource(item, at.below(f"value[{n}]"))]


# ---- the documents


@cache
def openapi() -> Schema:
    document: Schema = json.loads((FOLDER / "communications-calls.openapi.json").read_text())
    return document


@cache
def csdl() -> ElementTree.Element:
    """The element that holds types, enums and actions."""
    root = ElementTree.parse(FOLDER / "communications-calls.csdl.xml").getroot()
    return next(root.iter(f"{EDM}Schema"))


@cache
def _schemas() -> Mapping[str, Schema]:
    return {n.removeprefix("microsoft.graph."): s for n, s in openapi()["components"]["schemas"].items()}


def _name(ref: str) -> str:
    return ref.rsplit("/", 1)[-1].removeprefix("microsoft.graph.")


@cache
def _lineage(name: str) -> tuple[str, ...]:
    """The type and its bases, nearest first."""
    bases = [_name(part["$ref"]) for part in _schemas()[name].get("allOf", ()) if "$ref" in part]
    return (name, *(ancestor for base in bases for ancestor in _lineage(base)))


@cache
def _members(name: str) -> Mapping[str, tuple[str, Schema]]:
    """member -> (type that declares it, schema), inherited ones included."""
    found: dict[str, tuple[str, Schema]] = {}
    for ancestor in _lineage(name):
        schema = _schemas()[ancestor]
        for part in schema.get("allOf", [schema]):
            found |= {member: (ancestor, s) for member, s in part.get("properties", {}).items()}
    return found


@cache
def _csdl_types() -> Mapping[str, ElementTree.Element]:
    return {e.attrib["Name"]: e for tag in ("ComplexType", "EntityType") for e in csdl().iter(EDM + tag)}


@cache
def _is_nullable(owner: str, member: str) -> bool:
    """The CSDL's word; the OpenAPI file's for error and collection schemas, which the CSDL has not.

    A collection is never null (OData); no source shows one that is.
    """
    schema = _members(owner)[member][1]
    if owner not in _csdl_types():
        return bool(schema.get("nullable"))
    if schema.get("type") == "array":
        return False
    declared = next(p for p in _csdl_types()[owner].iter(f"{EDM}Property") if p.attrib["Name"] == member)
    return declared.get("Nullable") != "false"


def _is_abstract(name: str) -> bool:
    return name in _csdl_types() and _csdl_types()[name].get("Abstract") == "true"


# ---- values


def _object(declared: str, value: Any, at: _At) -> Iterator[str]:
    if not isinstance(value, dict):
        yield at.says(f"expected {declared}, got {value!r}")
        return
    name = _type_of(declared, value)
    if name is None:
        yield at.says(f"@odata.type {value[_TYPE]!r} is not {_NS + declared!r} or derived from it")
        return
    if _is_abstract(name):
        yield at.says(f"{name} is abstract: @odata.type must name a type derived from it")
        return
    for member, item in value.items():
        if member != _TYPE:
            yield from _member(name, member, item, at)


def _type_of(declared: str, value: Mapping[str, Any]) -> str | None:
    """The type that a value says it has, None when it may not be one."""
    given = value.get(_TYPE, _NS + declared)
    if not isinstance(given, str) or not given.startswith(_NS):
        return None
    name = given.removeprefix(_NS)
    return name if name in _schemas() and declared in _lineage(name) else None


def _member(name: str, member: str, value: Any, at: _At) -> Iterator[str]:
    found = _wanted(name, member, at)
    if found is None:
        yield at.says(f"{name} has no member {member!r}")
        return
    schema, is_nullable = found
    if value is not None:
        yield from _value(schema, value, at.below(member))
    elif not is_nullable:
        yield at.below(member).says("must not be null")


def _wanted(name: str, member: str, at: _At) -> tuple[Schema, bool] | None:
    """Schema of a member and whether it may be null: an exception's first, then the declared one."""
    allowed = exception(name, member, notification=at.is_notified)
    if allowed is not None:
        return allowed.schema, allowed.is_nullable
    if member in _members(name):
        owner, schema = _members(name)[member]
        return schema, _is_nullable(owner, member)
    if not at.place and not at.is_notified and member in _ROOT_ANNOTATIONS:
        return _ROOT_ANNOTATIONS[member], False
    return None


def exception(name: str, member: str, *, notification: bool) -> Allowed | None:
    """The one place that reads `EXCEPTIONS`."""
    for ancestor in _lineage(name):
        allowed = EXCEPTIONS.get((ancestor, member))
        if allowed is not None:
            return allowed if notification or not allowed.only_notified else None
    return None


def _value(schema: Schema, value: Any, at: _At) -> Iterator[str]:
    if not schema:
        return
    if "anyOf" in schema:
        # How the converter writes a nullable X: `anyOf [X, nullable object]`. The second lets any object in.
        yield from _value(schema["anyOf"][0], value, at)
    elif "$ref" in schema:
        name = _name(schema["$ref"])
        is_enum = "enum" in _schemas()[name]
        yield from _scalar(_schemas()[name], value, at) if is_enum else _object(name, value, at)
    elif schema["type"] == "array":
        yield from _array(schema, value, at)
    else:
        yield from _scalar(schema, value, at)


def _array(schema: Schema, value: Any, at: _At) -> Iterator[str]:
    if not isinstance(value, list):
        yield at.says(f"expected an array, got {value!r}")
        return
    for n, item in enumerate(value):
        yield from _value(schema["items"], item, at.below(f"[{n}]"))


def _scalar(schema: Schema, value: Any, at: _At) -> Iterator[str]:
    kind: type = {"string": str, "boolean": bool, "number": int, "integer": int}[schema["type"]]
    is_kind = type(value) is kind
    if not is_kind:
        yield at.says(f"expected {schema['type']}, got {value!r}")
    elif "enum" in schema and value not in schema["enum"]:
        yield at.says(f"{value!r} is none of {', '.join(schema['enum'])}")
    elif "pattern" in schema and not re.search(schema["pattern"], value):
        yield at.says(f"{value!r} does not match {schema['pattern']}")
    elif kind is int and not _fits(value, _INT_BITS[schema["format"]]):
        yield at.says(f"{value} does not fit into {schema['format']}")


def _fits(value: int, bits: int) -> bool:
    return -(1 << bits - 1) <= value < 1 << bits - 1


# ---- answers


def _lacks(value: Any, members: tuple[str, ...], at: _At) -> Iterator[str]:
    """Members that an object is without. What is no object is told elsewhere."""
    if isinstance(value, dict):
        yield from (at.says(f"{member!r} is missing") for member in members if member not in value)


def _lacks_error_members(body: Any) -> Iterator[str]:
    at = _At("", False)
    yield from _lacks(body, ("error",), at)
    error = body.get("error") if isinstance(body, dict) else None
    yield from _lacks(error, ("code", "message", "innerError"), at.below("error"))
    inner = error.get("innerError") if isinstance(error, dict) else None
    yield from _lacks(inner, ("date", "request-id", "client-request-id"), at.below("error.innerError"))


def _success(method: str, path: str, status: int, body: Any) -> Iterator[str]:
    if path.startswith("/beta/") and path.rsplit("/", 1)[-1] in ONLY_BETA:
        yield from check(body, "commsOperation")
        return
    operation = _operation(method, path)
    if operation is None:
        yield "body: the schema has no such operation"
        return
    type_name = _answered_type(operation)
    if type_name is None or status == 204:
        if body is not None or type_name is not None:
            yield f"body: expected {type_name or 'no body'}, got {body!r}"
        return
    yield from check(body, type_name)
    wanted = (_CONTEXT, "value") if type_name.endswith("CollectionResponse") else (_CONTEXT,)
    yield from _lacks(body, wanted, _At("", False))


def _operation(method: str, path: str) -> Schema | None:
    """What the OpenAPI file says of a method and a path; a name wins over an id in the same place."""
    bare = re.sub(r"^/(v1\.0|beta)/(communications|app)(?=/)", "/communications", path)
    if bare == path:
        return None
    for template in sorted(openapi()["paths"], key=lambda template: template.count("{")):
        if re.fullmatch(re.sub(r"\\{.*?\\}", "[^/]+", re.escape(template)), bare):
            found: Schema | None = openapi()["paths"][template].get(method.lower())
            return found
    return None


def _answered_type(operation: Schema) -> str | None:
    """The type of a successful answer, None where it has no body."""
    answer = operation["responses"].get("2XX")
    if answer is None:
        return None
    if "$ref" in answer:
        return _name(answer["$ref"])
    schema = answer["content"]["application/json"]["schema"]
    return _name(schema.get("anyOf", [schema])[0]["$ref"])


# ---- notifications

_RESOURCE: Final = re.compile(r"/communications(?P<path>/calls/[^/]+(/participants|/operations/[^/]+)?)")


def _resource(item: Mapping[str, Any], at: _At) -> Iterator[str]:
    """`resource` beside `resourceUrl` (observed since November 2019), `resourceData` by what they name."""
    lacks = list(_lacks(item, (_TYPE, "changeType", "resource", "resourceUrl", "resourceData"), at))
    if lacks:
        yield from lacks
        return
    match = _RESOURCE.fullmatch(item["resourceUrl"])
    if match is None:
        yield at.says(f"resourceUrl {item['resourceUrl']!r} names no call, roster or operation")
        return
    if item["resource"] != f"/app{match['path']}":
        yield at.says(f"resource {item['resource']!r} is not '/app{match['path']}'")
    data, below = item["resourceData"], at.below("resourceData")
    if match[2] == "/participants":
        yield from _roster(data, below)
    else:
        yield from _told("commsOperation" if match[2] else "call", data, below)


def _roster(data: Any, at: _At) -> Iterator[str]:
    if not isinstance(data, list):
        yield at.says(f"expected an array, got {data!r}")
        return
    for n, item in enumerate(data):
        yield from _told("participant", item, at.below(f"[{n}]"))


def _told(type_name: str, data: Any, at: _At) -> Iterator[str]:
    """A resource in a notification: it names its type, always."""
    yield from _lacks(data, (_TYPE,), at)
    yield from _object(type_name, data, at)
