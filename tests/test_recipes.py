"""docs/recipes: every bot and its tests, run as they are shown, in a folder of their own."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp.test_utils  # noqa: F401
import azure.identity.aio  # noqa: F401
import fastapi  # noqa: F401
import jwt  # noqa: F401
import msal  # type: ignore[import-untyped]  # noqa: F401
import msgraph.graph_service_client  # noqa: F401 - as in tests.plugin.suite: pytester forgets what a run imports first
import pytest

import tests.plugin.suite  # noqa: F401 - the same for the rest
from tests.test_docs import README, ROOT, TESTING, blocks, examples

pytest_plugins = ["pytester"]

RECIPES = ROOT / "docs" / "recipes"
PASSING = {"aiohttp": 3, "fastapi": 5, "flask": 8, "msgraph-sdk": 5, "requests": 3}
SETTINGS = "[pytest]\nfilterwarnings = error\nasyncio_default_fixture_loop_scope = function\n"
QUIET = ("-p", "no:randomly", "-p", "no:cacheprovider")
UNREACHED = re.compile(r"\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT)\b")


def copied(recipe: str, folder: Path) -> dict[str, str]:
    """The files that a page shows, written; returned is everything that it names."""
    shown = examples((RECIPES / f"{recipe}.md").read_text())
    for name in shown.keys() - {"serve", "run"}:
        (folder / name).write_text(shown[name])
    return shown


def test_every_recipe_is_in_the_index_and_runs() -> None:
    pages = {page.stem for page in RECIPES.glob("*.md")} - {"README"}

    assert set(re.findall(r"\]\(([\w-]+)\.md\)", (RECIPES / "README.md").read_text())) == pages
    assert pages == {*PASSING, "node"}
    assert "](docs/recipes/README.md)" in README
    assert "](recipes/README.md)" in TESTING


@pytest.mark.parametrize("recipe", PASSING)
def test_every_block_of_python_is_run(recipe: str) -> None:
    page = (RECIPES / f"{recipe}.md").read_text()

    assert list(examples(page)) == ["bot.py", "test_bot.py"]
    assert blocks(page, "python") == list(examples(page).values())


@pytest.mark.parametrize("recipe", PASSING)
def test_recipe_passes(recipe: str, pytester: pytest.Pytester) -> None:
    copied(recipe, pytester.path)
    pytester.path.joinpath("pytest.ini").write_text(SETTINGS)

    pytester.runpytest_inprocess(*QUIET).assert_outcomes(passed=PASSING[recipe])


@pytest.fixture
def npm() -> str:
    """Skips where the recipe for Node cannot be run."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    return str(shutil.which("npm"))


def install(npm: str, folder: Path) -> None:
    """What package.json asks for. Skips where there is no way to whoever has it; every other failure is one."""
    patience = ["--prefer-offline", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
    command = [npm, "install", "--no-package-lock", *patience]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    unreached = UNREACHED.search(done.stderr)
    if done.returncode and unreached:
        pytest.skip(f"npm cannot fetch @microsoft/microsoft-graph-client: {unreached[0]}")
    assert done.returncode == 0, done.stderr


@contextmanager
def serving(command: str, folder: Path) -> Iterator[str]:
    """A command of the page that serves the fake, on a free port in place of its own; its URL."""
    arguments = [sys.executable, "-m", "harness.cli", *shlex.split(command.replace("8445", "0"))[1:]]
    with subprocess.Popen(arguments, cwd=folder, stdout=subprocess.PIPE, text=True) as fake:
        assert fake.stdout is not None
        try:
            yield re.findall(r"https://[\d.:]+", fake.stdout.readline())[0]
        finally:
            fake.terminate()


def test_recipe_for_node_passes(npm: str, tmp_path: Path) -> None:
    shown = copied("node", tmp_path)
    install(npm, tmp_path)

    with serving(shown["serve"], tmp_path) as url:
        script = shown["run"].replace("npm install\n", "").replace("https://127.0.0.1:8445", url)
        done = subprocess.run(["bash", "-euc", script], cwd=tmp_path, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.findall(r"^\W (pass|fail) (\d+)$", done.stdout, re.MULTILINE) == [("pass", "3"), ("fail", "0")]
