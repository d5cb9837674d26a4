"""Bots and tests on an event loop: nothing waits for itself."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from harness.errors import UsageError
from harness.target import FakeApp, open_fake
from tests.target.bot import GRAPH


@pytest.fixture(scope="module")
def app() -> FakeApp:
    return FakeApp()


async def invite(call_id: str, user_id: str) -> None:
    body = {"participants": [{"identity": {"user": {"id": user_id}}}]}
    async with httpx.AsyncClient(headers={"Authorization": "Bearer any"}) as client:
        answer = await client.post(f"{GRAPH}/calls/{call_id}/participants/invite", json=body)
        answer.raise_for_status()


def test_bot_on_the_loop_of_the_test_is_told_while_it_goes_on(app: FakeApp) -> None:
    async def run() -> None:
        with open_fake(app=app) as graph:
            told: list[Any] = []

            async def bot(notification: Any) -> None:
                await asyncio.sleep(0)
                told.append(notification.value[0]["changeType"])

            graph.bot(bot)
            adele, call = graph.person("adele"), graph.call()
            await invite(call.id, adele.id)
            await graph.adrain()

            assert adele in call.roster
            assert told == ["deleted", "updated"]
            assert await graph.await_for(lambda: len(told) == 2)
            await graph.aadvance(1)

    asyncio.run(run())


def test_bot_that_works_after_its_answer_is_waited_for(app: FakeApp) -> None:
    async def run() -> None:
        with open_fake(app=app) as graph:
            tasks: list[asyncio.Task[None]] = []

            async def bot(notification: Any) -> None:
                if len(tasks) == 0:
                    tasks.append(asyncio.create_task(invite(call.id, adele.id)))

            graph.bot(bot)
            adele, call = graph.person("adele"), graph.call()
            graph.person("bob").joins(call)

            assert await graph.await_for(lambda: adele in call.roster)

    asyncio.run(run())


def test_draining_on_the_loop_of_the_bot_is_refused_with_the_way_out(app: FakeApp) -> None:
    async def run() -> None:
        with open_fake(app=app) as graph:

            async def bot(notification: Any) -> None: ...

            graph.bot(bot)
            with pytest.raises(UsageError, match=r"await graph\.adrain\(\)"):
                graph.drain()

    asyncio.run(run())
