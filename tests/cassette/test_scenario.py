"""Scenario files: what they say is read as it was meant; what they must not say is refused; cassettes are found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.cassette.format import dumps
from harness.cassette.scenario import (
    ABSENT,
    KINDS,
    Known,
    Omitted,
    Scenario,
    Source,
    SourceKind,
    Unseen,
    find_cassettes,
    load_scenario,
    scenario_path,
)
from harness.errors import CassetteError, UsageError

SOURCE = "source: {kind: documented, link: 'https://learn.example/invite', date: 2021-02-03}\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.scenario.yaml"


def _read(path: Path, text: str) -> Scenario:
    path.write_text(text, encoding="utf-8")
    return load_scenario(path)


def _refusal(path: Path, text: str) -> str:
    """What the refusal says after the file's name."""
    with pytest.raises(CassetteError) as raised:
        _read(path, text)
    return str(raised.value).removeprefix(str(path))


def test_only_the_source_is_required(path: Path) -> None:
    scenario = _read(path, "source: {kind: recorded, link: 'https://a.example/'}")

    assert scenario == Scenario(
        path=path,
        source=Source(SourceKind.RECORDED, "https://a.example/", None, ()),
        given={},
        order="resource",
        known=(),
        unseen=(),
        omitted=(),
    )


def test_everything_is_read(path: Path) -> None:
    scenario = _read(
        path,
        """
source:
  kind: observed
  link: https://a.example/
  date: 2021-02-03
  notes: [one, two]
  filled: [notifications/1/changeType]
given:
  calls: [{id: a}]
order: total
known:
- {path: requests/1/response/headers/Content-Type, kind: value, recorded: a, fake: b, reason: because, link: 'https://b.example/'}
- {path: notifications/2, kind: missing, recorded: c, reason: known}
unseen:
- {path: requests/1/response/headers/Location, reason: left out}
omitted:
- {what: the second request, reason: not driven}
""",
    )

    assert scenario == Scenario(
        path=path,
        source=Source(
            SourceKind.OBSERVED, "https://a.example/", "2021-02-03", ("one", "two"), ("notifications/1/changeType",)
        ),
        given={"calls": [{"id": "a"}]},
        order="total",
        known=(
            Known("requests/1/response/headers/Content-Type", "value", "a", "b", "because", "https://b.example/"),
            Known("notifications/2", "missing", "c", ABSENT, "known", None),
        ),
        unseen=(Unseen("requests/1/response/headers/Location", "left out"),),
        omitted=(Omitted("the second request", "not driven"),),
    )


def test_null_in_a_known_drift_is_not_nothing(path: Path) -> None:
    known = _read(path, SOURCE + "known: [{path: a, kind: extra, fake: null, reason: b}]").known[0]

    assert known.fake is None
    assert known.recorded is ABSENT


def test_nothing_says_so() -> None:
    assert repr(ABSENT) == "nothing"


def test_date_that_the_source_does_not_tell_is_none(path: Path) -> None:
    scenario = _read(path, "source: {kind: observed, link: a, date: null}")

    assert scenario.source.date is None


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2021-02-03", "2021-02-03"),
        ("2021-02-03T04:05:06Z", "2021-02-03T04:05:06Z"),
        ("12:30:45", "12:30:45"),
        ("yes", "yes"),
        ("No", "No"),
        ("on", "on"),
        ("OFF", "OFF"),
        ("y", "y"),
        ("true", True),
        ("false", False),
        ("'true'", "true"),
        ("null", None),
        ("~", None),
        ("'~'", "~"),
        ("1", 1),
        ("-1", -1),
        ("'1'", "1"),
        ("1.0", 1.0),
        ("1e3", 1000.0),
        ("010", "010"),
        ("1_000", "1_000"),
        ("+4912345678", 4912345678),
        ("=", "="),
        ("<<", "<<"),
    ],
)
def test_plain_values_are_read_as_yaml_1_2_says(path: Path, written: str, value: Any) -> None:
    read = _read(path, SOURCE + f"given: {{a: {written}}}").given["a"]

    assert (type(read), read) == (type(value), value)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_drift_may_be_known(path: Path, kind: str) -> None:
    scenario = _read(path, SOURCE + f"known: [{{path: a, kind: {kind}, recorded: 1, fake: 2, reason: b}}]")

    assert scenario.known == (Known("a", kind, 1, 2, "b", None),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ": expected a mapping, got None"),
        ("given: {}", ", source: is missing: say where the traffic comes from, `source: {kind, link}`"),
        (
            SOURCE + "knwon: []",
            ": unknown 'knwon'; known: source, given, order, known, unseen, omitted",
        ),
        ("source: a", ", source: expected a mapping, got 'a'"),
        ("source: {kind: a, link: b}", ", source.kind: 'a' is none of recorded, documented, observed"),
        ("source: {link: b}", ", source.kind: None is none of recorded, documented, observed"),
        ("source: {kind: observed}", ", source.link: expected text, got None"),
        ("source: {kind: observed, link: ' '}", ", source.link: expected text, got ' '"),
        (
            "source: {kind: observed, link: b, url: c}",
            ", source: unknown 'url'; known: kind, link, date, notes, filled",
        ),
        (
            "source: {kind: observed, link: b, date: 2021}",
            ", source.date: expected a date, YYYY-MM-DD or less of it, or null, got 2021",
        ),
        (
            "source: {kind: observed, link: b, date: yesterday}",
            ", source.date: expected a date, YYYY-MM-DD or less of it, or null, got 'yesterday'",
        ),
        (
            SOURCE + "known: [{path: a, kind: extra, reason: c}]",
            ", known drift 1.fake: is missing: a drift of kind 'extra' has this value",
        ),
        (
            SOURCE + "known: [{path: a, kind: letter-case, recorded: A, reason: c}]",
            ", known drift 1.fake: is missing: a drift of kind 'letter-case' has this value",
        ),
        ("source: {kind: observed, link: b, notes: c}", ", source.notes: expected a list of texts, got 'c'"),
        ("source: {kind: observed, link: b, notes: [1]}", ", source.notes: expected a list of texts, got [1]"),
        ("source: {kind: observed, link: b, filled: [1]}", ", source.filled: expected a list of texts, got [1]"),
        (
            "source: {kind: recorded, link: b, filled: [c]}",
            ", source.filled: a recorded cassette holds what passed: take `filled` out",
        ),
        (SOURCE + "given: []", ", given: expected a mapping, got []"),
        (SOURCE + "order: none", ", order: 'none' is none of resource, total"),
        (SOURCE + "known: {}", ", known: expected a list, got {}"),
        (SOURCE + "known: [a]", ", known drift 1: expected a mapping, got 'a'"),
        (
            SOURCE + "known: [{path: a, kind: b, reason: c}]",
            ", known drift 1.kind: 'b' is none of "
            "value, type, letter-case, missing, extra, identifier, order, duplicate",
        ),
        (
            SOURCE + "known: [{path: a, kind: extra, fake: 1, reason: c}, {path: b, kind: value}]",
            ": known drift 2 (path b) has no reason: write why this drift is accepted",
        ),
        (
            SOURCE + "known: [{path: a, kind: value, reason: ' '}]",
            ": known drift 1 (path a) has no reason: write why this drift is accepted",
        ),
        (SOURCE + "known: [{kind: value, reason: c}]", ", known drift 1.path: expected text, got None"),
        (
            SOURCE + "known: [{path: a, kind: extra, fake: 1, reason: c, link: null}]",
            ", known drift 1.link: expected text, got None",
        ),
        (
            SOURCE + "known: [{path: a, kind: value, reason: c, value: d}]",
            ", known drift 1: unknown 'value'; known: path, kind, recorded, fake, reason, link",
        ),
        (SOURCE + "unseen: [{path: a}]", ", unseen 1.reason: expected text, got None"),
        (SOURCE + "unseen: [{reason: a}]", ", unseen 1.path: expected text, got None"),
        (SOURCE + "unseen: [{path: a, reason: b, kind: c}]", ", unseen 1: unknown 'kind'; known: path, reason"),
        (
            "source: {kind: recorded, link: a}\nunseen: [{path: a, reason: b}]",
            ", unseen: a recorded cassette has seen everything: take `unseen` out",
        ),
        (SOURCE + "omitted: [{what: a, reason: ''}]", ", omitted 1.reason: expected text, got ''"),
        (SOURCE + "omitted: [{reason: a}]", ", omitted 1.what: expected text, got None"),
        (SOURCE + "given: {a: 1, a: 2}", ", line 2: 'a' stands twice in one mapping: keep one"),
        (SOURCE + "given: {a: &b 1}", ", line 2: uses the anchor 'b': write the value out"),
    ],
)
def test_scenario_that_is_not_of_the_form_is_refused(path: Path, text: str, message: str) -> None:
    assert _refusal(path, text) == message


def test_missing_scenario_is_refused_with_the_remedy(path: Path) -> None:
    with pytest.raises(CassetteError) as raised:
        load_scenario(path)

    assert str(raised.value) == (f"{path}: is missing: write it beside the cassette, with `source: {{kind, link}}`")


def test_scenario_that_is_no_utf_8_is_refused(path: Path) -> None:
    path.write_bytes(b"\xff")

    with pytest.raises(CassetteError) as raised:
        load_scenario(path)

    assert str(raised.value) == f"{path}: is no UTF-8 text (byte 0)"


def test_scenario_stands_beside_its_cassette() -> None:
    assert scenario_path(Path("b/invite.one.yaml")) == Path("b/invite.one.scenario.yaml")


def _touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(dumps([]), encoding="utf-8")


def test_folder_is_searched_in_depth_and_sorted(tmp_path: Path) -> None:
    _touch(tmp_path, "c.yaml", "c.scenario.yaml", "b/a.yaml", "b/a.scenario.yaml", "a.yaml", "notes.md", "d.json")

    assert find_cassettes([tmp_path]) == [tmp_path / name for name in ("a.yaml", "b/a.yaml", "c.yaml")]


def test_cassette_that_is_named_is_found_whatever_its_suffix(tmp_path: Path) -> None:
    _touch(tmp_path, "a.yml")

    assert find_cassettes([tmp_path / "a.yml"]) == [tmp_path / "a.yml"]


def test_scenario_that_is_named_stands_for_its_cassette(tmp_path: Path) -> None:
    _touch(tmp_path, "a.yaml", "a.scenario.yaml")

    assert find_cassettes([tmp_path / "a.scenario.yaml"]) == [tmp_path / "a.yaml"]


def test_cassette_is_found_once(tmp_path: Path) -> None:
    _touch(tmp_path, "b.yaml", "a.yaml", "a.scenario.yaml")

    found = find_cassettes([tmp_path / "b.yaml", tmp_path, tmp_path / "a.scenario.yaml"])

    assert found == [tmp_path / "a.yaml", tmp_path / "b.yaml"]


def test_empty_folder_holds_no_cassette(tmp_path: Path) -> None:
    assert find_cassettes([tmp_path]) == []


@pytest.mark.parametrize("name", ["a.yaml", "a.scenario.yaml", "folder"])
def test_path_that_does_not_exist_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError) as raised:
        find_cassettes([tmp_path / name])

    assert str(raised.value) == (f"{tmp_path / name}: no such file or folder; name a cassette or a folder of cassettes")


@pytest.mark.parametrize("named", ["", "a.scenario.yaml"], ids=["folder", "file"])
def test_scenario_without_cassette_is_found_itself(tmp_path: Path, named: str) -> None:
    _touch(tmp_path, "a.scenario.yaml")

    assert find_cassettes([tmp_path / named]) == [tmp_path / "a.scenario.yaml"]


def test_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to(tmp_path / "nowhere.yaml")

    assert find_cassettes([tmp_path]) == find_cassettes([tmp_path / "a.yaml"]) == [tmp_path / "a.yaml"]


def test_folder_that_is_called_like_a_cassette_is_found_with_what_is_in_it(tmp_path: Path) -> None:
    _touch(tmp_path, "a.yaml/b.yaml")

    assert find_cassettes([tmp_path]) == [tmp_path / "a.yaml", tmp_path / "a.yaml" / "b.yaml"]
    assert find_cassettes([tmp_path / "a.yaml"]) == [tmp_path / "a.yaml" / "b.yaml"]
