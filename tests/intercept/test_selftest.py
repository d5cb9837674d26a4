"""A vcrpy that is another underneath is told of before the first request."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import requests
import vcr  # type: ignore[import-untyped]
import vcr.patch  # type: ignore[import-untyped]

from harness.cassette.format import Response
from harness.intercept import InterceptionError, activation, intercepting

VERSION = vcr.__version__
END = "Known to work: 8.2.1 to 9.4.2. Install one of these: pip install 'vcrpy>=8.2.1,<=9.4.2'"


@pytest.fixture
def _new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is tested yet."""
    monkeypatch.setattr(activation, "_ACTIVATION", activation._Activation())


def _no_stub(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(vcr.patch.CassettePatcherBuilder, "_httpx", lambda _: [_patcher(httpx.HTTPTransport, "send")])


def _patcher(target: Any, name: str) -> Any:
    class Patcher:
        attribute = name
        new = staticmethod(print)

        @staticmethod
        def getter() -> Any:
            return target

    return Patcher()


def _no_builder_method(patch: pytest.MonkeyPatch) -> None:
    patch.delattr(vcr.patch.CassettePatcherBuilder, "_aiohttp")


def _no_name(patch: pytest.MonkeyPatch) -> None:
    patch.delattr(vcr.patch, "force_reset")
    patch.delattr(vcr.patch, "_HTTPConnection")


def _asks_no_cassette(patch: pytest.MonkeyPatch) -> None:
    import vcr.stubs.httpx_stubs as stubs  # type: ignore[import-untyped]

    def other(cassette: Any, real: Callable[..., Any], module: Any = None) -> Any:
        def handle_request(transport: Any, request: Any) -> Any:
            return httpx.Response(200, stream=httpx.ByteStream(b"from elsewhere"))

        handle_request.__wrapped__ = real  # type: ignore[attr-defined]
        return handle_request

    patch.setattr(stubs, "vcr_handle_request", other)


BROKEN: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str]] = {
    "names": (_no_name, "vcr.patch._HTTPConnection, vcr.patch.force_reset are missing"),
    "stubs": (
        _no_stub,
        "no stub for HTTPTransport.handle_request, AsyncHTTPTransport.handle_async_request of httpx",
    ),
    "list": (
        _no_builder_method,
        "its list of patches for aiohttp is another: 'CassettePatcherBuilder' object has no attribute '_aiohttp'",
    ),
    "behaviour": (_asks_no_cassette, "httpx asked [] and was answered b'from elsewhere'"),
}


@pytest.mark.usefixtures("_new_process")
@pytest.mark.parametrize(("broken", "what"), BROKEN.values(), ids=BROKEN)
def test_changed_vcrpy_is_named(
    broken: Callable[[pytest.MonkeyPatch], None], what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(monkeypatch)

    for _ in range(2):
        with pytest.raises(InterceptionError) as caught:
            intercepting({}).__enter__()
        assert str(caught.value) == f"vcrpy {VERSION} is not what this version intercepts with: {what}. {END}"


@pytest.mark.usefixtures("_new_process")
def test_it_asks_once_in_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[int] = []
    monkeypatch.setattr(activation, "tested", lambda *_: times.append(1))

    for _ in range(3):
        with intercepting({}):
            pass

    assert times == [1]


@pytest.mark.usefixtures("_new_process")
def test_without_sockets_there_is_no_client_on_a_loop_to_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with pytest-socket's --disable-socket."""

    class Blocked(socket.socket):
        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            raise RuntimeError("a test tried to use a socket")

    monkeypatch.setattr(socket, "socket", Blocked)

    with intercepting({"graph.microsoft.com": lambda _: Response(204, None, {}, None)}):
        assert requests.get("https://graph.microsoft.com/", timeout=5).status_code == 204


def _asks_no_cassette_of_aiohttp(patch: pytest.MonkeyPatch) -> None:
    import vcr.stubs.aiohttp_stubs as stubs  # type: ignore[import-untyped]

    def other(cassette: Any, real: Callable[..., Any]) -> Any:
        async def request(session: Any, method: str, url: str, **kwargs: Any) -> Any:
            raise OSError("no network")

        request.__wrapped__ = real  # type: ignore[attr-defined]
        return request

    patch.setattr(stubs, "vcr_request", other)


@pytest.mark.usefixtures("_new_process")
@pytest.mark.parametrize("is_looping", [False, True], ids=["without a loop", "where a loop runs"])
def test_aiohttp_that_is_not_answered_is_named(is_looping: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    _asks_no_cassette_of_aiohttp(monkeypatch)

    async def enter() -> None:
        intercepting({}).__enter__()

    with pytest.raises(InterceptionError) as caught:
        asyncio.run(enter()) if is_looping else intercepting({}).__enter__()

    what = "aiohttp was not answered: ClientOSError: no network"
    assert str(caught.value) == f"vcrpy {VERSION} is not what this version intercepts with: {what}. {END}"


@pytest.mark.usefixtures("_new_process")
def test_it_leaves_a_thread_the_loop_that_it_had() -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        with intercepting({}):
            pass

        assert asyncio.get_event_loop() is loop
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def test_room_is_imported_without_warnings() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "import harness.intercept"], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
