"""Whatever a client lets one send as a body reaches the responder as bytes."""

from __future__ import annotations

import asyncio
import http.client
import io
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import httpx
import pytest
import requests

from harness.intercept import intercepting
from tests.intercept.answering import GRAPH, GRAPH_HOST, Echo


def parts() -> Iterator[bytes]:
    yield b"a=1"
    yield b"&b=2"


async def async_parts() -> AsyncIterator[bytes]:
    yield b"a=1"
    yield b"&b=2"


SHAPES: dict[str, Any] = {
    "bytes": lambda: b"a=1&b=2",
    "text": lambda: "a=1&b=2",
    "file": lambda: io.BytesIO(b"a=1&b=2"),
    "iterator": parts,
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("client", ["requests", "httpx", "http.client"])
def test_every_shape_is_bytes(client: str, shape: Any) -> None:
    echo = Echo()

    with intercepting({GRAPH_HOST: echo}):
        if client == "requests":
            requests.post(f"{GRAPH}/x", data=shape(), timeout=5)
        elif client == "httpx":
            httpx.post(f"{GRAPH}/x", content=shape())
        else:
            connection = http.client.HTTPSConnection(GRAPH_HOST)
            connection.request("POST", "/x", shape())
            connection.getresponse().read()

    assert echo.bodies == [b"a=1&b=2"]


@pytest.mark.parametrize("post", [requests.post, httpx.post], ids=["requests", "httpx"])
def test_form_is_encoded(post: Any) -> None:
    echo = Echo()

    with intercepting({GRAPH_HOST: echo}):
        post(f"{GRAPH}/x", data={"a": "1", "b": "ü"})

    assert echo.bodies == [b"a=1&b=%C3%BC"]
    assert echo.header("content-type") == "application/x-www-form-urlencoded"


@pytest.mark.parametrize("post", [requests.post, httpx.post], ids=["requests", "httpx"])
def test_file_of_a_form_is_encoded(post: Any) -> None:
    echo = Echo()

    with intercepting({GRAPH_HOST: echo}):
        post(f"{GRAPH}/x", files={"f": ("a.txt", io.BytesIO(b"inside"))})

    assert b'filename="a.txt"' in (echo.bodies[0] or b"")
    assert b"inside" in (echo.bodies[0] or b"")


def by_aiohttp(**body: Any) -> Echo:
    echo = Echo()

    async def ask() -> None:
        async with aiohttp.ClientSession() as session, session.post(f"{GRAPH}/x", **body) as answer:
            await answer.read()

    with intercepting({GRAPH_HOST: echo}):
        asyncio.run(ask())
    return echo


AIOHTTP_SHAPES = {name: shape for name, shape in SHAPES.items() if shape is not parts} | {"async iterator": async_parts}
"""aiohttp takes no plain iterators."""


@pytest.mark.parametrize("shape", AIOHTTP_SHAPES.values(), ids=AIOHTTP_SHAPES)
@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
def test_aiohttp_every_shape_is_bytes(shape: Any) -> None:
    assert by_aiohttp(data=shape()).bodies == [b"a=1&b=2"]


@pytest.mark.parametrize("kind", [dict, list, aiohttp.FormData], ids=["dict", "pairs", "FormData"])
def test_aiohttp_form_is_encoded(kind: Any) -> None:
    fields = {"a": "1", "b": "ü"}
    echo = by_aiohttp(data=kind(fields.items()) if kind is list else kind(fields))

    assert echo.bodies == [b"a=1&b=%C3%BC"]
    assert echo.header("content-type") == "application/x-www-form-urlencoded"


def test_aiohttp_form_with_a_file_is_encoded() -> None:
    form = aiohttp.FormData()
    form.add_field("f", io.BytesIO(b"inside"), filename="a.txt")

    echo = by_aiohttp(data=form)

    assert b"inside" in (echo.bodies[0] or b"")
    assert (echo.header("content-type") or "").startswith("multipart/form-data; boundary=")


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
def test_aiohttp_json_and_parameters_are_sent_as_it_would() -> None:
    echo = by_aiohttp(json={"a": "ü"}, params={"q": "x y"}, headers={"If-Match": "1"}, auth=aiohttp.BasicAuth("u", "p"))

    assert echo.bodies == [b'{"a": "\\u00fc"}']
    assert echo.asked[0].uri == f"{GRAPH}/x?q=x+y"
    assert echo.header("content-type") == "application/json"
    assert echo.header("if-match") == "1"
    assert echo.header("authorization") == "Basic dTpw"


def test_httpx_async_iterator_is_bytes() -> None:
    echo = Echo()

    async def ask() -> None:
        async with httpx.AsyncClient() as client:
            await client.post(f"{GRAPH}/x", content=async_parts())

    with intercepting({GRAPH_HOST: echo}):
        asyncio.run(ask())

    assert echo.bodies == [b"a=1&b=2"]
