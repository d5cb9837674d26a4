"""docs/sign-in.md and the options of `serve`, held against the code."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.cli import _parser
from harness.delivery import Forgery, HttpPost
from harness.server import create_app
from harness.server.login_refusals import LOGIN_REFUSALS
from tests.conftest import Bot
from tests.server.test_serving import served
from tests.test_docs import ROOT, SERVE, blocks

PAGE = (ROOT / "docs" / "sign-in.md").read_text()


def rows(heading: str) -> list[str]:
    """The rows of the first table below a heading, without its head."""
    lines = PAGE.split(f"# {heading}\n", 1)[1].splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("|---"))
    table = []
    for line in lines[start + 1 :]:
        if not line.startswith("|"):
            break
        table.append(line)
    return table


def test_every_route_of_sign_in_is_documented() -> None:
    rules = create_app(post=Bot()).url_map.iter_rules()
    built = {
        (method, rule.rule.replace("<tenant>", "{tenant}"))
        for rule in rules
        if rule.endpoint.startswith("login.") and rule.endpoint != "login.not_built"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    documented = [re.match(r"\| `(GET|POST) (\S+)` \|", row) for row in rows("Tokens for Graph")]
    assert {(m[1], m[2]) for m in documented if m} == built


def test_every_refusal_of_sign_in_is_documented() -> None:
    expected = [
        f"| `{name}` | {r.status} | `{r.error}` | {r.number or '–'} | {r.message} | {r.evidence} |"
        for name, r in LOGIN_REFUSALS.items()
    ]

    assert rows("Refusals") == expected


def test_every_forgery_is_documented() -> None:
    assert [row.split("`")[1] for row in rows("Forged tokens")] == list(Forgery)


def test_every_option_of_serve_has_its_row() -> None:
    serve = _parser()._subparsers._group_actions[0].choices["serve"]  # type: ignore[union-attr, index]
    options = {o for action in serve._actions for o in action.option_strings if o.startswith("--")}

    assert set(re.findall(r"^\| `(--[\w-]+)` \|", SERVE, re.MULTILINE)) == options - {"--help"}
    synopsis = set(re.findall(r"--[\w-]+", blocks(SERVE, "sh")[0]))
    assert synopsis == options - {"--help"}


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_example_gets_a_token() -> None:
    with served() as fake:
        script = blocks(PAGE, "sh")[0].replace("http://127.0.0.1:8445", fake.url)
        done = subprocess.run(
            ["bash", "-euc", f"{script.rstrip()} --silent"], capture_output=True, timeout=30, check=True
        )

    assert json.loads(done.stdout)["token_type"] == "Bearer"


def test_python_examples_run(monkeypatch: pytest.MonkeyPatch) -> None:
    from botframework.connector.auth import ChannelValidation  # type: ignore[import-untyped]

    monkeypatch.setattr(ChannelValidation, "open_id_metadata_endpoint", None)
    names: dict[str, object] = {}
    for example in blocks(PAGE, "python"):
        exec(example, names)

    assert str(ChannelValidation.open_id_metadata_endpoint).endswith("/v1/.well-known/openidconfiguration")
    assert {"credential", "post"} <= set(names)
    assert names["HttpPost"] is HttpPost


@pytest.mark.skipif(shutil.which("keytool") is None, reason="keytool is not installed")
def test_keytool_takes_the_certificate(tmp_path: Path) -> None:
    from harness.server import certified

    command = next(m for m in re.findall(r"`(keytool .+?)`", PAGE))
    with certified() as given:
        script = command.replace("ca.pem", str(given.ca_file))
        done = subprocess.run(
            ["bash", "-euc", script], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "trust.p12").exists()
