"""The ledger: which evidence a row has, counts, and tables that are neither short nor stale."""

from __future__ import annotations

from harness.compare import Verification
from harness.graph.refusals import Evidence
from harness.parity import Ledger, Row, counts_line, ledger
from harness.parity.claims import CLAIMS
from harness.parity.emitted import ITEMS, TABLES
from harness.parity.evidence import Claim, declared, showings, strength
from harness.parity.ledger import UNKNOWN, Page, counts
from harness.parity.seen import Item, Kind
from tests.conftest import rig
from tests.parity import script
from tests.parity.build import LINK, asked, drift, result, unseen
from tests.parity.watching import Watch, watching

BODY = {"@odata.type": "#microsoft.graph.call", "meetingCapability": None, "state": "incoming"}
STATE = Item(Kind.ANSWERED, "call.state")
CAPABILITY = Item(Kind.ANSWERED, "call.meetingCapability")
ALLOW = Item(Kind.ANSWER_HEADER, "Allow")
ASSUMED = Claim(Evidence.ASSUMED, reason="because")


def made(*items: Item, claims: dict[Item, Claim] | None = None, kind: str = "documented") -> tuple[Row, ...]:
    shown = result(asked({"status": 200, "body": BODY}), name="one", kind=kind)
    return ledger(Verification((shown,)), items=items, claims=claims or {}).rows


def test_row_has_the_evidence_of_its_cassettes() -> None:
    assert made(STATE) == (Row(STATE, Claim(Evidence.DOCUMENTED, f"{LINK}one"), ("one",)),)


def test_claim_that_is_stronger_than_the_cassettes_stands() -> None:
    claim = Claim(Evidence.OBSERVED, "https://thread.example/")

    assert made(STATE, claims={STATE: claim}) == (Row(STATE, claim, ("one",)),)


def test_claim_that_is_no_stronger_gives_way_to_the_cassettes() -> None:
    (row,) = made(CAPABILITY, claims={CAPABILITY: ASSUMED})

    assert row.claim.evidence is Evidence.DOCUMENTED


def test_schema_stands_in_where_no_cassette_shows_a_field() -> None:
    (row,) = made(Item(Kind.NOTIFIED, "call.state"))

    assert (row.claim.evidence, row.cassettes) == (Evidence.SCHEMA, ())


def test_item_that_nothing_knows_is_said_to_be_so() -> None:
    assert made(ALLOW) == (Row(ALLOW, UNKNOWN),)


def test_counts_are_by_evidence() -> None:
    rows = made(STATE, CAPABILITY, Item(Kind.NOTIFIED, "call.state"), ALLOW, claims={ALLOW: ASSUMED}, kind="recorded")

    found = counts(Ledger(rows, ()))

    assert {name: count for name, count in found.items() if name != "unsupported"} == {
        "recorded": 2,
        "observed": 0,
        "documented": 0,
        "schema": 1,
        "assumed": 1,
    }


def test_cassettes_of_one_source_are_counted_together() -> None:
    moment = asked({"status": 200, "body": BODY})
    first = result(moment, known=(drift("requests/1/a"), drift("requests/1/b")), unseen=(unseen("requests/1/c"),))
    second = result(moment, known=(drift("requests/1/a"),))

    pages = ledger(Verification((first, second, result(moment, name="z", kind="documented")))).pages

    assert pages == (
        Page(f"{LINK}c", Evidence.OBSERVED, cassettes=2, known=3, unseen=1),
        Page(f"{LINK}z", Evidence.DOCUMENTED, cassettes=1, known=0, unseen=0),
    )


def test_line_of_counts_adds_up(watched: tuple[Verification, Watch], shipped: Ledger) -> None:
    found = counts(shipped)

    rows, *evidence = counts_line(watched[0]).split(" · ")

    assert evidence == [f"{name} {count}" for name, count in found.items()]
    assert sum(int(part.split()[0]) for part in rows.removeprefix("parity: ").split(", ")) == len(shipped.rows)
    assert sum(found.values()) - found["unsupported"] == len(ITEMS)


def test_what_is_assumed_has_a_reason(shipped: Ledger) -> None:
    assumed = shipped.of_evidence(Evidence.ASSUMED)

    assert [row.item for row in assumed if row.claim == UNKNOWN or not row.claim.reason] == []


def test_what_is_not_assumed_has_a_link(shipped: Ledger) -> None:
    rest = [row for row in shipped.rows if row.claim.evidence is not Evidence.ASSUMED]

    assert [row.item for row in rest if not row.claim.link.startswith("https://")] == []


def test_no_claim_is_overtaken(watched: tuple[Verification, Watch]) -> None:
    """One that the cassettes or the schema bear out by now is to be taken out of harness/parity/claims.py."""
    shown = showings(watched[0].results)

    def derived(item: Item) -> list[Claim]:
        return [*(s.claim for s in shown.get(item, [])), *filter(None, [declared(item)])]

    overtaken = [
        item
        for item, claim in CLAIMS.items()
        if any(strength(other.evidence) <= strength(claim.evidence) for other in derived(item))
    ]
    assert overtaken == []


def test_claims_are_about_what_the_fake_can_emit() -> None:
    assert set(CLAIMS) - set(ITEMS) == set()


def test_no_item_stands_twice() -> None:
    assert len(set(ITEMS)) == len(ITEMS)


def test_every_kind_says_where_its_rows_are_written() -> None:
    assert set(TABLES) == set(Kind)


def test_every_item_is_emitted_by_a_cassette_or_by_the_script(watched: tuple[Verification, Watch]) -> None:
    """A row that nothing emits is to be taken out of its table, or to be emitted by tests/parity/script.py."""
    with watching() as watch:
        script.run(rig())

    assert set(ITEMS) - set(watch.seen) - set(watched[1].seen) == set()
