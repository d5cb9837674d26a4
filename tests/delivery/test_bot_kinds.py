"""Rules of telling what a bot is by looking at it."""

from __future__ import annotations

import functools
import types
from typing import Any
from unittest.mock import AsyncMock, Mock

import pytest
import responses
from aiohttp import web
from fastapi import FastAPI
from flask import Flask
from starlette.applications import Starlette

from harness.delivery.bot_kinds import BotKind, kind_of
from harness.errors import UsageError


def wsgi(environ: Any, start_response: Any) -> Any: ...
async def asgi(scope: Any, receive: Any, send: Any) -> None: ...
def function(told: Any) -> None: ...
async def coroutine(told: Any) -> None: ...
def with_default(told: Any, retries: int = 3) -> None: ...
def optional(told: Any = None) -> None: ...
def keywords(told: Any, **more: Any) -> None: ...


class Wsgi:
    def __call__(self, environ: Any, start_response: Any) -> Any: ...


class PerRequest:
    """A WSGI app as PEP 3333 shows one: an instance is the answer."""

    def __init__(self, environ: Any, start_response: Any) -> None: ...


class Asgi:
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...


class Bot:
    def told(self, told: Any) -> None: ...
    async def told_later(self, told: Any) -> None: ...
    async def __call__(self, told: Any) -> None: ...


@functools.wraps(wsgi)
def wrapped(*args: Any, **kwargs: Any) -> Any: ...


got: list[Any] = []


KINDS: dict[str, tuple[Any, BotKind]] = {
    "WSGI function": (wsgi, BotKind.WSGI),
    "wrapper of a WSGI function": (wrapped, BotKind.WSGI),
    "WSGI object": (Wsgi(), BotKind.WSGI),
    "WSGI method": (Wsgi().__call__, BotKind.WSGI),
    "WSGI class": (PerRequest, BotKind.WSGI),
    "Flask": (Flask("bot"), BotKind.WSGI),
    "app inside Flask": (Flask("bot").wsgi_app, BotKind.WSGI),
    "partial of WSGI": (functools.partial(lambda db, environ, start_response: None, "db"), BotKind.WSGI),
    "ASGI function": (asgi, BotKind.ASGI),
    "ASGI object": (Asgi(), BotKind.ASGI),
    "FastAPI": (FastAPI(), BotKind.ASGI),
    "Starlette": (Starlette(), BotKind.ASGI),
    "plain function of three": (lambda scope, receive, send: asgi(scope, receive, send), BotKind.ASGI),
    "partial of ASGI": (functools.partial(asgi), BotKind.ASGI),
    "function": (function, BotKind.CALLABLE),
    "function with a default": (with_default, BotKind.CALLABLE),
    "function of one that it need not get": (optional, BotKind.CALLABLE),
    "function with keywords": (keywords, BotKind.CALLABLE),
    "method": (Bot().told, BotKind.CALLABLE),
    "method of a list": (got.append, BotKind.CALLABLE),
    "partial": (functools.partial(with_default, retries=1), BotKind.CALLABLE),
    "async function": (coroutine, BotKind.ASYNC_CALLABLE),
    "async method": (Bot().told_later, BotKind.ASYNC_CALLABLE),
    "object of async call": (Bot(), BotKind.ASYNC_CALLABLE),
    "partial of async": (functools.partial(coroutine), BotKind.ASYNC_CALLABLE),
    "URL": ("http://127.0.0.1:8446", BotKind.URL),
    "mock of responses": (responses.RequestsMock(), BotKind.RESPONSES),
    "responses": (responses, BotKind.RESPONSES),
}


@pytest.mark.parametrize(("bot", "kind"), KINDS.values(), ids=KINDS)
def test_kind_is_told_by_looking(bot: Any, kind: BotKind) -> None:
    assert kind_of(bot) is kind


MAY_BE = (
    "a WSGI app (environ, start_response), an ASGI app (scope, receive, send), a function of one argument, "
    "plain or async, a URL, or a responses.RequestsMock"
)


class _Named(Mock):
    def __repr__(self) -> str:
        return "<a mock>"


def anything(*args: Any) -> None: ...
async def two(one: Any, other: Any) -> None: ...
def keyword(*, told: Any) -> None: ...
def asgi_2(scope: Any) -> Any: ...


@pytest.mark.parametrize("bot", [anything, two, keyword, _Named()], ids=["any", "async of two", "keyword only", "mock"])
def test_bot_whose_arguments_do_not_tell_is_refused(bot: Any) -> None:
    with pytest.raises(UsageError) as refused:
        kind_of(bot)

    shown = repr(bot) if len(repr(bot)) <= 60 else f"{repr(bot)[:60]}…"
    assert str(refused.value) == (
        f"{shown}: its arguments do not tell what it is: expected {MAY_BE}; or say so, "
        "kind= one of wsgi, asgi, callable, async-callable, url, responses"
    )


@pytest.mark.parametrize("bot", [None, 7, {"url": 1}, types.ModuleType("bot")], ids=str)
def test_what_is_no_bot_is_refused(bot: Any) -> None:
    with pytest.raises(UsageError) as refused:
        kind_of(bot)

    assert str(refused.value) == f"{bot!r} is no bot: expected {MAY_BE}"


def test_app_of_aiohttp_is_refused_with_the_way_to_run_it() -> None:
    with pytest.raises(UsageError) as refused:
        kind_of(web.Application())

    assert str(refused.value) == (
        "an aiohttp application is neither WSGI nor ASGI: run it with its own server, "
        "aiohttp.test_utils.TestServer or aiohttp.web.AppRunner, and give its URL"
    )


def test_app_of_asgi_2_is_refused_with_the_way_to_wrap_it() -> None:
    with pytest.raises(UsageError) as refused:
        kind_of(asgi_2)

    assert str(refused.value).startswith("<function asgi_2 at 0x")
    assert str(refused.value).endswith(
        " looks like an ASGI 2 app, called with the scope alone: "
        "wrap it, asgiref.compatibility.guarantee_single_callable(app); a function says kind='callable'"
    )


@pytest.mark.parametrize(
    ("bot", "kind"),
    [(anything, "wsgi"), (anything, "asgi"), (asgi_2, "callable"), (AsyncMock(), "async-callable")],
    ids=["wsgi", "asgi", "callable", "async"],
)
def test_kind_can_be_said(bot: Any, kind: str) -> None:
    assert kind_of(bot, kind) == kind


@pytest.mark.parametrize(
    ("bot", "kind", "message"),
    [
        ("x", "flask", "kind 'flask' of a bot is none of wsgi, asgi, callable, async-callable, url, responses"),
        ("http://127.0.0.1", "wsgi", "'http://127.0.0.1' cannot be a bot of kind 'wsgi'"),
        (7, "url", "7 cannot be a bot of kind 'url'"),
        (7, "responses", "7 cannot be a bot of kind 'responses'"),
    ],
    ids=["unknown", "text", "url", "responses"],
)
def test_kind_that_cannot_be_is_refused(bot: Any, kind: str, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        kind_of(bot, kind)

    assert str(refused.value) == message
