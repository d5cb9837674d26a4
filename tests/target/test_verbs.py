"""The table of verbs: it names all there are, the code refuses in its words, the manual prints it.

`python -m tests.target.test_verbs` writes the table into docs/testing.md anew.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.target import VERBS, Graph, Person, TargetName, VerbRefused
from harness.target.verbs import Refused, refuse_where_not_had

PAGE = Path(__file__).parents[2] / "docs" / "testing.md"
BEGIN, END = "<!-- table: verbs -->\n", "<!-- end -->"

_OF_ALL = {"adrain", "aadvance", "await_for", "config", "target", "answer", "interactions", "may_reject"}
"""Verbs under a second name, and what is no verb."""
_OF_A_PERSON = {"id", "name", "number", "display_name", "identity", "as_identity", "seeded", "key"}

CELLS = [(verb, target) for verb in VERBS for target in TargetName]
REFUSED = [(verb, target) for verb, target in CELLS if isinstance(VERBS[verb].on(target), Refused)]


def public(of: type) -> set[str]:
    return {name for name in vars(of) if not name.startswith("_")}


def test_every_verb_is_in_the_table() -> None:
    assert set(VERBS) == (public(Graph) - _OF_ALL) | (public(Person) - _OF_A_PERSON)


@pytest.mark.parametrize(("verb", "target"), REFUSED, ids=lambda v: str(v))
def test_what_is_refused_is_refused_in_the_words_of_the_table(verb: str, target: TargetName) -> None:
    cell = VERBS[verb].on(target)
    assert isinstance(cell, Refused)

    with pytest.raises(VerbRefused) as caught:
        refuse_where_not_had(verb, target)

    assert str(caught.value) == f"graph.{verb} is refused on target {str(target)!r}: {cell.words}"


@pytest.mark.parametrize(("verb", "target"), [c for c in CELLS if c not in REFUSED], ids=lambda v: str(v))
def test_what_is_not_refused_is_let_through(verb: str, target: TargetName) -> None:
    refuse_where_not_had(verb, target)


def table() -> str:
    shown = (TargetName.FAKE, TargetName.REPLAY, TargetName.LIVE)
    rows = [f"| `{verb}` | {' | '.join(_cell(cells.on(t)) for t in shown)} |" for verb, cells in VERBS.items()]
    return "\n".join(["| verb | fake | replay | live, record |", "|---|---|---|---|", *rows, ""])


def _cell(cell: str | Refused) -> str:
    return f"refused: {cell.words}" if isinstance(cell, Refused) else cell


def test_table_in_the_manual_is_current() -> None:
    assert PAGE.read_text().split(BEGIN)[1].split(END)[0] == table()


if __name__ == "__main__":
    before, rest = PAGE.read_text().split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}{table()}{END}{rest.split(END, 1)[1]}")
