"""What aiohttp does around a request is done around one that is answered here."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from harness.cassette.format import Request, Response
from harness.intercept import intercepting
from tests.intercept.answering import GRAPH, GRAPH_HOST, JSON, Echo

pytest.importorskip("aiohttp.client_middlewares", reason="aiohttp before 3.12 has no middlewares")


async def with_token(request: Any, handler: Any) -> Any:
    request.headers["Authorization"] = "Bearer from-middleware"
    return await handler(request)


async def twice(request: Any, handler: Any) -> Any:
    response = await handler(request)
    return await handler(request) if response.status == 503 else response


async def with_more(request: Any, handler: Any) -> Any:
    await request.update_body(b'{"a": 2}')
    return await handler(request)


class Throttling(Echo):
    """Refuses the first request."""

    def __call__(self, request: Request) -> Response:
        told = super().__call__(request)
        return told if len(self.asked) > 1 else Response(503, None, JSON, b"{}")


class Blocking(Echo):
    blocking = True


def ask(echo: Echo, *, of_session: tuple[Any, ...] = (), session: Any = None, **more: Any) -> Any:
    async def asking() -> Any:
        async with (
            aiohttp.ClientSession(middlewares=of_session, **(session or {})) as client,
            client.post(f"{GRAPH}/x", params={"b": "c"}, json={"a": 1}, **more) as answer,
        ):
            return answer.status, await answer.json()

    with intercepting({GRAPH_HOST: echo}):
        return asyncio.run(asking())


@pytest.mark.parametrize("kind", [Echo, Blocking])
def test_middleware_of_a_session_adds_its_token(kind: type[Echo]) -> None:
    echo = kind()

    status, told = ask(echo, of_session=(with_token,))

    assert (status, told) == (200, {"method": "POST", "uri": f"{GRAPH}/x?b=c", "body": '{"a": 1}'})
    assert echo.header("authorization") == "Bearer from-middleware"
    assert echo.header("content-type") == "application/json"


def test_middleware_of_a_request_stands_in_for_those_of_its_session() -> None:
    echo = Echo()

    ask(echo, of_session=(with_token,), middlewares=())

    assert echo.header("authorization") is None


def test_middleware_asks_again_before_a_status_is_an_error() -> None:
    echo = Throttling()

    status, _ = ask(echo, of_session=(twice, with_token), session={"raise_for_status": True})

    assert (status, len(echo.asked)) == (200, 2)


def test_status_behind_middlewares_is_an_error_where_it_is_elsewhere() -> None:
    with pytest.raises(aiohttp.ClientResponseError, match="503"):
        ask(Throttling(), of_session=(with_token,), raise_for_status=True)


def test_middleware_changes_a_body() -> None:
    echo = Echo()

    ask(echo, of_session=(with_more,))

    assert echo.bodies == [b'{"a": 2}']
