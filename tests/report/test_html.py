"""The page: one file, safe whatever it shows, readable without script, by everybody."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from harness.cassette.format import load
from harness.compare import Result, Verification
from harness.report import as_html, timeline_as_html
from harness.report.html import is_link
from tests.report.results import DRIFT, EVERY_KIND, HOSTILE, IDS, KNOWN, MOMENTS, NONE, SAME, SPOILT, STALE, UNSEEN

CASSETTES = Path(__file__).parent.parent.parent / "cassettes"
VOID = {"meta", "br"}
INLINE = {"code", "a", "span", "mark", "strong"}


class Page(HTMLParser):
    """Elements in order, ids and links; `problems`: tags that do not fit each other."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.problems: list[str] = []
        self._open: list[str] = []
        self._texts: list[str] = []
        self.feed(text)
        self.close()
        self.problems += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.problems.append(f"</{tag}>")
        if tag not in INLINE:
            self._texts.append(" ")

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"]:
            self._texts.append(data)

    @property
    def text(self) -> str:
        """What is read, white space as one space."""
        return " ".join("".join(self._texts).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] or "" for _, attributes in self.tags if "id" in attributes]

    @property
    def links(self) -> list[str]:
        return [attributes.get("href") or "" for attributes in self.all("a")]


WITH_MOMENTS = replace(DRIFT, moments=MOMENTS, ids=IDS)
ALL = Verification((*EVERY_KIND.results, WITH_MOMENTS, replace(SPOILT, moments=MOMENTS, ids=IDS)))


def page(*results: Result) -> Page:
    return Page(as_html(Verification(results)))


def test_page_is_well_formed_and_its_ids_are_unique() -> None:
    read = Page(as_html(ALL))

    assert read.problems == []
    assert sorted(set(read.ids)) == sorted(read.ids)


def test_links_inside_lead_somewhere() -> None:
    read = Page(as_html(ALL))

    inside = [link[1:] for link in read.links if link.startswith("#")]
    assert inside != []
    assert set(inside) <= set(read.ids)


def test_page_needs_nothing_but_itself() -> None:
    text = as_html(ALL)
    read = Page(text)

    assert {tag for tag, _ in read.tags} & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
    } == set()
    assert [name for _, attributes in read.tags for name in attributes if name.startswith("on") or name == "src"] == []
    assert re.findall(r"url\(|@import", text) == []
    assert {"http-equiv": "Content-Security-Policy", "content": "default-src 'none'; style-src 'unsafe-inline'"} in (
        read.all("meta")
    )


def test_hostile_text_stays_text() -> None:
    text = as_html(Verification((replace(SPOILT, path=Path(HOSTILE.replace("/", "")), moments=MOMENTS),)))

    assert "<script" not in text
    assert [c for c in text if not c.isprintable() and c != "\n"] == []
    assert "\\u0000\\u001b[31m&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;\\u2028\\ud800\\uffff" in text


def test_only_web_addresses_become_links() -> None:
    read = page(SPOILT, KNOWN)

    assert {link for link in read.links if not link.startswith("#")} == {
        "https://example.org/1",
        "https://example.org/2",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.org/a", True),
        ("HTTP://example.org", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https:", False),
        ("http://[", False),
        ("//example.org", False),
        ("somewhere", False),
        (None, False),
    ],
)
def test_link_is_an_address_of_the_web(text: str | None, expected: bool) -> None:
    assert is_link(text) is expected


def test_worst_come_first() -> None:
    read = page(SAME, STALE, NONE, DRIFT, KNOWN)

    names = re.findall(r"c/(\w+)\.yaml", read.text.split("One by one")[1])
    assert list(dict.fromkeys(names)) == ["drift", "stale", "none", "same", "known"]


def test_what_holds_is_closed_and_what_drifts_is_open() -> None:
    cards = [a for a in page(SAME, DRIFT, NONE).all("details") if a.get("class") == "cassette"]

    assert ["open" in card for card in cards] == [True, True, False]


def test_drift_shows_kind_path_both_values_and_what_to_do() -> None:
    text = page(DRIFT).text

    assert '≠ letter case only requests/1/response/body/status recorded "Running" fake "running"' in text
    assert (
        "To do: mend the fake, or accept it with a reason under known in c/drift.scenario.yaml; "
        "graph-harness verify --propose writes the entries."
    ) in text
    assert "Source: observed, 2022-03-15, https://example.org/1" in text


def test_stale_entries_known_drifts_and_unseen_ones_are_told() -> None:
    text = page(STALE, KNOWN, UNSEEN).text

    assert "≠ no longer occurs a/b entry known drift that no longer occurs (why)" in text
    assert "2 known drifts, accepted with a reason ≈ only in the fake requests/1/response/body/x fake null" in text
    assert "reason The page leaves it out. link https://example.org/2" in text
    assert "2 unseen, where the source shows nothing reason unseen Few members are printed. 2" in text


def test_problem_is_told() -> None:
    assert "No verdict: c/none.yaml: is no YAML" in page(NONE).text


def test_timeline_shows_both_lanes_and_the_first_divergence() -> None:
    text = page(WITH_MOMENTS).text.split("Timeline")[1]

    assert (
        "First divergence: up to here nothing but what is known or unseen → "
        "POST https://graph.microsoft.com/v1.0/communications/calls ≠ 1 drift 2026-01-02T03:04:05Z "
        "recorded 201 · Running fake 201 · running"
    ) in text
    assert text.count("First divergence") == 1
    assert '≠ "status": "Running",' in text
    assert '≠ "status": "running",' in text


def test_nothing_is_told_by_an_arrow_alone() -> None:
    arrows = [a for a in page(WITH_MOMENTS).all("span") if a.get("class") == "arrow"]

    assert [a.get("aria-label") for a in arrows] == ["request", "notification", "notification"]


def test_drift_leads_to_its_moment() -> None:
    text = as_html(Verification((WITH_MOMENTS,)))

    assert '<a class="path" href="#cassette-1-1"><code>requests/1/response/body/status</code></a>' in text
    assert '<li class="moment  drift" id="cassette-1-1">' in text


def test_ids_stand_by_role() -> None:
    assert "1 id by role role recorded fake first seen <call:1> aaaa bbbb requests/1/url" in page(WITH_MOMENTS).text


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ((), "? none nothing to compare: no cassette was found cassettes 0 drifts 0"),
        ((SAME,), "✓ same The fake did what was recorded"),
        ((NONE,), "? none Nothing differs, but not every cassette could be compared: that is no success."),
        ((SAME, DRIFT), "✗ drift The fake did something else than was recorded."),
    ],
    ids=["nothing", "same", "none", "drift"],
)
def test_page_begins_with_the_verdict(results: tuple[Result, ...], said: str) -> None:
    title, text = page(*results).text.split("graph-harness verify", 1)

    assert title == f"{said.split()[1]} · "
    assert text.strip().startswith(f"graph-harness verify {said}")


def test_tables_have_scopes_and_headings_no_gaps() -> None:
    read = Page(as_html(ALL))

    assert [a for a in read.all("th") if "scope" not in a] == []
    levels = [int(tag[1]) for tag, _ in read.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert [(a, b) for a, b in pairwise(levels) if b > a + 1] == []


def test_colours_have_contrast() -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1, in light and dark."""
    css = as_html(Verification(())).split("<style>")[1]
    light, dark = [
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    ]
    plain = [(name, back) for name in ("text", "muted", "link", "same", "drift", "none") for back in ("page", "panel")]
    marked = [("drift", "drift-back"), ("known", "known-back"), ("muted", "unseen-back")]

    for theme in (light, dark):
        poor = [(a, b) for a, b in (*plain, *marked) if _contrast(theme[a], theme[b]) < 4.5]
        assert poor == []


def _contrast(a: str, b: str) -> float:
    bright, dim = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_page_of_all_shipped_cassettes_is_whole_and_small(shipped: Verification) -> None:
    text = as_html(shipped)
    read = Page(text)

    assert read.problems == []
    assert len([a for a in read.all("details") if a.get("class") == "cassette"]) == len(shipped.results)
    assert "Cut here" not in text
    assert "Left out" not in text
    assert len(text.encode()) < 3_000_000


def test_page_of_a_thousand_cassettes_stays_readable(shipped: Verification) -> None:
    """Bodies of what holds are left out at some point, and the page says where they are."""
    many = Verification((shipped.results * 16)[:1000])

    text = as_html(many)

    assert "Left out to keep the page small: <code>graph-harness show " in text
    assert len(text.encode()) < 15_000_000


def test_timeline_of_a_cassette_has_one_lane() -> None:
    read = Page(timeline_as_html(load(CASSETTES / "documented" / "participant-invite.1-one-participant.yaml")))

    assert read.problems == []
    assert "fake" not in read.text.split("Timeline")[1]
    assert "≠" not in read.text
    assert [a.get("class") for a in read.all("div") if "lanes" in (a.get("class") or "")] == ["lanes one"] * 6
    assert "→ POST https://graph.microsoft.com/v1.0/communications/calls/<call:1>/participants/invite" in read.text
    assert '"status": "Running"' in read.text
    assert "Ids by role role id first seen <call:1>" in read.text


def test_what_one_result_holds_without_moments_has_no_timeline() -> None:
    assert "Timeline" not in page(DRIFT).text
