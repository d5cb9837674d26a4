"""Stories made into cassettes: played on the fake, written down by a recorder, sanitised, as in a tenant."""

from __future__ import annotations

import json
from pathlib import Path

from harness.cassette.format import load
from harness.cassette.sanitise import Sanitiser
from harness.cassette.scenario import scenario_path
from harness.record import Recorder
from harness.scenarios import Story, play
from harness.target import open_fake
from tests.scenarios.given import given_of


def recorded(story: Story, folder: Path) -> Path:
    """A cassette of a story, with its scenario file.

    Without the byte sweep: the ids that the fake draws have the form of placeholders, which therefore may coincide.
    """
    path = folder / f"{story.name}.yaml"
    with open_fake(intercept=False) as graph:
        play(story, graph)
        passed = graph.interactions
    with Recorder(path, sanitiser=Sanitiser(), sweep=None, environ={}) as recorder:
        for interaction in passed:
            recorder.keep(interaction)
    source = {"kind": "recorded", "link": "tests/scenarios/cassettes.py"}
    written = {"source": source, "given": given_of(story, load(path))}
    scenario_path(path).write_text(json.dumps(written, indent=2) + "\n")
    return path
