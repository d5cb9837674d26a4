"""What the page says is unsupported, held against the fake."""

from __future__ import annotations

import re

import pytest

from harness.parity.emitted import ANSWERED, NOTIFIED
from harness.parity.gaps import GAPS, NEVER_WRITTEN, REFUSED, Gap
from harness.server.communications import NOT_BUILT, QUERY_OPTIONS
from tests.conftest import TOKEN, Rig

GAPS_501 = [gap for gap in GAPS if gap.sort == REFUSED]


def _requests(gap: Gap) -> list[tuple[str, str]]:
    """What to ask for a gap: method and path."""
    if option := re.fullmatch(r"query option `(.+)`", gap.name):
        return [("GET", f"/v1.0/communications/calls/c?{option[1]}=1")]
    if gap.name.startswith("everything beside"):
        return [("GET", "/v1.0/users/u")]
    methods, _, path = gap.name.strip("`").rpartition(" ")
    below = path if path in ("/v1.0", "/beta") else f"/v1.0/communications{re.sub('{.*?}', 'x', path)}"
    return [(method, below) for method in methods.split(", ")]


@pytest.mark.parametrize("gap", GAPS_501, ids=[gap.name for gap in GAPS_501])
def test_unsupported_is_answered_501(fake: Rig, gap: Gap) -> None:
    answers = [fake.client.open(path, method=method, headers=TOKEN) for method, path in _requests(gap)]

    assert [answer.status_code for answer in answers] == [501] * len(answers)
    assert len(answers) > 0


def test_every_route_that_is_not_built_and_every_query_option_is_listed() -> None:
    routes = {path for _, path, _ in NOT_BUILT if not path.endswith("/<path:rest>")}

    assert len(GAPS_501) == len(routes) + len(QUERY_OPTIONS) + 3


def test_every_gap_names_where_graph_has_it() -> None:
    assert [gap.name for gap in GAPS if not gap.link.startswith("https://")] == []


def test_declared_members_that_are_never_written_are_listed() -> None:
    names = {gap.name for gap in GAPS if gap.sort == NEVER_WRITTEN}
    written = {f"{name}.{m}" for table in (ANSWERED, NOTIFIED) for name, text in table.items() for m in text.split()}

    assert {"participant.removedState", "call.audioRoutingGroups"} <= names
    assert names & written == set()
