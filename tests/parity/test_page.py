"""The page: how rows read, and that docs/parity.md is what the cassettes and the code say today."""

from __future__ import annotations

from pathlib import Path

from harness.graph.refusals import Evidence
from harness.parity import Ledger, Row, page
from harness.parity.evidence import Claim
from harness.parity.gaps import GAPS
from harness.parity.ledger import Page
from harness.parity.page import COMMAND
from harness.parity.seen import Item, Kind

PAGE = Path(__file__).parent.parent.parent / "docs" / "parity.md"
SEEN = Claim(Evidence.OBSERVED, "https://thread.example/")
GUESSED = Claim(Evidence.ASSUMED, reason="By analogy.")
COMMIT = "0123456789abcdef0123456789abcdef01234567"

SMALL = Ledger(
    (
        Row(Item(Kind.ROUTE, "GET /calls"), SEEN, ("a",)),
        Row(Item(Kind.ANSWERED, "call.id"), SEEN, ("a", "b", "c", "d")),
        Row(Item(Kind.ANSWERED, "call.state"), GUESSED),
        Row(Item(Kind.ANSWERED, "chatInfo.threadId"), Claim(Evidence.SCHEMA, "https://schema.example/", "Inherited.")),
    ),
    (Page(f"https://github.com/o/r/blob/{COMMIT}/page.md", Evidence.DOCUMENTED, 2, 5, 7),),
)
TEXT = page(SMALL)


def section(title: str) -> str:
    """What stands below a heading, up to the next one."""
    return TEXT.split(f"{title}\n\n")[1].split("\n#")[0]


def test_counts_stand_on_top() -> None:
    assert TEXT.split(f"Drawn by `{COMMAND}`.\n\n")[1].split("\n\n##")[0] == (
        "|  | recorded | observed | documented | schema | assumed | all |\n"
        "|---|---|---|---|---|---|---|\n"
        "| routes | 0 | 1 | 0 | 0 | 0 | 1 |\n"
        "| prefixes | 0 | 0 | 0 | 0 | 0 | 0 |\n"
        "| fields | 0 | 1 | 0 | 1 | 1 | 3 |\n"
        "| notifications | 0 | 0 | 0 | 0 | 0 | 0 |\n"
        "| headers | 0 | 0 | 0 | 0 | 0 | 0 |\n"
        "| all | 0 | 2 | 0 | 1 | 1 | 4 |\n"
        "\n"
        f"[Unsupported](#unsupported): {len(GAPS)}."
    )


def test_assumed_and_unsupported_stand_before_the_rest() -> None:
    headings = [line.removeprefix("## ") for line in TEXT.splitlines() if line.startswith("## ")]

    assert headings == [
        "Assumed",
        "Unsupported",
        "Routes",
        "Notifications",
        "Headers of answers",
        "Headers of notifications",
        "Fields of answers",
        "Fields of notifications",
        "Sources",
    ]


def test_what_is_assumed_is_listed_with_its_reason() -> None:
    assert "| `call.state` | field of answers | By analogy. |  |\n" in section("## Assumed")
    assert "call.id" not in section("## Assumed")


def test_field_is_listed_with_evidence_and_three_of_its_cassettes() -> None:
    assert section("### call") == (
        "| field | evidence | cassettes |\n"
        "|---|---|---|\n"
        "| `id` | [observed](https://thread.example/) | 4: `a`, `b`, `c`, … |\n"
        "| `state` | assumed: By analogy. | – |\n"
    )


def test_reason_stands_behind_a_link() -> None:
    assert "| `threadId` | [schema](https://schema.example/): Inherited. | – |\n" in section("### chatInfo")


def test_source_is_listed_with_its_known_drifts() -> None:
    assert section("## Sources").splitlines()[-1] == (
        f"| [o/r@0123456: page](https://github.com/o/r/blob/{COMMIT}/page.md) | documented | 2 | 5 | 7 |"
    )


def test_every_gap_is_on_the_page() -> None:
    unsupported = TEXT.split("## Unsupported")[1].split("\n## ")[0]

    assert [gap.name for gap in GAPS if gap.name.split(".")[-1].strip("`") not in unsupported] == []


def test_page_is_current(shipped: Ledger) -> None:
    assert PAGE.read_text() == page(shipped), f"docs/parity.md is not current; draw it anew: {COMMAND}"
