"""Many threads and clients at a time: every request is answered, by the responder, with its own answer."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import aiohttp
import httpx
import pytest
import requests
import urllib3

from harness.intercept import intercepting
from tests.intercept.answering import CLIENTS, Echo
from tests.intercept.network import Network

THREADS, REQUESTS = 16, 200


@pytest.fixture(autouse=True)
def _switch_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_no_request_is_lost_and_none_escapes(real_network: Network) -> None:
    """The routed host is the real network's own: whatever slips through would be served there, and counted."""
    echo = Echo()
    url = real_network.url

    def ask(thread: int) -> int:
        right = 0
        with requests.Session() as session, httpx.Client() as client, urllib3.PoolManager() as pool:
            asks: tuple[Any, ...] = (
                lambda to: session.get(to).json(),
                lambda to: client.get(to).json(),
                lambda to: pool.request("GET", to).json(),
                lambda to: CLIENTS["http.client"]("GET", to, None)[1],
                lambda to: CLIENTS["urllib.request"]("GET", to, None)[1],
            )
            for number in range(REQUESTS):
                to = f"{url}/{thread}/{number}"
                right += asks[number % len(asks)](to).get("uri") == to
        return right

    with intercepting({"127.0.0.1": echo}) as interception, ThreadPoolExecutor(THREADS) as threads:
        right = sum(threads.map(ask, range(THREADS)))

    assert right == THREADS * REQUESTS
    assert len(echo.asked) == THREADS * REQUESTS
    assert real_network.hits == []
    assert interception.violations == []


def test_tasks_of_asyncio_clients_get_their_own_answers(real_network: Network) -> None:
    echo = Echo()

    async def ask() -> int:
        async with aiohttp.ClientSession() as session, httpx.AsyncClient() as client:

            async def one(number: int) -> bool:
                to = f"{real_network.url}/{number}"
                if number % 2:
                    return bool((await client.get(to)).json()["uri"] == to)
                async with session.get(to) as answer:
                    return bool((await answer.json())["uri"] == to)

            return sum(await asyncio.gather(*map(one, range(REQUESTS))))

    with intercepting({"127.0.0.1": echo}):
        assert asyncio.run(ask()) == REQUESTS

    assert real_network.hits == []
