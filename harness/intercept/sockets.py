"""The guard below all clients: sockets that leave this machine, and names looked up for it.

Names are patched rather than watched by an audit hook: a hook cannot be taken away again, is called for every import,
`open` and `id()` of the process for ever after, and reaches no more of what matters: clients with a network of their
own, in C, pass both.
"""

from __future__ import annotations

import _socket
import functools
import socket
import sys
from collections.abc import Iterator
from typing import Any, Final

from harness.intercept.interception import Interception
from harness.intercept.patching import Patch
from harness.intercept.process import PROCESS

_INTERNET: Final = (socket.AF_INET, socket.AF_INET6)


def patches() -> Iterator[Patch]:
    owner = _python_socket()
    for name in ("connect", "connect_ex", "sendto", "sendmsg"):
        if hasattr(owner, name):
            yield Patch(owner, name, _addressing(name))
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        yield Patch(socket, name, _resolve)
    yield Patch(socket, "gethostbyaddr", functools.partial(_resolve, of_addresses=True))
    yield Patch(socket, "getnameinfo", _name)


def _python_socket() -> type:
    """Python's own class. Other plugins put subclasses of theirs in its place, for one test at a time."""
    return next(each for each in _socket.socket.__subclasses__() if each.__module__ == "socket")


def uvloop_patches() -> Iterator[Patch]:
    """uvloop looks names up and connects in C, below Python's sockets; its loop is asked for both by name."""
    uvloop = sys.modules.get("uvloop")
    if uvloop is not None:
        for name in ("create_connection", "create_datagram_endpoint", "getaddrinfo", "sock_connect"):
            yield Patch(uvloop.Loop, name, _looping(name))


def _looping(name: str) -> Any:
    def make(original: Any) -> Any:
        @functools.wraps(original)
        def guarded(loop: Any, *args: Any, **kwargs: Any) -> Any:
            host, port = _destination(name, args, kwargs)
            interception = PROCESS.innermost
            if interception is not None and host is not None:
                _check(interception, (host, port))
            return original(loop, *args, **kwargs)

        return guarded

    return make


def _destination(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
    """Host and port that a method of a loop is to reach; None: no host, or one that is not of the Internet."""
    if name == "getaddrinfo":
        return args[0], args[1] if len(args) > 1 else kwargs.get("port")
    if name == "create_connection":
        host, port, *_ = (*args[1:3], None, None)
        return kwargs.get("host", host), kwargs.get("port", port)
    address = args[1] if name == "sock_connect" else kwargs.get("remote_addr") or (args[2] if len(args) > 2 else None)
    return (address[0], address[1]) if isinstance(address, tuple) else (None, None)


def _addressing(name: str) -> Any:
    """Methods of a socket that may name where to: as first or last argument, or not at all."""

    def make(original: Any) -> Any:
        @functools.wraps(original)
        def guarded(sock: Any, *args: Any) -> Any:
            address = _address(name, args)
            interception = PROCESS.innermost
            if interception is not None and isinstance(address, tuple) and sock.family in _INTERNET:
                _check(interception, address)
            return original(sock, *args)

        return guarded

    return make


def _address(name: str, args: tuple[Any, ...]) -> Any:
    if name == "sendmsg":
        return args[3] if len(args) > 3 else None
    if name == "sendto":
        return args[-1] if len(args) > 1 else None
    return args[0] if args else None


def _check(interception: Interception, address: tuple[Any, ...]) -> None:
    host = _text(address[0])
    if not interception.lets_through(host):
        shown = f"[{host}]" if ":" in host else host
        raise interception.refused(None, f"socket to {shown}:{address[1] if len(address) > 1 else '?'}", host)


def _resolve(original: Any, *, of_addresses: bool = False) -> Any:
    """Names, unless `of_addresses` as well: most need no looking up, and are checked when a socket is to reach them."""

    @functools.wraps(original)
    def resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        interception = PROCESS.innermost
        if interception is None or host is None:
            return original(host, *args, **kwargs)
        name = _text(host)
        if not interception.lets_through(name):
            if not of_addresses and _numeric(name):
                return original(host, *args, **kwargs)
            raise interception.refused(None, f"look-up of {name}", name)
        found = original(host, *args, **kwargs)
        interception.let_through(_addresses(found))
        return found

    return resolve


def _name(original: Any) -> Any:
    """The name of an address, which is looked up unless numbers are wanted."""

    @functools.wraps(original)
    def name(address: Any, flags: int) -> Any:
        interception = PROCESS.innermost
        if interception is not None and not flags & socket.NI_NUMERICHOST:
            host = _text(address[0])
            if not interception.lets_through(host):
                raise interception.refused(None, f"look-up of {host}", host)
        return original(address, flags)

    return name


def _addresses(found: Any) -> list[str]:
    """Of the three forms in which names are answered."""
    if isinstance(found, str):
        return [found]
    if isinstance(found, tuple):
        return list(found[2])
    return [str(entry[4][0]) for entry in found]


def _numeric(name: str) -> bool:
    for family in _INTERNET:
        try:
            socket.inet_pton(family, name.partition("%")[0])
        except OSError:
            continue
        return True
    return False


def _text(host: Any) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else str(host)
