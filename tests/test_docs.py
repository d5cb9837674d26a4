"""The manual, held against the code: commands and examples run, tables are whole.

`python -m tests.test_docs` writes docs/refusals.md anew.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from textwrap import indent
from typing import Any
from unittest.mock import Mock

import pytest

from harness import pytest_plugin
from harness.cassette.format import load
from harness.cassette.headers import NOTIFICATION_HEADERS, RESPONSE_HEADERS
from harness.cassette.pseudonyms import Pseudonyms
from harness.cassette.scenario import KINDS, Known, Omitted, Scenario, Source, SourceKind, Unseen
from harness.cassette.unclean import NEVER, Rule
from harness.cli import _parser, main
from harness.cli.verify import FORMS
from harness.delivery import DeliverySettings, Order
from harness.delivery.bot_kinds import BotKind
from harness.graph.refusals import FAILURES, REFUSALS, Refusal
from harness.graph.types import Rules
from harness.parity.routes import ROUTES
from harness.pytest_plugin.options import ARGUMENTS, pytest_addoption
from harness.report import timeline
from harness.server import Fault, create_app
from harness.server.fault_bodies import fault_to_json
from harness.server.faults import DEFAULTS, TOKEN_DEFAULTS, VERBS
from harness.server.given import rules_to_json
from harness.target import Config
from tests.conftest import Bot, Rig
from tests.plugin.suite import Suite
from tests.server.listening import listening
from tests.server.test_serving import served

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
CASSETTES = (ROOT / "docs" / "cassettes.md").read_text()
BOTS = (ROOT / "docs" / "bots.md").read_text()
FAULTS = (ROOT / "docs" / "faults.md").read_text()
TESTING = (ROOT / "docs" / "testing.md").read_text()
RECORD = (ROOT / "docs" / "record.md").read_text()
SERVE = (ROOT / "docs" / "serve.md").read_text()
SANITISING = (ROOT / "docs" / "sanitising.md").read_text()
TENANT = (ROOT / "docs" / "tenant.md").read_text()
VERIFY = (ROOT / "docs" / "verify.md").read_text()
INVITE = ROOT / "cassettes" / "documented" / "participant-invite.1-one-participant.yaml"


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a page in one language, in order; "" is for blocks that name none."""
    found: list[tuple[str, list[str]]] = []
    is_inside = False
    for line in page.splitlines(keepends=True):
        if line.startswith("```"):
            if not is_inside:
                found.append((line[3:].strip(), []))
            is_inside = not is_inside
        elif is_inside:
            found[-1][1].append(line)
    return ["".join(lines) for name, lines in found if name == language]


def examples(page: str) -> dict[str, str]:
    """The fenced blocks of a page that are named, `<!-- example: NAME -->`, by their names."""
    found = re.findall(r"^<!-- example: ([^\n]+?) -->\n```\w*\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(found) == page.count("<!-- example: "), "a block stands right below its name, which is its own"
    return dict(found)


def test_ci_runs_the_two_commands_of_the_first_screen() -> None:
    first, second = blocks(README, "sh")[:2]
    ci = (ROOT / ".ci" / "run").read_text()

    wanted = re.findall(r"command_in_readme '(.+?)'", ci)
    assert [[w in block for w in wanted] for block in (second, first)] == [[True, False], [False, True]]
    assert [block.count("\n") for block in (first, second)] == [1, 1]


def test_first_look_shows_what_verify_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    shown = blocks(README, "")[0].splitlines()

    assert main(["verify"]) == 0

    printed = capsys.readouterr().out.splitlines()
    assert shown[0] in printed
    assert shown[-1] == printed[-1]


def test_timeline_in_the_readme_is_what_show_prints() -> None:
    assert timeline(load(INVITE)).splitlines()[1:] == blocks(README, "")[2].splitlines()


def test_curl_example_carries_a_bot_through() -> None:
    with listening() as bot, served() as fake:
        script = examples(README)["curl"].replace("http://127.0.0.1:8445", fake.url)
        script = script.replace("http://127.0.0.1:8446/api/calls", bot.url)

        done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, timeout=60, check=False)
        items = bot.wait_for(9)

    assert (done.returncode, done.stderr) == (0, "")
    assert '"clientContext":"first invite"' in done.stdout
    assert [(i["changeType"], i["resourceUrl"].split("/")[-1] == "participants") for i in items[-4:]] == [
        ("deleted", False),
        ("updated", True),
        ("updated", False),
        ("deleted", False),
    ]


def test_python_example_makes_an_app() -> None:
    namespace: dict[str, Any] = {}

    exec(blocks(SERVE, "python")[0], namespace)

    assert namespace["app"].name == "harness.fake"


def test_example_of_a_bot_runs(capsys: pytest.CaptureFixture[str]) -> None:
    exec(examples(BOTS)["bots"], {})

    assert capsys.readouterr().out.splitlines() == [
        "application/json establishing",
        "call 202",
        "application/json established",
        "call 202",
    ]


def test_every_kind_of_bot_is_documented() -> None:
    assert re.findall(r"\| `([\w-]+)` \|$", BOTS, re.MULTILINE) == list(BotKind)


def test_every_order_of_delivery_is_documented() -> None:
    section = SERVE.split("Delivery settings:")[1].split("\n\n")[0]

    assert [order for order in Order if f"`{order}`" not in section] == []
    assert [f.name for f in fields(DeliverySettings) if f"`{f.name}`" not in section] == []


def test_seeding_example_is_accepted(fake: Rig) -> None:
    example = json.loads(blocks(SERVE, "json")[0])

    assert fake.control("POST", "/calls", example).status_code == 201


def test_every_option_is_documented() -> None:
    pages = README + RECORD + SERVE + TENANT + VERIFY
    commands = _parser()._subparsers._group_actions[0].choices  # type: ignore[union-attr]
    options = [o for parser in commands.values() for a in parser._actions for o in a.option_strings]  # type: ignore[union-attr]

    assert [o for o in options if o not in pages and o not in ("-h", "--help")] == []


def test_every_option_of_verify_has_a_row() -> None:
    verify = _parser()._subparsers._group_actions[0].choices["verify"]  # type: ignore[union-attr, index]
    options = {o for action in verify._actions for o in action.option_strings if o.startswith("--")}

    assert set(re.findall(r"^\| `(--[\w-]+)` \|", VERIFY, re.MULTILINE)) == options - {"--help"}


def test_every_form_of_report_is_documented() -> None:
    row = next(line for line in VERIFY.splitlines() if line.startswith("| `--report` |"))
    forms = next(line for line in VERIFY.splitlines() if line.startswith("| `--output` |"))

    assert re.findall(r"`(\.\w+)`", row) == list(FORMS)
    assert re.findall(r"`(\w+)`", forms) == list(FORMS.values())


def test_manual_links_to_the_schema_of_the_report() -> None:
    assert "](verify.schema.json)" in VERIFY
    assert (ROOT / "docs" / "verify.schema.json").exists()


def test_every_option_and_setting_of_the_plugin_is_documented() -> None:
    parser = Mock()

    pytest_addoption(parser)

    added = parser.getgroup.return_value.addoption.call_args_list
    options = {call.args[0]: call.args[0].removeprefix("--").replace("-", "_") for call in added}
    assert {call.args[0] for call in parser.addini.call_args_list} == set(options.values())
    assert {o: s for s, o in re.findall(r"^\| `(\w+)` \| `(--graph-[\w-]+)` \|", TESTING, re.MULTILINE)} == options
    assert "| `graph_verify` | `--graph-verify` |" in VERIFY


def test_every_argument_of_the_marker_is_documented() -> None:
    section = TESTING.split("## Marker")[1].split("##")[0]

    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == list(ARGUMENTS)


def test_every_fixture_is_documented() -> None:
    section = TESTING.split("## Fixtures")[1].split("##")[0]
    fixtures = {name for name in pytest_plugin.__all__ if not name.startswith("pytest_")}

    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == fixtures


def test_every_member_of_the_config_is_documented() -> None:
    row = next(line for line in TESTING.splitlines() if line.startswith("| `graph_config` |"))

    assert re.findall(r"`(\w+)`", row)[1:] == [f.name for f in fields(Config)]


@pytest.mark.parametrize(("page", "example"), [(README, "headline"), (TESTING, "first")], ids=["readme", "manual"])
def test_headline_passes_as_it_is_printed(pytester: pytest.Pytester, page: str, example: str) -> None:
    suite = Suite(pytester)
    suite.write(f"my_flask_or_asgi_app_or_callable_or_url = my_bot.app\n\n{examples(page)[example]}")

    suite.run().assert_outcomes(passed=1)


def test_what_the_manual_scripts_can_be_scripted(pytester: pytest.Pytester) -> None:
    """Every other example of the manual that is lines of a test, run in one."""
    suite = Suite(pytester)
    lines = [b for b in blocks(TESTING, "python") if not b.startswith(("def ", "@", "from "))]
    of_bots = "".join(b for b in lines if "graph.bot(one.app" in b)
    rest = "".join(b for b in lines if "graph.bot(one.app" not in b)
    suite.write(
        "one, two = MyBot(), MyBot()",
        "def test_rest(graph):\n    graph.bot(my_bot.app, has_number=True)\n    call = graph.call()\n"
        + indent(rest, "    ").replace("graph.wait_for", "graph.person('adele').joins(call)\n    graph.wait_for"),
        "def test_bots(graph):\n" + indent(of_bots, "    "),
    )

    suite.run().assert_outcomes(passed=2)


def test_example_without_pytest_runs(capsys: pytest.CaptureFixture[str]) -> None:
    exec(examples(TESTING)["without pytest"], {})

    assert capsys.readouterr().out == "updated roster of 2\n"


def test_every_control_route_is_documented() -> None:
    rules = [r for r in create_app(post=Bot()).url_map.iter_rules() if r.rule.startswith("/__admin")]
    routes = {
        (
            method,
            re.sub(r"<any\((.+)\):what>", r"\1", rule.rule)
            .replace("<call_id>", "{id}")
            .replace("<operation_id>", "{operation}")
            .replace("<int:number>", "{number}"),
        )
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    known = {(m, p) for m, p in routes if ", " not in p}
    several = [p.rsplit("/", 1) for _, p in routes if ", " in p]
    known |= {("POST", f"{path}/{verb}") for path, verbs in several for verb in verbs.split(", ")}

    documented = set(re.findall(r"`(GET|POST|PUT|DELETE) (/__admin[^`]*)`", SERVE))
    documented |= {("POST", f"/__admin/calls/{{id}}/{v}") for v in re.findall(r"`…/([\w/{}]+)`", SERVE)}
    assert documented == known


def default_rows(table: Mapping[int, Refusal]) -> list[str]:
    """Rows of docs/faults.md, from a table in the code."""
    rows = [f"| {s} | `{r.code}` | {r.message or '(empty)'} | {r.evidence} | {r.source} |" for s, r in table.items()]
    return ["| status | code | message | evidence | source |", "|---|---|---|---|---|", *rows]


def test_every_verb_of_faults_is_documented_with_its_request() -> None:
    section = FAULTS.split("## Verbs")[1].split("##")[0]
    rows = dict(re.findall(r"^\| `([\w-]+)` \| (.+) \|$", section, re.MULTILINE))

    assert list(rows) == list(VERBS)
    of_graph = [request for verb, request in rows.items() if verb not in ("token", "any")]
    assert sorted(of_graph) == sorted(f"`{route.name}`" for route in ROUTES)


def test_every_member_of_a_fault_is_documented() -> None:
    section = FAULTS.split("## Members")[1].split("##")[0]
    rows = re.findall(r"^\| (`.+?`) \| (`.+?`) \|", section, re.MULTILINE)
    python, spelled = ([n for row in rows for n in re.findall(r"`(\w+)`", row[column])] for column in (0, 1))

    assert sorted(python) == sorted(f.name for f in fields(Fault))
    assert sorted(spelled) == sorted(fault_to_json(Fault("any", status=503)))


def test_default_codes_of_faults_are_current() -> None:
    section = FAULTS.split("## Default codes")[1].split("##")[0]

    shown = [line for line in section.splitlines() if line.startswith("|")]
    assert shown == [*default_rows(DEFAULTS), *default_rows(TOKEN_DEFAULTS)]


def test_examples_of_faults_are_accepted(fake: Rig) -> None:
    namespace: dict[str, Any] = {}

    exec(blocks(FAULTS, "python")[0], namespace)

    assert [h.fault.verb for h in namespace["faults"].held()] == ["invite", "get-call", "hang-up"]
    assert fake.control("POST", "/faults", json.loads(blocks(FAULTS, "json")[0])).status_code == 201


def test_every_rule_is_documented_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([\w.]+) \|", SERVE.split("## Rules")[1], re.MULTILINE))

    assert rows == {name: str(value).lower() for name, value in rules_to_json(Rules()).items()}
    assert len(rows) == len(fields(Rules))


def test_every_kind_of_drift_is_documented() -> None:
    section = VERIFY.split("## Kinds of drift")[1].split("##")[0]

    assert tuple(re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE)) == KINDS


def test_headers_that_count_are_documented() -> None:
    section = VERIFY.split("### Headers that count")[1].split("##")[0]
    rows = re.findall(r"^\| (\w+) \| (`.+`) \|", section, re.MULTILINE)

    documented = {of: tuple(re.findall(r"`(.+?)`", names)) for of, names in rows}
    assert documented == {"answers": RESPONSE_HEADERS, "notifications": NOTIFICATION_HEADERS}


def test_smallest_cassette_is_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cassettes").mkdir()
    for name in ("hang-up.yaml", "hang-up.scenario.yaml"):
        (tmp_path / "cassettes" / name).write_text(examples(CASSETTES)[name])

    assert main(["verify"]) == 0

    assert capsys.readouterr().out == blocks(CASSETTES, "")[0]


def test_every_member_of_a_scenario_file_is_documented() -> None:
    rows = dict(re.findall(r"^\| (`[\w.]+`(?:, `[\w.]+`)*) \| (.+?) \|", CASSETTES, re.MULTILINE))
    documented = {name for names in rows for name in re.findall(r"`([\w.]+)`", names)}

    def names(of: type) -> set[str]:
        return {f.name for f in fields(of)}

    assert {n for n in documented if "." not in n} == names(Scenario) - {"path"}
    assert {n for n in documented if n.startswith("source.")} == {f"source.{n}" for n in names(Source)}
    assert re.findall(r"`(\w+)`", rows["`source.kind`"]) == list(SourceKind)
    for member, of in (("known", Known), ("unseen", Unseen), ("omitted", Omitted)):
        assert set(re.findall(r"`(\w+)`", rows[f"`{member}`"])) == names(of)


def test_every_rule_of_lint_is_documented() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| .+? \| (yes)? ?\|$", SANITISING, re.MULTILINE)

    assert {name: said == "yes" for name, said in rows} == {str(rule): rule in NEVER for rule in Rule}


def test_every_placeholder_is_documented() -> None:
    drawn = Pseudonyms()
    written = [drawn.guid("1" * 8 + "-1111" * 3 + "-" + "1" * 12), drawn.phone("+4930123456"), drawn.mail("a@b.org")]
    written += [drawn.host("b.org"), drawn.text("a"), "REDACTED", "0"]

    table = SANITISING.split("## Placeholders")[1].split("##")[0]
    assert re.findall(r"^\| `(.+?)` \|", table, re.MULTILINE) == written


def refusals_page() -> str:
    """docs/refusals.md, from the tables in the code."""
    refused = [
        f"| `{name}` | {r.status} | `{r.code}` | {r.message} | {r.evidence} | {r.source} |"
        for name, r in REFUSALS.items()
    ]
    failed = [
        f"| `{name}` | {f.code} | {f.subcode} | {f.reason} | {f.diag_code} | {f.evidence} | {f.source} |"
        for name, f in FAILURES.items()
    ]
    return "\n".join(
        [
            "# Refusals and failures",
            "",
            "How the fake refuses a request, and how it tells that an invitation failed. What is `assumed` nobody has",
            "documented or published; each answer can be set by its name: `Settings(refusals={…})`.",
            '"CS 66" is issue 66 of `microsoftgraph/microsoft-graph-comms-samples`.',
            "",
            "## Refusals",
            "",
            "| name | status | code | message | evidence | source |",
            "|---|---|---|---|---|---|",
            *refused,
            "",
            "## Failed invitations",
            "",
            "Told as `addParticipants failed for participant {id}. Underlying reason: {reason}. DiagCode: {diagCode}`,",
            "with `.@` behind it for everybody but phones (observed).",
            "",
            "| name | code | subcode | reason | DiagCode | evidence | source |",
            "|---|---|---|---|---|---|---|",
            *failed,
            "",
        ]
    )


def test_page_of_refusals_is_current() -> None:
    assert (ROOT / "docs" / "refusals.md").read_text() == refusals_page()


if __name__ == "__main__":
    (ROOT / "docs" / "refusals.md").write_text(refusals_page())
    sys.exit(0)
