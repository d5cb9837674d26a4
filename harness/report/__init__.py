"""Verdicts made readable: text, JSON, and the timeline of a cassette. Writes no file."""

from harness.report.colour import painted, plain, wants_colour
from harness.report.json import as_json
from harness.report.text import as_text
from harness.report.timeline import timeline

__all__ = ["as_json", "as_text", "painted", "plain", "timeline", "wants_colour"]
