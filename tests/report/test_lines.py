"""Two trees printed beside each other."""

from __future__ import annotations

from typing import Any

import pytest

from harness.cassette.scenario import ABSENT
from harness.report.lines import Line, marked_up, side_by_side


def printed(recorded: Any, fake: Any, **marks: str) -> list[Line]:
    return list(side_by_side(recorded, fake, "r", {f"r/{path}": mark for path, mark in marks.items()}))


def test_lines_of_both_sides_stand_opposite_each_other() -> None:
    assert printed({"a": 1, "b": [True]}, {"b": [True], "a": 2}, a="drift") == [
        Line("{", "{"),
        Line('  "a": 1,', '  "a": 2,', "drift"),
        Line('  "b": [', '  "b": ['),
        Line("    true", "    true"),
        Line("  ]", "  ]"),
        Line("}", "}"),
    ]


def test_what_one_side_lacks_is_a_gap_as_long_as_the_other_side() -> None:
    assert printed({"a": {"b": None}}, {"c": "d"}, a="drift", c="known") == [
        Line("{", "{"),
        Line('  "a": {', None, "drift"),
        Line('    "b": null', None, "drift"),
        Line("  },", None, "drift"),
        Line(None, '  "c": "d"', "known"),
        Line("}", "}"),
    ]


def test_values_of_other_types_stand_opposite_each_other() -> None:
    assert printed([], {"user <user:1>": {"x": 1}}, **{"user <user:1>": "drift"}) == [
        Line("[]", "{"),
        Line(None, '  "user <user:1>": {', "drift"),
        Line(None, '    "x": 1', "drift"),
        Line(None, "  }", "drift"),
        Line(None, "}"),
    ]


def test_side_that_holds_nothing_has_no_lines() -> None:
    assert printed(ABSENT, [1]) == [Line(None, "["), Line(None, "  1"), Line(None, "]")]


def test_items_are_named_by_position_from_one() -> None:
    assert [line.mark for line in printed([1, 2], [1, 3], **{"2": "drift"})] == ["", "", "drift", ""]


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("a\x00\u2028", '"a\\u0000\\u2028"'),
        ("x" * 3000, f'"{"x" * 2000}"… 3000 characters'),
        (1e999, "1e999"),
        ({}, "{}"),
    ],
    ids=["invisible", "long", "beyond all floats", "empty"],
)
def test_value_is_one_visible_line(value: Any, line: str) -> None:
    assert printed(value, value) == [Line(line, line)]


def test_marked_line_has_a_sign_and_everything_is_escaped() -> None:
    lines = [Line("<a>", None), Line("<b>", "x", "drift"), Line("c", "c", "known"), Line(None, "d", "unseen")]

    assert marked_up(lines, "recorded") == (
        '  &lt;a&gt;\n<mark class="drift">≠ &lt;b&gt;</mark><mark class="known">≈ c</mark><i class="gap"> </i>'
    )
    assert marked_up(lines, "fake") == (
        '<i class="gap"> </i><mark class="drift">≠ x</mark>'
        '<mark class="known">≈ c</mark><mark class="unseen">? d</mark>'
    )
