"""What pytest shows and writes of tests in a tenant: the reason, and nothing of the tenant's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.plugin.suite import Suite
from tests.plugin.test_in_a_tenant import HEAD, leaks
from tests.plugin.test_in_a_tenant import tenant as tenant
from tests.standin import StandIn

pytest_plugins = ["pytester"]

BEGIN = """
    def test_shown(graph, record_property):
        bot = graph.bot(my_bot.app, callback="/api/calls")
        call = graph.call(people=[graph.person("one"), graph.person("two")])
        headers = {"Authorization": f"Bearer {signed_in(bot)}"}
        url = f"https://graph.microsoft.com/v1.0/communications/calls/{call.id}/participants"
"""
SHOWN = {
    "form with the secret": """
        form = {"client_id": bot.app_id, "client_secret": bot.client_secret}
        login = f"https://login.microsoftonline.com/{bot.tenant_id}/oauth2/v2.0/token"
        assert requests.post(login, data=form, timeout=10).request.body == ""
    """,
    "secret in a variable": """
        secret = str(bot.client_secret)
        raise ValueError("no reason")
    """,
    "token": """
        assert headers["Authorization"].split()[1] == ""
    """,
    "names that only the harness asked for": """
        print([party.display_name for party in graph.roster(call)])
        assert graph.roster(call) == []
    """,
    "bytes": """
        assert [requests.get(url, headers=headers, timeout=10).content] == []
    """,
    "long values below one another": """
        assert requests.get(url, headers=headers, timeout=10).json()["value"] == []
    """,
    "property": """
        record_property("call", call.id)
        assert not call.id
    """,
}
JUNIT = ("--junitxml=junit.xml", "-ojunit_family=xunit1")
PARTS = ("empf", "fabrikam", "vänsk", "okonkwo", "reiß", "flege", "d'ambr", "9drh2j", "ne48q", "stand.in")
"""Of what is planted: what is left of it where a text was cut."""


@pytest.mark.parametrize("more", [(), ("-vv",), ("--showlocals",)], ids=["short", "vv", "showlocals"])
@pytest.mark.parametrize("case", SHOWN)
def test_nothing_of_the_tenants_is_shown(suite: Suite, tenant: StandIn, case: str, more: tuple[str, ...]) -> None:
    suite.write(HEAD, BEGIN + SHOWN[case])

    failed = suite.run(
        "--graph-target=live",
        "--graph-report=report.html",
        "--junitxml=junit.xml",
        "-ojunit_family=xunit1",
        "-rA",
        *more,
    )

    failed.assert_outcomes(failed=1)
    shown = failed.stdout.str().lower()
    assert [value for value in (*tenant.planted, *PARTS) if value.lower() in shown] == []
    assert leaks(suite.path, tenant) == []


def test_file_of_a_bot_that_is_elsewhere_is_named(
    suite: Suite, tenant: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What can be imported can be in a traceback."""
    folder = tmp_path / "sources" / "with-a-long-name-of-their-own"
    folder.mkdir(parents=True)
    (folder / "bot_of_theirs.py").write_text("def act():\n    raise ValueError('no reason')\n")
    monkeypatch.syspath_prepend(str(folder))
    suite.write(HEAD, BEGIN + "        import bot_of_theirs; bot_of_theirs.act()\n")

    failed = suite.run("--graph-target=live", "--tb=native")

    failed.assert_outcomes(failed=1)
    failed.stdout.fnmatch_lines([f'*File "{folder / "bot_of_theirs.py"}", line 2, in act'])


def test_summary_says_why(suite: Suite, tenant: StandIn) -> None:
    suite.write(HEAD, BEGIN + "        raise ValueError(f'not in {call.id}')\n")

    failed = suite.run("--graph-target=live")

    failed.assert_outcomes(failed=1)
    failed.stdout.fnmatch_lines(
        [
            "E       ValueError: not in 00000000-0000-4000-8000-ab*",
            "FAILED test_bot.py::test_shown - ValueError: not in 00000000-*",
        ]
    )


@pytest.mark.parametrize(
    ("mark", "end", "outcome"),
    [
        ("@pytest.mark.xfail", "raise ValueError(call.id)", "xfailed"),
        ("@pytest.mark.skipif(False, reason='')", "pytest.skip(f'no {call.id}')", "skipped"),
        ("@pytest.mark.skipif(False, reason='')", "pytest.xfail(f'no {call.id}')", "xfailed"),
    ],
)
def test_nor_of_one_that_may_fail(
    suite: Suite, tenant: StandIn, pytestconfig: pytest.Config, mark: str, end: str, outcome: str
) -> None:
    suite.write(HEAD, f"\n    {mark}{BEGIN}        {end}\n")

    shown_too = ["--xfail-tb"] if hasattr(pytestconfig.option, "xfail_tb") else []

    run = suite.run("--graph-target=live", *JUNIT, "-rA", *shown_too)

    run.assert_outcomes(**{outcome: 1})
    shown = run.stdout.str()
    assert [value for value in tenant.planted if value in shown] == []
    assert leaks(suite.path, tenant) == []


def test_nor_in_warnings_and_logs(suite: Suite, tenant: StandIn) -> None:
    """Which pytest shows beside its reports, the latter while the test runs."""
    suite.write(
        HEAD,
        f"""
    import logging, threading, warnings
    @pytest.mark.filterwarnings("always"){BEGIN}
        names = [party.display_name for party in graph.roster(call)]
        warnings.warn(f"{{call.id}} of {{names}}", DeprecationWarning)
        logging.getLogger("bot").error("%s of %s", call.id, names)
        def fail():
            raise ValueError(call.id)
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
""",
    )
    logs = ("-olog_cli=true", "--log-cli-level=DEBUG", "--log-file=run.log", "--log-file-level=DEBUG")

    run = suite.run("--graph-target=live", *logs)

    run.assert_outcomes(passed=1, warnings=2)
    shown = run.stdout.str()
    assert [value for value in (*tenant.planted, *PARTS) if value in shown] == []
    assert leaks(suite.path, tenant) == []
    said = re.compile(r"00000000-0000-4000-8000-ab\d{10} of \['text-\d+', 'text-\d+', 'text-\d+'\]")
    written = (suite.path / "run.log").read_text()
    assert [len(said.findall(text)) for text in (shown, written)] == [2, 1]


def test_files_are_named(suite: Suite, tenant: StandIn) -> None:
    """Whatever their names look like: they are where the reader has to look."""
    suite.write(HEAD, BEGIN)
    folder = suite.path / "somewhere" / "with-a-long-name-of-its-own"

    nothing = suite.run("--graph-target=record", f"--graph-cassette-dir={folder}")

    nothing.assert_outcomes(passed=1, errors=1)
    path = Path(folder) / "test_bot" / "test_shown.yaml"
    nothing.stdout.fnmatch_lines([f"{path}: is not recorded: nothing passed that is kept"])
