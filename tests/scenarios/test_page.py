"""The scenarios of docs/record.md, held against the table in code."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from harness.cli.record import add_to
from harness.scenarios import PATIENCE, STORIES
from harness.scenarios.asking import ATTEMPTS

PAGE = (Path(__file__).parent.parent.parent / "docs" / "record.md").read_text()
SECTION = PAGE.split("## `graph-harness record SCENARIO…`")[1].split("\n## ")[0]


def test_table_has_every_scenario_as_it_is() -> None:
    rows = [
        f"| `{story.name}` | {story.what} | {', '.join(str(reaction).removesuffix('s') for reaction in story.cast)} "
        f"| {story.people} | {', '.join(f'`{name}`' for name in story.wants)}"
        for story in STORIES.values()
    ]

    found = re.findall(r"^\| `[a-z][a-z-]+` \| .*\|$", SECTION, re.MULTILINE)

    assert [re.sub(r"\s*\|$", "", row) for row in found] == [row.rstrip() for row in rows]


def test_every_option_is_in_its_table() -> None:
    parser = argparse.ArgumentParser()
    add_to(parser.add_subparsers())
    (commands,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    options = {action.option_strings[-1] for action in commands.choices["record"]._actions if action.option_strings}

    assert [option for option in options - {"--help"} if option not in PAGE] == []


def test_numbers_are_those_of_the_code() -> None:
    assert f"`--patience SECONDS` | how long anything is waited for that Graph is to tell; {PATIENCE:g}," in SECTION
    assert (ATTEMPTS, "five times at most" in SECTION) == (5, True)


def test_story_that_is_printed_is_the_one_that_is_told() -> None:
    """Its lines are asserted where it is recorded, in tests/cli/test_record_scenarios.py."""
    assert f"decline (1 of 1): {STORIES['decline'].what}\n" in SECTION
