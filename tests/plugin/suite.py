"""Test suites as users write them, run in a folder of their own."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import cryptography.hazmat.primitives.asymmetric.padding
import cryptography.hazmat.primitives.asymmetric.rsa
import cryptography.hazmat.primitives.hashes  # noqa: F401
import pytest
import requests  # noqa: F401
import responses  # noqa: F401
import vcr  # type: ignore[import-untyped, unused-ignore]  # noqa: F401

import harness.target  # noqa: F401 - pytester forgets modules that were first imported in a run, whatever they hold

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
BOT = Path(__file__).parents[1] / "target" / "bot.py"

HEADLINE = """
    def test_agent_is_invited(graph):
        graph.bot(my_bot.app)
        adele = graph.person("adele")
        call = graph.call(kind="group", chat=True)

        my_bot.bring_in(call.id, adele.id)
        graph.drain()

        assert adele in graph.roster(call)
"""


class Suite:
    """One test file beside a bot, and pytest to run it with. Runs in this process, in the order of the file."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        pytester.makepyfile(bot_of_ours=BOT.read_text())

    @property
    def path(self) -> Path:
        return self.pytester.path

    def write(self, *parts: str, name: str = "test_bot", head: str = "") -> Path:
        lines = ["import pytest, requests", "from bot_of_ours import MyBot", dedent(head), "my_bot = MyBot()"]
        text = "\n".join([*lines, *map(dedent, parts)])
        return self.pytester.makepyfile(**{name: text})

    def run(self, *arguments: str) -> pytest.RunResult:
        quiet = ("-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:asyncio")
        return self.pytester.runpytest_inprocess(*quiet, *arguments)
