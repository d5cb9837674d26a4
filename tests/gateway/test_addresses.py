"""What is written otherwise between a bot and Graph, and what is not."""

from __future__ import annotations

import json

import pytest

from harness.cassette.format import Request, Response
from harness.errors import UsageError
from harness.gateway import Addresses, read_bot_url
from harness.gateway.addresses import Unknown, WrongCallback

HERE = "http://127.0.0.1:8445"
ADDRESSES = Addresses(
    graph="https://graph.microsoft.com",
    login="https://login.microsoftonline.com",
    public="https://bot.example",
    bot="http://127.0.0.1:3978",
)


@pytest.mark.parametrize(
    ("target", "goes_to"),
    [
        (
            "/v1.0/communications/calls/1?$select=id",
            "https://graph.microsoft.com/v1.0/communications/calls/1?$select=id",
        ),
        ("/beta//app/calls", "https://graph.microsoft.com/beta//app/calls"),
        ("/t/oauth2/v2.0/token", "https://login.microsoftonline.com/t/oauth2/v2.0/token"),
        ("/common/discovery/instance?x=1", "https://login.microsoftonline.com/common/discovery/instance?x=1"),
        ("/v1/.well-known/keys", "https://api.aps.skype.com/v1/.well-known/keys"),
    ],
)
def test_request_goes_to_whom_its_path_names(target: str, goes_to: str) -> None:
    assert ADDRESSES.beyond(Request("GET", HERE + target, {}, None)).uri == goes_to


def test_other_path_leads_nowhere() -> None:
    with pytest.raises(Unknown) as raised:
        ADDRESSES.beyond(Request("GET", f"{HERE}/me", {}, None))

    said = "/me leads nowhere: Graph is below /v1.0 and /beta, sign-in below /TENANT/oauth2/v2.0"
    assert str(raised.value) == said


def told(callback: object) -> object:
    body = json.dumps({"callbackUri": callback, "subject": "Größe"}).encode()
    sent = ADDRESSES.beyond(Request("POST", f"{HERE}/v1.0/communications/calls", {}, body)).body
    return json.loads(sent or b"null")["callbackUri"]


@pytest.mark.parametrize(
    ("callback", "public"),
    [
        ("http://127.0.0.1:3978/api/calls?x=1", "https://bot.example/api/calls?x=1"),
        ("http://localhost:3978/api", "https://bot.example/api"),
        ("https://bot.example/api/calls", "https://bot.example/api/calls"),
        ("https://other.example/api", "https://other.example/api"),
        ("no uri", "no uri"),
        ("http://[", "http://["),
        (None, None),
        (7, 7),
    ],
)
def test_own_callback_is_told_as_the_public_one(callback: object, public: object) -> None:
    assert told(callback) == public


@pytest.mark.parametrize(
    "body", [b'{"callbackUri": ', b'["callbackUri"]', b'{ "callbackUri":"https://bot.example/x" }']
)
def test_body_with_nothing_to_say_otherwise_stays_byte_by_byte(body: bytes) -> None:
    assert ADDRESSES.beyond(Request("POST", f"{HERE}/v1.0/x", {}, body)).body == body


def test_callback_of_another_program_is_refused() -> None:
    with pytest.raises(WrongCallback) as raised:
        told("http://127.0.0.1:5000/api")

    assert str(raised.value) == (
        "callbackUri 'http://127.0.0.1:5000/api' is on this machine, where Graph reaches nobody, and is not the bot's, "
        "http://127.0.0.1:3978: what Graph posts would go there; give one of them as --bot-url"
    )


def test_addresses_of_graph_in_an_answer_lead_here() -> None:
    body = (
        b'{"@odata.context": "https://graph.microsoft.com/v1.0/$metadata", '
        b'"@odata.nextLink":"https:\\/\\/graph.microsoft.com\\/v1.0\\/x", "other": "https://graph.microsoft.com.example/"}'
    )
    headers = {"Location": ("https://graph.microsoft.com/v1.0/communications/calls/1",), "X": ("a", "b")}

    answer = ADDRESSES.here(Response(201, "Created", headers, body), HERE)

    assert answer.headers == {"Location": (f"{HERE}/v1.0/communications/calls/1",), "X": ("a", "b")}
    assert answer.body == (
        b'{"@odata.context": "http://127.0.0.1:8445/v1.0/$metadata", '
        b'"@odata.nextLink":"http://127.0.0.1:8445\\/v1.0\\/x", "other": "https://graph.microsoft.com.example/"}'
    )


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        (
            "https://127.0.0.1:3978",
            "'https://127.0.0.1:3978' is no URL of a bot: give one such as http://127.0.0.1:3978",
        ),
        ("127.0.0.1:3978", "'127.0.0.1:3978' is no URL of a bot: give one such as http://127.0.0.1:3978"),
        ("http://127.0.0.1", "'http://127.0.0.1' is no URL of a bot: give one such as http://127.0.0.1:3978"),
        ("http://127.0.0.1:x", "'http://127.0.0.1:x' is no URL of a bot: give one such as http://127.0.0.1:3978"),
        ("http://[:1", "'http://[:1' is no URL of a bot: give one such as http://127.0.0.1:3978"),
        (
            "http://10.1.2.3:3978",
            "'http://10.1.2.3:3978' leads away from this machine, in clear text: let the bot listen on loopback, "
            "http://127.0.0.1:3978",
        ),
        (
            "http://127.0.0.1:3978/api",
            "'http://127.0.0.1:3978/api' has a path, and paths are those that Graph asks for: give http://127.0.0.1:3978",
        ),
    ],
)
def test_bot_url_is_refused(url: str, problem: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_bot_url(url)

    assert str(raised.value) == f"--bot-url: {problem}"


@pytest.mark.parametrize("url", ["http://127.0.0.1:3978", "http://localhost:3978/", "http://[::1]:3978"])
def test_bot_url_on_loopback_is_taken(url: str) -> None:
    assert read_bot_url(url) == url.rstrip("/")
