"""`harness.graph.schema` says what Microsoft's CSDL says, element for element."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import pytest

from harness.graph import schema
from harness.graph.schema import Property, Type
from tests.contract import strict
from tests.contract.strict import EDM, csdl

LEFT_OUT = "teleconferenceDevice"
TYPES = [e for tag in ("ComplexType", "EntityType") for e in csdl().iter(EDM + tag)]
KEPT = [e for e in TYPES if not e.attrib["Name"].startswith(LEFT_OUT)]
ACTIONS = [e for e in csdl().iter(f"{EDM}Action") if e.attrib["Name"] != "logTeleconferenceDeviceQuality"]


def _kind(text: str) -> tuple[str, bool]:
    """Name of a type and whether it is a collection."""
    item = text.removeprefix("Collection(").removesuffix(")")
    return item.removeprefix("Edm.").removeprefix("graph."), item != text


def _property(element: Element) -> Property:
    name, is_collection = _kind(element.attrib["Type"])
    return Property(name, is_collection, element.get("Nullable") != "false")


def _properties(element: Element, tag: str) -> dict[str, Property]:
    return {e.attrib["Name"]: _property(e) for e in element.iter(EDM + tag)}


def _bound_to(action: Element) -> str:
    name, is_collection = _kind(next(action.iter(f"{EDM}Parameter")).attrib["Type"])
    return f"{name}[]" if is_collection else name


def _key(action: Element) -> tuple[str, str]:
    return action.attrib["Name"], _bound_to(action)


def test_enums_are_those_of_the_csdl() -> None:
    enums = csdl().iter(f"{EDM}EnumType")

    declared = {e.attrib["Name"]: tuple(m.attrib["Name"] for m in e.iter(f"{EDM}Member")) for e in enums}

    assert declared == schema.ENUMS


@pytest.mark.parametrize("element", KEPT, ids=[e.attrib["Name"] for e in KEPT])
def test_type_is_that_of_the_csdl(element: Element) -> None:
    base = element.get("BaseType")

    assert schema.TYPES[element.attrib["Name"]] == Type(
        base=base.removeprefix("graph.") if base else None,
        is_open=element.get("OpenType") == "true",
        is_abstract=element.get("Abstract") == "true",
        properties=_properties(element, "Property"),
        navigation=_properties(element, "NavigationProperty"),
    )


@pytest.mark.parametrize("element", ACTIONS, ids=["-".join(_key(e)) for e in ACTIONS])
def test_action_is_that_of_the_csdl(element: Element) -> None:
    parameters = _properties(element, "Parameter")
    del parameters["bindingParameter"]

    assert schema.ACTIONS[_key(element)] == parameters


def test_nothing_but_teleconference_devices_is_left_out() -> None:
    assert set(schema.TYPES) == {e.attrib["Name"] for e in KEPT}
    assert set(schema.ACTIONS) == {_key(e) for e in ACTIONS}
    assert {e.attrib["Name"] for e in TYPES if e not in KEPT} == {
        "teleconferenceDeviceAudioQuality",
        "teleconferenceDeviceMediaQuality",
        "teleconferenceDeviceQuality",
        "teleconferenceDeviceScreenSharingQuality",
        "teleconferenceDeviceVideoQuality",
    }


def test_every_kind_named_is_a_primitive_an_enum_or_a_type() -> None:
    primitives = {"String", "Boolean", "Int32", "Int64", "DateTimeOffset"}
    named = {p.type for t in schema.TYPES for p in schema.properties_of(t).values()}
    named |= {p.type for action in schema.ACTIONS for p in schema.parameters_of(*action).values()}

    assert named - primitives - set(schema.ENUMS) <= set(schema.TYPES)


def test_extra_members_belong_to_closed_types_that_do_not_declare_them() -> None:
    extra = {
        (name, member): schema.TYPES[name].is_open or member in schema.TYPES[name].properties
        for name, text in schema.EXTRA_MEMBERS.items()
        for member in (part.partition(":")[0] for part in text.split())
    }

    assert extra == {
        ("mediaConfig", "removeFromDefaultAudioGroup"): False,
        ("callOptions", "allowGuestToBypassLobby"): False,
        ("mediaPrompt", "loop"): False,
    }


def test_extra_parameters_are_undeclared() -> None:
    for action, text in schema.EXTRA_PARAMETERS.items():
        extra = {part.partition(":")[0] for part in text.split()}

        assert extra.isdisjoint(schema.ACTIONS[action])


def _openapi_members(name: str) -> set[str]:
    """Members that the OpenAPI file declares on a type itself."""
    found = strict.openapi()["components"]["schemas"][f"microsoft.graph.{name}"]
    own = [part.get("properties", {}) for part in found.get("allOf", [found])]
    return {member for properties in own for member in properties} - {"@odata.type"}


@pytest.mark.parametrize("name", sorted({e.attrib["Name"] for e in TYPES} - {"cloudCommunications"}))
def test_both_files_declare_the_same_members(name: str) -> None:
    """Else the strict checker, which reads both, would contradict itself."""
    element = next(e for e in TYPES if e.attrib["Name"] == name)

    members = {**_properties(element, "Property"), **_properties(element, "NavigationProperty")}

    assert set(members) == _openapi_members(name)


@pytest.mark.parametrize(
    ("name", "base", "is_one"),
    [
        ("outgoingCallOptions", "callOptions", True),
        ("inviteParticipantsOperation", "entity", True),
        ("call", "call", True),
        ("call", "participant", False),
        ("entity", "call", False),
        ("nobody", "entity", False),
    ],
    ids=lambda value: str(value),
)
def test_type_is_a_base_of_its_lineage(name: str, base: str, is_one: bool) -> None:
    assert schema.is_a(name, base) is is_one


@pytest.mark.parametrize(
    ("name", "is_open"),
    [("call", True), ("communicationsIdentitySet", True), ("participant", False), ("chatInfo", False)],
    ids=lambda value: str(value),
)
def test_type_is_open_as_declared(name: str, is_open: bool) -> None:
    assert schema.is_open(name) is is_open
