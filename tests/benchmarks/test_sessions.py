"""The traffic that is measured with: realistic, and never the same ids twice."""

from __future__ import annotations

from collections import Counter

from harness.cassette.format import Direction, dumps
from harness.compare import compare, trace_of
from harness.verifying import Driver
from tests.benchmarks.sessions import ID, LENGTH, Session, joined, renamed, roster, sessions


def ids(session: Session) -> set[str]:
    return set(ID.findall(dumps(session.interactions)))


def test_every_session_holds_ten_interactions() -> None:
    assert {len(session.interactions) for session in sessions(8)} == {LENGTH}


def test_sessions_share_the_bot_its_tenant_and_the_organizer_only() -> None:
    counts = Counter(id_ for session in sessions(8) for id_ in ids(session))

    assert sorted(id_ for id_, count in counts.items() if count > 1) == [
        "2891555a-92ff-42e6-80fa-6e1300c6b5c6",
        "5810cede-f3cc-42eb-b2c1-e9bd5d53ec96",
        "72f988bf-86f1-41af-91ab-2d7cd011db47",
    ]


def test_sessions_hold_all_that_a_bot_does() -> None:
    asked = [i.request for i in joined(sessions(4)).interactions if i.direction is Direction.CLIENT_TO_GRAPH]

    shapes = Counter(f"{request.method} {ID.sub('<>', request.uri.split('/communications')[1])}" for request in asked)
    assert shapes == {
        "POST /calls": 4,
        "POST /calls/<>/participants/invite": 4,
        "GET /calls/<>/operations/<>": 1,
        "DELETE /calls/<>": 4,
    }


def test_fake_reproduces_joined_sessions() -> None:
    session = joined(sessions(8))

    told = Driver().drive(session.interactions, session.given)

    assert compare(trace_of(session.interactions), trace_of(told)).drifts == ()


def test_renaming_leaves_no_id_and_makes_no_drift() -> None:
    session = joined(sessions(4))

    other = renamed(session, seed=1)

    assert ids(session) & ids(other) == set()
    assert len(ids(session)) == len(ids(other))
    assert compare(trace_of(session.interactions), trace_of(other.interactions)).drifts == ()


def test_roster_has_the_size_that_was_asked_for() -> None:
    (look,) = trace_of(roster(5).interactions).exchanges

    assert len(look.answer["value"]) == 5
