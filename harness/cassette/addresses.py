"""URLs and paths written anew, part by part: scheme, host, segments, query, fragment.

`host` and `value` write what is somebody's. A segment is a name of Graph, a key (`calls('{id}')`), or a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from harness.cassette.escapes import escaped_like, unescaped
from harness.cassette.identifiers import REDACTED
from harness.cassette.vocabulary import HOSTS, PARAMETERS, SECRET_PARAMETERS, SEGMENTS, TYPES, is_member

Value = Callable[[str], str]

_ROLE: Final = r"<[^<>/?#]*>"
_PATH: Final = rf"(?:[^\s?#<>]|{_ROLE})*"
_URL: Final = re.compile(
    rf"(?P<scheme>[hH][tT][tT][pP][sS]?|[wW][sS][sS]?)://(?P<net>(?:[^/?#\s<>]|{_ROLE})+)"
    rf"(?P<path>(?:/{_PATH})?)(?P<query>(?:\?[^\s#]*)?)(?P<fragment>(?:#{_PATH})?)"
)
_RELATIVE: Final = re.compile(rf"(?P<path>/?{_PATH})(?P<query>(?:\?[^\s#]*)?)(?P<fragment>(?:#{_PATH})?)")
_NET: Final = re.compile(r"(?:(?P<user>.*)@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[^@:]+)(?P<port>:[0-9]{1,5})?")
_LOOPBACK: Final = re.compile(r"localhost|127(?:\.[0-9]{1,3}){3}|\[::1\]", re.IGNORECASE)
_KEY: Final = re.compile(r"(?P<name>[$#]?\w+)\((?P<quote>'?)(?P<key>[^()']*)'?\)")
_NAMESPACE: Final = "microsoft.graph."


def url(text: str, *, host: Value, value: Value) -> str | None:
    """An absolute URL written anew; None where a text is none."""
    match = _URL.fullmatch(text)
    if match is None:
        return None
    net = _net(match["net"], host)
    rest = _rest(match, value)
    return f"{match['scheme']}://{net}{rest}"


def path(text: str, value: Value) -> str | None:
    """A path of a resource written anew, with a slash before it or not; None where a text is none."""
    match = _RELATIVE.fullmatch(text)
    if match is None or not _is_path(match["path"]):
        return None
    return _rest(match, value)


def query(text: str, value: Value) -> str:
    """`name=value&…` of a URL or a form, written anew."""
    return "&".join(_parameter(part, value) for part in text.split("&"))


def _is_path(text: str) -> bool:
    if text.startswith("/"):
        return True
    first, slash, _ = text.partition("/")
    return bool(slash) and first.lower() in SEGMENTS


def _net(text: str, host: Value) -> str:
    match = _NET.fullmatch(text)
    if match is None:
        return host(text)
    user = "" if match["user"] is None else f"{REDACTED}@"
    return f"{user}{_host(match['host'], host)}{match['port'] or ''}"


def _host(text: str, host: Value) -> str:
    return text if text.lower() in HOSTS or _LOOPBACK.fullmatch(text) else host(text)


def _rest(match: re.Match[str], value: Value) -> str:
    asked = match["query"]
    fragment = match["fragment"]
    return "".join(
        (
            _segments(match["path"], value),
            f"?{query(asked[1:], value)}" if asked else "",
            f"#{_segments(fragment[1:], value)}" if fragment else "",
        )
    )


def _segments(text: str, value: Value) -> str:
    """Slashes within a role are none: `harness.cassette.roles` writes none there."""
    return "/".join(_segment(part, value) for part in text.split("/"))


def _segment(text: str, value: Value) -> str:
    if text in ("", ".", "..") or _is_name(text):
        return text
    key = _KEY.fullmatch(text)
    if key is not None and _is_name(key["name"]):
        inner = key["key"]
        return text.replace(f"({key['quote']}{inner}", f"({key['quote']}{_escaped(inner, value)}") if inner else text
    return _escaped(text, value)


def _is_name(text: str) -> bool:
    if text.lower() in SEGMENTS:
        return True
    bare = text.lower().removeprefix(_NAMESPACE)
    return bare != text.lower() and (bare in SEGMENTS or text[len(_NAMESPACE) :] in TYPES)


def _escaped(text: str, value: Value) -> str:
    plain = unescaped(text)
    if plain is None:
        return value(text)
    written = value(plain)
    return text if written == plain else escaped_like(text, written)


def _parameter(text: str, value: Value) -> str:
    name, equals, given = text.partition("=")
    if name.lower() in SECRET_PARAMETERS and given:
        return f"{name}={REDACTED}"
    known = name == "" or name.lower() in PARAMETERS or is_member(name)
    written = name if known else _escaped(name, value)
    return f"{written}{equals}{_options(given, value) if name.startswith('$') else _escaped(given, value)}"


def _options(text: str, value: Value) -> str:
    """Of `$select` and the like: names, parted by commas."""
    return ",".join(part if part == "" or is_member(part) else _escaped(part, value) for part in text.split(","))
