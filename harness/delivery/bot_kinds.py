"""What a bot is: told by looking at it, never by calling it."""

from __future__ import annotations

import inspect
from enum import StrEnum
from types import ModuleType
from typing import Any, Final

from harness.errors import UsageError, quoted

MAY_BE: Final = (
    "a WSGI app (environ, start_response), an ASGI app (scope, receive, send), a function of one argument, "
    "plain or async, a URL, or a responses.RequestsMock"
)


class BotKind(StrEnum):
    """How a bot is reached."""

    WSGI = "wsgi"
    ASGI = "asgi"
    CALLABLE = "callable"
    ASYNC_CALLABLE = "async-callable"
    URL = "url"
    RESPONSES = "responses"


def kind_of(bot: Any, kind: str | None = None) -> BotKind:
    """What a bot is, or what it is said to be. Raises: UsageError."""
    if kind is not None:
        if kind not in list(BotKind):
            raise UsageError(f"kind {kind!r} of a bot is none of {', '.join(BotKind)}")
        return _fitting(bot, BotKind(kind))
    if isinstance(bot, str):
        return BotKind.URL
    if _is_responses(bot):
        return BotKind.RESPONSES
    if _is_a(bot, "aiohttp.web_app", "Application"):
        raise UsageError(
            "an aiohttp application is neither WSGI nor ASGI: run it with its own server, "
            "aiohttp.test_utils.TestServer or aiohttp.web.AppRunner, and give its URL"
        )
    if not callable(bot):
        raise UsageError(f"{quoted(bot)} is no bot: expected {MAY_BE}")
    return _by_arguments(bot)


def _fitting(bot: Any, kind: BotKind) -> BotKind:
    """Refuse what cannot be of that kind."""
    fits = {BotKind.URL: isinstance(bot, str), BotKind.RESPONSES: _is_responses(bot)}
    if not fits.get(kind, callable(bot)):
        raise UsageError(f"{quoted(bot)} cannot be a bot of kind {kind.value!r}")
    return kind


def _by_arguments(bot: Any) -> BotKind:
    """By the positional arguments it has to be given: two, three, or one."""
    needed = _needed(bot)
    is_async = _is_async(bot)
    if needed == ["scope"]:
        raise UsageError(
            f"{quoted(bot)} looks like an ASGI 2 app, called with the scope alone: "
            "wrap it, asgiref.compatibility.guarantee_single_callable(app); a function says kind='callable'"
        )
    if needed is not None and len(needed) == 3:
        return BotKind.ASGI
    if needed is not None and len(needed) == 2 and not is_async:
        return BotKind.WSGI
    if needed is not None and len(needed) == 1:
        return BotKind.ASYNC_CALLABLE if is_async else BotKind.CALLABLE
    raise UsageError(
        f"{quoted(bot)}: its arguments do not tell what it is: expected {MAY_BE}; or say so, "
        f"kind= one of {', '.join(BotKind)}"
    )


def _needed(bot: Any) -> list[str] | None:
    """Names of the positional arguments it must be given, or of the one that it may; None where that is not known."""
    try:
        parameters = list(inspect.signature(bot).parameters.values())
    except (TypeError, ValueError):
        return None
    if any(p.kind is p.KEYWORD_ONLY and p.default is p.empty for p in parameters):
        return None
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    needed = [p.name for p in positional if p.default is p.empty]
    if needed:
        # What takes any number of others besides is a wrapper of something else.
        return None if any(p.kind is p.VAR_POSITIONAL for p in parameters) else needed
    return [positional[0].name] if len(positional) == 1 else None


def _is_async(bot: Any) -> bool:
    return inspect.iscoroutinefunction(inspect.unwrap(bot)) or inspect.iscoroutinefunction(
        getattr(bot, "__call__", None)  # noqa: B004 - asked is what it is, not whether
    )


def _is_responses(bot: Any) -> bool:
    """The mock, or the module with its one mock for all; responses is not imported for this."""
    if isinstance(bot, ModuleType):
        return bot.__name__ == "responses"
    return _is_a(bot, "responses", "RequestsMock")


def _is_a(bot: Any, module: str, name: str) -> bool:
    return any(c.__name__ == name and c.__module__ == module for c in type(bot).__mro__)
