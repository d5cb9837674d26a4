"""The reception bot against Graph, without a tenant."""

from __future__ import annotations

import pytest
from reception import Reception

APP, TENANT = "0f1e2d3c-1111-4222-8333-444455556666", "0f1e2d3c-7777-4888-8999-aaaabbbbcccc"
CALLBACK = "https://reception.example.com/api/calls"


@pytest.fixture
def reception(graph):
    bot = Reception(APP, TENANT, "secret", CALLBACK)
    graph.bot(bot.app(), callback=CALLBACK, app_id=APP, tenant_id=TENANT, has_number=True)
    return bot


@pytest.mark.graph(targets=["fake", "replay"])
def test_agent_joins(graph, reception):
    adele = graph.person("adele")
    call = graph.call(kind="group", chat=True)

    context = reception.bring_in(call.id, adele.identity)
    graph.drain()

    assert reception.outcomes[context] == "completed"
    assert adele in graph.roster(call)
    assert adele.id in reception.rosters[call.id]


def test_agent_declines(graph, reception):
    adele = graph.person("adele").declines(after=3)
    call = graph.call(kind="group", chat=True)

    context = reception.bring_in(call.id, adele.identity)
    graph.advance(2)
    assert reception.outcomes[context] == "running"

    graph.advance(1)
    assert reception.outcomes[context].startswith("failed")
    assert adele not in graph.roster(call)


def test_agent_does_not_answer_for_a_minute(graph, reception):
    adele = graph.person("adele").ignores()
    call = graph.call(kind="group", chat=True)

    context = reception.bring_in(call.id, adele.identity)
    graph.advance(59)
    assert reception.outcomes[context] == "running"

    graph.advance(1)
    assert reception.outcomes[context].startswith("failed")


def test_peer_to_peer_call_is_replaced(graph, reception):
    adele, bob = graph.person("adele"), graph.person("bob")
    private = graph.call(kind="peer-to-peer", people=[bob])
    group = graph.call(kind="group", chat=True, people=[adele])

    context = reception.bring_in(group.id, bob.identity, replaces=private.id)
    graph.drain()

    assert reception.outcomes[context] == "completed"
    assert reception.ended == {private.id}
    assert adele in graph.roster(group)
    assert bob in graph.roster(group)


def test_phone_is_invited(graph, reception):
    expert = graph.phone("+4989123456")
    call = graph.call(kind="group", chat=True)

    context = reception.bring_in(call.id, expert.identity)
    graph.drain()

    assert reception.outcomes[context] == "completed"
    assert expert in graph.roster(call)


def test_bot_waits_when_it_is_throttled(graph, reception):
    graph.throttle("invite", retry_after=0.2, times=1)
    adele = graph.person("adele")
    call = graph.call(kind="group", chat=True)

    context = reception.bring_in(call.id, adele.identity)
    graph.drain()

    assert reception.waits == [0.2]
    assert reception.outcomes[context] == "completed"


def test_notification_that_comes_twice_counts_once(graph, reception):
    graph.deliver(duplicate=["operation"])
    adele = graph.person("adele")
    call = graph.call(kind="group", chat=True)

    context = reception.bring_in(call.id, adele.identity)
    graph.drain()

    told = [delivery for delivery in graph.deliveries if delivery.kind == "operation"]
    assert len(told) == 2
    assert len(reception.seen) == 1
    assert reception.outcomes[context] == "completed"


@pytest.mark.parametrize("forgery", ["wrong-audience", "expired", "tampered"])
def test_forged_notification_is_refused(graph, reception, forgery):
    graph.forge(forgery)
    adele = graph.person("adele")
    call = graph.call(kind="group", chat=True)

    context = reception.bring_in(call.id, adele.identity)
    graph.drain()

    assert graph.deliveries[0].status == 403
    assert reception.outcomes[context] == "running"


def test_call_of_its_own(graph, reception):
    adele, bob = graph.person("adele"), graph.person("bob")

    call_id = reception.call(adele.id, bob.id)
    graph.drain()
    assert adele in graph.roster(call_id)
    assert bob in graph.roster(call_id)

    reception.hang_up(call_id)
    graph.drain()
    assert reception.ended == {call_id}
