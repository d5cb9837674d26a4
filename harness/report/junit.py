"""A verification as JUnit XML, for CI servers: a test case per cassette, drift as failure, none as error.

Form: what Jenkins' schema allows (jenkinsci/xunit-plugin, junit-10.xsd), with one attribute more, `file`, which GitLab
and others read. Times are left out: nobody measured them, and an unchanged verdict stays an unchanged file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from harness.compare.verdict import Result, Verdict, Verification
from harness.report import wording
from harness.report.text import what_is_wrong
from harness.report.wording import visible

_NAME: Final = "graph-harness verify"


def as_junit(verification: Verification) -> str:
    """The document, as text. Nothing to compare is an error of its own: never success."""
    cases = [_case(result) for result in verification.results] or [_nothing()]
    totals = {
        "tests": str(len(cases)),
        "failures": str(sum(case.find("failure") is not None for case in cases)),
        "errors": str(sum(case.find("error") is not None for case in cases)),
    }
    root = ElementTree.Element("testsuites", {"name": _NAME, **totals})
    suite = ElementTree.SubElement(root, "testsuite", {"name": _NAME, **totals, "skipped": "0"})
    suite.append(_properties(verification))
    suite.extend(cases)
    ElementTree.indent(root)
    # without declaration: text has no encoding yet, and without one XML is UTF-8
    return ElementTree.tostring(root, encoding="unicode")


def _properties(verification: Verification) -> ElementTree.Element:
    properties = ElementTree.Element("properties")
    for name, value in {"verdict": verification.verdict, **wording.totals(verification)}.items():
        ElementTree.SubElement(properties, "property", {"name": name, "value": str(value)})
    return properties


def _case(result: Result) -> ElementTree.Element:
    path = result.path
    case = _named(_class_name(path.parent), path.stem)
    case.set("file", visible(path.as_posix()))
    if result.verdict is Verdict.DRIFT:
        _add(case, "failure", wording.headline(result), "\n".join(what_is_wrong(result)))
    elif result.verdict is Verdict.NONE:
        _add(case, "error", result.problem or "nothing was compared", "")
    if result.problem is None:
        ElementTree.SubElement(case, "system-out").text = ", ".join(wording.counts(result))
    return case


def _nothing() -> ElementTree.Element:
    case = _named("verify", "cassettes")
    _add(case, "error", wording.NOTHING, "")
    return case


def _named(class_name: str, name: str) -> ElementTree.Element:
    return ElementTree.Element("testcase", {"classname": visible(class_name), "name": visible(name)})


def _class_name(folder: Path) -> str:
    """`cassettes.observed`: CI servers make a tree of what is between the dots."""
    return ".".join(part for part in folder.parts if part not in ("..", folder.anchor)) or "verify"


def _add(case: ElementTree.Element, name: str, message: str, text: str) -> None:
    """XML cannot hold most control characters at all: `visible` wrote them as escapes, line ends apart."""
    attributes = {"message": visible(message), "type": "drift" if name == "failure" else "none"}
    ElementTree.SubElement(case, name, attributes).text = text or visible(message)
