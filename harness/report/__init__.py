"""Verdicts made readable: text, JSON, JUnit XML, a page, annotations; the timeline of a cassette. Writes no file."""

from harness.report.annotations import as_annotations
from harness.report.colour import painted, plain, wants_colour
from harness.report.html import as_html, timeline_as_html
from harness.report.json import as_json
from harness.report.junit import as_junit
from harness.report.proposing import proposal
from harness.report.tests import tests_as
from harness.report.text import as_text
from harness.report.timeline import timeline

__all__ = [
    "as_annotations",
    "as_html",
    "as_json",
    "as_junit",
    "as_text",
    "painted",
    "plain",
    "proposal",
    "tests_as",
    "timeline",
    "timeline_as_html",
    "wants_colour",
]
