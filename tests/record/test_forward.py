from __future__ import annotations

import asyncio
import contextlib
import errno
import gzip
import os
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
import requests
import responses

from harness.cassette.format import Request, Response
from harness.errors import UsageError
from harness.intercept import intercepting
from harness.record.forward import Forward
from tests.intercept.answering import CLIENTS, Client
from tests.record.far import HOST, Asked, Far, answer, connect_proxy, far, lead_to

REFUSED = f"[Errno {errno.ECONNREFUSED}] {os.strerror(errno.ECONNREFUSED)}"
URL = f"https://{HOST}/v1.0//communications/calls/a%7eb?x=%2F"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies and certificates of the machine that the tests run on are none of theirs."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def served() -> Iterator[Far]:
    with far() as found:
        yield found


@pytest.fixture
def graph(served: Far, monkeypatch: pytest.MonkeyPatch) -> Far:
    """Trusted, and reached by its name."""
    served.asked.clear()
    served.behave = lambda asked: answer(b'{"real": true}', "Content-Type: application/json")
    lead_to(monkeypatch, served.port)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(served.ca_file))
    return served


@pytest.fixture
def forward() -> Iterator[Forward]:
    with contextlib.closing(Forward()) as made:
        yield made


def get(url: str = URL, headers: Any = None) -> Request:
    return Request("GET", url, headers or {}, None)


def test_request_arrives_as_it_stands(graph: Far, forward: Forward) -> None:
    headers = {
        "Authorization": ("Bearer a.b.c",),
        "X-Two": ("one", "two"),
        "Content-Type": ("application/json",),
        "Content-Length": ("99",),
        "Host": ("elsewhere",),
        "Connection": ("keep-alive, X-Hop",),
        "X-Hop": ("1",),
        "Transfer-Encoding": ("chunked",),
        "Proxy-Authorization": ("Basic eDp5",),
    }

    forward(Request("POST", URL, headers, b'{"a": 1}'))

    asked = graph.asked[0]
    assert (asked.method, asked.target) == ("POST", "/v1.0//communications/calls/a%7Eb?x=%2F")
    assert asked.body == b'{"a": 1}'
    assert dict(asked.headers) == {
        "Host": HOST,
        "Authorization": "Bearer a.b.c",
        "X-Two": "one, two",
        "Content-Type": "application/json",
        "Content-Length": "8",
        "Accept-Encoding": "identity",
        "User-Agent": asked.header("User-Agent")[0],
    }


def test_answer_comes_as_it_is(graph: Far, forward: Forward) -> None:
    graph.behave = lambda asked: answer(
        b"no", "Set-Cookie: a=1", "Set-Cookie: b=2", "x-Odd: Y", "Connection: keep-alive", status="429 Slow Down"
    )

    assert forward(get()) == Response(
        429, "Slow Down", {"Set-Cookie": ("a=1", "b=2"), "x-Odd": ("Y",), "Content-Length": ("2",)}, b"no"
    )


def test_empty_answer_has_no_body(graph: Far, forward: Forward) -> None:
    graph.behave = lambda asked: b"HTTP/1.1 204 No Content\r\n\r\n"

    assert forward(Request("DELETE", URL, {}, None)) == Response(204, "No Content", {}, None)


def test_cookies_and_passwords_of_files_are_not_sent(
    graph: Far, forward: Forward, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text(f"machine {HOST} login me password mine\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    graph.behave = lambda asked: answer(b"", "Set-Cookie: a=1")

    forward(get())
    forward(get(headers={"Authorization": ("Bearer mine",)}))

    assert [asked.header("Cookie") for asked in graph.asked] == [[], []]
    assert [asked.header("Authorization") for asked in graph.asked] == [[], ["Bearer mine"]]


def test_redirect_is_not_followed(graph: Far, forward: Forward) -> None:
    graph.behave = lambda asked: answer(b"", "Location: /elsewhere", status="302 Found")

    response = forward(get())

    assert (response.status, response.headers["Location"]) == (302, ("/elsewhere",))
    assert len(graph.asked) == 1


TEXT = b'{"text": "' + "é".encode() * 500 + b'"}'


def _raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


ENCODED: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("GZIP", gzip.compress),
    ("x-gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", _raw_deflate),
    ("gzip, gzip", lambda body: gzip.compress(gzip.compress(body))),
]


@pytest.mark.parametrize(("encoding", "encode"), ENCODED)
def test_encoded_answer_comes_decoded(
    graph: Far, forward: Forward, encoding: str, encode: Callable[[bytes], bytes]
) -> None:
    graph.behave = lambda asked: answer(encode(TEXT), f"Content-Encoding: {encoding}")

    response = forward(get(headers={"accept-encoding": ("br, zstd, gzip",)}))

    assert response == Response(200, "OK", {"Content-Length": (str(len(TEXT)),)}, TEXT)
    assert "gzip" in graph.asked[0].header("Accept-Encoding")[0]


def test_chunked_answer_is_whole(graph: Far, forward: Forward) -> None:
    graph.behave = lambda asked: (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n"
    )

    assert forward(get()) == Response(200, "OK", {}, b"abcde")


def test_unknown_encoding_is_left_as_it_came(graph: Far, forward: Forward) -> None:
    graph.behave = lambda asked: answer(b"\xff\xfe", "Content-Encoding: odd")

    assert forward(get()).headers == {"Content-Length": ("2",), "Content-Encoding": ("odd",)}


def test_answer_that_cannot_be_decoded_is_an_error_of_the_connection(graph: Far, forward: Forward) -> None:
    graph.behave = lambda asked: answer(b"no gzip", "Content-Encoding: gzip")

    with pytest.raises(ConnectionResetError, match=f"^{HOST}: .*incorrect header check$"):
        forward(get())


def test_answer_that_is_too_large_is_not_taken(graph: Far) -> None:
    graph.behave = lambda asked: answer(gzip.compress(b"x" * 10**6), "Content-Encoding: gzip")

    with contextlib.closing(Forward(largest_body=10**5)) as forward, pytest.raises(ConnectionError) as refused:
        forward(get())

    assert str(refused.value) == "the answer has more than 100000 bytes: it is not taken"


def _cut(asked: Asked) -> bytes:
    asked.connection.shutdown(socket.SHUT_RDWR)
    return b""


def _broken_off(asked: Asked) -> bytes:
    asked.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab")
    return _cut(asked)


@pytest.mark.parametrize("behave", [_cut, _broken_off, lambda asked: b"no HTTP\r\n\r\n"], ids=["cut", "half", "none"])
def test_cut_connection_is_a_reset(graph: Far, forward: Forward, behave: Any) -> None:
    graph.behave = behave

    with pytest.raises(ConnectionResetError, match=f"^{HOST}: "):
        forward(get())


def _silent(asked: Asked) -> bytes:
    time.sleep(1)
    return answer()


def _trickling(asked: Asked) -> bytes:
    asked.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")
    for _ in range(20):
        asked.connection.sendall(b"x")
        time.sleep(0.05)
    return b""


@pytest.mark.parametrize("behave", [_silent, _trickling])
def test_answer_that_takes_too_long_is_a_timeout(graph: Far, behave: Any) -> None:
    graph.behave = behave

    with contextlib.closing(Forward(answer=0.3)) as forward, pytest.raises(TimeoutError) as refused:
        forward(get())

    assert str(refused.value) == f"{HOST} did not answer within 0.3 s"


def test_certificate_that_is_not_trusted_is_said(graph: Far, forward: Forward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")

    with pytest.raises(ConnectionError) as refused:
        forward(get())

    assert str(refused.value).startswith(f"no TLS with {HOST}: ")
    assert "certificate verify failed" in str(refused.value)
    assert str(refused.value).endswith(
        "Whom to trust is read from REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE and SSL_CERT_FILE"
    )


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_certificates_of_the_environment_are_trusted(
    graph: Far, forward: Forward, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    monkeypatch.setenv(name, str(graph.ca_file))

    assert forward(get()).status == 200


def test_proxy_of_the_environment_is_used(served: Far, forward: Forward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(served.ca_file))
    served.behave = lambda asked: answer(b"by proxy")

    with connect_proxy(served.port) as (proxy, asked), intercepting({HOST: forward}):
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        assert requests.get(f"https://{HOST}/", timeout=5).text == "by proxy"

    assert asked == [f"{HOST}:443"]


def test_no_proxy_is_obeyed(graph: Far, forward: Forward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "microsoft.com")

    assert forward(get()).status == 200


@pytest.mark.parametrize("proxy", ["http://me:pa#ss@127.0.0.1:9", "me:pa:ss@127.0.0.1", "http://me:pass@x:99999"])
def test_proxy_that_is_no_url_is_named_and_not_shown(
    proxy: str, forward: Forward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)

    with pytest.raises(ConnectionError) as refused:
        forward(Request("GET", f"https://{HOST}/", {}, None))

    assert str(refused.value) == (
        f"no way leads to {HOST}: the proxy of the environment is no URL such as http://NAME:PASSWORD@HOST:PORT, where "
        "special characters of a password are percent-encoded"
    )
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("before", [KeyError("secret"), OSError("secret")])
def test_what_was_going_wrong_already_is_not_the_reason(
    before: Exception, forward: Forward, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")

    try:
        raise before
    except Exception:
        with pytest.raises(ConnectionError) as refused:
            forward(Request("GET", f"https://{HOST}/", {}, None))

    assert str(refused.value) == f"the proxy does not lead to {HOST}: {REFUSED}"


def test_proxy_that_is_down_is_said(graph: Far, forward: Forward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:secret@127.0.0.1:9")

    with pytest.raises(ConnectionError) as refused:
        forward(get())

    assert str(refused.value) == f"the proxy does not lead to {HOST}: {REFUSED}"


def test_proxies_can_be_left_aside(graph: Far, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")

    with contextlib.closing(Forward(proxies=False)) as forward:
        assert forward(get()).status == 200


def test_nothing_is_asked_in_clear_text(forward: Forward) -> None:
    with pytest.raises(UsageError) as refused:
        forward(get("http://graph.microsoft.com/v1.0"))

    assert str(refused.value) == "http://graph.microsoft.com is not asked in clear text: use https"


def test_nobody_there_is_a_reset(forward: Forward) -> None:
    with pytest.raises(ConnectionResetError) as refused:
        forward(get("https://127.0.0.1:9/secret"))

    assert str(refused.value) == f"127.0.0.1:9: {REFUSED}"


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_every_client_reaches_the_real_host(graph: Far, forward: Forward, client: Client) -> None:
    with intercepting({HOST: forward}) as interception:
        assert client("POST", f"https://{HOST}/v1.0/x", {"a": 1}) == (200, {"real": True})

    assert graph.targets == ["POST /v1.0/x"]
    assert interception.violations == []


ERRORS: dict[str, type[Exception]] = {
    "requests": requests.ConnectionError,
    "httpx": httpx.ReadError,
    "httpx, async": httpx.ReadError,
    "aiohttp": aiohttp.ClientOSError,
    "http.client": ConnectionResetError,
}


@pytest.mark.parametrize("client", ERRORS)
def test_cut_connection_is_the_clients_own_error(graph: Far, forward: Forward, client: str) -> None:
    graph.behave = _cut

    with intercepting({HOST: forward}), pytest.raises(ERRORS[client]):
        CLIENTS[client]("POST", f"https://{HOST}/v1.0/x", {"a": 1})


def test_event_loops_go_on_while_the_host_is_waited_for(graph: Far, forward: Forward) -> None:
    may_answer = threading.Event()

    def wait(asked: Asked) -> bytes:
        assert may_answer.wait(5)
        return answer()

    graph.behave = wait

    async def bot() -> list[int]:
        async with httpx.AsyncClient() as one, aiohttp.ClientSession() as other:
            tasks = asyncio.gather(one.get(f"https://{HOST}/a"), other.get(f"https://{HOST}/b"))
            while len(graph.asked) < 2:
                await asyncio.sleep(0.001)
            may_answer.set()
            by_httpx, by_aiohttp = await tasks
            return [by_httpx.status_code, by_aiohttp.status]

    with intercepting({HOST: forward}):
        assert asyncio.run(bot()) == [200, 200]


def test_mock_of_requests_does_not_answer_in_its_place(graph: Far, forward: Forward) -> None:
    with responses.RequestsMock() as mock:
        mock.assert_all_requests_are_fired = False

        assert forward(get()).body == b'{"real": true}'


def test_many_threads_at_a_time(graph: Far, forward: Forward) -> None:
    def echo(asked: Asked) -> bytes:
        return answer(asked.target.encode())

    graph.behave = echo
    said: list[bool] = []

    def ask(number: int) -> None:
        for n in range(10):
            path = f"/{number}/{n}"
            said.append(forward(get(f"https://{HOST}{path}")).body == path.encode())

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert said == [True] * 160
