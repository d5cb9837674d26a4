"""Two ways to tell whether JSON values are equal, of which one is fast and the other explains: they never disagree."""

from __future__ import annotations

import json
from typing import Any

from deepdiff import DeepDiff
from hypothesis import example, given, settings
from hypothesis import strategies as st

from harness.compare.drift import differences, same

EXAMPLES = settings(max_examples=300, deadline=None)
NAMES = st.one_of(
    st.sampled_from(
        ("id", "__x", "__class__", "a.b", "a['b']", 'a"]["b', "root", "1", "0", "", "ä", "a\u0308", "%s", "*")
    ),
    st.text(max_size=4),
)
LEAVES = st.one_of(
    st.sampled_from((True, False, None, 0, 1, 0.0, 1.0, "", "0", "1", "true", "null", "None", "a" * 5000)),
    st.integers(1 - 10**6, 10**6 - 1),  # a larger one may be what a recorded zero stands for
    st.floats(allow_nan=False, allow_infinity=False).map(lambda number: number or 0.0),  # -0.0 equals 0.0
    st.text(max_size=5),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, min_size=1, max_size=1).map(lambda items: items * 3),
        st.dictionaries(NAMES, inner, max_size=4),
    ),
    max_leaves=12,
)


@st.composite
def _neighbours(draw: st.DrawFn) -> tuple[Any, Any]:
    """A value, and the same with another one at some place: what is nearly equal is hard to tell apart."""
    value = draw(VALUES)
    return value, _with_one_changed(value, draw(st.integers(0, 20)), draw(VALUES))


def _with_one_changed(value: Any, steps: int, new: Any) -> Any:
    copy = json.loads(json.dumps(value))
    branches = list(copy.items() if isinstance(copy, dict) else enumerate(copy) if isinstance(copy, list) else ())
    if steps == 0 or not branches:
        return new
    name, branch = branches[steps % len(branches)]
    copy[name] = _with_one_changed(branch, steps // 2, new)
    return copy


def _is_explained(a: Any, b: Any) -> bool:
    """Whether deepdiff by itself finds a difference: where it finds none the note says so."""
    return not any(drift.note == "deepdiff sees no difference" for drift in differences(a, b, "root"))


@EXAMPLES
@given(VALUES, VALUES)
def test_same_is_equality_of_json_texts(a: Any, b: Any) -> None:
    assert same(a, b) == (json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True))


@EXAMPLES
@given(VALUES)
def test_a_value_is_the_same_as_its_copy_for_both(value: Any) -> None:
    copy = json.loads(json.dumps(value))

    assert same(value, copy)
    assert DeepDiff(value, copy, ignore_private_variables=False) == {}


@EXAMPLES
@example(({"__x": 1}, {"__x": 2}))
@example(([True, 1, 1.0], [1, 1.0, True]))
@example(([1, 2, 1], [1, 1, 2]))
@example(({"a": None}, {}))
@example(([], {}))
@example((2**53 + 1, 2**53 + 2))
@example(({"a['b']": {"c": 1}}, {"a": {"b": {"c": 1}}}))
@given(_neighbours())
def test_what_is_not_the_same_is_explained(pair: tuple[Any, Any]) -> None:
    a, b = pair

    drifts = differences(a, b, "root")

    assert bool(drifts) != same(a, b)
    assert _is_explained(a, b)


@EXAMPLES
@given(VALUES, VALUES)
def test_the_same_holds_both_ways(a: Any, b: Any) -> None:
    assert same(a, b) == same(b, a)
    assert len(differences(a, b, "root")) == len(differences(b, a, "root"))
