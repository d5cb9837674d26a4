"""Headers of answers and of notifications."""

from __future__ import annotations

import json

from tests.conftest import TOKEN, Rig, user


def test_answer_carries_the_headers_of_graph(fake: Rig) -> None:
    call = fake.seed_call()

    answer = fake.send("GET", f"/calls/{call['id']}")

    headers = dict(answer.headers)
    assert headers == {
        "Content-Type": "application/json;odata.metadata=minimal;odata.streaming=true;"
        "IEEE754Compatible=false;charset=utf-8",
        "Content-Length": str(len(answer.data)),
        "OData-Version": "4.0",
        "Strict-Transport-Security": "max-age=31536000",
        "request-id": headers["request-id"],
        "client-request-id": headers["request-id"],
        "x-ms-ags-diagnostic": headers["x-ms-ags-diagnostic"],
    }
    server = json.loads(headers["x-ms-ags-diagnostic"])["ServerInfo"]
    assert list(server) == ["DataCenter", "Slice", "Ring", "ScaleUnit", "RoleInstance"]


def test_client_request_id_and_scenario_id_come_back(fake: Rig) -> None:
    answer = fake.send("GET", "/calls/x", headers={"Client-Request-Id": "mine", "Scenario-Id": "story"})

    assert answer.headers["client-request-id"] == "mine"
    assert answer.headers["request-id"] != "mine"
    assert answer.headers["scenario-id"] == "story"


def test_empty_answer_has_no_content_type(fake: Rig) -> None:
    call = fake.seed_call()

    answer = fake.send("DELETE", f"/calls/{call['id']}")

    assert "Content-Type" not in answer.headers
    assert "OData-Version" not in answer.headers


def test_notification_carries_the_headers_of_the_service(fake: Rig) -> None:
    call = fake.seed_call(callChainId="chain")
    fake.invite(call["id"], user("adele"))

    fake.clock.drain()

    first, second = (dict(n.headers) for n in fake.bot.notifications)
    assert first == {
        "X-Microsoft-Skype-Chain-ID": "chain",
        "Scenario-Id": "chain",
        "X-Microsoft-Skype-Message-ID": first["X-Microsoft-Skype-Message-ID"],
        "Accept": "application/json",
        "User-Agent": "Microsoft-Skype/3.0,(Calling/1.0)",
        "Content-Type": "application/json",
    }
    assert first["X-Microsoft-Skype-Message-ID"] != second["X-Microsoft-Skype-Message-ID"]


def test_notification_is_compact_json(fake: Rig) -> None:
    call = fake.seed_call()
    fake.send("DELETE", f"/calls/{call['id']}")

    fake.clock.drain()

    body = fake.bot.notifications[0].body
    assert body == json.dumps(json.loads(body), separators=(",", ":")).encode()


def test_urls_name_the_host_that_was_asked(fake: Rig) -> None:
    answer = fake.client.post(
        "/v1.0/communications/calls",
        base_url="https://graph.microsoft.com",
        headers=TOKEN,
        json={"callbackUri": "https://bot.example/"},
    )

    assert answer.headers["Location"].startswith("https://graph.microsoft.com/v1.0/communications/calls/")
    assert answer.json["@odata.context"] == "https://graph.microsoft.com/v1.0/$metadata#app/calls/$entity"
