"""A responder for tests, and each client as a function: method, URL and JSON go in, status and JSON come back."""

from __future__ import annotations

import asyncio
import http.client
import json
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx
import requests
import urllib3

from harness.cassette.format import Request, Response

GRAPH = "https://graph.microsoft.com"
LOGIN = "https://login.microsoftonline.com"
GRAPH_HOST = "graph.microsoft.com"
JSON = {"Content-Type": ("application/json",)}


@dataclass
class Echo:
    """Keeps what it was asked and tells it again."""

    asked: list[Request] = field(default_factory=list)

    def __call__(self, request: Request) -> Response:
        self.asked.append(request)
        told = {"method": request.method, "uri": request.uri, "body": (request.body or b"").decode("latin-1")}
        return Response(200, None, JSON, json.dumps(told).encode())

    @property
    def bodies(self) -> list[bytes | None]:
        return [request.body for request in self.asked]

    def header(self, name: str) -> str | None:
        """Of the last request."""
        found = [v for n, values in self.asked[-1].headers.items() if n.lower() == name.lower() for v in values]
        return found[0] if found else None


Client = Callable[[str, str, Any], tuple[int, Any]]
"""Method, URL, and what is sent as JSON, or None."""


def by_requests(method: str, url: str, value: Any) -> tuple[int, Any]:
    answer = requests.request(method, url, json=value, timeout=5)
    return answer.status_code, answer.json()


def by_requests_session(method: str, url: str, value: Any) -> tuple[int, Any]:
    with requests.Session() as session:
        answer = session.request(method, url, json=value)
    return answer.status_code, answer.json()


def by_urllib3(method: str, url: str, value: Any) -> tuple[int, Any]:
    with urllib3.PoolManager() as pool:
        answer = pool.request(method, url, json=value)
    return answer.status, json.loads(answer.data)


def by_http_client(method: str, url: str, value: Any) -> tuple[int, Any]:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc)
    connection.request(method, url.partition(parts.netloc)[2], _sent(value), _type(value))
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, json.loads(body)


def by_urllib(method: str, url: str, value: Any) -> tuple[int, Any]:
    request = urllib.request.Request(url, _sent(value), _type(value), method=method)
    with urllib.request.urlopen(request) as answer:
        return answer.status, json.loads(answer.read())


def by_httpx(method: str, url: str, value: Any) -> tuple[int, Any]:
    answer = httpx.request(method, url, json=value)
    return answer.status_code, answer.json()


def by_httpx_http2(method: str, url: str, value: Any) -> tuple[int, Any]:
    with httpx.Client(http2=True) as client:
        answer = client.request(method, url, json=value)
    return answer.status_code, answer.json()


def by_httpx_async(method: str, url: str, value: Any) -> tuple[int, Any]:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient() as client:
            return await client.request(method, url, json=value)

    answer = asyncio.run(ask())
    return answer.status_code, answer.json()


def by_httpx_async_http2(method: str, url: str, value: Any) -> tuple[int, Any]:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(http2=True) as client:
            return await client.request(method, url, json=value)

    answer = asyncio.run(ask())
    return answer.status_code, answer.json()


def by_aiohttp(method: str, url: str, value: Any) -> tuple[int, Any]:
    async def ask() -> tuple[int, Any]:
        async with aiohttp.ClientSession() as session, session.request(method, url, json=value) as answer:
            return answer.status, await answer.json()

    return asyncio.run(ask())


def by_aiohttp_base_url(method: str, url: str, value: Any) -> tuple[int, Any]:
    async def ask() -> tuple[int, Any]:
        parts = urlsplit(url)
        base = f"{parts.scheme}://{parts.netloc}"
        async with (
            aiohttp.ClientSession(base_url=base) as session,
            session.request(method, url.removeprefix(base), json=value) as answer,
        ):
            return answer.status, await answer.json()

    return asyncio.run(ask())


CLIENTS: dict[str, Client] = {
    "requests": by_requests,
    "requests, session": by_requests_session,
    "urllib3": by_urllib3,
    "http.client": by_http_client,
    "urllib.request": by_urllib,
    "httpx": by_httpx,
    "httpx, HTTP/2": by_httpx_http2,
    "httpx, async": by_httpx_async,
    "httpx, async, HTTP/2": by_httpx_async_http2,
    "aiohttp": by_aiohttp,
    "aiohttp, base_url": by_aiohttp_base_url,
}


def _sent(value: Any) -> bytes | None:
    return None if value is None else json.dumps(value).encode()


def _type(value: Any) -> dict[str, str]:
    return {} if value is None else {"Content-Type": "application/json"}
