"""Asks once per process, through each client that is loaded, whether the mechanism answers."""

from __future__ import annotations

import asyncio
import platform
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from harness.cassette.format import Request, Response
from harness.intercept.interception import Interception
from harness.intercept.patching import Patch, applied
from harness.intercept.process import PROCESS
from harness.intercept.stdlib import is_built_on
from harness.intercept.vcrpy import InterceptionError, Vcrpy, changed

_HOST: Final = "self-test.invalid"
_PATH: Final = "/v1.0//?a=b"
_URL: Final = f"https://{_HOST}{_PATH}"
_SAID: Final = b'{"asked": true}'


def tested(patches: Sequence[Patch], underneath: Vcrpy) -> None:
    """Raises: InterceptionError, naming the client that was not answered, and how it failed."""
    heard: list[Request] = []

    def respond(request: Request) -> Response:
        heard.append(request)
        return Response(200, None, {"Content-Type": ("application/json",)}, _SAID)

    before, PROCESS.innermost = PROCESS.innermost, Interception({_HOST: respond})
    undoing = []
    try:
        undoing = [applied(patch) for patch in patches]
        for client, ask in _clients(underneath):
            heard.clear()
            _test(client, ask, heard)
    finally:
        PROCESS.innermost = before
        for one in reversed(undoing):
            one.undo()


def _test(client: str, ask: Callable[[], bytes], heard: list[Request]) -> None:
    try:
        body = ask()
    except Exception as error:
        raise _failed(client, f"was not answered: {type(error).__name__}: {error}") from error
    said = [(request.method, request.uri, request.body) for request in heard]
    if body != _SAID or said != [("POST", _URL, b"body")]:
        raise _failed(client, f"asked {said!r} and was answered {body!r}")


def _failed(client: str, how: str) -> InterceptionError:
    if client == "http.client":
        whose = f"of Python {platform.python_version()} "
    elif client == "urllib3":
        whose = f"{sys.modules['urllib3'].__version__} "
    else:
        return changed(f"{client} {how}")
    return InterceptionError(f"{client} {whose}{how}: it is not what this version intercepts. Use an earlier one of it")


def _clients(underneath: Vcrpy) -> Iterator[tuple[str, Callable[[], bytes]]]:
    yield "http.client", lambda: _stdlib(underneath.https_connection)
    if "urllib3" in sys.modules and is_built_on(underneath.http_connection, "urllib3.connection", "HTTPSConnection"):
        yield "urllib3", _urllib3
    if "httpx" in sys.modules:
        yield "httpx", _httpx
        yield "httpx (async)", _httpx_async
    if "aiohttp" in sys.modules and _has_sockets():
        yield "aiohttp", _aiohttp


def _stdlib(connection_class: Any) -> bytes:
    """With an empty context: a default one reads the certificates of this machine, for 20 ms."""
    connection = connection_class(_HOST, context=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    connection.request("POST", _PATH, b"body")
    body: bytes = connection.getresponse().read()
    return body


def _urllib3() -> bytes:
    pool = sys.modules["urllib3"].HTTPSConnectionPool(_HOST)
    body: bytes = pool.urlopen("POST", _PATH, body=b"body", retries=False).data
    return body


def _httpx() -> bytes:
    """Without a transport, which would read certificates as well: a request answered here has no use for it."""
    httpx: Any = sys.modules["httpx"]
    response = httpx.HTTPTransport.handle_request(None, httpx.Request("POST", _URL, content=b"body"))
    return b"".join(response.stream)


def _httpx_async() -> bytes:
    """Without an event loop: nothing is waited for."""
    httpx: Any = sys.modules["httpx"]
    asking = httpx.AsyncHTTPTransport.handle_async_request(None, httpx.Request("POST", _URL, content=b"body"))
    try:
        asking.send(None)
    except StopIteration as stop:
        return b"".join(stop.value.stream)
    asking.close()
    raise RuntimeError("it waits for something")


def _has_sockets() -> bool:
    """Whether an event loop can be made: another plugin may take all sockets away, and aiohttp's with them."""
    try:
        socket.socket(getattr(socket, "AF_UNIX", socket.AF_INET)).close()
    except Exception:
        return False
    return True


def _aiohttp() -> bytes:
    """On a loop of its own; in a thread, which takes as long as the rest, only where one is running here."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _aiohttp_alone()
    got: list[Any] = []

    def run() -> None:
        try:
            got.append(_aiohttp_alone())
        except Exception as error:
            got.append(error)

    thread = threading.Thread(target=run, name="graph-call-harness self-test")
    thread.start()
    thread.join()
    if isinstance(got[0], Exception):
        raise got[0]
    body: bytes = got[0]
    return body


def _aiohttp_alone() -> bytes:
    """Not by `asyncio.run`, which leaves the thread without the loop that it had."""
    aiohttp: Any = sys.modules["aiohttp"]

    async def ask() -> bytes:
        async with aiohttp.ClientSession() as session, session.post(_URL, data=b"body") as response:
            body: bytes = await response.read()
            return body

    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(ask())
    finally:
        loop.close()
