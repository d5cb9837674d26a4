"""The JUnit report, as CI servers read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import junitparser
import pytest

from harness.compare import Result, Verification
from harness.report import as_junit
from tests.report.results import DRIFT, EVERY_KIND, KNOWN, NONE, NOTHING_SENT, SAME, SPOILT, STALE, UNSEEN

# The table of jenkinsci/xunit-plugin's junit-10.xsd, as far as reports may use it: children, required attributes, other
# attributes. `file` is GitLab's.
FORM: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": ({"testsuite"}, set(), {"name", "time", "tests", "failures", "errors"}),
    "testsuite": (
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
        {"name", "tests", "failures", "errors"},
        {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
    ),
    "properties": ({"property"}, set(), set()),
    "property": (set(), {"name", "value"}, set()),
    "testcase": (
        {"skipped", "error", "failure", "system-out", "system-err"},
        {"name"},
        {"time", "classname", "group", "file"},
    ),
    "failure": (set(), set(), {"type", "message"}),
    "error": (set(), set(), {"type", "message"}),
    "system-out": (set(), set(), set()),
}
WITH_TEXT = {"failure", "error", "system-out"}


def problems(element: ElementTree.Element) -> Iterator[str]:
    """What the schema has against an element."""
    children, required, others = FORM[element.tag]
    attributes = set(element.attrib)
    if not required <= attributes <= required | others:
        yield f"{element.tag}: attributes {sorted(attributes)}"
    if element.tag not in WITH_TEXT and (element.text or "").strip():
        yield f"{element.tag}: text"
    for child in element:
        if child.tag not in children:
            yield f"{element.tag}: {child.tag}"
        yield from problems(child)


def cases(*results: Result) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(as_junit(Verification(results))).iter("testcase"))


def test_report_is_of_the_published_form() -> None:
    assert list(problems(ElementTree.fromstring(as_junit(EVERY_KIND)))) == []


def test_report_says_what_it_counts() -> None:
    root = ElementTree.fromstring(as_junit(EVERY_KIND))

    totals = {"tests": "8", "failures": "3", "errors": "2"}
    suite = root[0]
    assert root.attrib == {"name": "graph-harness verify", **totals}
    assert suite.attrib == {"name": "graph-harness verify", **totals, "skipped": "0"}
    assert {p.attrib["name"]: p.attrib["value"] for p in suite.iter("property")} == {
        "verdict": "drift",
        "cassettes": "8",
        "interactions": "7",
        "notifications": "3",
        "drifts": "7",
        "known": "2",
        "unseen": "2",
        "by form": "1",
        "stale": "2",
        "without verdict": "2",
    }


def test_cassette_is_a_test_case_of_its_folder() -> None:
    result = Result(Path("../cassettes/observed/a.1-b.yaml"), interactions=1)

    assert cases(result)[0].attrib == {
        "classname": "cassettes.observed",
        "name": "a.1-b",
        "file": "../cassettes/observed/a.1-b.yaml",
    }


@pytest.mark.parametrize("result", [SAME, KNOWN, UNSEEN], ids=lambda r: r.path.stem)
def test_same_passes(result: Result) -> None:
    assert [child.tag for child in cases(result)[0]] == ["system-out"]


def test_drift_is_a_failure_that_shows_every_drift() -> None:
    failure, out = cases(DRIFT)[0]

    assert (failure.tag, failure.attrib) == ("failure", {"message": "2 drifts", "type": "drift"})
    assert failure.text == (
        "requests/1/response/body/status: letter case only\n"
        '    recorded  "Running"\n'
        '    fake      "running"\n'
        "    evidence  observed, 2022-03-15, https://example.org/1\n"
        "    to do     mend the fake, or accept it with a reason under `known` in c/drift.scenario.yaml\n"
        "notifications/1: missing in the fake\n"
        '    recorded  "updated /communications/calls/<call:1>"\n'
        "    evidence  observed, 2022-03-15, https://example.org/1\n"
        "    to do     mend the fake, or accept it with a reason under `known` in c/drift.scenario.yaml"
    )
    assert out.text == "2 interactions, 1 notification, 3 ids"


def test_stale_entry_is_a_failure() -> None:
    assert cases(STALE)[0][0].attrib == {"message": "2 stale", "type": "drift"}


@pytest.mark.parametrize(
    ("result", "message"),
    [(NONE, "c/none.yaml: is no YAML"), (NOTHING_SENT, "nothing was compared")],
    ids=["problem", "nothing sent"],
)
def test_no_verdict_is_an_error(result: Result, message: str) -> None:
    error = cases(result)[0][0]

    assert (error.tag, error.attrib, error.text) == ("error", {"message": message, "type": "none"}, message)


def test_nothing_to_compare_is_an_error_and_no_empty_success() -> None:
    root = ElementTree.fromstring(as_junit(Verification(())))

    assert (root.attrib["tests"], root.attrib["errors"]) == ("1", "1")
    assert [e.attrib["message"] for e in root.iter("error")] == ["nothing to compare: no cassette was found"]


def test_what_xml_cannot_hold_is_written_as_an_escape() -> None:
    text = as_junit(Verification((SPOILT,)))

    failure = ElementTree.fromstring(text.encode()).find(".//failure")
    assert failure is not None
    assert failure.text is not None
    assert failure.text.splitlines()[0] == (
        "requests/1/response/body/"
        "\\u0000\\u001b[31m<script>alert('1')</script>\\u2028\\ud800\\uffff&\"]]>: another value"
    )


def test_consumer_reads_the_same() -> None:
    suites = junitparser.JUnitXml.fromstring(as_junit(EVERY_KIND).encode())
    suite = next(iter(suites))

    read = {case.name: [type(outcome).__name__ for outcome in case.result] for case in suite}
    assert read == {
        "same": [],
        "drift": ["Failure"],
        "none": ["Error"],
        "empty": ["Error"],
        "known": [],
        "stale": ["Failure"],
        "unseen": [],
        "spoilt": ["Failure"],
    }
    assert (suites.tests, suites.failures, suites.errors) == (8, 3, 2)


def test_shipped_cassettes_all_pass(shipped: Verification) -> None:
    root = ElementTree.fromstring(as_junit(shipped))

    assert list(problems(root)) == []
    assert (root.attrib["tests"], root.attrib["failures"], root.attrib["errors"]) == (
        str(len(shipped.results)),
        "0",
        "0",
    )
